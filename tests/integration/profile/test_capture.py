"""What is captured of a database of known shapes is what the seed's SQL measures, and what was put into it."""

import asyncio
import os
from collections import Counter
from collections.abc import Callable

import psycopg
import pytest
from psycopg import sql

from ascetic_ddd.faker.application.measure import ks
from ascetic_ddd.faker.application.profile.groups import pooled as pooled_classes
from ascetic_ddd.faker.application.profile.model import Profile
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.distributors.o2m.factory import children_factory
from ascetic_ddd.faker.infrastructure.embedded import PgServer
from ascetic_ddd.faker.infrastructure.profile.capture import capture
from ascetic_ddd.faker.infrastructure.profile.options import CaptureOptions
from tests.integration.profile.shapes import MEASURES, SHAPES


@pytest.fixture(scope="module")
def exact(shapes_dsn: str) -> Profile:
    """All of it, counted; nobody changes it."""
    return asyncio.run(capture(shapes_dsn))


SKEWS = {"uniform": 1.0, "skew_15": 1.5, "skew_2": 2.0, "skew_3": 3.0, "skew_5": 5.0, "drawn_uniform": 1.0, "drawn_2": 2.0}


@pytest.mark.parametrize("name", SHAPES)
def test_the_parameters_are_those_of_the_seeds_sql(shapes_dsn: str, exact: Profile, name: str) -> None:
    found = exact.reference(f"child_{name}", "parent_id")
    with psycopg.connect(shapes_dsn) as connection:
        row = connection.execute(sql.SQL(MEASURES).format(child=sql.Identifier(f"child_{name}"))).fetchone()
    assert row is not None
    weights, mean, null_weight, alpha, r_squared = row
    assert found.weights == pytest.approx(weights, abs=1e-6)
    assert (found.mean, found.null_weight) == pytest.approx((mean, null_weight), abs=1e-6)
    if name == "uniform":
        assert (found.alpha, found.r_squared) == (0.0, 1.0)
    else:
        assert (found.alpha, found.r_squared) == pytest.approx((alpha, r_squared), abs=1e-6)
    counts, nulls = SHAPES[name]
    assert dict(found.histogram) == Counter(counts)
    assert found.top_counts == tuple(sorted((count for count in counts if count), reverse=True)[:100])
    assert (found.parents, found.used, found.rows) == (len(counts), sum(map(bool, counts)), sum(counts) + nulls)
    assert (found.quantiles[0], found.quantiles[100]) == (min(counts), max(counts))
    assert (found.method, found.error) == ("exact", 0.0)
    for shape in ("weights", "skew", "histogram"):
        distributor_factory(**found.parameters(shape))
    children_factory(**found.children())


def test_the_skew_is_that_of_the_law_and_otherwise_the_misfit_is_told(exact: Profile) -> None:
    for name, skew in SKEWS.items():
        found = exact.reference(f"child_{name}", "parent_id")
        assert found.skew == pytest.approx(skew, abs=0.05), name
        assert found.skew_misfit < 0.02, name
    assert exact.reference("child_half_unused", "parent_id").skew == pytest.approx(2.0, abs=0.05)
    assert exact.reference("child_zipf", "parent_id").skew_misfit > 0.1


def test_a_composite_reference_is_measured_within_its_tenant(exact: Profile) -> None:
    found = exact.reference("books", "tenant_id", "author_id")
    assert (found.rows, found.null_weight) == (2_200, 0.25)
    assert found.within is not None
    assert (found.within.columns, found.within.groups) == (("tenant_id",), 10)
    assert [each.groups for each in found.within.classes] == [1] * 10, "few groups: each has a histogram of its own"
    assert [each.rows for each in found.within.classes] == [30 * tenant for tenant in range(10, 0, -1)]
    assert [each.parents for each in found.within.classes] == [10 * tenant for tenant in range(10, 0, -1)]
    four = pooled_classes(found.within, 4).classes
    assert [each.groups for each in four] == [3, 3, 2, 2]  # tenants 8 to 10, 5 to 7, 3 and 4, 1 and 2
    assert [each.rows for each in four] == [30 * 27, 30 * 18, 30 * 7, 30 * 3]
    assert [each.parents for each in four] == [270, 180, 70, 30]
    pooled: Counter[int] = Counter()
    for each in found.within.classes:
        pooled.update(dict(each.histogram))
    assert pooled == dict(found.histogram)
    assert exact.reference("books", "tenant_id", "editor_id").used == 10


