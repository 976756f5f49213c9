"""Counts the combinations of two columns that depend on each other."""

from collections.abc import Collection, Sequence

from psycopg import sql

from ascetic_ddd.faker.application.profile.decks import (
    deck_record,
    most_telling_first,
    spanning_forest,
    strongest_first,
)
from ascetic_ddd.faker.application.profile.model import ColumnProfile, DeckProfile, DependentPair, Method
from ascetic_ddd.faker.infrastructure.profile.catalogue import Table
from ascetic_ddd.faker.infrastructure.profile.notes import Notes
from ascetic_ddd.faker.infrastructure.profile.options import Dependence
from ascetic_ddd.faker.infrastructure.profile.queries import query
from ascetic_ddd.faker.infrastructure.profile.reader import Reader, StatementError
from ascetic_ddd.faker.infrastructure.profile.row_sample import all_rows, row_sample

__all__ = ("DeckMeasure",)

_MOST_COMBINATIONS = 200_000  # of a pair; more take longer to fetch than they tell
_MOST_CELLS = 4_000  # of a pair told exactly
_MOST_CELLS_OF_TABLE = 60_000  # about 1 MB
_MOST_RANKS = 5_000  # a column of numbers or times with more values is told by classes
_SHARES = [number / 100.0 for number in range(1, 100)]
_ROWS = 100_000  # looked at where not all rows are counted
_ROWS_OF_BOUNDS = 10_000
_CODE = sql.SQL('hashtextextended({}::text COLLATE "C", 0)')


class DeckMeasure:
    """Counts combinations of one table.

    Args:
        reader: in a snapshot.
        table: the table.
        columns: as they were measured.
        is_counted: whether all rows are counted.
        references: columns that refer to another table.
        notes: where failures are noted.
    """

    def __init__(
        self,
        reader: Reader,
        table: Table,
        columns: Collection[ColumnProfile],
        *,
        is_counted: bool,
        references: Collection[str],
        notes: Notes,
    ) -> None:
        self._reader = reader
        self._table = table
        self._distinct = {column.name: column.distinct or 0 for column in columns}
        self._sample = all_rows() if is_counted else row_sample(table, _ROWS)
        self._notes = notes
        self._columns = columns
        self._references = references
        self._classes = {
            column.name for column in table.columns if column.has_quantiles and self._distinct.get(column.name, 0) > _MOST_RANKS
        }

    async def decks(self, pairs: Sequence[DependentPair], dependence: Dependence) -> tuple[DeckProfile, ...]:
        """Count those combinations that the choice asks for.

        Args:
            pairs: strongest first.
            dependence: which of them; see :class:`~ascetic_ddd.faker.infrastructure.profile.options.CaptureOptions`.
        """
        chosen: tuple[tuple[str, str], ...] = ()
        if dependence == "auto":
            chosen = spanning_forest(most_telling_first(pairs, self._columns, self._references), self._distinct)
        elif dependence == "all":
            chosen = strongest_first(pairs, self._distinct)
        most = min(_MOST_CELLS, _MOST_CELLS_OF_TABLE // max(1, len(chosen)))
        found = []
        for given, other in chosen:
            try:
                counts = await self._reader.rows(self._statement(given, other))
            except StatementError as error:
                self._notes.add(self._table, f"combinations of {given} and {other} were not counted: {error}")
                if error.is_slow:
                    break
                continue
            if len(counts) > _MOST_COMBINATIONS:
                self._notes.add(
                    self._table, f"{given} and {other} have more than {_MOST_COMBINATIONS} combinations: they were left out"
                )
                continue
            method: Method = "exact" if self._sample.is_all else "sample"
            record = deck_record((given, other), counts, classes=self._classes, most=most, method=method)
            found.append(DeckProfile(**{name: getattr(record, name) for name in record.__dataclass_fields__}))
        return tuple(found)

    def _statement(self, given: str, other: str) -> sql.Composed:
        return query(
            "combinations",
            given=self._value(given),
            other=self._value(other),
            given_code=self._code(given, "a"),
            other_code=self._code(other, "b"),
            table=self._table.identifier,
            sample=self._sample.sample,
            chosen=self._sample.chosen,
            most=sql.Literal(_MOST_COMBINATIONS + 1),
        )

    def _value(self, name: str) -> sql.Composable:
        if name not in self._classes:
            return sql.Identifier(name)
        sample = row_sample(self._table, _ROWS_OF_BOUNDS)
        bounds = query(
            "bounds",
            column=sql.Identifier(name),
            shares=sql.Literal(_SHARES),
            table=self._table.identifier,
            sample=sample.sample,
            chosen=sample.chosen,
        )
        return sql.SQL("width_bucket({}, {})").format(sql.Identifier(name), bounds)

    def _code(self, name: str, alias: str) -> sql.Composable:
        return sql.Identifier(alias) if name in self._classes else _CODE.format(sql.Identifier(alias))
