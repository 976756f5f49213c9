"""The command ``feed``; the run is in ``feed_run.py``."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ascetic_ddd.faker.cli.databases import DatabaseOptions
from ascetic_ddd.faker.cli.exits import CommandError, Exit, exit_codes, exit_of
from ascetic_ddd.faker.cli.feed_run import Fed, FeedRun, WarmPart, feed_of_target, forms_of_log
from ascetic_ddd.faker.cli.generation import GenerateOptions
from ascetic_ddd.faker.cli.options import DATA, DOMAIN, BaseUrl, Data, Debug, External, Internal, Json, Readable, Transport
from ascetic_ddd.faker.cli.outcome import attempt, message_of, secrets_of, tell
from ascetic_ddd.faker.cli.printing import print_json, print_lines
from ascetic_ddd.faker.cli.reporting import reporter, stream_for
from ascetic_ddd.faker.cli.targets import load_target
from ascetic_ddd.faker.infrastructure.feeds.commandlog.asking import arrivals_of, forms_of
from ascetic_ddd.faker.infrastructure.feeds.commandlog.feeding import FeedOptions
from ascetic_ddd.faker.infrastructure.feeds.commandlog.renderings.rendering import Rendered

__all__ = ("register",)

_BATCH = 500

_EXIT_CODES = exit_codes("""\
    0  done; with --check: and the log is right
    1  done, but --check finds the log wrong
    2  wrong usage: options, TARGET, a folder in use, no whole log
    3  an aggregate failed, as one whose command has no route, or cannot tell
       its id; or a file cannot be written
    4  with --after: a database is unreachable, or the application is
    5  with --after: another run is at work
