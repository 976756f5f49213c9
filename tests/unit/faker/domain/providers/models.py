"""Small models for the tests of the providers: an aggregate of any attributes, and a library of three aggregates."""

import dataclasses
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.composite_value_provider import CompositeValueProvider
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession

AnyProvider = Provider[Any, Any]
AnyAggregateProvider = AggregateProvider[Any, Any]


class BoomError(Exception):
    """What fails on purpose."""


@asynccontextmanager
async def rolled_back(session: Any) -> AsyncIterator[None]:
    """A transaction that is lost at its end."""
    with suppress(BoomError):
        async with session.atomic():
            yield
            raise BoomError


class Agg:
    """An aggregate of whatever attributes it is given."""

    status: Any
    mark: Any

    def __init__(self, id: Any, **attributes: Any) -> None:
        self.id = id
        vars(self).update(attributes)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)

    def export(self) -> dict[str, Any]:
        return {name: plain(value) for name, value in vars(self).items()}


class Switch:
    """Fails at the n-th call, at each place that is wired to it."""

    def __init__(self) -> None:
        self.fails_at: dict[str, set[int]] = {}
        self.calls: Counter[str] = Counter()

    def pass_by(self, place: str) -> None:
        self.calls[place] += 1
        if self.calls[place] in self.fails_at.get(place, ()):
            raise BoomError(place)


class Guarded:
    """A repository behind a switch; it may fail before or after it has stored."""

    def __init__(self, inner: Any, switch: Switch, place: str) -> None:
        self.inner, self.switch, self.place = inner, switch, place

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def subscribe(self, listener: Any) -> None:
        self.inner.subscribe(listener)

    async def insert(self, session: Any, agg: Any) -> None:
        self.switch.pass_by(f"before {self.place}")
        await self.inner.insert(session, agg)
        self.switch.pass_by(f"after {self.place}")


def plain(value: Any) -> Any:
    if isinstance(value, list):
        return [plain(part) for part in value]
    return value.value if hasattr(value, "value") else value


def memory(exporter: Callable[[Any], dict[str, Any]] = Agg.export) -> InMemoryRepository[Any]:
    return InMemoryRepository(agg_exporter=exporter)


def composite(output_factory: Callable[..., Any] = dict, **parts: Any) -> Any:
    """A provider of a composite value, of a class made for it, with these parts in this order."""

    def __init__(self: Any) -> None:
        vars(self).update(parts)
        CompositeValueProvider.__init__(self, output_factory=output_factory)

    namespace = {"__annotations__": dict.fromkeys(parts, Provider), "__init__": __init__, "__module__": __name__}
    return type("PartProvider", (CompositeValueProvider,), namespace)()


def aggregate(
    repository: Any = None,
    class_name: str = "AggProvider",
    output_factory: Callable[..., Any] = Agg,
    do_populate: Callable[..., Any] | None = None,
    **parts: Any,
) -> Any:
    """An aggregate provider of a class made for it; a database gives the id, if no part is called so.

    ``do_populate`` is called with the provider and the session, before the parts are populated.
    """
    parts = parts if "id" in parts else {"id": ValueProvider[int, int](), **parts}

    def __init__(self: Any) -> None:
        vars(self).update(parts)
        AggregateProvider.__init__(
            self,
            repository=memory() if repository is None else repository,
            output_factory=output_factory,
            output_exporter=Agg.export,
        )

    namespace: dict[str, Any] = {
        "_id_attr": "id",
        "__annotations__": dict.fromkeys(parts, Provider),
        "__init__": __init__,
        "__module__": __name__,
    }
    if do_populate is not None:

        async def hook(self: Any, session: Any, specification: Any = None) -> None:
            await do_populate(self, session)
            await AggregateProvider.do_populate(self, session, specification)

        namespace["do_populate"] = hook
    return type(class_name, (AggregateProvider,), namespace)()


def reference(target: Any, create: bool = True, strict: bool = True, **distribution: Any) -> ReferenceProvider[Any, Any, Any]:
    return ReferenceProvider(distributor_factory(**distribution), target, create=create, strict=strict)


def value(*inputs: Any, **distribution: Any) -> ValueProvider[Any, Any]:
    """Gives these inputs over and over."""
    drawn: list[Any] = []

    def draw() -> Any:
        drawn.append(None)
        return inputs[(len(drawn) - 1) % len(inputs)]

    return ValueProvider(distributor_factory(**distribution), input_generator=draw)


def numbers(**distribution: Any) -> ValueProvider[Any, Any]:
    """Gives 0, 1, 2, …, wherever the session ends."""
    given: list[None] = []

    def draw() -> int:
        given.append(None)
        return len(given) - 1

    return ValueProvider(distributor_factory(**distribution), input_generator=draw)


async def made(provider: Any, session: Any, input: Any = None) -> Any:
    """One life of one object."""
    provider.reset()
    if input is not None:
        provider.set(input)
    await provider.populate(session)
    return await provider.create(session)


async def made_in_transaction(provider: Any, input: Any = None) -> Any:
    session = InMemorySession()
    async with session.atomic():
        return await made(provider, session, input)


async def stored(repository: Any, session: Any = None) -> list[dict[str, Any]]:
    """What is stored, as this session sees it, or one of its own."""
    return [state async for state in repository.find(session or InMemorySession())]


@dataclasses.dataclass
class TenantId:  # not hashable, as the seed's
    value: int | None


@dataclasses.dataclass
class AuthorId:
    tenant_id: TenantId
    author_id: int | None

    @property
    def value(self) -> dict[str, Any]:
        return {"tenant_id": self.tenant_id.value, "author_id": self.author_id}


class TenantProvider(AggregateProvider[dict[str, Any], Agg]):
    _id_attr = "id"
    id: ValueProvider[int, TenantId]
    status: ValueProvider[str, str]

    def __init__(self, repository: Any = None, status: Any = ("blocked", "active")) -> None:
        self.id = ValueProvider[int, TenantId]()
        self.status = value(*status)
        super().__init__(repository or memory(), Agg, Agg.export)


class AuthorIdProvider(CompositeValueProvider[dict[str, Any], AuthorId]):
    tenant_id: ReferenceProvider[int, Agg, TenantId]
    author_id: ValueProvider[int, int]

    def __init__(self, tenants: TenantProvider, **distribution: Any) -> None:
        self.tenant_id = reference(tenants, **distribution)
        self.author_id = ValueProvider[int, int]()
        super().__init__(output_factory=AuthorId)


class AuthorProvider(AggregateProvider[dict[str, Any], Agg]):
    _id_attr = "id"
    id: AuthorIdProvider
    name: ValueProvider[int, int]

    def __init__(self, tenants: TenantProvider, repository: Any = None, **distribution: Any) -> None:
        self.id = AuthorIdProvider(tenants, **distribution)
        self.name = numbers()
        super().__init__(repository or memory(), Agg, Agg.export)


class BookProvider(AggregateProvider[dict[str, Any], Agg]):
    _id_attr = "id"
    id: ValueProvider[int, int]
    author_id: ReferenceProvider[Any, Agg, AuthorId]

    def __init__(self, authors: AuthorProvider, repository: Any = None, **distribution: Any) -> None:
        self.id = ValueProvider[int, int]()
        self.author_id = reference(authors, **distribution)
        super().__init__(repository or memory(), Agg, Agg.export)
