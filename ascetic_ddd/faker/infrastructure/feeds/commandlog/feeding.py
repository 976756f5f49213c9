"""A whole run: a graph's roots become a log of commands in a folder."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ascetic_ddd.faker.application.runs.collector import rare_collections
from ascetic_ddd.faker.application.runs.generation import generate
from ascetic_ddd.faker.application.runs.progress import Progress
from ascetic_ddd.faker.domain.errors import ConfigurationError, FakerError, PersistenceError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.randomness import seed_of
from ascetic_ddd.faker.infrastructure.feeds.commandlog.arrivals import MONDAY, Arrivals
from ascetic_ddd.faker.infrastructure.feeds.commandlog.command_log import CommandLog
from ascetic_ddd.faker.infrastructure.feeds.commandlog.manifest import Account, Manifest, routes_of, shard_name
from ascetic_ddd.faker.infrastructure.feeds.commandlog.schedule import LONGEST_MS, Schedule
from ascetic_ddd.faker.infrastructure.feeds.commandlog.shards import Shards
from ascetic_ddd.faker.infrastructure.feeds.commandlog.unfinished import UnfinishedFolder
from ascetic_ddd.faker.infrastructure.feeds.commandlog.writer import LogWriter
from ascetic_ddd.faker.infrastructure.transports.route import Route
from ascetic_ddd.seedwork.domain.session.interfaces import ISessionPool
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySessionPool

__all__ = ("FeedOptions", "write_log")

_BATCH = 500
_FASTEST = 1e9

Wire = Callable[[CommandLog], AggregateProvider[Any, Any]]
"""Gives the graph on the repositories of a log."""


@dataclass(frozen=True)
class FeedOptions:
    """What is asked of a feed.

    Attributes:
        count: roots.
        seed: same seed, same bytes.
        shards: files, each for one worker.
        by: what decides the shard, see :class:`.CommandLog`.
        arrivals: when the roots come; it changes no data.
        speed: simulated seconds in one of the replay.
        slack_s: at least so much lies between a command and what it needs, in seconds of the replay.
        start: where simulated time begins.
        is_strict: refuse what needs a command of another shard.
        target: what is fed, in words.
        after: how many roots were stored before, and are not in the feed.

    Raises:
        ConfigurationError: something is out of range, or the feed is longer than a due time can say.
    """

    count: int
    seed: int = 0
    shards: int = 1
    by: str | None = None
    arrivals: Arrivals = field(default_factory=lambda: Arrivals.steady(10.0))
    speed: float = 1.0
    slack_s: float = 5.0
    start: datetime = MONDAY
    is_strict: bool = False
    target: str = ""
    after: int = 0

    def __post_init__(self) -> None:
        for name, value, least in (("count", self.count, 1), ("shards", self.shards, 1), ("after", self.after, 0)):
            if type(value) is not int or value < least:
                raise ConfigurationError(f"{name}={value!r}: expected a whole number, at least {least}")
        if not 0 < self.speed <= _FASTEST:
            raise ConfigurationError(
                f"speed={self.speed!r}: expected a number above 0, at most {_FASTEST:g}: simulated seconds in one of the replay"
            )
        if not 0 <= self.slack_s <= LONGEST_MS / 1000:
            raise ConfigurationError(f"slack_s={self.slack_s!r}: expected seconds of the replay, at least 0")
        if self.start.tzinfo is None:
            raise ConfigurationError(f"start={self.start.isoformat()}: expected a time with its zone, as 2026-01-05T00:00:00Z")
        if (self.start.utcoffset() or timedelta()) % timedelta(minutes=1):
            raise ConfigurationError(
                f"start={self.start.isoformat()}: expected a zone of whole minutes; events can tell no other"
            )
        days = self.arrivals.span(self.count) / self.speed / 86_400
        if days * 86_400_000 > LONGEST_MS:
            raise ConfigurationError(
                f"{self.count:,} arrivals, {self.arrivals.words}, at speed {self.speed:g} take {days:,.1f} days, and a due time "
                "holds 24.8; tell a greater speed, or a greater rate"
            )

    def manifest(self, routes: Sequence[Route], depth: int = 0) -> Manifest:
        """Give what the log says of itself; so many references lead from the root to the farthest kind."""
        slack_ms = round(self.slack_s * 1000)
        return Manifest(
            self.seed,
            self.count,
            self.shards,
            self.by,
            self.arrivals.words,
            self.speed,
            slack_ms,
            depth * slack_ms,
            self.start.isoformat(),
            self.target,
            self.after,
            routes_of(routes),
        )


async def write_log(
    wire: Wire,
    path: Path,
    options: FeedOptions,
    *,
    routes: Sequence[Route] = (),
    needs_routes: bool = False,
    before: Callable[[AggregateProvider[Any, Any]], Awaitable[object]] | None = None,
    session_pool: ISessionPool | None = None,
    resume: bool = False,
    force: bool = False,
    readable: bool = False,
    on_progress: Callable[[Progress], object] | None = None,
) -> Account:
    """Draw the roots, and write their commands, in the order of their due times, into a folder that is there when it is whole.

    The same options, of the same target, and of the same store if something was stored before, give the same bytes. Going on
    after a crash draws the same again and writes what is missing. In memory is what others may refer to, and what is not due yet.

    Args:
        wire: log → the graph on its repositories.
        path: the folder.
        options: what is asked for.
        routes: how commands are sent over HTTP.
        needs_routes: refuse a command without one.
        before: prepares the graph, where something was stored before the feed.
        session_pool: where what was stored before can be read.
        resume: go on with an unfinished one.
        force: replace what is there.
        readable: others may read the files, as the umask allows.
        on_progress: called after each batch.

    Raises:
        ConfigurationError: what is asked for cannot be had.
        OccupiedError: the folder has files.
        PersistenceError: it cannot be written; what is unfinished can be gone on with.
        GenerationError: an aggregate failed.
    """
    log = CommandLog(seed=options.seed, by=options.by, routes=routes, needs_routes=needs_routes)
    provider = wire(log)
    log.attach(provider)
    manifest = options.manifest(routes, log.depth)
    names = [shard_name(shard) for shard in range(options.shards)]
    folder = UnfinishedFolder(path, repr(manifest), names, resume=resume, force=force, readable=readable)
    try:
        writer = LogWriter(manifest, folder)
        shards = Shards(options.shards)
        schedule = Schedule(
            options.arrivals.seconds(options.count, seed=seed_of(options.seed, "arrivals"), start=options.start),
            speed=options.speed,
            slack_ms=manifest.slack_ms,
            depth=log.depth,
            shards=shards,
            is_strict=options.is_strict,
            emit=writer.write,
        )
        if before is None:
            provider.seed(options.seed)
        else:
            await before(provider)
            provider.seed(seed_of(options.seed, f"after {options.after}"))

        def committed(progress: Progress) -> None:
            log.hand_over(schedule)
            if on_progress is not None:
                on_progress(progress)

        pool = session_pool or InMemorySessionPool()
        with rare_collections():
            async for _ in generate(provider, pool, options.count, batch_size=_BATCH, on_progress=committed):
                pass
        schedule.finish()
        shards.check()
        return writer.finish(schedule.shifted, schedule.crossings)
    except FakerError as error:
        if not isinstance(error, PersistenceError):  # the same again would fail the same
            folder.discard()
        raise
    finally:
        folder.close()
