"""What the server says it wrote is compared; values are what their columns take, or refused by name; singly and in bulk."""

import dataclasses
import enum
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
import pytest

from ascetic_ddd.faker.domain.errors import ConfigurationError, PersistenceError
from ascetic_ddd.faker.domain.specification.equality import EqualSpecification
from ascetic_ddd.faker.infrastructure.repositories.internal_pg_repository import InternalPgRepository
from ascetic_ddd.faker.infrastructure.repositories.pg_repository import PgRepository
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSessionPool
from tests.conftest import Pool
from tests.integration.test_pg_bulk import Thing, create, rows, things


async def single(session: Any, repository: Any, aggs: Sequence[Any]) -> None:
    for agg in aggs:
        await repository.insert(session, agg)


async def many(session: Any, repository: Any, aggs: Sequence[Any]) -> None:
    await repository.insert_many(session, aggs)


def _names(cases: Sequence[tuple[str, Any, Any]]) -> list[str]:
    """Names of cases, the same in every process."""
    return [f"{kind} {'an object' if type(value) is object else value}" for kind, value, _ in cases]


WAYS = pytest.mark.parametrize("way", [single, many])

BEFORE = "CREATE TRIGGER t BEFORE INSERT ON things FOR EACH ROW EXECUTE FUNCTION f()"
TABLE = "CREATE TABLE things (id bigint PRIMARY KEY, title text)"
SWALLOWING = {
    "a BEFORE trigger": f"""
        {TABLE};
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF new.id = 2 THEN RETURN NULL; END IF; RETURN new; END';
        {BEFORE}""",
    "a trigger of a partition": """
        CREATE TABLE things (id bigint, title text) PARTITION BY RANGE (id);
        CREATE TABLE part PARTITION OF things DEFAULT;
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
        CREATE TRIGGER t BEFORE INSERT ON part FOR EACH ROW EXECUTE FUNCTION f()""",
    "a rule": f"{TABLE}; CREATE RULE r AS ON INSERT TO things DO INSTEAD NOTHING",
    "a rule with a condition": f"{TABLE}; CREATE RULE r AS ON INSERT TO things WHERE new.id = 2 DO INSTEAD NOTHING",
    "an INSTEAD OF trigger": """
        CREATE TABLE base (id bigint, title text); CREATE VIEW things AS SELECT * FROM base;
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
        CREATE TRIGGER t INSTEAD OF INSERT ON things FOR EACH ROW EXECUTE FUNCTION f()""",
}


@WAYS
@pytest.mark.parametrize("script", SWALLOWING.values(), ids=SWALLOWING)
async def test_rows_with_told_ids_that_are_swallowed_are_noticed(
    pg_session_pool: CompositeSessionPool, external_dsn: str, script: str, way: Any
) -> None:
    create(external_dsn, script)
    async with pg_session_pool.session() as session:
        with pytest.raises(PersistenceError, match=r"insert .*'things'.* given.*stored.*swallows"):
            async with session.atomic():
                await way(session, things(), [Thing(1, title="a"), Thing(2, title="b")])
        cursor = await session.external_connection.execute(b"SELECT count(*) FROM things")
        assert await cursor.fetchone() == (0,)


REWRITING = {
    "bigint": ("bigint", "new.id = new.id + 1000", [1, 2], 3),
    "uuid": ("uuid", "new.id = gen_random_uuid()", [UUID(int=1), str(UUID(int=0xAB)).upper()], UUID(int=3)),
    "char": ("char(5)", "new.id = upper(new.id)", ["a", "b"], "C"),
    "numeric": ("numeric(10, 2)", "new.id = new.id + 1", [Decimal("1.5"), 2], Decimal("3.0")),
    "timestamptz": ("timestamptz", "new.id = new.id + interval '1 s'", [datetime(2001, 2, 3, tzinfo=UTC)], date(2001, 2, 4)),
}


@WAYS
@pytest.mark.parametrize(("kind", "body", "ids", "kept"), REWRITING.values(), ids=REWRITING)
async def test_a_trigger_that_rewrites_a_told_id_is_noticed_and_one_that_keeps_it_is_not(
    pg_session_pool: CompositeSessionPool, external_dsn: str, kind: str, body: str, ids: list[Any], kept: Any, way: Any
) -> None:
    create(
        external_dsn,
        f"""
        CREATE TABLE things (id {kind} PRIMARY KEY, title text);
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS
            $$BEGIN IF new.title = 'x' THEN {body}; END IF; new.title = upper(new.title); RETURN new; END$$;
        {BEFORE}""",
    )
    async with pg_session_pool.session() as session, session.atomic():
        with pytest.raises(PersistenceError, match=r"insert .*'things'.*column 'id' was told .*rewrites") as caught:
            async with session.atomic():
                await way(session, things(), [Thing(id, title="x") for id in ids])
        assert repr(ids[0]) in str(caught.value)
        await way(session, things(), [Thing(id, title="y") for id in ids])
        await way(session, things(), [Thing(kept, title="y")])


