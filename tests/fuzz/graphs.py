"""Random provider graphs, as plain data: kinds of aggregates, their parts, and who refers to whom."""

from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields, replace
from typing import Any

from hypothesis import strategies as st

__all__ = (
    "LAWS",
    "Children",
    "Graph",
    "Hook",
    "Kind",
    "Lines",
    "Listed",
    "Nested",
    "Part",
    "Reference",
    "Value",
    "can_fail",
    "graphs",
    "leads_back",
    "never_made",
    "references",
    "unique_parts",
    "walk",
)

LAWS: dict[str, dict[str, Any]] = {
    "new": {},
    "sequence": {"sequence": True},
    "unique": {"mean": 1},
    "mean": {"mean": 3},
    "skew": {"skew": 2.0, "mean": 4},
    "weights": {"weights": [0.7, 0.3], "mean": 4},
    "histogram": {"histogram": [(0, 1), (1, 1), (3, 1)]},
}
"""Parameters of a distributor by name."""


class _Spec:
    """What is as usual is not shown."""

    def __repr__(self) -> str:
        shown = [
            f"{each.name}={value!r}"
            for each in fields(self)  # type: ignore[arg-type]  # each subclass is a dataclass
            if (value := getattr(self, each.name)) != each.default or each.default is MISSING
        ]
        return f"{type(self).__name__}({', '.join(shown)})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))  # as hypothesis shows what failed


@dataclass(frozen=True, repr=False)
class Value(_Spec):
    """Drawn by a law, from the number of the value."""

    name: str
    law: str
    null_weight: float = 0.0
    waits: bool = False
    is_apart: bool = False  # its generator shares nothing with anybody
    overrides: str = ""  # the method that is the user's own

    @property
    def is_unique(self) -> bool:
        return self.law in ("sequence", "unique")


@dataclass(frozen=True, repr=False)
class Listed(_Spec):
    """One of a fixed list."""

    name: str
    weights: tuple[float, ...] | None = None


@dataclass(frozen=True, repr=False)
class Reference(_Spec):
    """To the aggregate of another kind, by its place in the graph."""

    name: str
    target: int
    law: str = "new"
    null_weight: float = 0.0
    is_closed: bool = False
    shares: bool = False  # the distributor, with others to the same kind by the same law
    tie: str = ""  # the path of a reference of the same object that says which owner the target has
    is_declared: bool = False  # the tie, in the place of a hook
    is_apart: bool = False  # by a provider of its own of the same repository
    overrides: str = ""  # the method that is the user's own


@dataclass(frozen=True, repr=False)
class Nested(_Spec):
    """A composite value."""

    name: str
    parts: "tuple[Value | Listed | Reference | Nested, ...]"
    null_weight: float = 0.0
    overrides: str = ""  # the method that is the user's own


@dataclass(frozen=True, repr=False)
class Lines(_Spec):
    """A list of values."""

    name: str
    law: str


@dataclass(frozen=True, repr=False)
class Children(_Spec):
    """Aggregates that are made after their parent, by the path of their reference to it."""

    name: str
    kind: int
    reference: str


@dataclass(frozen=True, repr=False)
class Hook(_Spec):
    """What the user's own code does with a part of an object."""

    when: str  # before or after the parts are completed, in an overridden populate, in an overridden create
    what: str  # reads it, makes it, tells it something
    path: str


Part = Value | Listed | Reference | Nested | Lines | Children


@dataclass(frozen=True, repr=False)
class Kind(_Spec):
    """A kind of aggregate. Its id is given by the store, a running number, or a number within an owner."""

    name: str
    id: str
    parts: tuple[Part, ...]
    owner: Reference | None = None
    bulk: bool = False  # its repository stores many at once
    waits: bool = False  # its factory does
    hooks: tuple[Hook, ...] = ()
    is_apart: bool = False  # no code of ours is shared by its factory and its generators
    unique: tuple[tuple[str, ...], ...] = ()  # paths of parts of which no combination comes twice


