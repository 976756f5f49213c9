"""Whole numbers, floats and decimals between their bounds."""

import math
import sys
from decimal import Context, Decimal
from enum import Enum
from fractions import Fraction
from random import Random
from statistics import NormalDist
from typing import Any

from pydantic.fields import FieldInfo

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.schema.reading.facts import constraints_of
from ascetic_ddd.faker.schema.reading.windows import FEWEST, float_ends, whole_ends, window
from ascetic_ddd.faker.schema.synthesizers.spaces import ISpace, MappedSpace, RangeSpace
from ascetic_ddd.faker.schema.synthesizers.synthesizer import Values

__all__ = ("SynthesizeDecimal", "SynthesizeFloat", "SynthesizeInteger", "SynthesizeNumber", "SynthesizeStepped", "shape_of")

_SPAN = 2**32 - 1
_LEAST_INSIDE = 0.001
_EXACT = Context(prec=1_000)  # no digit is lost, whatever the application's context is


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
    if math.isfinite(high - low):
        middle, sixth = low + (high - low) / 2.0, (high - low) / 6.0
    else:
        middle, sixth = low / 2.0 + high / 2.0, high / 6.0 - low / 6.0
    mean, deviation = float(words.get("mean", middle)), float(words.get("sd", sixth))
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


class SynthesizeStepped(SynthesizeNumber):
    """What whole numbers and decimals share: they are multiples of a step.

    Attributes:
        limits: least and greatest value where the field leaves an end open; None: no such limit.
    """

    limits: tuple[int, int] | None = None

    def narrow(self, least: int, greatest: int) -> None:
        """Keep the ends that the field leaves open within limits, such as those of a column.

        Raises:
            ConfigurationError: no value is left.
        """
        self.limits = least, greatest
        self.prepare()

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
        self._low, self._high = self._numbers(self.step(), self.cap())
        return self.value(self._low), self.value(self._high)

    def _numbers(self, step: Fraction, cap: Fraction | None) -> tuple[int, int]:
        """The bounds, in steps."""
        told = whole_ends(self.constraints, lambda bound: _exact(bound) / step)
        width = max(math.floor(_SPAN / step), FEWEST)
        low, high = window(*told, (0, width), width)
        if self.limits is not None:
            least, greatest = self.limits
            low = max(low, math.ceil(least / step)) if told[0] is None else low
            high = min(high, math.floor(greatest / step)) if told[1] is None else high
        if cap is not None:
            low, high = max(low, math.ceil(-cap / step)), min(high, math.floor(cap / step))
        return low, high

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


class SynthesizeInteger(SynthesizeStepped):
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
        low, high = float_ends(self.constraints)
        told = self.constraints.multiple_of
        self._step = None if told is None else float(told)
        width = float(_SPAN) if self._step is None else max(float(_SPAN), self._step * FEWEST)
        for end in (low, high):  # so far from 0, floats are far from each other
            if end is not None and math.ulp(end) * FEWEST > width:
                width = abs(end)
        low, high = window(low, high, (0.0, width), width)
        low, high = max(low, -sys.float_info.max), min(high, sys.float_info.max)
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


class SynthesizeDecimal(SynthesizeStepped):
    """Gives decimals; where the field does not say how many places, with two, or more where none lies between the bounds."""

    default_places = 2
    most_places = 18

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        return isinstance(field.annotation, type) and issubclass(field.annotation, Decimal)

    def prepare(self) -> None:
        self.constraints = found = constraints_of(self.field)
        self._places = self._chosen_places() if found.decimal_places is None else found.decimal_places
        if found.max_digits is not None:
            self._places = min(self._places, found.max_digits)
        self._scale = int(self.step() * 10**self._places)
        super().prepare()

    def _chosen_places(self) -> int:
        first, digits = self.default_places, self.constraints.max_digits
        best, most = first, 0
        for places in range(first, max(first, self.most_places if digits is None else digits) + 1):
            low, high = self._numbers(self._step_of(places), self._cap_of(places))
            if high - low + 1 > most:
                best, most = places, high - low + 1
            if most >= (1 if places == first else FEWEST):
                break
        return best

    def step(self) -> Fraction:
        return self._step_of(self._places)

    def cap(self) -> Fraction | None:
        return self._cap_of(self._places)

    def _step_of(self, places: int) -> Fraction:
        told = self.constraints.multiple_of
        if told is None:
            return Fraction(1, 10**places)
        exact = _exact(told if not isinstance(told, float) else str(told))
        # the least multiple of the step that has no more places than allowed
        return Fraction(math.lcm(exact.numerator * 10**places, exact.denominator), exact.denominator * 10**places)

    def _cap_of(self, places: int) -> Fraction | None:
        digits = self.constraints.max_digits
        return None if digits is None else Fraction(10**digits - 1, 10 ** min(places, digits))

    def value(self, number: int) -> Any:
        return Decimal(number * self._scale).scaleb(-self._places, _EXACT)
