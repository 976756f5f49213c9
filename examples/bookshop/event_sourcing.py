"""Event-sourced orders: the same rules, and each step is an event, which says when it happened."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from ascetic_ddd.faker.infrastructure.transports.eventstore.pg_event_store import EventRecord
from ascetic_ddd.faker.infrastructure.transports.plain import json_ready, plain
from examples.bookshop.domain import CustomerId, Money, Order, OrderId, OrderLine, ProductId, Quantity

__all__ = (
    "Event",
    "EventSourcedOrder",
    "OrderCancelled",
    "OrderPaid",
    "OrderPlaced",
    "OrderShipped",
    "event_record",
    "stored_orders",
)


@dataclass(frozen=True)
class OrderPlaced:
    customer_id: int
    lines: tuple[dict[str, Any], ...]
    at: datetime


@dataclass(frozen=True)
class OrderPaid:
    amount: Decimal
    at: datetime


@dataclass(frozen=True)
class OrderShipped:
    at: datetime


@dataclass(frozen=True)
class OrderCancelled:
    at: datetime


Event = OrderPlaced | OrderPaid | OrderShipped | OrderCancelled


class EventSourcedOrder:
    """An order that records what happens to it; what it is follows from that."""

    def __init__(self, id: OrderId, events: Iterable[Event]) -> None:
        """Load an order from its events."""
        self.id = id
        self._recorded: list[Event] = []
        for event in events:
            self._apply(event)

    @classmethod
    def place(cls, id: OrderId, customer_id: CustomerId, lines: Sequence[OrderLine], at: datetime) -> "EventSourcedOrder":
        """Place an order."""
        order = cls(id, ())
        order._record(OrderPlaced(customer_id.value or 0, tuple(line.export() for line in lines), at))
        return order

    @property
    def total(self) -> Decimal:
        """What is to be paid."""
        return self._order.total

    @property
    def version(self) -> int:
        """How many events there are."""
        return self._order.version

    def pay(self, amount: Decimal, at: datetime) -> None:
        """Take the money."""
        self._record(OrderPaid(amount, at))

    def ship(self, at: datetime) -> None:
        """Send it to the customer."""
        self._record(OrderShipped(at))

    def cancel(self, at: datetime) -> None:
        """Give it up."""
        self._record(OrderCancelled(at))

    def collect_events(self) -> list[Event]:
        """Hand out what was recorded, once."""
        recorded, self._recorded = self._recorded, []
        return recorded

    def export(self) -> dict[str, Any]:
        """The state as plain data."""
        return self._order.export()

    def _record(self, event: Event) -> None:
        self._apply(event)  # which may refuse it
        self._recorded.append(event)

    def _apply(self, event: Event) -> None:
        match event:
            case OrderPlaced(customer_id=customer_id, lines=lines):
                self._order = Order(self.id, CustomerId(customer_id), [_line(line) for line in lines])
            case OrderPaid(amount=amount):
                self._order.pay(amount)
            case OrderShipped():
                self._order.ship()
            case OrderCancelled():
                self._order.cancel()


_READ: dict[str, Callable[[dict[str, Any]], Event]] = {
    "OrderPlaced": lambda row: OrderPlaced(row["data"]["customer_id"], tuple(row["data"]["lines"]), row["at"]),
    "OrderPaid": lambda row: OrderPaid(Decimal(row["data"]["amount"]), row["at"]),
    "OrderShipped": lambda row: OrderShipped(row["at"]),
    "OrderCancelled": lambda row: OrderCancelled(row["at"]),
}


def event_record(event: Event) -> EventRecord:
    """An event as it is stored: when it happened has a column of its own."""
    data = {name: value for name, value in plain(event).items() if name != "at"}
    return EventRecord(type(event).__name__, json_ready(data), time=event.at)


async def stored_orders(connection: AsyncConnection[Any]) -> list[EventSourcedOrder]:
    """Load all orders from their events, by id."""
    events: dict[int, list[Event]] = {}
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute("SELECT order_id, type, data, at FROM order_events ORDER BY order_id, version")
        async for row in cursor:
            events.setdefault(row["order_id"], []).append(_READ[row["type"]](row))
    return [EventSourcedOrder(OrderId(id), found) for id, found in events.items()]


def _line(line: dict[str, Any]) -> OrderLine:
    return OrderLine(ProductId(line["product_id"]), Quantity(line["quantity"]), Money(Decimal(line["price"])))
