"""What is told stays: who tells, who may tell anew, and how parts that are told one after the other add up.

There is one rule: until ``reset()`` the told parts add up. Who told a plain value may correct it, and whoever stands further
outside (the hook of the provider around, the caller) overrules what a hook told, since that follows from the object at hand. All
else that cannot hold together is a :class:`ContradictionError`: a hook does not overrule its caller, and the conditions that a
reference was told, an id or patterns, are not taken back by telling others.
"""

from collections.abc import Mapping
from typing import Any, NoReturn

from ascetic_ddd.faker.domain.errors import ConfigurationError, ContradictionError
from ascetic_ddd.faker.domain.providers.kinds import is_full_id, is_specification, source_of
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.specification.equality import freeze

__all__ = ("CALLER", "NOBODY", "Clash", "contradict", "fits", "is_outside", "join", "overrules", "same", "told_by")

_Any = Provider[Any, Any]

NOBODY: Any = object()
"""Stands for the teller of what was not told."""

CALLER: Any = None
"""The teller who is no hook."""


def told_by(provider: _Any, *, is_whole: bool = False) -> Any:
    """Who is telling the provider something now: the provider around it whose hook runs, or the caller.

    Those in between hear of it. Unless what is told is whole, and leaves nothing to draw, they are no longer complete.
    """
    null: Any = None
    teller: Any = provider
    while not teller._is_hooking:
        owner = teller._owner
        if owner is None or owner._holds_objects:
            teller = CALLER
            break
        if not owner._is_hooking and owner._hear(is_whole):
            null = owner
        teller = owner
    if null is not None and not is_outside(null._teller, teller):
        if not overrules(teller, null._teller):
            contradict(null, None, f"something of {provider.path}", teller)
        null._teller, null._slot.is_null = NOBODY, False
    return teller


def overrules(teller: Any, other: Any) -> bool:
    """Tell whether a teller may take back what another one told."""
    return other is NOBODY or teller is other or is_outside(teller, other)


def is_outside(teller: Any, other: Any) -> bool:
    """Tell whether a teller stands further outside than another one."""
    if other is NOBODY or other is CALLER or teller is other:
        return False
    if teller is CALLER:
        return True
    owner = other._owner
    while owner is not None and owner is not teller:
        owner = owner._owner
    return owner is not None


def same(one: object, other: object) -> bool:
    """Tell whether two told inputs are equal, whatever they are made of."""
    return one is other or bool(freeze(one) == freeze(other))


def contradict(provider: _Any, before: Any, now: Any, teller: Any, part: tuple[_Any, Any, Any] | None = None) -> NoReturn:
    """Refuse what contradicts an earlier telling.

    Args:
        provider: who was told both.
        before: what was told first.
        now: what was told then.
        teller: who told it then.
        part: the part that cannot be both, what it was told first, and then; by default the provider itself.
    """
    leaf, one, other = part or (provider, before, now)
    who = f", by {teller.path}.do_populate," if isinstance(teller, Provider) else ""
    place = f": {leaf.path} cannot be both {one!r} and {other!r}" if part is not None else ""
    advice = (
        "ask is_complete() in the hook where what was told shall win"
        if isinstance(teller, Provider)
        else "tell one of them, or call reset() first"
    )
    raise ContradictionError(
        f"{provider.path} was told {before!r}, and then{who} {now!r}{place}; what is told stays: {advice}",
        provider=provider,
        leaf=leaf,
        before=one,
        now=other,
    )


class Clash(Exception):  # noqa: N818  # never leaves this folder
    """Two tellings of one part that cannot both hold."""

    def __init__(self, leaf: _Any, before: Any, now: Any) -> None:
        self.part = (leaf, before, now)


def join(provider: _Any, told: Mapping[str, Any], more: Mapping[str, Any], open: list[_Any]) -> dict[str, Any]:
    """Add up two placed patterns of the parts of a provider.

    Args:
        provider: whose parts they tell.
        told: the first one.
        more: the second.
        open: takes each reference that is told an id and a pattern, where nobody here knows whether they agree.

    Raises:
        Clash: a part is told two values.
    """
    joined = dict(told)
    for name, value in more.items():
        if name not in joined:
            joined[name] = value
        elif not same(joined[name], value):
            joined[name] = _joined(provider.parts()[name], joined[name], value, open)
    return joined


def _joined(part: _Any, before: Any, now: Any, open: list[_Any]) -> Any:
    source = source_of(part)
    if source is None:
        if isinstance(before, Mapping) and isinstance(now, Mapping) and part.parts():
            return join(part, before, now, open)
        raise Clash(part, before, now)
    if before is None or now is None:
        raise Clash(part, before, now)
    was_full, is_full = is_full_id(part, before), is_full_id(part, now)
    if was_full and is_full:
        raise Clash(part, before, now)
    if not was_full and not is_full:
        if isinstance(before, Mapping) and isinstance(now, Mapping):
            return join(source.aggregate_provider, source.placed(before, part), source.placed(now, part), open)
        raise ConfigurationError(f"{part.path} was told {before!r} and {now!r}; tell both as one specification")
    id, pattern = (before, now) if was_full else (now, before)
    try:
        if not fits(source, id, pattern, part):
            open.append(part)
    except Clash:
        if was_full:
            raise
        raise Clash(part, before, now) from None
    return id


def fits(source: Any, id: Any, pattern: Any, asker: _Any, state: Mapping[str, Any] | None = None) -> bool:
    """Hold what is known of an aggregate against a pattern, or specification, of it.

    Returns:
        False if not enough is known of it.

    Raises:
        Clash: it contradicts the pattern.
    """
    target = source.aggregate_provider
    if state is None:
        state = source.known_state(id)
    if is_specification(pattern):
        if state is not None and not pattern.is_satisfied_by(state):
            raise Clash(asker, id, pattern)
        return state is not None
    return _holds(target, source.placed(pattern, asker), {target._id_attr: id} if state is None else state)


def _holds(provider: _Any, pattern: Mapping[str, Any], known: Any) -> bool:
    is_known = True
    for name, value in pattern.items():
        if not isinstance(known, Mapping) or name not in known:
            is_known = False
            continue
        part, found = provider.parts().get(name), known[name]
        source = source_of(part)
        if part is None:
            continue
        if source is not None and value is not None and not is_full_id(part, value):
            if found is None:
                raise Clash(part, found, value)
            is_known = fits(source, found, value, part) and is_known
        elif isinstance(value, Mapping) and part.parts():
            is_known = _holds(part, value, found) and is_known
        elif not same(found, value):
            raise Clash(part, found, value)
    return is_known
