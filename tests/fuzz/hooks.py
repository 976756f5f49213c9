"""The user's own code in a provider: methods that are overridden, and what they do with the parts."""

from collections.abc import Callable, Iterator
from typing import Any

from tests.fuzz.graphs import Graph, Hook, Kind, Listed, Reference, walk

__all__ = ("LISTED", "carry_out", "deeds", "methods_of", "overriding")

LISTED = ("x", "y", "z")

_Method = Callable[..., Any]

Deeds = list[tuple[Hook, _Method]]


def overriding(base: type, name: str) -> type:
    """A class of the user's with a method of its own, which does as before; the same class if no name is given."""
    if not name:
        return base
    inherited: Any = getattr(base, name)

    async def later(self: Any, session: Any, *args: Any) -> Any:
        return await inherited(self, session, *args)

    def at_once(self: Any) -> None:
        inherited(self)

    method = at_once if name == "reset" else later
    return type(f"Own{base.__name__}", (base,), {name: method, "__module__": __name__})


def methods_of(graph: Graph, kind: Kind, base: type) -> dict[str, _Method]:
    """The overridden ``populate`` and ``create`` of a kind, by name."""
    return {name: _before(getattr(base, name), found) for name in ("populate", "create") if (found := deeds(graph, kind, name))}


def deeds(graph: Graph, kind: Kind, when: str) -> Deeds:
    """What the hooks of a kind do at a moment."""
    parts = {".".join(path): part for path, part in walk(kind)}
    return [(hook, _deed(graph, parts[hook.path], hook)) for hook in kind.hooks if hook.when == when]


async def carry_out(found: Deeds, provider: Any, session: Any) -> None:
    """Do it with the parts of a provider."""
    for hook, deed in found:
        await deed(at(provider, hook.path), session)


def _before(inherited: Any, found: Deeds) -> _Method:
    async def method(self: Any, session: Any, *args: Any) -> Any:
        await carry_out(found, self, session)
        return await inherited(self, session, *args)

    return method


class _Turns:
    """Counts; what is rolled back is not counted, so that a batch that is made again is made as before."""

    def __init__(self) -> None:
        self._number = 0

    def next(self, session: Any) -> int:
        self._number += 1
        session.on_rollback(self._back)
        return self._number

    def _back(self) -> None:
        self._number -= 1


def _deed(graph: Graph, part: Any, hook: Hook) -> _Method:
    turns = _Turns()

    async def read(provider: Any, session: Any) -> None:
        if turns.next(session) % 3 == 0:
            await provider.populate(session)
        provider.get()

    async def make(provider: Any, session: Any) -> None:
        if turns.next(session) % 3 == 1:
            await provider.create(session)

    async def tell(provider: Any, session: Any) -> None:
        turn = turns.next(session)
        told = _told(graph, part, turn)
        if turn % 3 and told is not None:
            provider.set(told)

    return {"read": read, "make": make, "tell": tell}[hook.what]


def _told(graph: Graph, part: Any, turn: int) -> Any:
    if isinstance(part, Listed):
        return LISTED[turn % 3]
    if not isinstance(part, Reference):
        return f"told {turn % 5}"
    listed: Iterator[str] = (each.name for each in graph[part.target].parts if isinstance(each, Listed))
    name = next(listed, None)
    return None if name is None else {name: LISTED[turn % 2]}


def at(provider: Any, path: str) -> Any:
    """The part of a provider at a path."""
    for name in path.split("."):
        provider = getattr(provider, name)
    return provider
