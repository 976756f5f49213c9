"""The bookshop's commands as a feed: written by the command, killed and gone on with, and replayed."""

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ascetic_ddd.faker.cli.main import main
from ascetic_ddd.faker.infrastructure.feeds.commandlog.reading import read_feed
from examples.bookshop.providers import ORDER_STATUSES

TARGET = "examples.bookshop.wiring:target"
COUNT = 200

Run = Callable[..., tuple[int, dict[str, Any], str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*words: str | Path) -> tuple[int, dict[str, Any], str]:
        capsys.readouterr()
        code = main([*map(str, words), "--json"])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return code, json.loads(captured.out or "{}"), captured.err

    return run


def stored(dsn: str) -> tuple[int, int, Counter[str]]:
    """Customers, products, and orders by status, in the application's database."""
    with psycopg.connect(dsn) as connection:
        (customers,) = connection.execute("SELECT count(*) FROM customers").fetchone() or (0,)
        (products,) = connection.execute("SELECT count(*) FROM products").fetchone() or (0,)
        return customers, products, Counter(dict(connection.execute("SELECT status, count(*) FROM orders GROUP BY 1").fetchall()))


def test_a_feed_is_replayed_without_a_refusal_and_the_shares_are_as_asked(
    run: Run, base_url: str, external_dsn: str, tmp_path: Path
) -> None:
    feed = ["feed", TARGET, "--count", str(COUNT), "--shards", "4", "--by", "customer_id", "--slack", "0.2"]
    code, told, _ = run(*feed, "--arrivals", "poisson:400", "--check", "--to", f"log:{tmp_path / 'log'}")
    assert (code, told["check"]["is_right"]) == (0, True)
    code, found, _ = run("replay", tmp_path / "log", "--base-url", base_url, "--speed", "inf", "--at-once", "8")
    assert (code, found["sent"], found["done"], found["refused"], found["skipped"]) == (
        0,
        told["commands"],
        told["commands"],
        {},
        0,
    )
    customers, products, statuses = stored(external_dsn)
    assert statuses == {status: pytest.approx(COUNT * share, abs=1) for status, share in ORDER_STATUSES.items()}
    types = {type.rpartition(".")[2]: number for type, number in told["types"].items()}
    assert (customers, products) == (types["RegisterCustomer"], types["AddProduct"])


def test_the_first_part_is_stored_and_the_rest_fed(
    run: Run, base_url: str, external_dsn: str, internal_dsn: str, tmp_path: Path
) -> None:
    places = ["--transport", "http", "--base-url", base_url, "--internal-dsn", internal_dsn]
    feed = [
        "feed",
        TARGET,
        "--count",
        str(COUNT),
        "--after",
        "0.8",
        *places,
        "--shards",
        "2",
        "--by",
        "customer_id",
        "--slack",
        "0.1",
    ]
    code, told, _ = run(*feed, "--check", "--to", f"log:{tmp_path / 'log'}")
    assert (code, told["stored"], told["check"]["is_right"]) == (0, 160, True)
    assert told["types"]["examples.bookshop.commands.PlaceOrder"] == 40
    before = stored(external_dsn)
    assert sum(before[2].values()) == 160
    log = read_feed(tmp_path / "log")
    uses = Counter(event["data"]["customer_id"] <= before[0] for event in log.events() if event["type"].endswith("PlaceOrder"))
    assert uses[True] > 10  # of customers who are stored before
    code, found, _ = run("replay", tmp_path / "log", "--base-url", base_url, "--speed", "inf")
    assert (code, found["refused"], found["skipped"]) == (0, {}, 0)
    assert sum(stored(external_dsn)[2].values()) == COUNT
    code, again, _ = run(*feed, "--to", f"log:{tmp_path / 'again'}")
    assert (code, again["stored"]) == (0, 160)  # a feed is not remembered: the same again
    assert (tmp_path / "again" / "commands.00.jsonl").read_bytes() == (tmp_path / "log" / "commands.00.jsonl").read_bytes()


def test_a_feed_that_is_killed_goes_on_to_the_same_bytes(run: Run, tmp_path: Path) -> None:
    def command(name: str) -> list[str]:
        forms = ["--to", f"log:{tmp_path / name}", "--to", f"k6:{tmp_path / f'{name}-k6'}"]
        return ["feed", TARGET, "--count", "3000", "--seed", "3", "--shards", "3", "--arrivals", "diurnal:40000", *forms]

    assert run(*command("whole"))[0] == 0
    process = subprocess.Popen([sys.executable, "-m", "ascetic_ddd.faker.cli", *command("feed")], stdout=subprocess.DEVNULL)
    try:
        part = tmp_path / ".feed.part"
        while not any(file.stat().st_size for file in part.glob("*.jsonl")):
            assert process.poll() is None
            time.sleep(0.01)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert not (tmp_path / "feed").exists()
    assert run(*command("feed"))[0] == 2  # an unfinished feed, and --resume is missing
    assert run(*command("feed"), "--resume")[0] == 0
    assert run(*command("feed"), "--resume")[0] == 0  # whole already: the same again
    code, _, err = run(*command("feed"), "--resume", "--count", "2999")
    assert (code, "is a whole log of other options" in err) == (2, True)
    for name in ("", "-k6"):
        found, expected = tmp_path / f"feed{name}", tmp_path / f"whole{name}"
        assert {f.name: f.read_bytes() for f in found.iterdir()} == {f.name: f.read_bytes() for f in expected.iterdir()}


def test_forms_are_made_of_a_log_that_is_there(run: Run, tmp_path: Path) -> None:
    assert run("feed", TARGET, "--count", "50", "--to", f"log:{tmp_path / 'log'}")[0] == 0
    code, told, _ = run("feed", "--from", tmp_path / "log", "--check", "--to", f"jmeter:{tmp_path / 'jmeter'}")
    assert (code, told["check"]["is_right"], told["rendered"][0]["form"]) == (0, True, "jmeter")
    code, told, _ = run("feed", TARGET, "--count", "50", "--to", f"vegeta:{tmp_path / 'vegeta'}")
    assert code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["jmeter", "log", "vegeta"]  # no log that nobody asked for


def test_wrong_usage_is_told_in_one_message(run: Run, tmp_path: Path) -> None:
    log = f"log:{tmp_path / 'log'}"
    for words, message in (
        ([TARGET, "--count", "5"], "--to FORMAT:FOLDER or --count is missing"),
        ([TARGET, "--to", log], "--to FORMAT:FOLDER or --count is missing"),
        ([], "tell either TARGET and --count, or --from"),
        ([TARGET, "--count", "5", "--to", f"locus:{tmp_path}"], "is 'locust' meant?"),
        ([TARGET, "--count", "5", "--to", log, "--to", f"k6:{tmp_path / 'log'}"], "the same folder"),
        ([TARGET, "--count", "5", "--to", "k6:"], "expected FORMAT:FOLDER"),
        ([TARGET, "--count", "5", "--to", log, "--arrivals", "often"], "expected steady:RATE"),
        ([TARGET, "--count", "5", "--to", log, "--arrivals", "measured:x"], "expected measured:PROFILE#TABLE.COLUMN"),
        ([TARGET, "--count", "5", "--to", log, "--start", "noon"], "--start 'noon' is no time"),
        ([TARGET, "--count", "5", "--to", log, "--after", "1"], "nothing is left of 5"),
        ([TARGET, "--count", "5", "--to", log, "--by", "price"], "has no such part"),
        ([TARGET, "--count", "5", "--to", log, "--shards", "9", "--by", "customer_id"], "keys to share out"),
        ([TARGET, "--count", "50", "--to", log, "--shards", "2", "--by", "customer_id", "--strict"], "--strict"),
        (["examples.library.wiring:target", "--count", "5", "--to", log], "TARGET has no feed"),
        (["--from", tmp_path, "--check"], "no whole feed"),
    ):
        code, told, err = run("feed", *words)
        assert code == 2, (words, told)
        assert message in err, (words, err)
    assert list(tmp_path.iterdir()) == []


def test_a_replay_tells_what_was_refused(run: Run, base_url: str, tmp_path: Path) -> None:
    assert run("feed", TARGET, "--count", "30", "--slack", "0.1", "--to", f"log:{tmp_path / 'log'}")[0] == 0
    assert run("replay", tmp_path / "log", "--base-url", base_url, "--speed", "inf")[0] == 0
    code, again, _ = run("replay", tmp_path / "log", "--base-url", base_url, "--speed", "inf")
    assert (code, again["refused"]) == (0, {})  # the keys are the same: each is done once
    code, found, _ = run("replay", tmp_path / "log", "--base-url", "http://127.0.0.1:9", "--speed", "inf")  # nobody listens
    assert (code, set(found["refused"])) == (1, {"ConnectError"})
    assert found["skipped"] > 0
    assert run("replay", tmp_path, "--base-url", base_url)[0] == 2
    assert run("replay", tmp_path / "log", "--base-url", "ftp://x")[0] == 2
