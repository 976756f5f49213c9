"""What the catalogue knows of a table, and whether a COPY into it says the same as INSERTs would."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

__all__ = ("CATALOGUE", "ColumnFacts", "TableFacts", "table_facts")

CATALOGUE = rb"""
    SELECT c.relkind IN ('r', 'p')
               AND NOT EXISTS (SELECT FROM pg_rewrite r WHERE r.ev_class = c.oid AND r.ev_type = '3')
               AND NOT EXISTS (SELECT FROM pg_partition_tree(c.oid) p JOIN pg_class l ON l.oid = p.relid
                               WHERE l.relkind = 'f')
               AND NOT row_security_active(c.oid) AS is_plain,
           EXISTS (SELECT FROM pg_trigger g
                   WHERE (g.tgrelid = c.oid OR g.tgrelid IN (SELECT p.relid FROM pg_partition_tree(c.oid) p))
                     AND NOT g.tgisinternal AND g.tgenabled <> 'D'
                     AND (g.tgtype & 7 = 7 /* BEFORE INSERT FOR EACH ROW */ OR g.tgtype & 69 = 69 /* INSTEAD OF */))
               AS has_row_trigger,
           a.attname,
           CASE WHEN b.typtype = 'e' THEN 'an enum'
                WHEN b.typcategory = 'A' THEN NULL
                ELSE b.typname END AS kind,
           e.typname AS element,
           a.attidentity = 'a' OR a.attgenerated <> '' AS is_always,
           CASE WHEN a.attgenerated <> '' THEN NULL
                WHEN q.sequence IS NOT NULL THEN
                    CASE WHEN has_sequence_privilege(q.sequence, 'USAGE, UPDATE')
                         THEN format('nextval(%%L::regclass)', q.name) END
                WHEN x.expression IN ('gen_random_uuid()', 'uuidv4()', 'uuidv7()')
                     AND NOT EXISTS (SELECT FROM pg_depend k WHERE k.classid = 'pg_attrdef'::regclass AND k.objid = d.oid
                                     AND k.refclassid = 'pg_proc'::regclass) /* the server's own */ THEN x.expression
                END AS source,
           format_type(a.atttypid, a.atttypmod) AS type,
           ARRAY(SELECT l.enumlabel::text FROM pg_enum l WHERE l.enumtypid IN (b.oid, e.oid) ORDER BY l.enumsortorder) AS labels,
           CASE WHEN a.attidentity <> 'a' AND has_sequence_privilege(q.sequence, 'UPDATE')
                     AND has_sequence_privilege(q.sequence, 'USAGE, SELECT') THEN q.name END AS sequence
    FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_type t ON t.oid = a.atttypid
    JOIN pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
    LEFT JOIN pg_type e ON b.typcategory = 'A' AND e.oid = b.typelem
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    LEFT JOIN LATERAL (SELECT pg_get_expr(d.adbin, d.adrelid) AS expression) x ON true
    LEFT JOIN LATERAL (
        SELECT s.oid AS sequence, format('%%I.%%I', n.nspname, s.relname) AS name
        FROM pg_depend k
        JOIN pg_class s ON s.oid = CASE WHEN a.attidentity <> '' THEN k.objid ELSE k.refobjid END AND s.relkind = 'S'
        JOIN pg_namespace n ON n.oid = s.relnamespace
        WHERE CASE WHEN a.attidentity <> ''
              THEN k.deptype = 'i' AND k.classid = 'pg_class'::regclass AND k.refclassid = 'pg_class'::regclass
                   AND k.refobjid = c.oid AND k.refobjsubid = a.attnum
              ELSE k.classid = 'pg_attrdef'::regclass AND k.objid = d.oid AND k.refclassid = 'pg_class'::regclass
              END
    ) q ON a.attgenerated = '' AND (a.attidentity <> '' OR x.expression ~ '^nextval\(''([^'']|'''')+''::regclass\)$')
    WHERE c.oid = to_regclass(%s)
"""
"""One row a column of the table with this quoted name; none if there is no such table."""


def _is_naive(value: Any) -> bool:
    return value.tzinfo is None


def _always(value: Any) -> bool:
    return True


# An INSERT casts a value of its own type to the column's, a COPY has the column read its text. Those agree here. They do
# not for a zoned datetime in a `timestamp` (COPY drops the zone), a float in a `numeric`, a bool or a UUID in a `text`.
_TEXTS: dict[type, Callable[[Any], bool]] = dict.fromkeys((int, Enum), _always)
_AGREEING: dict[str, dict[type, Callable[[Any], bool]]] = {
    "bool": {bool: _always},
    "int2": {int: _always},
    "int4": {int: _always},
    "int8": {int: _always},
    "numeric": {int: _always, Decimal: _always},
    "float8": {float: _always},
    "text": _TEXTS,
    "varchar": _TEXTS,
    "an enum": {Enum: _always},
    "uuid": {UUID: _always},
    "date": {date: _always},
    "time": {time: _is_naive},
    "timestamp": {datetime: _is_naive, date: _always},
    "timestamptz": {datetime: _always, date: _always},
    "interval": {timedelta: _always},
    "bytea": {bytes: _always},
    "jsonb": {Jsonb: _always},
}
_KNOWN = (bool, str, int, float, UUID, datetime, date, time, timedelta, Decimal, bytes, Jsonb, list, Enum)


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """One column.

    Args:
        kind: name of its type, or of its domain's; None for an array.
        element: name of the array's type of elements.
        is_always: INSERT must not tell it a value.
        source: SQL whose value, asked beforehand, is as good as the column's default; None: there is no such.
        type: the type as SQL writes it.
        labels: of an enum, or of an array's enum.
        sequence: quoted name of the sequence that its default takes numbers from, if a value may be told and the sequence set.
    """

    kind: str | None
    element: str | None
    is_always: bool
    source: str | None
    type: str = ""
    labels: tuple[str, ...] = ()
    sequence: str | None = None

    def agrees(self, values: Iterable[Any]) -> bool:
        """Tell whether the text of each value means to the column what the value does."""
        if self.kind is None:
            return all(map(self._agrees_in_array, values))
        return _agrees(self.kind, values)

    def _agrees_in_array(self, value: Any) -> bool:
        if isinstance(value, list):
            flat = [part for part in value if not isinstance(part, list)]
            nested = [part for part in value if isinstance(part, list)]
            return _agrees(self.element or "", flat) and all(map(self._agrees_in_array, nested))
        return value is None or type(value) is str


def _agrees(kind: str, values: Iterable[Any]) -> bool:
    values = list(values)
    checks = _AGREEING.get(kind, {})
    for cls in set(map(type, values)) - {type(None), str}:  # text is read by the column either way
        known = next((base for base in cls.__mro__ if base in _KNOWN), None)
        if known is str:
            continue
        check = None if known is None else checks.get(known)
        if check is None:
            return False
        if check is not _always and not all(check(value) for value in values if type(value) is cls):
            return False
    return True


@dataclass(frozen=True, slots=True)
class TableFacts:
    """A table; without columns if there is none of the name.

    Args:
        is_plain: rows that are copied go where inserted ones would: it is no view, has no rules, no policies.
        has_row_trigger: a trigger may change a row, its id too, before it is stored.
        has_sequence: one of the columns takes numbers from a sequence that may be set.
    """

    is_plain: bool = False
    has_row_trigger: bool = False
    columns: Mapping[str, ColumnFacts] = field(default_factory=dict)
    has_sequence: bool = False

    def may_copy(self, values: Mapping[str, Sequence[Any]], holes: Mapping[str, Sequence[int]]) -> bool:
        """Tell whether a COPY stores, and lets us know, the same as INSERTs that return the missing columns.

        Args:
            values: by column, those of all rows; None where the database gives it.
            holes: columns that the database gives, and for which rows.
        """
        if not self.is_plain or not values.keys() <= self.columns.keys() or (holes and self.has_row_trigger):
            return False
        for column, facts in self.columns.items():
            if column not in values:
                continue
            missing = len(holes.get(column, ()))
            if missing and facts.source is None:
                return False
            if missing < len(values[column]) and (facts.is_always or not facts.agrees(values[column])):
                return False
        return True


def table_facts(rows: Sequence[tuple[Any, ...]]) -> TableFacts:
    """Read the rows of :data:`CATALOGUE`."""
    if not rows:
        return TableFacts()
    columns = {
        name: ColumnFacts(kind, element, is_always, source, type, tuple(labels), sequence)
        for _, _, name, kind, element, is_always, source, type, labels, sequence in rows
    }
    return TableFacts(rows[0][0], rows[0][1], columns, any(column.sequence for column in columns.values()))
