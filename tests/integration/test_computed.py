"""What follows from other parts, on PostgreSQL: lines in a second table, and a process that goes on where another one ended."""

from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import dict_row

from ascetic_ddd.faker import CompositeAutoPkRepository, InternalPgRepository, Providers, generate, pg_repositories
from ascetic_ddd.faker.application.runs.restoration import restore
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSessionPool
from tests.unit.faker.declaring import orders as domain

_SCHEMA = """
CREATE TABLE customers (id uuid PRIMARY KEY, currency text NOT NULL, created_at timestamptz NOT NULL);
CREATE TABLE products (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, price numeric NOT NULL);
CREATE TABLE orders (id uuid PRIMARY KEY, customer_id uuid NOT NULL REFERENCES customers, status text NOT NULL,
    currency text NOT NULL, created_at timestamptz NOT NULL, total numeric NOT NULL);
CREATE TABLE order_lines (order_id uuid REFERENCES orders, number int, product_id bigint NOT NULL REFERENCES products,
    quantity int NOT NULL, price numeric NOT NULL, currency text NOT NULL,
    PRIMARY KEY (order_id, number), UNIQUE (order_id, product_id));
"""


class OrderRepository:
    """The application's own, over two tables."""

    async def insert(self, session: Any, order: domain.Order) -> None:
        connection = session.external_connection
        await connection.execute(
            "INSERT INTO orders VALUES (%s, %s, %s, %s, %s, %s)",
            (order.id, order.customer_id.value, order.status.value, order.currency, order.created_at, order.total),
        )
        for line in order.lines:
            await connection.execute(
                "INSERT INTO order_lines VALUES (%s, %s, %s, %s, %s, %s)",
                (order.id, line.number, line.product_id, line.quantity, line.price, line.currency),
            )


def providers() -> Providers:
    tables = pg_repositories({domain.Customer: "customers", domain.Product: "products"})

    def repository(model: Any, exporter: Any) -> Any:
        if model is not domain.Order:
            return tables(model, exporter)
        remembered = InternalPgRepository[Any](table="orders", agg_exporter=exporter)
        return CompositeAutoPkRepository(external_repository=OrderRepository(), internal_repository=remembered)

    return Providers(repository)


async def run(found: Providers, pool: CompositeSessionPool, count: int, seed: int) -> None:
    async for _ in generate(found[domain.OrderProvider], pool, count, batch_size=20, seed=seed):
        pass


def stored(dsn: str) -> tuple[list[dict[str, Any]], dict[Any, dict[str, Any]], dict[Any, dict[str, Any]]]:
    with psycopg.connect(dsn, row_factory=dict_row) as connection:
        customers = connection.execute("SELECT * FROM customers").fetchall()
        products = connection.execute("SELECT * FROM products").fetchall()
        orders = connection.execute("SELECT * FROM orders").fetchall()
        lines = connection.execute("SELECT * FROM order_lines ORDER BY order_id, number").fetchall()
    for order in orders:
        order["lines"] = [line for line in lines if line["order_id"] == order["id"]]
    return orders, {each["id"]: each for each in customers}, {each["id"]: each for each in products}


async def test_money_adds_up_in_two_tables_and_after_a_restart(external_dsn: str, pg_session_pool: CompositeSessionPool) -> None:
    with psycopg.connect(external_dsn) as connection:
        connection.execute(_SCHEMA)
    first = providers()
    async with pg_session_pool.session() as session, session.atomic():
        await first[domain.OrderProvider].setup(session)
    await run(first, pg_session_pool, 60, 1)
    again = providers()
    async with pg_session_pool.session() as session, session.atomic():
        await restore(again[domain.OrderProvider], session)
    await run(again, pg_session_pool, 60, 2)
    orders, customers, products = stored(external_dsn)
    assert len(orders) == 120
    assert domain.faults(orders, customers, products) == []
    assert all(type(order["total"]) is Decimal for order in orders)
    told = next(iter(customers))
    async with pg_session_pool.session() as session, session.atomic():  # of a third process, which has heard of nobody
        order = await providers()[domain.OrderProvider].create(session, customer_id=told)
    assert order.currency == customers[told]["currency"]
