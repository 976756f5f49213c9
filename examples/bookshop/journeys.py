"""Which steps lead to which state, and what they are in the domain model; as commands they are in ``transports.py``."""

from datetime import datetime, timedelta

from ascetic_ddd.faker.infrastructure.transports.domain_journey import DomainJourney
from ascetic_ddd.faker.infrastructure.transports.ways import Step
from examples.bookshop.domain import (
    Customer,
    CustomerId,
    Email,
    Money,
    Order,
    OrderId,
    OrderLine,
    Product,
    ProductId,
    Quantity,
)
from examples.bookshop.event_sourcing import EventSourcedOrder

__all__ = ("CUSTOMER", "CUSTOMER_WAYS", "EVENT_SOURCED_ORDER", "ORDER", "ORDER_WAYS", "PRODUCT", "PRODUCT_WAYS", "united")

CUSTOMER_WAYS = {"active": ["register"], "blocked": ["register", "block"]}
PRODUCT_WAYS = {"on_sale": ["add"], "discontinued": ["add", "discontinue"]}
ORDER_WAYS = {
    "placed": ["place"],
    "paid": ["place", "pay"],
    "shipped": ["place", "pay", "ship"],
    "cancelled": ["place", "cancel"],
}


def _register(id: CustomerId, name: str, email: Email, city: str) -> Customer:
    return Customer(id, name, email, city)


def _add(id: ProductId, title: str, price: Money) -> Product:
    return Product(id, title, price)


def united(line: OrderLine, other_line: OrderLine | None) -> list[OrderLine]:
    """The lines of an order; two of one product are one."""
    if other_line is None:
        return [line]
    if other_line.product_id != line.product_id:
        return [line, other_line]
    return [OrderLine(line.product_id, Quantity(line.quantity.value + other_line.quantity.value), line.price)]


def _placed(
    id: OrderId, customer_id: CustomerId, line: OrderLine, other_line: OrderLine | None, at: datetime
) -> EventSourcedOrder:
    return EventSourcedOrder.place(id, customer_id, united(line, other_line), at)


def _place(id: OrderId, customer_id: CustomerId, line: OrderLine, other_line: OrderLine | None) -> Order:
    return Order(id, customer_id, united(line, other_line))


CUSTOMER = DomainJourney[Customer]("status", CUSTOMER_WAYS, {"register": Step(_register), "block": Step(Customer.block)})
PRODUCT = DomainJourney[Product]("status", PRODUCT_WAYS, {"add": Step(_add), "discontinue": Step(Product.discontinue)})
ORDER = DomainJourney[Order](
    "status",
    ORDER_WAYS,
    {
        "place": Step(_place),
        "pay": Step(Order.pay, amount=lambda known: known["self"].total),
        "ship": Step(Order.ship),
        "cancel": Step(Order.cancel),
    },
)
EVENT_SOURCED_ORDER = DomainJourney[EventSourcedOrder](
    "status",
    ORDER_WAYS,
    {
        "place": Step(_placed),
        "pay": Step(EventSourcedOrder.pay, after="hesitation", amount=lambda known: known["self"].total),
        "ship": Step(EventSourcedOrder.ship, after=timedelta(days=1)),
        "cancel": Step(EventSourcedOrder.cancel, after=timedelta(hours=5)),
    },
    begins="placed_at",
)
