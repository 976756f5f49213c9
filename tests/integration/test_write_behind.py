"""What references make in a batch that is drawn by column is written by kind, before the batch; nobody who reads notices."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import psycopg
import pytest
from psycopg import sql

from ascetic_ddd.faker.application.runs.generation import generate
from ascetic_ddd.faker.application.runs.progress import Failure
from ascetic_ddd.faker.domain.errors import GenerationError
from ascetic_ddd.faker.domain.providers.compiling import BatchMaker
from ascetic_ddd.faker.domain.providers.parents_first import written_behind
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.infrastructure.repositories.composite_repository import CompositeAutoPkRepository
from ascetic_ddd.faker.infrastructure.repositories.internal_pg_repository import InternalPgRepository
from ascetic_ddd.faker.infrastructure.repositories.pg_repository import PgRepository
from ascetic_ddd.seedwork.domain.session.interfaces import ISession
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSessionPool
from benchmarks.library import bulk_provider, tied_bulk_provider
from benchmarks.tied_library import tied_provider
from examples.library.domain import Author, Book, Tenant
from examples.library.providers import export
from examples.library.wiring import create_application_schema

_TABLES = {"tenants": "tenant_id", "authors": "author_id", "books": "book_id"}


def asked(dsn: str, what: str = "*", tables: dict[str, str] = _TABLES) -> dict[str, list[Any]]:
    with psycopg.connect(dsn) as connection:
        return {
            table: connection.execute(
                sql.SQL("SELECT {} FROM {} ORDER BY {}").format(
                    sql.SQL("*") if what == "*" else sql.Identifier(what), sql.Identifier(table), sql.Identifier(key)
                )
            ).fetchall()
            for table, key in tables.items()
        }


async def grown(pool: CompositeSessionPool, provider: Any, count: int, **options: Any) -> list[Book]:
    async with pool.session() as session, session.atomic():
        await provider.setup(session)
    return [book async for book in generate(provider, pool, count, seed=7, **options)]


class _Asked:
    """Counts by table how rows were stored."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.singly: Counter[str] = Counter()
        insert = PgRepository._insert

        async def counted(repository: Any, session: ISession, table: Any, state: Any, id: Any) -> Any:
            self.singly[repository._names[-1]] += 1
            return await insert(repository, session, table, state, id)

        monkeypatch.setattr(PgRepository, "_insert", counted)


@pytest.mark.parametrize(("batch_size", "lanes"), [(1, 1), (100, 1), (1_000, 1), (100, 3)])
async def test_the_rows_are_those_of_parents_that_are_inserted_singly(
    external_dsn: str,
    internal_dsn: str,
    pg_session_pool: CompositeSessionPool,
    monkeypatch: pytest.MonkeyPatch,
    batch_size: int,
    lanes: int,
) -> None:
    create_application_schema(external_dsn)
    stored = _Asked(monkeypatch)
    await grown(pg_session_pool, tied_bulk_provider(), 1_200, batch_size=batch_size, lanes=lanes)
    behind = asked(external_dsn)
    states = {
        table: [state for (state,) in rows]
        for table, rows in asked(internal_dsn, "state", dict.fromkeys(_TABLES, "position")).items()
    }
    assert {table: len(rows) for table, rows in states.items()} == {table: len(rows) for table, rows in behind.items()}
    assert sorted(state["id"]["author_id"] for state in states["authors"]) == [id for _, id, _ in behind["authors"]]
    if lanes > 1:
        return
    if batch_size > 1:
        assert not stored.singly
    with psycopg.connect(external_dsn, autocommit=True) as connection:
        connection.execute("TRUNCATE tenants, authors, books RESTART IDENTITY")
    async with pg_session_pool.session() as session:
        await tied_bulk_provider().cleanup(session)
    monkeypatch.setattr("ascetic_ddd.faker.domain.providers.compiling.written_behind", lambda root: {})
    await grown(pg_session_pool, tied_bulk_provider(), 1_200, batch_size=batch_size)
    assert stored.singly["authors"] == len(behind["authors"])
    assert asked(external_dsn) == behind


