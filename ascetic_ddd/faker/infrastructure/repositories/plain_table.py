"""SQL for a plain table whose columns stand for paths in exported state. Pure: it only composes."""

from collections.abc import Mapping, Sequence
from typing import Any

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.postgres.names import escaped, quoted, shown
from ascetic_ddd.faker.infrastructure.repositories.exported_id import Path, value_at

__all__ = ("PlainTable", "nested")


class PlainTable:
    """Statements on one table, composed once each.

    Args:
        names: schema and table, or the table alone.
        paths: column → path in the exported state; empty: each column stands for the key of its own name.
        id_attr: the key the id is exported under.
        generated: columns the database gives where the exported value is None; None: the columns of the id.
    """

    def __init__(self, names: tuple[str, ...], paths: Mapping[str, Path], id_attr: str, generated: frozenset[str] | None) -> None:
        self.paths = dict(paths)
        self._shown = shown(names)
        self._name = quoted(*names)
        id_columns = [column for column, path in self.paths.items() if path[0] == id_attr]
        if self.paths:
            if not id_columns:
                raise ConfigurationError(
                    f"columns= of table {self._shown!r} has no path to the id {id_attr!r}; name the id's column, "
                    f"e.g. {{'id': '{id_attr}'}}, or pass id_attr=."
                )
            if generated is not None and not generated <= self.paths.keys():
                raise ConfigurationError(
                    f"generated={sorted(generated)} of table {self._shown!r} has columns that are not exported; "
                    f"expected some of {sorted(self.paths)}."
                )
        self._id_columns = id_columns or [id_attr]
        self.id_columns = tuple(self._id_columns)
        self._others = [column for column in self.paths if column not in id_columns]
        self._generated = frozenset(id_columns) if generated is None else generated
        self._fields = [(column, path, column in self._generated) for column, path in self.paths.items()]
        self.generated = tuple(column for column in self.paths if column in self._generated)
        self._inserts: dict[tuple[tuple[str, ...], tuple[tuple[str, str], ...]], bytes] = {}
        self._told: dict[tuple[str, ...], tuple[str, ...]] = {}
        self.update = self._compose_update()

    def split(self, state: Mapping[str, Any]) -> tuple[list[Any], tuple[str, ...]]:
        """Give the values to insert, in the columns' order, and the columns left to the database."""
        values, missing = [], []
        try:
            for column, path, is_generated in self._fields:
                value = state[path[0]] if len(path) == 1 else value_at(state, path)
                if value is None and is_generated:
                    missing.append(column)
                else:
                    values.append(value)
        except KeyError:
            raise self._no_such_path(state) from None
        return values, tuple(missing)

    def row(self, state: Mapping[str, Any]) -> list[Any]:
        """Give the values of all columns, in their order."""
        try:
            return [state[path[0]] if len(path) == 1 else value_at(state, path) for path in self.paths.values()]
        except KeyError:
            raise self._no_such_path(state) from None

    def missing_in(self, row: Sequence[Any]) -> tuple[str, ...]:
        """Give the columns of the row that are left to the database."""
        return tuple(
            column for (column, _, is_generated), value in zip(self._fields, row, strict=True) if value is None and is_generated
        )

    def told(self, missing: tuple[str, ...]) -> tuple[str, ...]:
        """Give the columns that are told, in their order: all but the missing."""
        columns = self._told.get(missing)
        if columns is None:
            columns = self._told[missing] = tuple(column for column in self.paths if column not in missing)
        return columns

    def values_for_update(self, state: Mapping[str, Any]) -> tuple[list[str], list[Any]]:
        """Give the columns and the parameters of :attr:`update`."""
        columns = [*(self._others or self._id_columns), *self._id_columns]
        try:
            return columns, [value_at(state, self.paths[column]) for column in columns]
        except KeyError:
            raise self._no_such_path(state) from None

    def insert(self, missing: tuple[str, ...], checks: tuple[tuple[str, str], ...] = ()) -> bytes:
        """Give the statement that inserts all columns but the missing, and returns those.

        Args:
            missing: columns left to the database.
            checks: pairs (column, its type): the statement takes their values once more, behind the others, and returns for
                each the text of what was stored instead, or NULL.
        """
        statement = self._inserts.get((missing, checks))
        if statement is None:
            statement = self._inserts[missing, checks] = self._compose_insert(missing, checks).encode()
        return statement

    def lacking(self, types: Mapping[str, str]) -> bytes:
        """Give the query for the number of a row whose id is not stored, by one array of texts a column of the id.

        Args:
            types: the columns' types as SQL writes them.
        """
        texts = ", ".join(["unnest(%s::text[])"] * len(types))
        names = ", ".join(f"k{number}" for number in range(len(types)))
        told = " AND ".join(f"told.k{number} IS NOT NULL" for number in range(len(types)))
        same = " AND ".join(
            f"stored.{quoted(column)} = CAST(told.k{number} AS {escaped(type)})"
            for number, (column, type) in enumerate(types.items())
        )
        return (
            f"SELECT told.number FROM ROWS FROM ({texts}) WITH ORDINALITY AS told ({names}, number) "  # noqa: S608 - names are quoted
            f"WHERE {told} AND NOT EXISTS (SELECT FROM {self._name} AS stored WHERE {same}) LIMIT 1"
        ).encode()

    def select(self, condition: str = "", *, in_order: bool = False) -> bytes:
        """Give the statement that reads the rows for which the condition, if any, holds."""
        columns = ", ".join(quoted(column) for column in self.paths) or "*"
        where = f" WHERE {condition}" if condition else ""
        order = " ORDER BY " + ", ".join(quoted(column) for column in self._id_columns) if in_order else ""
        return f"SELECT {columns} FROM {self._name}{where}{order}".encode()  # noqa: S608 - names are quoted

    def column_of(self, path: Path) -> str | None:
        """Give the column that stands for a path, if one does."""
        if not self.paths:
            return path[0] if len(path) == 1 else None
        return next((column for column, known in self.paths.items() if known == path), None)

    def select_column(self, column: str) -> bytes:
        """Give the statement that reads a column, its nulls left out."""
        return f"SELECT {quoted(column)} FROM {self._name} WHERE {quoted(column)} IS NOT NULL".encode()  # noqa: S608

    def condition(self, pattern: Mapping[str, Any]) -> tuple[str, dict[str, Any], dict[str, Any]]:
        """Give the condition for what the columns can decide, its parameters by column, in their order, and the rest of the
        pattern."""
        columns = {path: column for column, path in self.paths.items()}
        terms: list[str] = []
        parameters: dict[str, Any] = {}

        def left_over(part: Mapping[str, Any], above: Path) -> dict[str, Any]:
            rest: dict[str, Any] = {}
            for key, value in part.items():
                path = (*above, key)
                column = columns.get(path, key if not columns and not above else None)
                if isinstance(value, Mapping) and (value and column is None):
                    if inner := left_over(value, path):
                        rest[key] = inner
                elif column is None or isinstance(value, (Mapping, list, tuple, set, frozenset)):
                    rest[key] = value
                elif value is None:
                    terms.append(f"{quoted(column)} IS NULL")
                else:
                    terms.append(f"{quoted(column)} = %s")
                    parameters[column] = value
            return rest

        rest = left_over(pattern, ())
        return " AND ".join(terms), parameters, rest

    def paths_of(self, columns: Sequence[str]) -> list[Path]:
        """Give the paths that the columns of a result stand for."""
        return [self.paths.get(column, (column,)) for column in columns]

    def _compose_insert(self, missing: tuple[str, ...], checks: tuple[tuple[str, str], ...]) -> str:
        columns = self.told(missing)
        into = ", ".join(quoted(column) for column in columns)
        values = f"({into}) VALUES ({', '.join(['%s'] * len(columns))})" if columns else "DEFAULT VALUES"
        given = [quoted(column) for column in missing]
        given += [f"nullif({quoted(column)}::text, CAST(%s AS {escaped(type)})::text)" for column, type in checks]
        returning = f" RETURNING {', '.join(given)}" if given else ""
        return f"INSERT INTO {self._name} {values}{returning}"

    def _compose_update(self) -> bytes:
        assignments = ", ".join(f"{quoted(column)} = %s" for column in self._others or self._id_columns)
        condition = " AND ".join(f"{quoted(column)} = %s" for column in self._id_columns)
        return f"UPDATE {self._name} SET {assignments} WHERE {condition}".encode()  # noqa: S608 - names are quoted

    def _no_such_path(self, state: Mapping[str, Any]) -> ConfigurationError:
        lacking = []
        for column, path in self.paths.items():
            try:
                value_at(state, path)
            except KeyError:
                lacking.append(f"{column!r} at {'.'.join(path)!r}")
        return ConfigurationError(
            f"The exported state {sorted(map(str, state))} has nothing for columns of table {self._shown!r}: "
            f"{', '.join(lacking)}; mend columns= or agg_exporter."
        )


def nested(row: Sequence[Any], paths: Sequence[Path]) -> dict[str, Any]:
    """Put the values of a row at their paths; a part whose columns are all NULL is None, as a reference to nothing."""
    state: dict[str, Any] = {}
    for path, value in zip(paths, row, strict=True):
        part = state
        for key in path[:-1]:
            part = part.setdefault(key, {})
        part[path[-1]] = value
    for path in paths:
        if len(path) > 1 and _is_empty(state[path[0]]):
            state[path[0]] = None
    return state


def _is_empty(part: Any) -> bool:
    return all(map(_is_empty, part.values())) if isinstance(part, dict) else part is None
