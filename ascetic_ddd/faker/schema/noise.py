"""Invalid input, marked: for testing that an application refuses what it should refuse."""

import datetime
from collections import deque
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

import pydantic

from ascetic_ddd.faker.domain.distributors.validation import number_fault
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.randomness import seed_of
from ascetic_ddd.faker.schema.reading.facts import Constraints, constraints_of, derived, is_nullable, not_null, unfold
from ascetic_ddd.faker.schema.reading.plain import in_order, plain
from ascetic_ddd.faker.schema.reading.shapes import MISSING, has_fields
from ascetic_ddd.faker.schema.rows.model_synthesizer import ModelSynthesizer
from ascetic_ddd.faker.schema.rows.records import words_of

__all__ = ("KINDS", "Fault", "NoisyRow", "noisy_rows")

KINDS = ("type", "range", "length", "format", "null", "missing")
"""What can be broken: the type, a bound, the length, a pattern or choice; ``None`` where it must not be; nothing told."""

_ODD_VALUES: tuple[Any, ...] = ("☃ no such value", 12345.678, -1, True, [], {}, ["☃"], {"☃": []}, b"\xff\x00")
_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Fault:
    """What was broken in a row.

    Attributes:
        field: the field's name.
        kind: one of :data:`KINDS`.
        words: what pydantic says of it.
    """

    field: str
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class NoisyRow:
    """Input for a model, and what is wrong with it.

    Attributes:
        told: the input, by alias, as an application would receive it.
        faults: what was broken; empty if the row is valid.
    """

    told: Any
    faults: tuple[Fault, ...]


def noisy_rows(model: ModelSynthesizer, probability: float, kinds: Sequence[str] = KINDS) -> Iterator[NoisyRow]:
    """The rows of a model, of which each field is broken with a probability.

    Every fault was tried: pydantic accepts the row without it and rejects the row with it, so what pydantic would convert, as
    ``"7"`` into 7, is none. A field that accepts everything stays whole.

    Args:
        model: prepared, if it refers to others.
        probability: that a field is broken, 0…1.
        kinds: what may be broken.

    Raises:
        ConfigurationError: the probability is none, or a kind is not known.
    """
    faults = number_fault("probability", probability, 0.0, 1.0, "that a field is broken")
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown or not kinds:
        faults.append(f"kinds={list(kinds)!r}: expected some of {', '.join(KINDS)}")
    if faults:
        raise ConfigurationError("; ".join(faults))
    return _rows(_Breaker(model, kinds), probability)


def _rows(breaker: "_Breaker", probability: float) -> Iterator[NoisyRow]:
    model = breaker.model
    random = Random(seed_of(model.seed, f"{model.name} noise"))
    for record in model.records():
        chosen = [name for name in model.shape.fields if random.random() < probability]
        yield breaker.broken(record.told, chosen, random)


class _Breaker:
    def __init__(self, model: ModelSynthesizer, kinds: Sequence[str]) -> None:
        self.model = model
        self._kinds = kinds
        self._facts: dict[str, tuple[Constraints, bool]] = {}
        for name, field in model.shape.fields.items():
            plain = unfold(field, name)
            nullable = is_nullable(plain.annotation)
            plain = unfold(derived(plain, not_null(plain.annotation)), name) if nullable else plain
            self._facts[name] = constraints_of(plain), nullable

    def broken(self, told: Any, names: Sequence[str], random: Random) -> NoisyRow:
        """The row with these fields broken, as far as they can be."""
        found, faults = told, []
        for name in names:
            kinds = list(self._kinds)
            random.shuffle(kinds)
            for kind in kinds:
                step = self._step(told, found, name, kind, random)
                if step is not None:
                    found, words = step
                    faults.append(Fault(name, kind, words))
                    break
        return NoisyRow(found, tuple(faults))

    def _step(self, whole: Any, before: Any, name: str, kind: str, random: Random) -> tuple[Any, str] | None:
        """Break one field more; None if this kind is not possible."""
        shape = self.model.shape
        candidates = list(self._candidates(shape.value_of(whole, name), name, kind))
        random.shuffle(candidates)
        for value in candidates:
            words = self._rejection(shape.with_value(whole, name, value))
            if words is not None:
                found = shape.with_value(before, name, value)
                if before is whole or self._rejection(found) is not None:
                    return found, words
        return None

    def _rejection(self, told: Any) -> str | None:
        try:
            self.model.shape.validate(told)
        except pydantic.ValidationError as error:
            return words_of(error)
        except (TypeError, ValueError, AttributeError):
            return None  # a validator of the model that expects what pydantic would have checked later
        return None

    def _candidates(self, value: Any, name: str, kind: str) -> Iterator[Any]:
        facts, nullable = self._facts[name]
        if kind == "missing":
            yield from [MISSING] if self.model.shape.fields[name].is_required() and not self.model.shape.is_root else []
        elif kind == "null":
            yield from [] if nullable else [None]
        elif kind == "type":
            yield from (odd for odd in _ODD_VALUES if type(odd) is not type(value))
        elif kind == "range":
            yield from _out_of_range(facts, value)
        elif kind == "length":
            yield from _of_wrong_length(facts, value)
        elif isinstance(value, str) or not isinstance(value, (int, float, bytes, list, dict, set, tuple, type(None))):
            text = plain(value) if isinstance(value, (Set, deque)) or has_fields(type(value)) else value
            yield from (f"{text}☃", "☃", "")


def _out_of_range(facts: Constraints, value: Any) -> Iterator[Any]:
    for bound, is_open, sign in ((facts.ge, False, -1), (facts.gt, True, -1), (facts.le, False, 1), (facts.lt, True, 1)):
        if bound is None:
            continue
        if is_open:
            yield bound
        yield from _beyond(bound, sign)
    if facts.multiple_of is not None and isinstance(value, (int, float, Decimal)):
        kind: Any = type(value)
        yield value + kind(1)
        yield kind(float(value) + float(facts.multiple_of) / 2)
    if isinstance(value, Decimal):
        if facts.max_digits is not None:
            yield Decimal(10) ** facts.max_digits
        if facts.decimal_places is not None:
            yield value + Decimal(1).scaleb(-facts.decimal_places - 1)


def _beyond(bound: Any, sign: int) -> Iterator[Any]:
    """Values on the wrong side of a bound, near and far."""
    try:
        if isinstance(bound, (datetime.date, datetime.timedelta)):
            yield bound + sign * _DAY
            yield bound + sign * 1000 * _DAY
        elif isinstance(bound, datetime.time):
            yield (
                bound.replace(hour=0, minute=0, second=0, microsecond=0)
                if sign < 0
                else bound.replace(hour=23, minute=59, second=59)
            )
        else:
            yield bound + sign
            yield bound + sign * 10**6
    except (OverflowError, TypeError):
        return


def _of_wrong_length(facts: Constraints, value: Any) -> Iterator[Any]:
    if not hasattr(value, "__len__") or isinstance(value, Mapping):
        return
    items: Any = value if isinstance(value, (str, bytes)) else list(value)
    if isinstance(value, Set):
        items = in_order(value, lambda item: repr(plain(item)))
    filling: Any = "x" if isinstance(value, str) else b"x" if isinstance(value, bytes) else items[:1]
    if facts.max_length is not None and filling:
        yield items + filling * (facts.max_length + 1 - len(items))
        yield items + filling * (10 * facts.max_length + 10)
    if facts.min_length:
        yield items[: facts.min_length - 1]
        yield items[:0]
