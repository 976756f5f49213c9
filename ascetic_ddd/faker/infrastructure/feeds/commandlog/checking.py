"""A log looked over: that it is what its account says, and that nothing is used before it is made."""

import hashlib
import heapq
import re
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from ascetic_ddd.faker.infrastructure.feeds.commandlog.manifest import shard_name
from ascetic_ddd.faker.infrastructure.feeds.commandlog.reading import Event, Feed, needs_of, read_feed
from ascetic_ddd.faker.infrastructure.feeds.commandlog.schedule import LONGEST_MS

__all__ = ("CheckedFeed", "check_feed")

_MOST_FAULTS = 20
_MOMENT_S = 0.002
_REQUIRED = ("specversion", "source", "time", "partitionkey")
_ID = re.compile(r"(?P<kind>-?[0-9]+/.+)/(?P<number>[0-9]{1,12})/(?P<step>[0-9]{1,12})")


@dataclass
class CheckedFeed:
    """What a log is like.

    Attributes:
        commands: so many.
        types: by type, so many.
        shards: by shard, so many.
        hours: by hour of simulated time since the start, so many.
        needs: how often one command waits for another.
        crossings: how often that is one of another shard.
        least_wait_ms: between a command and what it needs; None if nothing needs anything.
        faults: what is wrong, in words; the first ones.
    """

    commands: int = 0
    types: Counter[str] = field(default_factory=Counter)
    shards: Counter[int] = field(default_factory=Counter)
    hours: Counter[int] = field(default_factory=Counter)
    needs: int = 0
    crossings: int = 0
    least_wait_ms: int | None = None
    faults: list[str] = field(default_factory=list)

    @property
    def is_right(self) -> bool:
        """True if nothing is wrong."""
        return not self.faults


def check_feed(path: str | Path) -> CheckedFeed:
    """Read a log from its beginning to its end, and prove that it can be replayed.

    Of every command: what it needs comes before it, by the slack, in the order of the log; its chain is in order and in one
    shard, and so is all that has its key; times rise; sequence numbers have no gap. Of the whole: counts, sizes and sums are
    those of the account. In memory is a number for each aggregate.

    Raises:
        ConfigurationError: it is no whole log.
        PersistenceError: it cannot be read.
    """
    feed = read_feed(path)
    checker = _Checker(feed)
    for event, shard in _with_shards(feed):
        checker.look_at(event, shard)
        if len(checker.found.faults) >= _MOST_FAULTS:
            return checker.found
    checker.compare()
    return checker.found


def _with_shards(feed: Feed) -> Iterator[tuple[Event, int]]:
    """The commands in the order of the log, each with its shard."""
    return heapq.merge(*(_numbered(feed, shard) for shard in range(feed.manifest.shards)), key=_sequence)


def _numbered(feed: Feed, shard: int) -> Iterator[tuple[Event, int]]:
    return ((event, shard) for event in feed.shard(shard))


def _sequence(pair: tuple[Event, int]) -> str:
    return str(pair[0].get("sequence"))


class _Kind:
    """Of the aggregates of one kind, by number: how many of their commands are done, when the last is due, and in which shard."""

    def __init__(self) -> None:
        self.steps, self.dues, self.shards = bytearray(), array("q"), array("h")

    def grow(self, number: int) -> None:
        """Have room for so many."""
        lacking = number + 1 - len(self.dues)
        if lacking > 0:
            lacking += len(self.dues) // 4
            self.steps.extend(bytes(lacking))
            self.dues.extend([-1] * lacking)
            self.shards.extend([-1] * lacking)


