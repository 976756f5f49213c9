"""Which rows of a table are looked at."""

from dataclasses import dataclass

from psycopg import sql

from ascetic_ddd.faker.infrastructure.profile.catalogue import Table

__all__ = ("RowSample", "all_rows", "row_sample")

_BLOCKS = 3_000
_SEED = 42
_SIEVE = 65_536


@dataclass(frozen=True, slots=True)
class RowSample:
    """Two clauses: ``FROM table {sample} WHERE {chosen}``.

    Attributes:
        sample: TABLESAMPLE, or nothing.
        chosen: a condition.
        is_all: no row is left out.
    """

    sample: sql.Composable
    chosen: sql.Composable
    is_all: bool

    def and_also(self, condition: sql.Composable) -> "RowSample":
        """Add a condition."""
        return RowSample(self.sample, sql.SQL("{} AND {}").format(self.chosen, condition), self.is_all)


def all_rows() -> RowSample:
    """Leave no row out."""
    return RowSample(sql.SQL(""), sql.SQL("true"), is_all=True)


def row_sample(table: Table, wanted: int, *, blocks: int = _BLOCKS, alias: str | None = None) -> RowSample:
    """Choose about so many rows of a table, the same ones each time.

    As ANALYZE does it, in two steps: blocks spread over the table, then a few rows of each, chosen by a hash of their place.
    Rows that were written together are so rarely chosen together.

    Args:
        table: its size decides.
        wanted: rows.
        blocks: to read at most.
        alias: of the table in the statement.
    """
    rows = table.likely_rows
    if rows <= wanted * 1.2:
        return all_rows()
    share = wanted / rows
    sample: sql.Composable = sql.SQL("")
    if table.pages > blocks:
        of_blocks = blocks / table.pages
        sample = sql.SQL("TABLESAMPLE SYSTEM ({}) REPEATABLE ({})").format(sql.Literal(100.0 * of_blocks), sql.Literal(_SEED))
        share /= of_blocks
    if share >= 1.0:
        return RowSample(sample, sql.SQL("true"), is_all=False)
    place = sql.Identifier(alias, "ctid") if alias else sql.Identifier("ctid")
    sieve = sql.SQL("hashtid({}) & {} < {}").format(place, sql.Literal(_SIEVE - 1), sql.Literal(max(1, round(_SIEVE * share))))
    return RowSample(sample, sieve, is_all=False)
