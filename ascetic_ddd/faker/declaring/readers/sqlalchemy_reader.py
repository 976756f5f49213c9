"""Mapped classes of SQLAlchemy 2; it is imported where there is such a class."""

import sys
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any

from ascetic_ddd.faker.declaring.readers.field import Field, unknown

__all__ = ("SqlAlchemyReader",)

_BITS = {"small_integer": 15, "smallint": 15, "integer": 31, "big_integer": 63, "bigint": 63}


class SqlAlchemyReader:
    """Reads mapped classes: columns are fields, foreign keys references; relationships are left to who makes the objects."""

    def supports(self, model: Any) -> bool:
        return isinstance(model, type) and "sqlalchemy" in sys.modules and _mapper(model) is not None

    def fields(self, model: Any) -> Sequence[Field]:
        mapper = _mapper(model)
        tables = {each.local_table: each.class_ for each in mapper.registry.mappers}
        return [
            self._field(prop.key, prop.columns[0], tables)
            for prop in mapper.column_attrs
            if hasattr(prop.columns[0], "foreign_keys") and hasattr(prop.columns[0], "nullable")
        ]

    def factory(self, model: Any) -> Callable[..., Any] | None:
        return None

    def _field(self, key: str, column: Any, tables: Mapping[Any, Any]) -> Field:
        target = _target(column, tables)
        is_alone = column.primary_key and len(column.table.primary_key.columns) == 1
        numbers_itself = column is column.table.autoincrement_column or column.identity is not None
        return Field(
            key,
            _type_of(column) if not column.nullable else _type_of(column) | None,
            _constraints(column.type),
            _listed(column.type),
            **_default(column),
            is_given=target is None and numbers_itself,
            is_key=column.primary_key,
            is_unique=bool(column.unique) or (is_alone and target is not None),
            refers_to=target,
        )


def _default(column: Any) -> dict[str, Any]:
    default = column.default
    if default is not None and default.is_scalar:
        return {"default": default.arg}
    is_theirs = default is not None or (column.server_default is not None and column.identity is None)
    return {"makes_default": unknown} if is_theirs else {}


def _mapper(model: Any) -> Any:
    import sqlalchemy

    found = sqlalchemy.inspect(model, raiseerr=False)
    return found if hasattr(found, "column_attrs") else None


def _target(column: Any, tables: Mapping[Any, Any]) -> Any:
    for foreign_key in column.foreign_keys:
        if foreign_key.column.table in tables:
            return tables[foreign_key.column.table]
    return None


def _type_of(column: Any) -> Any:
    """The Python type; SQLAlchemy knows none of some types of databases."""
    try:
        found = column.type.python_type
    except NotImplementedError:
        found = object
    if column.type.__visit_name__.lower() in ("json", "jsonb"):
        return dict[str, str]
    if found is object:
        return type(column.type)
    return list[_item_of(column.type)] if found is list else found  # type: ignore[misc]  # a type at run time


def _item_of(kind: Any) -> Any:
    item = getattr(kind, "item_type", None)
    return item.python_type if item is not None else Any


def _constraints(kind: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    length = getattr(kind, "length", None)
    if length is not None and not getattr(kind, "enums", None):
        found["max_length"] = length
    if getattr(kind, "asdecimal", False) and kind.precision is not None and kind.__visit_name__.lower() in ("numeric", "decimal"):
        found["max_digits"] = kind.precision
        if kind.scale is not None:
            found["decimal_places"] = kind.scale
    bits = _BITS.get(kind.__visit_name__.lower())
    if bits is not None:
        found |= {"ge": -(2**bits), "le": 2**bits - 1}
    return found


def _listed(kind: Any) -> Sequence[Any] | None:
    """The texts of an ``Enum`` type that has no class."""
    is_bare = getattr(kind, "enums", None) and not (isinstance(kind.enum_class, type) and issubclass(kind.enum_class, Enum))
    return list(kind.enums) if is_bare else None
