"""A plain table of events in the application's PostgreSQL: a row an event, its data as JSON."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from ascetic_ddd.faker.domain.errors import ConfigurationError, DuplicateError
from ascetic_ddd.faker.infrastructure.postgres.access import PgAccess
from ascetic_ddd.faker.infrastructure.postgres.names import TableName, check_name, check_table, identifier, quoted, shown
from ascetic_ddd.faker.infrastructure.transports.eventstore.store import Appended, stale
from ascetic_ddd.faker.infrastructure.transports.plain import json_ready, plain
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("EventRecord", "PgEventStore")

_COLUMNS = ("stream", "version", "type", "data", "metadata")
_OPTIONAL = ("time",)


@dataclass(frozen=True)
class EventRecord:
    """An event as it is stored.

    Attributes:
        type: by which the application knows its class.
        data: JSON.
        metadata: JSON, what is not the event's own.
        time: when it happened.
    """

    type: str
    data: Any
    metadata: Mapping[str, Any] = field(default_factory=dict)
    time: datetime | None = None


class PgEventStore:
    """Writes events into one table, by the session's external connection, in its transaction.

    The table has a row an event, and a unique constraint on stream and version, by which a stale writer is refused. Columns that
    are not named, as a global position, are the database's.

    Args:
        table: its name.
        record: event → how it is stored; by default the name of its class, and its fields as JSON.
        columns: names of the columns for ``stream``, ``version``, ``type``, ``data``, ``metadata``, and, if there is one,
            ``time``, where they differ; None leaves one of the last four out.
        first_version: of a stream's first event.
    """

    def __init__(
        self,
        table: TableName,
        *,
        record: Callable[[Any], EventRecord] | None = None,
        columns: Mapping[str, str | None] | None = None,
        first_version: int = 1,
    ) -> None:
        named: dict[str, str | None] = {**dict.fromkeys(_OPTIONAL), **{name: name for name in _COLUMNS}, **(columns or {})}
        unknown = named.keys() - {*_COLUMNS, *_OPTIONAL}
        if unknown or named["stream"] is None or named["version"] is None:
            raise ConfigurationError(f"columns={columns!r}: expected names for {', '.join((*_COLUMNS, *_OPTIONAL))}")
        self._columns = {name: check_name(column, "columns") for name, column in named.items() if column is not None}
        names = check_table(table)
        self._table = shown(names)
        self._access = PgAccess("external", self._table)
        self._record = record or _record
        self._first = first_version
        stream, version = quoted(self._columns["stream"]), quoted(self._columns["version"])
        listed = ", ".join(identifier(column) for column in self._columns.values())
        self._copy = f"COPY {identifier(*names)} ({listed}) FROM STDIN".encode()
        self._versions = (
            f"SELECT {stream}, max({version}) FROM {quoted(*names)} WHERE {stream}::text = ANY(%s) GROUP BY 1".encode()  # noqa: S608
        )
        read = ", ".join(quoted(column) for column in self._columns.values())
        self._read = f"SELECT {read} FROM {quoted(*names)} WHERE {stream}::text = %s ORDER BY {version}".encode()  # noqa: S608

    async def append(self, session: ISession, streams: Sequence[Appended]) -> None:
        """Add events to streams, to all of them or none; by one COPY."""
        await self._check(session, [each for each in streams if each.expected_version])
        rows, names = list(self._rows(streams)), [each.stream for each in streams for _ in each.events]
        if not rows:
            return
        try:
            await self._access.copy_rows(session, self._copy, rows, names)
        except DuplicateError as error:
            taken = streams[0] if len(streams) == 1 else None
            raise stale(
                "one of several" if taken is None else taken.stream, 0 if taken is None else taken.expected_version, None
            ) from error

    async def read(self, session: ISession, stream: Hashable) -> list[EventRecord]:
        """Give the events of a stream, in order, as they are stored."""
        cursor = await self._access.execute(session, self._read, (str(stream),), "read")
        found = [dict(zip(self._columns, row, strict=True)) for row in await cursor.fetchall()]
        return [EventRecord(row.get("type", ""), row.get("data"), row.get("metadata") or {}, row.get("time")) for row in found]

    async def _check(self, session: ISession, streams: Sequence[Appended]) -> None:
        """Compare the versions of those that there are; for new ones the constraint does that."""
        if not streams:
            return
        cursor = await self._access.execute(session, self._versions, ([str(each.stream) for each in streams],), "read versions")
        actual = {str(stream): version - self._first + 1 for stream, version in await cursor.fetchall()}
        for each in streams:
            if actual.get(str(each.stream), 0) != each.expected_version:
                raise stale(each.stream, each.expected_version, actual.get(str(each.stream), 0))

    def _rows(self, streams: Sequence[Appended]) -> Iterator[tuple[Any, ...]]:
        for each in streams:
            for number, event in enumerate(each.events):
                record = self._record(event)
                row = {
                    "stream": each.stream,
                    "version": each.expected_version + number + self._first,
                    "type": record.type,
                    "data": Jsonb(record.data),
                    "metadata": Jsonb(dict(record.metadata)),
                    "time": record.time if each.times is None else each.times[number],
                }
                yield tuple(row[name] for name in self._columns)


def _record(event: Any) -> EventRecord:
    return EventRecord(type(event).__name__, json_ready(plain(event)))
