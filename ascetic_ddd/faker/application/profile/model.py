"""The measured shape of a database, and what is asked of it: parts by name, arguments of the factories, the file."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

from ascetic_ddd.faker.application.profile import decks, file, parameters
from ascetic_ddd.faker.application.profile.records import (
    ColumnRecord,
    DeckRecord,
    DependentPair,
    Histogram,
    Method,
    ProfileRecord,
    ReferenceRecord,
    TableRecord,
    Week,
    Within,
    WithinClass,
)
from ascetic_ddd.faker.domain.distributors.joint.given import Given
from ascetic_ddd.faker.domain.distributors.joint.law import JointLaw
from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = (
    "ColumnProfile",
    "DeckProfile",
    "DependentPair",
    "Histogram",
    "Method",
    "Profile",
    "ReferenceProfile",
    "TableProfile",
    "Week",
    "Within",
    "WithinClass",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnProfile(ColumnRecord):
    """One column. Shares are of all rows of the table, nulls included.

    Attributes: those of :class:`~ascetic_ddd.faker.application.profile.records.ColumnRecord`.
    """

    def parameters(self) -> dict[str, Any]:
        """Arguments of ``distributor_factory`` that reuse values as the column does."""
        return parameters.of_column(self)

    def choices(self) -> dict[str, Any]:
        """Arguments of ``ValueProvider``: the captured values with their shares, and the share of nulls.

        The values have the type that psycopg gives for the column: ``date``, ``Decimal``, ``UUID``, a list for an array …

        Raises:
            ConfigurationError: the values were not captured, the table is empty, or a value cannot be had in the column's type.
        """
        return parameters.choices(self)

    def invented(self) -> dict[str, Any]:
        """Arguments of ``ValueProvider`` for a column of numbers, dates or timestamps: values between the captured quantiles.

        Numbers repeat as often as the captured ones do; values that hardly repeat follow the captured order. Columns whose values
        were captured have those. What is drawn has the column's type.

        Raises:
            ConfigurationError: the column has neither quantiles nor values in the profile.
        """
        return parameters.invented(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeckProfile(DeckRecord):
    """Which values two columns take beside each other, in ranks.

    Attributes: those of :class:`~ascetic_ddd.faker.application.profile.records.DeckRecord`.
    """

    def law(self) -> JointLaw:
        """The law that :func:`~ascetic_ddd.faker.domain.distributors.joint.replay.replayed` makes a table of."""
        return decks.law_of(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableProfile(TableRecord):
    """One table.

    Attributes: those of :class:`~ascetic_ddd.faker.application.profile.records.TableRecord`.
    """

    columns: tuple[ColumnProfile, ...]
    decks: tuple[DeckProfile, ...] = ()

    def deck(self, given: str, other: str) -> DeckProfile:
        """Give the deck of these columns.

        Raises:
            ConfigurationError: there is none; the message lists those that there are.
        """
        for each in self.decks:
            if (each.given.column, each.other.column) == (given, other):
                return each
        there = _listed(f"{each.given.column} → {each.other.column}" for each in self.decks)
        raise ConfigurationError(f"table {self.name!r} of the profile has no deck {given} → {other}; it has {there}")

    def given(
        self, column: str, *, beside: str | None = None, parts: Mapping[str, str] | Collection[str] | None = None
    ) -> Given | None:
        """The argument ``given=`` of a provider: which column this one was captured beside, and how.

        A provider of a captured column stays one line:
        ``ValueProvider(**flights.column("distance").invented(), given=flights.given("distance"))``.

        Args:
            column: the column that follows.
            beside: the column that it follows, if the deck of the two shall be taken, whichever of them it was captured beside.
                None: the one that it depends on.
            parts: the columns that are parts of the object, or the paths of the parts by column. None: all, under their names.

        Returns:
            None if the column was captured beside no other one, or that is no part.

        Raises:
            ConfigurationError: there is no such column, or, told ``beside``, no deck of the two.
        """
        self.column(column)
        if beside is None:
            found = next((each for each in self.decks if each.other.column == column), None)
            if found is None or (parts is not None and found.given.column not in parts):
                return None
        else:
            pairs = {(each.given.column, each.other.column): each for each in self.decks}
            found = pairs.get((column, beside)) or self.deck(beside, column)
        law, given, other = found.law(), found.given, found.other
        if other.column != column:
            law, given, other = law.turned(), other, given
        path = parts[given.column] if isinstance(parts, Mapping) else given.column
        return Given(path, law, given_by=given.by, other_by=other.by)

    def column(self, name: str) -> ColumnProfile:
        """Give the column of that name.

        Raises:
            ConfigurationError: there is none; the message lists those that there are.
        """
        for each in self.columns:
            if each.name == name:
                return each
        raise ConfigurationError(
            f"table {self.name!r} of the profile has no column {name!r}; it has {_listed(each.name for each in self.columns)}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceProfile(ReferenceRecord):
    """One foreign key. The histogram is the truth; mean, weights, skew, alpha are summaries of it.

    Attributes: those of :class:`~ascetic_ddd.faker.application.profile.records.ReferenceRecord`.
    """

    def parameters(self, shape: Literal["weights", "skew", "histogram"] = "weights") -> dict[str, Any]:
        """Arguments of ``distributor_factory``, which it accepts whatever was captured.

        Args:
            shape: ``"weights"``: the seed's weights, mean and null_weight; ``"skew"``: skew, mean and null_weight;
                ``"histogram"``: the histogram as it is, null_weight and correlation.

        Raises:
            ConfigurationError: there is no such shape.
        """
        return parameters.of_reference(self, shape)

    def children(self) -> dict[str, Any]:
        """Arguments of ``children_factory``: how many children a parent gets, when the parent makes them."""
        return parameters.children(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile(ProfileRecord):
    """The measured shape of a database.

    Attributes: those of :class:`~ascetic_ddd.faker.application.profile.records.ProfileRecord`.
    """

    tables: tuple[TableProfile, ...] = ()
    references: tuple[ReferenceProfile, ...] = ()

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a profile from a file.

        Raises:
            ProfileError: it cannot be read, or is damaged; the message lists all faults with their places.
        """
        return file.load(cls, path)

    def save(self, path: str | Path, *, readable: bool = False) -> None:
        """Write the profile as JSON; the file is replaced as a whole.

        Args:
            path: of the file.
            readable: others may read it, as the umask allows; else only its owner.
        """
        file.save(self, path, readable=readable)

    def table(self, name: str) -> TableProfile:
        """Give the table of that name.

        Raises:
            ConfigurationError: there is none; the message lists those that there are.
        """
        for each in self.tables:
            if each.name == name:
                return each
        raise ConfigurationError(f"the profile has no table {name!r}; it has {_listed(each.name for each in self.tables)}")

    def reference(self, table: str, *columns: str) -> ReferenceProfile:
        """Give the reference of these columns of a table.

        Raises:
            ConfigurationError: there is none; the message lists those that there are.
        """
        for each in self.references:
            if each.table == table and each.columns == columns:
                return each
        there = [each for each in self.references if each.table == table] or self.references
        raise ConfigurationError(f"the profile has no reference {table}({', '.join(columns)}); it has {_listed(map(str, there))}")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