@WAYS
async def test_a_told_part_of_an_id_is_compared_where_the_database_gives_the_other(
    pg_session_pool: CompositeSessionPool, external_dsn: str, way: Any
) -> None:
    create(
        external_dsn,
        f"""
        CREATE TABLE things (tenant int, number bigserial, title text, PRIMARY KEY (tenant, number));
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN new.tenant = new.tenant % 10; RETURN new; END';
        {BEFORE}""",
    )
    good, bad = Thing({"tenant": 7, "number": None}, title="a"), Thing({"tenant": 17, "number": None}, title="b")

    def set_id(agg: Thing, value: Any) -> None:
        agg.id["number"] = value

    repository = things(columns={"tenant": "id.tenant", "number": "id.number", "title": "title"}, set_id=set_id)
    async with pg_session_pool.session() as session, session.atomic():
        await way(session, repository, [good])
        assert good.id == {"tenant": 7, "number": 1}
        with pytest.raises(PersistenceError, match=r"column 'tenant' was told 17, and the server stored '7'"):
            async with session.atomic():
                await way(session, repository, [bad])


async def test_an_update_that_is_swallowed_or_meets_several_rows_is_noticed(
    pg_session_pool: CompositeSessionPool, external_dsn: str
) -> None:
    create(external_dsn, "CREATE TABLE things (id bigint, title text); INSERT INTO things VALUES (1, 'a'), (2, 'b'), (2, 'c')")
    create(
        external_dsn,
        """
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF new.id = 1 THEN RETURN NULL; END IF; RETURN new; END';
        CREATE TRIGGER t BEFORE UPDATE ON things FOR EACH ROW EXECUTE FUNCTION f()""",
    )
    async with pg_session_pool.session() as session, session.atomic():
        for id, words in ((1, "swallows the change"), (2, "1 row given, and the server says it stored 2")):
            with pytest.raises(PersistenceError, match=words):
                async with session.atomic():
                    await things().update(session, Thing(id, title="z"))


@WAYS
async def test_the_internal_store_compares_too(pg_session_pool: CompositeSessionPool, internal_dsn: str, way: Any) -> None:
    internal = InternalPgRepository[Thing](table="things", agg_exporter=Thing.export)
    async with pg_session_pool.session() as session:
        await internal.setup(session)
    create(
        internal_dsn,
        f"CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; {BEFORE};"
        f"{BEFORE.replace('TRIGGER t', 'TRIGGER n').replace('things', 'ascetic_ddd_numbers')}",
    )
    async with pg_session_pool.session() as session:
        with pytest.raises(PersistenceError, match=r"'things'.* stored 0.*swallows"):
            await way(session, internal, [Thing(1), Thing(2)])
        with pytest.raises(PersistenceError, match=r"reserve numbers.*swallows"):
            await internal.reserve(session, {"a": 1})


# --- the next INSERT of the application ---

KEYS = {
    "serial": "CREATE TABLE things (id serial PRIMARY KEY, title text)",
    "identity": "CREATE TABLE things (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, title text)",
    "with options": """
        CREATE TABLE things (id bigint GENERATED BY DEFAULT AS IDENTITY (START 5 INCREMENT 10) PRIMARY KEY, title text)""",
    "behind a BEFORE trigger": f"""
        CREATE TABLE things (id serial PRIMARY KEY, title text);
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'; {BEFORE}""",
    "through a view": "CREATE TABLE base (id serial PRIMARY KEY, title text); CREATE VIEW things AS SELECT * FROM base;"
    " ALTER VIEW things ALTER id SET DEFAULT nextval('base_id_seq')",
}


@WAYS
@pytest.mark.parametrize("told", [[1, 2, 3], [None, 70, None, 85, None], [40, 20, 30], [None, None]], ids=str)
@pytest.mark.parametrize("script", KEYS.values(), ids=KEYS)
async def test_sequences_stand_behind_what_was_written(
    pg_session_pool: CompositeSessionPool, external_dsn: str, external_pg_pool: Pool, script: str, told: list[Any], way: Any
) -> None:
    create(external_dsn, script)
    async with pg_session_pool.session() as session, session.atomic():
        await way(session, things(), [Thing(id, title="ours") for id in told])
    for _ in range(12):
        create(external_dsn, "INSERT INTO things (title) VALUES ('theirs')")
    assert await rows(external_pg_pool, "SELECT count(*) FROM things") == [(len(told) + 12,)]
    (lowest,) = await rows(external_pg_pool, "SELECT min(id) FROM things WHERE title = 'theirs'")
    highest = max((id for id in told if id is not None), default=0)
    assert lowest[0] > highest


