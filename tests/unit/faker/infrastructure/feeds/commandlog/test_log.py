"""What a log says: events by the published schema, each reference made before it is used, in one order over all shards."""

import asyncio
import gc
import json
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ascetic_ddd.faker.application.profile.records import ColumnRecord, Week
from ascetic_ddd.faker.domain.errors import ConfigurationError, CycleError, GenerationError
from ascetic_ddd.faker.domain.randomness import seed_of
from ascetic_ddd.faker.infrastructure.feeds.commandlog.arrivals import Arrivals
from ascetic_ddd.faker.infrastructure.feeds.commandlog.checking import check_feed
from ascetic_ddd.faker.infrastructure.feeds.commandlog.command_log import CommandLog
from ascetic_ddd.faker.infrastructure.feeds.commandlog.reading import chain_of, read_feed
from ascetic_ddd.faker.infrastructure.feeds.folder import OccupiedError
from ascetic_ddd.faker.infrastructure.transports.drafts import Draft, draft_of
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession
from tests.unit.faker.infrastructure.feeds.commandlog import graph

SCHEMA = json.loads((Path(__file__).resolve().parents[6] / "docs" / "commandlog.schema.json").read_text("utf-8"))
MADE_BY = {"tenant_id": "OpenTenant", "project_id": "BeginProject", "task_id": "AddTask"}


def validator(part: str | None = None) -> Any:
    schema = {"$ref": f"#/$defs/{part}", "$defs": SCHEMA["$defs"]} if part else SCHEMA
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


def test_every_line_and_the_account_keep_the_published_schema(tmp_path: Path) -> None:
    graph.feed(tmp_path / "feed", shards=3)
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    check = validator()
    for file in (tmp_path / "feed").glob("*.jsonl"):
        first, *others = map(json.loads, file.read_text("utf-8").splitlines())
        validator("manifest").validate(first)
        assert others
        for event in others:
            check.validate(event)
            validator("command").validate(event)
    validator("account").validate(json.loads((tmp_path / "feed" / "feed.json").read_text()))


def test_the_schema_refuses_what_is_no_event(tmp_path: Path) -> None:
    graph.feed(tmp_path / "feed", 20)
    event = graph.lines(tmp_path / "feed")[-1]
    for broken in ({**event, "duems": 2**31}, {**event, "sequence": "7"}, {**event, "extra": 1}, {**event, "depms": None}):
        assert not validator("command").is_valid(broken)


def test_every_reference_is_made_before_it_is_used_by_the_slack(tmp_path: Path) -> None:
    """Told by the data, not by what the log says that it needs."""
    graph.feed(tmp_path / "feed", 400, shards=4, slack_s=2.0)
    done: dict[tuple[str, int], int] = {}
    uses = 0
    for event in graph.lines(tmp_path / "feed"):
        name = event["type"].rpartition(".")[2]
        for field, maker in MADE_BY.items():
            if field in event["data"] and maker != name:
                assert event["duems"] - done[maker, event["data"][field]] >= 2000
                uses += 1
            elif field in event["data"]:
                assert (maker, event["data"][field]) not in done
                done[maker, event["data"][field]] = event["duems"]
    assert uses > 800


def test_the_log_is_sorted_and_counts_are_exact(tmp_path: Path) -> None:
    account = graph.feed(tmp_path / "feed", 300, shards=3)
    events = graph.lines(tmp_path / "feed")
    assert [event["sequence"] for event in events] == [f"{number:012}" for number in range(1, len(events) + 1)]
    assert [event["duems"] for event in events] == sorted(event["duems"] for event in events)
    types = Counter(event["type"].rpartition(".")[2] for event in events)
    assert types["AddTask"] == 300
    assert types["FinishTask"] == 150  # half of them, as asked
    assert account.commands == len(events)
    assert dict(Counter(event["type"] for event in events)) == dict(account.types)


def test_roots_arrive_as_the_law_says_and_what_they_need_comes_before(tmp_path: Path) -> None:
    graph.feed(tmp_path / "feed", 100, arrivals=Arrivals.steady(10), slack_s=1.0)
    dues = [event["duems"] for event in graph.lines(tmp_path / "feed") if event["type"].endswith("AddTask")]
    assert dues == [100 * number + 2000 for number in range(100)]  # two kinds below the root, a second each


