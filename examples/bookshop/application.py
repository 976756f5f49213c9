"""The application: handles a command in a transaction of its own, and answers what came of it."""

from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from psycopg import AsyncConnection

from examples.bookshop.commands import (
    AddProduct,
    BlockCustomer,
    CancelOrder,
    Command,
    DeleteCustomer,
    DeleteOrder,
    DeleteProduct,
    DiscontinueProduct,
    PayOrder,
    PlaceOrder,
    RegisterCustomer,
    Reply,
    ShipOrder,
)
from examples.bookshop.domain import (
    Customer,
    CustomerId,
    DomainError,
    Email,
    Money,
    Order,
    OrderId,
    OrderLine,
    Product,
    ProductId,
    Quantity,
)
from examples.bookshop.idempotency import remembered
from examples.bookshop.repositories import ConcurrencyError, CustomerRepository, OrderRepository, ProductRepository

__all__ = ("Bookshop", "IConnections")


class IConnections(Protocol):
    """What gives connections, ``psycopg_pool.AsyncConnectionPool`` for one: leaving the block commits, an error rolls back."""

    def connection(self) -> AbstractAsyncContextManager[AsyncConnection[Any]]:
        """Take a connection."""
        ...


class Bookshop:
    """Handles commands, and answers questions.

    Args:
        connections: to the application's database.
    """

    def __init__(self, connections: IConnections) -> None:
        self._connections = connections

    async def handle(self, command: Command, idempotency_key: str | None = None) -> Reply:
        """Do what the command says, in a transaction of its own.

        A command with a key that was handled before is not done again: its first reply is given.

        Raises:
            DomainError: the model forbids it.
            NotFoundError: an aggregate that the command names does not exist.
            ConcurrencyError: the aggregate has another version than the command says.
            KeyReusedError: the key came before, with another command.
        """
        async with self._connections.connection() as connection:
            if idempotency_key is None:
                return await _handle(connection, command)
            return await remembered(connection, idempotency_key, command, lambda: _handle(connection, command))

    async def customers(self, **equal: Any) -> list[dict[str, Any]]:
        """Give the customers whose columns equal the values."""
        async with self._connections.connection() as connection:
            return [found.export() for found in await CustomerRepository(connection).find(equal)]

    async def products(self, **equal: Any) -> list[dict[str, Any]]:
        """Give the products whose columns equal the values."""
        async with self._connections.connection() as connection:
            return [found.export() for found in await ProductRepository(connection).find(equal)]

    async def orders(self, **equal: Any) -> list[dict[str, Any]]:
        """Give the orders whose columns equal the values."""
        async with self._connections.connection() as connection:
            return [found.export() for found in await OrderRepository(connection).find(equal)]


async def _handle(connection: AsyncConnection[Any], command: Command) -> Reply:
    match command:
        case RegisterCustomer() | BlockCustomer() | DeleteCustomer():
            return await _handle_customer(CustomerRepository(connection), command)
        case AddProduct() | DiscontinueProduct() | DeleteProduct():
            return await _handle_product(ProductRepository(connection), command)
        case PlaceOrder():
            return await _place(connection, command)
        case DeleteOrder(order_id=id):
            await OrderRepository(connection).delete(id)
            return Reply(id, 0, None)
        case PayOrder() | ShipOrder() | CancelOrder():
            return await _move(OrderRepository(connection), command)


async def _handle_customer(customers: CustomerRepository, command: RegisterCustomer | BlockCustomer | DeleteCustomer) -> Reply:
    match command:
        case RegisterCustomer(name=name, email=email, city=city, customer_id=told):
            customer = Customer(CustomerId(told), name, Email(email), city)
            await customers.insert(customer)
            return _reply(customer)
        case BlockCustomer(customer_id=id):
            customer = await customers.get(id)
            if customer.block():
                await customers.update(customer)
            return _reply(customer)
        case DeleteCustomer(customer_id=id):
            await customers.delete(id)
            return Reply(id, 0, None)


async def _handle_product(products: ProductRepository, command: AddProduct | DiscontinueProduct | DeleteProduct) -> Reply:
    match command:
        case AddProduct(title=title, price=price, product_id=told):
            product = Product(ProductId(told), title, Money(price))
            await products.insert(product)
            return _reply(product)
        case DiscontinueProduct(product_id=id):
            product = await products.get(id)
            if product.discontinue():
                await products.update(product)
            return _reply(product)
        case DeleteProduct(product_id=id):
            await products.delete(id)
            return Reply(id, 0, None)


async def _place(connection: AsyncConnection[Any], command: PlaceOrder) -> Reply:
    if not (await CustomerRepository(connection).get(command.customer_id)).may_order:
        raise DomainError(f"customer {command.customer_id} is blocked")
    products = ProductRepository(connection)
    lines = []
    for item in command.items:
        product = await products.get(item.product_id)
        if not product.is_on_sale:
            raise DomainError(f"product {item.product_id} is discontinued")
        lines.append(OrderLine(product.id, Quantity(item.quantity), product.price))
    order = Order(OrderId(command.order_id), CustomerId(command.customer_id), lines)
    await OrderRepository(connection).insert(order)
    return _reply(order)


async def _move(orders: OrderRepository, command: PayOrder | ShipOrder | CancelOrder) -> Reply:
    order = await orders.get(command.order_id)
    if command.version not in (None, order.version):
        raise ConcurrencyError(f"order {command.order_id} has version {order.version}, not {command.version}")
    match command:
        case PayOrder(amount=amount):
            order.pay(amount)
        case ShipOrder():
            order.ship()
        case CancelOrder():
            order.cancel()
    await orders.update(order)
    return _reply(order)


def _reply(agg: Customer | Product | Order) -> Reply:
    state = agg.export()
    return Reply(state["id"], agg.version, state)
