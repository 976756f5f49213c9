"""The children of one parent, of which no two may have something in common."""

from collections.abc import Hashable, Iterator, Sequence
from typing import Any, TypeAlias

from ascetic_ddd.faker.domain.blueprint.slot import NOTHING
from ascetic_ddd.faker.domain.errors import ConfigurationError, ExhaustedError
from ascetic_ddd.faker.domain.providers.kinds import Computed
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.specification.equality import freeze
from ascetic_ddd.faker.domain.values.names import there_is
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("Siblings", "UniqueParts")

_Any = Provider[Any, Any]

UniqueParts: TypeAlias = "bool | str | tuple[str, ...] | Sequence[str | tuple[str, ...]]"

_TRIES = 1_000  # draws for one child before we say that there is no other
_NOBODY_ELSE: Any = object()  # takes back what was drawn, and nothing that was told


class Siblings:
    """The children so far. A child that has something in common with one before is drawn again, in those parts.

    What is drawn and not used is given back when another has been found: until then it would only come again.

    Args:
        parts: combinations of paths; see :meth:`paths`.
    """

    def __init__(self, parts: "tuple[tuple[str, ...], ...]") -> None:
        self._known: list[tuple[tuple[str, ...], set[Hashable]]] = [(paths, set()) for paths in parts]

    @staticmethod
    def paths(unique: UniqueParts) -> "tuple[tuple[str, ...], ...]":
        """Combinations of paths, as they were told in short."""
        if isinstance(unique, bool):
            return (("",),) if unique else ()
        if isinstance(unique, str):
            return ((unique,),)
        if isinstance(unique, tuple):
            return (unique,) if unique else ()
        return tuple((each,) if isinstance(each, str) else tuple(each) for each in unique)

    async def add(self, session: ISession, child: _Any) -> None:
        """Take in the next child, which is complete.

        Raises:
            ContradictionError: it was told what another one has.
            ExhaustedError: nothing else is drawn.
        """
        rejected: list[tuple[_Any, Any]] = []
        try:
            tries = 0
            while (clash := self._clash(child)) is not None:
                tries += 1
                await self._draw_again(session, child, clash, rejected, tries)
        finally:
            for part, drawn in reversed(rejected):
                kept, part._slot.drawn = part._slot.drawn, drawn
                part._give_back()
                part._slot.drawn = kept
        for paths, known in self._known:
            key = _key(child, paths)
            if key is not None:
                known.add(key)

    def _clash(self, child: _Any) -> "tuple[str, ...] | None":
        return next((paths for paths, known in self._known if _key(child, paths) in known), None)

    async def _draw_again(
        self, session: ISession, child: _Any, paths: tuple[str, ...], rejected: list[tuple[_Any, Any]], tries: int
    ) -> None:
        parts = [part for path in paths for part in _drawn(_part_at(child, path))]
        named = " and ".join(paths) or "it"
        what = f"{child.path}: {named} {_shown(child, paths)} is that of another one"
        if not parts:
            raise ConfigurationError(f"{what}, and was told; tell each child another")
        if tries > _TRIES:
            raise ExhaustedError(f"{what}, and {_TRIES:,} draws gave no other; let there be fewer children, or more to draw from")
        for part in parts:
            if part._taken() is not None:
                rejected.append((part, part._slot.drawn))
                part._slot.drawn = None
        for part in (*parts, *_computed(child)):
            part._redraw(_NOBODY_ELSE)
            while part is not child:  # those around it are complete no more
                part = part._owner
                part._slot.is_done, part._slot.output = False, NOTHING
        await child.populate(session)


def _key(child: _Any, paths: tuple[str, ...]) -> Hashable:
    values = [_part_at(child, path)._known() for path in paths]
    return None if any(value is None for value in values) else tuple(map(freeze, values))


def _shown(child: _Any, paths: tuple[str, ...]) -> str:
    return ", ".join(repr(_part_at(child, path)._known()) for path in paths)


def _part_at(child: _Any, path: str) -> _Any:
    part = child
    for name in path.split(".") if path else ():
        parts = part.parts()
        if name not in parts:
            raise ConfigurationError(f"{child.path} shall be unique in {path!r}, but has no such part; {there_is(name, parts)}")
        part = parts[name]
    return part


def _drawn(part: _Any) -> Iterator[_Any]:
    """The parts that were drawn, of this one, or itself."""
    parts = part.parts().values()
    if parts:
        for each in parts:
            yield from _drawn(each)
    elif part._was_drawn():
        yield part


def _computed(child: _Any) -> Iterator[_Any]:
    for part in child.parts().values():
        if isinstance(part, Computed):
            yield part
        yield from _computed(part)
