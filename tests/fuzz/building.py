"""A random graph come alive: its domain objects, providers and repositories."""

from collections.abc import Callable
from typing import Any

from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.distributors.o2m.factory import children_factory
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.composite_value_provider import CompositeValueProvider
from ascetic_ddd.faker.domain.providers.dependent_provider import DependentProvider
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.seedwork.domain.session.interfaces import ISession
from tests.fuzz.faults import Switch
from tests.fuzz.graphs import LAWS, Children, Graph, Kind, Lines, Listed, Nested, Reference, Value, references
from tests.fuzz.hooks import LISTED, carry_out, deeds, methods_of, overriding

__all__ = ("Item", "build")

AnyProvider = AggregateProvider[Any, Any]


class Key:
    """An id of two parts."""

    def __init__(self, owner: Any, number: Any) -> None:
        self.owner, self.number = owner, number


class Item:
    """An aggregate of whatever attributes it is given."""

    def __init__(self, **attributes: Any) -> None:
        vars(self).update(attributes)

    def state(self) -> dict[str, Any]:
        return {name: _plain(value) for name, value in vars(self).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Key):
        return {"owner": _plain(value.owner), "number": value.number}
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list) else value


def build(graph: Graph, repositories: dict[str, Any], switch: Switch) -> dict[str, AnyProvider]:
    """Make the providers of a graph, by the names of their kinds."""
    return _Builder(graph, repositories, switch).built


