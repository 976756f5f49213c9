"""Our own store in PostgreSQL: remembers exported state by id, as plain JSON."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from functools import lru_cache
from typing import Any, Generic, Self, TypeVar
from uuid import UUID

from ascetic_ddd.faker.domain.errors import ConfigurationError, PersistenceError
from ascetic_ddd.faker.domain.repositories import IExporting
from ascetic_ddd.faker.domain.specification.equality import EqualSpecification
from ascetic_ddd.faker.domain.specification.interfaces import ISpecification
from ascetic_ddd.faker.domain.values.words import shown as shown_value
from ascetic_ddd.faker.infrastructure.postgres.access import PgAccess
from ascetic_ddd.faker.infrastructure.postgres.errors import unreadable_error, unwritable_error
from ascetic_ddd.faker.infrastructure.postgres.names import (
    TableName,
    check_name,
    check_table,
    identifier,
    literal,
    quoted,
    shown,
)
from ascetic_ddd.faker.infrastructure.repositories.bulk import all_or_none, has_own_insert, insert_each, is_below
from ascetic_ddd.faker.infrastructure.repositories.exported_id import exported_id, is_incomplete
from ascetic_ddd.faker.infrastructure.repositories.listeners import Observable
from ascetic_ddd.faker.infrastructure.repositories.pg_audit import PgAudit
from ascetic_ddd.faker.infrastructure.repositories.pg_numbers import PgNumbers
from ascetic_ddd.faker.infrastructure.repositories.put_off import PutOff
from ascetic_ddd.faker.infrastructure.repositories.state_codec import dumps, encode, loads
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("InternalPgRepository",)

T = TypeVar("T")
# Parts of a pattern for which containment in a JSON document says the same as equality in Python.
_SAME_IN_JSON = (str, int, UUID, type(None))
_LINES_A_CHUNK = 1000


class InternalPgRepository(Observable, Generic[T]):
    """Remembers exported state in a table of its own: ``position``, ``state`` as JSONB, and the ``id`` as a part of it.

    Args:
        table: name of the table, or ``(schema, table)``; :meth:`setup` creates the table, not the schema.
        agg_exporter: aggregate → plain data: str, numbers, bool, None, dict, list, UUID, date, datetime, Decimal…
        id_attr: the key the id is exported under.
    """

    def __init__(self, *, table: TableName, agg_exporter: Callable[[T], dict[str, Any]], id_attr: str = "id") -> None:
        super().__init__()
        names = check_table(table)
        if not callable(agg_exporter):
            raise ConfigurationError(f"agg_exporter={agg_exporter!r} is no function; expected aggregate → dict.")
        self.agg_exporter = agg_exporter
        self._id_attr = check_name(id_attr, "id_attr")
        self._names = names
        self._table = shown(names)
        self._name = identifier(*names)
        self._pg = PgAccess("internal", self._table)
        (id_key,) = encode({self._id_attr: None})
        self._sql = _Statements.of(names, id_key)
        self._numbers = PgNumbers.of(names)
        self._put_off = PutOff[Mapping[str, Any]]()  # states

    async def setup(self, session: ISession) -> None:
        """Create the table, if it is not there. Several workers may do so at once."""
        async with session.atomic():
            await self._pg.execute(session, self._sql.lock, (self._table,), "set up")
            await self._pg.execute(session, self._sql.create, (), "set up")
            await self._check_columns(session)
            await self._numbers.setup(session)

    async def cleanup(self, session: ISession) -> None:
        """Drop the table with all that is remembered; does nothing if it is not there."""
        self._put_off.end(session)
        async with session.atomic():
            await self._pg.execute(session, self._sql.drop, (), "clean up")
            await self._numbers.cleanup(session)

    async def insert(self, session: ISession, agg: T) -> None:
        """Remember a new aggregate.

        Raises:
            PersistenceError: its id is taken or incomplete, or the database refused it.
        """
        state = self.agg_exporter(agg)
        id = exported_id(state, self._id_attr, agg)
        self._check_complete(id, agg)
        if self._put_off.is_begun(session):
            self._put_off.add(session, state)
        else:
            await self._pg.write(session, self._sql.insert, (self._text(state, id),), "insert", id)
        if self._listeners:
            self._announce(session, state)

    def defer(self, session: ISession) -> None:
        """Put off what is inserted in this session's open transaction; before anything is read or changed, it is written."""
        if not has_own_insert(self):
            self._put_off.begin(session)

    async def settle(self, session: ISession) -> None:
        """Write what was put off, by COPY, and put off no more.

        Raises:
            PersistenceError: an id is taken, or the database refused one of them.
        """
        await self._catch_up(session)
        self._put_off.end(session)

    async def _catch_up(self, session: ISession) -> None:
        states = self._put_off.take(session)
        if states:
            await self._write(session, states, [state[self._id_attr] for state in states])

    async def insert_many(self, session: ISession, aggs: Sequence[T]) -> None:
        """Remember new aggregates, all or none, by COPY; their positions rise in their order.

        Raises:
            PersistenceError: an id is taken or incomplete, or the database refused one of them.
        """
        if has_own_insert(self):
            await insert_each(self, session, aggs)
            return
        states = [self.agg_exporter(agg) for agg in aggs]
        await self._remember(session, states, aggs)

    def offers(self, port: Callable[..., object]) -> bool:
        """Tell whether it keeps a port: a subclass with an ``insert_many`` of its own may do more than export and remember."""
        return port is not IExporting or not is_below(self, ("insert", "insert_many"), "remember")

    async def remember(self, session: ISession, states: Sequence[Mapping[str, Any]]) -> None:
        """Remember exported states of what exists outside already; otherwise as :meth:`insert_many`."""
        await self._remember(session, states, states)

    def audit(self) -> PgAudit:
        """Give what looks the store over, by statements that only read."""
        return PgAudit(self._names, self._id_attr, self._pg)

    async def count(self, session: ISession) -> int:
        """Give how many aggregates are remembered; the server reads the whole table once."""
        await self._catch_up(session)
        row, _ = await self._pg.fetch_one(session, self._sql.count, (), "count")
        return int(row[0]) if row else 0

    async def known(self, session: ISession, ids: Sequence[Any]) -> list[bool]:
        """Tell of each exported id whether it is remembered, in order; one statement."""
        await self._catch_up(session)
        parameters = ([self._text(id, id, "id") for id in ids],)
        cursor = await self._pg.execute(session, self._sql.known, parameters, "look up ids")
        return [is_known for (is_known,) in await cursor.fetchall()]

    async def reserved(self, session: ISession) -> dict[str, int]:
        """Give by name the numbers below which all may have been given out."""
        return await self._numbers.reserved(session)

    async def reserve(self, session: ISession, numbers: Mapping[str, int]) -> None:
        """Remember such numbers by name."""
        await self._numbers.reserve(session, numbers)

    async def update(self, session: ISession, agg: T) -> None:
        """Remember the changed state of an aggregate that was inserted before.

        Raises:
            PersistenceError: no aggregate with this id is remembered; nothing changed.
        """
        await self._catch_up(session)
        state = self.agg_exporter(agg)
        id = exported_id(state, self._id_attr, agg)
        parameters = (self._text(state, id), self._text(id, id, "id"))
        cursor = await self._pg.execute(session, self._sql.update, parameters, "update", id)
        if cursor.rowcount == 0:
            raise PersistenceError(
                f"Cannot update {type(agg).__name__} with id {id!r} (table {self._table!r}): it is not stored; `insert` it first."
            )
        self._pg.compare(session, cursor, 1, "update", id)
        if self._listeners:
            self._announce(session, state)

    async def get(self, session: ISession, id: Any) -> dict[str, Any] | None:
        """Give the exported state remembered under this exported id, or None."""
        await self._catch_up(session)
        parameters = (self._text(id, id, "id"),)
        row, _ = await self._pg.fetch_one(session, self._sql.get, parameters, "get", id)
        return None if row is None else self._state(row[0], "id", id)

    async def find(self, session: ISession, specification: ISpecification | None = None) -> AsyncIterator[dict[str, Any]]:
        """Iterate over the states that satisfy the specification, in order of insertion, as they are at the start.

        Equality is searched by the database, other specifications are asked row by row.
        """
        await self._catch_up(session)
        statement = self._sql.find
        parameters: list[str] = []
        if isinstance(specification, EqualSpecification):
            statement = self._sql.find_containing
            parameters = [self._text(_in_json(specification.pattern), None, "pattern")]
        peeks = statement is self._sql.find  # which goes along the primary key
        async with aclosing(self._pg.stream(session, statement, parameters, "find", peeks=peeks)) as rows:
            async for (text, position), _ in rows:
                state = self._state(text, "position", position)
                if specification is None or specification.is_satisfied_by(state):
                    yield state

    async def create_index(self, session: ISession) -> None:
        """Have the database find states by an index; does nothing if it is there. Never made by itself.

        It serves equality only, and costs bulk inserts a good part of their speed: make it when a large store is asked
        often, after it has been filled. See docs/adr/0007.
        """
        async with session.atomic():
            await self._pg.execute(session, self._sql.lock, (self._table,), "create the index")
            row, _ = await self._pg.fetch_one(session, self._sql.has_index, (self._name,), "create the index")
            if row is None:
                await self._pg.execute(session, self._sql.create_index, (), "create the index")

    async def _remember(self, session: ISession, states: Sequence[Mapping[str, Any]], owners: Sequence[object]) -> None:
        ids = [exported_id(state, self._id_attr, owner) for state, owner in zip(states, owners, strict=True)]
        for id, owner in zip(ids, owners, strict=True):
            self._check_complete(id, owner)
        if not states:
            return
        async with all_or_none(session):
            await self._catch_up(session)
            await self._write(session, states, ids)
            if self._listeners:
                for state in states:
                    self._announce(session, state)

    async def _write(self, session: ISession, states: Sequence[Mapping[str, Any]], ids: Sequence[Any]) -> None:
        if self._pg.is_pipelined(session):
            rows = [(self._text(state, id),) for state, id in zip(states, ids, strict=True)]
            await self._pg.execute_many(session, self._sql.insert, rows, "insert", returning=False)
        else:
            await self._pg.copy_text(session, self._sql.copy, self._lines(states, ids), ids)

    def _lines(self, states: Sequence[Mapping[str, Any]], ids: Sequence[Any]) -> Iterator[bytes]:
        """Write COPY's text format: JSON has no tabs and line ends of its own, only backslashes must be doubled."""
        for start in range(0, len(states), _LINES_A_CHUNK):
            end = start + _LINES_A_CHUNK
            lines = list(map(self._text, states[start:end], ids[start:end]))
            yield ("\n".join(lines) + "\n").replace("\\", "\\\\").encode()

    def _text(self, value: Any, id: Any, what: str = "exported state") -> str:
        try:
            return dumps(encode(value, what))
        except ConfigurationError:
            raise
        except (RecursionError, ValueError) as error:
            raise unwritable_error(error, table=self._table, operation="remember", id=id) from error

    def _state(self, text: str, column: str, value: Any) -> Any:
        """The state in the row where the column has this value."""
        try:
            return loads(text)
        except (RecursionError, ValueError) as error:
            raise unreadable_error(error, table=self._table, row=f"with {column} {shown_value(value)}") from error

    async def _check_columns(self, session: ISession) -> None:
        cursor = await self._pg.execute(session, self._sql.columns, (self._name,), "set up")
        found = {name for (name,) in await cursor.fetchall()}
        if not found >= {"position", "id", "state"}:
            raise ConfigurationError(
                f"The table {self._table!r} stands in this database with the columns {', '.join(sorted(found))}; "
                "no InternalPgRepository made it, so it may be the application's. Give the repository another table, "
                f"as table=('memory', {self._table.rpartition('.')[2]!r}) in a schema of its own, or another database."
            )

    def _check_complete(self, id: Any, agg: object) -> None:
        if is_incomplete(id):
            raise PersistenceError(
                f"Cannot insert {type(agg).__name__} (table {self._table!r}): its exported id {id!r} is not complete; "
                "the external repository's `insert` runs first and must put the id that the database gives into it."
            )