Graph = tuple[Kind, ...]
"""The last kind leads to all others."""

_value_laws = st.sampled_from(("new", "new", "mean", "skew", "weights", "unique", "sequence", "histogram"))
_reference_laws = st.sampled_from(("new", "mean", "mean", "skew", "weights", "histogram"))


@st.composite
def _values(draw: Any, name: str) -> Value | Listed:
    if draw(st.integers(0, 3)) == 0:
        return Listed(name, draw(st.sampled_from((None, (0.7, 0.2, 0.1)))))
    law = draw(_value_laws)
    null_weight = draw(st.sampled_from((0.0, 0.0, 0.3)))
    return Value(name, law, null_weight, draw(st.sampled_from((False, False, True))))


@st.composite
def _references(draw: Any, name: str, target: int, *, ends: bool) -> Reference:
    null_weight = 0.4 if ends else draw(st.sampled_from((0.0, 0.0, 0.3)))
    is_closed = draw(st.integers(0, 7)) == 7
    law = draw(_reference_laws.filter(lambda law: law != "new" or not is_closed))
    return Reference(name, target, law, null_weight, is_closed, draw(st.booleans()))


@st.composite
def _kinds(draw: Any, place: int, count: int, before: Graph) -> Kind:
    parts: list[Any] = [draw(_values(f"v{number}")) for number in range(draw(st.integers(0, 2)))]
    owner = None
    form = draw(st.sampled_from(("given", "given", "sequence", "within") if place else ("given", "sequence")))
    if form == "within":
        owner = draw(_references("owner", draw(st.integers(0, place - 1)), ends=False))
        owner = replace(owner, null_weight=0.0)
    for number in range(draw(st.integers(0, 2)) if place else draw(st.integers(0, 1))):
        target = draw(st.integers(0, min(place + 1, count - 1)))
        found = draw(_references(f"r{number}", target, ends=target >= place))
        if draw(st.integers(0, 4)) == 4:
            found = Nested(f"n{number}", (found, draw(_values("v"))), draw(st.sampled_from((0.0, 0.3))))
        parts.append(found)
    if draw(st.integers(0, 4)) == 4:
        parts.append(Nested("address", (draw(_values("city")), draw(_values("street"))), draw(st.sampled_from((0.0, 0.3)))))
    if draw(st.integers(0, 4)) == 4:
        parts.append(Lines("lines", draw(st.sampled_from(("new", "mean", "unique")))))
    return Kind(chr(ord("A") + place), form, tuple(parts), owner, draw(st.booleans()), draw(st.integers(0, 4)) == 4)


@st.composite
def graphs(draw: Any, largest: int = 4) -> Graph:
    """Graphs of one to so many kinds."""
    count = draw(st.integers(1, largest))
    kinds: Graph = ()
    for place in range(count):
        kinds = (*kinds, draw(_kinds(place, count, kinds)))
    kinds = tuple(_tied(kind, kinds) if draw(st.booleans()) else kind for kind in kinds)
    kinds = tuple(replace(kind, unique=draw(unique_parts(kind, rarity=4))) for kind in _with_children(draw, kinds))
    lost = [place for place in range(count - 1) if place not in _reached(kinds, count - 1)]
    links = tuple(Reference(f"to{place}", place, "mean", 0.3) for place in lost)
    return (*kinds[:-1], replace(kinds[-1], parts=(*kinds[-1].parts, *links)))


