"""Counts the combinations of two columns that depend on each other."""

from collections.abc import Collection, Iterable, Sequence

from psycopg import sql

from ascetic_ddd.faker.application.profile.decks import (
    deck_record,
    most_telling_first,
    spanning_forest,
    strongest_first,
)
from ascetic_ddd.faker.application.profile.model import ColumnProfile, DeckProfile, DependentPair, Method
from ascetic_ddd.faker.application.profile.records import DeckRecord
from ascetic_ddd.faker.infrastructure.profile.catalogue import Table
from ascetic_ddd.faker.infrastructure.profile.notes import Notes
from ascetic_ddd.faker.infrastructure.profile.options import Dependence
from ascetic_ddd.faker.infrastructure.profile.queries import query
from ascetic_ddd.faker.infrastructure.profile.reader import Reader, StatementError
from ascetic_ddd.faker.infrastructure.profile.row_sample import all_rows, row_sample

__all__ = ("DeckMeasure",)

_MOST_COMBINATIONS = 200_000  # of a pair; more take longer to fetch than they tell
_MOST_ASKED_FOR = 1_000_000  # of a pair that was asked for: that there are so many is what somebody wants to know
_MOST_CELLS = 4_000  # of a pair told exactly
_MOST_CELLS_OF_TABLE = 60_000  # about 1 MB
_MOST_RANKS = 5_000  # a column of numbers or times with more values is told by classes
_SHARES = [number / 100.0 for number in range(1, 100)]
_ROWS = 100_000  # looked at where not all rows are counted
_ROWS_OF_BOUNDS = 10_000
_CODE = sql.SQL('hashtextextended({}::text COLLATE "C", 0)')

_Names = tuple[str, str]


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
        self._may_be_classed = frozenset(column.name for column in table.columns if column.has_quantiles)
        self._classes = frozenset(name for name in self._may_be_classed if self._distinct.get(name, 0) > _MOST_RANKS)

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
        return await self._counted([(pair, self._classes) for pair in chosen], _MOST_COMBINATIONS)

    async def asked(self, decks: Iterable[DeckRecord]) -> tuple[DeckProfile, ...]:
        """Count combinations whether the columns depend on each other or not.

        Args:
            decks: of another database, with the names of this one: what they tell by classes is told by classes here.
        """
        chosen = []
        for deck in decks:
            classes = frozenset(side.column for side in (deck.given, deck.other) if side.by == "class")
            chosen.append(((deck.given.column, deck.other.column), classes & self._may_be_classed))
        return await self._counted(chosen, _MOST_ASKED_FOR)

    async def _counted(self, chosen: Sequence[tuple[_Names, frozenset[str]]], limit: int) -> tuple[DeckProfile, ...]:
        most = min(_MOST_CELLS, _MOST_CELLS_OF_TABLE // max(1, len(chosen)))
        found = []
        for pair, classes in chosen:
            given, other = pair
            try:
                counts = await self._reader.rows(self._statement(pair, classes, limit))
            except StatementError as error:
                self._notes.add(self._table, f"combinations of {given} and {other} were not counted: {error}")
                if error.is_slow:
                    break
                continue
            if len(counts) > limit:
                self._notes.add(self._table, f"{given} and {other} have more than {limit} combinations: they were left out")
                continue
            method: Method = "exact" if self._sample.is_all else "sample"
            record = deck_record(pair, counts, classes=classes, most=most, method=method)
            found.append(DeckProfile(**{name: getattr(record, name) for name in record.__dataclass_fields__}))
        return tuple(found)

    def _statement(self, pair: _Names, classes: Collection[str], limit: int) -> sql.Composed:
        (given, given_code), (other, other_code) = (
            (self._bucket(name), sql.Identifier(alias))
            if name in classes
            else (sql.Identifier(name), _CODE.format(sql.Identifier(alias)))
            for name, alias in zip(pair, "ab", strict=True)
        )
        return query(
            "combinations",
            given=given,
            other=other,
            given_code=given_code,
            other_code=other_code,
            table=self._table.identifier,
            sample=self._sample.sample,
            chosen=self._sample.chosen,
            most=sql.Literal(limit + 1),
        )

    def _bucket(self, name: str) -> sql.Composable:
        """The class of a value."""
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
