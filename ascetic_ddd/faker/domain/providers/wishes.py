"""What a reference is told, one telling after the other, and what that comes to."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.kinds import is_specification
from ascetic_ddd.faker.domain.providers.patterns import check_depth, specify
from ascetic_ddd.faker.domain.providers.plain import copied
from ascetic_ddd.faker.domain.providers.telling import CALLER, Clash, contradict, fits, is_outside, join, overrules, same
from ascetic_ddd.faker.domain.specification.equality import EqualSpecification
from ascetic_ddd.faker.domain.specification.interfaces import ISpecification
from ascetic_ddd.faker.domain.specification.reference import AndSpecification

__all__ = ("Telling", "Wish", "add_up", "held_against", "understood")

Telling = tuple[Any, Any]
"""Who tells, and what: a whole id, a pattern, a specification, or None."""


@dataclass(frozen=True)
class Wish:
    """What the tellings come to."""

    is_null: bool = False
    id: Any = None
    pattern: dict[str, Any] | None = None
    specification: ISpecification | None = None

    @property
    def told(self) -> Any:
        """For messages: what was told so far."""
        if self.id is not None:
            return self.id
        return self.pattern if self.specification is None else self.specification if self.pattern is None else self


def add_up(reference: Any, tellings: list[Telling], telling: Telling) -> tuple[Wish, list[Telling]]:
    """Add a telling to those before.

    Returns:
        What they come to, and those that hold: a hook's own earlier ones give way.

    Raises:
        ContradictionError: it contradicts one that stays.
    """
    teller, input = telling
    before = _folded(reference, tellings)
    is_pattern = input is not None and not reference.source.is_full_id(input)
    if before.is_null and is_pattern and all(is_outside(other, teller) for other, _ in tellings):
        return before, tellings
    try:
        return _added(reference, before, input), [*tellings, telling]
    except Clash as clash:
        kept = list(_kept(tellings, telling, reference))
        if kept == tellings:
            contradict(reference, before.told, input, teller, None if clash.part[0] is reference else clash.part)
    return add_up(reference, kept, telling)


def _kept(tellings: list[Telling], telling: Telling, reference: Any) -> Any:
    """The tellings that do not give way to a new one; of a pattern, the parts that it does not tell."""
    teller, input = telling
    for other, told in tellings:
        if other is CALLER or not overrules(teller, other):
            yield other, told
        elif isinstance(told, dict) and isinstance(input, dict) and not reference.source.is_full_id(told):
            left = {name: part for name, part in told.items() if name not in input}
            if left and len(left) < len(told):
                yield other, left


def _folded(reference: Any, tellings: list[Telling]) -> Wish:
    wish = Wish()
    for _, input in tellings:
        wish = _added(reference, wish, input)
    return wish


def _added(reference: Any, wish: Wish, input: Any) -> Wish:
    source = reference.source
    if input is None:
        if wish.told is not None:
            raise Clash(reference, wish.told, None)
        return Wish(is_null=True)
    if wish.is_null:
        raise Clash(reference, None, input)
    if source.is_full_id(input):
        return _with_id(reference, wish, input)
    if wish.id is not None:
        fits(source, wish.id, input, reference)
    if is_specification(input):
        return replace(wish, specification=_both(wish.specification, input))
    return _with_pattern(reference, wish, input) if input else wish


def _with_id(reference: Any, wish: Wish, id: Any) -> Wish:
    if wish.id is not None and not same(wish.id, id):
        raise Clash(reference, wish.id, id)
    try:
        for told in (wish.pattern, wish.specification):
            if told is not None:
                fits(reference.source, id, told, reference)
    except Clash:
        raise Clash(reference, wish.told, id) from None
    return replace(wish, id=id)


def _with_pattern(reference: Any, wish: Wish, pattern: dict[str, Any]) -> Wish:
    if wish.pattern is None:
        return replace(wish, pattern=pattern)
    source = reference.source
    open: list[Any] = []
    joined = join(source.aggregate_provider, source.placed(wish.pattern, reference), source.placed(pattern, reference), open)
    if wish.pattern.keys().isdisjoint(pattern):
        joined = {**wish.pattern, **pattern}
    specification = wish.specification
    if open:  # an id and a pattern of the same aggregate, and nobody knows yet whether they agree
        parts = [
            specify(source.aggregate_provider, source.placed(told, reference), reference) for told in (wish.pattern, pattern)
        ]
        specification = AndSpecification(*parts, *([specification] if specification is not None else []))
    return replace(wish, pattern=joined, specification=specification)


def _both(one: ISpecification | None, other: ISpecification) -> ISpecification:
    return other if one is None else AndSpecification(one, other)


def held_against(reference: Any, state: Mapping[str, Any] | None) -> None:
    """Hold the aggregate whose id was told against what else was told of it.

    Args:
        reference: the reference that was told.
        state: what is known of the aggregate; None if only its id is.

    Raises:
        ContradictionError: they contradict each other.
    """
    wish = _folded(reference, reference._tellings)
    last, came_last = reference._tellings[-1]
    for told in (wish.pattern, wish.specification):
        if told is not None:
            try:
                fits(reference.source, wish.id, told, reference, state)
            except Clash as clash:
                if reference.source.is_full_id(came_last):
                    contradict(reference, told, wish.id, last)
                contradict(reference, wish.id, told, last, None if clash.part[0] is reference else clash.part)


def understood(reference: Any, input: Any) -> Any:
    """What a reference was told, as plain data of ours: an id, a pattern, a specification, or None.

    Raises:
        ConfigurationError: it is something else.
    """
    source = reference.source
    if isinstance(input, EqualSpecification):
        input = input.pattern
    input = source.as_plain(input)
    if isinstance(input, Mapping):
        check_depth(input, reference)
    if input is None or isinstance(input, Mapping) or source.is_full_id(input):
        return copied(input)
    if is_specification(input):
        return input
    raise ConfigurationError(
        f"{reference.path} was told {input!r}; expected an id of {source.aggregate_provider.path} "
        f"({source.id_provider!r}), a dict of its attributes, a specification, or None"
    )
