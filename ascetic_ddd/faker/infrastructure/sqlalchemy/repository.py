"""An external repository of a class that SQLAlchemy has mapped."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import make_transient

from ascetic_ddd.faker.domain.errors import ConfigurationError, DuplicateError, PersistenceError
from ascetic_ddd.faker.domain.repositories import values_of
from ascetic_ddd.faker.domain.specification.equality import EqualSpecification
from ascetic_ddd.faker.domain.specification.interfaces import ISpecification
from ascetic_ddd.faker.infrastructure.repositories.bulk import all_or_none, has_own_insert, insert_each, refuse_twins
from ascetic_ddd.faker.infrastructure.repositories.exported_id import Path, exported_id, missing_parts
from ascetic_ddd.faker.infrastructure.repositories.id_assignment import IdAssigner
from ascetic_ddd.faker.infrastructure.repositories.listeners import Observable
from ascetic_ddd.faker.infrastructure.sqlalchemy.errors import FAILURES, persistence_error
from ascetic_ddd.faker.infrastructure.sqlalchemy.mapped_class import MappedClass
from ascetic_ddd.faker.infrastructure.sqlalchemy.plain_insert import PlainInsert
from ascetic_ddd.faker.infrastructure.sqlalchemy.session import SqlAlchemySession, sqlalchemy_session_of
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("SqlAlchemyRepository",)

T = TypeVar("T")
_ROWS_A_PAGE = 500


class SqlAlchemyRepository(Observable, Generic[T]):
    """Stores aggregates of a mapped class by SQLAlchemy's unit of work, with what cascades from them; ids come into them.

    What is stored, changed or read does not stay in the ``AsyncSession``, so that neither a rollback nor a commit touches it; in
    one that is the caller's it stays.

    Args:
        model: the mapped class.
        agg_exporter: aggregate → plain data; None: the mapped columns by attribute, see :meth:`MappedClass.export`.
        id_attr: the key the id is exported under; None: ``id``, or without ``agg_exporter`` the attribute of the primary key.

    Raises:
        ConfigurationError: the class is not mapped.
    """

    def __init__(
        self, model: type[T], *, agg_exporter: Callable[[T], dict[str, Any]] | None = None, id_attr: str | None = None
    ) -> None:
        super().__init__()
        if agg_exporter is not None and not callable(agg_exporter):
            raise ConfigurationError(f"agg_exporter={agg_exporter!r} is no function; expected aggregate → dict.")
        self._mapped = MappedClass(model)
        self._ids = IdAssigner[T]()
        self._insert = PlainInsert(self._mapped)
        self._is_plain = agg_exporter is None
        self._exporter = agg_exporter or self._mapped.export
        self._id_attr = id_attr or ("id" if agg_exporter is not None else self._mapped.id_attr)

    async def setup(self, session: ISession) -> None:
        """Nothing to create: the application owns its tables."""

    async def cleanup(self, session: ISession) -> None:
        """Nothing to drop: the application owns its tables."""

    async def insert(self, session: ISession, agg: T) -> None:
        """Add the aggregate and flush; what the database gives is in it then, and taken out again by a rollback.

        Raises:
            PersistenceError: the database refused it.
            ConfigurationError: it is not of the mapped class.
        """
        alchemy = sqlalchemy_session_of(session)
        async with all_or_none(alchemy):
            await self._store(alchemy, [agg])
            self._tell(session, [agg])

    async def insert_many(self, session: ISession, aggs: Sequence[T]) -> None:
        """Add the aggregates and flush, all or none; where that would be the same, by one ``insert()`` (:class:`PlainInsert`).

        A subclass with an ``insert`` of its own has that called for each, unless it has an ``insert_many`` too.

        Raises:
            PersistenceError: the database refused one of them.
            ConfigurationError: one stands twice among them, or is not of the mapped class.
        """
        if has_own_insert(self):
            await insert_each(self, session, aggs)
        elif aggs:
            alchemy = sqlalchemy_session_of(session)
            async with all_or_none(alchemy):
                await self._store(alchemy, aggs)
                self._tell(session, aggs)

    async def update(self, session: ISession, agg: T) -> None:
        """Write all of the aggregate over its row.

        Raises:
            PersistenceError: there is no such row, and nothing changed; or the database refused it.
        """
        alchemy = sqlalchemy_session_of(session)
        async with all_or_none(alchemy):
            with self._told("update", agg):
                await self._write_over(alchemy, agg)
            self._tell(session, [agg])

    async def get(self, session: ISession, id: Any) -> dict[str, Any] | None:
        """Give the object with this exported id as exported state, or None."""
        states = self._read(session, select(self._mapped.model).where(self._mapped.has_id(id)), "get")
        found = [state async for state in states]
        return found[0] if found else None

    async def find(self, session: ISession, specification: ISpecification | None = None) -> AsyncIterator[dict[str, Any]]:
        """Iterate over the objects that satisfy the specification as exported state, by id, as they are at the start.

        Equality of columns is searched by the database, if there is no ``agg_exporter``; all else is asked object by object.
        PostgreSQL sends a page at a time, SQLite all at once. Outside a transaction they are read on a connection beside.
        """
        statement = select(self._mapped.model).order_by(*self._mapped.in_order())
        rest = specification
        if isinstance(specification, EqualSpecification) and self._is_plain:
            conditions, pattern = self._mapped.conditions(specification.pattern)
            statement = statement.where(*conditions)
            rest = EqualSpecification(pattern) if pattern else None
        async for state in self._read(session, statement, "find"):
            if rest is None or rest.is_satisfied_by(state):
                yield state

    def stored_values(self, session: ISession, path: tuple[str, ...]) -> AsyncIterator[Any]:
        """Iterate over the values at a path of the exported states."""
        return values_of(self.find(session), path)

    async def _store(self, alchemy: SqlAlchemySession, aggs: Sequence[T]) -> None:
        async_session = alchemy.external_session
        refuse_twins(aggs)
        if len(aggs) > 1 and not alchemy.is_shared and self._insert.serves(async_session, aggs):
            with self._told("insert"):
                alchemy.on_rollback(self._insert.take_out, await self._insert.insert(async_session, aggs))
            return
        given = []
        for agg in aggs:
            self._check_new(async_session, agg)
            given += [(agg, path) for path in missing_parts(self._id_of(agg), (self._id_attr,))]
        if given:
            alchemy.on_rollback(self._take_out, given)  # SQLite gives such an id to the next one
        with self._told("insert", *aggs):
            async_session.add_all(aggs)
            await async_session.flush()
            await self._complete(alchemy, aggs)

    def _tell(self, session: ISession, aggs: Sequence[T]) -> None:
        if self._listeners:
            for agg in aggs:
                self._announce(session, self._exporter(agg))

    def _take_out(self, given: list[tuple[T, Path]]) -> None:
        for agg, path in given:
            self._ids.assign(agg, path, None)

    async def _write_over(self, alchemy: SqlAlchemySession, agg: T) -> None:
        """Not by the object itself: a rollback would leave it without its values."""
        async_session = alchemy.external_session
        key = self._mapped.mapper.identity_key_from_instance(agg)[1]
        stored = None if None in key else await async_session.get(self._mapped.model, key)
        if stored is None:
            raise PersistenceError(
                f"Cannot update (table {self._mapped.table!r}, id {self._id_of(agg)!r}): it is not stored; `insert` it first."
            )
        await async_session.merge(agg)
        await async_session.flush()
        if not alchemy.is_shared:
            async_session.expunge(stored)

    async def _complete(self, alchemy: SqlAlchemySession, aggs: Sequence[T]) -> None:
        """Fetch what the database gave and has not told, and let go of the objects."""
        async_session = alchemy.external_session
        for agg in aggs:
            expired = self._mapped.state_of(agg).expired_attributes
            if expired:
                await async_session.refresh(agg, expired)
        if not alchemy.is_shared:
            for agg in aggs:
                async_session.expunge(agg)

    async def _read(self, session: ISession, statement: Select[Any], operation: str) -> AsyncIterator[dict[str, Any]]:
        alchemy = sqlalchemy_session_of(session)
        beside = alchemy.reader()
        async_session = beside or alchemy.external_session
        known = set() if beside is not None else set(async_session.identity_map.all_states())
        try:
            with self._told(operation):
                if (await async_session.connection()).dialect.name == "sqlite":  # whose cursor sees what is inserted meanwhile
                    for agg in (await async_session.scalars(statement)).all():
                        yield self._exported(async_session, agg, known)
                else:
                    options = {"yield_per": _ROWS_A_PAGE}
                    async for agg in await async_session.stream_scalars(statement, execution_options=options):
                        yield self._exported(async_session, agg, known)
        finally:
            if beside is not None:
                await beside.close()

    def _exported(self, async_session: AsyncSession, agg: T, known: set[Any]) -> dict[str, Any]:
        state = self._exporter(agg)
        if inspect(agg) not in known:
            async_session.expunge(agg)
        return state

    def _check_new(self, async_session: AsyncSession, agg: T) -> None:
        state = self._mapped.state_of(agg)
        if state.persistent and state.async_session is async_session:
            raise DuplicateError(
                f"Cannot insert (table {self._mapped.table!r}, id {self._id_of(agg)!r}): it is stored, and in the "
                "AsyncSession. What to do: `update` it, or insert another one."
            )
        if state.detached:
            make_transient(agg)

    @contextmanager
    def _told(self, operation: str, *aggs: T) -> Iterator[None]:
        """Tell what SQLAlchemy raises in our words; of one aggregate with its id."""
        ids = [self._id_of(agg) for agg in aggs] if len(aggs) == 1 else []
        try:
            yield
        except FAILURES as error:
            raise persistence_error(error, table=self._mapped.table, operation=operation, id=ids[0] if ids else None) from error

    def _id_of(self, agg: T) -> Any:
        return exported_id(self._exporter(agg), self._id_attr, agg)
