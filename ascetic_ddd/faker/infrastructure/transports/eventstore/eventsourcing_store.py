"""The tables of the library ``eventsourcing``, written by our own connection, in our own transaction."""

import copy
from collections.abc import Hashable, Iterator, Sequence
from datetime import datetime
from typing import Any

from eventsourcing.application import Application
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresAggregateRecorder

from ascetic_ddd.faker.domain.errors import ConfigurationError, DuplicateError
from ascetic_ddd.faker.infrastructure.postgres.access import PgAccess
from ascetic_ddd.faker.infrastructure.postgres.names import identifier, quoted
from ascetic_ddd.faker.infrastructure.transports.eventstore.store import Appended, stale
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("EventsourcingStore",)

_COLUMNS = "originator_id, originator_version, topic, state"


class EventsourcingStore:
    """Writes the events of an application's aggregates so that its own repository reads them.

    Events go through the application's mapper, with its transcodings, compression and encryption. Notifications have their ids in
    the order of the commits, since the table is locked as the library does it; so a batch of ours makes other writers wait.

    Args:
        application: an ``eventsourcing.application.Application`` on PostgreSQL; only its settings are used, no connection of it.
        lock: False leaves the lock out: faster on several lanes, and followers may miss events; for seeding before there are any.

    Raises:
        ConfigurationError: the application does not store in PostgreSQL.
    """

    def __init__(self, application: "Application[Any]", *, lock: bool = True) -> None:
        recorder = application.recorder
        if not isinstance(recorder, PostgresAggregateRecorder):
            raise ConfigurationError(
                f"{type(application).__name__} stores by {type(recorder).__name__}; expected an application on PostgreSQL, with "
                "PERSISTENCE_MODULE=eventsourcing.postgres in its env"
            )
        self._mapper = application.mapper
        self._events = _Table(recorder)
        snapshots = None if application.snapshots is None else application.snapshots.recorder
        self._snapshots = _Table(snapshots) if isinstance(snapshots, PostgresAggregateRecorder) else None
        self._locks = lock
        self._notify = f"NOTIFY {identifier(str(getattr(recorder, 'channel_name', recorder.events_table_name)))}".encode()

    async def append(self, session: ISession, streams: Sequence[Appended]) -> None:
        """Add events to streams, to all of them or none; by one COPY."""
        stored = [self._mapper.to_stored_event(event) for each in streams for event in _timed(each)]
        snapshots = [self._mapper.to_stored_event(each.snapshot) for each in streams if each.snapshot is not None]
        await self._check(session, streams)
        if stored:
            if self._locks:
                await self._events.access.execute(session, self._events.lock, (), "lock")
            try:
                await self._events.copy(session, stored)
            except DuplicateError as error:
                raise stale("one of several" if len(streams) > 1 else streams[0].stream, 0, None) from error
            await self._events.access.execute(session, self._notify, (), "notify")
        if snapshots:
            if self._snapshots is None:
                raise ConfigurationError("the application takes no snapshots; set its `is_snapshotting_enabled`, or take none")
            await self._snapshots.copy(session, snapshots)

    async def read(self, session: ISession, stream: Hashable) -> list[Any]:
        """Give the events of an aggregate, in order."""
        cursor = await self._events.access.execute(session, self._events.read, (stream,), "read")
        return [
            self._mapper.to_domain_event(StoredEvent(id, version, topic, bytes(state)))
            for id, version, topic, state in await cursor.fetchall()
        ]

    async def _check(self, session: ISession, streams: Sequence[Appended]) -> None:
        for each in streams:
            versions = [event.originator_version for event in each.events]
            if versions != list(range(each.expected_version + 1, each.expected_version + 1 + len(versions))):
                raise stale(each.stream, each.expected_version, versions[0] - 1)
        known = {each.stream: each.expected_version for each in streams if each.expected_version}
        if not known:
            return
        cursor = await self._events.access.execute(session, self._events.versions, (list(known),), "read versions")
        actual: dict[Any, Any] = dict(await cursor.fetchall())
        for stream, expected in known.items():
            if actual.get(stream, 0) != expected:
                raise stale(stream, expected, actual.get(stream, 0))


class _Table:
    """One table of the library's, of events or of snapshots."""

    def __init__(self, recorder: PostgresAggregateRecorder) -> None:
        names = (recorder.datastore.schema, recorder.events_table_name)
        plain, escaped = identifier(*names), quoted(*names)
        self.access = PgAccess("external", recorder.events_table_name)
        self.lock = f"LOCK TABLE {plain} IN EXCLUSIVE MODE".encode()
        self._copy = f"COPY {plain} ({_COLUMNS}) FROM STDIN".encode()
        where = f"FROM {escaped} WHERE originator_id"
        self.read = f"SELECT {_COLUMNS} {where} = %s ORDER BY originator_version".encode()
        self.versions = f"SELECT originator_id, max(originator_version) {where} = ANY(%s) GROUP BY 1".encode()

    async def copy(self, session: ISession, stored: Sequence[StoredEvent]) -> None:
        """Copy events into the table."""
        rows = [(each.originator_id, each.originator_version, each.topic, each.state) for each in stored]
        await self.access.copy_rows(session, self._copy, rows, [each.originator_id for each in stored])


def _timed(appended: Appended) -> Iterator[Any]:
    """The events, with the times that they are told."""
    for number, event in enumerate(appended.events):
        yield event if appended.times is None else _at(event, appended.times[number])


def _at(event: Any, time: datetime) -> Any:
    told = copy.copy(event)  # events are frozen, and the aggregate's own stay as they are
    vars(told)["timestamp"] = time
    return told
