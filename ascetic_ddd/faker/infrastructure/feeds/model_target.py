"""Models as a target of ``ascetic-ddd generate``: repositories for their tables, and the tables themselves."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from ascetic_ddd.faker.application.runs.target import Target
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.feeds.csv_text import json_text
from ascetic_ddd.faker.infrastructure.feeds.nested import telling_field
from ascetic_ddd.faker.infrastructure.feeds.pg_ddl import ddl_of
from ascetic_ddd.faker.infrastructure.feeds.tables import Table, tables_of
from ascetic_ddd.faker.infrastructure.postgres.names import TableName
from ascetic_ddd.faker.infrastructure.repositories.composite_repository import CompositeRepository
from ascetic_ddd.faker.infrastructure.repositories.internal_pg_repository import InternalPgRepository
from ascetic_ddd.faker.infrastructure.repositories.pg_repository import PgRepository
from ascetic_ddd.faker.schema.aggregates.model_aggregate import ModelAggregate
from ascetic_ddd.faker.schema.aggregates.providers import providers
from ascetic_ddd.faker.schema.reading.plain import plain, revealed
from ascetic_ddd.faker.schema.schema_synthesizer import SchemaSynthesizer

__all__ = ("model_target", "pg_model_repositories")

_NATIVE = (
    *(str, int, float, UUID, datetime, date, time, timedelta, Decimal, bytes),
    *(IPv4Address, IPv6Address, IPv4Interface, IPv6Interface, IPv4Network, IPv6Network),
)


def pg_model_repositories(
    schema: SchemaSynthesizer, table_names: Mapping[str, TableName] | None = None
) -> Callable[[ModelAggregate], CompositeRepository[Any]]:
    """Give repositories for ``providers``: the model's table outside, and what is remembered of it inside.

    Args:
        schema: the models.
        table_names: by name of the model, its table; see ``tables_of``. The internal tables have these names, too, with
            ``_remembered`` behind them, so that both may be in one database.
    """
    tables = tables_of(schema.schema, table_names)

    def repository(aggregate: ModelAggregate) -> CompositeRepository[Any]:
        table = tables[aggregate.name]
        names: TableName = table.names[0] if len(table.names) == 1 else (table.names[0], table.names[1])
        return CompositeRepository(
            external_repository=PgRepository(
                table=names,
                agg_exporter=_exporter(aggregate, table),
                columns={table.columns[field].name: ".".join(path) for field, path in aggregate.fields.items()},
                generated=(),
                id_attr=aggregate.id_attr,
            ),
            internal_repository=InternalPgRepository(
                table=f"{table.names[-1][:50]}_remembered", agg_exporter=aggregate.export, id_attr=aggregate.id_attr
            ),
        )

    return repository


def model_target(schema: SchemaSynthesizer, root: Any, table_names: Mapping[str, TableName] | None = None) -> Target:
    """Make models a target, whose tables are created where the command makes the database.

    Args:
        schema: the models.
        root: the model whose rows are counted, or its name; those that it refers to come with it.
        table_names: as of :func:`pg_model_repositories`.

    Raises:
        ConfigurationError: there is no such model, or as of ``providers``.

    Example::

        def target() -> Target:
            schema = SchemaSynthesizer()
            schema.add(Employee, 100_000)
            schema.add(Manager, 1_000)
            return model_target(schema, Employee)
    """
    name = root if isinstance(root, str) else getattr(root, "__name__", repr(root))
    if name not in schema.schema:
        raise ConfigurationError(f"root={root!r}: expected one of the models {', '.join(schema.schema)}")
    found = providers(schema, pg_model_repositories(schema, table_names))
    ddl = ddl_of(tables_of(schema.schema, table_names))

    def create_schema(dsn: str) -> None:
        with psycopg.connect(dsn) as connection:
            for statement in (*ddl.tables, *ddl.constraints):
                connection.execute(statement.encode())

    return Target(found[name], create_schema=create_schema)


def _exporter(aggregate: ModelAggregate, table: Table) -> Callable[[Any], dict[str, Any]]:
    """The state as the driver takes it: documents in JSON, as their models read them; what it does not know as text."""
    documents = {
        field: (aggregate.fields[field], telling_field(aggregate.model, field))
        for field, column in table.columns.items()
        if column.type.is_json
    }

    def export(agg: Any) -> dict[str, Any]:
        state = aggregate.state(agg, _for_driver)
        for field, (path, tell) in documents.items():
            value = agg.get(field) if isinstance(agg, dict) else getattr(agg, field)
            holder = state
            for key in path[:-1]:
                holder = holder[key]
            told = value if tell is None else tell(value)
            holder[path[-1]] = None if value is None else Jsonb(told, dumps=json_text)
        return state

    return export


def _for_driver(value: Any) -> Any:
    value = revealed(value)
    return value if value is None or isinstance(value, _NATIVE) else plain(value)
