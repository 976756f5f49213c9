"""Orders: lines as child entities, ids made by the domain, money that adds up, all frozen."""

import dataclasses
import enum
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from ascetic_ddd.faker import Aggregate, Entity, children, computed, given, reference, value

START = datetime(2026, 1, 1, tzinfo=UTC)


class Status(enum.Enum):
    PLACED = "placed"
    PAID = "paid"


@dataclasses.dataclass(frozen=True)
class CustomerId:
    value: UUID = dataclasses.field(default_factory=uuid4)


@dataclasses.dataclass(frozen=True)
class Customer:
    id: CustomerId
    currency: str
    created_at: datetime


@dataclasses.dataclass(frozen=True)
class Product:
    id: int | None
    price: Decimal


@dataclasses.dataclass(frozen=True)
class Line:
    number: int
    product_id: int
    quantity: int
    price: Decimal
    currency: str


@dataclasses.dataclass(frozen=True)
class Order:
    id: UUID
    customer_id: CustomerId
    status: Status
    currency: str
    created_at: datetime
    lines: tuple[Line, ...]
    total: Decimal

    def __post_init__(self) -> None:
        if self.total != sum(line.price * line.quantity for line in self.lines):
            raise ValueError(f"{self.total} is not the sum of the lines")
        if any(line.currency != self.currency for line in self.lines):
            raise ValueError("a line in another currency")


class CustomerProvider(Aggregate[Customer]):
    id = value(UUID)
    currency = value(["EUR", "USD"])
    created_at = value(lambda session, position: START + timedelta(hours=position))


class ProductProvider(Aggregate[Product]):
    id = given()
    price = value([Decimal("1.10"), Decimal("2.20"), Decimal("9.99")])


class LineProvider(Entity[Line]):
    _id_attr = "number"
    number = given()  # by the order
    product_id = reference(ProductProvider, skew=2.0, mean=20)
    quantity = value([1, 2, 3], weights=[0.8, 0.15, 0.05])
    price = computed("product_id.price")
    currency = computed("currency")


class OrderProvider(Aggregate[Order]):
    id = value(UUID)
    customer_id = reference(CustomerProvider, weights=[0.7, 0.2, 0.07, 0.03], mean=10)
    status = value(Status, weights=[0.2, 0.8])
    currency = computed("customer_id.currency")
    created_at = computed(
        lambda since, random: since + timedelta(minutes=random.randrange(10_000)), since="customer_id.created_at"
    )
    lines = children(LineProvider, low=1, high=5, mean=2, number="number", unique="product_id")
    total = computed(lambda lines: sum((line["price"] * line["quantity"] for line in lines), Decimal()))


def faults(orders: list[dict[str, Any]], customers: dict[Any, dict[str, Any]], products: dict[Any, dict[str, Any]]) -> list[str]:
    """What is wrong with the stored orders."""
    found = []
    for order in orders:
        customer = customers[order["customer_id"]]
        lines = order["lines"]
        if order["total"] != sum(line["price"] * line["quantity"] for line in lines):
            found.append("total")
        if order["currency"] != customer["currency"] or any(line["currency"] != customer["currency"] for line in lines):
            found.append("currency")
        if order["created_at"] < customer["created_at"]:
            found.append("created_at")
        if any(line["price"] != products[line["product_id"]]["price"] for line in lines):
            found.append("price")
        if [line["number"] for line in lines] != list(range(1, len(lines) + 1)):
            found.append("number")
        if len({line["product_id"] for line in lines}) != len(lines):
            found.append("unique")
    return found