async def test_a_table_that_must_not_be_copied_into_is_inserted_into_with_what_it_needs_before(
    external_dsn: str, pg_session_pool: CompositeSessionPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_application_schema(external_dsn)
    with psycopg.connect(external_dsn, autocommit=True) as connection:
        connection.execute(
            "CREATE FUNCTION shouted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.name := upper(NEW.name); RETURN NEW; END'"
        )
        connection.execute("CREATE TRIGGER shouted BEFORE INSERT ON authors FOR EACH ROW EXECUTE FUNCTION shouted()")
    stored = _Asked(monkeypatch)
    await grown(pg_session_pool, tied_bulk_provider(), 500, batch_size=100)
    rows = asked(external_dsn)
    assert {name for *_, name in rows["authors"]} == {"JANE AUSTEN"}
    assert stored.singly == {"authors": len(rows["authors"])}
    assert len(rows["books"]) == 500


async def test_a_parent_that_is_refused_is_told_by_its_provider_and_nothing_stays(
    external_dsn: str, internal_dsn: str, pg_session_pool: CompositeSessionPool
) -> None:
    create_application_schema(external_dsn)
    with psycopg.connect(external_dsn, autocommit=True) as connection:
        connection.execute("ALTER TABLE authors ADD CONSTRAINT few CHECK (author_id < 5)")
    provider = tied_bulk_provider()
    with pytest.raises(GenerationError, match=r"AuthorProvider(?s:.*)few") as caught:
        await grown(pg_session_pool, provider, 500, batch_size=100)
    assert isinstance(caught.value.failure, Failure)
    assert caught.value.failure.path == "AuthorProvider"
    assert asked(external_dsn) == {table: [] for table in _TABLES}
    assert asked(internal_dsn, "state", dict.fromkeys(_TABLES, "position")) == {table: [] for table in _TABLES}


async def test_failures_of_parents_are_skipped_as_before(external_dsn: str, pg_session_pool: CompositeSessionPool) -> None:
    create_application_schema(external_dsn)
    with psycopg.connect(external_dsn, autocommit=True) as connection:
        connection.execute("ALTER TABLE authors ADD CONSTRAINT odd CHECK (author_id % 7 <> 3)")
    books = await grown(pg_session_pool, tied_bulk_provider(), 400, batch_size=50, on_error="skip")
    rows = asked(external_dsn)
    assert len(books) == len(rows["books"]) == 400
    assert rows["authors"]
    assert all(id % 7 != 3 for _, id, _ in rows["authors"])
    assert {(tenant, author) for tenant, _, author, _ in _by_columns(external_dsn)} <= {(t, a) for t, a, _ in rows["authors"]}


def _by_columns(dsn: str) -> Sequence[Any]:
    with psycopg.connect(dsn) as connection:
        return connection.execute("SELECT tenant_id, book_id, author_id, title FROM books").fetchall()


async def test_whoever_asks_a_repository_finds_what_is_not_written_yet(
    external_dsn: str, pg_session_pool: CompositeSessionPool
) -> None:
    create_application_schema(external_dsn)
    provider = tied_bulk_provider()
    tenants = provider.id.tenant_id.source.aggregate_provider.repository.external  # type: ignore[attr-defined]
    async with pg_session_pool.session() as session, session.atomic() as ts_session:
        await provider.setup(ts_session)
        found = []

        async def ask() -> None:
            found.append([state["id"] async for state in tenants.find(ts_session)])

        maker = BatchMaker(provider.seed(1))
        books = await maker.make(ts_session, 50, None, lambda: None)
        await ask()
        await maker.make(ts_session, 50, None, lambda: None)
        await maker.write_out(ts_session)
        await ask()
        assert found[0]
        assert found[1][: len(found[0])] == found[0]
        await provider.store_many(ts_session, books)


def test_who_may_look_at_the_tables_meanwhile_has_parents_inserted_at_once() -> None:
    assert list(written_behind(tied_bulk_provider())) == ["TenantProvider", "AuthorProvider"]
    assert not written_behind(bulk_provider()), "it has a hook"
    for generator, may_be_behind in (
        (lambda session, position: session.external_connection, False),
        (lambda session, position: (lambda: session)(), False),
        (lambda session, position: f"Author {position}", True),
        (lambda session: "Jane Austen", True),
        (lambda: "Jane Austen", True),
        (iter(["Jane Austen"]), True),
    ):
        provider = tied_bulk_provider()
        provider.author_id.source.aggregate_provider.name = ValueProvider(input_generator=generator)  # type: ignore[attr-defined]
        assert bool(written_behind(provider)) == may_be_behind


class _Own(PgRepository[Author]):
    async def insert(self, session: ISession, agg: Author) -> None:
        await super().insert(session, agg)


def test_a_repository_of_the_user_s_is_not_put_off() -> None:
    columns = {"tenant_id": "id.tenant_id", "author_id": "id.author_id", "name": "name"}
    own = _Own(table="authors", agg_exporter=export, columns=columns)
    internal = InternalPgRepository[Any](table="authors", agg_exporter=export)
    authors = CompositeAutoPkRepository[Author](external_repository=own, internal_repository=internal)
    tenants = PgRepository[Tenant](table="tenants", agg_exporter=export, columns={"tenant_id": "id", "name": "name"})
    books = PgRepository[Book](table="books", agg_exporter=export, columns={"book_id": "id.book_id"})
    assert not written_behind(tied_provider((tenants, authors, books)))


async def test_an_aggregate_is_exported_once_for_both_stores(
    external_dsn: str, internal_dsn: str, pg_session_pool: CompositeSessionPool
) -> None:
    create_application_schema(external_dsn)
    exported: list[Any] = []

    def watched(agg: Any) -> dict[str, Any]:
        exported.append(agg)
        return export(agg)

    columns = {"tenant_id": "id", "name": "name"}
    repository = CompositeAutoPkRepository[Tenant](
        external_repository=PgRepository[Tenant](table="tenants", agg_exporter=watched, columns=columns),
        internal_repository=InternalPgRepository[Tenant](table="tenants", agg_exporter=watched),
    )
    made = [Tenant(_Id(None), _Name(f"T{number}")) for number in range(20)]  # type: ignore[arg-type]
    async with pg_session_pool.session() as session, session.atomic():
        await repository.setup(session)
        await repository.insert_many(session, made)
    assert len(exported) == 20
    outside = asked(external_dsn, tables={"tenants": "tenant_id"})["tenants"]
    inside = [state for (state,) in asked(internal_dsn, "state", {"tenants": "position"})["tenants"]]
    assert inside == [{"id": id, "name": name} for id, name in outside]
    assert [tenant._id.value for tenant in made] == [id for id, _ in outside]


class _Id:
    def __init__(self, value: int | None) -> None:
        self.value = value


class _Name(_Id):
    def __init__(self, value: str) -> None:
        self.value = value  # type: ignore[assignment]
