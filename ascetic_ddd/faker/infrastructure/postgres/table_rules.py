"""What a table accepts: its columns, keys and checks, from the catalogue."""

from collections.abc import Mapping, Sequence
from typing import Any

from ascetic_ddd.faker.domain.errors import PersistenceError
from ascetic_ddd.faker.domain.repositories.rules import CheckRule, ColumnRule, ReferenceRule, StoreRules, UniqueRule
from ascetic_ddd.faker.infrastructure.postgres.access import PgAccess
from ascetic_ddd.faker.infrastructure.postgres.names import escaped, identifier, quoted, shown
from ascetic_ddd.seedwork.domain.session.faults import Fault, fault_of
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("refused_values", "table_rules")

_OPERATION = "read the constraints"

_COLUMNS = b"""
    SELECT n.nspname || '.' || c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull OR t.typnotnull,
           a.atthasdef OR a.attidentity <> '' OR t.typdefault IS NOT NULL, a.attidentity = 'a' OR a.attgenerated <> '',
           CASE WHEN b.typname IN ('varchar', 'bpchar') AND m.modifier > 4 THEN m.modifier - 4 END,
           ARRAY(SELECT l.enumlabel::text FROM pg_enum l WHERE l.enumtypid = b.oid ORDER BY l.enumsortorder)
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_type t ON t.oid = a.atttypid
    JOIN pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
    CROSS JOIN LATERAL (SELECT CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END AS modifier) m
    WHERE c.oid = to_regclass(%s)
    ORDER BY a.attnum
"""

_CONSTRAINTS = b"""
    SELECT 'unique', coalesce(k.conname, x.relname), names.columns, NULL
    FROM pg_index i
    JOIN pg_class x ON x.oid = i.indexrelid
    LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype IN ('p', 'u')
    CROSS JOIN LATERAL (
        SELECT array_agg(a.attname::text ORDER BY u.number) AS columns
        FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS u (key, number)
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.key
        WHERE u.number <= i.indnkeyatts) names
    WHERE i.indrelid = to_regclass(%s) AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
    UNION ALL
    SELECT CASE k.contype WHEN 'f' THEN 'reference' ELSE 'check' END, k.conname, names.columns,
           CASE k.contype WHEN 'f' THEN n.nspname || '.' || f.relname ELSE pg_get_expr(k.conbin, k.conrelid) END
    FROM pg_constraint k
    LEFT JOIN pg_class f ON f.oid = k.confrelid
    LEFT JOIN pg_namespace n ON n.oid = f.relnamespace
    CROSS JOIN LATERAL (
        SELECT array_agg(a.attname::text ORDER BY u.number) AS columns
        FROM unnest(k.conkey) WITH ORDINALITY AS u (key, number)
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.key) names
    WHERE k.conrelid = to_regclass(%s) AND k.conparentid = 0
      AND (k.contype = 'f' OR k.contype = 'c' AND cardinality(k.conkey) = 1)
    ORDER BY 1, 2
"""


async def table_rules(
    pg: PgAccess, session: ISession, names: tuple[str, ...], paths: Mapping[str, tuple[str, ...]] | None
) -> StoreRules:
    """Read what a table accepts.

    Args:
        pg: the way to the table.
        session: with the connection.
        names: of the table.
        paths: where the exported state has the value of a column; None: each column is exported under its own name.

    Raises:
        PersistenceError: the catalogue cannot be read.
    """
    name = identifier(*names)
    rows = await (await pg.execute(session, _COLUMNS, (name,), _OPERATION)).fetchall()
    if not rows:
        return StoreRules(shown(names))
    columns = []
    for _, column, type, is_required, has_default, is_always, longest, labels in rows:
        path = (column,) if paths is None else paths.get(column)
        columns.append(ColumnRule(column, path, type, is_required, has_default, is_always, longest, tuple(labels)))
    found: dict[str, list[Any]] = {"unique": [], "reference": [], "check": []}
    for kind, constraint, keys, word in await (await pg.execute(session, _CONSTRAINTS, (name, name), _OPERATION)).fetchall():
        if kind == "unique":
            found[kind].append(UniqueRule(constraint, tuple(keys)))
        elif kind == "reference":
            found[kind].append(ReferenceRule(constraint, tuple(keys), word))
        else:
            found[kind].append(CheckRule(constraint, keys[0], word))
    return StoreRules(rows[0][0], tuple(columns), tuple(found["unique"]), tuple(found["reference"]), tuple(found["check"]))


async def refused_values(
    pg: PgAccess, session: ISession, names: tuple[str, ...], column: ColumnRule, check: CheckRule, values: Sequence[Any]
) -> list[int]:
    """Ask the server which values a check refuses: it reckons the condition as it would for a row.

    Args:
        pg: the way to the table.
        session: with the connection.
        names: of the table.
        column: that the check is on.
        check: as the server wrote it.
        values: to try; as a whole, none of them is refused where the column's type cannot read one.
    """
    statement = (
        f"SELECT told.number - 1 FROM unnest(%s::text[]) WITH ORDINALITY AS told (word, number) "  # noqa: S608 - names are quoted
        f"CROSS JOIN LATERAL (SELECT CAST(told.word AS {escaped(column.type)}) AS {quoted(column.name)}) AS {quoted(names[-1])} "
        f"WHERE NOT ({escaped(check.text)}) ORDER BY 1"
    )
    try:
        async with session.atomic() as inner:
            cursor = await pg.execute(inner, statement.encode(), (pg.texts(inner, values),), "try a check")
            return [int(number) for (number,) in await cursor.fetchall()]
    except PersistenceError as error:
        if fault_of(session, error) is not Fault.DATA:
            raise
        return []  # the column's type cannot read one of them
