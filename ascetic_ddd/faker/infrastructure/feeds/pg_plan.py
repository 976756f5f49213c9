"""In which order tables can be filled, and what has to wait until all of them are. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.feeds.pg_catalogue import ForeignKeyFacts, PgFacts
from ascetic_ddd.faker.infrastructure.feeds.tables import Table
from ascetic_ddd.faker.infrastructure.postgres.names import shown

__all__ = ("LoadPlan", "load_plan")


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """How to fill the tables.

    Attributes:
        order: the models.
        later: by model, the columns that are NULL at first and get their values when all tables are filled.
    """

    order: tuple[str, ...]
    later: Mapping[str, tuple[str, ...]]


def load_plan(tables: Mapping[str, Table], facts: PgFacts) -> LoadPlan:
    """Find it: what is referred to first. A foreign key that can be checked at the commit asks for no order.

    Circles of the others are opened where a column may be NULL.

    Args:
        tables: by model, in the order that is taken where no foreign key asks for another.
        facts: what the database says.

    Raises:
        ConfigurationError: a circle has no such place; its foreign keys are named.
    """
    waiting = list(tables)
    keys = [key for key in facts.foreign_keys if not key.is_deferrable and key.model != key.target]
    order: list[str] = []
    later: dict[str, tuple[str, ...]] = {}
    while waiting:
        blocking = {name: [key for key in keys if key.model == name and key.target in waiting] for name in waiting}
        ready = next((name for name in waiting if not blocking[name]), None)
        if ready is None:
            ready, opened = _opened(blocking, tables, facts)
            later[ready] = tuple(dict.fromkeys((*later.get(ready, ()), *opened)))
        order.append(ready)
        waiting.remove(ready)
    return LoadPlan(tuple(order), later)


def _opened(
    blocking: Mapping[str, Sequence[ForeignKeyFacts]], tables: Mapping[str, Table], facts: PgFacts
) -> tuple[str, tuple[str, ...]]:
    """A model whose foreign keys can all be left out at first, and the columns that are."""
    for name, keys in blocking.items():
        table = tables[name]
        key_columns = {column.name for column in facts.columns[name] if column.field in table.key}
        free = {column.name for column in facts.columns[name] if not column.is_not_null} - key_columns
        if table.key and all(free.intersection(key.columns) for key in keys):
            return name, tuple(column for key in keys for column in key.columns if column in free)
    stuck = [f"{key.name} of {shown(tables[name].names)}" for name, keys in blocking.items() for key in keys]
    raise ConfigurationError(
        f"the foreign keys {', '.join(stuck)} refer to each other in a circle, and none of them can wait: make one "
        "DEFERRABLE, or its column NULL in a table whose model has a primary key; or let the tables be created"
    )
