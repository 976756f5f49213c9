"""Repositories by model: the application's tables, and the store that remembers what is in them."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.repositories.composite_repository import CompositeAutoPkRepository
from ascetic_ddd.faker.infrastructure.repositories.internal_pg_repository import InternalPgRepository
from ascetic_ddd.faker.infrastructure.repositories.pg_repository import PgRepository

__all__ = ("pg_repositories",)

_Table: TypeAlias = "str | tuple[str, Mapping[str, str]]"


def pg_repositories(tables: Mapping[Any, _Table]) -> Callable[[Any, Callable[[Any], dict[str, Any]]], Any]:
    """What makes the repositories of ``Providers``: each model's table, remembered in an internal one of the same name.

    Args:
        tables: by model the name of its table, whose columns are the exported keys; or the name, and a dict that leads from
            columns to places in the exported state, as ``PgRepository`` takes it.

    Raises:
        ConfigurationError: a model has no table, when its repository is made.

    Example::

        Providers(pg_repositories({Author: "authors", Book: ("books", {"id": "id.book_id", "author_id": "author_id"})}))
    """

    def repository(model: Any, exporter: Callable[[Any], dict[str, Any]]) -> CompositeAutoPkRepository[Any]:
        if model not in tables:
            named = ", ".join(getattr(known, "__name__", repr(known)) for known in tables)
            raise ConfigurationError(
                f"{getattr(model, '__name__', model)!r} has no table; there are tables for {named or 'none'}"
            )
        told = tables[model]
        table, columns = (told, None) if isinstance(told, str) else told
        return CompositeAutoPkRepository(
            external_repository=PgRepository(table=table, agg_exporter=exporter, columns=columns),
            internal_repository=InternalPgRepository(table=table, agg_exporter=exporter),
        )

    return repository