def test_a_journey_is_one_chain_in_one_shard(tmp_path: Path) -> None:
    graph.feed(tmp_path / "feed", shards=4)
    feed = read_feed(tmp_path / "feed")
    shards: dict[str, set[int]] = defaultdict(set)
    chains: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for shard in range(4):
        for event in feed.shard(shard):
            shards[chain_of(event)].add(shard)
            chains[chain_of(event)].append(dict(event))
    assert all(len(found) == 1 for found in shards.values())
    ended = [chain for chain in chains.values() if len(chain) == 2]
    assert len(ended) == 100
    for first, second in ended:
        assert second["causationid"] == first["id"]
        assert second["depms"] == first["duems"]
        assert second["data"]["task_id"] == first["data"]["task_id"]


def test_planned_times_of_a_journey_are_kept_as_pauses(tmp_path: Path) -> None:
    def planned(**parts: Any) -> Any:
        draft = graph.JOURNEY(**parts)
        hour = timedelta(hours=1)
        draft.times = graph.planned(graph.NOON, *[hour] * len(draft.steps))
        return draft

    graph.feed(tmp_path / "feed", 100, wire=lambda log: graph.wire(log, planned), speed=60)
    ends = [event for event in graph.lines(tmp_path / "feed") if event["type"].endswith("FinishTask")]
    assert {event["duems"] - event["depms"] for event in ends} == {60_000}
    assert check_feed(tmp_path / "feed").is_right


def test_the_same_options_give_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("one", 7), ("two", 7), ("three", 8)):
        graph.feed(tmp_path / name, shards=2, seed=seed)
    texts = [(tmp_path / name / "commands.00.jsonl").read_bytes() for name in ("one", "two", "three")]
    assert texts[0] == texts[1] != texts[2]


def test_another_rate_changes_no_data(tmp_path: Path) -> None:
    graph.feed(tmp_path / "slow", arrivals=Arrivals.poisson(1))
    graph.feed(tmp_path / "fast", arrivals=Arrivals.diurnal(1e6), speed=7)
    week = Week(rows=tuple(range(5, 845, 5)))
    days = ("2025-01-01", "2025-03-01", "2025-12-31")
    column = ColumnRecord(name="at", type="timestamptz", rows=9, distinct=9, null_share=0.0, quantiles=days, week=week)
    graph.feed(tmp_path / "measured", arrivals=Arrivals.as_measured(column), speed=100)
    slow, *others = (
        {event["id"]: event["data"] for event in graph.lines(tmp_path / name)} for name in ("slow", "fast", "measured")
    )
    assert [slow, slow] == others


def test_requests_follow_from_the_manifest(tmp_path: Path) -> None:
    graph.feed(tmp_path / "feed", 50)
    feed = read_feed(tmp_path / "feed")
    requests = {event["type"].rpartition(".")[2]: (event, feed.request(event)) for event in feed.events()}
    event, tenant = requests["OpenTenant"]
    assert (tenant.method, tenant.path) == ("PUT", f"/tenants/{event['data']['tenant_id']}")
    assert json.loads(tenant.body or "") == {"name": event["data"]["name"]}
    event, task = requests["AddTask"]
    assert task.path == f"/projects/{event['data']['project_id']}/tasks"
    assert task.headers == {"X-Client": "feed"}
    assert json.loads(task.body or "").keys() == {"task_id", "tenant_id", "words"}
    event, end = requests["FinishTask"]
    assert (end.path, end.body) == (f"/tasks/{event['data']['task_id']}/end", '{"because":null}')


def test_a_command_without_a_route_is_refused_where_routes_are_needed(tmp_path: Path) -> None:
    def wire(log: CommandLog) -> Any:
        log._routes.pop(graph.FinishTask)
        return graph.wire(log)

    with pytest.raises(GenerationError, match=r"FinishTask has no route.* add Route"):
        graph.feed(tmp_path / "feed", wire=wire, needs_routes=True)
    assert list(tmp_path.iterdir()) == []


