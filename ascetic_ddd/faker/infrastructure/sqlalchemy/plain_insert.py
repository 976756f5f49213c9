"""Many objects of a class that is one plain table, by one ``insert()``: there the unit of work does the same, and is slower."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import ClauseElement, Column, Table, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstanceState
from sqlalchemy.orm.attributes import instance_dict, instance_state, set_committed_value

from ascetic_ddd.faker.infrastructure.sqlalchemy.mapped_class import MappedClass

__all__ = ("PlainInsert",)

T = TypeVar("T")
_SCALARS = frozenset({bool, bytes, date, datetime, Decimal, float, int, str, type(None), UUID})  # seen to be no SQL at once
_OF_SESSIONS = ("before_flush", "after_flush", "after_flush_postexec", "before_attach", "after_attach", "transient_to_pending")
_OF_MAPPERS = ("before_insert", "after_insert")


class PlainInsert(Generic[T]):
    """Inserts rows made of objects, where nobody could tell it from the unit of work.

    That asks for one table, columns only, and no one who listens to what the unit of work does; and of each object, that it is
    new, refers to no other object, and has no SQL for a value.

    Args:
        mapped: the class.
    """

    def __init__(self, mapped: MappedClass[T]) -> None:
        mapper = mapped.mapper
        self._mapped = mapped
        self._relationships = [relationship.key for relationship in mapper.relationships]
        self._columns: dict[str, Column[Any]] = {
            prop.key: column for prop in mapper.column_attrs for column in prop.columns if isinstance(column, Column)
        }
        self._given = [key for key, column in self._columns.items() if _is_given(column)]
        self._cells = [(key, column.key, key in self._given) for key, column in self._columns.items()]
        is_one_table = isinstance(mapper.local_table, Table) and not mapper.inherits and mapper.polymorphic_on is None
        is_plain = len(self._columns) == len(mapper.column_attrs) and not mapper.composites and mapper.version_id_col is None
        self._is_plain = is_one_table and is_plain

    def serves(self, async_session: AsyncSession, aggs: Sequence[T]) -> bool:
        """Tell whether these objects can be inserted so, in this session."""
        listeners = async_session.sync_session.dispatch
        return (
            self._is_plain
            and not any(getattr(listeners, name) for name in _OF_SESSIONS)
            and not any(getattr(self._mapped.mapper.dispatch, name) for name in _OF_MAPPERS)
            and all(self._is_row(instance_state(agg), instance_dict(agg)) for agg in aggs)
        )

    async def insert(self, async_session: AsyncSession, aggs: Sequence[T]) -> list[tuple[T, str]]:
        """Insert them in their order; give the parts of keys that the database gave, by object and attribute."""
        given = []
        await async_session.flush()
        connection = await async_session.connection(bind_arguments={"mapper": self._mapped.mapper})
        rows = [self._row(instance_dict(agg)) for agg in aggs]
        start = 0
        for keys, group in groupby(rows, tuple):
            part = list(group)
            some = aggs[start : start + len(part)]
            start += len(part)
            missing = [key for key in self._given if self._columns[key].key not in keys]
            statement = insert(self._mapped.mapper.local_table)  # type: ignore[arg-type]  # it is a Table
            if not missing:
                await connection.execute(statement, part)
                continue
            returning = statement.returning(*(self._columns[key] for key in missing), sort_by_parameter_order=True)
            for agg, row in zip(some, await connection.execute(returning, part), strict=True):
                for key, value in zip(missing, row, strict=True):
                    set_committed_value(agg, key, value)
            ids = [key for key in missing if key in self._mapped.keys.values()]
            given += [(agg, key) for agg in some for key in ids]
        return given

    def take_out(self, given: Sequence[tuple[T, str]]) -> None:
        """Take out again what the database gave."""
        for agg, key in given:
            set_committed_value(agg, key, None)

    def _is_row(self, state: InstanceState[T], values: dict[str, Any]) -> bool:
        return (
            state.transient
            and not any(values.get(key) for key in self._relationships)
            and not any(type(value) not in _SCALARS and _is_sql(value) for value in values.values())
        )

    def _row(self, values: dict[str, Any]) -> dict[str, Any]:
        """None where the database, or the table's definition, has something else to give is nothing told."""
        return {name: values[key] for key, name, given in self._cells if key in values and not (given and values[key] is None)}


def _is_sql(value: Any) -> bool:
    return isinstance(value, ClauseElement) or hasattr(value, "__clause_element__")


def _is_given(column: Column[Any]) -> bool:
    """Tell whether a column gets a value where none is told."""
    has_default = column.default is not None or column.server_default is not None
    return has_default or column.identity is not None or column is column.table.autoincrement_column
