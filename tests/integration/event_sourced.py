"""Event-sourced orders, by the library `eventsourcing` and by hand, and the provider that makes both."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from psycopg.conninfo import conninfo_to_dict

from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider

TABLE = b"""
CREATE TABLE events (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stream text NOT NULL,
    version integer NOT NULL,
    type text NOT NULL,
    data jsonb NOT NULL,
    metadata jsonb NOT NULL,
    happened_at timestamptz,
    UNIQUE (stream, version)
)
"""
BEGIN = datetime(2025, 1, 1, tzinfo=UTC)


class Order(Aggregate):
    """As an application of that library has it; it takes the times of its events from the clock."""

    @event("Placed")
    def __init__(self, id: Any, customer_id: int) -> None:
        self._id = id
        self.customer_id = customer_id
        self.status = "placed"
        self.amount = 0

    @event("Paid")
    def pay(self, amount: int) -> None:
        self.amount = amount
        self.status = "paid"

    @event("Shipped")
    def ship(self) -> None:
        self.status = "shipped"

    @event("Marked")
    def mark(self, mark: str) -> None:
        self.status = mark


class Orders(Application[UUID]):
    is_snapshotting_enabled = True


def settings_of(dsn: str) -> dict[str, str]:
    """What the library is told of a database."""
    parts = conninfo_to_dict(dsn)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(parts["dbname"]),
        "POSTGRES_HOST": str(parts["host"]),
        "POSTGRES_PORT": str(parts.get("port", 5432)),
        "POSTGRES_USER": str(parts.get("user", "postgres")),
        "POSTGRES_PASSWORD": str(parts.get("password", "none")),
    }


@dataclass(frozen=True)
class OrderPlaced:
    customer_id: int


@dataclass(frozen=True)
class OrderPaid:
    amount: int


@dataclass
class PlainOrder:
    """By hand: what it has recorded it hands out once."""

    id: str
    customer_id: int
    placed_at: datetime = BEGIN
    version: int = 0
    _recorded: list[Any] = field(default_factory=list)

    def place(self) -> None:
        self._record(OrderPlaced(self.customer_id))

    def pay(self, amount: int) -> None:
        self._record(OrderPaid(amount))

    def collect_events(self) -> list[Any]:
        recorded, self._recorded = self._recorded, []
        return recorded

    @property
    def times(self) -> list[datetime]:
        return [self.placed_at, self.placed_at + timedelta(hours=2)]

    def export(self) -> dict[str, Any]:
        return {"id": self.id, "customer_id": self.customer_id}

    def _record(self, recorded: Any) -> None:
        self.version += 1
        self._recorded.append(recorded)


def placed_and_paid(id: str, customer_id: int) -> PlainOrder:
    order = PlainOrder(id, customer_id)
    order.place()
    order.pay(5)
    return order


def shipped(id: UUID, customer_id: int) -> Order:
    order = Order(id=id, customer_id=customer_id)
    order.pay(amount=5)
    order.ship()
    return order


def export(order: Order) -> dict[str, Any]:
    return {"id": order.id, "customer_id": order.customer_id}


class OrderProvider(AggregateProvider[dict[str, Any], Any]):
    _id_attr = "id"
    id: ValueProvider[Any, Any]
    customer_id: ValueProvider[int, int]

    def __init__(self, repository: Any, make: Any, exporter: Any, id: Any) -> None:
        self.id = ValueProvider[Any, Any](
            distributor_factory(sequence=True), input_generator=lambda session, position: id(position)
        )
        self.customer_id = ValueProvider[int, int](values=[1, 2, 3], weights=[0.5, 0.3, 0.2])
        super().__init__(repository, make, exporter)
