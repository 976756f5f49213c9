"""Real engines play the bookshop's commands: all of them, and none is refused, as an id is not known yet or for anything else."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ascetic_ddd.faker.cli.main import main
from ascetic_ddd.faker.infrastructure.feeds.commandlog.reading import read_feed
from examples.bookshop.__main__ import served_app
from examples.bookshop.wiring import create_application_schema
from tests.integration.engines import ENGINES, Listener, play, require
from tests.unit.faker.infrastructure.transports.web_shop import served_by_thread

ORDERS = 60
FEED = "--shards 2 --by customer_id --slack 5 --arrivals poisson:20"


@pytest.fixture
def shop(external_dsn: str) -> Iterator[tuple[Listener, str]]:
    """The bookshop on a real socket, and what it hears."""
    create_application_schema(external_dsn)
    listener = Listener(served_app(external_dsn))
    with served_by_thread(listener) as place:
        yield listener, f"http://{place}"


@pytest.mark.parametrize("form", ENGINES)
def test_all_is_played_by_the_clock_and_nothing_is_refused(
    form: str, shop: tuple[Listener, str], external_dsn: str, tmp_path: Path
) -> None:
    require(form)
    listener, base_url = shop
    log, folder = tmp_path / "log", tmp_path / "a folder"
    words = ["feed", "examples.bookshop.wiring:target", "--count", str(ORDERS), *FEED.split(), "--base-url", base_url]
    assert main([*words, "--to", f"log:{log}", "--to", f"{form}:{folder}"]) == 0
    told = play(form, folder)
    account = read_feed(log).account
    assert {status: count for status, count in listener.answers.items() if status >= 400} == {}, told[-2000:]
    assert listener.answers.total() == account.commands, told[-2000:]
    types = Counter({type.rpartition(".")[2]: number for type, number in account.types.items()})
    statuses: Counter[str]
    with psycopg.connect(external_dsn) as connection:
        statuses = Counter(dict(connection.execute("SELECT status, count(*) FROM orders GROUP BY 1").fetchall()))
    assert statuses.total() == types["PlaceOrder"] == ORDERS
    assert (statuses["shipped"], statuses["cancelled"]) == (types["ShipOrder"], types["CancelOrder"])
    assert statuses["shipped"] + statuses["paid"] == types["PayOrder"]