@st.composite
def unique_parts(draw: Any, kind: Kind, rarity: int = 1) -> tuple[tuple[str, ...], ...]:
    """Parts that are unique together, in one kind of so many more, if it has any."""
    paths = [path for path, part in walk(kind) if isinstance(part, (Value, Listed, Reference))]
    if len(paths) < 2 or draw(st.integers(0, rarity)):
        return ()
    chosen = draw(st.lists(st.sampled_from(paths), min_size=2, max_size=3, unique=True))
    parts = [part for path, part in walk(kind) if path in chosen]
    is_too_narrow = len(parts) == 2 and any(isinstance(part, Listed) for part in parts)  # refused at once
    return () if is_too_narrow and any(LAWS[getattr(part, "law", "new")].get("mean", 0) > 3 for part in parts) else tuple(chosen)


def _with_children(draw: Any, kinds: Graph) -> Graph:
    for place, kind in enumerate(kinds):
        for later in range(place + 1, len(kinds)):
            ways = [path for path, found in references(kinds[later]) if found.target == place and len(path) < 3]
            if ways and draw(st.integers(0, 3)) == 3:
                children = Children("children", later, ".".join(draw(st.sampled_from(ways))))
                return (*kinds[:place], replace(kind, parts=(*kind.parts, children)), *kinds[place + 1 :])
    return kinds


def _tied(kind: Kind, kinds: Graph) -> Kind:
    """Let a hook tie the references whose target has an owner of the kind that this one refers to itself."""
    parts = []
    for part in kind.parts:
        if isinstance(part, Reference):
            owner = kinds[part.target].owner
            for path, found in references(kind):
                if owner is not None and found.target == owner.target and found.name != part.name and len(path) < 3:
                    part = replace(part, tie=".".join(path))
                    break
        parts.append(part)
    return replace(kind, parts=tuple(parts))


def references(kind: Kind) -> Iterator[tuple[tuple[str, ...], Reference]]:
    """The references of a kind, with their paths in the exported state."""
    for path, part in walk(kind):
        if isinstance(part, Reference):
            yield path, part


def walk(kind: Kind) -> Iterator[tuple[tuple[str, ...], Any]]:
    """All parts of a kind with their paths in the exported state, parts of parts included."""
    if kind.owner is not None:
        yield ("id", "owner"), kind.owner
    for part in kind.parts:
        yield from _walk((part.name,), part)


def _walk(path: tuple[str, ...], part: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, part
    if isinstance(part, Nested):
        for inner in part.parts:
            yield from _walk((*path, inner.name), inner)


def can_fail(graph: Graph, root: int) -> bool:
    """Tell whether an aggregate of which nothing is told may be impossible to make.

    A closed reference may find nothing; a child may need another parent, and that one other children; no combination may be left.
    """
    for place in _reached(graph, root):
        if graph[place].unique:
            return True
        if any(found.is_closed for _, found in references(graph[place])):
            return True
        for part in graph[place].parts:
            if isinstance(part, Children):
                others = [found for path, found in references(graph[part.kind]) if ".".join(path) != part.reference]
                if any(place in _reached(graph, found.target) for found in others):
                    return True
    return False


def never_made(graph: Graph, root: int) -> list[str]:
    """The kinds of which making one of ``root`` makes none: all references to them are closed."""
    reached = _reached(graph, root)
    made = {root} | {part.kind for place in reached for part in graph[place].parts if isinstance(part, Children)}
    made |= {found.target for place in reached for _, found in references(graph[place]) if not found.is_closed}
    return [graph[place].name for place in reached - made]


def leads_back(graph: Graph, root: int) -> bool:
    """Tell whether making an aggregate of a kind may make others of the same kind."""
    for place in _reached(graph, root):
        children = [part.kind for part in graph[place].parts if isinstance(part, Children)]
        if root in (*children, *(found.target for _, found in references(graph[place]))):
            return True
    return False


def _reached(kinds: Graph, root: int) -> set[int]:
    found: set[int] = set()
    waiting = [root]
    while waiting:
        place = waiting.pop()
        if place not in found:
            found.add(place)
            waiting += [each.target for _, each in references(kinds[place])]
            waiting += [part.kind for part in kinds[place].parts if isinstance(part, Children)]
    return found
