"""Sequences stand behind the keys that were told, so that the application's next INSERT finds a free one."""

from collections.abc import Iterable, Mapping
from typing import Any

from ascetic_ddd.faker.infrastructure.postgres.access import PgAccess
from ascetic_ddd.faker.infrastructure.postgres.table_facts import TableFacts
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("advance_sequences",)

_ADVANCE = b"""
    SELECT setval(q.seqrelid::regclass, told.number)
    FROM pg_sequence q, (SELECT %s::bigint AS number) AS told
    WHERE q.seqrelid = %s::regclass AND q.seqincrement > 0 AND told.number BETWEEN q.seqmin AND q.seqmax
        AND coalesce(pg_sequence_last_value(q.seqrelid) < told.number, told.number >= q.seqstart)
"""
_MOST = 2**63 - 1


async def advance_sequences(pg: PgAccess, session: ISession, facts: TableFacts, told: Mapping[str, Iterable[Any]]) -> None:
    """Let no sequence give a number again that was just told to its column.

    Like all that happens to sequences, it outlasts a rollback. A sequence that the user of the connection may not set, or that
    counts down, stays where it is.

    Args:
        pg: the way to the table.
        session: the session that stored the rows.
        facts: of the table.
        told: by column the values that were stored, but for those that the sequence gave.

    Raises:
        PersistenceError: the server refused it or is lost.
    """
    if not facts.has_sequence:
        return
    for column, values in told.items():
        known = facts.columns.get(column)
        if known is None or known.sequence is None:
            continue
        highest = max((value for value in values if isinstance(value, int) and value <= _MOST), default=None)
        if highest is not None:
            await pg.execute(session, _ADVANCE, (highest, known.sequence), "advance the sequence")
