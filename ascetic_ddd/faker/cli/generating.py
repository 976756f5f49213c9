"""The command ``generate``; the run is in ``generation.py``."""

import asyncio
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

import typer

from ascetic_ddd.faker.cli.databases import DatabaseOptions, databases
from ascetic_ddd.faker.cli.exits import Exit, exit_codes, exit_of
from ascetic_ddd.faker.cli.generation import GenerateOptions, run_generation
from ascetic_ddd.faker.cli.next_steps import next_steps
from ascetic_ddd.faker.cli.options import DATA, DOMAIN, BaseUrl, Data, Debug, External, Internal, Json, Target, Transport
from ascetic_ddd.faker.cli.outcome import attempt, message_of, secrets_of, tell
from ascetic_ddd.faker.cli.printing import print_error, print_json, print_lines
from ascetic_ddd.faker.cli.reporting import reporter, stream_for
from ascetic_ddd.faker.cli.summary import Summary
from ascetic_ddd.faker.cli.targets import load_target
from ascetic_ddd.faker.cli.transporting import transport_of
from ascetic_ddd.faker.cli.trying import Trial, tried

__all__ = ("OnError", "register")

_EXIT_CODES = exit_codes("""\
    0  done; with --resume also if there was nothing left to do
    1  done, but aggregates failed and were left out (--on-error skip);
       with --dry-run: something does not hold together
    2  wrong usage: options, connection string, TARGET
    3  an aggregate failed and the run stopped
    4  a database is unreachable, was lost, only reads, or has no room left;
       or the application at the base URL does not serve
    5  refused: another run is at work, or --resume is missing
""")


class OnError(StrEnum):
    """What to do with an aggregate that fails."""

    stop = "stop"
    skip = "skip"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("generate", epilog=_EXIT_CODES)(_generate)


def _generate(
    context: typer.Context,
    target: Target,
    count: Annotated[
        int, typer.Option(min=1, metavar="N", show_default=False, help="Aggregates of the root to have at the end.")
    ],
    seed: Annotated[int, typer.Option(metavar="S", help="Same seed, same rows.")] = 0,
    batch_size: Annotated[int, typer.Option(min=1, metavar="B", help="Aggregates in one transaction.")] = 500,
    lanes: Annotated[int, typer.Option(min=1, max=64, metavar="K", help="Batches at the same time, for slow applications.")] = 1,
    external_dsn: External = None,
    internal_dsn: Internal = None,
    data: Data = DATA,
    transport: Transport = DOMAIN,
    base_url: BaseUrl = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from what is remembered, up to N in all.")] = False,
    on_error: Annotated[OnError, typer.Option(help="An aggregate that fails stops the run, or is left out.")] = OnError.stop,
    retries: Annotated[
        int, typer.Option(min=0, metavar="R", help="Times a batch is repeated after a deadlock and the like.")
    ] = 10,
    patience: Annotated[float, typer.Option(min=0.0, metavar="S", help="Seconds to wait for a server that restarts.")] = 30.0,
    is_dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Look the graph over, make ten in memory, store nothing.")
    ] = False,
    is_json: Json = False,
    debug: Debug = False,
) -> int:
    """Create aggregates in batches of one transaction each; restartable.

    TARGET names a function without arguments that returns an
    ascetic_ddd.faker.application.target.Target, or an AggregateProvider, for
    example examples.library.wiring:target. The current directory can be
    imported from.

    With --dry-run no database is opened: what does not hold together is told,
    about how many of each kind there would be, and the states of ten.

    Passwords are safer in the environment, ASCETIC_DDD_EXTERNAL_DSN and
    ASCETIC_DDD_INTERNAL_DSN, than in the command line, which others can see.
    """
    if is_dry_run:
        return _try(target, count, seed, is_json=is_json, debug=debug)
    options = GenerateOptions(
        target, count, seed, batch_size, lanes, resume, on_error.value, retries, patience, transport, base_url
    )
    summary = Summary(target, count, seed, resume)
    secrets = secrets_of(external_dsn, internal_dsn, base_url)
    places = {"--external-dsn": external_dsn, "--internal-dsn": internal_dsn, "--data": data}
    again = {**places, "--transport": transport, "--base-url": base_url}
    told = _told_on_the_command_line(context, {**again, "--retries": retries, "--patience": patience})

    def work() -> None:
        found = load_target(target)
        show = reporter(stream_for(is_json=is_json))
        way = transport_of(found, transport, base_url)
        is_remote = way is not None and way.is_remote
        with databases(DatabaseOptions(external_dsn, internal_dsn, data), found, is_remote=is_remote) as dsns:
            asyncio.run(run_generation(options, found, dsns, summary, show))

    error = attempt(work)
    if error is None:
        summary.code = Exit.FAILURES if summary.failed else Exit.OK
    else:
        summary.code = exit_of(error)
        summary.error = secrets.masked(message_of(error))
    if is_json:
        print_json(summary.as_object(), secrets.masked)
    elif error is None and not summary.done and not summary.failed:
        print_lines(f"Nothing to do: {summary.remembered:,} are remembered, {count:,} were asked for.")
    elif error is None or summary.done:
        print_lines(*map(secrets.masked, summary.as_lines()))
    if error is not None:
        tell(error, secrets, debug=debug)
        for step in next_steps(error, options, summary, told):
            print_error(secrets.masked(step))
    return summary.code


def _try(target: str, count: int, seed: int, *, is_json: bool, debug: bool) -> int:
    secrets = secrets_of()
    trials: list[Trial] = []
    error = attempt(lambda: trials.append(asyncio.run(tried(load_target(target), count, seed))))
    trial = trials[0] if trials else Trial(target, failure=error)
    if is_json:
        print_json(trial.as_object(), secrets.masked)
    elif trials:
        print_lines(*map(secrets.masked, trial.as_lines()))
    if trial.failure is not None:
        tell(trial.failure, secrets, debug=debug)
    return trial.code


def _told_on_the_command_line(context: typer.Context, values: Mapping[str, object]) -> dict[str, str]:
    """What the command to go on must repeat; what comes from the environment stays there."""
    told = {}
    for option, value in values.items():
        source = context.get_parameter_source(option.removeprefix("--").replace("-", "_"))
        if value is not None and source is not None and source.name == "COMMANDLINE":
            told[option] = str(value)
    return told
