"""Whole numbers, floats and decimals between their bounds."""

import math
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from random import Random
from statistics import NormalDist
from typing import Any

from pydantic.fields import FieldInfo

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.schema.facts import constraints_of
from ascetic_ddd.faker.schema.spaces import ISpace, MappedSpace, RangeSpace
from ascetic_ddd.faker.schema.synthesizer import Values

__all__ = ("SynthesizeDecimal", "SynthesizeFloat", "SynthesizeInteger", "SynthesizeNumber", "shape_of")

_SPAN = 2**32 - 1
_LEAST_INSIDE = 0.001


def shape_of(told: object, default: str, low: float, high: float) -> tuple[str, float, float]:
    """Read ``distribution``: its name, and mean and deviation if it is normal.

    ``"normal"`` has its mean in the middle of the bounds and a sixth of their distance as deviation;
    ``{"normal": {"mean": 50, "sd": 5}}`` tells them.

    Raises:
        ConfigurationError: it is none of them, or next to nothing of it lies between the bounds.
    """
    named: object = default if told is None else told
    words: dict[str, Any] = {}
    if isinstance(told, dict):
        words = dict(told)
        named = words.pop("name", None)
        if named is None and len(words) == 1:
            ((named, inner),) = words.items()
            words = dict(inner) if isinstance(inner, dict) else {}
    unknown = set(words) - ({"mean", "sd"} if named == "normal" else set())
    if named not in ("normal", "uniform") or unknown:
        raise ConfigurationError(
            f"distribution={told!r}: expected 'uniform', 'normal', {{'normal': {{'mean': …, 'sd': …}}}}, or values with "
            "their shares"
        )
    mean = float(words.get("mean", low + (high - low) / 2.0))
    deviation = float(words.get("sd", (high - low) / 6.0))
    if named == "normal" and high > low:
        if not deviation > 0.0:
            raise ConfigurationError(f"distribution={told!r}: expected a deviation sd above 0")
        law = NormalDist(mean, deviation)
        if law.cdf(high) - law.cdf(low) < _LEAST_INSIDE:
            raise ConfigurationError(f"distribution={told!r}: next to nothing of it lies between the bounds {low:g} and {high:g}")
    return str(named), mean, deviation


class SynthesizeNumber(Values):
    """What all numbers share: bounds and a distribution, ``"uniform"`` unless the field says ``"normal"``.

    Without bounds: from 0 to 2³² - 1; with one bound: as far from it.
    """

    default_distribution = "uniform"

    def prepare(self) -> None:
        self.constraints = constraints_of(self.field)
        self.min_value, self.max_value = self.bounds()
        if self.min_value > self.max_value:
            raise ConfigurationError(f"{self.place}: no value lies between the bounds {self.described()}")
        self.dist_name, self._mean, self._deviation = shape_of(
            self.json_schema_extra.get("distribution"), self.default_distribution, float(self.min_value), float(self.max_value)
        )

    def bounds(self) -> tuple[Any, Any]:
        """Least and greatest value, both allowed."""
        raise NotImplementedError

    def described(self) -> str:
        """The bounds as the field has them."""
        found = self.constraints
        names = ("gt", "ge", "lt", "le", "multiple_of", "max_digits", "decimal_places")
        return ", ".join(f"{name}={getattr(found, name)}" for name in names if getattr(found, name) is not None)

    def normal(self, count: int) -> list[float]:
        """Draw from the normal law what lies between the bounds."""
        gauss, mean, deviation = self.random.gauss, self._mean, self._deviation
        low, high = float(self.min_value), float(self.max_value)
        if low == high:
            return [low] * count
        found = [gauss(mean, deviation) for _ in range(count)]
        if min(found) < low or max(found) > high:
            for place, value in enumerate(found):
                while not low <= value <= high:
                    value = gauss(mean, deviation)
                found[place] = value
        return found


class _Stepped(SynthesizeNumber):
    """Numbers that are whole multiples of a step."""

    def step(self) -> Fraction:
        """The distance of two neighbours."""
        raise NotImplementedError

    def cap(self) -> Fraction | None:
        """Greatest size, if there is one without regard to the bounds."""
        return None

    def value(self, number: int) -> Any:
        """The value that is ``number`` steps from 0."""
        raise NotImplementedError

    def bounds(self) -> tuple[Any, Any]:
        found, step, cap = self.constraints, self.step(), self.cap()
        lows = [math.ceil(_exact(found.ge) / step)] if found.ge is not None else []
        lows += [math.floor(_exact(found.gt) / step) + 1] if found.gt is not None else []
        highs = [math.floor(_exact(found.le) / step)] if found.le is not None else []
        highs += [math.ceil(_exact(found.lt) / step) - 1] if found.lt is not None else []
        span = math.floor(_SPAN / step)
        low = max(lows) if lows else min(0, min(highs) - span) if highs else 0
        high = min(highs) if highs else max(span, low + span)
        if cap is not None:
            low, high = max(low, math.ceil(-cap / step)), min(high, math.floor(cap / step))
        self._low, self._high = low, high
        return self.value(low), self.value(high)

    def drawn(self, count: int) -> list[Any]:
        if self.dist_name == "normal":
            step = self.step()
            low, high = self._low, self._high
            numbers = [min(max(round(value / step), low), high) for value in self.normal(count)]
        else:
            numbers = self._uniform(count)
        return list(map(self.value, numbers))

    def _uniform(self, count: int) -> list[int]:
        low, size = self._low, self._high - self._low + 1
        if size < 2**53:
            random = self.random.random
            return [low + int(random() * size) for _ in range(count)]
        randrange = self.random.randrange
        return [low + randrange(size) for _ in range(count)]

    def space(self, rows: int, random: Random) -> ISpace | None:
        return MappedSpace(RangeSpace(self._low, self._high - self._low + 1), self.value)


