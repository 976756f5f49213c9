"""A dozen of the events of ``make chaos``; and a kill between the two commits, which a random moment seldom hits."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ascetic_ddd.faker.infrastructure.embedded import embedded_postgres
from examples.library.measured import count_of
from tests.chaos.audit import audited
from tests.chaos.events import EVENTS
from tests.chaos.history import Walked, walked
from tests.chaos.place import Place
from tests.chaos.plan import History, Leg, Strike
from tests.chaos.run import ROOT
from tests.integration.unique_names import MEAN

BOOKS = 6000


@pytest.fixture
def place(data_folder: Path) -> Iterator[Place]:
    place = Place(data_folder.parent)
    yield place
    place.end()  # of a test that failed half way


def history(lanes: int, on_error: str, *legs: tuple[str, ...]) -> History:
    """Each leg tells its events; they come at equal distances, the first after a tenth of the way."""
    return History(
        number=0,
        lanes=lanes,
        on_error="skip" if on_error == "skip" else "stop",
        batch=50,
        legs=tuple(
            Leg(
                BOOKS + 1500 * number,
                tuple(Strike(EVENTS[name], 0.1 + 0.6 * place / len(names), 0.03, place) for place, name in enumerate(names)),
            )
            for number, names in enumerate(legs)
        ),
    )


FULL = "limit files" if EVENTS["limit files"].is_possible() else "kill server"


@pytest.mark.parametrize(
    "told",
    [
        history(1, "stop", ("kill program", "kill server", "kill both"), ("freeze program", "restart server", "lock timeout")),
        history(4, "skip", ("kill both", FULL, "interrupt program"), ("terminate backends", "freeze both", "deadlock")),
    ],
    ids=["one lane, stop", "four lanes, skip"],
)
def test_what_befalls_a_run_loses_and_doubles_nothing(place: Place, told: History) -> None:
    """Exactly the count, nothing dangling, means within 2 %; and ``check`` says the same."""
    legs: list[Walked] = []
    for leg in walked(told, place, is_compared=told.lanes > 1):
        assert leg.faults == []
        legs.append(leg)
    assert len(legs) == len(told.legs)
    outcomes = [outcome for leg in legs for outcome in leg.outcomes]
    assert sum(not outcome.is_missed for outcome in outcomes) >= 5, "nearly nothing was struck, so nearly nothing is tested"
    with place.server() as server:
        with psycopg.connect(server.dsn("application")) as external:
            external.execute("DELETE FROM books WHERE book_id IN (SELECT book_id FROM books ORDER BY book_id LIMIT 200)")
        with psycopg.connect(server.dsn("internal")) as internal:
            internal.execute("DELETE FROM authors WHERE position = 1")
        seen = " ".join(audited(server).faults(BOOKS))
    assert "remembered but not stored" in seen
    assert "books of an author or a tenant that is not remembered" in seen
    assert f"books are remembered, {BOOKS} were asked for" in seen


@pytest.mark.parametrize(("ending", "lanes"), [("DIES_AT", "3"), ("BREAKS", "1")])
def test_numbers_that_nobody_remembers_are_not_given_again(tmp_path: Path, ending: str, lanes: str) -> None:
    folder = tmp_path / "data"
    words = ["generate", "tests.integration.unique_names:target", "--count", "1500", "--batch-size", "100", "--lanes", lanes]
    run = [sys.executable, "-m", "ascetic_ddd.faker.cli", *words, "--data", str(folder)]
    environment = {**os.environ, "DIES_AT": "4", ending: "4"}
    result = subprocess.run(run, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == (-signal.SIGKILL if ending == "DIES_AT" else 3), result.stderr
    result = subprocess.run([*run, "--resume"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stderr
    with embedded_postgres(folder) as server, psycopg.connect(server.dsn("application")) as external:
        with psycopg.connect(server.dsn("internal")) as internal:
            assert count_of(internal, "orders") == 1500
            row = internal.execute(
                "SELECT max((state->>'number')::int), count(DISTINCT state->>'user_id') FROM orders"
            ).fetchone()
        assert row is not None
        assert count_of(external, "orders") > 1500, "nothing was lost, so nothing is tested"
        assert row[0] < 1500 + 16 * 100 * int(lanes), "the gap is a few batches"
        assert row[1] == pytest.approx(1500 / MEAN, rel=0.1)
