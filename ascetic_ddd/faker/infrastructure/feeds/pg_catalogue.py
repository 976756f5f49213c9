"""What a database knows of the tables that rows shall go to."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.feeds.tables import Column, Table
from ascetic_ddd.faker.infrastructure.postgres.names import identifier, shown

__all__ = ("ForeignKeyFacts", "PgColumn", "PgFacts", "PgSequence", "facts_of", "missing_tables")

_COLUMNS = b"""
    SELECT a.attname, b.typname, b.typcategory = 'A',
           a.attnotnull AND NOT a.atthasdef AND a.attidentity = '', a.attnotnull, a.attgenerated <> '',
           format_type(a.atttypid, a.atttypmod), CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END,
           s.names, s.seqmax, s.seqincrement, s.is_movable
    FROM pg_attribute a
    JOIN pg_type t ON t.oid = a.atttypid
    JOIN pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
    LEFT JOIN LATERAL (
        SELECT ARRAY[n.nspname::text, c.relname::text] AS names, q.seqmax, q.seqincrement,
               has_sequence_privilege(q.seqrelid, 'SELECT') AND has_sequence_privilege(q.seqrelid, 'UPDATE') AS is_movable
        FROM (
            SELECT pg_get_serial_sequence(%(table)s, a.attname)::regclass::oid AS sequence
            UNION  -- of a default that somebody wrote himself
            SELECT d.refobjid FROM pg_attrdef f JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid
            WHERE f.adrelid = a.attrelid AND f.adnum = a.attnum AND d.refclassid = 'pg_class'::regclass
        ) f
        JOIN pg_sequence q ON q.seqrelid = f.sequence
        JOIN pg_class c ON c.oid = q.seqrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        ORDER BY q.seqrelid
        LIMIT 1
    ) s ON true
    WHERE a.attrelid = to_regclass(%(table)s) AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attnum
"""
_FOREIGN_KEYS = b"""
    SELECT k.conname, own.name, target.name, k.condeferrable,
           ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS u (number, place)
                 JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number ORDER BY u.place)
    FROM pg_constraint k
    JOIN unnest(%(models)s::text[], %(tables)s::text[]) AS own (name, place) ON k.conrelid = to_regclass(own.place)
    JOIN unnest(%(models)s::text[], %(tables)s::text[]) AS target (name, place) ON k.confrelid = to_regclass(target.place)
    WHERE k.contype = 'f' AND k.conparentid = 0
    ORDER BY own.name, k.conname