class _Builder:
    def __init__(self, graph: Graph, repositories: dict[str, Any], switch: Switch) -> None:
        self._graph, self._switch = graph, switch
        self._repositories = repositories
        self._shared: dict[tuple[int, str, float], Any] = {}
        self.built: dict[str, AnyProvider] = {}
        for place, kind in enumerate(graph):
            self.built[kind.name] = self._aggregate(place, kind)
        for kind in graph:
            for part in kind.parts:
                if isinstance(part, Children):
                    self._add_children(self.built[kind.name], part)

    def _aggregate(self, place: int, kind: Kind) -> AnyProvider:
        repository = self._repositories[kind.name]
        parts: dict[str, Any] = {"id": self._id(place, kind)}
        children = [part.name for part in kind.parts if isinstance(part, Children)]
        for part in kind.parts:
            if not isinstance(part, Children):
                parts[part.name] = self._part(place, kind, part)
        ties = [(path, found) for path, found in references(kind) if found.tie and not found.is_declared]
        switch, before, after = self._switch, deeds(self._graph, kind, "before"), deeds(self._graph, kind, "after")
        factory, export = self._factory(kind), self._exporter(kind)

        def __init__(self: Any) -> None:
            vars(self).update(parts)
            self._ties = [(_at(self, tuple(found.tie.split("."))), _at(self, path)) for path, found in ties]
            unique = [".".join(path) for path in kind.unique]
            AggregateProvider.__init__(self, repository, factory, export, unique_together=[unique] if unique else None)

        async def do_populate(self: Any, session: ISession, specification: Any = None) -> None:
            await switch.wait(f"the hook of {kind.name}")
            await carry_out(before, self, session)
            for owner, tied in self._ties:
                await owner.populate(session)
                if owner.get() is not None:
                    tied.set({"owner": owner.get()})
            await AggregateProvider.do_populate(self, session, specification)
            await carry_out(after, self, session)

        names = dict.fromkeys((*parts, *children), Provider)
        body: dict[str, Any] = {"_id_attr": "id", "__annotations__": names, "__init__": __init__, "__module__": __name__}
        body |= methods_of(self._graph, kind, AggregateProvider)
        if ties or before or after:
            body["do_populate"] = do_populate
        for name in children:
            body[name] = None  # until all kinds are there
        made: AnyProvider = type(f"{kind.name}Provider", (AggregateProvider,), body)()
        return made

    def _factory(self, kind: Kind) -> Callable[..., Any]:
        switch = self._switch

        def make(**attributes: Any) -> Item:
            switch.pass_by(f"the factory of {kind.name}")
            return Item(**attributes)

        async def make_slowly(**attributes: Any) -> Item:
            await switch.wait(f"the factory of {kind.name}")
            return Item(**attributes)

        if kind.is_apart:
            return Item
        return make_slowly if kind.waits else make

    def _exporter(self, kind: Kind) -> Callable[[Item], dict[str, Any]]:
        def export(item: Item) -> dict[str, Any]:
            self._switch.pass_by(f"the exporter of {kind.name}")
            return item.state()

        return export

    def _id(self, place: int, kind: Kind) -> Any:
        if kind.id == "sequence":
            return ValueProvider[int, int](distributor_factory(sequence=True))
        if kind.owner is None:
            return ValueProvider[int, int]()
        return _composite(Key, {"owner": self._reference(place, kind.owner), "number": ValueProvider[int, int]()}, 0.0)

    def _part(self, place: int, kind: Kind, part: Any) -> Any:
        if isinstance(part, Reference):
            return self._reference(place, part)
        if isinstance(part, Listed):
            return ValueProvider(values=list(LISTED), weights=part.weights)
        if isinstance(part, Value):
            distributor = distributor_factory(**LAWS[part.law], null_weight=part.null_weight)
            return overriding(ValueProvider, part.overrides)(distributor, input_generator=self._generator(kind, part))
        if isinstance(part, Lines):
            line: ValueProvider[str, str] = ValueProvider(
                distributor_factory(**LAWS[part.law]), input_generator=self._generator(kind, part)
            )
            return DependentProvider(children_factory(low=0, high=3, mean=1), line)
        assert isinstance(part, Nested)
        parts = {inner.name: self._part(place, kind, inner) for inner in part.parts}
        return _composite(dict, parts, part.null_weight, part.overrides)

    def _generator(self, kind: Kind, part: Value | Lines) -> Callable[..., Any]:
        switch, name = self._switch, part.name
        if isinstance(part, Value) and part.is_apart:
            return _apart(name, part.law)

        def generate(session: ISession, position: int) -> str:
            switch.pass_by(f"the generator of {kind.name}.{name}")
            return f"{name}{position % 5 if part.law == 'new' else position}"

        async def generate_slowly(session: ISession, position: int) -> str:
            await switch.wait(f"the generator of {kind.name}.{name}")
            return f"{name}{position % 5 if part.law == 'new' else position}"

        return generate_slowly if isinstance(part, Value) and part.waits else generate

    def _reference(self, place: int, part: Reference) -> Any:
        distributor = distributor_factory(**LAWS[part.law], null_weight=part.null_weight)
        if part.shares and part.target < place and part.law != "new":
            distributor = self._shared.setdefault((part.target, part.law, part.null_weight), distributor)
        target: Any = lambda: self.built[self._graph[part.target].name]
        if part.target < place:
            target = self._aggregate(part.target, self._graph[part.target]) if part.is_apart else target()
        tied = {"owner": part.tie} if part.is_declared else None
        return overriding(ReferenceProvider, part.overrides)(distributor, target, create=not part.is_closed, tied=tied)

    def _add_children(self, parent: Any, part: Children) -> None:
        child = self.built[self._graph[part.kind].name]
        dependent = DependentProvider(children_factory(low=0, high=2, mean=0.8), child, reference=part.reference)
        setattr(parent, part.name, dependent)


def _apart(name: str, law: str) -> Callable[..., Any]:
    if law == "new":
        return lambda session, position: f"{name}{position % 5}"
    return lambda session, position: f"{name}{position}"


def _composite(output_factory: Any, parts: dict[str, Any], null_weight: float, overrides: str = "") -> Any:
    def __init__(self: Any) -> None:
        vars(self).update(parts)
        CompositeValueProvider.__init__(self, output_factory, null_weight=null_weight)

    body = {"__annotations__": dict.fromkeys(parts, Provider), "__init__": __init__, "__module__": __name__}
    return type("PartProvider", (overriding(CompositeValueProvider, overrides),), body)()


def _at(provider: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        provider = getattr(provider, name)
    return provider