@WAYS
async def test_a_sequence_is_never_set_back(
    pg_session_pool: CompositeSessionPool, external_dsn: str, external_pg_pool: Pool, way: Any
) -> None:
    create(external_dsn, "CREATE TABLE things (id serial PRIMARY KEY, title text); SELECT setval('things_id_seq', 1000)")
    async with pg_session_pool.session() as session:
        await way(session, things(), [Thing(5, title="a"), Thing(6, title="b")])
    assert await rows(external_pg_pool, "SELECT nextval('things_id_seq')") == [(1001,)]


# --- values ---


class Status(enum.Enum):
    ACTIVE = "active"


class Mood(enum.Enum):
    happy = 1


class Level(enum.IntEnum):
    HIGH = 3


class Size(enum.StrEnum):
    SMALL = "small"


@dataclasses.dataclass
class Leftover:
    value: int = 1


class Pair(NamedTuple):
    a: int


ID = UUID(int=5)
WRITTEN: list[tuple[str, Any, Any]] = [
    ("jsonb", [{"a": 1}, {"b": [None, True, "ü"]}], [{"a": 1}, {"b": [None, True, "ü"]}]),
    ("jsonb", [], []),
    ("jsonb", ({"a": (1, 2)},), [{"a": [1, 2]}]),
    (
        "jsonb",
        {"at": date(2001, 2, 3), "id": ID, "of": [Status.ACTIVE, Mood.happy, Level.HIGH, Size.SMALL]},
        {"at": "2001-02-03", "id": str(ID), "of": ["active", 1, 3, "small"]},
    ),
    ("jsonb", 5, 5),
    ("jsonb", 1.5, 1.5),
    ("jsonb", True, True),
    ("jsonb", Status.ACTIVE, "active"),
    ("jsonb", '{"a": 1}', {"a": 1}),
    ("json", [{"b": 1, "a": 2}], [{"b": 1, "a": 2}]),
    ("document", {"a": [1]}, {"a": [1]}),
    ("jsonb[]", [{"a": 1}, {"b": [2]}], [{"a": 1}, {"b": [2]}]),
    ("text[]", ["a", Status.ACTIVE, Size.SMALL], ["a", "active", "small"]),
    ("text[]", ("a", "b"), ["a", "b"]),
    ("int[]", [[1, Level.HIGH], [2, 4]], [[1, 3], [2, 4]]),
    ("mood[]", [Mood.happy, "sad"], "{happy,sad}"),
    ("text", Status.ACTIVE, "active"),
    ("text", Mood.happy, "1"),
    ("text", Size.SMALL, "small"),
    ("varchar(10)", Status.ACTIVE, "active"),
    ("int", Mood.happy, 1),
    ("int", Level.HIGH, 3),
    ("mood", Mood.happy, "happy"),
    ("status", Status.ACTIVE, "active"),
    ("text", {"a": 1}, '{"a": 1}'),
]


@WAYS
@pytest.mark.parametrize(("kind", "value", "expected"), WRITTEN, ids=_names(WRITTEN))
async def test_a_value_is_what_its_column_takes(
    pg_session_pool: CompositeSessionPool, external_dsn: str, kind: str, value: Any, expected: Any, way: Any
) -> None:
    create(external_dsn, TYPES.format(kind=kind))
    repository = things(columns={"id": "id", "value": "value"})
    async with pg_session_pool.session() as session:
        await way(session, repository, [Thing(1, value=value), Thing(2, value=None), Thing(3, value=value)])
        assert [state["value"] async for state in repository.find(session)] == [expected, None, expected]
        await repository.update(session, Thing(2, value=value))
        assert (await repository.get(session, 2) or {})["value"] == expected


TYPES = """
    CREATE TYPE mood AS ENUM ('happy', 'sad'); CREATE TYPE status AS ENUM ('active', 'ACTIVE'); CREATE DOMAIN document AS jsonb;
    CREATE TABLE things (id int PRIMARY KEY, value {kind})"""

