"""Two planners asked the same questions: read-only, by rank, beside the noise floor."""

import asyncio
import os
import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from ascetic_ddd.faker.application.comparison.measures import Verdict
from ascetic_ddd.faker.application.comparison.planner import PlannerComparison
from ascetic_ddd.faker.application.profile.model import Profile
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.embedded import PgServer
from ascetic_ddd.faker.infrastructure.profile.capture import capture
from ascetic_ddd.faker.infrastructure.profile.planner import PlannerOptions, compare_planners
from tests.integration.comparison.shop import BOOKS, SECRET, make_shop

Connection = psycopg.Connection[Any]


class Pair:
    """Two databases with their profiles."""

    def __init__(self, a: str, b: str) -> None:
        self.dsns = a, b
        self.profiles: tuple[Profile, Profile] = tuple(asyncio.run(capture(dsn)) for dsn in self.dsns)  # type: ignore[assignment]

    def compare(self, **options: Any) -> PlannerComparison:
        mapping = options.pop("mapping", ())
        with (
            psycopg.connect(self.dsns[0], autocommit=True) as a,
            psycopg.connect(self.dsns[1], autocommit=True) as b,
        ):
            return compare_planners((a, b), self.profiles, mapping=mapping, options=PlannerOptions(**options))


@pytest.fixture(scope="module")
def shop_name(pg_server: PgServer) -> Iterator[str]:
    name = f"ascetic_ddd_test_{os.getpid()}_shop"
    make_shop(pg_server.create_database(name))
    yield name
    pg_server.drop_database(name)


@pytest.fixture
def shop(pg_server: PgServer, shop_name: str) -> str:
    """A shop that tests leave as it is."""
    return pg_server.dsn(shop_name)


@pytest.fixture
def admin(shop: str) -> Iterator[Connection]:
    with psycopg.connect(shop, autocommit=True) as connection:
        yield connection


def last_analyze(connection: Connection) -> list[Any]:
    connection.execute("SELECT pg_stat_clear_snapshot()")
    return connection.execute("SELECT relname, last_analyze, analyze_count FROM pg_stat_user_tables ORDER BY 1").fetchall()


def test_a_database_agrees_with_itself_up_to_the_noise_floor(shop: str) -> None:
    found = Pair(shop, shop).compare(is_analyze_allowed=True)
    measures = {measure.name: measure for measure in found.measures}
    assert found.is_analyzed
    assert len(found.results) > 60
    assert {result.probe.kind for result in found.results} == {"look-up", "range", "join", "grouping", "order", "absence", "pair"}
    assert measures["plans"].b == 0.0
    floor = measures["plans"].a
    assert isinstance(floor, float)
    assert floor <= 0.05  # near 100 % agree
    assert {measure.verdict for measure in found.measures} == {Verdict.PASS}
    assert measures["q_actual"].b == 1.0


def test_values_are_of_the_same_rank_not_the_same_values(shop: str, internal_dsn: str) -> None:
    make_shop(internal_dsn, skew=1.0)
    results = {result.probe.text: result for result in Pair(shop, internal_dsn).compare().results}
    top = results["rows with books.tenant_id, author_id = the value at rank 1"]
    assert top.a.actual is not None
    assert top.b.actual is not None
    assert top.a.actual > 0.08 * 0.7 * BOOKS  # (1 / 950) ** (1 / 3) of those that are not null
    assert top.b.actual < 30
    assert top.q_actual == top.a.actual / top.b.actual
    childless = results["rows with books.tenant_id, author_id = the value at a childless parent"]
    assert childless.a.actual == childless.b.actual == 0.0
    nulls = results["rows with books.tenant_id, author_id null"]
    assert nulls.a.actual == nulls.b.actual


def test_indexes_are_known_by_what_they_index(shop: str, internal_dsn: str) -> None:
    make_shop(internal_dsn, prefix="other")
    found = Pair(shop, internal_dsn).compare()
    assert all(result.is_equal for result in found.results)
    on = {node.on for result in found.results for _, node in result.b.lines()}
    assert {"books by (tenant_id, author_id)", "books by (at)", "authors by (tenant_id, id)"} <= on


