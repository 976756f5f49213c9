"""Which kinds of aggregates may be written later than they are made, and in what order."""

from collections.abc import Iterator
from typing import Any

from ascetic_ddd.faker.domain.generators.input_generators import asks_session, given_generator
from ascetic_ddd.faker.domain.generators.purity import ignores_session
from ascetic_ddd.faker.domain.providers.composed import Composed, leaves
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.domain.repositories import IWritingBehind, offers

__all__ = ("written_behind",)


def written_behind(root: Composed[Any, Any]) -> dict[str, IWritingBehind]:
    """The repositories of what a root's references make, by the path of what provides it, parents before their children.

    None if one of them cannot write behind, if kinds refer to one another in a circle, or if somebody gets the session and may
    look for what is not there yet: a hook, or a generator that uses it.
    """
    if any(map(_may_look, root.walk())):
        return {}
    found: dict[int, Any] = {}
    try:
        for target in _targets(root):
            _after_parents(target, found, ())
    except _CircleError:
        return {}
    repositories = {target.path: target.repository for target in found.values()}
    return repositories if all(offers(each, IWritingBehind) for each in repositories.values()) else {}


def _may_look(provider: Provider[Any, Any]) -> bool:
    if provider._overrides_populate or provider._overrides_create:
        return True
    generator = provider.input_generator if isinstance(provider, ValueProvider) else None
    return asks_session(generator) and not ignores_session(given_generator(generator))


def _targets(owner: Any) -> Iterator[Any]:
    for part in leaves(owner):
        yield from part.leads_to()


def _after_parents(target: Any, found: dict[int, Any], way: tuple[int, ...]) -> None:
    kind = id(target.repository)
    if kind in way[:-1] or (kind in way and kind != way[-1]):
        raise _CircleError
    if kind in found or kind in way:  # it refers to its own kind: rows of one COPY may
        return
    for parent in _targets(target):
        _after_parents(parent, found, (*way, kind))
    found[kind] = target


class _CircleError(Exception):
    """Never leaves this module."""