class _Statements:
    """Composed once a table, as each test has repositories of its own; bytes, so that psycopg need not compose again."""

    @classmethod
    @lru_cache(maxsize=256)
    def of(cls, names: tuple[str, ...], id_key: str) -> Self:
        """Those of a table."""
        return cls(names, id_key)

    def __init__(self, names: tuple[str, ...], id_key: str) -> None:
        table = quoted(*names)
        self.lock = b"SELECT pg_advisory_xact_lock(hashtext(%s))"
        self.create = _compose(
            "CREATE TABLE IF NOT EXISTS {table} (position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
            "id jsonb NOT NULL UNIQUE GENERATED ALWAYS AS (state -> {id_key}) STORED, state jsonb NOT NULL)",
            table,
            literal(id_key),
        )
        self.columns = b"SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped"
        self.drop = _compose("DROP TABLE IF EXISTS {table}", table)
        self.insert = _compose("INSERT INTO {table} (state) VALUES (%s::jsonb)", table)
        self.copy = _compose("COPY {table} (state) FROM STDIN", identifier(*names))
        self.known = _compose(
            "SELECT EXISTS (SELECT FROM {table} WHERE id = asked.id) "
            "FROM unnest(%s::jsonb[]) WITH ORDINALITY AS asked (id, number) ORDER BY number",
            table,
        )
        self.count = _compose("SELECT count(*) FROM {table}", table)
        self.create_index = _compose("CREATE INDEX ON {table} USING gin (state jsonb_path_ops) WITH (fastupdate = off)", table)
        self.has_index = (
            b"SELECT FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam "
            b"WHERE i.indrelid = to_regclass(%s) AND a.amname = 'gin'"
        )
        self.update = _compose("UPDATE {table} SET state = %s::jsonb WHERE id = %s::jsonb", table)
        self.get = _compose("SELECT state::text FROM {table} WHERE id = %s::jsonb", table)
        self.find = _compose("SELECT state::text, position FROM {table} ORDER BY position", table)
        self.find_containing = _compose(
            "SELECT state::text, position FROM {table} WHERE state @> %s::jsonb ORDER BY position", table
        )


def _compose(template: str, table: str, id_key: str = "") -> bytes:
    return template.format(table=table, id_key=id_key).encode()


def _in_json(pattern: Mapping[str, Any]) -> dict[str, Any]:
    """Keep what the database can decide alone; the rest is asked of the rows it leaves."""
    kept: dict[str, Any] = {}
    for key, part in pattern.items():
        if isinstance(part, Mapping):
            if inner := _in_json(part):
                kept[key] = inner
        elif type(part) in _SAME_IN_JSON:
            kept[key] = part
    return kept
