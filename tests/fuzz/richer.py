"""Graphs with what a batch must stand beside the common: the user's own code in all places, and parts nested deep."""

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from tests.fuzz.graphs import Children, Graph, Hook, Kind, Lines, Listed, Nested, Reference, Value, graphs, unique_parts, walk

__all__ = ("rich_graphs",)

_rarely = st.sampled_from((False, False, False, True))
_moments = st.sampled_from(("before", "before", "after", "populate", "create"))
_deeds = st.sampled_from(("read", "read", "make", "tell"))


@st.composite
def rich_graphs(draw: Any, largest: int = 4) -> Graph:
    """Graphs as the others, and more: of one kind in two all code is apart, so that its rows can be drawn by column."""
    graph = draw(graphs(largest))
    return tuple([draw(_rich(kind, graph)) for kind in graph])


@st.composite
def _rich(draw: Any, kind: Kind, graph: Graph) -> Kind:
    is_apart = draw(st.booleans())
    methods = st.just("") if draw(st.booleans()) else st.sampled_from(("", "", "", "populate", "create", "reset"))
    parts = [draw(_part(part, is_apart, methods)) for part in kind.parts]
    if draw(_rarely):
        inner: Any = draw(_part(Value("v", draw(st.sampled_from(("new", "mean", "skew", "sequence")))), is_apart, methods))
        for depth in range(draw(st.integers(1, 3))):
            also = Listed(f"l{depth}", (0.5, 0.3, 0.2))
            inner = Nested(f"d{depth}", (also, inner), draw(st.sampled_from((0.0, 0.2))), draw(methods))
        parts.append(replace(inner, name="deep"))
    references = [part for part in parts if isinstance(part, Reference) and not part.tie and not part.is_closed]
    if references and draw(_rarely):
        twin = draw(st.sampled_from(references))
        target = graph[twin.target]
        is_alone = target.id != "sequence" and not any(
            isinstance(part, (Children, Lines)) or getattr(part, "is_unique", False) for _, part in walk(target)
        )
        parts.append(replace(twin, name="twin", law="mean", shares=False, is_apart=is_alone and draw(st.booleans())))
    richer = replace(
        kind,
        parts=tuple(parts),
        owner=None if kind.owner is None else draw(_part(kind.owner, is_apart, st.just(""))),
        bulk=kind.bulk or draw(st.booleans()),
        waits=kind.waits and not is_apart,
        is_apart=is_apart,
    )
    richer = replace(richer, unique=draw(unique_parts(richer)))
    return replace(richer, hooks=draw(_hooks(richer))) if draw(_rarely) else richer


@st.composite
def _part(draw: Any, part: Any, is_apart: bool, methods: Any) -> Any:
    if isinstance(part, Value):
        return replace(part, is_apart=is_apart, waits=part.waits and not is_apart, overrides=draw(methods))
    if isinstance(part, Nested):
        parts = tuple([draw(_part(inner, is_apart, methods)) for inner in part.parts])
        return replace(part, parts=parts, overrides=draw(methods))
    if isinstance(part, Reference):
        is_declared = bool(part.tie) and draw(st.booleans())
        return replace(part, is_declared=is_declared, overrides="" if part.tie else draw(methods))
    return part


@st.composite
def _hooks(draw: Any, kind: Kind) -> tuple[Hook, ...]:
    paths = [path for path, part in walk(kind) if not isinstance(part, (Children, Lines)) and "owner" not in path]
    if not paths:
        return ()
    hooks = []
    for path in draw(st.lists(st.sampled_from(paths), min_size=1, max_size=2, unique=True)):
        part = dict(walk(kind))[path]
        when, what = draw(_moments), draw(_deeds)
        if what == "tell" and (when in ("after", "create") or len(path) > 1 or getattr(part, "tie", "") or _is_unique(part)):
            what = "read"
        if when in ("before", "populate") and what == "make" and isinstance(part, Reference) and part.is_closed:
            what = "read"
        hooks.append(Hook(when, what, ".".join(path)))
    return tuple(hooks)


def _is_unique(part: Any) -> bool:
    return not isinstance(part, (Value, Listed, Reference)) or getattr(part, "is_unique", False)