def test_an_id_that_cannot_be_told_is_refused(tmp_path: Path) -> None:
    def wire(log: CommandLog) -> Any:
        tenants = graph.TenantProvider(log.repository(id_field="number"))
        projects = graph.ProjectProvider(log.repository(id_field="project_id"), tenants, graph.WEIGHTS)
        return graph.TaskProvider(log.repository(id_field="task_id"), projects, tenants, draft_of(graph.AddTask, task_id="id"))

    with pytest.raises(GenerationError, match="OpenTenant has no field 'number', so the application is not told the id 1"):
        graph.feed(tmp_path / "feed", wire=wire)
    assert list(tmp_path.iterdir()) == []


def test_a_reference_to_nothing_is_refused(tmp_path: Path) -> None:
    class Told(graph.TaskProvider):
        async def do_populate(self, session: Any, specification: Any = None) -> None:
            self.tenant_id.set(999)

    def wire(log: CommandLog) -> Any:
        tenants = graph.TenantProvider(log.repository(id_field="tenant_id"))
        projects = graph.ProjectProvider(log.repository(id_field="project_id"), tenants, graph.WEIGHTS)
        return Told(log.repository(id_field="task_id"), projects, tenants, graph.JOURNEY)

    with pytest.raises(GenerationError, match=r"TenantProvider 999, which is neither in the log nor stored before it"):
        graph.feed(tmp_path / "feed", wire=wire)
    assert list(tmp_path.iterdir()) == []


def test_what_refers_to_itself_is_refused() -> None:
    repository = CommandLog().repository(id_field="task_id")
    repository.attach("Boss", "7/Boss/", [(("boss_id",), repository)])
    with pytest.raises(CycleError, match=r"Boss\.boss_id of 1 refers to itself"):
        asyncio.run(repository.insert(InMemorySession(), Draft(graph.FinishTask(5), {"id": 1, "boss_id": 1})))


def test_a_repository_of_another_kind_is_refused(tmp_path: Path) -> None:
    from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository

    def wire(log: CommandLog) -> Any:
        tenants = graph.TenantProvider(InMemoryRepository(agg_exporter=Draft.export))
        projects = graph.ProjectProvider(log.repository(), tenants, graph.WEIGHTS)
        return graph.TaskProvider(log.repository(), projects, tenants, graph.JOURNEY)

    with pytest.raises(ConfigurationError, match=r"InMemoryRepository; expected log\.repository\(\)"):
        graph.feed(tmp_path / "feed", wire=wire)


def test_one_repository_of_two_providers_is_refused(tmp_path: Path) -> None:
    def wire(log: CommandLog) -> Any:
        one = log.repository()
        tenants = graph.TenantProvider(one)
        return graph.TaskProvider(one, graph.ProjectProvider(one, tenants, graph.WEIGHTS), tenants, graph.JOURNEY)

    with pytest.raises(ConfigurationError, match="another provider's, too"):
        graph.feed(tmp_path / "feed", wire=wire)


def test_a_folder_that_is_in_use_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "feed").mkdir()
    (tmp_path / "feed" / "mine").write_text("mine")
    with pytest.raises(OccupiedError, match="--force"):
        graph.feed(tmp_path / "feed")
    with pytest.raises(OccupiedError, match="that no feed has written; it is not replaced"):
        graph.feed(tmp_path / "feed", force=True)
    assert (tmp_path / "feed" / "mine").read_text() == "mine"


def test_a_feed_is_replaced_by_force_as_a_whole(tmp_path: Path) -> None:
    graph.feed(tmp_path / "feed", 20, shards=3, by=None)
    graph.feed(tmp_path / "feed", 30, force=True)
    assert check_feed(tmp_path / "feed").is_right
    assert [path.name for path in tmp_path.iterdir()] == ["feed"]
    assert sorted(path.name for path in (tmp_path / "feed").iterdir()) == ["commands.00.jsonl", "feed.json"]
    (tmp_path / "feed" / "more").mkdir()
    with pytest.raises(OccupiedError, match="it is not replaced"):
        graph.feed(tmp_path / "feed", 30, force=True)


