"""The repositories: each aggregate in its own tables, over a psycopg connection that somebody else commits."""

from typing import Any, Generic, TypeVar

from psycopg import AsyncConnection, sql
from psycopg.errors import ForeignKeyViolation, UniqueViolation
from psycopg.rows import dict_row

from examples.bookshop.domain import (
    Customer,
    CustomerId,
    CustomerStatus,
    DomainError,
    Email,
    Money,
    Order,
    OrderId,
    OrderLine,
    OrderStatus,
    Product,
    ProductId,
    ProductStatus,
    Quantity,
)

__all__ = ("ConcurrencyError", "CustomerRepository", "NotFoundError", "OrderRepository", "ProductRepository")

T = TypeVar("T", Customer, Product, Order)


class NotFoundError(LookupError):
    """There is no such aggregate."""


class ConcurrencyError(RuntimeError):
    """Somebody else has changed the aggregate meanwhile."""


class _Repository(Generic[T]):
    """What is the same for all three: one row an aggregate, by its id, with a version."""

    table: str
    key: str
    columns: tuple[str, ...]

    def __init__(self, connection: AsyncConnection[Any]) -> None:
        self._connection = connection

    async def insert(self, agg: T) -> None:
        """Store a new aggregate; the database gives the id if it has none."""
        state = self._row(agg)
        told = [column for column in (self.key, *self.columns) if state[column] is not None]
        statement = sql.SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING {}").format(
            sql.Identifier(self.table),
            sql.SQL(", ").join(map(sql.Identifier, told)),
            sql.SQL(", ").join(map(sql.Placeholder, told)),
            sql.Identifier(self.key),
        )
        try:
            row = await (await self._connection.execute(statement, state)).fetchone()
        except (UniqueViolation, ForeignKeyViolation) as error:
            raise DomainError(error.diag.message_detail or str(error)) from error
        assert row is not None
        agg.id.value = row[0]

    async def update(self, agg: T) -> None:
        """Store a changed aggregate, whose version is one more than the stored one.

        Raises:
            ConcurrencyError: it is not.
        """
        assignments = [sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in self.columns]
        statement = sql.SQL("UPDATE {} SET {} WHERE {} = {} AND version = {} - 1").format(
            sql.Identifier(self.table),
            sql.SQL(", ").join(assignments),
            sql.Identifier(self.key),
            sql.Placeholder(self.key),
            sql.Placeholder("version"),
        )
        if (await self._connection.execute(statement, self._row(agg))).rowcount != 1:
            raise ConcurrencyError(f"{self.table} {agg.id.value} was changed by somebody else")

    async def delete(self, id: int) -> None:
        """Remove an aggregate.

        Raises:
            NotFoundError: there is none.
            DomainError: others refer to it.
        """
        statement = sql.SQL("DELETE FROM {} WHERE {} = %s").format(sql.Identifier(self.table), sql.Identifier(self.key))
        try:
            deleted = (await self._connection.execute(statement, (id,))).rowcount
        except ForeignKeyViolation as error:
            raise DomainError(error.diag.message_detail or str(error)) from error
        if not deleted:
            raise NotFoundError(f"{self.table} {id}")

    async def get(self, id: int) -> T:
        """Give an aggregate.

        Raises:
            NotFoundError: there is none.
        """
        found = await self.find({self.key: id})
        if not found:
            raise NotFoundError(f"{self.table} {id}")
        return found[0]

    async def find(self, equal: dict[str, Any], limit: int = 100) -> list[T]:
        """Give the aggregates whose columns equal the values, by id."""
        conditions = [sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in equal]
        statement = sql.SQL("SELECT * FROM {} WHERE {} ORDER BY {} LIMIT {}").format(
            sql.Identifier(self.table),
            sql.SQL(" AND ").join(conditions) if conditions else sql.SQL("true"),
            sql.Identifier(self.key),
            sql.Literal(limit),
        )
        async with self._connection.cursor(row_factory=dict_row) as cursor:
            rows = await (await cursor.execute(statement, equal)).fetchall()
        return [await self._aggregate(row) for row in rows]

    def _row(self, agg: T) -> dict[str, Any]:
        state = agg.export()
        return {self.key: state["id"], **{column: state[column] for column in self.columns}}

    async def _aggregate(self, row: dict[str, Any]) -> T:
        raise NotImplementedError


class CustomerRepository(_Repository[Customer]):
    table = "customers"
    key = "customer_id"
    columns = ("name", "email", "city", "status", "version")

    async def _aggregate(self, row: dict[str, Any]) -> Customer:
        return Customer(
            CustomerId(row["customer_id"]),
            row["name"],
            Email(row["email"]),
            row["city"],
            CustomerStatus(row["status"]),
            row["version"],
        )


class ProductRepository(_Repository[Product]):
    table = "products"
    key = "product_id"
    columns = ("title", "price", "status", "version")

    async def _aggregate(self, row: dict[str, Any]) -> Product:
        return Product(
            ProductId(row["product_id"]), row["title"], Money(row["price"]), ProductStatus(row["status"]), row["version"]
        )


class OrderRepository(_Repository[Order]):
    """The lines stand in a table of their own; they never change."""

    table = "orders"
    key = "order_id"
    columns = ("customer_id", "status", "version")

    async def insert(self, agg: Order) -> None:
        await super().insert(agg)
        state = agg.export()
        lines = [{"order_id": state["id"], "line_number": i, **line} for i, line in enumerate(state["lines"], start=1)]
        async with self._connection.cursor() as cursor:
            await cursor.executemany(
                "INSERT INTO order_lines (order_id, line_number, product_id, quantity, price)"
                " VALUES (%(order_id)s, %(line_number)s, %(product_id)s, %(quantity)s, %(price)s)",
                lines,
            )

    async def _aggregate(self, row: dict[str, Any]) -> Order:
        lines = await self._connection.execute(
            "SELECT product_id, quantity, price FROM order_lines WHERE order_id = %s ORDER BY line_number", (row["order_id"],)
        )
        return Order(
            OrderId(row["order_id"]),
            CustomerId(row["customer_id"]),
            [OrderLine(ProductId(line[0]), Quantity(line[1]), Money(line[2])) for line in await lines.fetchall()],
            OrderStatus(row["status"]),
            row["version"],
        )
