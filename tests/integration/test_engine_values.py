"""What is in a feed came out of a database: engines send it as it is, and execute nothing of it."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from ascetic_ddd.faker.infrastructure.feeds.commandlog.renderings.registry import RENDERINGS
from ascetic_ddd.faker.infrastructure.feeds.commandlog.renderings.rendering import render
from tests.integration.engines import ENGINES, Heard, Listener, play, require
from tests.unit.faker.infrastructure.feeds.commandlog import sayings
from tests.unit.faker.infrastructure.transports.web_shop import served_by_thread


@pytest.fixture
def listener() -> Iterator[tuple[Listener, str]]:
    heard = Listener()
    with served_by_thread(heard) as place:
        yield heard, f"http://{place}"


@pytest.mark.parametrize("form", ENGINES)
def test_an_engine_sends_what_is_there(form: str, listener: tuple[Listener, str], tmp_path: Path) -> None:
    require(form)
    heard, base_url = listener
    feed = sayings.feed(tmp_path / "log", shards=2)
    requests = [feed.request(event) for event in feed.events()]
    render(RENDERINGS[form], feed, tmp_path / "a folder", base_url=f"{base_url}/api")
    told = play(form, tmp_path / "a folder")
    expected = Counter(Heard(request.method, f"/api{request.path}", (request.body or "").encode()) for request in requests)
    assert Counter(heard.heard) - expected == Counter(), told[-2000:]
    assert expected - Counter(heard.heard) == Counter(), told[-2000:]
    assert {json.loads(each.body)["words"] for each in heard.heard} == set(sayings.WORDS)