class _Checker:
    def __init__(self, feed: Feed) -> None:
        self.found = CheckedFeed()
        self._feed = feed
        self._start = datetime.fromisoformat(feed.manifest.start)
        self._kinds: dict[str, _Kind] = {}
        self._shard_of_key: dict[str, int] = {}
        self._due = 0
        self._next = 1

    def look_at(self, event: Event, shard: int) -> None:
        """Take the next command."""
        found = self.found
        found.commands += 1
        found.types[event["type"]] += 1
        found.shards[shard] += 1
        lacking = [name for name in _REQUIRED if not isinstance(event.get(name), str)]
        named = _ID.fullmatch(event["id"])
        if lacking or named is None:
            self._wrong(event, f"lacks {lacking[0]}" if lacking else "has an id of another form")
            return
        due = event["duems"]
        if not 0 <= due <= LONGEST_MS:
            self._wrong(event, f"is due at {due} ms; expected 0 to {LONGEST_MS}")
            return
        if int(named["number"]) > self._feed.account.commands:  # what is kept of each number would fill the memory
            self._wrong(event, f"has a number beyond the {self._feed.account.commands:,} commands of the account")
            return
        found.hours[int(self._passed_ms(due) // 3_600_000)] += 1
        self._check_order(event, due)
        self._check_chain(event, named, shard, due)
        self._check_needs(event, shard, due)
        key = event["partitionkey"]
        if key != f"{named['kind']}/{named['number']}" and self._shard_of_key.setdefault(key, shard) != shard:
            self._wrong(event, f"has the key {key!r}, which is in another shard, too")

    def compare(self) -> None:
        """Hold what was found against the account."""
        found, account = self.found, self._feed.account
        if found.commands != account.commands or dict(found.types) != dict(account.types):
            found.faults.append(f"{found.commands:,} commands are there, the account says {account.commands:,}, or other types")
        for what, seen, said in (("span_ms", self._due, account.span_ms), ("crossings", found.crossings, account.crossings)):
            if seen != said:
                found.faults.append(f"{what} is {seen:,}, the account says {said:,}")
        for shard, told in enumerate(account.shards):
            path = self._feed.path / shard_name(shard)
            if shard >= self._feed.manifest.shards:
                break  # told below
            with path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
            if (found.shards[shard], path.stat().st_size, digest) != (told.commands, told.bytes, told.sha256):
                found.faults.append(f"{path.name} is not the file of the account: its size, sum or commands differ")
        if len(account.shards) != self._feed.manifest.shards:
            found.faults.append(f"the account has {len(account.shards)} shards, the manifest {self._feed.manifest.shards}")

    def _check_order(self, event: Event, due: int) -> None:
        sequence = str(event["sequence"])
        if sequence != f"{self._next:012}":
            self._wrong(event, f"has the sequence {sequence}; expected {self._next:012}")
        self._next = int(sequence[-12:]) + 1 if sequence.isdecimal() else self._next + 1
        if due < self._due:
            self._wrong(event, f"is due at {due} ms, before the one in front of it at {self._due} ms")
        self._due = max(due, self._due)
        if not self._is_its_time(event["time"], due):
            self._wrong(event, f"has the time {event['time']}, and is due at {due} ms")

    def _passed_ms(self, due: int) -> float:
        """Simulated time since the start."""
        return (due - self._feed.manifest.lead_ms) * self._feed.manifest.speed

    def _is_its_time(self, time: str, due: int) -> bool:
        try:
            moment = self._start + timedelta(milliseconds=self._passed_ms(due))
            return abs((datetime.fromisoformat(time) - moment).total_seconds()) <= _MOMENT_S
        except (ValueError, TypeError, OverflowError):  # no time, or one without a zone, or none that there is
            return False

    def _check_chain(self, event: Event, named: "re.Match[str]", shard: int, due: int) -> None:
        kind = self._kinds.setdefault(named["kind"], _Kind())
        number, step = int(named["number"]), int(named["step"])
        kind.grow(number)
        if kind.steps[number] != step - 1:
            self._wrong(event, f"comes after {kind.steps[number]} commands of its aggregate")
        elif step > 1 and kind.shards[number] != shard:
            self._wrong(event, "is in another shard than the command before it")
        kind.steps[number], kind.dues[number], kind.shards[number] = min(step, 255), due, shard

    def _check_needs(self, event: Event, shard: int, due: int) -> None:
        needs = needs_of(event)
        latest = -1
        for need in needs:
            named = _ID.fullmatch(need)
            kind = self._kinds.get(named["kind"]) if named is not None else None
            number = int(named["number"]) if named is not None else 0
            if named is None or kind is None or number >= len(kind.dues) or kind.steps[number] < int(named["step"]):
                self._wrong(event, f"needs {need}, which does not come before it")
                continue
            self.found.needs += 1
            self.found.crossings += kind.shards[number] != shard and kind.shards[number] >= 0
            latest = max(latest, kind.dues[number])
        if not needs or latest < 0 or event["id"] in needs:
            return
        own = event["id"].rpartition("/")[0]
        if all(need.rpartition("/")[0] != own for need in needs):
            self._check_wait(event, due, latest)

    def _check_wait(self, event: Event, due: int, latest: int) -> None:
        wait = due - latest
        self.found.least_wait_ms = wait if self.found.least_wait_ms is None else min(wait, self.found.least_wait_ms)
        if event.get("depms") != latest:
            self._wrong(event, f"says that what it needs is due at {event.get('depms')} ms; it is at {latest} ms")
        if wait < self._feed.manifest.slack_ms:
            self._wrong(event, f"is due {wait} ms after what it needs; expected {self._feed.manifest.slack_ms} ms at least")

    def _wrong(self, event: Event, words: str) -> None:
        self.found.faults.append(f"{event['id']} {words}")
