"""``ascetic-ddd check`` on real databases: it is clean after a run, finds what was planted, and writes nothing."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ascetic_ddd.faker.cli.databases import Databases
from ascetic_ddd.faker.cli.main import main
from ascetic_ddd.faker.cli.session_pools import locked_session_pool
from examples.library.wiring import create_application_schema

TARGET = "examples.library.wiring:target"


class Stores:
    """A grown library, and the command on it."""

    def __init__(self, external_dsn: str, internal_dsn: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.external_dsn, self.internal_dsn = external_dsn, internal_dsn
        self._capsys = capsys
        self.target = TARGET

    def __call__(self, name: str = "check", *more: str) -> tuple[int, str, str]:
        self._capsys.readouterr()
        code = main([name, self.target, "--external-dsn", self.external_dsn, "--internal-dsn", self.internal_dsn, *more])
        captured = self._capsys.readouterr()
        assert "Traceback" not in captured.err
        return code, captured.out, captured.err

    def faults(self) -> dict[tuple[str, str], int]:
        """What the command finds, without the examples; its exit code agrees."""
        code, out, _ = self("check", "--json")
        found = json.loads(out)
        assert (code, found["is_clean"]) == ((0, True) if not found["faults"] else (1, False))
        return {(each["path"], each["what"]): each["number"] for each in found["faults"]}

    def external(self, *statements: str) -> int:
        return execute(self.external_dsn, *statements)

    def internal(self, *statements: str) -> int:
        return execute(self.internal_dsn, *statements)


def execute(dsn: str, *statements: str) -> int:
    with psycopg.connect(dsn) as connection:
        return [connection.execute(statement.encode()).rowcount for statement in statements][-1]


@pytest.fixture
def empty(external_dsn: str, internal_dsn: str, capsys: pytest.CaptureFixture[str]) -> Stores:
    create_application_schema(external_dsn)
    return Stores(external_dsn, internal_dsn, capsys)


@pytest.fixture
def stores(empty: Stores) -> Stores:
    assert empty("generate", "--count", "3000")[0] == 0
    return empty


def dump(dsn: str) -> list[Any]:
    """Everything in the database that a command could have changed."""
    with psycopg.connect(dsn) as connection:
        names = connection.execute("SELECT oid::regclass::text, relkind, relfilenode FROM pg_class ORDER BY oid").fetchall()
        tables = [name for name, kind, _ in names if kind == b"r" and not name.startswith(("pg_", "information_schema"))]
        rows = [
            connection.execute(f"SELECT *, xmin FROM {name} ORDER BY ctid".encode()).fetchall()  # noqa: S608
            for name in tables
        ]
    return [names, rows]


def test_a_grown_library_is_clean_and_stays_as_it_is(stores: Stores) -> None:
    before = dump(stores.external_dsn), dump(stores.internal_dsn)
    code, out, err = stores("check")
    assert (code, err) == (0, "")
    assert "3,000 outside" in out
    assert out.splitlines()[-1] == "Clean."
    assert re.search(r"BookProvider.author_id +mean asked 50, measured \S+: ok", out)
    code, out, _ = stores("check", "--json")
    found = json.loads(out)
    assert (code, found["exit_code"], found["error"], found["is_clean"]) == (0, 0, None, True)
    assert found["aggregates"]["BookProvider"] == {"external": 3000, "internal": 3000, "orphans": 0}
    assert {(each["path"], each["parameter"]) for each in found["laws"]} >= {
        ("BookProvider.id.tenant_id", "mean"),
        ("BookProvider.author_id", "mean"),
        ("AuthorProvider.id.tenant_id", "mean"),
    }
    assert any(each["path"] == "BookProvider.author_id" and "weights" in each["parameter"] for each in found["laws"])
    assert any("skew needs 20" in each["why"] for each in found["not_checked"])
    assert before == (dump(stores.external_dsn), dump(stores.internal_dsn))


def test_what_exists_and_is_not_remembered_is_counted_and_no_fault(stores: Stores) -> None:
    stores.internal("DELETE FROM books WHERE position % 100 = 0")
    code, out, _ = stores("check")
    assert code == 0
    assert "30 not remembered" in out
    assert "reconcile --adopt" in out


LOST = ("BookProvider", "remembered, and not there outside")
PLANTED: dict[str, tuple[Callable[[Stores], Any], dict[tuple[str, str], int]]] = {
    "a row of the application that is gone": (
        lambda stores: stores.external("DELETE FROM books WHERE book_id IN (5, 6, 7)"),
        {LOST: 3},
    ),
    "a reference to what is not remembered": (
        lambda stores: stores.internal(
            "UPDATE books SET state = jsonb_set(state, '{author_id,author_id}', '999999') WHERE position <= 4"
        ),
        {("BookProvider.author_id", "references to what is not remembered"): 4},
    ),
    "ids that are not those of the states": (
        lambda stores: stores.internal(
            "ALTER TABLE books ALTER id DROP EXPRESSION",
            "UPDATE books SET state = jsonb_set(state, '{id,book_id}', '77777') WHERE position = 3",
        ),
        {("BookProvider", "ids that differ from those in the states"): 1},
    ),
    "positions and ids twice": (
        lambda stores: stores.internal(
            "ALTER TABLE tenants DROP CONSTRAINT tenants_pkey",
            "ALTER TABLE tenants DROP CONSTRAINT tenants_id_key",
            "INSERT INTO tenants (position, state) OVERRIDING SYSTEM VALUE SELECT position, state FROM tenants LIMIT 1",
        ),
        {
            ("TenantProvider", "ids that are there already"): 1,
            ("TenantProvider", "positions that are there already"): 1,
            ("TenantProvider", "remembered, and not there outside"): 1,
        },
    ),
    "an id without one of its parts": (
        lambda stores: stores.internal("UPDATE books SET state = state #- '{id,book_id}' WHERE position = 9"),
        {LOST: 1, ("BookProvider", "ids that do not fit BookProvider.id"): 1},
    ),
    "an id with a null": (
        lambda stores: stores.internal("UPDATE books SET state = jsonb_set(state, '{id,book_id}', 'null') WHERE position = 9"),
        {LOST: 1, ("BookProvider", "ids that do not fit BookProvider.id"): 1},
    ),
    "ids of another type": (
        lambda stores: stores.internal(
            "UPDATE books SET state = jsonb_set(state, '{id,book_id}', to_jsonb(state #>> '{id,book_id}')) WHERE position > 2998"
        ),
        {LOST: 2, ("BookProvider", "ids of another type than most"): 2},
    ),
    "a foreign key that is broken": (
        lambda stores: stores.external(
            "ALTER TABLE books DISABLE TRIGGER ALL", "UPDATE books SET author_id = 999999 WHERE book_id <= 2"
        ),
        {("BookProvider", "rows that break the foreign key 'books_tenant_id_author_id_fkey'"): 2},
    ),
    "a table of the application that is gone": (
        lambda stores: stores.external("DROP TABLE books"),
        {("BookProvider", "tables of the application that are not there"): 1},
    ),
    "a store that is gone": (
        lambda stores: stores.internal("DROP TABLE books"),
        {("BookProvider", "internal stores that are not there; is it the right database?"): 1},
    ),
}


@pytest.mark.parametrize(("plant", "expected"), PLANTED.values(), ids=PLANTED)
def test_what_was_planted_is_found_and_nothing_else(
    stores: Stores, plant: Callable[[Stores], Any], expected: dict[tuple[str, str], int]
) -> None:
    plant(stores)
    assert stores.faults() == expected
    if expected == {LOST: 3}:
        code, out, _ = stores("check")
        assert code == 1
        assert re.search(r"FAULT: BookProvider: \d remembered, and not there outside, such as \{.*book_id", out)


def test_a_law_that_did_not_come_out_is_a_fault(empty: Stores) -> None:
    """Authors' tenants are told by nobody in this target."""
    empty.target = "tests.integration.check_targets:authors"
    assert empty("generate", "--count", "600")[0] == 0
    assert empty("check")[0] == 0
    empty.target = "tests.integration.check_targets:asked_otherwise"
    code, out, _ = empty("check")
    found = json.loads(empty("check", "--json")[1])
    assert code == 1
    assert "FAULT: AuthorProvider.id.tenant_id: mean asked 3, measured 10: off" in out
    assert (found["faults"], found["is_clean"]) == ([], False)


