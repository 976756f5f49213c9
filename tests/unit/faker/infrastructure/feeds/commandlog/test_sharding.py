"""Shards: what has one key stays together, large keys do not tip the rest, and crossings are kept apart or refused."""

from collections import defaultdict
from pathlib import Path

import pytest

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.feeds.commandlog.checking import check_feed
from ascetic_ddd.faker.infrastructure.feeds.commandlog.reading import read_feed
from ascetic_ddd.faker.infrastructure.feeds.commandlog.shards import Shards
from tests.unit.faker.infrastructure.feeds.commandlog import graph


def test_a_tenant_and_all_that_is_its_own_are_in_one_shard(tmp_path: Path) -> None:
    account = graph.feed(tmp_path / "feed", 400, shards=3)
    feed = read_feed(tmp_path / "feed")
    shards: dict[int, set[int]] = defaultdict(set)
    for shard in range(3):
        for event in feed.shard(shard):
            if "tenant_id" in event["data"]:
                shards[event["data"]["tenant_id"]].add(shard)
                assert event["partitionkey"] == str(event["data"]["tenant_id"])
    assert len(shards) > 3
    assert all(len(found) == 1 for found in shards.values())
    assert account.crossings == 0


def test_a_feed_that_crosses_no_shards_is_strict(tmp_path: Path) -> None:
    graph.feed(tmp_path / "feed", 400, shards=3, is_strict=True)


def test_without_a_key_chains_are_spread_evenly_and_the_slack_keeps_crossings_apart(tmp_path: Path) -> None:
    account = graph.feed(tmp_path / "feed", 400, shards=4, by=None)
    sizes = [shard.commands for shard in account.shards]
    assert max(sizes) - min(sizes) <= 2
    found = check_feed(tmp_path / "feed")
    assert found.is_right
    assert account.crossings == found.crossings > 400
    assert found.least_wait_ms == 5_000


def test_strict_refuses_the_first_crossing_by_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"needs 7/\w+/\d+/1 of shard \d; .*--by.*--strict: then 5000 ms"):
        graph.feed(tmp_path / "feed", 400, shards=4, by=None, is_strict=True)
    assert list(tmp_path.iterdir()) == []


def test_more_shards_than_keys_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"shards=40: there are only .* keys to share out"):
        graph.feed(tmp_path / "feed", 100, shards=40)
    assert list(tmp_path.iterdir()) == []


def test_a_large_key_leaves_the_other_shards_even() -> None:
    shards = Shards(4)
    for number in range(10_000):
        shards.place("large" if number % 2 else f"small {number % 200}", 1)
    large, *others = sorted(shards.loads, reverse=True)
    assert large == pytest.approx(5_000, abs=200)
    assert max(others) - min(others) < 0.1 * sum(others) / 3
