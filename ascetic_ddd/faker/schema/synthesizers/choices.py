"""Values from a list: enumerations, literals, booleans, and lists with shares."""

import enum
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, pairwise
from random import Random
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from ascetic_ddd.faker.domain.distributors.apportionment import tickets_owed
from ascetic_ddd.faker.domain.distributors.counts.factory import counts_of
from ascetic_ddd.faker.domain.distributors.validation import positive_numbers
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.schema.reading.facts import bare_type, extra_of
from ascetic_ddd.faker.schema.synthesizers.spaces import ISpace, ItemsSpace
from ascetic_ddd.faker.schema.synthesizers.synthesizer import Values

__all__ = ("SynthesizeBoolean", "SynthesizeChoice", "SynthesizeEnum", "SynthesizeLiteral", "SynthesizeNone", "SynthesizeShares")

_BLOCK = 64


class SynthesizeChoice(Values):
    """Gives the members of a list, each its share, in shuffled blocks: after each block the shares hold to within one.

    Words: ``weights``, one a member; or ``skew`` with ``mean``: the members as a ranking. Without: equal shares.
    """

    def members(self) -> Sequence[Any]:
        """The values, in the order of their weights."""
        raise NotImplementedError

    def prepare(self) -> None:
        self.values = list(self.members())
        self._tickets: list[int] = []
        self._dealt_for: object = None
        if not self.values:
            raise ConfigurationError(f"{self.place}: there is no value to choose from")
        shares = shares_of(self.json_schema_extra, len(self.values))
        self._upto = [0.0, *accumulate(shares)]
        self._is_even = max(shares) - min(shares) < 1e-12

    def drawn(self, count: int) -> list[Any]:
        values, random = self.values, self.random.random
        if self._is_even:
            size = len(values)
            return [values[int(random() * size)] for _ in range(count)]
        if self._dealt_for is not self.cursor:  # another run through the rows
            self._dealt_for, self._tickets = self.cursor, []
        while len(self._tickets) < count:
            self._deal(max(_BLOCK, 2 * len(values), count - len(self._tickets)))
        taken, self._tickets = self._tickets[:count], self._tickets[count:]
        return list(map(values.__getitem__, taken))

    def _deal(self, block: int) -> None:
        tickets = tickets_owed(block, self._upto, self.random.random(), [0] * len(self.values))
        self.random.shuffle(tickets)
        self._tickets += tickets

    def space(self, rows: int, random: Random) -> ISpace | None:
        return ItemsSpace(self.values)


def shares_of(extra: Mapping[str, Any], size: int) -> list[float]:
    """The shares of ``size`` members, by the field's words; they sum to 1.

    Raises:
        ConfigurationError: there is not one weight a member.
    """
    law = {name: extra[name] for name in ("skew", "mean") if extra.get(name) is not None}
    weights = extra.get("weights")
    if weights is not None:
        if law:
            raise ConfigurationError("weights of the members, and skew or mean, contradict each other; give one of them")
        found = positive_numbers("weights", weights)
        if len(found) != size:
            raise ConfigurationError(f"{len(found)} weights for {size} values; expected one a value, in the same order")
        return found
    counts = counts_of(**law) if "skew" in law else None
    points = counts.cumulative(size) if counts is not None else [place / size for place in range(size + 1)]
    return [high - low for low, high in pairwise(points)]


class SynthesizeShares(SynthesizeChoice):
    """Gives the values that the field's ``distribution`` or ``values`` lists.

    Words: ``distribution`` as a mapping from value to share or as pairs (value, share); or ``values``, with ``weights`` or
    without.
    """

    priority = 3  # values that are told go before all that their type says

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        return _listed(extra_of(field)) is not None

    def members(self) -> Sequence[Any]:
        listed = _listed(self.json_schema_extra)
        if listed is None:
            raise ConfigurationError(f"{self.place}: expected json_schema_extra={{'values': […], 'weights': […]}}")
        values, weights = listed
        if weights is not None:
            self.json_schema_extra = {**self.json_schema_extra, "weights": weights}
        return values


def _listed(extra: Mapping[str, Any]) -> tuple[list[Any], list[Any] | None] | None:
    told = extra.get("distribution")
    if extra.get("values") is not None:
        return list(extra["values"]), extra.get("weights")
    if isinstance(told, Mapping):
        if "values" in told:
            return list(told["values"]), told.get("weights")
        if told and not set(told) & _WORDS and all(_is_number(share) for share in told.values()):
            return list(told), list(told.values())
    elif isinstance(told, Iterable) and not isinstance(told, str):
        pairs = list(told)
        if not pairs or any(not isinstance(pair, Sequence) or isinstance(pair, str) or len(pair) != 2 for pair in pairs):
            raise ConfigurationError(f"distribution={told!r}: expected pairs (value, share), or a mapping from value to share")
        return [value for value, _ in pairs], [share for _, share in pairs]
    return None


_WORDS = {"skew", "weights", "mean", "histogram", "null_weight", "normal", "uniform", "name"}


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


class SynthesizeBoolean(SynthesizeChoice):
    """Gives True and False."""

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        return field.annotation is bool

    def members(self) -> Sequence[Any]:
        return (True, False)


class SynthesizeEnum(SynthesizeChoice):
    """Gives the members of an enumeration."""

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        return isinstance(field.annotation, type) and issubclass(field.annotation, enum.Enum)

    def members(self) -> Sequence[Any]:
        members: Any = self.field.annotation
        return list(members)


class SynthesizeLiteral(SynthesizeChoice):
    """Gives the values of a ``Literal``."""

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        return get_origin(field.annotation) is Literal

    def members(self) -> Sequence[Any]:
        return list(_literals(self.field.annotation))


def _literals(annotation: Any) -> Iterable[Any]:
    for value in get_args(annotation):
        value = bare_type(value)
        if get_origin(value) is Literal:
            yield from _literals(value)
        else:
            yield value


class SynthesizeNone(SynthesizeChoice):
    """Gives ``None``, where nothing else is allowed."""

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        return field.annotation is None or field.annotation is type(None)

    def members(self) -> Sequence[Any]:
        return (None,)
