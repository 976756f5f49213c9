"""The player: by due times and by what is needed, on a clock of its own; lateness and latency from the due time."""

import asyncio
import heapq
import math
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.feeds.commandlog.arrivals import Arrivals
from ascetic_ddd.faker.infrastructure.feeds.commandlog.reading import Event, Feed, needs_of, read_feed
from ascetic_ddd.faker.infrastructure.feeds.commandlog.replaying import Outcome, Replayed, Times, replay
from ascetic_ddd.faker.infrastructure.feeds.commandlog.sending import over_http, to_bus
from tests.unit.faker.infrastructure.feeds.commandlog import graph


class Clock:
    """Time that goes on when everybody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._number = 0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        future = asyncio.get_running_loop().create_future()
        self._number += 1
        heapq.heappush(self._sleepers, (self.now + seconds, self._number, future))
        if self._number == 1:
            self._task = asyncio.create_task(self._go_on())
        await future

    async def _go_on(self) -> None:
        while True:
            for _ in range(20):
                await asyncio.sleep(0)
            if self._sleepers:
                self.now, _, future = heapq.heappop(self._sleepers)
                if not future.done():
                    future.set_result(None)


@pytest.fixture(scope="module")
def feed(tmp_path_factory: pytest.TempPathFactory) -> Feed:
    path = tmp_path_factory.mktemp("feeds") / "log"
    graph.feed(path, 100, shards=3, arrivals=Arrivals.steady(10), slack_s=0.5)
    return read_feed(path)


def played(feed: Feed, send: Callable[[Clock, Event], Awaitable[Outcome]], **told: Any) -> Replayed:
    async def main() -> Replayed:
        clock = Clock()
        found = await replay(feed, lambda event: send(clock, event), clock=clock, sleep=clock.sleep, **told)
        if clock._number:
            clock._task.cancel()
        return found

    return asyncio.run(main())


def test_commands_are_sent_when_they_are_due(feed: Feed) -> None:
    starts: dict[str, float] = {}

    async def send(clock: Clock, event: Event) -> Outcome:
        starts[event["id"]] = clock.now
        await clock.sleep(0.02)
        return Outcome(True, "200")

    found = played(feed, send)
    assert (found.sent, found.done, found.is_clean) == (feed.account.commands, feed.account.commands, True)
    for event in feed.events():
        assert starts[event["id"]] - 1000 == pytest.approx(event["duems"] / 1000, abs=1e-6)
    assert found.lateness.percentiles(1.0)[0] < 1e-3
    assert found.latency.percentiles(0.5, 1.0) == pytest.approx((20.0, 20.0))


def test_what_is_needed_is_done_before_however_slow_the_application_is(feed: Feed) -> None:
    ended: set[str] = set()

    async def send(clock: Clock, event: Event) -> Outcome:
        assert set(needs_of(event)) <= ended
        await clock.sleep(3.0)
        ended.add(event["id"])
        return Outcome(True, "200")

    found = played(feed, send)
    assert found.is_clean
    late, most = found.lateness.percentiles(0.5, 1.0)
    assert most > 2_000  # a chain of slow commands falls behind, and the latency says so
    assert found.latency.percentiles(1.0)[0] > most
    assert found.service.percentiles(0.5, 1.0) == pytest.approx((3_000.0, 3_000.0))
    assert late <= most


def test_no_more_are_under_way_than_allowed(feed: Feed) -> None:
    here = most = 0

    async def send(clock: Clock, event: Event) -> Outcome:
        nonlocal here, most
        here += 1
        most = max(most, here)
        await clock.sleep(0.5)
        here -= 1
        return Outcome(True, "200")

    found = played(feed, send, at_once=3, speed=math.inf)
    assert found.is_clean
    assert most == 3


def test_the_speed_divides_the_due_times(feed: Feed) -> None:
    async def send(clock: Clock, event: Event) -> Outcome:
        assert clock.now - 1000 == pytest.approx(event["duems"] / 4000, abs=1e-6)
        return Outcome(True, "200")

    assert played(feed, send, speed=4).is_clean


def test_what_needs_something_refused_is_not_sent(feed: Feed) -> None:
    async def send(clock: Clock, event: Event) -> Outcome:
        return Outcome(not event["type"].endswith("OpenTenant"), "422", "no more tenants")

    found = played(feed, send)
    assert not found.is_clean
    tenants = next(number for type, number in feed.account.types.items() if type.endswith("OpenTenant"))
    assert found.refused == {"422": tenants}
    assert found.skipped == feed.account.commands - tenants
    assert found.examples[0].endswith("OpenTenant: 422 no more tenants")


def test_an_error_of_the_sender_ends_the_replay(feed: Feed) -> None:
    async def send(clock: Clock, event: Event) -> Outcome:
        raise ConfigurationError("wrong")

    with pytest.raises(ConfigurationError, match="wrong"):
        played(feed, send)


def test_wrong_arguments_are_refused(feed: Feed) -> None:
    async def send(event: Event) -> Outcome:
        return Outcome(True, "200")

    for told in ({"speed": 0.0}, {"speed": -1.0}, {"at_once": 0}, {"speed": math.nan}):
        with pytest.raises(ConfigurationError, match="expected numbers above 0"):
            asyncio.run(replay(feed, send, **told))


def test_percentiles_are_those_of_the_ordered_values() -> None:
    times = Times()
    assert times.percentiles(0.5) == (0.0,)
    for number in range(100, 0, -1):
        times.add(number)
    assert times.percentiles(0.0, 0.5, 0.9, 0.99, 1.0) == (1.0, 50.0, 90.0, 99.0, 100.0)


class Answer:
    def __init__(self, status: int, text: str = "") -> None:
        self.status_code, self.text = status, text


class Client:
    def __init__(self, answer: Callable[[], Any]) -> None:
        self.answer = answer
        self.requests: list[tuple[str, str, bytes | None, dict[str, str]]] = []

    async def request(self, method: str, url: str, *, content: bytes | None, headers: Any) -> Any:
        self.requests.append((method, url, content, dict(headers)))
        return self.answer()


def test_over_http_a_command_is_its_request(feed: Feed) -> None:
    client = Client(lambda: Answer(201))
    asyncio.run(replay(feed, over_http(feed, client), speed=math.inf))
    forms = [feed.request(event) for event in feed.events()]
    assert sorted((method, url, content) for method, url, content, _ in client.requests) == sorted(
        (form.method, form.path, (form.body or "").encode()) for form in forms
    )
    ids = {event["id"] for event in feed.events()}
    assert {headers["Idempotency-Key"] for *_, headers in client.requests} == ids
    assert all(headers["Content-Type"] == "application/json" for *_, headers in client.requests)


def test_over_http_refusals_and_lost_connections_are_told_apart(feed: Feed) -> None:
    def lost() -> Any:
        raise ConnectionError("gone")

    moved = lambda: Answer(302)
    for answer, word in ((lambda: Answer(404, "no\nsuch  thing"), "404"), (moved, "302"), (lost, "ConnectionError")):
        found = asyncio.run(replay(feed, over_http(feed, Client(answer)), speed=math.inf))
        assert set(found.refused) == {word}
        assert found.skipped > 0
        assert "gone" in found.examples[0] or f"{word} " in found.examples[0]


def test_to_a_bus_commands_are_built_from_their_data(feed: Feed) -> None:
    seen: list[Any] = []
    commands = [graph.OpenTenant, graph.BeginProject, graph.AddTask, graph.FinishTask]
    found = asyncio.run(replay(feed, to_bus(seen.append, commands), speed=math.inf))
    assert found.is_clean
    assert {type(command) for command in seen} == set(commands)
    told = {event["data"]["task_id"] for event in feed.events() if event["type"].endswith("AddTask")}
    assert {command.task_id for command in seen if isinstance(command, graph.AddTask)} == told


def test_who_knows_better_builds_the_commands(feed: Feed) -> None:
    seen: list[Any] = []
    commands = [graph.OpenTenant, graph.BeginProject, graph.AddTask, graph.FinishTask]

    def build(command_class: type, data: Mapping[str, Any]) -> Any:
        return command_class.__name__, dict(data)

    found = asyncio.run(replay(feed, to_bus(seen.append, commands, build=build), speed=math.inf))
    assert found.is_clean
    assert sorted(map(str, seen)) == sorted(str((event["type"].rpartition(".")[2], event["data"])) for event in feed.events())

    def unable(command_class: type, data: Mapping[str, Any]) -> Any:
        raise TypeError("an e-mail is no text")

    with pytest.raises(ConfigurationError, match=r"OpenTenant cannot be built of \{.*\}: an e-mail is no text"):
        asyncio.run(replay(feed, to_bus(seen.append, commands, build=unable), speed=math.inf))


def test_a_bus_that_raises_refuses_and_classes_are_not_imported_by_name(feed: Feed) -> None:
    async def handle(command: Any) -> None:
        raise ValueError(f"not {type(command).__name__}")

    commands = [graph.OpenTenant, graph.BeginProject, graph.AddTask, graph.FinishTask]
    found = asyncio.run(replay(feed, to_bus(handle, commands), speed=math.inf))
    assert set(found.refused) == {"ValueError"}
    with pytest.raises(ConfigurationError, match="OpenTenant is not among commands="):
        asyncio.run(replay(feed, to_bus(handle, [graph.AddTask]), speed=math.inf))
