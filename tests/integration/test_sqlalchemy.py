"""Sessions and repositories over SQLAlchemy: the hooks follow what the store did, and whose fault an error is."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Integer, event, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSessionTransaction, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from ascetic_ddd.faker.domain.errors import ConfigurationError, DuplicateError, PersistenceError
from ascetic_ddd.faker.infrastructure.session.pg_session import InternalPgSessionPool
from ascetic_ddd.faker.infrastructure.sqlalchemy.repository import SqlAlchemyRepository
from ascetic_ddd.faker.infrastructure.sqlalchemy.session import SqlAlchemySession, SqlAlchemySessionPool, async_session_of
from ascetic_ddd.seedwork.domain.errors import CommitUnknownError
from ascetic_ddd.seedwork.domain.session.faults import Fault
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSession, CompositeSessionPool
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession, InMemorySessionPool
from tests.conftest import Pool
from tests.contract.test_sqlalchemy import DRIVERS, url_of

Key = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    customer: Mapped[str]
    total: Mapped[int] = mapped_column(CheckConstraint("total >= 0"))
    twin: Mapped[int | None] = mapped_column(ForeignKey("orders.id", deferrable=True, initially="DEFERRED"))
    lines: Mapped[list["Line"]] = relationship(cascade="all, delete-orphan")


class Line(Base):
    __tablename__ = "lines"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    price: Mapped[int]


@pytest.fixture(params=DRIVERS)
async def engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    dsn = "" if request.param == "aiosqlite" else request.getfixturevalue("external_dsn")
    url, options = url_of(request.param, dsn, tmp_path)
    engine = create_async_engine(url, **options)
    if request.param == "aiosqlite":
        event.listen(engine.sync_engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys = ON"))
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield engine
    await engine.dispose()


@pytest.fixture
async def session(engine: AsyncEngine) -> AsyncIterator[CompositeSession]:
    async with CompositeSessionPool(SqlAlchemySessionPool(engine), InMemorySessionPool()).session() as session:
        yield session


def order(**values: Any) -> Order:
    return Order(**{"customer": "Jane", "total": 3, "lines": [Line(price=1), Line(price=2)]} | values)


async def store(session: Any, *orders: Order, error: BaseException | None = None, calls: list[str] | None = None) -> None:
    """In a transaction that succeeds, or ends by an error."""
    async with session.atomic():
        if calls is not None:
            session.on_commit(calls.append, "committed")
            session.on_rollback(calls.append, "rolled back")
        await SqlAlchemyRepository(Order).insert_many(session, orders)
        if error is not None:
            raise error


async def count_of(engine: AsyncEngine, model: type[Base] = Order) -> int:
    async with engine.connect() as connection:
        return int((await connection.execute(select(func.count()).select_from(model))).scalar_one())


async def test_an_aggregate_is_stored_with_what_belongs_to_it(session: CompositeSession, engine: AsyncEngine) -> None:
    """And is the caller's after that: no later rollback empties it."""
    orders = SqlAlchemyRepository(Order)
    made = order()
    async with session.atomic():
        await orders.insert(session, made)
        await orders.insert_many(session, [order(), order(lines=[])])
    with pytest.raises(ZeroDivisionError):
        await store(session, order(), error=ZeroDivisionError())
    assert (await count_of(engine), await count_of(engine, Line)) == (3, 4)
    assert [line.order_id for line in made.lines] == [made.id, made.id]
    assert (made.customer, made.total) == ("Jane", 3)


@pytest.mark.parametrize(
    ("wrong", "error_class", "words"),
    [
        ({"total": -1}, PersistenceError, "(?i:check)"),
        ({"customer": None}, PersistenceError, "(?i:not.null).*a value is missing"),
        ({"id": 1}, DuplicateError, "id 1.*(?i:unique).*is taken"),
    ],
)
async def test_what_is_refused_is_the_datas_fault(
    session: CompositeSession, wrong: dict[str, Any], error_class: type[Exception], words: str
) -> None:
    """It names table and id, and what to do; the savepoint around it is gone, the transaction goes on."""
    orders = SqlAlchemyRepository(Order)
    async with session.atomic():
        await orders.insert(session, order(id=1))
        with pytest.raises(error_class, match=f"Cannot insert.*orders.*{words}") as caught:
            async with session.atomic():
                await orders.insert(session, order(**wrong))
        assert session.fault_of(caught.value) is Fault.DATA
        await orders.insert(session, order(id=2))
    assert [state["id"] async for state in orders.find(session)] == [1, 2]


