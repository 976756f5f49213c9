"""The command ``replay``: a log against an application, to see that it is right."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from ascetic_ddd.faker.cli.exits import Exit, exit_codes, exit_of
from ascetic_ddd.faker.cli.interruption import Interruption
from ascetic_ddd.faker.cli.options import Debug, Json
from ascetic_ddd.faker.cli.outcome import attempt, message_of, secrets_of, tell
from ascetic_ddd.faker.cli.printing import print_json, print_lines
from ascetic_ddd.faker.infrastructure.feeds.commandlog.reading import read_feed
from ascetic_ddd.faker.infrastructure.feeds.commandlog.replaying import Replayed, Times, replay
from ascetic_ddd.faker.infrastructure.feeds.commandlog.sending import over_http

__all__ = ("register",)

_EXIT_CODES = exit_codes("""\
    0  all commands were done
    1  some were refused, or not sent since others were
    2  wrong usage: options, or no whole log
    3  a fault of the program
""")
_SHARES = (0.5, 0.9, 0.99, 1.0)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("replay", short_help="Send the commands of a log, to see that it is right.", epilog=_EXIT_CODES)(_replay)


def _replay(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", show_default=False, help="A log of `feed --to log:FOLDER`.")],
    base_url: Annotated[
        str, typer.Option(metavar="URL", envvar="ASCETIC_DDD_BASE_URL", show_default=False, help="Where the application is.")
    ],
    speed: Annotated[
        float, typer.Option(metavar="X", help="So many times as fast as the log says; inf: as fast as can be.")
    ] = 1.0,
    at_once: Annotated[int, typer.Option(min=1, max=10_000, metavar="K", help="Requests under way at the same time.")] = 64,
    is_json: Json = False,
    debug: Debug = False,
) -> int:
    """Send the commands of a log over HTTP, each when it is due and what it needs is done.

    Latency is measured from the due time, so that an application that is
    slow cannot hide behind a player that waits for it. This is no load
    engine: one process, to see that a log and an application fit.
    """
    secrets = secrets_of(base_url)
    results: list[Replayed] = []

    def work() -> None:
        results.append(asyncio.run(_replayed(folder, base_url, speed, at_once)))

    error = attempt(work)
    if error is not None:
        code = exit_of(error)
        if is_json:
            print_json({"exit_code": int(code), "error": message_of(error)}, secrets.masked)
        tell(error, secrets, debug=debug)
        return code
    found = results[0]
    code = Exit.OK if found.is_clean else Exit.FAILURES
    if is_json:
        print_json({"exit_code": int(code), "error": None, **_as_object(found)}, secrets.masked)
    else:
        print_lines(*map(secrets.masked, _lines(found)))
    return code


async def _replayed(folder: Path, base_url: str, speed: float, at_once: int) -> Replayed:
    from ascetic_ddd.faker.infrastructure.transports.http.connecting import http_client  # only this needs the extra

    feed = read_feed(folder)
    interruption = Interruption()
    with interruption.heard():
        async with http_client(base_url, connections=at_once) as client:
            return await replay(feed, over_http(feed, client), speed=speed, at_once=at_once)


def _lines(found: Replayed) -> Iterator[str]:
    rate = found.sent / found.seconds if found.seconds else 0.0
    yield f"{found.sent:,} commands sent in {found.seconds:,.1f} s, {rate:,.0f}/s: {found.done:,} done"
    if found.skipped:
        yield f"{found.skipped:,} not sent, since what they need was refused"
    yield f"{'ms':<10}{'50 %':>10}{'90 %':>10}{'99 %':>10}{'most':>10}"
    for name, times in _times(found).items():
        yield f"{name:<10}" + "".join(f"{each:>10,.1f}" for each in times.percentiles(*_SHARES))
    for word, number in found.refused.most_common():
        yield f"REFUSED: {number:,} by {word}"
    yield from (f"  {example}" for example in found.examples)


def _as_object(found: Replayed) -> dict[str, object]:
    return {
        "sent": found.sent,
        "done": found.done,
        "skipped": found.skipped,
        "refused": dict(found.refused),
        "examples": found.examples,
        "seconds": found.seconds,
        **{f"{name}_ms": _percentiles(times) for name, times in _times(found).items()},
    }


def _percentiles(times: Times) -> dict[str, float]:
    return dict(zip(("p50", "p90", "p99", "most"), times.percentiles(*_SHARES), strict=True))


def _times(found: Replayed) -> dict[str, Times]:
    return {"lateness": found.lateness, "latency": found.latency, "service": found.service}