def test_files_are_their_owners_alone(tmp_path: Path) -> None:
    graph.feed(tmp_path / "feed")
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "feed").iterdir()} == {0o600}


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"count": 0}, "count=0"),
        ({"shards": 0}, "shards=0"),
        ({"speed": 0.0}, "speed=0.0"),
        ({"slack_s": -1.0}, "slack_s=-1.0"),
        ({"start": graph.NOON.replace(tzinfo=None)}, "with its zone"),
        ({"arrivals": Arrivals.poisson(0.00001)}, "tell a greater speed"),
        ({"by": "nothing"}, "TaskProvider has no such part; its parts are id, project_id"),
    ],
)
def test_wrong_options_are_refused_by_name(tmp_path: Path, told: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        graph.feed(tmp_path / "feed", **{"count": 200, **told})
    assert list(tmp_path.iterdir()) == []


def test_the_collectors_thresholds_are_given_back(tmp_path: Path) -> None:
    before = gc.get_threshold()  # whatever it is: mypy, run by other tests, sets its own
    seen: list[int] = []
    try:
        for young, during in ((700, 50_000), (0, 0), (200_000, 200_000)):  # who has turned it off, or up, keeps it so
            gc.set_threshold(young, 10, 10)
            graph.feed(tmp_path / str(young), 20, on_progress=lambda progress: seen.append(gc.get_threshold()[0]))
            assert (seen[-1], gc.get_threshold()) == (during, (young, 10, 10))
    finally:
        gc.set_threshold(*before)


def test_times_begin_at_a_fraction_of_a_second_in_any_zone(tmp_path: Path) -> None:
    start = datetime(2026, 1, 5, 1, 2, 3, 999_600, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    graph.feed(tmp_path / "feed", start=start)
    lead_ms = read_feed(tmp_path / "feed").manifest.lead_ms
    for event in graph.lines(tmp_path / "feed"):
        passed = datetime.fromisoformat(event["time"]) - start
        assert abs(passed - timedelta(milliseconds=event["duems"] - lead_ms)) < timedelta(milliseconds=1)
    assert check_feed(tmp_path / "feed").is_right


def test_roots_stand_at_their_arrivals_in_simulated_time(tmp_path: Path) -> None:
    """At a great speed the slack is hours of it, and the evening's summit is to be in the evening."""
    arrivals, start, speed = Arrivals.diurnal(20_000), datetime(2026, 3, 2, tzinfo=UTC), 10_000.0
    graph.feed(tmp_path / "feed", 500, arrivals=arrivals, start=start, speed=speed, seed=5)
    wanted = [start + timedelta(seconds=each) for each in arrivals.seconds(500, seed=seed_of(5, "arrivals"), start=start)]
    roots = [event for event in graph.lines(tmp_path / "feed") if event["type"].endswith("AddTask")]
    found = sorted(datetime.fromisoformat(event["time"]) for event in roots)
    assert max(abs(time - moment) for time, moment in zip(found, wanted, strict=True)) <= timedelta(seconds=speed / 1000)
    assert read_feed(tmp_path / "feed").manifest.lead_ms * speed > 3 * 3_600_000
    assert check_feed(tmp_path / "feed").is_right
    graph.feed(tmp_path / "near", slack_s=0.2)  # it begins within the second before
    assert check_feed(tmp_path / "near").is_right


def test_a_negative_seed_is_one_as_any_other(tmp_path: Path) -> None:
    graph.feed(tmp_path / "feed", seed=-3)
    assert check_feed(tmp_path / "feed").faults == []


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"speed": 1e300}, "speed=1e.300: expected a number above 0, at most 1e.09"),
        (
            {"start": datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)},
            "years later there is no date; tell an earlier start, or a smaller speed",
        ),
        ({"start": datetime(2026, 1, 5, tzinfo=timezone(timedelta(seconds=1172)))}, "expected a zone of whole minutes"),
    ],
)
def test_times_that_no_event_can_tell_are_refused(tmp_path: Path, told: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        graph.feed(tmp_path / "feed", **told)
    assert list(tmp_path.iterdir()) == []