"""

_INTEGER_BITS = {"int2": 16, "int4": 32, "int8": 64}
_HEADER = 4  # in a type modifier of numeric, before precision and scale


@dataclass(frozen=True, slots=True)
class PgSequence:
    """The sequence of a serial or identity column, or of a default that somebody wrote himself.

    Attributes:
        names: schema and sequence.
        greatest: number that it gives.
        is_ascending: it counts upwards.
        is_movable: the user of the connection may look at it and set it.
    """

    names: tuple[str, ...]
    greatest: int
    is_ascending: bool
    is_movable: bool


@dataclass(frozen=True, slots=True)
class PgColumn:
    """A column of a table that is there, for a column of a model.

    Attributes:
        name: its name.
        field: the model's field.
        kind: name of its type, or of its domain's.
        is_array: it is an array.
        is_not_null: it allows no NULL.
        type: as it is written in SQL.
        limits: least and greatest whole number that it holds; None if it is no column of numbers, or has no limits.
        sequence: where the numbers come from that nobody tells; None if from nowhere.
    """

    name: str
    field: str
    kind: str
    is_array: bool
    is_not_null: bool
    type: str = ""
    limits: tuple[int, int] | None = None
    sequence: PgSequence | None = None

    @property
    def is_json(self) -> bool:
        """Whether it holds JSON."""
        return self.kind in ("json", "jsonb")


@dataclass(frozen=True, slots=True)
class ForeignKeyFacts:
    """A foreign key between two of the tables.

    Attributes:
        name: the constraint's.
        model: model of the table that refers.
        target: model of the table that is referred to.
        is_deferrable: it can be checked at the commit.
        columns: of the table that refers.
    """

    name: str
    model: str
    target: str
    is_deferrable: bool
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PgFacts:
    """The tables: their columns, by model, and the foreign keys between them."""

    columns: Mapping[str, tuple[PgColumn, ...]]
    foreign_keys: tuple[ForeignKeyFacts, ...]


def missing_tables(connection: Connection[Any], tables: Mapping[str, Table], *, are_missing: bool = True) -> list[str]:
    """The names of the tables that are not there; or of those that are."""
    found = []
    for table in tables.values():
        row = connection.execute(b"SELECT to_regclass(%s) IS NULL", (identifier(*table.names),)).fetchone()
        if row is not None and bool(row[0]) is are_missing:
            found.append(shown(table.names))
    return found


def facts_of(connection: Connection[Any], tables: Mapping[str, Table]) -> PgFacts:
    """Ask for the tables, which must be there.

    Raises:
        ConfigurationError: a field has no column, or a column that must have a value has no field.
    """
    columns = {name: _columns(connection, table) for name, table in tables.items()}
    told = {"models": list(tables), "tables": [identifier(*table.names) for table in tables.values()]}
    keys = [
        ForeignKeyFacts(name, model, target, is_deferrable, tuple(names))
        for name, model, target, is_deferrable, names in connection.execute(_FOREIGN_KEYS, told)
    ]
    return PgFacts(columns, tuple(keys))


def _columns(connection: Connection[Any], table: Table) -> tuple[PgColumn, ...]:
    rows = connection.execute(_COLUMNS, {"table": identifier(*table.names)}).fetchall()
    there = {row[0]: row[1:] for row in rows}
    found = []
    for column in table.columns.values():
        name = next((name for name in (column.name, *column.aliases) if name in there), None)
        if name is None:
            raise _no_column(table, column, list(there))
        kind, is_array, _, is_not_null, is_generated, type_, modifier, *sequence = there[name]
        if not is_generated:  # what the database reckons is not told
            limits = _limits(kind, modifier)
            found.append(PgColumn(name, column.field, kind, is_array, is_not_null, type_, limits, _sequence(*sequence)))
    used = {column.name for column in found}
    lacking = [name for name, _, _, is_needed, _, is_generated, *_ in rows if is_needed and not is_generated and name not in used]
    if lacking:
        raise ConfigurationError(
            f"table {shown(table.names)}: the column {lacking[0]} must have a value, and {table.model} has no field for it; give "
            "the model one, or the column a default"
        )
    return tuple(found)


def _limits(kind: str, modifier: int) -> tuple[int, int] | None:
    """What a type of numbers holds; of ``numeric(p,s)`` the whole part."""
    if kind in _INTEGER_BITS:
        size = 2 ** (_INTEGER_BITS[kind] - 1)
        return -size, size - 1
    if kind == "numeric" and modifier >= _HEADER:
        precision, scale = modifier - _HEADER >> 16, (modifier - _HEADER & 0x7FF ^ 0x400) - 0x400
        size = 10 ** max(0, precision - scale)
        return 1 - size, size - 1
    return None


def _sequence(names: list[str] | None, greatest: int, increment: int, is_movable: bool) -> PgSequence | None:
    return None if names is None else PgSequence(tuple(names), greatest, increment > 0, is_movable)


def _no_column(table: Table, column: Column, there: list[str]) -> ConfigurationError:
    meant = difflib.get_close_matches(column.name, there, 1)
    hint = f" (is {meant[0]} meant?)" if meant else ""
    return ConfigurationError(
        f"table {shown(table.names)} has no column {column.name} for {table.model}.{column.field}{hint}; it has "
        f"{', '.join(there)}. Name the field's column in its " + "json_schema_extra={'sql': {'column': …}}"
    )
