"""The check finds each thing that can be wrong with a log."""

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.feeds.commandlog.checking import check_feed
from ascetic_ddd.faker.infrastructure.feeds.commandlog.reading import read_feed
from tests.unit.faker.infrastructure.feeds.commandlog import graph

Change = Callable[[list[dict[str, Any]]], None]


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("feeds") / "right"
    graph.feed(path, shards=2)
    return path


def test_what_feed_writes_is_right(right: Path) -> None:
    found = check_feed(right)
    assert found.is_right
    assert found.commands == sum(found.types.values()) == sum(found.shards.values()) == sum(found.hours.values())
    assert found.needs > 400
    assert found.least_wait_ms == 5_000


def index_of(events: list[dict[str, Any]], type: str, place: int = 5) -> int:
    return [number for number, event in enumerate(events) if event.get("type", "").endswith(type)][place]


def swap(events: list[dict[str, Any]]) -> None:
    events[3], events[4] = events[4], events[3]


def drop_a_parent(events: list[dict[str, Any]]) -> None:
    del events[index_of(events, "BeginProject", 2)]


def early(events: list[dict[str, Any]]) -> None:
    event = events[index_of(events, "AddTask")]
    event["duems"] = event["depms"] + 10


def other_time(events: list[dict[str, Any]]) -> None:
    events[7]["time"] = "2026-01-05T09:00:00.000Z"


def needs_what_is_to_come(events: list[dict[str, Any]]) -> None:
    events[index_of(events, "AddTask")]["dependson"] = events[-1]["id"]


def lies_about_dependence(events: list[dict[str, Any]]) -> None:
    events[index_of(events, "AddTask")]["depms"] += 1


def no_key(events: list[dict[str, Any]]) -> None:
    del events[9]["partitionkey"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (swap, "has the sequence"),
        (drop_a_parent, "which does not come before it"),
        (early, "is due"),
        (other_time, "has the time"),
        (needs_what_is_to_come, "which does not come before it"),
        (lies_about_dependence, "says that what it needs is due at"),
        (no_key, "lacks partitionkey"),
    ],
)
def test_a_changed_log_is_found_out(right: Path, tmp_path: Path, change: Change, words: str) -> None:
    path = copied(right, tmp_path, change)
    faults = check_feed(path).faults
    assert any(words in fault for fault in faults), faults


def test_a_changed_byte_is_found_out_by_the_sum(right: Path, tmp_path: Path) -> None:
    path = copied(right, tmp_path, lambda events: events[1]["data"].update(name="another"))
    assert check_feed(path).faults == ["commands.00.jsonl is not the file of the account: its size, sum or commands differ"]


def test_a_key_in_two_shards_is_found_out(right: Path, tmp_path: Path) -> None:
    path = tmp_path / "feed"
    for shard in ("commands.00.jsonl", "commands.01.jsonl"):
        copied(right, tmp_path, lambda events: events[-1].update(partitionkey="shared"), shard)
    assert any("in another shard, too" in fault for fault in check_feed(path).faults)


def test_a_file_that_is_no_log_is_refused_by_place(right: Path, tmp_path: Path) -> None:
    path = copied(right, tmp_path, lambda events: None)
    file = path / "commands.00.jsonl"
    file.write_text(file.read_text().replace('"type"', '"kind"', 1))
    with pytest.raises(ConfigurationError, match=r"commands\.00\.jsonl:1"):
        check_feed(path)
    file.write_text(file.read_text().replace('"kind"', '"type"', 1) + "no JSON\n")
    with pytest.raises(ConfigurationError, match=r"commands\.00\.jsonl:\d+: b'no JSON"):
        check_feed(path)


NONSENSE: list[Any] = [
    None,
    -1,
    2**40,
    1.5,
    "",
    "x",
    "٣",
    [],
    {},
    True,
    "9" * 5000,
    "7/TaskProvider/" + "9" * 12 + "/1",
    "7/X/1/1",
]


@pytest.mark.parametrize("value", NONSENSE, ids=lambda value: f"{value!r:.20}")
def test_whatever_stands_in_a_line_by_hand_is_found_out_by_its_place(right: Path, tmp_path: Path, value: Any) -> None:
    """Each attribute of a command, of the manifest and of the account; none costs memory for what it claims."""
    told = json.loads((right / "commands.00.jsonl").read_text("utf-8").split("\n")[90])
    for name in told:

        def change(events: list[dict[str, Any]], name: str = name) -> None:
            events[89][name] = value

        assert_is_found_out(copied(right, tmp_path / name, change), name)
    path = copied(right, tmp_path / "account", lambda events: None)
    account = json.loads((path / "feed.json").read_text())
    for name in account.keys() - ({"version", "shifted", "largest_bytes", "oversized"} if isinstance(value, int) else set()):
        (path / "feed.json").write_text(json.dumps({**account, name: value}))
        assert_is_found_out(path, name)


@pytest.mark.parametrize("value", [None, -1, "x", [], {"a": 1}, "2026"], ids=repr)
def test_a_manifest_of_other_kinds_is_refused(right: Path, tmp_path: Path, value: Any) -> None:
    path = copied(right, tmp_path, lambda events: None)
    file = path / "commands.00.jsonl"
    manifest, _, rest = file.read_text("utf-8").partition("\n")
    event = json.loads(manifest)
    for name in ("shards", "speed", "start", "routes", "slack_ms"):
        file.write_text(json.dumps({**event, "data": {**event["data"], name: value}}) + "\n" + rest)
        assert_is_found_out(path, name)


def assert_is_found_out(path: Path, name: str) -> None:
    """By a fault or by an error of ours; and playing it raises no other one."""
    assert faults_of(path), name
    with suppress(ConfigurationError):
        feed = read_feed(path)
        for event in feed.events():
            feed.request(event)


def faults_of(path: Path) -> list[str]:
    try:
        return check_feed(path).faults
    except ConfigurationError as error:
        return [str(error)]


def copied(right: Path, tmp_path: Path, change: Change, shard: str = "commands.00.jsonl") -> Path:
    path = tmp_path / "feed"
    path.mkdir(exist_ok=True, parents=True)
    for file in right.iterdir():
        if not (path / file.name).exists():
            (path / file.name).write_bytes(file.read_bytes())
    events = [json.loads(line) for line in (path / shard).read_text("utf-8").splitlines()]
    change(events)
    (path / shard).write_text("".join(json.dumps(event) + "\n" for event in events))
    return path
