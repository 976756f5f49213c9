"""Mapped classes of SQLAlchemy as models: what is derived is stored, and foreign keys lead to what is there."""

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    BigInteger,
    Enum,
    ForeignKey,
    Integer,
    Interval,
    LargeBinary,
    Numeric,
    SmallInteger,
    String,
    Text,
    event,
    func,
    select,
)
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column, relationship
from sqlalchemy.types import UserDefinedType

from ascetic_ddd.faker.declaring.classes import Aggregate
from ascetic_ddd.faker.declaring.graph import Providers
from ascetic_ddd.faker.declaring.recipes import given, reference, value
from ascetic_ddd.faker.infrastructure.repositories.composite_repository import CompositeAutoPkRepository
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.faker.infrastructure.sqlalchemy.mapped_class import MappedClass
from ascetic_ddd.faker.infrastructure.sqlalchemy.repository import SqlAlchemyRepository
from ascetic_ddd.faker.infrastructure.sqlalchemy.session import SqlAlchemySessionPool
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSessionPool
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySessionPool
from tests.unit.faker.declaring.readers.deriving import Status, check_refused

MANY = 30


class Base(DeclarativeBase):
    pass


class Scalars(Base):
    __tablename__ = "scalars"
    id: Mapped[int] = mapped_column(primary_key=True)
    a: Mapped[bool]
    b: Mapped[int]
    c: Mapped[float]
    d: Mapped[str]
    e: Mapped[bytes] = mapped_column(LargeBinary)
    f: Mapped[int] = mapped_column(SmallInteger)
    g: Mapped[int] = mapped_column(BigInteger)
    h: Mapped[str] = mapped_column(Text)


class Times(Base):
    __tablename__ = "times"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    a: Mapped[date]
    b: Mapped[datetime]
    c: Mapped[time]
    d: Mapped[timedelta] = mapped_column(Interval)


class Bounded(Base):
    __tablename__ = "bounded"
    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    short: Mapped[str] = mapped_column(String(4))
    price: Mapped[Decimal] = mapped_column(Numeric(6, 2))


class Chosen(Base):
    __tablename__ = "chosen"
    id: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[Status] = mapped_column(Enum(Status))
    size: Mapped[str] = mapped_column(Enum("S", "M", "L", name="size"))


class Optionals(Base):
    __tablename__ = "optionals"
    id: Mapped[int] = mapped_column(primary_key=True)
    a: Mapped[int | None]
    b: Mapped[str | None] = mapped_column(String(5), unique=True)


class Documents(Base):
    __tablename__ = "documents"
    id: Mapped[int] = mapped_column(primary_key=True)
    called: Mapped[str] = mapped_column("name_of_it", String(30))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)


class Defaults(Base):
    __tablename__ = "defaults"
    id: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str] = mapped_column(default="new")
    created: Mapped[datetime] = mapped_column(default=lambda: datetime.now(UTC))
    by_server: Mapped[str] = mapped_column(server_default="server")


class Country(Base):
    __tablename__ = "countries"
    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    name: Mapped[str]


class Company(Base):
    __tablename__ = "companies"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    country_code: Mapped[str] = mapped_column(ForeignKey("countries.code"))
    country: Mapped[Country] = relationship()


class Employee(Base):
    __tablename__ = "employees"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    boss_id: Mapped[int | None] = mapped_column(ForeignKey("employees.id"))


class Passport(Base):
    __tablename__ = "passports"
    employee_id: Mapped[int] = mapped_column(ForeignKey("employees.id"), primary_key=True)
    number: Mapped[str] = mapped_column(String(10))


class Membership(Base):
    __tablename__ = "memberships"
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    note: Mapped[str]


class Dataclass(MappedAsDataclass, DeclarativeBase):
    pass


class Tagged(Dataclass):
    __tablename__ = "tagged"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str]
    tag: Mapped[str] = mapped_column(default="none")


