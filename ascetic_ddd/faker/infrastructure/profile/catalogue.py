"""What the catalogue says: tables, columns, keys. No row is read."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from psycopg import sql

from ascetic_ddd.faker.infrastructure.profile.queries import query
from ascetic_ddd.faker.infrastructure.profile.reader import Reader, StatementError

__all__ = (
    "Column",
    "ForeignKey",
    "Index",
    "Server",
    "Statistics",
    "Table",
    "describe",
    "keys_of",
    "measure_sizes",
    "schemas_of",
    "server_of",
    "tables_of",
)

_NUMBERS = frozenset({"int2", "int4", "int8", "float4", "float8", "numeric"})
_TIMES = frozenset({"date", "timestamp", "timestamptz", "time", "interval"})
_BYTES_OF_A_ROW = 100  # where nobody analysed the table


@dataclass(frozen=True, slots=True)
class Server:
    """The server and the database."""

    version: str
    statistics_target: int
    current_schema: str | None
    is_standby: bool


@dataclass(frozen=True, slots=True)
class Statistics:
    """A row of ``pg_stats``, without its values; ``distinct`` is negative where it is a share of the rows."""

    null_share: float
    width: float
    distinct: float
    top_shares: tuple[float, ...]
    correlation: float | None

    def distinct_of(self, rows: float) -> int:
        """Give the number of distinct values in so many rows."""
        return round(-self.distinct * rows if self.distinct < 0 else self.distinct)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    name: str
    type: str
    plain_type: str
    base: str
    is_enum: bool
    is_required: bool
    is_readable: bool
    is_sortable: bool
    below_domain: str | None = None
    statistics: Statistics | None = None

    @property
    def is_time(self) -> bool:
        """True for types whose quantiles are reckoned in seconds."""
        return self.base in _TIMES

    @property
    def has_quantiles(self) -> bool:
        """True for numbers and times."""
        return self.base in _NUMBERS or self.is_time

    @property
    def has_few_values(self) -> bool:
        """True where the type itself lists the values."""
        return self.is_enum or self.base == "bool"


@dataclass(frozen=True, slots=True)
class Index:
    """An index on columns of the whole table."""

    columns: tuple[str, ...]
    is_unique: bool
    is_primary: bool
    is_tree: bool

    def finds(self, columns: Sequence[str]) -> bool:
        """Tell whether it leads to the rows with given values of these columns."""
        if self.is_tree:
            return set(self.columns[: len(columns)]) == set(columns)
        return self.columns == tuple(columns)


@dataclass(slots=True)
class Table:
    """A table; a partitioned one stands for its partitions."""

    oid: int
    schema: str
    name: str
    is_partitioned: bool
    has_row_security: bool
    bytes: int
    pages: int
    planned_rows: float | None
    is_readable: bool
    columns: tuple[Column, ...] = ()
    indexes: tuple[Index, ...] = ()

    @property
    def identifier(self) -> sql.Identifier:
        """Its name in SQL."""
        return sql.Identifier(self.schema, self.name)

    @property
    def likely_rows(self) -> float:
        """Rows as the planner reckons them, or as the size suggests."""
        return self.bytes / _BYTES_OF_A_ROW if self.planned_rows is None else self.planned_rows

    @property
    def primary_key(self) -> tuple[str, ...]:
        """Columns of the primary key."""
        return next((index.columns for index in self.indexes if index.is_primary), ())

    def column(self, name: str) -> Column | None:
        """Give the column of that name, if there is one that can be read."""
        return next((column for column in self.columns if column.name == name and column.is_readable), None)

    def is_unique(self, column: str) -> bool:
        """Tell whether an index makes the column alone unique."""
        return any(index.is_unique and index.columns == (column,) for index in self.indexes)

    def has_index_for(self, columns: Sequence[str]) -> bool:
        """Tell whether rows with given values of these columns can be found without reading all."""
        return any(index.finds(columns) for index in self.indexes)


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A foreign key; ``child`` and ``parent`` are numbers of tables."""

    name: str
    child: int
    parent: int
    columns: tuple[str, ...]
    parent_columns: tuple[str, ...]
    is_valid: bool
    is_enforced: bool
    has_period: bool

    @property
    def is_kept(self) -> bool:
        """True if each row is known to refer to a parent, or to none by a null."""
        return self.is_valid and self.is_enforced


@dataclass(slots=True)
class _Found:
    columns: list[Column] = field(default_factory=list)
    indexes: list[Index] = field(default_factory=list)


async def server_of(reader: Reader) -> Server:
    """Read facts of the server."""
    version, target, schema, _, is_standby, _ = await reader.row(query("server"))
    return Server(version.split()[0], target, schema, is_standby)


async def schemas_of(reader: Reader) -> dict[str, bool]:
    """Read the schemas that are not the system's, each with whether the role may use it."""
    return dict(await reader.rows(query("schemas")))


async def tables_of(reader: Reader, schemas: Sequence[str]) -> list[Table]:
    """Read the tables of schemas, their names and sizes."""
    return [Table(*row) for row in await reader.rows(query("tables"), {"schemas": list(schemas)})]


async def measure_sizes(reader: Reader, tables: Sequence[Table]) -> None:
    """Read the sizes that tables have now; one that is locked keeps the size it had when last analysed."""
    try:
        rows = await reader.rows(query("sizes"), {"tables": [table.oid for table in tables]})
    except StatementError:
        for table in tables if len(tables) > 1 else ():
            await measure_sizes(reader, [table])
        return
    sizes = {oid: size for oid, *size in rows}
    for table in tables:
        table.bytes, table.pages, table.planned_rows = sizes[table.oid]


async def describe(reader: Reader, tables: Sequence[Table]) -> None:
    """Read the columns, indexes and the planner's statistics of tables."""
    numbers = {"tables": [table.oid for table in tables]}
    found = {table.oid: _Found() for table in tables}
    known: dict[tuple[int, str], Statistics] = {}
    for oid, name, null_share, width, distinct, shares, correlation in await reader.rows(query("statistics"), numbers):
        known[oid, name] = Statistics(null_share, width, distinct, tuple(shares), correlation)
    for oid, name, *facts in await reader.rows(query("columns"), numbers):
        found[oid].columns.append(replace(Column(name, *facts), statistics=known.get((oid, name))))
    for oid, columns, *flags in await reader.rows(query("indexes"), numbers):
        found[oid].indexes.append(Index(tuple(columns), *flags))
    for table in tables:
        table.columns = tuple(found[table.oid].columns)
        table.indexes = tuple(found[table.oid].indexes)


async def keys_of(reader: Reader, tables: Sequence[Table]) -> list[ForeignKey]:
    """Read the foreign keys of tables."""
    rows: list[tuple[Any, ...]] = await reader.rows(query("foreign_keys"), {"tables": [table.oid for table in tables]})
    return [
        ForeignKey(name, child, parent, tuple(columns), tuple(parent_columns), *flags)
        for name, child, parent, columns, parent_columns, *flags in rows
    ]
