"""What came out: measured on the application's tables by SQL, as one measures production."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from ascetic_ddd.faker.application import measure

__all__ = ("Row", "broken_promises", "count_of", "measured")

_SQL = Path(__file__).with_name("measure.sql")


@dataclass(frozen=True)
class Row:
    """One reference: what was asked of one parameter, and what came out."""

    reference: str
    parameter: str
    asked: str
    measured: str


def measured(connection: psycopg.Connection[Any], asked: dict[str, dict[str, str]]) -> list[Row]:
    """Measure each reference; ``asked`` gives, per query of ``measure.sql``, the parameters and what they were."""
    rows: list[Row] = []
    for name, parameters in asked.items():
        values = connection.cursor(row_factory=dict_row).execute(_query(name)).fetchone() or {}
        if "counts" in values:  # the regression of the logarithms is far off on so few values; see docs/distributors.md
            values["skew"] = measure.skew(values["counts"])
        rows.extend(Row(name, parameter, text, _shown(values[parameter])) for parameter, text in parameters.items())
    return rows


def broken_promises(external: psycopg.Connection[Any], internal: psycopg.Connection[Any]) -> dict[str, int]:
    """Count what must not be there: all figures are 0 if every invariant holds."""
    found = {
        name: _number(external, _query(name))
        for name in ("books by an author of another tenant", "authors without a book", "tenants without a book")
    }
    for table, key in (("tenants", "tenant_id"), ("authors", "author_id"), ("books", "book_id")):
        stored = sql.SQL("SELECT {} FROM {}").format(sql.Identifier(key), sql.Identifier(table))
        outside = {row[0] for row in external.execute(stored)}
        remembered = sql.SQL("SELECT coalesce(id->{}, id)::bigint FROM {}").format(sql.Literal(key), sql.Identifier(table))
        inside = {row[0] for row in internal.execute(remembered)}
        found[f"{table} remembered but not stored"] = len(inside - outside)
        found[f"{table} stored but not remembered"] = len(outside - inside)
    return found


def count_of(connection: psycopg.Connection[Any], table: str) -> int:
    """Rows in a table."""
    return _number(connection, sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))


def _query(name: str) -> bytes:
    """The query under the line ``-- name: …``."""
    for part in _SQL.read_text().split("-- name: ")[1:]:
        title, _, text = part.partition("\n")
        if title.strip() == name:
            return text.encode()
    raise KeyError(name)


def _number(connection: psycopg.Connection[Any], query: bytes | sql.Composed) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row is not None else 0


def _shown(value: Any) -> str:
    if value is None:  # weights, where no tenant has four authors
        return "–"
    if isinstance(value, list):
        return " / ".join(f"{float(part):.3f}" for part in value)
    return f"{float(value):,.2f}"
