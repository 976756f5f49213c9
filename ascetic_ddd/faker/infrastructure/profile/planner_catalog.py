"""What the planner of one database knows: its statistics' age, its indexes, its settings."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, sql

from ascetic_ddd.faker.application.comparison.planner import TableState

__all__ = (
    "Indexes",
    "Relation",
    "may_analyze",
    "planner_settings",
    "read_indexes",
    "read_relations",
    "read_state",
    "read_statistics",
)

# Part of the schema, but it may be a person's name all the same.
_LITERAL = re.compile(r"'(?:[^']|'')*'")

# What else decides plans; the rest of the configuration does not.
_SETTINGS = [
    "cpu_index_tuple_cost",
    "cpu_operator_cost",
    "cpu_tuple_cost",
    "cursor_tuple_fraction",
    "default_statistics_target",
    "effective_cache_size",
    "effective_io_concurrency",
    "enable_bitmapscan",
    "enable_hashagg",
    "enable_hashjoin",
    "enable_incremental_sort",
    "enable_indexonlyscan",
    "enable_indexscan",
    "enable_material",
    "enable_memoize",
    "enable_mergejoin",
    "enable_nestloop",
    "enable_seqscan",
    "enable_sort",
    "hash_mem_multiplier",
    "jit",
    "max_parallel_workers_per_gather",
    "min_parallel_index_scan_size",
    "min_parallel_table_scan_size",
    "parallel_setup_cost",
    "parallel_tuple_cost",
    "random_page_cost",
    "seq_page_cost",
    "work_mem",
]

# Profiles write a name in quotes if it has a dot or a quote.
_RELATIONS = """
SELECT given.name, n.nspname, c.relname, c.oid
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (
     SELECT array_agg(CASE WHEN word ~ '[."]' THEN '"' || replace(word, '"', '""') || '"' ELSE word END ORDER BY place) AS words
     FROM (VALUES (1, n.nspname::text), (2, c.relname::text)) AS each(place, word)) AS quoted
JOIN unnest(%(names)s::text[]) AS given(name)
     ON given.name = words[1] || '.' || words[2] OR n.nspname = %(schema)s AND given.name = words[2]
WHERE c.relkind IN ('r', 'p')
ORDER BY given.name, n.nspname = %(schema)s AND given.name = words[2]
"""

_INDEXES = """
SELECT x.relname, am.amname, i.indisunique,
       pg_catalog.pg_get_expr(i.indpred, i.indrelid) AS predicate,
       array(SELECT pg_catalog.pg_get_indexdef(i.indexrelid, k, true) FROM generate_series(1, i.indnkeyatts) AS k) AS keys,
       array(SELECT a.attname::text FROM generate_series(0, i.indnkeyatts - 1) AS k
             LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k] AND a.attnum > 0
             ORDER BY k) AS columns
FROM pg_catalog.pg_index AS i
JOIN pg_catalog.pg_class AS x ON x.oid = i.indexrelid
JOIN pg_catalog.pg_am AS am ON am.oid = x.relam
WHERE i.indrelid = %(oid)s
"""

_STATISTICS = """
SELECT s.stxkind::text[],
       array(SELECT a.attname::text FROM pg_catalog.pg_attribute AS a
             WHERE a.attrelid = s.stxrelid AND a.attnum = ANY (s.stxkeys::int2[])) AS columns,
       coalesce(pg_catalog.pg_get_statisticsobjdef_expressions(s.oid), '{}') AS expressions
