"""The command ``compare``: two profiles or databases, one verdict."""

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import psycopg
import typer

from ascetic_ddd.faker.application.comparison.as_json import as_json
from ascetic_ddd.faker.application.comparison.compare import compare
from ascetic_ddd.faker.application.comparison.model import Comparison
from ascetic_ddd.faker.application.comparison.names import resolve
from ascetic_ddd.faker.application.comparison.planner import PlannerComparison
from ascetic_ddd.faker.application.comparison.scale import Scale
from ascetic_ddd.faker.application.comparison.thresholds import Thresholds
from ascetic_ddd.faker.application.files import replace_file
from ascetic_ddd.faker.application.profile.model import Profile
from ascetic_ddd.faker.cli.comparison_table import print_comparison
from ascetic_ddd.faker.cli.exits import CommandError, Exit, exit_codes, exit_of
from ascetic_ddd.faker.cli.options import Debug, Json, Readable
from ascetic_ddd.faker.cli.outcome import attempt, message_of, secrets_of, tell
from ascetic_ddd.faker.cli.printing import print_json, print_lines
from ascetic_ddd.faker.cli.sources import Source, is_dsn, source_of
from ascetic_ddd.faker.infrastructure.profile.combinations import lacking
from ascetic_ddd.faker.infrastructure.profile.options import CaptureOptions
from ascetic_ddd.faker.infrastructure.profile.planner import PlannerOptions, compare_planners
from ascetic_ddd.faker.infrastructure.report.html import html_report, require_report_libraries

__all__ = ("register",)

_EXIT_CODES = exit_codes("""\
    0  equal: every measure is within its threshold
    1  not equal; with --strict also if something has no counterpart
    2  wrong usage: options, connection string, a file that is no profile
    3  a fault of the program, or a statement failed
    4  a database is unreachable, or was lost
""")

_A = Annotated[str, typer.Argument(metavar="A", show_default=False, help="The original: a file, or a connection string.")]
_B = Annotated[str, typer.Argument(metavar="B", show_default=False, help="The copy.")]


@dataclass(frozen=True, slots=True)
class _Asked:
    a: str
    b: str
    html: Path | None
    thresholds: list[str]
    mapping: list[str]
    scale: list[str]
    is_strict: bool
    capture: CaptureOptions
    has_planner: bool
    planner: PlannerOptions
    is_readable: bool


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("compare", epilog=_EXIT_CODES)(_compare)


