"""The command ``synthesize``; what it does is in ``synthesis.py``, which needs pydantic."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from ascetic_ddd.faker.cli.exits import CommandError, Exit, exit_codes, exit_of
from ascetic_ddd.faker.cli.options import Debug, Json, Readable
from ascetic_ddd.faker.cli.outcome import attempt, message_of, secrets_of, tell
from ascetic_ddd.faker.cli.printing import print_data, print_error, print_json, print_lines
from ascetic_ddd.faker.cli.reporting import reporter, stream_for

if TYPE_CHECKING:
    from ascetic_ddd.faker.infrastructure.feeds.destinations import Written

__all__ = ("register",)

_EXIT_CODES = exit_codes("""\
    0  done
    2  wrong usage: options, MODULE, models that contradict themselves
    3  a row could not be made, or the database refused it
    4  the database or the folder cannot be reached, was lost, or is full
    5  refused: the folder is not empty, or the tables are there; see --force
""")
_EXTRA = {"annotated_types", "email_validator", "pydantic", "pydantic_core", "rstr"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("synthesize", epilog=_EXIT_CODES)(_synthesize)


def _synthesize(
    module: Annotated[str, typer.Argument(metavar="MODULE", show_default=False, help="package.module with the models")],
    rows: Annotated[
        list[str] | None, typer.Option(metavar="MODEL=N", help="Rows of a model; once for each that is wanted.")
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(metavar="PLACE", envvar="ASCETIC_DDD_TO", show_default=False, help="csv:FOLDER, jsonl:FOLDER or a DSN."),
    ] = None,
    seed: Annotated[int, typer.Option(metavar="S", help="Same seed, same rows.")] = 0,
    table: Annotated[
        list[str] | None, typer.Option(metavar="MODEL=TABLE", help="Table of a model; by default its name in snake case.")
    ] = None,
    creates_tables: Annotated[bool, typer.Option("--create-tables", help="Create the tables, for a try-out.")] = False,
    is_forced: Annotated[
        bool, typer.Option("--force", help="Replace files; with --create-tables, drop the tables first.")
    ] = False,
    null: Annotated[
        str, typer.Option("--null", metavar="TEXT", show_default=False, help="Stands for NULL in CSV.  [default: nothing]")
    ] = "",
    noise: Annotated[
        float, typer.Option(min=0.0, max=1.0, metavar="P", help="Break each field with this probability, and tell which.")
    ] = 0.0,
    is_spreadsheet_safe: Annotated[
        bool, typer.Option("--spreadsheet-safe", help="CSV: an apostrophe before texts that look like formulas.")
    ] = False,
    is_readable: Readable = False,
    is_ddl: Annotated[bool, typer.Option("--ddl", help="Print CREATE TABLE statements, and do nothing else.")] = False,
    is_json: Json = False,
    debug: Debug = False,
) -> int:
    """Make rows from pydantic models with keys and references.

    All of it is written, or nothing: files have their names, and rows are
    committed, when the last one is there. The current directory can be
    imported from.

    Passwords are safer in PGPASSWORD, ~/.pgpass or ASCETIC_DDD_TO than in the
    command line, which others can see.
    """
    secrets = secrets_of(to if to and not to.startswith(("csv:", "jsonl:")) else None)
    written: list[Written] = []
    notes: list[str] = []

    def note(text: str) -> None:
        notes.append(secrets.masked(text))
        print_error(f"note: {notes[-1]}")

    def work() -> None:
        _require_pydantic()
        from ascetic_ddd.faker.cli import synthesis

        options = synthesis.SynthesizeOptions(
            module,
            rows or [],
            to,
            seed,
            table or [],
            null,
            is_forced=is_forced,
            creates_tables=creates_tables,
            noise=noise,
            is_spreadsheet_safe=is_spreadsheet_safe,
            is_readable=is_readable,
        )
        if is_ddl:
            print_data(synthesis.statements(options, note))
        else:
            with _ended_by_sigterm():
                written.append(synthesis.synthesize(options, reporter(stream_for(is_json=is_json)), note))

    error = attempt(work)
    code = Exit.OK if error is None else _code_of(error)
    if is_json and not (is_ddl and error is None):
        about = {"module": module, "seed": seed, "to": to, **_account(written), "notes": notes}
        told = {"exit_code": int(code), "error": None if error is None else message_of(error), **about}
        print_json(told, secrets.masked)
    elif written:
        print_lines(*map(secrets.masked, _as_text(written[0], to)))
    if error is not None:
        tell(error, secrets, debug=debug)
    return code


def _require_pydantic() -> None:
    try:
        import ascetic_ddd.faker.schema  # noqa: F401
    except ImportError as error:
        if (error.name or "").partition(".")[0] in _EXTRA:
            raise CommandError(
                f"synthesize needs {error.name}, which is not installed: pip install 'ascetic-ddd[cli,pydantic]'", Exit.USAGE
            ) from error
        raise


def _code_of(error: BaseException) -> Exit:
    """As everywhere; a folder that cannot be written is like a database that cannot."""
    code = exit_of(error)
    if code is Exit.STOPPED and (isinstance(error, OSError) or isinstance(error.__cause__, OSError)):
        return Exit.DATABASE
    return code


def _account(written: "list[Written]") -> dict[str, Any]:
    if not written:
        return {"rows": {}, "total": 0, "seconds": 0.0, "rate": 0.0}
    found = written[0]
    return {"rows": found.rows, "total": found.total, "seconds": round(found.seconds, 3), "rate": round(found.rate, 1)}


def _as_text(written: "Written", to: str | None) -> list[str]:
    width = max(map(len, written.rows), default=0)
    lines = [f"{name:<{width}}  {number:>12,}" for name, number in written.rows.items()]
    return [*lines, f"{written.total:,} rows in {written.seconds:.1f} s ({written.rate:,.0f}/s), written to {to}"]


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Let SIGTERM end the block as Ctrl-C does, so that nothing is left half done."""

    def end(number: int, frame: FrameType | None) -> NoReturn:
        raise SystemExit(Exit.TERMINATED)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
