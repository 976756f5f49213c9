"""What SQLAlchemy knows of a mapped class: its key, its columns, and an object's state as plain data."""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, inspect
from sqlalchemy.orm import InstanceState, Mapper

from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = ("MappedClass",)

T = TypeVar("T")


class MappedClass(Generic[T]):
    """A mapped class, declared or mapped imperatively.

    Args:
        model: the class.

    Raises:
        ConfigurationError: it is not mapped.
    """

    def __init__(self, model: type[T]) -> None:
        mapper: Any = inspect(model, raiseerr=False)
        if not isinstance(mapper, Mapper):
            raise ConfigurationError(
                f"{model!r} is no class that SQLAlchemy has mapped; declare it below a DeclarativeBase, or call "
                "registry.map_imperatively(the class, its table) before."
            )
        self.model = model
        self.mapper: Mapper[T] = mapper
        self.table = str(getattr(mapper.local_table, "fullname", mapper.local_table))
        self.keys = {column.name: mapper.get_property_by_column(column).key for column in mapper.primary_key}
        """Names of the columns of the primary key → attributes."""
        self._columns = [prop.key for prop in mapper.column_attrs]

    @property
    def id_attr(self) -> str:
        """The key the id is exported under where nobody says another: the attribute of the primary key; of several ``id``."""
        return next(iter(self.keys.values())) if len(self.keys) == 1 else "id"

    def export(self, agg: T) -> dict[str, Any]:
        """Give the values of the mapped columns by attribute; those of a primary key of several columns together, as ``id``."""
        state = {key: _plain(getattr(agg, key)) for key in self._columns}
        if len(self.keys) > 1:
            state = {"id": {key: state.pop(key) for key in self.keys.values()}} | state
        return state

    def state_of(self, agg: T) -> InstanceState[T]:
        """Give what SQLAlchemy keeps of an object.

        Raises:
            ConfigurationError: it is not of this class.
        """
        state: InstanceState[T] | None = inspect(agg, raiseerr=False) if isinstance(agg, self.model) else None
        if state is None:
            raise ConfigurationError(
                f"{type(agg).__name__} is not of the mapped class {self.model.__name__}; give the repository its class."
            )
        return state

    def has_id(self, id: Any) -> ColumnElement[bool]:
        """Give the condition that the primary key is this exported id.

        Raises:
            ConfigurationError: it has other parts.
        """
        parts = id if isinstance(id, Mapping) else dict.fromkeys(self.keys, id) if len(self.keys) == 1 else {}
        values = {key: parts[name if name in parts else key] for name, key in self.keys.items() if name in parts or key in parts}
        if not len(parts) == len(values) == len(self.keys):
            raise ConfigurationError(
                f"id={id!r} does not fit the primary key ({', '.join(self.keys)}) of table {self.table!r}; expected "
                f"{'a mapping of its parts' if len(self.keys) > 1 else 'its value'}."
            )
        return and_(*(self.mapper.attrs[key].class_attribute == value for key, value in values.items()))

    def conditions(self, pattern: Mapping[str, Any]) -> tuple[list[ColumnElement[bool]], dict[str, Any]]:
        """Give the conditions that columns can decide of a pattern of what :meth:`export` gives, and the rest of it."""
        found: list[ColumnElement[bool]] = []
        rest: dict[str, Any] = {}
        for key, value in pattern.items():
            if key in self._columns and not isinstance(value, (Mapping, list, tuple, set, frozenset)):
                found.append(self.mapper.attrs[key].class_attribute == value)
            else:
                rest[key] = value
        return found, rest

    def in_order(self) -> list[Any]:
        """Give the columns of the primary key, to order by."""
        return [self.mapper.attrs[key].class_attribute for key in self.keys.values()]


def _plain(value: Any) -> Any:
    """A value as every driver gives it: asyncpg has a UUID of its own."""
    return UUID(int=value.int) if isinstance(value, UUID) and type(value) is not UUID else value