async def test_a_failed_commit_rolls_both_back(session: CompositeSession, engine: AsyncEngine) -> None:
    calls: list[str] = []
    with pytest.raises(PersistenceError, match=r"Cannot commit.*(?i:foreign key)") as caught:
        await store(session, order(twin=404), calls=calls)
    assert session.fault_of(caught.value) is Fault.DATA
    assert calls == ["rolled back"]
    assert not session.is_atomic
    assert await count_of(engine) == 0
    async with session.atomic():
        await SqlAlchemyRepository(Order).insert(session, order())
    assert await count_of(engine) == 1


async def test_an_error_that_was_caught_without_a_savepoint_is_told(session: CompositeSession, engine: AsyncEngine) -> None:
    async def catch() -> None:
        async with session.atomic():
            await SqlAlchemyRepository(Order).insert(session, order())
            with suppress(PersistenceError):
                await SqlAlchemyRepository(Order).insert(session, order(total=-1))

    with pytest.raises(PersistenceError, match="error was caught; wrap what may fail in a nested"):
        await catch()
    assert await count_of(engine) == 0


async def test_a_statement_that_failed_and_was_caught_is_told(external_dsn: str, tmp_path: Path) -> None:
    """PostgreSQL would answer COMMIT with ROLLBACK, and SQLAlchemy would not notice."""

    async def catch(session: SqlAlchemySession) -> None:
        async with session.atomic():
            with suppress(DBAPIError):
                await session.external_session.execute(text("SELECT * FROM nowhere"))

    for driver in DRIVERS[:2]:
        url, options = url_of(driver, external_dsn, tmp_path)
        engine = create_async_engine(url, **options)
        async with SqlAlchemySessionPool(engine).session() as session:
            with pytest.raises(PersistenceError, match="error was caught"):
                await catch(session)
        await engine.dispose()


async def test_a_transaction_that_was_ended_inside_is_told(session: CompositeSession) -> None:
    async def commit() -> None:
        async with session.atomic(), async_session_of(session) as async_session:
            await async_session.commit()

    with pytest.raises(PersistenceError, match="ended from inside"):
        await commit()
    async with session.atomic():
        await SqlAlchemyRepository(Order).insert(session, order())


async def test_what_is_pending_is_written_before_the_savepoint_ends(session: CompositeSession, engine: AsyncEngine) -> None:
    """So what is wrong with it is told there."""

    async def add() -> None:
        async with session.atomic(), async_session_of(session) as async_session:
            async_session.add(order(total=-1))

    async with session.atomic():
        with pytest.raises(PersistenceError, match=r"(?i)check"):
            await add()
        async with async_session_of(session) as async_session:
            async_session.add(order())
    assert await count_of(engine) == 1


async def test_outside_a_transaction_each_call_is_one(session: CompositeSession, engine: AsyncEngine) -> None:
    orders = SqlAlchemyRepository(Order)
    made = order()
    await orders.insert(session, made)
    assert await count_of(engine) == 1
    made.customer = "Emma"
    await orders.update(session, made)
    async with async_session_of(session) as async_session:
        async_session.add(order(customer="Anne"))
    assert [state["customer"] async for state in orders.find(session)] == ["Emma", "Anne"]
    assert (await orders.get(session, made.id) or {})["customer"] == "Emma"


async def test_a_cancelled_task_waits_for_the_commit(engine: AsyncEngine) -> None:
    begun, calls = asyncio.Event(), list[str]()

    class Slow(SqlAlchemySession):
        async def prepare(self) -> None:
            await super().prepare()
            begun.set()
            await asyncio.sleep(0)

    async def store() -> None:
        async with engine.connect():
            pass
        async with async_sessionmaker(engine)() as async_session:
            session = Slow(async_session, SqlAlchemySessionPool(engine))
            async with session.atomic():
                session.on_commit(calls.append, "committed")
                session.on_rollback(calls.append, "rolled back")
                await SqlAlchemyRepository(Order).insert(session, order())

    task = asyncio.create_task(store())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert calls == (["committed"] if await count_of(engine) else ["rolled back"])