def test_a_self_reference_counts_its_own_table_as_parents(exact: Profile) -> None:
    found = exact.reference("nodes", "parent_id")
    assert (found.references_table, found.parents, found.used) == ("nodes", 300, 100)
    assert dict(found.histogram) == {0: 200, 3: 99, 1: 1}


async def test_a_sample_is_as_near_as_it_says_and_the_same_each_time(shapes_dsn: str, exact: Profile) -> None:
    options = CaptureOptions(method="sample", sample=400, exact_up_to=0)
    sample, again = [await capture(shapes_dsn, each) for each in (options, options)]
    assert sample == again
    for name in SHAPES:
        a, b = exact.reference(f"child_{name}", "parent_id"), sample.reference(f"child_{name}", "parent_id")
        assert b.method == "sample"
        assert b.error is not None
        assert 0.0 < b.error < 0.07
        assert ks(a.histogram, b.histogram) <= b.error, name
        assert b.top_counts[0] == pytest.approx(a.top_counts[0], rel=0.1), name
        assert (b.parents, b.mean) == pytest.approx((a.parents, a.mean), rel=0.1), name
    found = sample.reference("books", "tenant_id", "author_id")
    assert found.within is not None
    assert sum(each.parents for each in found.within.classes) == found.parents == 550


async def test_an_estimate_reads_no_table(shapes_dsn: str) -> None:
    tables = CaptureOptions(method="estimate", tables=("child_nulls", "books"), timeout_s=2.0)
    with psycopg.connect(shapes_dsn) as other:
        other.execute("LOCK TABLE child_nulls, parent_nulls, books, authors IN ACCESS EXCLUSIVE MODE")
        found = await capture(shapes_dsn, tables)
    reference = found.reference("child_nulls", "parent_id")
    assert (reference.method, reference.error, found.source["method"]) == ("estimate", None, "estimate")
    assert (reference.rows, reference.null_weight) == pytest.approx((25_000, 0.28), abs=0.01)
    assert reference.top_counts[0] == pytest.approx(SHAPES["nulls"][0][0], rel=0.1)
    assert any("planner's statistics" in note for note in found.notes)