FROM pg_catalog.pg_statistic_ext AS s
WHERE s.stxrelid = %(oid)s
"""

_KINDS = {"d": "ndistinct", "f": "dependencies", "m": "mcv", "e": "expressions"}

_STATE = """
SELECT c.oid, c.reltuples,
       to_char(greatest(s.last_analyze, s.last_autoanalyze) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS analyzed,
       coalesce(s.n_mod_since_analyze, 0) AS modified,
       EXISTS (SELECT FROM pg_catalog.pg_stats AS known
               WHERE known.schemaname = n.nspname AND known.tablename = c.relname) AS has_statistics
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_stat_all_tables AS s ON s.relid = c.oid
WHERE c.oid = ANY(%(oids)s)
"""


@dataclass(frozen=True, slots=True)
class Relation:
    """A table in one database.

    Attributes:
        table: its name in A's profile.
        schema: where it is.
        name: what it is called there.
        oid: its number.
        indexed: A's names of the columns that an index begins with.
    """

    table: str
    schema: str
    name: str
    oid: int
    indexed: frozenset[str] = frozenset()

    @property
    def identifier(self) -> sql.Identifier:
        """How SQL calls it."""
        return sql.Identifier(self.schema, self.name)


def read_relations(connection: Connection[Any], schema: str, tables: Mapping[str, str]) -> dict[str, Relation]:
    """Find tables.

    Args:
        connection: to the database.
        schema: of tables that are named without one.
        tables: A's name by the name here.
    """
    rows = connection.execute(_RELATIONS, {"names": list(tables), "schema": schema}).fetchall()
    return {tables[name]: Relation(tables[name], found_schema, found, oid) for name, found_schema, found, oid in rows}


@dataclass(frozen=True, slots=True)
class Indexes:
    """The indexes of a table.

    Attributes:
        roles: A's name of the table, and what is indexed, by schema and name of the index.
        unique: those of the roles that a unique index has, such as that of a key.
        leading: A's names of the columns that an index over all rows begins with.
    """

    roles: Mapping[tuple[str, str], str]
    unique: frozenset[str]
    leading: frozenset[str]


def read_indexes(connection: Connection[Any], relation: Relation, column: Callable[[str, str], str]) -> Indexes:
    """Find what each index of a table indexes; ``column`` gives A's name of a column of A's table."""
    roles: dict[tuple[str, str], str] = {}
    unique: set[str] = set()
    leading: set[str] = set()
    for name, method, is_unique, predicate, keys, columns in connection.execute(_INDEXES, {"oid": relation.oid}).fetchall():
        named = [key if plain is None else column(relation.table, plain) for key, plain in zip(keys, columns, strict=True)]
        kind = "" if method == "btree" else f" {method}"
        role = f"{relation.table} by{kind} ({', '.join(named)})" + (f" where {predicate}" if predicate else "")
        roles[relation.schema, name] = shown = _LITERAL.sub("'…'", role)
        if is_unique:
            unique.add(shown)
        if columns[0] is not None and predicate is None:
            leading.add(named[0])
    return Indexes(roles, frozenset(unique), frozenset(leading))


def read_statistics(
    connection: Connection[Any], relation: Relation, column: Callable[[str, str], str]
) -> dict[tuple[str, ...], frozenset[str]]:
    """Find what ``CREATE STATISTICS`` made for a table: the kinds by columns and expressions, in A's names and in their order."""
    found: dict[tuple[str, ...], frozenset[str]] = {}
    for letters, columns, expressions in connection.execute(_STATISTICS, {"oid": relation.oid}).fetchall():
        names = sorted(column(relation.table, name) for name in columns)
        of = (*names, *sorted(_LITERAL.sub("'…'", each) for each in expressions))
        found[of] = found.get(of, frozenset()) | {_KINDS.get(letter, letter) for letter in letters}
    return found


def read_state(connection: Connection[Any], relations: Iterable[Relation]) -> tuple[TableState, ...]:
    """Tell when each table was analysed, and how much has changed since."""
    by_oid = {relation.oid: relation for relation in relations}
    rows = connection.execute(_STATE, {"oids": list(by_oid)}).fetchall()
    states = [
        TableState(by_oid[oid].table, analyzed, int(modified), float(tuples), has_statistics)
        for oid, tuples, analyzed, modified, has_statistics in rows
    ]
    return tuple(sorted(states, key=lambda state: state.table))


def planner_settings(connection: Connection[Any]) -> dict[str, str]:
    """The settings that decide plans, as SHOW prints them."""
    rows = connection.execute(
        "SELECT name, pg_catalog.current_setting(name) FROM pg_catalog.pg_settings WHERE name = ANY(%s)", (_SETTINGS,)
    ).fetchall()
    return {str(name): str(value) for name, value in rows}


def may_analyze(connection: Connection[Any], relation: Relation) -> bool:
    """Tell whether this role may ANALYZE the table: without the right, the server skips it with a mere warning."""
    privilege = "has_table_privilege(%(oid)s::oid, 'MAINTAIN')" if connection.info.server_version >= 170000 else "false"
    query = sql.SQL(
        "SELECT pg_catalog.pg_has_role(c.relowner, 'USAGE') OR {} OR (SELECT rolsuper FROM pg_catalog.pg_roles "
        "WHERE rolname = current_user) FROM pg_catalog.pg_class AS c WHERE c.oid = %(oid)s::oid"
    ).format(sql.SQL(privilege))
    row = connection.execute(query, {"oid": relation.oid}).fetchone()
    return bool(row and row[0])
