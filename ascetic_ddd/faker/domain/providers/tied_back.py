"""A tie follows a told reference back: a book told its author becomes a book of that author's tenant.

A hook draws the book's tenant, and then tells the author that tenant. Where the author was told beforehand, that may be a
contradiction. Then what was drawn goes back, the part from which the hook took the tenant is told the author's, and the hook runs
again. That part is known: it was drawn, not told, and it has the value that the hook told.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from ascetic_ddd.faker.domain.errors import ContradictionError
from ascetic_ddd.faker.domain.providers.kinds import memory_of, source_of
from ascetic_ddd.faker.domain.providers.plain import nested
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.telling import same
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("follow",)

_Any = Provider[Any, Any]


async def follow(provider: Any, session: ISession, specification: Any) -> None:
    """Run the hook ``do_populate`` of a composite value, an entity or an aggregate that was told something.

    Raises:
        ContradictionError: the hook told something else than what was told before, and no part that was drawn is to blame.
    """
    ties: dict[int, _Tie] = {}  # by the part that could not be both
    tried: set[tuple[Any, ...]] = set()
    taken = [(part, part._taken()) for part in _leaves(provider)]  # before, so that no rollback here gives it back
    while True:
        try:
            async with session.atomic():  # what was drawn in vain is given back
                provider._is_hooking = True
                try:
                    for tie in ties.values():  # as the hook would tell it
                        tie.part.set(tie.input)
                    await provider.do_populate(session, specification)
                finally:
                    provider._is_hooking = False
        except ContradictionError as error:
            leaf = id(error.leaf)
            failed = ties.pop(leaf, None)  # it was not that one
            sources = _sources(provider, error) if _is_below(error.provider, provider) else ()
            found = next(((part, input) for part, input, key in sources if not _is_known((leaf, *key), tried)), None)
            if found is None:
                raise next((tie.cause for tie in (*ties.values(), failed) if tie and tie.part is error.provider), error) from None
            ties[leaf] = _Tie(*found, error)
            for part, before in taken:
                if before is not None and part._taken() == before:
                    part._give_back()
            taken = []
            provider._redraw(provider)
        else:
            return


class _Tie(NamedTuple):
    """Who is told what, and why."""

    part: _Any
    input: Any
    cause: ContradictionError


def _leaves(provider: _Any) -> Iterator[_Any]:
    for part in provider.parts().values():
        if not part._holds_objects:
            yield part
            yield from _leaves(part)


def _is_known(key: tuple[Any, ...], known: set[tuple[Any, ...]]) -> bool:
    """Tell whether a key is in a set; it is from now on."""
    was_known = key in known
    known.add(key)
    return was_known


def _is_below(part: Any, provider: _Any) -> bool:
    while part is not None and part is not provider:
        part = part._owner
    return part is not None


def _sources(provider: _Any, error: ContradictionError) -> Iterator[tuple[_Any, Any, tuple[Any, ...]]]:
    """The drawn parts from which the hook may have taken what it told; what to tell each instead; and a key of both."""
    memory = _memory(error.leaf)
    for part in provider.parts().values():
        if part is error.provider or part._holds_objects:
            continue
        source = source_of(part)
        if source is None and part.parts():
            yield from _sources(part, error)
        elif not part._was_drawn():
            continue
        elif source is None:
            if memory is None and error.leaf is not error.provider and same(part._known(), error.now):
                yield part, error.before, (id(part),)
        elif memory is not None:
            if _memory(part) is memory and same(part._known(), error.now):
                yield part, error.before, (id(part),)
            target = source.aggregate_provider
            for path in _paths(target.id_provider, part._known(), memory, error.now):
                yield part, {target._id_attr: nested(path, error.before)}, (id(part), *path)


def _paths(provider: _Any, known: Any, memory: object, value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Where, in an id, a reference to a kind of aggregates has a value."""
    if _memory(provider) is memory:
        if same(known, value):
            yield path
    elif known is not None and source_of(provider) is None:
        for name, part in provider.parts().items():
            yield from _paths(part, known.get(name), memory, value, (*path, name))


def _memory(provider: Any) -> object:
    source = source_of(provider)
    return None if source is None else memory_of(source.aggregate_provider)