async def test_profiles_of_all_methods_can_be_saved_and_loaded(shapes_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    for method in ("auto", "exact", "sample", "estimate"):
        options = CaptureOptions(method=method, sample=300, exact_up_to=1_000_000 if method == "auto" else 500)
        found = await capture(shapes_dsn, options)
        path = tmp_path_factory.mktemp("profile") / "profile.json"
        found.save(path)
        assert Profile.load(path) == found


async def test_partitions_stand_for_their_table(database: Callable[[str], str]) -> None:
    dsn = database("""
        CREATE TABLE users (id int PRIMARY KEY);
        INSERT INTO users SELECT generate_series(1, 10);
        CREATE TABLE events (id int, user_id int REFERENCES users, PRIMARY KEY (id)) PARTITION BY RANGE (id);
        CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (1) TO (51);
        CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM (51) TO (101);
        INSERT INTO events SELECT n, 1 + n % 5 FROM generate_series(1, 100) AS n;
    """)
    found = await capture(dsn)
    assert [table.name for table in found.tables] == ["events", "users"]
    assert found.table("events").bytes_per_row is not None
    assert [str(each) for each in found.references] == ["events(user_id)"]
    assert found.references[0].histogram == ((0, 5), (20, 5))


async def test_any_name_will_do(database: Callable[[str], str]) -> None:
    dsn = database("""
        CREATE SCHEMA "Größe.1";
        CREATE TABLE "Größe.1"."Bü""cher %s" ("I'd %(x)s" int, "c" int, v int, PRIMARY KEY ("I'd %(x)s", c));
        INSERT INTO "Größe.1"."Bü""cher %s" SELECT n, 1, 1 FROM generate_series(1, 4) AS n;
        CREATE TABLE s1 ("c" int, number int, place int, FOREIGN KEY (number, c) REFERENCES "Größe.1"."Bü""cher %s");
        ALTER TABLE s1 ADD FOREIGN KEY (place, c) REFERENCES "Größe.1"."Bü""cher %s";
        INSERT INTO s1 SELECT 1, 1 + n % 2, 1 FROM generate_series(1, 10) AS n;
        CREATE INDEX ON s1 (number, c);
        CREATE INDEX ON s1 (c, place);
        ANALYZE;
    """)
    for method in ("auto", "sample"):
        found = await capture(dsn, CaptureOptions(method=method, sample=100))
        assert found.schema == "public"
        reference = found.reference("s1", "number", "c")
        assert reference.references_table == '"Größe.1"."Bü""cher %s"'
        assert reference.histogram == ((0, 2), (5, 2))
        assert reference.within is not None
        assert reference.within.columns == ("c",)
        assert found.table(reference.references_table).column("I'd %(x)s").distinct == 4
        assert found.notes == ()


async def test_a_database_without_an_encoding_is_read(pg_server: PgServer) -> None:
    name = f"ascetic_ddd_test_ascii_{os.getpid()}"
    with psycopg.connect(pg_server.dsn("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0".encode())
    try:
        with psycopg.connect(pg_server.dsn(name), client_encoding="utf8") as connection:
            connection.execute("CREATE TABLE größe AS SELECT 'ä' AS länge FROM generate_series(1, 3)".encode())
        found = await capture(pg_server.dsn(name), CaptureOptions(values=("größe.länge",)))
        assert found.table("größe").column("länge").values == (("ä", 1.0),)
    finally:
        pg_server.drop_database(name)


async def test_every_type_is_taken(database: Callable[[str], str]) -> None:
    dsn = database("""
        CREATE TYPE mood AS ENUM ('sad', 'ok');
        CREATE TYPE pair AS (a int, b text);
        CREATE DOMAIN age AS int CHECK (VALUE >= 0);
        CREATE DOMAIN old_age AS age;
        CREATE TABLE things (
            id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, twice int GENERATED ALWAYS AS (n * 2) STORED, n int,
            a int[], j json, b jsonb, bin bytea, m mood, ms mood[], p pair, pt point, r int4range, g old_age, u uuid,
            mo money, net inet, num numeric, f float8, d date, t time, tz timetz, ts timestamp, tstz timestamptz, i interval,
            bits bit(3), v tsvector, ch char(4), jp json[], ok boolean, empty text);
        INSERT INTO things (
            n, a, j, b, bin, m, ms, p, pt, r, g, u, mo, net, num, f, d, t, tz, ts, tstz, i, bits, v, ch, jp, ok)
        SELECT n, ARRAY[n], '{}', '{}', 'x', 'ok', '{ok}', ROW(n, 'x'::text)::pair, '(1,2)', int4range(n, n + 1), n,
               gen_random_uuid(), n::text::money, '10.0.0.1', CASE WHEN n = 1 THEN 'NaN'::numeric ELSE n END,
               CASE WHEN n < 3 THEN 'Infinity'::float8 ELSE n END,
               CASE WHEN n = 1 THEN 'infinity'::date ELSE '2026-01-01'::date + n END,
               '12:00', '12:00+01', '0044-03-15 BC', now(), '1 month', '101', 'a b', 'x', ARRAY['{}'::json], n % 4 = 0
          FROM generate_series(1, 200) AS n;
    """)
    found = await capture(dsn)
    table = found.table("things")
    columns = {column.name: column for column in table.columns}
    assert len(columns) == 30
    assert {name for name, column in columns.items() if column.quantiles} == {
        *("id", "twice", "n", "g", "num", "f", "d", "t", "tstz", "i")
    }
    assert {name for name, column in columns.items() if column.values} == {"m", "ok"}
    assert columns["ok"].values == ((False, 0.75), (True, 0.25))
    assert columns["m"].values == (("ok", 1.0),)
    assert {name for name, column in columns.items() if column.distinct is None} >= {"j", "pt", "jp"}
    assert columns["empty"].null_share == 1.0
    assert (columns["a"].distinct, columns["g"].distinct, columns["ms"].distinct) == (200, 200, 1)
    assert columns["d"].quantiles is not None
    assert str(columns["d"].quantiles[100]) < "2026-07-21"
    assert any("years before 1" in note for note in found.notes)
    assert all(column.null_share == 0.0 for name, column in columns.items() if name != "empty")


async def test_empty_tables_and_all_null_references_have_parameters(database: Callable[[str], str]) -> None:
    dsn = database("""
        CREATE TABLE parents (id int PRIMARY KEY);
        CREATE TABLE none (id int PRIMARY KEY, parent_id int REFERENCES parents);
        CREATE TABLE nulls (id int PRIMARY KEY, parent_id int REFERENCES parents);
        INSERT INTO nulls SELECT generate_series(1, 3);
    """)
    found = await capture(dsn)
    for table, null_weight in (("none", 0.0), ("nulls", 1.0)):
        reference = found.reference(table, "parent_id")
        assert (reference.mean, reference.weights, reference.histogram) == (0.0, (), ())
        assert reference.parameters() == reference.parameters("histogram") == {"null_weight": null_weight}
        distributor_factory(**reference.parameters())
        children_factory(**reference.children())
    assert found.table("none").bytes_per_row is None


async def test_dependent_columns_are_found_and_independent_ones_are_not(database: Callable[[str], str]) -> None:
    dsn = database("""
        CREATE TABLE t AS
        SELECT n AS id, n % 50 AS city, (n % 50) / 10 AS country, (n * 7919 % 1009) % 3 AS other, n % 2000 AS many
          FROM generate_series(1, 3000) AS n
    """)
    found = (await capture(dsn)).table("t").dependent_pairs
    assert [(pair.columns, pair.strength) for pair in found] == [(("city", "country"), 1.0)]


async def test_what_there_is_not_is_told_all_at_once(shapes_dsn: str) -> None:
    options = CaptureOptions(tables=("boks", "nodes"), values=("nodes.parnt_id", "x.y", "nodes.parent_id"))
    with pytest.raises(ValueError, match=r"no table 'boks'; is it one of books.*'nodes.parnt_id'; is it one of.*'x.y'"):
        await capture(shapes_dsn, options)
    with pytest.raises(ValueError, match=r"there is no schema 'secret'"):
        await capture(shapes_dsn, CaptureOptions(schemas=("secret",)))


async def test_several_schemas_keep_their_names(database: Callable[[str], str]) -> None:
    dsn = database("""
        CREATE SCHEMA sales;
        CREATE TABLE users (id int PRIMARY KEY);
        CREATE TABLE sales.orders (id int PRIMARY KEY, user_id int REFERENCES public.users);
    """)
    everything = await capture(dsn)
    assert [table.name for table in everything.tables] == ["sales.orders", "users"]
    one = await capture(dsn, CaptureOptions(schemas=("sales",)))
    assert [table.name for table in one.tables] == ["orders", "public.users"]
    assert one.reference("orders", "user_id").references_table == "public.users"
    assert any("a chosen table refers to it" in note for note in one.notes)


async def test_rows_that_refer_to_nobody_count_as_nulls(database: Callable[[str], str]) -> None:
    dsn = database("""
        CREATE TABLE parents (a int, b int, PRIMARY KEY (a, b));
        INSERT INTO parents VALUES (1, 1), (1, 2), (2, 1);
        CREATE TABLE unchecked (id int PRIMARY KEY, a int, b int);
        INSERT INTO unchecked SELECT n, 1, CASE WHEN n % 2 = 0 THEN n END FROM generate_series(1, 20) AS n;
        CREATE INDEX ON unchecked (a, b);
        CREATE TABLE broken (id int PRIMARY KEY, a int, b int);
        INSERT INTO broken SELECT * FROM unchecked;
        ALTER TABLE unchecked ADD FOREIGN KEY (a, b) REFERENCES parents NOT VALID;
        ALTER TABLE broken ADD FOREIGN KEY (a, b) REFERENCES parents NOT VALID;
        UPDATE pg_constraint SET convalidated = true WHERE conrelid = 'broken'::regclass AND contype = 'f';
    """)
    for method in ("auto", "sample"):
        found = await capture(dsn, CaptureOptions(method=method, exact_up_to=0))
        for table in ("unchecked", "broken"):
            reference = found.reference(table, "a", "b")
            assert (reference.rows, reference.null_weight, reference.method) == (20, 0.95, "exact")
            assert reference.histogram == ((0, 2), (1, 1))
            assert any(note.startswith(f"{table}: {table}_a_b_fkey is not validated") for note in found.notes)


async def test_a_sample_without_the_most_frequent_keys_is_told(database: Callable[[str], str]) -> None:
    dsn = database(
        "CREATE TABLE authors (id int PRIMARY KEY);"
        "INSERT INTO authors SELECT generate_series(1, 3000);"
        "CREATE TABLE books (id int PRIMARY KEY, author_id int REFERENCES authors);"
        "INSERT INTO books SELECT n, CASE WHEN n <= 3000 THEN 1 ELSE n - 3000 END FROM generate_series(1, 6000) AS n;"
        "CREATE INDEX ON books (author_id)"
    )
    options = CaptureOptions(method="sample", sample=200)
    blind = await capture(dsn, options)
    assert blind.reference("books", "author_id").method == "sample"
    assert any("books_author_id_fkey was sampled without its most frequent keys" in note for note in blind.notes)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("ANALYZE")
    seeing = await capture(dsn, options)
    assert seeing.reference("books", "author_id").top_counts[0] == 3001
    assert not any("most frequent keys" in note for note in seeing.notes)