def test_indexes_of_one_name_in_two_schemas_are_not_mistaken(external_dsn: str) -> None:
    statements = [
        "CREATE TABLE {0}.books (id bigint PRIMARY KEY, {1} bigint, {2} bigint)",
        "INSERT INTO {0}.books SELECT g, g * 7919 % 500, g * 7907 % 700 FROM generate_series(1, 20000) AS g",
        "CREATE INDEX books_idx ON {0}.books ({1})",
        "ANALYZE {0}.books",
    ]
    with psycopg.connect(external_dsn, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA archive")
        for schema, columns in (("public", ("shelf", "author")), ("archive", ("author", "shelf"))):
            for statement in statements:
                connection.execute(statement.format(schema, *columns).encode())
    found = Pair(external_dsn, external_dsn).compare(budget_s=0.0)
    on = {node.on for result in found.results for _, node in result.a.lines()}
    kinds = {node.kind for result in found.results for _, node in result.a.lines() if " by (" in node.on}
    assert {"books by (shelf)", "books by (id)", "archive.books by (author)", "archive.books by (id)"} <= on
    assert not on & {"books by (author)", "archive.books by (shelf)"}
    assert "Bitmap Index Scan" in kinds
    for result in found.results:
        table = "archive.books" if "archive.books" in result.probe.subject else "books"
        assert {node.on.partition(" by ")[0] for _, node in result.a.lines() if node.on} == {table}


def test_an_index_that_one_side_lacks_has_no_counterpart_however_many_plans_are_equal(shop: str, internal_dsn: str) -> None:
    make_shop(internal_dsn)
    with psycopg.connect(internal_dsn, autocommit=True) as connection:
        connection.execute("DROP INDEX i_at, i_open")
        connection.execute("CREATE INDEX ON authors USING hash (id)")
        connection.execute("ALTER TABLE books DROP CONSTRAINT books_pkey CASCADE")
        connection.execute("CREATE INDEX ON books (id)")
        connection.execute("CREATE INDEX ON tenants (id)")  # beside that of the primary key
    found = Pair(shop, internal_dsn).compare(budget_s=0.0)
    assert [(each.kind, each.name, each.where, each.reason) for each in found.missing] == [
        ("index", "authors by hash (id)", "B", "A has no such index"),
        ("index", "books by (at)", "A", "B has no such index"),
        ("index", "books by (id)", "A", "it is unique, that of B is not"),
        ("index", "books by (price) where (status = '…'::text)", "A", "B has no such index"),
    ]
    assert Pair(shop, shop).compare(budget_s=0.0).missing == ()


def test_a_table_whose_name_looks_like_an_index_is_none(external_dsn: str, internal_dsn: str) -> None:
    for dsn in (external_dsn, internal_dsn):
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute('CREATE TABLE "day by day" (id bigint PRIMARY KEY, note text)')
    with psycopg.connect(internal_dsn, autocommit=True) as connection:
        connection.execute('ALTER TABLE "day by day" DROP CONSTRAINT "day by day_pkey"')
    missing = Pair(external_dsn, internal_dsn).compare(budget_s=0.0).missing
    assert [(each.name, each.where) for each in missing] == [("day by day by (id)", "A")]


def test_statistics_that_came_with_a_copy_are_not_called_missing(external_dsn: str) -> None:
    make_shop(external_dsn)
    with psycopg.connect(external_dsn, autocommit=True) as connection:
        connection.execute("SELECT pg_stat_reset()")  # as after a crash, or in a copy by CREATE DATABASE … TEMPLATE
    notes = Pair(external_dsn, external_dsn).compare(budget_s=0.0).notes
    assert not any("never analysed" in note for note in notes)
    assert any(note.startswith("B: statistics of unknown age") and "books" in note for note in notes)


def test_names_of_b_become_those_of_a(shop: str, internal_dsn: str) -> None:
    make_shop(internal_dsn)
    with psycopg.connect(internal_dsn, autocommit=True) as connection:
        connection.execute("ALTER TABLE books RENAME TO book")
        connection.execute("ALTER TABLE book RENAME COLUMN sequel_of TO after")
    found = Pair(shop, internal_dsn).compare(mapping=["books=book", "books.sequel_of=book.after"])
    assert all(result.is_equal for result in found.results)
    assert any(result.probe.subject == "books.sequel_of" for result in found.results)
    assert "books by (sequel_of)" in {node.on for result in found.results for _, node in result.b.lines()}


def test_nothing_is_analysed_or_written_unless_it_is_allowed(shop: str, admin: Connection) -> None:
    before = last_analyze(admin)
    found = Pair(shop, shop).compare()
    assert last_analyze(admin) == before
    assert not found.is_analyzed
    assert "not allowed (--analyze)" in " ".join(found.notes)
    assert all(result.again is None for result in found.results)


def test_statistics_that_were_never_taken_are_told(external_dsn: str, internal_dsn: str) -> None:
    for dsn in (external_dsn, internal_dsn):
        make_shop(dsn)
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("CREATE TABLE shelves (id bigint PRIMARY KEY)")
    found = Pair(external_dsn, internal_dsn).compare(budget_s=0.0)
    assert {state.table: state.analyzed is None for state in found.states[1]} == {
        "authors": False,
        "books": False,
        "shelves": True,
        "tenants": False,
    }
    assert any("B: never analysed" in note and "shelves" in note for note in found.notes)


def test_without_a_budget_nothing_is_executed(shop: str) -> None:
    found = Pair(shop, shop).compare(budget_s=0.0)
    assert all(result.a.actual is None and result.b.actual is None for result in found.results)
    assert {measure.name: measure.verdict for measure in found.measures}["q_actual"] is Verdict.NOT_COMPARABLE
    assert any("the budget is 0 s" in note for note in found.notes)


def test_a_role_that_may_only_select_is_enough_but_cannot_analyse(shop: str, admin: Connection) -> None:
    pair = Pair(shop, shop)
    admin.execute("DROP ROLE IF EXISTS ascetic_reader")
    admin.execute("CREATE ROLE ascetic_reader")
    try:
        admin.execute("GRANT USAGE ON SCHEMA public TO ascetic_reader")
        admin.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO ascetic_reader")
        with psycopg.connect(shop, autocommit=True) as a, psycopg.connect(shop, autocommit=True) as b:
            a.execute("SET ROLE ascetic_reader")
            b.execute("SET ROLE ascetic_reader")
            found = compare_planners((a, b), pair.profiles, options=PlannerOptions(is_analyze_allowed=True))
        assert len(found.results) > 60
        assert not found.is_analyzed
        assert any("A: this role may not ANALYZE authors, books, tenants" in note for note in found.notes)
    finally:
        admin.execute("DROP OWNED BY ascetic_reader")
        admin.execute("DROP ROLE ascetic_reader")


def test_a_table_that_is_locked_is_noted_and_the_rest_is_compared(shop: str, admin: Connection) -> None:
    pair = Pair(shop, shop)
    with admin.transaction():
        admin.execute("LOCK TABLE authors IN ACCESS EXCLUSIVE MODE")
        found = pair.compare(timeout_s=0.2)
    assert any("longer than allowed" in note for note in found.notes)
    subjects = {result.probe.subject for result in found.results}
    assert "books.sequel_of" in subjects
    assert not any(subject.startswith("authors") for subject in subjects)


def test_tables_that_are_gone_since_the_profile_was_taken_are_left_out(external_dsn: str) -> None:
    pair = Pair(make_shop(external_dsn), external_dsn)
    with psycopg.connect(external_dsn, autocommit=True) as connection:
        connection.execute("DROP TABLE books")
    found = pair.compare()
    assert {result.probe.subject.partition(".")[0] for result in found.results} <= {"authors", "tenants"}
    assert found.results


def test_no_value_of_a_row_is_in_the_answer(shop: str) -> None:
    found = Pair(shop, shop).compare()
    assert any("books.status" in result.probe.text for result in found.results)
    assert SECRET not in repr(found)


def test_settings_that_decide_plans_are_compared(shop: str) -> None:
    pair = Pair(shop, shop)
    with psycopg.connect(shop, autocommit=True) as a, psycopg.connect(shop, autocommit=True) as b:
        b.execute("SET random_page_cost = 1.1")
        b.execute("SET default_statistics_target = 500")
        found = compare_planners((a, b), pair.profiles, options=PlannerOptions(budget_s=0.0))
    assert found.targets == (100, 500)
    assert any("random_page_cost: 4 in A, 1.1 in B" in note for note in found.notes)


def test_a_table_that_may_not_be_read_is_told_a_few_times_not_a_hundred(shop: str, admin: Connection) -> None:
    pair = Pair(shop, shop)
    admin.execute("DROP ROLE IF EXISTS ascetic_clerk")
    admin.execute("CREATE ROLE ascetic_clerk")
    try:
        admin.execute("GRANT USAGE ON SCHEMA public TO ascetic_clerk")
        admin.execute("GRANT SELECT ON tenants, authors TO ascetic_clerk")
        with psycopg.connect(shop, autocommit=True) as a, psycopg.connect(shop, autocommit=True) as b:
            b.execute("SET ROLE ascetic_clerk")
            found = compare_planners((a, b), pair.profiles, options=PlannerOptions(budget_s=0.0))
        refused = [note for note in found.notes if note.endswith("InsufficientPrivilege")]
        assert len(refused) == 6
        assert re.fullmatch(r"B: \d+ more: InsufficientPrivilege", refused[-1])
        assert any(result.probe.subject == "authors.tenant_id" for result in found.results)
        assert not any("books" in result.probe.text for result in found.results)
    finally:
        admin.execute("DROP OWNED BY ascetic_clerk")
        admin.execute("DROP ROLE ascetic_clerk")


@pytest.mark.parametrize("most", [10, 30])
def test_probes_beyond_the_most_are_left_out_evenly(shop: str, most: int) -> None:
    found = Pair(shop, shop).compare(budget_s=0.0, most_probes=most)
    assert len(found.results) == most
    assert len({result.probe.subject for result in found.results}) > 4
    assert any(f"{most} of them" in note for note in found.notes)


def test_the_connections_are_left_as_they_were(shop: str) -> None:
    pair = Pair(shop, shop)
    with psycopg.connect(shop, autocommit=True) as a, psycopg.connect(shop, autocommit=True) as b:
        compare_planners((a, b), pair.profiles, options=PlannerOptions(is_analyze_allowed=True))
        for each in (a, b):
            assert each.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
            assert each.execute("SHOW statement_timeout").fetchone() == ("0",)
            assert each.execute("SHOW transaction_read_only").fetchone() == ("off",)


def test_a_connection_in_a_transaction_is_refused(shop: str) -> None:
    profiles = Profile(), Profile()
    with psycopg.connect(shop, autocommit=True) as a, psycopg.connect(shop) as b:
        with pytest.raises(ConfigurationError, match="the connection to B is not in autocommit mode"):
            compare_planners((a, b), profiles)
        with a.transaction(), pytest.raises(ConfigurationError, match="the connection to A"):
            compare_planners((a, a), profiles)
