"""Values to probe with: of the same rank, or at the same quantile, in either database. They never leave this room."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import Connection, sql

from ascetic_ddd.faker.infrastructure.profile.planner_catalog import Relation

__all__ = ("QUANTILES", "Key", "Picker")

Key = tuple[str, ...]

QUANTILES = (0.1, 0.5, 0.51, 0.9)

_RANKS = sql.SQL("""
WITH counted AS (SELECT {texts}, count(*) AS uses FROM {table} WHERE {all_told} GROUP BY {columns}),
     ranked AS (SELECT *, row_number() OVER (ORDER BY uses DESC, {names}) AS rank, count(*) OVER () AS total FROM counted)
SELECT rank, total, {names} FROM ranked WHERE rank IN (1, 10, (total + 1) / 2, total)
""")

_CHILDLESS = sql.SQL(
    "SELECT {texts} FROM {parent} AS p WHERE NOT EXISTS (SELECT FROM {child} AS c WHERE {joined}) ORDER BY {columns} LIMIT 1"
)

_AT = sql.SQL(
    "SELECT (percentile_disc({shares}::float8[]) WITHIN GROUP (ORDER BY {column}))::text[] FROM {table} "
    "WHERE {column} IS NOT NULL"
)


@dataclass
class Picker:
    """Picks values in one database.

    Args:
        connection: in a transaction.
        relations: by A's name of the table.
        column: this database's name of a column of A.
        side: ``"A"`` or ``"B"``, for the notes.
        notes: where to put what could not be picked.
    """

    connection: Connection[Any]
    relations: Mapping[str, Relation]
    column: Callable[[str, str], str]
    side: str
    notes: list[str]
    _ranks: dict[tuple[str, Key], dict[str, Key]] = field(default_factory=dict)
    _quantiles: dict[tuple[str, str], Key | None] = field(default_factory=dict)

    def at_ranks(self, table: str, columns: Key) -> dict[str, Key]:
        """Values of these columns by rank, most used first: ``rank 1``, ``rank 10``, ``the median rank``, ``the last rank``."""
        if (table, columns) not in self._ranks:
            self._ranks[table, columns] = self._picked_at_ranks(table, columns)
        return self._ranks[table, columns]

    def childless(self, child: str, columns: Key, parent: str, referred: Key) -> Key | None:
        """The key of a parent without a child."""
        joined = sql.SQL(" AND ").join(
            sql.SQL("c.{} = p.{}").format(self.name(child, one), self.name(parent, other))
            for one, other in zip(columns, referred, strict=True)
        )
        keys = [self.name(parent, each) for each in referred]
        query = _CHILDLESS.format(
            texts=sql.SQL(", ").join(sql.SQL("p.{}::text").format(key) for key in keys),
            parent=self.relations[parent].identifier,
            child=self.relations[child].identifier,
            joined=joined,
            columns=sql.SQL(", ").join(sql.SQL("p.{}").format(key) for key in keys),
        )
        rows = self._rows(query, f"a childless row of {parent}")
        return tuple(map(str, rows[0])) if rows else None

    def at_quantiles(self, table: str, column: str) -> Key | None:
        """Values of a column at :data:`QUANTILES`."""
        if (table, column) not in self._quantiles:
            query = _AT.format(
                shares=sql.Literal(list(QUANTILES)), column=self.name(table, column), table=self.relations[table].identifier
            )
            rows = self._rows(query, f"quantiles of {table}.{column}")
            found = rows[0][0] if rows else None
            self._quantiles[table, column] = tuple(map(str, found)) if found and None not in found else None
        return self._quantiles[table, column]

    def name(self, table: str, column: str) -> sql.Identifier:
        """What SQL calls a column of A here."""
        return sql.Identifier(self.column(table, column))

    def _picked_at_ranks(self, table: str, columns: Key) -> dict[str, Key]:
        here = [self.name(table, column) for column in columns]
        aliases = [sql.Identifier(f"key_{number}") for number in range(len(columns))]
        query = _RANKS.format(
            texts=sql.SQL(", ").join(sql.SQL("{}::text AS {}").format(*pair) for pair in zip(here, aliases, strict=True)),
            table=self.relations[table].identifier,
            all_told=sql.SQL(" AND ").join(sql.SQL("{} IS NOT NULL").format(column) for column in here),
            columns=sql.SQL(", ").join(here),
            names=sql.SQL(", ").join(aliases),
        )
        found: dict[str, Key] = {}
        for rank, total, *values in self._rows(query, f"ranks of {table}({', '.join(columns)})"):
            labels = {total: "the last rank", (total + 1) // 2: "the median rank"}
            if total > 20:
                labels[10] = "rank 10"
            labels[1] = "rank 1"  # the first name wins where there are few
            if rank in labels:
                found[labels[rank]] = tuple(map(str, values))
        return found

    def _rows(self, query: sql.Composed, what: str) -> list[tuple[Any, ...]]:
        with self.attempt(what):
            return self.connection.execute(query).fetchall()  # without parameters: a name may have a %
        return []

    @contextmanager
    def attempt(self, what: str) -> Iterator[None]:
        """Go on after a statement that the server refuses or that takes too long, and note it."""
        try:
            with self.connection.transaction():
                yield
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            if self.connection.broken or not isinstance(error, psycopg.errors.QueryCanceled | psycopg.errors.LockNotAvailable):
                raise
            self.notes.append(f"{self.side}: {what}: it took longer than allowed")
        except psycopg.Error as error:
            self.notes.append(f"{self.side}: {what}: {type(error).__name__}")  # the message might quote a value
