"""What a profile knows of a database, as plain data. It has no row values, unless they were asked for."""

from dataclasses import dataclass, field
from typing import Literal

from ascetic_ddd.faker.application.profile.limits import Correlation, Count, NotNegative, Place, Positive, Share, Skew

__all__ = (
    "ColumnRecord",
    "DeckBlock",
    "DeckRecord",
    "DeckSide",
    "DependentPair",
    "Histogram",
    "Method",
    "ProfileRecord",
    "ReferenceRecord",
    "TableRecord",
    "Week",
    "Within",
    "WithinClass",
)

Method = Literal["exact", "sample", "estimate"]
"""All rows were counted; some, with a stated error; or none, and the planner's statistics were taken."""

Histogram = tuple[tuple[Count, Count], ...]
"""Count of counts: pairs (rows, how many values or parents have so many), ascending."""

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """When in the week the rows of a column of times lie, in multiples of five rows.

    Attributes:
        rows: of the 168 hours of a week, from Monday 00:00 on; of a column of dates of the seven days. 0 is fewer than five.
        rest: rows of all those that have fewer than five, together.
        zone: the time zone of the hours; None where the column's times have none.
    """

    rows: tuple[Count, ...]
    rest: Count = 0
    zone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRecord:
    """One column. Shares are of all rows of the table, nulls included.

    Attributes:
        name: as in the catalogue, without quotes.
        type: as ``format_type`` writes it.
        rows: rows of the table.
        null_share: share of nulls.
        distinct: distinct values that are not null; None where the type has no equality, or nobody knows.
        top_shares: shares of the most frequent values, most frequent first, at most 100.
        width: mean bytes of a value that is not null, as stored.
        correlation: of physical order and order of values, as ``pg_stats.correlation``.
        quantiles: 101, from the least to the greatest, of numbers (seconds for ``time`` and ``interval``), or ISO 8601 strings
            for dates and timestamps. Each is smoothed over at least five rows and rounded.
        values: pairs (value, share), None being null; only of columns that were asked for, enums and booleans.
        histogram: how many values have so many rows; None where only the planner knows.
        method: how it was measured.
        is_unique: a unique index has this column alone.
        base: of a domain, the type below it, without length and digits.
        week: of dates and timestamps: how many rows lie in which hour of the week.
    """

    name: str
    type: str
    rows: Count
    null_share: Share
    distinct: Count | None
    top_shares: tuple[Share, ...] = ()
    width: NotNegative | None = None
    correlation: Correlation | None = None
    quantiles: tuple[float | str, ...] | None = None
    values: tuple[tuple[Scalar, Share], ...] | None = None
    histogram: Histogram | None = None
    method: Method = "exact"
    is_unique: bool = False
    base: str | None = None
    week: Week | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DependentPair:
    """Two columns of a table that know something of each other.

    Attributes:
        columns: their names.
        strength: normalised mutual information, I(a;b) / min(H(a), H(b)), chance taken off: 0 independent, 1 determined.
    """

    columns: tuple[str, str]
    strength: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class DeckSide:
    """One column of a deck: its values by place, which says nothing of what they are.

    Attributes:
        column: its name.
        by: what a place is: ``"rank"``, values with most rows first; ``"class"``, values of about 1 % of the rows, in order.
        runs: pairs (rows, places): so many places in a row have so many rows each, from place 0 on.
        nulls: rows that are null; they are place -1.
    """

    column: str
    by: Literal["rank", "class"] = "rank"
    runs: tuple[tuple[Count, Positive], ...]
    nulls: Count = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeckBlock:
    """Combinations that are only told in sums: those of two classes of places.

    Attributes:
        given: class of places of the given column: 0 null, 1 the first place, 2 the next two, 3 the next four …; -1 all others.
        other: class of places of the other column.
        levels: pairs (rows, combinations): about how many rows so many combinations have each, most first.
    """

    given: Place
    other: Place
    levels: tuple[tuple[Positive, Positive], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeckRecord:
    """Which values two columns take beside each other, in ranks.

    Attributes:
        given: the column that is drawn first.
        other: the column that depends on it.
        rows: that were counted; fewer than the table has where it was sampled.
        combinations: how many different ones there are.
        determined: share of rows whose other value is the commonest one beside the given value: 1 is a function.
        cells: (given place, other place, rows) of the combinations that are told exactly.
        blocks: the other combinations, in sums.
        method: how it was measured.
    """

    given: DeckSide
    other: DeckSide
    rows: Count
    combinations: Count
    determined: Share
    cells: tuple[tuple[Place, Place, Positive], ...] = ()
    blocks: tuple[DeckBlock, ...] = ()
    method: Method = "exact"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRecord:
    """One table.

    Attributes:
        name: without its schema if that is the profile's, else ``schema.table``.
        rows: number of rows.
        primary_key: its columns, in order of the key.
        columns: in the table's order.
        dependent_pairs: strongest first.
        decks: of pairs of columns; each column depends on one other at most, unless all pairs were asked for.
        bytes_per_row: of the table's main storage, free space included; None for an empty table.
    """

    name: str
    rows: Count
    primary_key: tuple[str, ...]
    columns: tuple[ColumnRecord, ...]
    dependent_pairs: tuple[DependentPair, ...] = ()
    decks: tuple[DeckRecord, ...] = ()
    bytes_per_row: NotNegative | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithinClass:
    """Groups of about the same size, pooled.

    Attributes:
        groups: number of groups.
        rows: their rows in the child table.
        parents: their rows in the parent table.
        histogram: pairs (children, parents), parents without children included.
    """

    groups: Count
    rows: Count
    parents: Count
    histogram: Histogram


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """A composite reference inside the columns that it shares with another key, such as the tenant.

    Attributes:
        columns: the shared columns of the child table.
        groups: number of different values of these columns in the parent table.
        classes: those with most rows first: each group by itself, where they are 200 at most and were counted, but those with
            fewer than five parents or rows together with the next; else four of equal numbers of groups, or one more.
    """

    columns: tuple[str, ...]
    groups: Count
    classes: tuple[WithinClass, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceRecord:
    """One foreign key. The histogram is the truth; mean, weights, skew, alpha are summaries of it.

    Attributes:
        table: the child table, named as in ``TableProfile``.
        columns: its columns, in the order of the key.
        references_table: the parent table.
        references_columns: the parent's columns, in the same order.
        name: of the constraint. A file may leave it out: then it is the one that PostgreSQL would give.
        rows: rows of the child table.
        null_weight: share of its rows where the reference is null: for a composite one, where any of its columns is.
        mean: rows per used parent; 0 if no parent is used.
        weights: shares of rows held by 4 equal-sized parts of the used parents, most used first (the seed's ``ntile``).
        skew: of the law with the same Σp².
        skew_misfit: largest distance between the shares of rows that the top parents have, in fact and by that law: 0…1.
            A file may leave it out, and the fields ``parents`` and ``used``: then they are those of the histogram.
        alpha: Zipf's exponent by the seed's regression; None for fewer than two ranks.
        r_squared: of that regression.
        parents: rows of the parent table.
        used: parents that have a child.
        histogram: pairs (children, parents), parents without children included.
        top_counts: children of the parents with the most, at most 100, most first.
        quantiles: 101 of the children per parent, childless ones included, least first.
        within: for a composite reference that shares columns with another key.
        correlation: of the child's physical order and the column's order; None for composite references.
        method: how it was measured.
        error: 95 % bound of the Kolmogorov–Smirnov distance to the exact histogram; 0 if exact, None if nobody knows.
    """

    table: str
    columns: tuple[str, ...]
    references_table: str
    references_columns: tuple[str, ...]
    name: str
    rows: Count
    null_weight: Share
    mean: NotNegative
    weights: tuple[Share, ...]
    skew: Skew
    skew_misfit: Share
    alpha: float | None
    r_squared: float | None
    parents: Count
    used: Count
    histogram: Histogram
    top_counts: tuple[Positive, ...] = ()
    quantiles: tuple[Count, ...] = ()
    within: Within | None = None
    correlation: Correlation | None = None
    method: Method = "exact"
    error: Share | None = 0.0

    def __str__(self) -> str:
        return f"{self.table}({', '.join(self.columns)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileRecord:
    """The measured shape of a database.

    Attributes:
        version: of the file's format.
        schema: the schema whose tables are named without it.
        tables: by name.
        references: by table and columns.
        notes: what was skipped, timed out or estimated, in words.
        source: facts of the server and of the capture; neither host nor password.
    """

    version: Positive = 1
    schema: str = "public"
    tables: tuple[TableRecord, ...] = ()
    references: tuple[ReferenceRecord, ...] = ()
    notes: tuple[str, ...] = ()
    source: dict[str, Scalar] = field(default_factory=dict)
