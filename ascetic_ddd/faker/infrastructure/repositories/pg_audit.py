"""An internal store in PostgreSQL looked over by its server."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from ascetic_ddd.faker.domain.repositories import IAudit, Uses
from ascetic_ddd.faker.infrastructure.postgres.access import PgAccess
from ascetic_ddd.faker.infrastructure.postgres.names import identifier, literal, quoted
from ascetic_ddd.faker.infrastructure.repositories.state_codec import encode, loads
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("PgAudit",)

_IS_THERE = b"SELECT to_regclass(%s) IS NOT NULL"
_FAULTS = {
    "ids that differ from those in the states": "count(*) FILTER (WHERE id IS DISTINCT FROM state -> {id_key})",
    "ids that are there already": "count(*) - count(DISTINCT id)",
    "positions that are there already": "count(*) - count(DISTINCT position)",
    "states that are no objects": "count(*) FILTER (WHERE jsonb_typeof(state) IS DISTINCT FROM 'object')",
}
_SHAPES = """
    SELECT count(*) AS number, min(id::text)
    FROM (SELECT id, CASE WHEN jsonb_typeof(id) = 'object' THEN id ELSE '{{}}'::jsonb END AS parts FROM {table}) AS ids
    GROUP BY jsonb_typeof(id), id @? '$.** ? (@ == null)',
        (SELECT array_agg(part.key || ' ' || jsonb_typeof(part.value) ORDER BY part.key) FROM jsonb_each(parts) AS part)
    ORDER BY number DESC, 2
"""
_USES = """
    SELECT is_null, uses, count(*)
    FROM (SELECT value = 'null' AS is_null, count(*) AS uses
          FROM (SELECT jsonb_path_query(state, %s::jsonpath) AS value FROM {table}) AS found GROUP BY value) AS counted
    GROUP BY is_null, uses
"""
_USES_WITHIN = """
    SELECT scope, uses, count(*)
    FROM (SELECT ARRAY(SELECT value -> key FROM unnest(%s::text[]) AS key) AS scope, count(*) AS uses
          FROM (SELECT jsonb_path_query(state, %s::jsonpath) AS value FROM {table}) AS found
          WHERE value <> 'null' GROUP BY value) AS counted
    GROUP BY scope, uses ORDER BY scope
"""
_DANGLING = """
    SELECT count(*), min(value::text)
    FROM (SELECT jsonb_path_query(state, %s::jsonpath) AS value FROM {table}) AS found
    WHERE value <> 'null' AND NOT EXISTS (SELECT FROM {target} AS target WHERE target.id = found.value)
"""


class PgAudit:
    """Looks over the table of an ``InternalPgRepository``, by statements that only read.

    Args:
        names: schema and table, or the table alone.
        id_attr: the key the id is exported under.
        pg: the way to the database.
    """

    def __init__(self, names: tuple[str, ...], id_attr: str, pg: PgAccess) -> None:
        self._name = identifier(*names)
        self.table = quoted(*names)
        self._pg = pg
        (self._id_key,) = encode({id_attr: None})

    async def is_there(self, session: ISession) -> bool:
        """Tell whether the table is there."""
        row, _ = await self._pg.fetch_one(session, _IS_THERE, (self._name,), "look for the table")
        return bool(row and row[0])

    async def count(self, session: ISession) -> int:
        """Give how many aggregates are remembered."""
        row, _ = await self._pg.fetch_one(session, f"SELECT count(*) FROM {self.table}".encode(), (), "count")  # noqa: S608
        return int(row[0]) if row else 0

    async def faults(self, session: ISession) -> Mapping[str, int]:
        """Count what cannot be while nobody has changed table or rows by hand."""
        columns = ", ".join(_FAULTS.values()).format(id_key=literal(self._id_key))
        row, _ = await self._pg.fetch_one(session, f"SELECT {columns} FROM {self.table}".encode(), (), "check")  # noqa: S608
        return dict(zip(_FAULTS, row or (), strict=True))

    async def id_shapes(self, session: ISession) -> Sequence[tuple[int, Any]]:
        """Give for each shape of ids how many have it, and an example."""
        cursor = await self._pg.execute(session, _SHAPES.format(table=self.table).encode(), (), "check")
        return [(number, None if text is None else loads(text)) for number, text in await cursor.fetchall()]

    async def uses(self, session: ISession, path: Sequence[str]) -> Uses:
        """Count the uses of the values at a path."""
        cursor = await self._pg.execute(session, _USES.format(table=self.table).encode(), (_json_path(path),), "count uses")
        histogram, nulls = {}, 0
        for is_null, uses, values in await cursor.fetchall():
            if is_null:
                nulls += uses * values
            else:
                histogram[uses] = values
        return Uses(histogram, nulls)

    async def uses_within(self, session: ISession, path: Sequence[str], keys: Sequence[str]) -> AsyncIterator[Uses]:
        """Count the uses apart for each combination of some parts of the values."""
        statement = _USES_WITHIN.format(table=self.table).encode()
        parameters = (_keys(keys), _json_path(path))
        before, histogram = None, dict[int, int]()
        async for (scope, uses, values), _ in self._pg.stream(session, statement, parameters, "count uses"):
            if histogram and scope != before:
                yield Uses(histogram, 0)
                histogram = {}
            before = scope
            histogram[uses] = values
        if histogram:
            yield Uses(histogram, 0)

    async def dangling(self, session: ISession, path: Sequence[str], target: IAudit) -> tuple[int, Any] | None:
        """Count values that are no ids of the target; None if that is no table beside this one."""
        if not isinstance(target, PgAudit):
            return None
        statement = _DANGLING.format(table=self.table, target=target.table).encode()
        row, _ = await self._pg.fetch_one(session, statement, (_json_path(path),), "look for dangling references")
        return (0, None) if row is None or not row[0] else (int(row[0]), loads(row[1]))


def _json_path(path: Sequence[str]) -> str:
    """A path as SQL/JSON has it; on the way it goes through the items of lists."""
    return "$" + "".join(f".{json.dumps(key)}" for key in _keys(path))


def _keys(names: Sequence[str]) -> list[str]:
    """Keys as the stored documents have them."""
    return [key for name in names for key in encode({name: None})]
