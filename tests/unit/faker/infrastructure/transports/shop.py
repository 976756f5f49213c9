"""A small application behind commands: it numbers its aggregates, has a rule, and keeps what it committed."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.infrastructure.repositories.composite_repository import CompositeAutoPkRepository
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.faker.infrastructure.transports.drafts import Draft, draft_of
from ascetic_ddd.faker.infrastructure.transports.sessions import RemoteSessionPool
from ascetic_ddd.seedwork.domain.session.interfaces import ISession
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSessionPool
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySessionPool

WEIGHTS = [0.6, 0.25, 0.1, 0.05]


@dataclass(frozen=True)
class AddCustomer:
    name: str


@dataclass(frozen=True)
class PlaceOrder:
    customer_id: int
    number: int
    amount: int


class RefusedError(Exception):
    """The application's own."""


@dataclass
class Shop:
    """The application; orders with some last digits of their numbers are refused."""

    refuses: frozenset[int] = frozenset()
    customers: dict[int, dict[str, Any]] = field(default_factory=dict)
    orders: dict[int, dict[str, Any]] = field(default_factory=dict)

    def handle(self, command: Any) -> int:
        if isinstance(command, AddCustomer):
            return self._add(self.customers, asdict(command))
        if command.customer_id not in self.customers:
            raise RefusedError(f"no customer {command.customer_id}")
        if command.number % 10 in self.refuses:
            raise RefusedError(f"no order may end with {command.number % 10}")
        return self._add(self.orders, asdict(command))

    def _add(self, table: dict[int, dict[str, Any]], row: dict[str, Any]) -> int:
        id = len(table) + 1
        table[id] = {"id": id, **row}
        return id

    async def all_orders(self, session: ISession) -> AsyncIterator[dict[str, Any]]:
        for row in list(self.orders.values()):
            yield dict(row)

    async def all_customers(self, session: ISession) -> AsyncIterator[dict[str, Any]]:
        for row in list(self.customers.values()):
            yield dict(row)

    def check(self) -> None:
        """All are different, and refer to what there is."""
        assert not [name for name, times in Counter(each["name"] for each in self.customers.values()).items() if times > 1]
        assert not [number for number, times in Counter(each["number"] for each in self.orders.values()).items() if times > 1]
        assert {each["customer_id"] for each in self.orders.values()} <= self.customers.keys()


class Customers(AggregateProvider[dict[str, Any], Draft[AddCustomer]]):
    _id_attr = "id"
    id: ValueProvider[int, int]
    name: ValueProvider[str, str]

    def __init__(self, repository: Any) -> None:
        self.id = ValueProvider[int, int]()
        self.name = ValueProvider[str, str](
            distributor_factory(sequence=True), input_generator=lambda session, position: f"customer {position}"
        )
        super().__init__(repository, draft_of(AddCustomer), Draft.export)


class Orders(AggregateProvider[dict[str, Any], Draft[PlaceOrder]]):
    _id_attr = "id"
    id: ValueProvider[int, int]
    customer_id: ReferenceProvider[int, Draft[AddCustomer], int]
    number: ValueProvider[int, int]
    amount: ValueProvider[int, int]

    def __init__(self, repository: Any, customers: Customers, command: Callable[..., PlaceOrder] = PlaceOrder) -> None:
        self.id = ValueProvider[int, int]()
        self.customer_id = ReferenceProvider(distributor_factory(weights=WEIGHTS, mean=20), customers)
        self.number = ValueProvider[int, int](distributor_factory(sequence=True))
        self.amount = ValueProvider[int, int](values=list(range(1, 11)))
        super().__init__(repository, draft_of(command), Draft.export)


def orders_by(customers: Any, orders: Any | None = None) -> Orders:
    """The graph on two external repositories, remembered in memory."""
    return Orders(remembered(customers if orders is None else orders), Customers(remembered(customers)))


def remembered(external: Any) -> CompositeAutoPkRepository[Draft[Any]]:
    return CompositeAutoPkRepository(
        external_repository=external, internal_repository=InMemoryRepository[Draft[Any]](agg_exporter=Draft.export)
    )


def remote_sessions() -> CompositeSessionPool:
    return CompositeSessionPool(RemoteSessionPool(), InMemorySessionPool())


def shares(table: dict[int, dict[str, Any]], parts: int = 4) -> list[float]:
    """Shares of the orders by equal parts of the customers, most used first."""
    counts = sorted(Counter(each["customer_id"] for each in table.values()).values(), reverse=True)
    size = -(-len(counts) // parts)
    return [sum(counts[place : place + size]) / sum(counts) for place in range(0, len(counts), size)]
