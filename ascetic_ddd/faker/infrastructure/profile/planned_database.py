"""One database that plans and executes probes, read-only, and is analysed only on demand."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Literal

from psycopg import Connection, sql

from ascetic_ddd.faker.application.comparison.planner import PlanNode
from ascetic_ddd.faker.infrastructure.profile.picking import Picker
from ascetic_ddd.faker.infrastructure.profile.plan_reading import Roles, read_plan
from ascetic_ddd.faker.infrastructure.profile.planner_catalog import (
    Indexes,
    Relation,
    may_analyze,
    read_indexes,
    read_relations,
    read_statistics,
)

__all__ = ("PlannedDatabase", "limit", "opened")

_PLAN = sql.SQL("EXPLAIN (FORMAT JSON, VERBOSE) ")
_EXECUTE = sql.SQL("EXPLAIN (FORMAT JSON, VERBOSE, ANALYZE, TIMING OFF, BUFFERS OFF) ")
_TIME = sql.SQL("EXPLAIN (FORMAT JSON, ANALYZE, TIMING OFF, BUFFERS OFF, SUMMARY ON) ")

_Column = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class PlannedDatabase:
    """One database.

    Attributes:
        connection: outside a transaction, but for the blocks of :meth:`reading`.
        side: ``"A"`` or ``"B"``.
        relations: its tables, by A's names.
        roles: what its names stand for.
        indexes: by A's names of the tables; only of those whose indexes could be read.
        statistics: kinds of extended statistics by what they are of, by A's names.
        picker: picks values to probe with.
        timeout_s: seconds that a statement may take.
        notes: what was skipped.
    """

    connection: Connection[Any]
    side: Literal["A", "B"]
    relations: dict[str, Relation]
    roles: Roles
    indexes: dict[str, Indexes]
    statistics: dict[str, dict[tuple[str, ...], frozenset[str]]]
    picker: Picker
    timeout_s: float
    notes: list[str]

    @contextmanager
    def reading(self) -> Iterator[None]:
        """A read-only transaction that is rolled back at the end."""
        with self.connection.transaction(force_rollback=True):
            self.connection.execute("SET TRANSACTION READ ONLY")
            self._limit(self.timeout_s)
            yield

    def plan(self, statement: sql.Composed, what: str) -> PlanNode | None:
        """Plan a statement; None, and a note, if that cannot be."""
        with self.picker.attempt(f"{what}, planned"):
            return self._read(_PLAN + statement)
        return None

    def execute(self, statement: sql.Composed, what: str, timeout_s: float) -> PlanNode | None:
        """Execute a statement and count rows; None, and a note, if that cannot be or takes too long."""
        found = None
        with self.picker.attempt(f"{what}, executed"):
            self._limit(timeout_s)
            found = self._read(_EXECUTE + statement)
        self._limit(self.timeout_s)
        return found

    def time_ms(self, statement: sql.Composed, what: str, timeout_s: float) -> float | None:
        """Execute a statement and give what planning and executing took, without sending rows; None, and a note, if it fails."""
        found = None
        with self.picker.attempt(f"{what}, timed"):
            self._limit(timeout_s)
            row = self.connection.execute(_TIME + statement).fetchone()
            assert row is not None  # EXPLAIN gives one
            found = float(row[0][0]["Planning Time"]) + float(row[0][0]["Execution Time"])
        self._limit(self.timeout_s)
        return found

    def analyze(self) -> bool:
        """Analyse the tables, for good. False, and a note, if this role may not or it takes too long."""
        with self.connection.transaction():
            self._limit(self.timeout_s)
            return self.analyze_here()

    def analyze_here(self) -> bool:
        """The same in the transaction that is under way: rolled back, the new statistics are gone."""
        forbidden = [relation.table for relation in self.relations.values() if not may_analyze(self.connection, relation)]
        if forbidden:
            self.notes.append(
                f"{self.side}: this role may not ANALYZE {', '.join(forbidden)}, so the noise floor was not measured."
            )
            return False
        done = 0
        for relation in self.relations.values():
            with self.picker.attempt(f"ANALYZE of {relation.table}"):
                self.connection.execute(sql.SQL("ANALYZE {}").format(relation.identifier))
                done += 1
        return done == len(self.relations)

    def _read(self, statement: sql.Composed) -> PlanNode:
        row = self.connection.execute(statement).fetchone()
        assert row is not None  # EXPLAIN gives one
        return read_plan(row[0], self.roles)

    def _limit(self, seconds: float) -> None:
        limit(self.connection, seconds)


def limit(connection: Connection[Any], seconds: float) -> None:
    """Limit the statements of the transaction under way."""
    milliseconds = str(max(1, round(1000.0 * seconds)))
    connection.execute(
        "SELECT set_config('statement_timeout', %s, true), set_config('lock_timeout', %s, true)", (milliseconds, milliseconds)
    )


def opened(
    connection: Connection[Any],
    side: Literal["A", "B"],
    schema: str,
    tables: Mapping[str, str],
    from_a: _Column,
    to_a: _Column,
    timeout_s: float,
    notes: list[str],
) -> PlannedDatabase:
    """Find the tables of a database.

    Args:
        connection: outside a transaction.
        side: ``"A"`` or ``"B"``.
        schema: of tables that are named without one.
        tables: A's name by the name here.
        from_a: the name here of a column of A's table.
        to_a: the other way round; the table is named as in A.
        timeout_s: seconds that a statement may take.
        notes: where to put what was skipped.
    """
    with connection.transaction():
        limit(connection, timeout_s)
        found = read_relations(connection, schema, tables)
        picker = Picker(connection, {}, from_a, side, notes)
        relations: dict[str, Relation] = {}
        indexes: dict[str, Indexes] = {}
        statistics: dict[str, dict[tuple[str, ...], frozenset[str]]] = {}
        for table, relation in found.items():
            with picker.attempt(
                f"the indexes and extended statistics of {table}"
            ):  # the server's own functions wait for locks on the table
                indexes[table] = read_indexes(connection, relation, to_a)
                statistics[table] = read_statistics(connection, relation, to_a)
                relations[table] = replace(relation, indexed=indexes[table].leading)
    picker.relations = relations
    names = {(relation.schema, relation.name): table for table, relation in relations.items()}
    roles = Roles(names, {name: role for each in indexes.values() for name, role in each.roles.items()})
    return PlannedDatabase(connection, side, relations, roles, indexes, statistics, picker, timeout_s, notes)
