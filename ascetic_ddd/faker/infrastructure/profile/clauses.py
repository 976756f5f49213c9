"""The clauses of a foreign key's statements."""

from collections.abc import Iterable, Sequence

from psycopg import sql

from ascetic_ddd.faker.infrastructure.profile.catalogue import ForeignKey, Table

__all__ = ("Clauses",)


class Clauses:
    """What fills the words of ``queries.sql`` for one foreign key.

    Args:
        child: the table that refers.
        parent: the table that is referred to.
        key: the foreign key.
        shared: its columns that another key has, too.
        is_loose: there may be rows that refer to nobody, though no column is null.
    """

    def __init__(self, child: Table, parent: Table, key: ForeignKey, shared: tuple[str, ...], *, is_loose: bool = False) -> None:
        self.child = child
        self.parent = parent
        self.key = key
        self.shared = shared
        self.is_loose = is_loose

    @property
    def counting(self) -> dict[str, sql.Composable]:
        """For one pass over the child."""
        return {
            "child": self.child.identifier,
            "columns": _listed(map(sql.Identifier, self.key.columns)),
            "is_null": self._is_null,
        }

    @property
    def probing(self) -> dict[str, sql.Composable]:
        """For counting the children of each parent."""
        return {"child": self.child.identifier, "parent": self.parent.identifier, "join": self._join}

    @property
    def within(self) -> dict[str, sql.Composable]:
        """For counting by groups; columns of any name must not get in the way of the statement's."""
        return {
            **self.counting,
            "parent": self.parent.identifier,
            "named_columns": _listed(
                sql.SQL("{} AS {}").format(sql.Identifier(name), sql.Identifier(f"k{number}"))
                for number, name in enumerate(self.key.columns)
            ),
            "join": sql.SQL(" AND ").join(
                sql.SQL("{} = {}").format(sql.Identifier("g", f"k{number}"), sql.Identifier("p", parent))
                for number, parent in enumerate(self.key.parent_columns)
            ),
            "shared": self._group,
        }

    @property
    def group_code(self) -> dict[str, sql.Composable]:
        """For telling groups by a number."""
        return {"group": self._group}

    def key_counting(self, keys: Sequence[str]) -> dict[str, sql.Composable]:
        """For counting the rows of given keys."""
        return {
            "child": self.child.identifier,
            "column": sql.Identifier(self.key.columns[0]),
            "keys": self.keys(keys),
        }

    def keys(self, keys: Sequence[str]) -> sql.Composable:
        """Give keys as an array of the column's type."""
        column = self.child.column(self.key.columns[0])
        kind = sql.SQL(column.plain_type if column else "text")  # as format_type writes it, quoted
        return sql.SQL("{}::text[]::{}[]").format(sql.Literal(list(keys)), kind)

    @property
    def _is_null(self) -> sql.Composable:
        conditions = [sql.SQL("{} IS NULL").format(sql.Identifier("ch", name)) for name in self.key.columns]
        if self.is_loose:
            parent = sql.SQL("NOT EXISTS (SELECT FROM {} AS p WHERE {})").format(self.parent.identifier, self._join)
            conditions.append(parent)
        return sql.SQL("({})").format(sql.SQL(" OR ").join(conditions))

    @property
    def _join(self) -> sql.Composable:
        pairs = zip(self.key.columns, self.key.parent_columns, strict=True)
        return sql.SQL(" AND ").join(
            sql.SQL("{} = {}").format(sql.Identifier("ch", name), sql.Identifier("p", parent)) for name, parent in pairs
        )

    @property
    def _group(self) -> sql.Composable:
        pairs = zip(self.key.columns, self.key.parent_columns, strict=True)
        return _listed(sql.Identifier("p", parent) for name, parent in pairs if name in self.shared)


def _listed(parts: Iterable[sql.Composable]) -> sql.Composed:
    return sql.SQL(", ").join(parts)