def _compare(
    a: _A,
    b: _B,
    html: Annotated[Path | None, typer.Option(metavar="FILE", show_default=False, help="Write the report here.")] = None,
    is_json: Json = False,
    is_full: Annotated[bool, typer.Option("--all", help="Print the measures that pass, too.")] = False,
    is_strict: Annotated[
        bool, typer.Option("--strict", help="What has no counterpart, or cannot be compared, counts as a failure.")
    ] = False,
    mapping: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="A=B", help="Another name: books=public.book, books.author_id=book.writer_id."),
    ] = None,
    threshold: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="ks=0.05, books.author_id.ks=0.1, correlation=off. See docs/comparing.md."),
    ] = None,
    scale: Annotated[
        list[str] | None, typer.Option(metavar="FACTOR", help="Rows of B for one of A: 0.1, countries=1, any.")
    ] = None,
    schema: Annotated[list[str] | None, typer.Option(metavar="S", help="Schemas to capture; all by default.")] = None,
    table: Annotated[list[str] | None, typer.Option(metavar="T", help="Tables to capture; all by default.")] = None,
    has_planner: Annotated[
        bool, typer.Option("--planner/--no-planner", help="With two databases: ask both planners, too.")
    ] = True,
    budget: Annotated[
        float, typer.Option(min=0.0, metavar="SECONDS", help="Time to execute probes in each database; 0: plan only.")
    ] = 20.0,
    timeout: Annotated[float, typer.Option(min=0.001, metavar="SECONDS", help="Limit of each statement.")] = 30.0,
    is_analyze_allowed: Annotated[
        bool, typer.Option("--analyze", help="ANALYZE both first, and A twice, for the noise floor.")
    ] = False,
    is_latency_asked: Annotated[
        bool, typer.Option("--latency", help="Run the probes in both by turns, for as long as --budget, and compare times.")
    ] = False,
    is_readable: Readable = False,
    debug: Debug = False,
) -> int:
    """Compare two databases or profiles by what decides plans.

    A is the original, B the copy; each is a profile's file or a connection
    string. Databases are only read, unless --analyze is told. With two
    databases, probe queries are planned and executed in both.

    Passwords are safer in PGPASSWORD or ~/.pgpass than in the command line,
    which others can see.
    """
    secrets = secrets_of(*(text for text in (a, b) if is_dsn(text)))
    found: list[Comparison] = []

    def work() -> None:
        capturing = CaptureOptions(schemas=tuple(schema or ()), tables=tuple(table or ()), timeout_s=timeout)
        planner = PlannerOptions(
            budget_s=budget, timeout_s=timeout, is_analyze_allowed=is_analyze_allowed, is_latency_asked=is_latency_asked
        )
        asked = _Asked(
            a, b, html, threshold or [], mapping or [], scale or [], is_strict, capturing, has_planner, planner, is_readable
        )
        found.append(_compared(asked))

    error = attempt(work)
    if error is not None:
        code = exit_of(error)
        if is_json:
            print_json({"exit_code": int(code), "error": message_of(error)}, secrets.masked)
        tell(error, secrets, debug=debug)
        return code
    comparison = found[0]
    code = Exit.OK if comparison.is_equal else Exit.FAILURES
    if is_json:
        print_json({"exit_code": int(code), "error": None, **as_json(comparison)})
    else:
        print_comparison(comparison, sys.stdout, is_full=is_full)
    if html is not None:
        print_lines(f"report: {html}", file=sys.stderr if is_json else sys.stdout)
    return code


def _compared(asked: _Asked) -> Comparison:
    thresholds, scale = Thresholds.parse(asked.thresholds), Scale.parse(asked.scale)
    if asked.html is not None:
        require_report_libraries()
        if not asked.html.parent.is_dir() or asked.html.is_dir():
            raise CommandError(f"--html {str(asked.html)!r}: expected a file in a folder that is there", Exit.USAGE)
    sources = source_of("A", asked.a), source_of("B", asked.b)
    profiles = _profiles(sources, asked)
    comparison = compare(
        *profiles,
        thresholds=thresholds,
        mapping=asked.mapping,
        scale=scale,
        is_strict=asked.is_strict,
        labels=(sources[0].label, sources[1].label),
    )
    if asked.has_planner:
        comparison = replace(comparison, planner=_planned(sources, profiles, asked, thresholds, scale))
    if asked.html is not None:
        replace_file(asked.html, html_report(comparison), readable=asked.is_readable)
    return comparison


def _profiles(sources: tuple[Source, Source], asked: _Asked) -> tuple[Profile, Profile]:
    """Both profiles; combinations that one of them tells are counted in the other one, if that is a database."""
    a, b = (source.profile(asked.capture) for source in sources)
    names = resolve(a, b, asked.mapping)
    b = sources[1].with_combinations(b, lacking(b, a, names), asked.capture)
    return sources[0].with_combinations(a, lacking(a, b, names.reversed(), either_way=True), asked.capture), b


def _planned(
    sources: tuple[Source, Source],
    profiles: tuple[Profile, Profile],
    asked: _Asked,
    thresholds: Thresholds,
    scale: Scale,
) -> PlannerComparison | None:
    """Both planners compared; None unless both are databases. Plans of another size are shown, not judged."""
    if sources[0].dsn is None or sources[1].dsn is None:
        return None
    with (
        psycopg.connect(sources[0].dsn, autocommit=True) as a,
        psycopg.connect(sources[1].dsn, autocommit=True) as b,
    ):
        return compare_planners(
            (a, b),
            profiles,
            mapping=asked.mapping,
            thresholds=thresholds.without_planner() if scale.is_other else thresholds,
            options=asked.planner,
        )
