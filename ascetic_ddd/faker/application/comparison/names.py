"""Which table and column of B is the counterpart of which of A."""

import difflib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from ascetic_ddd.faker.application.profile.model import Profile, ReferenceProfile, TableProfile
from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = ("Names", "column_name", "reference_name", "resolve")


@dataclass(frozen=True, slots=True)
class Names:
    """The counterparts.

    Attributes:
        tables: B's name of each table of A that has a counterpart.
        columns: B's name of the columns of A, by A's table and column, where it is another.
    """

    tables: Mapping[str, str]
    columns: Mapping[tuple[str, str], str]

    def column(self, table: str, column: str) -> str:
        """B's name of a column of A."""
        return self.columns.get((table, column), column)

    def reversed(self) -> "Names":
        """The same, seen from B."""
        return Names(
            {b: a for a, b in self.tables.items()},
            {(self.tables[table], b): a for (table, a), b in self.columns.items() if table in self.tables},
        )


def reference_name(reference: ReferenceProfile) -> str:
    """What a reference is called: ``books.author_id``, or ``books(tenant_id, author_id)``."""
    return column_name(reference.table, reference.columns[0]) if len(reference.columns) == 1 else str(reference)


def column_name(table: str, column: str) -> str:
    """What a column is called."""
    return f"{table}.{column}"


def resolve(a: Profile, b: Profile, told: Iterable[str] = ()) -> Names:
    """Match tables and columns by name, and those that are told as told.

    Args:
        a: the original.
        b: the copy.
        told: ``books=public.book`` for a table, ``books.author_id=book.writer_id`` for a column, A's name first. A column's
            line tells its table, too.

    Raises:
        ConfigurationError: a name is not there, or two of A are told to be the same of B.
    """
    tables, columns = _told(a, b, told)
    taken = set(tables.values())
    there = {table.name for table in b.tables}
    for each in a.tables:
        same = _known(b, there, each.name, a.schema)
        if each.name not in tables and same is not None and same not in taken:
            tables[each.name] = same
    _refuse_twins("tables", tables)
    for table in tables:
        mapped = {name: name_b for (of, name), name_b in columns.items() if of == table}
        _refuse_twins(f"columns of {table!r}", mapped)
        for column in a.table(table).columns:  # its namesake in B is the counterpart of another one
            if column.name in mapped.values() and column.name not in mapped:
                columns[table, column.name] = ""
    return Names(tables, columns)


def _told(a: Profile, b: Profile, told: Iterable[str]) -> tuple[dict[str, str], dict[tuple[str, str], str]]:
    tables: dict[str, str] = {}
    columns: dict[tuple[str, str], str] = {}
    for text in told:
        left, equals, right = (part.strip() for part in text.partition("="))
        if not equals or not left or not right:
            raise ConfigurationError(
                f"mapping {text!r}: expected A=B, for example books=public.book or books.author_id=book.writer_id"
            )
        table, column = _found(a, "A", left, text)
        table_b, column_b = _found(b, "B", right, text)
        if (column is None) != (column_b is None):
            raise ConfigurationError(f"mapping {text!r}: one side is a table, the other a column; expected two of a kind")
        if tables.setdefault(table, table_b) != table_b:
            raise ConfigurationError(f"mapping {text!r}: {table!r} is told to be {tables[table]!r} already")
        if column is not None and column_b is not None and columns.setdefault((table, column), column_b) != column_b:
            raise ConfigurationError(f"mapping {text!r}: {left!r} is told to be {columns[table, column]!r} already")
    return tables, columns


def _known(profile: Profile, there: Collection[str], name: str, schema: str) -> str | None:
    """The table of that name, with or without its schema. Tables of both default schemas are the same."""
    if name in there:
        return name
    short = name.removeprefix(f"{profile.schema}.")
    if short in there:
        return short
    long = f"{schema}.{name}"
    return long if "." not in name and long in there else None


def _found(profile: Profile, side: str, name: str, text: str) -> tuple[str, str | None]:
    there = {table.name: table for table in profile.tables}
    table = _known(profile, there, name, profile.schema)
    if table is not None:
        return table, None
    before, _, column = name.rpartition(".")
    owner = _known(profile, there, before, profile.schema) if before else None
    if owner is None:
        near = difflib.get_close_matches(before or name, there, 3, 0.4) or sorted(there)
        raise ConfigurationError(f"mapping {text!r}: {side} has no table {before or name!r}; it has {', '.join(near)}")
    _require_column(there[owner], column, side, text)
    return owner, column


def _require_column(table: TableProfile, column: str, side: str, text: str) -> None:
    names = [each.name for each in table.columns]
    if column not in names:
        raise ConfigurationError(
            f"mapping {text!r}: table {table.name!r} of {side} has no column {column!r}; it has {', '.join(names)}"
        )


def _refuse_twins(what: str, pairs: Mapping[str, str]) -> None:
    owners: dict[str, str] = {}
    for name, name_b in pairs.items():
        if name_b in owners:
            raise ConfigurationError(
                f"mapping: the {what} {owners[name_b]!r} and {name!r} of A are both told to be {name_b!r} of B"
            )
        owners[name_b] = name
