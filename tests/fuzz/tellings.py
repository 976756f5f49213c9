"""What is told: random wishes as plain data, made into input by what exists, and held against what came out."""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.fuzz.graphs import Graph, Kind, Listed, Nested, Reference, Value, walk
from tests.fuzz.hooks import LISTED
from tests.fuzz.model import frozen

__all__ = ("Wish", "contradicts", "input_of", "wishes")


@dataclass(frozen=True)
class Wish:
    """Something is told of one part.

    Attributes:
        part: its place among those of the kind, from which on the first that can be told so is taken.
        how: "null", "value", "id" of one that exists, "pattern" of a part of the referenced aggregate, or its "unique" value.
        which: one of the values, or ids, or parts.
    """

    part: int
    how: str
    which: int


wishes = st.lists(
    st.builds(Wish, st.integers(0, 7), st.sampled_from(("null", "value", "id", "pattern", "pattern")), st.integers(0, 5)),
    max_size=2,
).map(tuple)


def input_of(graph: Graph, kind: Kind, told: tuple[Wish, ...], rows: Any) -> dict[str, Any]:
    """The input for the wishes that can be told of a kind; ``rows`` gives the rows of a kind that exist."""
    input: dict[str, Any] = {}
    for wish in told:
        ways = [(path, part) for path, part in walk(kind) if _can_be_told(part, wish.how)]
        if ways:
            path, part = ways[wish.part % len(ways)]
            value = _value(graph, part, wish, rows)
            if value is not None or wish.how == "null":
                _put(input, path, value)
    return input


def _can_be_told(part: Any, how: str) -> bool:
    if how == "null":
        return isinstance(part, (Value, Reference, Nested)) and part.null_weight > 0.0
    return isinstance(part, (Value, Listed)) if how == "value" else isinstance(part, Reference)


def _value(graph: Graph, part: Any, wish: Wish, rows: Any) -> Any:
    if wish.how == "null":
        return None
    if isinstance(part, Listed):
        return LISTED[wish.which % len(LISTED)]
    if isinstance(part, Value):
        return f"{part.name}{wish.which}"
    target = graph[part.target]
    if wish.how == "id":
        found = list(rows(target.name).values())
        return found[wish.which % len(found)]["id"] if found else None
    return _pattern(graph, target, wish.which, rows)


def _pattern(graph: Graph, target: Kind, which: int, rows: Any) -> Any:
    """A part of the wanted aggregate: a value, or the id of what it refers to, or a pattern of that."""
    ways = [(path, part) for path, part in walk(target) if isinstance(part, (Value, Listed, Reference)) and len(path) < 3]
    if not ways:
        return None
    path, part = ways[which % len(ways)]
    hows = ("id", "pattern") if isinstance(part, Reference) and part.target < graph.index(target) else ("id",)
    how = hows[which % len(hows)] if isinstance(part, Reference) else "value"
    value = _value(graph, part, Wish(0, how, which // 2), rows)
    if value is None:
        return None
    pattern: dict[str, Any] = {}
    _put(pattern, path, value)
    return pattern


def _put(input: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for name in path[:-1]:
        inner = input.get(name)
        if not isinstance(inner, dict):
            inner = input[name] = {}
        input = inner
    input[path[-1]] = value


def contradicts(graph: Graph, kind: Kind, input: Any, state: Any, rows: Any) -> str:
    """What was told and is not so, in words; empty if all is as it was told."""
    parts = dict(walk(kind))
    return _contradicts(graph, parts, input, state, (), rows)


def _contradicts(graph: Graph, parts: Any, input: Any, state: Any, path: tuple[str, ...], rows: Any) -> str:
    for name, value in input.items():
        here = (*path, name)
        part = parts.get(here)
        found = None if state is None else state.get(name)
        if isinstance(part, Reference) and value is not None:
            wrong = _refers_wrongly(graph, part, value, found, rows)
        elif isinstance(value, dict):
            wrong = _contradicts(graph, parts, value, found, here, rows)
        else:
            wrong = "" if found == value else f"told {value!r}, is {found!r}"
        if wrong:
            return f"{'.'.join(here)}: {wrong}" if not wrong.startswith("…") else wrong
    return ""


def _refers_wrongly(graph: Graph, part: Reference, value: Any, found: Any, rows: Any) -> str:
    target = graph[part.target]
    known = rows(target.name)
    if frozen(value) in known:
        return "" if frozen(found) == frozen(value) else f"told the id {value!r}, is {found!r}"
    if found is None:
        return "" if part.null_weight else f"told the pattern {value!r}, is null"
    if target.owner is not None and "owner" in value:
        value = {**value, "id": {"owner": value["owner"]}}
        del value["owner"]
    state = known.get(frozen(found))
    return f"leads to {found!r}, which is not stored" if state is None else contradicts(graph, target, value, state, rows)
