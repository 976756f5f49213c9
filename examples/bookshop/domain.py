"""The domain model: customers, products, and orders with lines and a life of their own. Nothing here knows of fake data."""

import dataclasses
from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any

__all__ = (
    "Customer",
    "CustomerId",
    "CustomerStatus",
    "DomainError",
    "Email",
    "Money",
    "Order",
    "OrderId",
    "OrderLine",
    "OrderStatus",
    "Product",
    "ProductId",
    "ProductStatus",
    "Quantity",
)


class DomainError(ValueError):
    """The model forbids it."""


@dataclasses.dataclass(slots=True)
class CustomerId:
    value: int | None


@dataclasses.dataclass(slots=True)
class ProductId:
    value: int | None


@dataclasses.dataclass(slots=True)
class OrderId:
    value: int | None


@dataclasses.dataclass(frozen=True, slots=True)
class Email:
    value: str

    def __post_init__(self) -> None:
        if "@" not in self.value:
            raise DomainError(f"{self.value!r} is no e-mail address")


@dataclasses.dataclass(frozen=True, slots=True)
class Money:
    value: Decimal

    def __post_init__(self) -> None:
        if self.value <= 0 or self.value != round(self.value, 2):
            raise DomainError(f"{self.value} is no price: expected more than nothing, and whole cents")


@dataclasses.dataclass(frozen=True, slots=True)
class Quantity:
    value: int

    def __post_init__(self) -> None:
        if self.value < 1:
            raise DomainError(f"{self.value} is no quantity: expected 1 or more")


class CustomerStatus(StrEnum):
    ACTIVE = "active"
    BLOCKED = "blocked"


class ProductStatus(StrEnum):
    ON_SALE = "on_sale"
    DISCONTINUED = "discontinued"


class OrderStatus(StrEnum):
    PLACED = "placed"
    PAID = "paid"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"


class Customer:
    """Someone who buys; one who is blocked places no orders."""

    def __init__(
        self,
        id: CustomerId,
        name: str,
        email: Email,
        city: str,
        status: CustomerStatus = CustomerStatus.ACTIVE,
        version: int = 1,
    ) -> None:
        if not name.strip():
            raise DomainError("a customer has a name")
        self.id = id
        self.version = version
        self._name = name
        self._email = email
        self._city = city
        self._status = status

    @property
    def may_order(self) -> bool:
        """Tell whether orders are taken."""
        return self._status == CustomerStatus.ACTIVE

    def block(self) -> bool:
        """Take no more orders. Returns whether that is a change."""
        if not self.may_order:
            return False
        self._status = CustomerStatus.BLOCKED
        self.version += 1
        return True

    def export(self) -> dict[str, Any]:
        """The state as plain data."""
        return {
            "id": self.id.value,
            "name": self._name,
            "email": self._email.value,
            "city": self._city,
            "status": self._status.value,
            "version": self.version,
        }


class Product:
    """What is sold; one that is discontinued cannot be ordered any more."""

    def __init__(
        self, id: ProductId, title: str, price: Money, status: ProductStatus = ProductStatus.ON_SALE, version: int = 1
    ) -> None:
        if not title.strip():
            raise DomainError("a product has a title")
        self.id = id
        self.version = version
        self.price = price
        self._title = title
        self._status = status

    @property
    def is_on_sale(self) -> bool:
        """Tell whether it can be ordered."""
        return self._status == ProductStatus.ON_SALE

    def discontinue(self) -> bool:
        """Sell it no more. Returns whether that is a change."""
        if not self.is_on_sale:
            return False
        self._status = ProductStatus.DISCONTINUED
        self.version += 1
        return True

    def export(self) -> dict[str, Any]:
        """The state as plain data."""
        return {
            "id": self.id.value,
            "title": self._title,
            "price": self.price.value,
            "status": self._status.value,
            "version": self.version,
        }


@dataclasses.dataclass(frozen=True, slots=True)
class OrderLine:
    """So many of one product, at the price of the day."""

    product_id: ProductId
    quantity: Quantity
    price: Money

    def export(self) -> dict[str, Any]:
        """The state as plain data."""
        return {"product_id": self.product_id.value, "quantity": self.quantity.value, "price": self.price.value}


class Order:
    """Placed, then paid, then shipped; it can be cancelled until it is shipped. No product stands in two lines."""

    def __init__(
        self,
        id: OrderId,
        customer_id: CustomerId,
        lines: Sequence[OrderLine],
        status: OrderStatus = OrderStatus.PLACED,
        version: int = 1,
    ) -> None:
        if not lines:
            raise DomainError("an order has at least one line")
        products = [line.product_id.value for line in lines]
        if len(set(products)) != len(products):
            raise DomainError(f"a product stands in two lines: {products}")
        self.id = id
        self.version = version
        self._customer_id = customer_id
        self._lines = tuple(lines)
        self._status = status

    @property
    def total(self) -> Decimal:
        """What is to be paid."""
        return sum((line.quantity.value * line.price.value for line in self._lines), Decimal(0))

    def pay(self, amount: Decimal) -> None:
        """Take the money.

        Raises:
            DomainError: it is not what is due, or nothing is due.
        """
        if amount != self.total:
            raise DomainError(f"{amount} is not what is due: {self.total}")
        self._go_on(OrderStatus.PAID, OrderStatus.PLACED)

    def ship(self) -> None:
        """Send it to the customer."""
        self._go_on(OrderStatus.SHIPPED, OrderStatus.PAID)

    def cancel(self) -> None:
        """Give it up."""
        self._go_on(OrderStatus.CANCELLED, OrderStatus.PLACED, OrderStatus.PAID)

    def export(self) -> dict[str, Any]:
        """The state as plain data."""
        return {
            "id": self.id.value,
            "customer_id": self._customer_id.value,
            "lines": [line.export() for line in self._lines],
            "status": self._status.value,
            "version": self.version,
        }

    def _go_on(self, status: OrderStatus, *allowed: OrderStatus) -> None:
        if self._status not in allowed:
            raise DomainError(f"order {self.id.value} is {self._status}: it cannot become {status}")
        self._status = status
        self.version += 1