@pytest.mark.parametrize("driver", DRIVERS[:2])
async def test_a_lost_connection_is_told_and_the_next_transaction_has_another(
    driver: str, external_dsn: str, tmp_path: Path
) -> None:
    url, options = url_of(driver, external_dsn, tmp_path)
    engine = create_async_engine(url, **options)

    async def lose(session: SqlAlchemySession) -> None:
        async with session.atomic():
            pid = (await session.external_session.execute(text("SELECT pg_backend_pid()"))).scalar_one()
            async with await psycopg.AsyncConnection.connect(external_dsn, autocommit=True) as connection:
                await connection.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))

    async with SqlAlchemySessionPool(engine).session() as session:
        with pytest.raises(PersistenceError, match="Cannot commit") as caught:
            await lose(session)
        assert session.fault_of(caught.value) is Fault.LOST
        async with session.atomic():
            assert (await session.external_session.execute(text("SELECT 1"))).scalar_one() == 1
    await engine.dispose()


async def test_a_commit_without_an_answer_is_told(engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    async def lost(transaction: AsyncSessionTransaction) -> None:
        raise ConnectionResetError("gone")

    async with SqlAlchemySessionPool(engine).session() as session:
        monkeypatch.setattr(AsyncSessionTransaction, "commit", lost)
        with pytest.raises(CommitUnknownError, match="whether the server committed is not known"):
            await store(session, order(), calls=calls)
    assert calls == ["rolled back"]


async def test_nobody_answers(tmp_path: Path) -> None:
    for driver in DRIVERS[:2]:
        url, _ = url_of(driver, "", tmp_path)
        engine = create_async_engine(url, connect_args={"host": str(tmp_path), "user": "nobody"})
        async with SqlAlchemySessionPool(engine).session() as session:
            with pytest.raises(PersistenceError, match="Cannot begin") as caught:
                await store(session)
            assert session.fault_of(caught.value) is Fault.LOST
        await engine.dispose()


async def test_a_locked_sqlite_may_be_repeated(tmp_path: Path) -> None:
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'a.db'}", connect_args={"timeout": 0})
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    pool = SqlAlchemySessionPool(engine)
    async with pool.session() as one, pool.session() as other:
        async with one.atomic():
            await SqlAlchemyRepository(Order).insert(one, order())
            with pytest.raises(PersistenceError, match="locked") as caught:
                await store(other, order())
            assert other.fault_of(caught.value) is Fault.TRANSIENT
        await store(other, order())
    assert await count_of(engine) == 2
    await engine.dispose()


async def test_external_commits_first(engine: AsyncEngine, internal_pg_pool: Pool) -> None:
    """What is remembered exists: where the internal commit fails, the external one has committed."""
    async with internal_pg_pool.connection() as connection:
        await connection.execute("CREATE TABLE u (id int PRIMARY KEY)")
        await connection.execute("CREATE TABLE t (id int REFERENCES u DEFERRABLE INITIALLY DEFERRED)")
    pool = CompositeSessionPool(SqlAlchemySessionPool(engine), InternalPgSessionPool(internal_pg_pool))

    async def store_both(session: CompositeSession) -> None:
        async with session.atomic():
            await SqlAlchemyRepository(Order).insert(session, order())
            await session.internal_connection.execute("INSERT INTO t VALUES (404)")

    async with pool.session() as session:
        with pytest.raises(PersistenceError, match="foreign key") as caught:
            await store_both(session)
    assert caught.value.is_half_stored
    assert await count_of(engine) == 1


async def test_what_is_not_mapped_is_told() -> None:
    with pytest.raises(ConfigurationError, match="no class that SQLAlchemy has mapped"):
        SqlAlchemyRepository(dict)
    with pytest.raises(ConfigurationError, match="expected an async_sessionmaker or an AsyncEngine"):
        SqlAlchemySessionPool("postgresql://")  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="SqlAlchemySessionPool for this part"):
        await SqlAlchemyRepository(Order).insert(CompositeSession(InMemorySession(), InMemorySession()), order())


async def test_one_of_another_class_is_told(session: CompositeSession) -> None:
    with pytest.raises(ConfigurationError, match="Line is not of the mapped class Order"):
        await SqlAlchemyRepository[Any](Order).insert(session, Line(price=1))


async def test_a_session_that_is_over_is_told(engine: AsyncEngine) -> None:
    async with SqlAlchemySessionPool(engine).session() as session:
        pass
    with pytest.raises(PersistenceError, match="is over"):
        await store(session)


def test_without_the_extra_it_is_told() -> None:
    code = (
        "import sys; sys.modules['greenlet'] = None\n"
        "try:\n    import ascetic_ddd.faker.infrastructure.sqlalchemy.session\n"
        "except ImportError as error:\n    print(error)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == (
        "ascetic_ddd.faker.infrastructure.sqlalchemy needs greenlet, which is not installed: "
        "pip install 'ascetic-ddd[sqlalchemy]'"
    )
