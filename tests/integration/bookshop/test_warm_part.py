"""A feed with a part that is stored before: killed at several points of that part, and gone on with.

The rest of a broken run is drawn from streams of its own (a run after N), so what is stored in the end differs from what an
unbroken run stores, and with it the feed, which names what is stored. What is the same, and what is right, is tested here.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ascetic_ddd.faker.infrastructure.feeds.commandlog.reading import read_feed
from examples.bookshop.wiring import create_application_schema
from tests.integration.bookshop.test_feeding import TARGET, Run, run, stored

__all__ = ("run",)  # a fixture

ORDERS = "examples.bookshop.commands.PlaceOrder"


def killed(words: list[str], dsn: str, orders: int) -> None:
    """Begin in a process of its own, and kill it when the application has so many orders."""
    program = [sys.executable, "-m", "ascetic_ddd.faker.cli", *words]
    process = subprocess.Popen(program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while sum(stored(dsn)[2].values()) < orders:
            assert process.poll() is None
            time.sleep(0.005)
    finally:
        process.kill()
        process.wait()


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def remembered(dsn: str) -> dict[str, list[Any]]:
    """What our database knows, in order of insertion."""
    with psycopg.connect(dsn) as connection:
        tables = (b"customers", b"products", b"orders")
        return {
            each.decode(): connection.execute(b"SELECT state FROM " + each + b" ORDER BY position").fetchall() for each in tables
        }


@pytest.mark.parametrize("orders", [15, 120, 235])
def test_a_warm_part_over_http_that_is_killed_is_gone_on_with_and_the_feed_is_played(
    orders: int, run: Run, base_url: str, external_dsn: str, internal_dsn: str, tmp_path: Path
) -> None:
    """Killed in a batch, which the application has in part: some of it with answers that were never remembered."""
    places = ["--transport", "http", "--base-url", base_url, "--internal-dsn", internal_dsn]
    words = ["feed", TARGET, "--count", "300", "--after", "0.8", *places, "--shards", "2", "--by", "customer_id"]
    killed([*words, "--to", f"log:{tmp_path / 'log'}"], external_dsn, orders)
    assert not (tmp_path / "log").exists()
    code, told, _ = run(*words, "--resume", "--check", "--to", f"log:{tmp_path / 'log'}")
    assert (code, told["stored"], told["types"][ORDERS], told["check"]["is_right"]) == (0, 240, 60, True)
    code, again, _ = run(*words, "--to", f"log:{tmp_path / 'again'}")
    assert (code, again["stored"]) == (0, 240)
    assert bytes_of(tmp_path / "again") == bytes_of(tmp_path / "log")
    code, found, _ = run("replay", tmp_path / "log", "--base-url", base_url, "--speed", "inf")
    assert (code, found["done"], found["refused"], found["skipped"]) == (0, told["commands"], {}, 0)


def test_what_was_stored_before_the_kill_is_what_an_unbroken_run_stores_and_the_feed_is_that_of_what_is_stored(
    run: Run, make_database: Callable[[], str], tmp_path: Path
) -> None:
    """Killed in the second batch, the third, and the last, or after it."""

    def words(name: str, dsns: tuple[str, str]) -> list[str]:
        places = ["--external-dsn", dsns[0], "--internal-dsn", dsns[1]]
        shards = ["--shards", "2", "--by", "customer_id", "--seed", "3", "--check"]
        return ["feed", TARGET, "--count", "2000", "--after", "0.9", *places, *shards, "--to", f"log:{tmp_path / name}"]

    def databases() -> tuple[str, str]:
        dsns = make_database(), make_database()
        create_application_schema(dsns[0])
        return dsns

    unbroken = databases()
    code, whole, _ = run(*words("whole", unbroken))
    assert (code, whole["stored"], whole["types"][ORDERS]) == (0, 1_800, 200)
    expected = remembered(unbroken[1])
    arrivals = [event["time"] for event in read_feed(tmp_path / "whole").events() if event["type"] == ORDERS]
    for number, orders in enumerate((500, 1_000, 1_500)):
        dsns = databases()
        name = f"feed{number}"
        killed(words(name, dsns), dsns[0], orders)
        before = remembered(dsns[1])
        assert {table: states[: len(before[table])] for table, states in expected.items()} == before
        assert len(before["orders"]) in (*range(0, 1_800, 500), 1_800)
        code, told, _ = run(*words(name, dsns), "--resume")
        assert (code, told["stored"], told["types"][ORDERS], told["check"]["is_right"]) == (0, 1_800, 200, True)
        after = remembered(dsns[1])
        assert {table: states[: len(before[table])] for table, states in after.items()} == before
        assert [event["time"] for event in read_feed(tmp_path / name).events() if event["type"] == ORDERS] == arrivals
        assert run(*words(f"again{number}", dsns))[0] == 0
        assert bytes_of(tmp_path / f"again{number}") == bytes_of(tmp_path / name)
        is_whole = before == expected  # the last part of it was done before the kill
        assert (bytes_of(tmp_path / name) == bytes_of(tmp_path / "whole")) is is_whole
