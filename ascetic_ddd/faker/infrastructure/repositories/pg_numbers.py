"""How far running numbers may have been given out: a small table beside those that remember aggregates."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Self

from ascetic_ddd.faker.infrastructure.postgres.access import PgAccess
from ascetic_ddd.faker.infrastructure.postgres.names import identifier, quoted, shown
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("PgNumbers",)

_TABLE = "ascetic_ddd_numbers"


class PgNumbers:
    """The numbers that belong to one internal repository; all repositories of a schema share the table.

    Args:
        names: the repository's own table; this one stands in the same schema.
    """

    @classmethod
    @lru_cache(maxsize=256)
    def of(cls, names: tuple[str, ...]) -> Self:
        """Those of a table; they keep no state of their own."""
        return cls(names)

    def __init__(self, names: tuple[str, ...]) -> None:
        own = (*names[:-1], _TABLE)
        self._owner = (shown(names),)
        self._name = identifier(*own)
        self._lock_key = shown(own)
        self._pg = PgAccess("internal", self._lock_key)
        table = quoted(*own)
        self._create = _compose(
            "CREATE TABLE IF NOT EXISTS {table} (owner text, name text, reserved bigint NOT NULL, PRIMARY KEY (owner, name))",
            table,
        )
        self._enter = _compose("INSERT INTO {table} VALUES (%s, '', 0) ON CONFLICT DO NOTHING", table)
        self._leave = _compose("DELETE FROM {table} WHERE owner = %s", table)
        self._others = _compose("SELECT FROM {table} LIMIT 1", table)
        self._drop = _compose("DROP TABLE {table}", table)
        self._read = _compose("SELECT name, reserved FROM {table} WHERE owner = %s AND name <> ''", table)
        self._write = _compose(
            "INSERT INTO {table} SELECT %s, name, reserved FROM unnest(%s::text[], %s::bigint[]) AS told (name, reserved) "
            "ON CONFLICT (owner, name) DO UPDATE SET reserved = excluded.reserved",
            table,
        )

    async def setup(self, session: ISession) -> None:
        """Create the table, if it is not there; inside a transaction."""
        await self._lock(session)
        await self._pg.execute(session, self._create, (), "set up")
        await self._pg.execute(session, self._enter, self._owner, "set up")

    async def cleanup(self, session: ISession) -> None:
        """Forget this repository's numbers; the last one drops the table. Inside a transaction."""
        await self._lock(session)
        row, _ = await self._pg.fetch_one(session, b"SELECT to_regclass(%s) IS NOT NULL", (self._name,), "clean up")
        if row is None or not row[0]:
            return
        await self._pg.execute(session, self._leave, self._owner, "clean up")
        row, _ = await self._pg.fetch_one(session, self._others, (), "clean up")
        if row is None:
            await self._pg.execute(session, self._drop, (), "clean up")

    async def reserved(self, session: ISession) -> dict[str, int]:
        """Give by name the numbers below which all may have been given out."""
        cursor = await self._pg.execute(session, self._read, self._owner, "read numbers")
        return {str(name): int(number) for name, number in await cursor.fetchall()}

    async def reserve(self, session: ISession, numbers: Mapping[str, int]) -> None:
        """Remember such numbers by name."""
        parameters = (*self._owner, list(numbers), list(numbers.values()))
        await self._pg.write(session, self._write, parameters, "reserve numbers", rows=len(numbers))

    async def _lock(self, session: ISession) -> None:
        await self._pg.execute(session, b"SELECT pg_advisory_xact_lock(hashtext(%s))", (self._lock_key,), "lock")


def _compose(template: str, table: str) -> bytes:
    return template.format(table=table).encode()