""")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("feed", short_help="Write commands for load engines; restartable.", epilog=_EXIT_CODES)(_feed)


def _feed(
    target: Annotated[str | None, typer.Argument(metavar="TARGET", show_default=False, help="package.module:callable")] = None,
    to: Annotated[
        list[str] | None,
        typer.Option(metavar="FORMAT:FOLDER", show_default=False, help="What is written, and where to; may be repeated."),
    ] = None,
    count: Annotated[
        int | None, typer.Option(min=1, metavar="N", show_default=False, help="Roots, those that are stored before included.")
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option("--from", metavar="FOLDER", show_default=False, help="Instead of TARGET: a log that is there."),
    ] = None,
    seed: Annotated[int, typer.Option(metavar="S", help="Same seed, same bytes.")] = 0,
    shards: Annotated[int, typer.Option(min=1, max=999, metavar="K", help="Files, each for one worker.")] = 1,
    by: Annotated[
        str | None, typer.Option(metavar="PART", show_default=False, help="The part of the root that decides the shard.")
    ] = None,
    arrivals: Annotated[
        str,
        typer.Option(
            metavar="LAW",
            help="steady:RATE, poisson:RATE (a second), diurnal:PER_DAY, weekly:PER_DAY, measured:PROFILE#TABLE.COLUMN.",
        ),
    ] = "poisson:10",
    speed: Annotated[float, typer.Option(metavar="X", help="Simulated seconds in one of the replay.")] = 1.0,
    slack: Annotated[float, typer.Option(metavar="S", help="Seconds between a command and what it needs, at least.")] = 5.0,
    start: Annotated[
        str, typer.Option(metavar="TIME", help="Where simulated time begins, ISO 8601.")
    ] = "2026-01-05T00:00:00+00:00",
    strict: Annotated[bool, typer.Option("--strict", help="Refuse what needs a command of another shard.")] = False,
    after: Annotated[
        float,
        typer.Option(min=0.0, max=1.0, metavar="SHARE", help="Store this share first, by --transport, and feed the rest."),
    ] = 0.0,
    check: Annotated[bool, typer.Option("--check", help="Read the log back, and prove that it can be replayed.")] = False,
    transport: Transport = DOMAIN,
    base_url: BaseUrl = None,
    external_dsn: External = None,
    internal_dsn: Internal = None,
    data: Data = DATA,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an unfinished feed, to the same bytes.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace feeds that are in the folders.")] = False,
    readable: Readable = False,
    is_json: Json = False,
    debug: Debug = False,
) -> int:
    """Write commands, with times and what they wait for, into files for load engines; restartable.

    TARGET is as for generate; its Target has feed=Feed(to_log, routes=…).

    FORMAT is log, csv, jsonl, k6, locust, gatling, jmeter, artillery,
    vegeta, pandora, tank or ghz. Forms are made of a log; feed.README.md in
    each folder says how to run it, and what the form does not keep.
    """
    fed = Fed()
    secrets = secrets_of(external_dsn, internal_dsn, base_url)

    def work() -> None:
        nonlocal fed
        forms = forms_of(to or [], source)
        stored = _stored(target, source, is_written=bool(forms), count=count or 0, share=after)
        told = (seed, shards, by, arrivals_of(arrivals), speed, slack, _moment(start), strict, target or "")
        options = FeedOptions(max(1, (count or 0) - stored), *told)
        warm = None
        if stored and target is not None:
            generation = GenerateOptions(target, stored, seed, _BATCH, 1, True, "stop", 10, 30.0, transport, base_url)
            warm = WarmPart(stored, generation, DatabaseOptions(external_dsn, internal_dsn, data))
        run = FeedRun(options, forms, base_url or "http://localhost:8000", warm, resume, force, check, readable)
        if source is not None:
            forms_of_log(run, source, fed)
        elif target is not None:
            fed = asyncio.run(feed_of_target(run, load_target(target), reporter(stream_for(is_json=is_json))))

    error = attempt(work)
    if error is not None:
        code = exit_of(error)
        if is_json:
            print_json({"exit_code": int(code), "error": secrets.masked(message_of(error))}, secrets.masked)
        tell(error, secrets, debug=debug)
        return code
    code = Exit.OK if fed.checked is None or fed.checked.is_right else Exit.FAILURES
    if is_json:
        print_json({"exit_code": int(code), "error": None, **_as_object(fed)}, secrets.masked)
    else:
        print_lines(*_lines(fed))
    return code


def _stored(target: str | None, source: Path | None, *, is_written: bool, count: int, share: float) -> int:
    """How many roots are stored before the feed."""
    if (target is None) == (source is None):
        raise CommandError("tell either TARGET and --count, or --from with the folder of a log", Exit.USAGE)
    if target is None:
        return 0
    if not is_written or not count:
        raise CommandError("--to FORMAT:FOLDER or --count is missing", Exit.USAGE)
    stored = round(count * share)
    if stored >= count:
        raise CommandError(f"--after {share:g}: nothing is left of {count:,} to be fed", Exit.USAGE)
    return stored


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(
            f"--start {text!r} is no time: {error}; expected one as 2026-01-05T00:00:00+00:00", Exit.USAGE
        ) from error
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _lines(fed: Fed) -> Iterator[str]:
    account = fed.account
    if fed.stored:
        yield f"{fed.stored:,} roots are stored before the feed."
    if account is not None:
        sizes = [shard.commands for shard in account.shards]
        spread = f"{len(sizes)} shards of {min(sizes):,} to {max(sizes):,}"
        yield f"{account.commands:,} commands in {spread}, over {_duration(account.span_ms)}"
        for type, number in account.types.items():
            yield f"{number:>12,}  {number / account.commands:6.1%}  {type}"
        yield f"{account.crossings:,} needs cross shards; {account.shifted:,} aggregates come later than they arrive."
        if account.oversized:
            yield f"{account.oversized:,} events have more than 64 KiB, up to {account.largest_bytes:,} bytes."
    for made in fed.rendered:
        yield f"{made.name}: {made.path}: {len(made.bytes)} files, {sum(made.bytes.values()):,} bytes. Not kept: {made.loses}"
        yield from (f"  note: {note}" for note in made.notes)
    checked = fed.checked
    if checked is not None:
        yield from (f"FAULT: {fault}" for fault in checked.faults)
        least = "" if checked.least_wait_ms is None else f", the least wait is {checked.least_wait_ms:,} ms"
        if checked.is_right:
            yield f"Right: {checked.needs:,} needs are done before they are wanted{least}."


def _as_object(fed: Fed) -> dict[str, object]:
    account, checked = fed.account, fed.checked
    return {
        "stored": fed.stored,
        "commands": account.commands if account else 0,
        "types": dict(account.types) if account else {},
        "shards": [shard.commands for shard in account.shards] if account else [],
        "span_ms": account.span_ms if account else 0,
        "crossings": account.crossings if account else 0,
        "shifted": account.shifted if account else 0,
        "rendered": [_form(each) for each in fed.rendered],
        "check": checked
        and {
            "is_right": checked.is_right,
            "needs": checked.needs,
            "least_wait_ms": checked.least_wait_ms,
            "faults": checked.faults,
        },
    }


def _form(made: Rendered) -> dict[str, object]:
    return {
        "form": made.name,
        "folder": str(made.path),
        "bytes": dict(made.bytes),
        "not_kept": made.loses,
        "notes": list(made.notes),
    }


def _duration(ms: int) -> str:
    minutes, seconds = divmod(ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"
