"""What a log says of itself: its first line, the form of its events, and the account that is written when it is whole."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.feeds.commandlog.unfinished import WRITTEN_LAST
from ascetic_ddd.faker.infrastructure.feeds.commandlog.words import type_of
from ascetic_ddd.faker.infrastructure.transports.route import Route

__all__ = ("ACCOUNT", "MANIFEST", "VERSION", "Account", "Manifest", "ShardAccount", "routes_of", "shard_name", "source_of")

VERSION = 1
MANIFEST = "ascetic-ddd.manifest"
ACCOUNT = WRITTEN_LAST[0]
"""The file that is written last, and says that a feed is whole."""


def shard_name(shard: int) -> str:
    """Give the name of a shard's file."""
    return f"commands.{shard:02}.jsonl"


def source_of(seed: int) -> str:
    """Give the source of all events of a run."""
    return f"urn:ascetic-ddd:run:{seed}"


@dataclass(frozen=True)
class Manifest:
    """What was asked for; the same manifest, of the same target, gives the same bytes.

    Attributes:
        seed: of the run.
        count: roots.
        shards: files.
        by: what decides the shard; None: nothing but evenness.
        arrivals: the law, in words.
        speed: simulated seconds in one of the replay.
        slack_ms: between a command and what it needs, at least.
        lead_ms: so long before its start in simulated time the replay begins: with what the first roots are the first to use.
        start: where simulated time begins, ISO 8601.
        target: what was fed, in words.
        after: how many roots were stored before the feed begins.
        routes: by type of command, its ``method``, ``path`` and ``headers``; its ``body`` is "rest", the data without what is in
            the path, or "own": the event says.
    """

    seed: int
    count: int
    shards: int
    by: str | None
    arrivals: str
    speed: float
    slack_ms: int
    lead_ms: int
    start: str
    target: str = ""
    after: int = 0
    routes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def line(self, shard: int) -> str:
        """Give the first line of a shard's file."""
        event = {
            "specversion": "1.0",
            "id": f"{self.seed}/manifest/{shard}",
            "source": source_of(self.seed),
            "type": MANIFEST,
            "time": datetime.fromisoformat(self.start).isoformat(),
            "datacontenttype": "application/json",
            "data": {"version": VERSION, "shard": shard, **asdict(self)},
        }
        return json.dumps(event, ensure_ascii=False, separators=(",", ":")) + "\n"

    @classmethod
    def of(cls, event: Mapping[str, Any], place: str) -> "Manifest":
        """Read it from a first line.

        Raises:
            ConfigurationError: it is none, or of a version that is not known.
        """
        data = event.get("data")
        if event.get("type") != MANIFEST or not isinstance(data, dict) or data.get("version") != VERSION:
            raise ConfigurationError(f"{place}: no manifest of version {VERSION}; expected a log of `ascetic-ddd feed`")
        told = {name: value for name, value in data.items() if name not in ("version", "shard")}
        try:
            _see_kinds(told, _MANIFEST_KINDS)
            for route in told["routes"].values():
                _see_kinds(route, _ROUTE_KINDS)
            if told["shards"] < 1 or not told["speed"] > 0 or datetime.fromisoformat(told["start"]).tzinfo is None:
                raise ValueError("no shards, no speed, or a start without a zone")
            return cls(**told)
        except (TypeError, ValueError) as error:
            raise ConfigurationError(f"{place}: the manifest is another one than expected: {error}") from error


def routes_of(routes: Sequence[Route]) -> dict[str, dict[str, Any]]:
    """Give routes as a manifest has them."""
    found: dict[str, dict[str, Any]] = {}
    for route in routes:
        told: dict[str, Any] = {"method": route.method, "path": route.template, "body": "rest" if route.body is None else "own"}
        if route.headers:
            told["headers"] = dict(route.headers)
        found[type_of(route.command)] = told
    return found


@dataclass(frozen=True)
class ShardAccount:
    """What a shard's file has.

    Attributes:
        commands: so many, the manifest is none.
        bytes, sha256: of the file.
    """

    commands: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Account:
    """What came out; the file ``feed.json``.

    Attributes:
        version: of the form.
        commands: in all.
        types: so many of each type.
        shards: in order.
        span_ms: due time of the last command.
        shifted: aggregates that come later than their arrival, since what they need is not done before.
        crossings: references from one shard to another; ``slack_ms`` lies between.
        largest_bytes: the longest line.
        oversized: events of more than 64 KiB, which CloudEvents does not promise to carry.
    """

    version: int
    commands: int
    types: Mapping[str, int]
    shards: Sequence[ShardAccount]
    span_ms: int
    shifted: int
    crossings: int
    largest_bytes: int
    oversized: int

    def text(self) -> str:
        """Give the file."""
        return json.dumps(asdict(self), indent=1) + "\n"

    @classmethod
    def of(cls, text: str, place: str) -> "Account":
        """Read the file.

        Raises:
            ConfigurationError: it is none.
        """
        try:
            found = json.loads(text)
            _see_kinds(found, _ACCOUNT_KINDS)
            if found["version"] != VERSION:
                raise ValueError(f"its version is {found['version']}, expected {VERSION}")
            for each in found["shards"]:
                _see_kinds(each, _SHARD_KINDS)
            return cls(**{**found, "shards": tuple(ShardAccount(**each) for each in found["shards"])})
        except (ValueError, TypeError, KeyError) as error:
            raise ConfigurationError(f"{place} is no account of a feed: {error}") from error


Kinds = Mapping[str, type | tuple[type, ...]]

_MANIFEST_KINDS: Kinds = {
    **dict.fromkeys(("seed", "count", "shards", "slack_ms", "lead_ms", "after"), int),
    **dict.fromkeys(("arrivals", "start", "target"), str),
    "by": (str, type(None)),
    "speed": (int, float),
    "routes": dict,
}
_ROUTE_KINDS: Kinds = dict.fromkeys(("method", "path", "body"), str)
_ACCOUNT_KINDS: Kinds = {
    **dict.fromkeys(("version", "commands", "span_ms", "shifted", "crossings", "largest_bytes", "oversized"), int),
    "types": dict,
    "shards": list,
}
_SHARD_KINDS: Kinds = {"commands": int, "bytes": int, "sha256": str}


def _see_kinds(told: Any, kinds: Kinds) -> None:
    """See that what a file tells has the kinds that we have written.

    Raises:
        TypeError: it has not.
    """
    if not isinstance(told, dict):
        raise TypeError(f"{told!r:.60} is no object")
    for name, kind in kinds.items():
        if not isinstance(told.get(name), kind):
            raise TypeError(f"its {name} is {told.get(name)!r:.60}")