@pytest.fixture
async def engine() -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine("sqlite+aiosqlite://")
    event.listen(engine.sync_engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys = ON"))
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
        await connection.run_sync(Dataclass.metadata.create_all)
    yield engine
    await engine.dispose()


async def grown(engine: AsyncEngine, cls: Any, number: int = MANY, *others: Any) -> list[Any]:
    def repository(model: Any, exporter: Any) -> Any:
        return CompositeAutoPkRepository(
            external_repository=SqlAlchemyRepository(model),
            internal_repository=InMemoryRepository(agg_exporter=exporter, id_attr=MappedClass(model).id_attr),
        )

    provider = Providers(repository, *others)[cls]
    provider.seed(3)
    pool = CompositeSessionPool(SqlAlchemySessionPool(engine), InMemorySessionPool())
    async with pool.session() as session, session.atomic():
        return list(await provider.create_batch(session, number))


async def rows(engine: AsyncEngine, statement: Any) -> list[Any]:
    async with engine.connect() as connection:
        return list((await connection.execute(statement)).all())


@pytest.mark.parametrize("model", [Scalars, Times, Bounded, Chosen, Optionals, Documents, Country])
async def test_each_kind_of_column_is_stored(engine: AsyncEngine, model: Any) -> None:
    made = await grown(engine, Aggregate.of(model))
    found = await rows(engine, select(func.count()).select_from(model))
    assert found == [(MANY,)]
    keys = [column.key for column in model.__mapper__.column_attrs]
    assert all(len({repr(getattr(each, key)) for each in made}) > 1 for key in keys)


async def test_defaults_of_the_model_and_of_the_server(engine: AsyncEngine) -> None:
    await grown(engine, Aggregate.of(Defaults))
    assert set(await rows(engine, select(Defaults.status, Defaults.by_server))) == {("new", "server")}
    assert len(set(await rows(engine, select(Defaults.created)))) > 1
    await grown(engine, Aggregate.of(Defaults, status="paid", by_server="told"), 1)
    assert ("paid", "told") in await rows(engine, select(Defaults.status, Defaults.by_server))


async def test_foreign_keys_lead_to_what_is_there(engine: AsyncEngine) -> None:
    """Through two of them, and to the class itself; SQLite checks them."""
    await grown(engine, Aggregate.of(Employee), 200)
    (counted,) = await rows(
        engine, select(func.count(), func.count(Employee.boss_id), func.count(Employee.company_id.distinct()))
    )
    assert counted[0] >= 200
    assert 0.6 * counted[0] < counted[1] < counted[0]
    assert counted[2] == 4
    assert await rows(engine, select(func.count()).select_from(Country)) == [(1,)]


async def test_a_key_that_refers_is_used_once(engine: AsyncEngine) -> None:
    await grown(engine, Aggregate.of(Passport))
    assert await rows(engine, select(func.count(Passport.employee_id.distinct()))) == [(MANY,)]


async def test_a_key_of_several_columns_is_one_id(engine: AsyncEngine) -> None:
    made = await grown(engine, Aggregate.of(Membership))
    assert len({(each.company_id, each.number) for each in made}) == MANY
    assert await rows(engine, select(func.count()).select_from(Membership)) == [(MANY,)]


async def test_a_reference_that_is_declared_goes_first(engine: AsyncEngine) -> None:
    companies = Aggregate.of(Company, name=value(["One", "Other"]))
    await grown(engine, Aggregate.of(Employee, company_id=reference(companies, mean=5), boss_id=None), 20)
    assert set(await rows(engine, select(Company.name))) <= {("One",), ("Other",)}
    assert await rows(engine, select(func.count(Employee.company_id.distinct()), func.count(Employee.boss_id))) == [(4, 0)]


async def test_whoever_provides_the_model_is_referred_to(engine: AsyncEngine) -> None:
    class Companies(Aggregate[Company]):
        id = given()
        name = value(["Acme"])
        country_code = reference(Aggregate.of(Country))

    await grown(engine, Aggregate.of(Employee, company_id=reference(Companies, mean=5)), 10)
    assert set(await rows(engine, select(Company.name))) == {("Acme",)}


async def test_a_mapped_dataclass_takes_no_id(engine: AsyncEngine) -> None:
    made = await grown(engine, Aggregate.of(Tagged))
    assert len({each.id for each in made}) == MANY
    assert {each.tag for each in made} == {"none"}


class Point(UserDefinedType[Any]):
    cache_ok = True

    def get_col_spec(self, **kw: Any) -> str:
        return "POINT"


class Place(Base):
    __tablename__ = "places"
    id: Mapped[int] = mapped_column(primary_key=True)
    point: Mapped[Any] = mapped_column(Point())


class Elsewhere(Base):
    __tablename__ = "elsewhere"
    id: Mapped[int] = mapped_column(primary_key=True)
    other_id: Mapped[int]


@pytest.mark.parametrize(
    ("model", "name", "kind", "what_to_do"),
    [
        (Place, "point", "Point", "point=value(lambda: …)"),
        (Elsewhere, "other_id", "int", "other_id=reference(…)"),
    ],
)
def test_what_cannot_be_drawn_is_refused(model: Any, name: str, kind: str, what_to_do: str) -> None:
    check_refused(model, name, kind, what_to_do)