REFUSED: list[tuple[str, Any, str]] = [
    ("jsonb", {"a": [{"b": Leftover()}]}, r"'things', of type jsonb, at 'a\.0\.b': JSON has no word for a Leftover"),
    ("jsonb", Leftover(), "A Leftover cannot be written to column 'value'"),
    ("jsonb", [Decimal("1.5")], "at '0': JSON has no word for a Decimal"),
    ("jsonb", {"a": float("nan")}, "at 'a': JSON has no word for nan"),
    ("jsonb", {Status.ACTIVE: 1}, "a key of it is of type Status"),
    ("jsonb", {"a": {1}}, "JSON has no word for a set"),
    ("int", Leftover(), "of type integer: the driver cannot write it"),
    ("int", object(), "A object cannot be written"),
    ("text", Leftover(), "of type text"),
    ("text", [1, 2], "A list .* of type text: only an array, json or jsonb column"),
    ("int", [1], "A list .* of type integer"),
    ("int", {"a": 1}, "A dict .* of type integer"),
    ("text[]", {"a": 1}, r"A dict .* of type text\[\]"),
    ("text[]", [Leftover()], r"A Leftover .* of type text\[\]"),
    ("text[]", {"a"}, "A set"),
    ("mood", Status.ACTIVE, "neither its value nor its name is one of 'happy', 'sad'"),
    ("timestamptz", (1, 2), "A tuple .* of type timestamp with time zone"),
    ("numeric(5,2)", Pair(1), r"A Pair .* of type numeric\(5,2\)"),
]  # fmt: skip


@WAYS
@pytest.mark.parametrize(("kind", "value", "words"), REFUSED, ids=_names(REFUSED))
async def test_what_no_column_takes_is_refused_by_name_before_the_server_sees_it(
    pg_session_pool: CompositeSessionPool, external_dsn: str, kind: str, value: Any, words: str, way: Any
) -> None:
    create(external_dsn, TYPES.format(kind=kind))
    async with pg_session_pool.session() as session, session.atomic():
        with pytest.raises(ConfigurationError, match=words):
            await way(session, things(), [Thing(1, value=value)])
        await way(session, things(), [Thing(1, value=None)])  # the transaction is as it was


@WAYS
async def test_a_class_that_the_user_taught_the_driver_is_left_to_it(
    pg_session_pool: CompositeSessionPool, external_dsn: str, way: Any
) -> None:
    class LeftoverDumper(psycopg.adapt.Dumper):
        def dump(self, obj: Leftover) -> bytes:
            return f"leftover {obj.value}".encode()

    create(external_dsn, TYPES.format(kind="text"))
    repository = things(columns={"id": "id", "value": "value"})
    async with pg_session_pool.session() as session:
        session.external_connection.adapters.register_dumper(Leftover, LeftoverDumper)
        await way(session, repository, [Thing(1, value=Leftover())])
        assert (await repository.get(session, 1) or {})["value"] == "leftover 1"


async def test_names_with_percent_signs_and_quotes_do_no_harm(pg_session_pool: CompositeSessionPool, external_dsn: str) -> None:
    create(
        external_dsn,
        """
        CREATE SCHEMA "o'%s"; CREATE DOMAIN "o'%s"."k""%d" AS text;
        CREATE TABLE "o'%s"."t%%s" ("i""d%s" "o'%s"."k""%d" PRIMARY KEY, "v%s" jsonb);
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
        CREATE TRIGGER t BEFORE INSERT ON "o'%s"."t%%s" FOR EACH ROW EXECUTE FUNCTION f()""",
    )
    repository: PgRepository[Thing] = things(("o'%s", "t%%s"), columns={'i"d%s': "id", "v%s": "value"})
    async with pg_session_pool.session() as session:
        await repository.insert(session, Thing("a%s", value=[{"x%s": 1}]))
        await repository.insert_many(session, [Thing("b\t\\", value=[]), Thing("c'", value={})])
        assert [state["id"] async for state in repository.find(session)] == ["a%s", "b\t\\", "c'"]


@WAYS
async def test_members_are_found_as_they_were_written(pg_session_pool: CompositeSessionPool, external_dsn: str, way: Any) -> None:
    create(external_dsn, TYPES.format(kind="mood").replace("id int", "id text"))
    repository = things(columns={"id": "id", "value": "value"})
    async with pg_session_pool.session() as session:
        await way(session, repository, [Thing(Status.ACTIVE, value=Mood.happy), Thing("other", value="sad")])
        assert await repository.get(session, Status.ACTIVE) == {"id": "active", "value": "happy"}
        found = [state["id"] async for state in repository.find(session, EqualSpecification({"value": Mood.happy}))]
    assert found == ["active"]
