"""``ascetic-ddd feed``: one run, from the warm part to the last rendering."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ascetic_ddd.faker.application.runs.progress import Progress
from ascetic_ddd.faker.application.runs.restoration import restore
from ascetic_ddd.faker.application.runs.target import Target
from ascetic_ddd.faker.cli.databases import DatabaseOptions, databases
from ascetic_ddd.faker.cli.exits import CommandError, Exit
from ascetic_ddd.faker.cli.generation import GenerateOptions, run_generation
from ascetic_ddd.faker.cli.interruption import Interruption
from ascetic_ddd.faker.cli.reporting import IReporter
from ascetic_ddd.faker.cli.session_pools import locked_session_pool
from ascetic_ddd.faker.cli.stores import rememberers
from ascetic_ddd.faker.cli.summary import Summary
from ascetic_ddd.faker.cli.transporting import transport_of, wired
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.repositories import sides_of
from ascetic_ddd.faker.infrastructure.feeds.commandlog.asking import LOG
from ascetic_ddd.faker.infrastructure.feeds.commandlog.checking import CheckedFeed, check_feed
from ascetic_ddd.faker.infrastructure.feeds.commandlog.feeding import FeedOptions, write_log
from ascetic_ddd.faker.infrastructure.feeds.commandlog.manifest import ACCOUNT, Account
from ascetic_ddd.faker.infrastructure.feeds.commandlog.reading import read_feed
from ascetic_ddd.faker.infrastructure.feeds.commandlog.renderings.registry import RENDERINGS
from ascetic_ddd.faker.infrastructure.feeds.commandlog.renderings.rendering import README, Rendered, render
from ascetic_ddd.seedwork.domain.session.interfaces import ISessionPool

__all__ = ("Fed", "FeedRun", "WarmPart", "feed_of_target", "forms_of_log")


@dataclass(frozen=True)
class WarmPart:
    """What is stored before the feed.

    Attributes:
        count: roots that shall be there.
        generation: how they are made, and where.
        databases: where they are remembered.
    """

    count: int
    generation: GenerateOptions
    databases: DatabaseOptions


@dataclass(frozen=True)
class FeedRun:
    """What the command line says of a feed.

    Attributes:
        options: of the log.
        forms: by folder.
        base_url: for engines that have it in their files.
        warm: what is stored before; None: nothing.
        resume, force, check, readable: as the options say.
    """

    options: FeedOptions
    forms: Mapping[Path, str]
    base_url: str
    warm: WarmPart | None
    resume: bool
    force: bool
    check: bool
    readable: bool


@dataclass
class Fed:
    """What came of it.

    Attributes:
        stored: roots that are stored before the feed.
        account: of the log.
        rendered: forms beside it.
        checked: what reading it back has shown; None if nobody asked.
    """

    stored: int = 0
    account: Account | None = None
    rendered: list[Rendered] = field(default_factory=list)
    checked: CheckedFeed | None = None


async def feed_of_target(run: FeedRun, target: Target, reporter: IReporter) -> Fed:
    """Store the warm part, write the log, make the other forms of it.

    Raises:
        CommandError: the target has no feed, or the run was interrupted.
        FakerError: as :func:`.write_log` and :func:`.render` say.
    """
    feed = target.feed
    if feed is None:
        raise CommandError(
            "TARGET has no feed: its commands cannot be written into a log; let it return Target(…, feed=Feed(to_log, routes=…))",
            Exit.USAGE,
        )
    fed = Fed()
    path = _log_path(run.forms)
    is_kept = path in run.forms
    if not run.force:
        _see_that_they_are_free(run)
    if run.resume and (path / ACCOUNT).exists():
        _see_that_it_is_the_same(run, path, feed.routes)
    else:
        fed.account = await _logged(run, target, path, reporter, fed)
    forms_of_log(run, path, fed)
    if not is_kept:
        shutil.rmtree(path)
    return fed


def forms_of_log(run: FeedRun, path: Path, fed: Fed) -> None:
    """Check a log, if that was asked, and make its other forms."""
    if run.check:
        fed.checked = check_feed(path)
    feed = read_feed(path)
    fed.account = feed.account
    for folder, form in run.forms.items():
        if form != LOG:
            again = run.resume and (folder / README).exists()
            made = render(RENDERINGS[form], feed, folder, base_url=run.base_url, force=run.force or again, readable=run.readable)
            fed.rendered.append(made)


async def _logged(run: FeedRun, target: Target, path: Path, reporter: IReporter, fed: Fed) -> Account:
    if run.warm is None:
        return await _written(run, target, path, reporter, None, None)
    way = transport_of(target, run.warm.generation.transport, run.warm.generation.base_url)
    is_remote = way is not None and way.is_remote
    with databases(run.warm.databases, target, is_remote=is_remote) as found:
        summary = Summary(run.warm.generation.target, run.warm.count, run.warm.generation.seed, resumed=True)
        await run_generation(run.warm.generation, target, found, summary, reporter)
        fed.stored = summary.remembered
        async with (
            locked_session_pool(found, 1, run.warm.generation.patience_s) as pool,
            wired(target, way, run.warm.generation.base_url, found) as stored,
        ):
            run = replace(run, options=replace(run.options, after=fed.stored))
            return await _written(run, target, path, reporter, stored, pool)


async def _written(
    run: FeedRun,
    target: Target,
    path: Path,
    reporter: IReporter,
    stored: AggregateProvider[Any, Any] | None,
    pool: ISessionPool | None,
) -> Account:
    feed = target.feed
    if feed is None:
        raise CommandError("TARGET has no feed", Exit.USAGE)
    interruption = Interruption()

    def on_progress(progress: Progress) -> None:
        reporter.report(progress)
        interruption.check()

    async def before(provider: AggregateProvider[Any, Any]) -> None:
        if stored is not None and pool is not None:
            _follow(provider, stored)
            async with pool.session() as session, session.atomic():
                await restore(provider, session)

    with interruption.heard():
        reporter.begin(0, run.options.count)
        try:
            with interruption.batches():
                return await write_log(
                    feed.wire,
                    path,
                    run.options,
                    routes=feed.routes,
                    needs_routes=any(form != LOG and RENDERINGS[form].needs_routes for form in run.forms.values()),
                    before=before if stored is not None else None,
                    session_pool=pool,
                    resume=run.resume,
                    force=run.force,
                    readable=run.readable,
                    on_progress=on_progress,
                )
        finally:
            reporter.end()


def _follow(provider: AggregateProvider[Any, Any], stored: AggregateProvider[Any, Any]) -> None:
    """Let the log's repositories read what those of the warm part remember."""
    known = {each.path: each.repository for each in rememberers(stored)}
    for each in provider.walk():
        if isinstance(each, AggregateProvider):
            if each.path not in known:
                raise ConfigurationError(
                    f"{each.path}: the graph that stored the warm part has no such provider, only {', '.join(known)}"
                )
            external, internal = sides_of(each.repository)
            (external if external is not None else internal).follow(known[each.path])


def _log_path(forms: Mapping[Path, str]) -> Path:
    """The folder of the log; one that nobody asked for is hidden, beside the first."""
    for path, form in forms.items():
        if form == LOG:
            return path
    first = next(iter(forms))
    return first.with_name(f".{first.name}.log")


def _see_that_it_is_the_same(run: FeedRun, path: Path, routes: Sequence[Any]) -> None:
    """A log that is whole already is gone on from only if it is of these options."""
    found = read_feed(path).manifest
    if replace(found, after=0, lead_ms=0) != replace(run.options.manifest(routes), after=0):  # of the graph, which is not here
        raise CommandError(
            f"{path} is a whole log of other options; repeat the command as it was, or replace it (--force, without --resume)",
            Exit.USAGE,
        )


def _see_that_they_are_free(run: FeedRun) -> None:
    """Before anything is made: not when an hour of drawing is over."""
    for path in run.forms:
        if path.exists() and not path.is_dir():
            raise CommandError(f"{path} is no folder; expected a name that is free", Exit.USAGE)
        if path.exists() and any(path.iterdir()) and not run.resume:
            raise CommandError(
                f"the folder {path} has files already; take another, or force it (--force): it is replaced", Exit.USAGE
            )
