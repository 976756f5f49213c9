"""Rows of the application's table that refer to nothing, though a foreign key says that they must not."""

from collections.abc import Mapping

from ascetic_ddd.faker.infrastructure.postgres.access import PgAccess
from ascetic_ddd.faker.infrastructure.postgres.names import escaped, identifier, quoted
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("dangling_rows",)

_FOREIGN_KEYS = b"""
    SELECT k.conname, format('%%I.%%I', n.nspname, t.relname),
           (SELECT array_agg(quote_ident(a.attname) ORDER BY u.number)
            FROM unnest(k.conkey) WITH ORDINALITY AS u (key, number)
            JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.key),
           (SELECT array_agg(quote_ident(a.attname) ORDER BY u.number)
            FROM unnest(k.confkey) WITH ORDINALITY AS u (key, number)
            JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.key)
    FROM pg_constraint k
    JOIN pg_class t ON t.oid = k.confrelid
    JOIN pg_namespace n ON n.oid = t.relnamespace
    WHERE k.contype = 'f' AND k.conrelid = to_regclass(%s) AND k.conparentid = 0
    ORDER BY k.conname
"""


async def dangling_rows(pg: PgAccess, session: ISession, names: tuple[str, ...]) -> Mapping[str, int]:
    """Count by foreign key the rows without the row they refer to.

    There are some where a foreign key is NOT VALID, or where rows were loaded while its triggers were off.

    Args:
        pg: the way to the table.
        session: with the connection.
        names: of the table.

    Raises:
        PersistenceError: a table may not be read, or the server is lost.
    """
    cursor = await pg.execute(session, _FOREIGN_KEYS, (identifier(*names),), "read the foreign keys")
    found = {}
    for name, target, columns, referenced in await cursor.fetchall():
        is_told = " AND ".join(f"child.{escaped(column)} IS NOT NULL" for column in columns)
        is_same = " AND ".join(
            f"parent.{escaped(there)} = child.{escaped(here)}" for here, there in zip(columns, referenced, strict=True)
        )
        statement = (
            f"SELECT count(*) FROM {quoted(*names)} AS child WHERE {is_told} "  # noqa: S608 - names are quoted by the server
            f"AND NOT EXISTS (SELECT FROM {escaped(target)} AS parent WHERE {is_same})"
        )
        row, _ = await pg.fetch_one(session, statement.encode(), (), "look for dangling rows")
        found[name] = int(row[0]) if row else 0
    return found
