"""The command ``capture``."""

import asyncio
import sys
import time
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from ascetic_ddd.faker.application.profile.file import as_json
from ascetic_ddd.faker.application.profile.model import Profile, ReferenceProfile
from ascetic_ddd.faker.cli.addresses import checked_dsn
from ascetic_ddd.faker.cli.exits import CommandError, Exit, exit_codes, exit_of
from ascetic_ddd.faker.cli.options import Debug, Json, Readable
from ascetic_ddd.faker.cli.outcome import attempt, message_of, secrets_of, tell
from ascetic_ddd.faker.cli.printing import print_data, print_json, print_lines
from ascetic_ddd.faker.cli.terminal import Bar, named_bar
from ascetic_ddd.faker.infrastructure.profile.capture import capture
from ascetic_ddd.faker.infrastructure.profile.options import CaptureMethod, CaptureOptions, Dependence

__all__ = ("register",)

_EXIT_CODES = exit_codes("""\
    0  done; what could not be read is told, and noted in the profile
    2  wrong usage: options, connection string, no such schema, table, column
    3  the profile could not be written
    4  the database is unreachable or was lost
""")

_NAME_WIDTH = 25
_LINE_SECONDS = 5.0


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("capture", epilog=_EXIT_CODES)(_capture)


def _capture(
    dsn: Annotated[str, typer.Argument(metavar="DSN", envvar="ASCETIC_DDD_DSN", show_default=False, help="The database.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The profile; - for the standard output.")
    ] = Path("profile.json"),
    schema: Annotated[list[str] | None, typer.Option(metavar="S", help="Only this schema; may be repeated.")] = None,
    table: Annotated[list[str] | None, typer.Option(metavar="T", help="Only this table; may be repeated.")] = None,
    values: Annotated[
        list[str] | None,
        typer.Option(metavar="TABLE.COLUMN", help="List this column's values in the profile; may be repeated."),
    ] = None,
    estimate: Annotated[bool, typer.Option("--estimate", help="Read the planner's statistics alone, no table.")] = False,
    exact: Annotated[bool, typer.Option("--exact", help="Count the references of large tables, too.")] = False,
    sample: Annotated[
        int | None,
        typer.Option(metavar="N", show_default=False, help="Count the children of N parents only.  [large tables: 20000]"),
    ] = None,
    exact_up_to: Annotated[
        int, typer.Option("--exact-up-to", metavar="ROWS", help="Tables up to this size are counted as a whole.")
    ] = 1_000_000,
    timeout: Annotated[float, typer.Option(metavar="S", help="Seconds that one statement may take.")] = 30.0,
    no_quantiles: Annotated[bool, typer.Option("--no-quantiles", help="Leave quantiles, and hours of the week, out.")] = False,
    time_zone: Annotated[
        str, typer.Option("--time-zone", metavar="ZONE", help="Whose hours of the week are counted, as Europe/Berlin.")
    ] = "UTC",
    dependence: Annotated[
        Dependence, typer.Option(metavar="off|auto|all", help="Count combinations of columns that depend on each other.")
    ] = "auto",
    is_readable: Readable = False,
    is_json: Json = False,
    debug: Debug = False,
) -> int:
    """Capture the shape of a live database in a profile, without writing to it.

    The profile has counts and shares of tables, columns and foreign keys. It
    has no values of rows, except of columns named by --values, enums and
    booleans; quantiles of numbers and times are smoothed and rounded.

    Passwords are safer in the environment (ASCETIC_DDD_DSN, or PGPASSWORD) or
    in ~/.pgpass than in the command line, which others can see.
    """
    secrets = secrets_of(dsn)
    found: list[Profile] = []

    def work() -> None:
        options = CaptureOptions(
            schemas=tuple(schema or ()),
            tables=tuple(table or ()),
            values=tuple(values or ()),
            method=_method(estimate=estimate, exact=exact, sample=sample),
            sample=20_000 if sample is None else sample,
            exact_up_to=exact_up_to,
            timeout_s=timeout,
            has_quantiles=not no_quantiles,
            time_zone=time_zone,
            dependence=dependence,
        )
        checked = checked_dsn("DSN", dsn)
        stream = sys.stderr if is_json or str(output) == "-" else sys.stdout
        with _shown(stream) as show:
            found.append(asyncio.run(capture(checked, options, report=show)))
        if str(output) == "-":
            print_data(as_json(found[0]))
        else:
            found[0].save(output, readable=is_readable)

    error = attempt(work)
    code = Exit.OK if error is None else exit_of(error)
    if is_json and str(output) != "-":
        print_json(_as_object(found, output, code, error), secrets.masked)
    elif error is None:
        stream = sys.stderr if str(output) == "-" else sys.stdout
        print_lines(*map(secrets.masked, _as_text(found[0], output)), file=stream)
    if error is not None:
        tell(error, secrets, debug=debug)
    return code


