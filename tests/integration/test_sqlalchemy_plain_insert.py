"""Many objects by one ``insert()``: the same rows, and the same objects, as by the unit of work, or the unit of work itself."""

import enum
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, BigInteger, Enum, ForeignKey, Integer, LargeBinary, String, event, func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from ascetic_ddd.faker.infrastructure.sqlalchemy.mapped_class import MappedClass
from ascetic_ddd.faker.infrastructure.sqlalchemy.plain_insert import PlainInsert
from tests.contract.test_sqlalchemy import DRIVERS, url_of

Key = BigInteger().with_variant(Integer, "sqlite")


class Status(enum.Enum):
    NEW = "new"
    PAID = "paid"


class Base(DeclarativeBase):
    pass


class Parent(Base):
    __tablename__ = "parents"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    children: Mapped[list["Child"]] = relationship()


class Child(Base):
    __tablename__ = "children"
    key: Mapped[int] = mapped_column("child_id", Key, primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("parents.id"))
    parent: Mapped[Parent | None] = relationship(overlaps="children")
    name: Mapped[str] = mapped_column("called", String(20))
    code: Mapped[str] = mapped_column(default=lambda: "by Python")
    status: Mapped[Status] = mapped_column(Enum(Status), default=Status.NEW)
    note: Mapped[str | None] = mapped_column(server_default="by the server")
    data: Mapped[Any | None] = mapped_column(JSON)
    picture: Mapped[bytes | None] = mapped_column(LargeBinary)
    at: Mapped[datetime | None]


MANY: list[Callable[[], dict[str, Any]]] = [
    lambda: {"name": "a", "data": {"x": [1]}},
    lambda: {"name": "b", "data": None, "note": None, "code": None},
    lambda: {"name": "c", "note": "told", "code": "told", "status": Status.PAID},
    lambda: {"name": "d", "data": [], "picture": b"\0", "at": datetime(2026, 1, 2, tzinfo=UTC).replace(tzinfo=None)},
    lambda: {"name": "e", "key": 50, "data": 1},
    lambda: {"name": "f", "data": "text"},
]
NOT_ROWS: list[Callable[[], dict[str, Any]]] = [
    lambda: {"name": func.upper("sql"), "data": 1},
    lambda: {"name": "with its parent", "data": 1, "parent": Parent()},
]


@pytest.fixture(params=DRIVERS)
async def engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    dsn = "" if request.param == "aiosqlite" else request.getfixturevalue("external_dsn")
    url, options = url_of(request.param, dsn, tmp_path)
    engine = create_async_engine(url, **options)
    yield engine
    await engine.dispose()


async def stored(engine: AsyncEngine, *, plainly: bool) -> tuple[list[Any], list[dict[str, Any]], list[bool]]:
    """The rows, what the objects have then, and whether JSON is NULL."""
    made = [Child(**values()) for values in MANY]
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
        await connection.run_sync(Base.metadata.create_all)
    async with AsyncSession(engine, expire_on_commit=False) as async_session, async_session.begin():
        insert = PlainInsert(MappedClass(Child))
        if plainly:
            assert insert.serves(async_session, made)
            await insert.insert(async_session, made)
        else:
            async_session.add_all(made)
            await async_session.flush()
            for each in made:
                await async_session.refresh(each)
        rows = (await async_session.execute(select(Child.__table__).order_by(text("called")))).all()
        nulls = (await async_session.scalars(text("SELECT data IS NULL FROM children ORDER BY called"))).all()
    keys = [prop.key for prop in MappedClass(Child).mapper.column_attrs]
    return [tuple(row) for row in rows], [{key: getattr(each, key) for key in keys} for each in made], [bool(n) for n in nulls]


async def test_rows_and_objects_are_those_of_the_unit_of_work(engine: AsyncEngine) -> None:
    rows, objects, nulls = await stored(engine, plainly=True)
    by_unit_of_work = await stored(engine, plainly=False)
    assert {row[2]: row[3:] for row in rows} == {row[2]: row[3:] for row in by_unit_of_work[0]}
    assert nulls == by_unit_of_work[2]
    for ours, theirs in zip(objects, by_unit_of_work[1], strict=True):
        assert {**ours, "key": None} == {**theirs, "key": None}
    keys = [each["key"] for each in objects]
    assert keys[4] == 50
    assert len(set(keys)) == len(keys)
    assert keys[:4] == sorted(keys[:4])


async def test_others_are_left_to_it(engine: AsyncEngine) -> None:
    """Values in SQL, and objects that refer to objects."""
    async with AsyncSession(engine) as async_session:
        for values in NOT_ROWS:
            assert not PlainInsert(MappedClass(Child)).serves(async_session, [Child(**values())])
        assert PlainInsert(MappedClass(Parent)).serves(async_session, [Parent(), Parent(children=[])])
        assert not PlainInsert(MappedClass(Parent)).serves(async_session, [Parent(children=[Child()])])


async def test_who_listens_to_it_hears_it(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as async_session:
        insert = PlainInsert(MappedClass(Parent))
        assert insert.serves(async_session, [Parent()])
        event.listen(async_session.sync_session, "before_flush", lambda *_: None)
        assert not insert.serves(async_session, [Parent()])
    async with AsyncSession(engine) as async_session:
        event.listen(Parent, "before_insert", heard := lambda *_: None)
        try:
            assert not insert.serves(async_session, [Parent()])
        finally:
            event.remove(Parent, "before_insert", heard)


def test_inheritance_versions_and_composites_are_left_to_it() -> None:
    class Animal(Base):
        __tablename__ = "animals"
        __mapper_args__ = {"polymorphic_on": "kind"}  # noqa: RUF012  # as SQLAlchemy documents it
        id: Mapped[int] = mapped_column(primary_key=True)
        kind: Mapped[str]

    class Dog(Animal):
        __mapper_args__ = {"polymorphic_identity": "dog"}  # noqa: RUF012

    class Versioned(Base):
        __tablename__ = "versioned"
        id: Mapped[int] = mapped_column(primary_key=True)
        version: Mapped[int] = mapped_column()
        __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    session = AsyncSession()
    for kind in (Animal, Dog, Versioned):
        assert not PlainInsert[Any](MappedClass(kind)).serves(session, [])