def _exact(bound: Any) -> Fraction:
    return Fraction(bound) if isinstance(bound, (int, float, Decimal, Fraction)) else Fraction(str(bound))


class SynthesizeInteger(_Stepped):
    """Gives whole numbers."""

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        return (
            isinstance(field.annotation, type)
            and issubclass(field.annotation, int)
            and not issubclass(field.annotation, (bool, Enum))
        )

    def step(self) -> Fraction:
        step = self.constraints.multiple_of
        exact = Fraction(1) if step is None else _exact(step)
        return Fraction(exact.numerator)  # the least whole number that is a multiple of it

    def value(self, number: int) -> Any:
        return number * self.step().numerator

    def drawn(self, count: int) -> list[Any]:
        if self.constraints.multiple_of is None and self.dist_name == "uniform":
            return self._uniform(count)
        return super().drawn(count)

    def space(self, rows: int, random: Random) -> ISpace | None:
        step = self.step().numerator
        return RangeSpace(self._low * step, self._high - self._low + 1, step)


class SynthesizeFloat(SynthesizeNumber):
    """Gives floats, none of them infinite."""

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        return (
            isinstance(field.annotation, type) and issubclass(field.annotation, float) and not issubclass(field.annotation, Enum)
        )

    def bounds(self) -> tuple[Any, Any]:
        found = self.constraints
        lows = [float(found.ge)] if found.ge is not None else []
        lows += [math.nextafter(found.gt, math.inf)] if found.gt is not None else []
        highs = [float(found.le)] if found.le is not None else []
        highs += [math.nextafter(found.lt, -math.inf)] if found.lt is not None else []
        low = max(lows) if lows else min(0.0, min(highs) - _SPAN) if highs else 0.0
        high = min(highs) if highs else max(float(_SPAN), low + _SPAN)
        self._step = None if found.multiple_of is None else float(found.multiple_of)
        if self._step is not None:
            self._first, self._last = math.ceil(low / self._step - 1e-9), math.floor(high / self._step + 1e-9)
            return self._first * self._step, self._last * self._step
        return low, high

    def drawn(self, count: int) -> list[Any]:
        step = self._step
        low, high = self.min_value, self.max_value
        if self.dist_name == "normal":
            found = self.normal(count)
            return found if step is None else [round(value / step) * step for value in found]
        random = self.random.random
        if step is not None:
            size = self._last - self._first + 1
            return [(self._first + int(random() * size)) * step for _ in range(count)]
        if math.isinf(high - low):
            return [min(max(low * (1.0 - u) + high * u, low), high) for u in (random() for _ in range(count))]
        width = high - low
        return [value if (value := low + width * random()) <= high else high for _ in range(count)]

    def space(self, rows: int, random: Random) -> ISpace | None:
        if self._step is not None:
            return MappedSpace(RangeSpace(self._first, self._last - self._first + 1), lambda number: number * self._step)
        return None


class SynthesizeDecimal(_Stepped):
    """Gives decimals; with two places and ten digits where the field does not say how many."""

    default_places = 2

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        return isinstance(field.annotation, type) and issubclass(field.annotation, Decimal)

    def prepare(self) -> None:
        found = constraints_of(self.field)
        places = found.decimal_places
        if places is None:
            places = self.default_places
        if found.max_digits is not None:
            places = min(places, found.max_digits)
        self._places = places
        self._step = Fraction(1, 10**places)
        if found.multiple_of is not None:
            exact = _exact(found.multiple_of if not isinstance(found.multiple_of, float) else str(found.multiple_of))
            # the least multiple of the step that has no more places than allowed
            self._step = Fraction(math.lcm(exact.numerator * 10**places, exact.denominator), exact.denominator * 10**places)
        super().prepare()

    def step(self) -> Fraction:
        return self._step

    def cap(self) -> Fraction | None:
        digits = self.constraints.max_digits
        return None if digits is None else Fraction(10**digits - 1, 10**self._places)

    def value(self, number: int) -> Any:
        scaled = number * self._step * 10**self._places
        return Decimal(scaled.numerator).scaleb(-self._places)
