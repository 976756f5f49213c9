"""The commands: what the application can be asked to do, as plain data."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

__all__ = (
    "AddProduct",
    "BlockCustomer",
    "CancelOrder",
    "Command",
    "DeleteCustomer",
    "DeleteOrder",
    "DeleteProduct",
    "DiscontinueProduct",
    "OrderedItem",
    "PayOrder",
    "PlaceOrder",
    "RegisterCustomer",
    "Reply",
    "ShipOrder",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterCustomer:
    """The id may be told by who asks, as those of the orders and products; None: the shop gives one."""

    name: str
    email: str
    city: str
    customer_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockCustomer:
    customer_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteCustomer:
    customer_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AddProduct:
    title: str
    price: Decimal
    product_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscontinueProduct:
    product_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteProduct:
    product_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedItem:
    product_id: int
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOrder:
    customer_id: int
    items: tuple[OrderedItem, ...]
    order_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PayOrder:
    """``version``: of the order that is meant; None: whichever it is."""

    order_id: int
    amount: Decimal
    version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipOrder:
    order_id: int
    version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrder:
    order_id: int
    version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteOrder:
    order_id: int


Command = (
    RegisterCustomer
    | BlockCustomer
    | DeleteCustomer
    | AddProduct
    | DiscontinueProduct
    | DeleteProduct
    | PlaceOrder
    | PayOrder
    | ShipOrder
    | CancelOrder
    | DeleteOrder
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of a command: the aggregate's id, its version and its state; of one that is deleted, the id."""

    id: int
    version: int
    state: dict[str, Any] | None
