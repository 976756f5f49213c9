"""Models through ``ascetic-ddd generate``: the composite repositories on PostgreSQL, and a resumed run."""

from typing import Any

import psycopg
import pytest

from ascetic_ddd.faker.application.runs.generation import generate
from ascetic_ddd.faker.application.runs.reconciliation import reconcile
from ascetic_ddd.faker.cli.main import main
from ascetic_ddd.faker.infrastructure.feeds.model_target import model_target, pg_model_repositories
from ascetic_ddd.faker.schema import SchemaSynthesizer
from ascetic_ddd.faker.schema.aggregates.providers import providers
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSessionPool
from tests.integration.staff import Employee, target
from tests.integration.test_schema_pg import stored
from tests.unit.faker.infrastructure.feeds.models import Author, Book, Everything, Tenant

TARGET = "tests.integration.staff:target"


def asked(dsn: str, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn) as connection:
        return connection.execute(statement.encode()).fetchall()


def create_schema(dsn: str) -> None:
    create = target().create_schema
    assert create is not None
    create(dsn)


@pytest.mark.parametrize("is_one_database", [False, True])
def test_a_thousand_employees_the_second_half_by_a_resumed_run(
    is_one_database: bool, external_dsn: str, internal_dsn: str, capsys: pytest.CaptureFixture[str]
) -> None:
    create_schema(external_dsn)
    internal = external_dsn if is_one_database else internal_dsn
    dsns = ["--external-dsn", external_dsn, "--internal-dsn", internal, "--batch-size", "100"]
    assert main(["generate", TARGET, "--count", "500", *dsns]) == 0
    assert main(["generate", TARGET, "--count", "1000", "--resume", *dsns]) == 0
    capsys.readouterr()
    assert asked(external_dsn, "SELECT count(*), count(DISTINCT id), count(manager) FROM employee") == [(1_000, 1_000, 900)]
    assert asked(external_dsn, "SELECT count(*) FROM employee JOIN manager ON manager.id = manager") == [(900,)]
    assert asked(external_dsn, "SELECT count(*) FROM manager m JOIN employee e ON e.id = employee_id") == [(45,)]
    counts = [
        number
        for (number,) in asked(
            external_dsn, "SELECT count(*) FROM employee WHERE manager IS NOT NULL GROUP BY manager ORDER BY 1 DESC"
        )
    ]
    assert len(counts) == 45
    law = [900 * ((rank / 45) ** 0.5 - ((rank - 1) / 45) ** 0.5) for rank in range(1, 46)]
    assert max(abs(count - wanted) for count, wanted in zip(counts, law, strict=True)) < 3
    assert asked(internal, "SELECT count(*) FROM employee_remembered") == [(1_000,)]


async def test_what_is_stored_outside_can_be_found_and_compared_with_what_is_remembered(
    external_dsn: str, pg_session_pool: CompositeSessionPool
) -> None:
    create_schema(external_dsn)
    provider = target().provider
    async with pg_session_pool.session() as session, session.atomic():
        await provider.setup(session)
    made = [row async for row in generate(provider, pg_session_pool, 200)]
    assert all(isinstance(row, Employee) for row in made)
    found = await reconcile(provider, pg_session_pool)
    assert {each.path: (each.outside > 0, each.not_remembered) for each in found} == {
        "EmployeeProvider": (True, 0),
        "ManagerProvider": (True, 0),
    }


@pytest.mark.parametrize(
    ("models", "root"), [(((Tenant, 5), (Author, 50), (Book, 500)), Book), (((Everything, 100),), Everything)]
)
async def test_composite_keys_and_every_construct_are_stored_and_remembered(
    models: Any, root: Any, external_dsn: str, pg_session_pool: CompositeSessionPool
) -> None:
    schema = SchemaSynthesizer(seed=8)
    for model, rows in models:
        schema.add(model, rows)
    create = model_target(schema, root).create_schema
    assert create is not None
    create(external_dsn)
    found = providers(schema, pg_model_repositories(schema))
    provider = found[root.__name__]
    async with pg_session_pool.session() as session, session.atomic():
        await provider.setup(session)
    rows = [row async for row in generate(provider, pg_session_pool, 100)]
    assert len(rows) == 100
    in_table = stored(external_dsn, schema, root)
    assert len(in_table) == 100
    assert all(row in rows for row in in_table)
    repository: Any = provider.repository
    async with pg_session_pool.session() as session:
        states = [state async for state in repository.find(session)]
    assert all(state in states for state in map(provider._state_of, rows))
    assert len(states) == 100