def test_nothing_is_created_where_nothing_is(empty: Stores) -> None:
    before = dump(empty.internal_dsn)
    code, out, _ = empty("check")
    assert code == 1
    assert out.count("internal stores that are not there; is it the right database?") == 3
    assert dump(empty.internal_dsn) == before


def test_wrong_usage_and_a_lost_server(empty: Stores, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "nothing"
    assert main(["check", TARGET, "--data", str(folder)]) == 2
    assert "no run has kept anything there" in capsys.readouterr().err
    assert not folder.exists()
    assert main(["check", TARGET, "--external-dsn", empty.external_dsn]) == 2
    assert main(["check", "no.such:target"]) == 2
    empty.internal_dsn = "host=127.0.0.1 port=1 dbname=x"
    code, out, err = empty("check", "--json")
    assert (code, json.loads(out)["exit_code"]) == (4, 4)
    assert "the internal database cannot be reached" in err


async def test_the_server_refuses_to_write_for_a_check(external_dsn: str, internal_dsn: str) -> None:
    found = Databases(external_dsn, internal_dsn)
    async with locked_session_pool(found, 1, is_read_only=True) as pool, pool.session() as session:
        for connection in (session.external_connection, session.internal_connection):
            with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
                async with session.atomic():
                    await connection.execute("CREATE TABLE t (a int)")
