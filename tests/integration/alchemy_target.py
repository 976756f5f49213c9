"""Orders of an application on SQLAlchemy: ids that the domain makes, an enum, money, lines in a table of their own."""

import enum
import uuid
from decimal import Decimal
from typing import Any

import psycopg
from sqlalchemy import Enum, ForeignKey, Numeric, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from ascetic_ddd.faker import Aggregate, Providers, Target, reference, value
from ascetic_ddd.faker.infrastructure.repositories.composite_repository import CompositeAutoPkRepository
from ascetic_ddd.faker.infrastructure.repositories.internal_pg_repository import InternalPgRepository
from ascetic_ddd.faker.infrastructure.sqlalchemy.opening import opened
from ascetic_ddd.faker.infrastructure.sqlalchemy.repository import SqlAlchemyRepository

SCHEMA = """
    CREATE TYPE status AS ENUM ('PLACED', 'PAID');
    CREATE TABLE customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name varchar(60) NOT NULL);
    CREATE TABLE orders (id uuid PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers, status status NOT NULL,
        total numeric(9, 2) NOT NULL);
    CREATE TABLE lines (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, order_id uuid NOT NULL REFERENCES orders,
        price numeric(9, 2) NOT NULL);
"""


class Status(enum.Enum):
    PLACED = "placed"
    PAID = "paid"


class Base(DeclarativeBase):
    pass


class Customer(Base):
    __tablename__ = "customers"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))


class Line(Base):
    __tablename__ = "lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("orders.id"))
    price: Mapped[Decimal] = mapped_column(Numeric(9, 2))


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    status: Mapped[Status] = mapped_column(Enum(Status, name="status"))
    total: Mapped[Decimal] = mapped_column(Numeric(9, 2))
    lines: Mapped[list[Line]] = relationship(cascade="all, delete-orphan")


def of_lines(total: Decimal, **others: Any) -> Order:
    return Order(total=total, lines=[Line(price=total - 1), Line(price=Decimal(1))], **others)


Customers: Any = Aggregate.of(Customer)
OrderColumns: Any = Aggregate.of(
    Order,
    customer_id=reference(Customers, weights=[0.7, 0.2, 0.07, 0.03], mean=10),
    total=value(lambda session, position: Decimal(10 + position % 90)),
)


class Orders(OrderColumns, factory=of_lines):  # type: ignore[call-arg, misc]  # its base is made at run time
    pass


def create_schema(dsn: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute(SCHEMA.encode())


def repository(model: Any, exporter: Any) -> CompositeAutoPkRepository[Any]:
    return CompositeAutoPkRepository(
        external_repository=SqlAlchemyRepository(model),
        internal_repository=InternalPgRepository(table=model.__tablename__, agg_exporter=exporter),
    )


def target() -> Target:
    return Target(Providers(repository)[Orders], create_schema=create_schema, sessions=opened())


def target_on_asyncpg() -> Target:
    return Target(Providers(repository)[Orders], create_schema=create_schema, sessions=opened("asyncpg"))