def _method(*, estimate: bool, exact: bool, sample: int | None) -> CaptureMethod:
    told: dict[str, CaptureMethod] = {}
    if estimate:
        told["--estimate"] = "estimate"
    if exact:
        told["--exact"] = "exact"
    if sample is not None:
        told["--sample"] = "sample"
    if len(told) > 1:
        raise CommandError(f"{' and '.join(told)} are different ways to measure: tell one of them", Exit.USAGE)
    return next(iter(told.values()), "auto")


class _shown:  # noqa: N801  # used as a function
    """Shows which table is under way: a bar on a terminal, in a pipe a line now and then."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._bar: Bar | None = None
        self._told_s = time.monotonic()
        if stream.isatty():
            self._bar = named_bar(stream)

    def __enter__(self) -> "_shown":
        if self._bar is not None:
            self._bar.start(name="the catalogue")
        return self

    def __exit__(self, *error: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, done: int, total: int, name: str) -> None:
        if self._bar is not None:
            self._bar.update(done, total=total, name=name)
        elif time.monotonic() - self._told_s > _LINE_SECONDS:
            self._told_s = time.monotonic()
            print_lines(f"{done:>6,} of {total:,} tables; next {name}", file=self._stream)


def _as_text(profile: Profile, output: Path) -> list[str]:
    lines = [f"{len(profile.tables)} tables, {sum(each.rows for each in profile.tables):,} rows"]
    if profile.references:
        heads = ("mean", "null", "weights", "skew", "misfit", "method")
        lines += ["", _line("reference", *heads), *(line for each in profile.references for line in _lines_of(each))]
    if profile.notes:
        lines += ["", "Notes:", *(f"  {note}" for note in profile.notes)]
    return lines if str(output) == "-" else [*lines, "", f"Written to {output}"]


def _lines_of(reference: ReferenceProfile) -> list[str]:
    name = str(reference)
    if not reference.used:
        figures = ("-", f"{reference.null_weight:.1%}", "-", "-", "-", reference.method)
    else:
        weights = " ".join(f"{weight:.2f}".removeprefix("0") for weight in reference.weights)
        figures = (
            f"{reference.mean:,.2f}",
            f"{reference.null_weight:.1%}",
            weights,
            f"{reference.skew:.2f}",
            f"{reference.skew_misfit:.3f}",
            reference.method,
        )
    if len(name) > _NAME_WIDTH:
        return [name, _line("", *figures)]
    return [_line(name, *figures)]


def _line(name: str, mean: str, nulls: str, weights: str, skew: str, misfit: str, method: str) -> str:
    return f"{name:<{_NAME_WIDTH}}{mean:>9}{nulls:>7}  {weights:<15}{skew:>6}{misfit:>7} {method}".rstrip()


def _as_object(found: list[Profile], output: Path, code: Exit, error: BaseException | None) -> dict[str, Any]:
    summary: dict[str, Any] = {"exit_code": int(code), "error": None if error is None else message_of(error)}
    for profile in found:
        summary |= {
            "output": str(output),
            "tables": {each.name: each.rows for each in profile.tables},
            "references": [
                {
                    "reference": str(each),
                    "references_table": each.references_table,
                    "rows": each.rows,
                    "mean": each.mean,
                    "null_weight": each.null_weight,
                    "weights": each.weights,
                    "skew": each.skew,
                    "skew_misfit": each.skew_misfit,
                    "method": each.method,
                    "error": each.error,
                }
                for each in profile.references
            ],
            "notes": profile.notes,
        }
    return summary
