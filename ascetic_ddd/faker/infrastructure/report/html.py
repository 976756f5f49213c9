"""The report: one HTML file that stands alone, for a screen, a phone and paper."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from ascetic_ddd.faker.application.comparison.measures import Measure, Verdict
from ascetic_ddd.faker.application.comparison.model import Comparison, Subject
from ascetic_ddd.faker.application.comparison.wording import (
    distance_text,
    failure_texts,
    headline,
    limit_text,
    measure_title,
    value_text,
)
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.values.words import visible

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ("html_report", "require_report_libraries")

_PACKAGE = "ascetic_ddd.faker.infrastructure.report"
_MOST_PLANS = 40
_MOST_HEAT_MAPS = 6


def html_report(comparison: Comparison) -> str:
    """Write the report.

    It needs no network and no script. Names from the databases are made :func:`visible` and escaped; values of rows are not
    in it.

    Raises:
        ConfigurationError: the extra ``report`` is not installed.
    """
    require_report_libraries()
    planner = comparison.planner
    return (
        _environment()
        .get_template("page")
        .render(
            comparison=comparison,
            headline=headline(comparison),
            worst=failure_texts(comparison),
            counts=_counts(comparison),
            notes=_notes(comparison),
            references=list(_references(comparison)),
            pairs=list(_pairs(comparison)),
            tables=list(_tables(comparison)),
            planner_rows=[_row(measure) for measure in planner.measures] if planner else [],
            latency_rows=[_row(measure) for measure in planner.latency] if planner else [],
            floor_title="A against A again",
            differing=planner.differing[:_MOST_PLANS] if planner else (),
            differing_left_out=max(0, len(planner.differing) - _MOST_PLANS) if planner else 0,
            number=lambda value: f"{value:,.0f}",
            q=lambda value: "–" if value is None else f"{value:,.3g}",
        )
    )


def require_report_libraries() -> None:
    """See that the report can be written, before the work for it is done.

    Raises:
        ConfigurationError: the extra ``report`` is not installed.
    """
    try:
        import jinja2  # noqa: F401
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise ConfigurationError(
            f"the report needs {error.name}, which is not installed: pip install 'ascetic-ddd[report]' (--json needs nothing)"
        ) from error


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    detail: str
    a: str
    b: str
    distance: str
    limit: str
    reason: str
    verdict: str


@dataclass(frozen=True, slots=True)
class _Plot:
    svg: Any  # jinja2's Markup: ours, made of numbers
    caption: str


@dataclass(frozen=True, slots=True)
class _Block:
    key: str
    name: str
    name_b: str
    verdict: str
    rows: list[_Row]
    plots: tuple[_Plot, ...] = ()
    words: tuple[str, ...] = ()


@cache
def _environment() -> "Environment":
    from jinja2 import DictLoader, Environment, StrictUndefined

    page = resources.files(_PACKAGE).joinpath("page.html.j2").read_text("utf-8")
    loader = DictLoader({"page": page})
    return Environment(loader=loader, autoescape=True, finalize=_shown, undefined=StrictUndefined, trim_blocks=True)


def _shown(value: Any) -> Any:
    """What the page is told: words are made visible, and escaped after that; our own plots are neither."""
    return visible(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _references(comparison: Comparison) -> Iterator[_Block]:
    """Those that fail first, worst first; then the others as they come."""
    found = [subject for subject in comparison.subjects if subject.kind == "reference"]
    for number, subject in enumerate(sorted(found, key=lambda each: -each.severity)):
        key = f"reference-{number}"
        rows = [_row(measure) for measure in subject.measures]
        yield _Block(key, subject.name, subject.name_b, _verdict((subject,)), rows, _plots(subject, key))


def _pairs(comparison: Comparison) -> Iterator[_Block]:
    """Those that fail first, worst first; the worst ones have heat maps."""
    from markupsafe import Markup

    from ascetic_ddd.faker.infrastructure.report.heat_maps import heat_maps, heat_words

    found = [subject for subject in comparison.subjects if subject.kind == "pair"]
    for number, subject in enumerate(sorted(found, key=lambda each: -each.severity)):
        rows = [_row(measure) for measure in subject.measures]
        plots: tuple[_Plot, ...] = ()
        words: tuple[str, ...] = ()
        if subject.grids is not None and number < _MOST_HEAT_MAPS:
            drawn = heat_maps(*subject.grids)
            plots = tuple(_Plot(Markup(svg), side) for svg, side in zip(drawn, "AB", strict=True))
            words = tuple(heat_words(*subject.grids))
        yield _Block(f"pair-{number}", subject.name, subject.name_b, _verdict((subject,)), rows, plots, words)


def _plots(subject: Subject, key: str) -> tuple[_Plot, ...]:
    from markupsafe import Markup

    from ascetic_ddd.faker.infrastructure.report.plots import lorenz_plot, rank_frequency_plot

    if subject.shapes is None or not any(children and parents for each in subject.shapes for children, parents in each):
        return ()
    a, b = subject.shapes
    return (
        _Plot(Markup(rank_frequency_plot(a, b, key)), "Children of each parent, by the parent's rank"),
        _Plot(Markup(lorenz_plot(a, b, key)), "Share of the rows that the top parents hold (Lorenz curve)"),
    )


def _tables(comparison: Comparison) -> Iterator[_Block]:
    """Each table with its columns; a column's rows begin with its name."""
    columns = [subject for subject in comparison.subjects if subject.kind == "column"]
    for number, table in enumerate(subject for subject in comparison.subjects if subject.kind == "table"):
        own = [column for column in columns if column.table == table.name]
        rows = [_row(measure) for measure in table.measures]
        for column in own:
            name = column.name.removeprefix(f"{table.name}.")
            rows += [_row(measure, name) for measure in column.measures]
        yield _Block(f"table-{number}", table.name, table.name_b, _verdict((table, *own)), rows)


def _row(measure: Measure, column: str = "") -> _Row:
    title = measure_title(measure)
    return _Row(
        name=f"{column}: {title}" if column else title,
        detail=measure.detail,
        a="" if measure.a is None else value_text(measure.name, measure.a),
        b="" if measure.b is None else value_text(measure.name, measure.b),
        distance=distance_text(measure),
        limit=limit_text(measure),
        reason=measure.reason,
        verdict=measure.verdict.value,
    )


def _verdict(subjects: Iterable[Subject]) -> str:
    verdicts = {measure.verdict for subject in subjects for measure in subject.measures}
    for verdict in (Verdict.FAIL, Verdict.NOT_COMPARABLE):
        if verdict in verdicts:
            return verdict.value
    return Verdict.PASS.value


def _counts(comparison: Comparison) -> str:
    measures = [measure for subject in comparison.subjects for measure in subject.measures]
    measures += comparison.planner.measures if comparison.planner else ()
    told = [f"{len(measures):,} measures"]
    for verdict, words in ((Verdict.PASS, "pass"), (Verdict.FAIL, "fail"), (Verdict.NOT_COMPARABLE, "not comparable")):
        number = sum(measure.verdict is verdict for measure in measures)
        if number:
            told.append(f"{number:,} {words}")
    if comparison.without_counterpart:
        told.append(f"{len(comparison.without_counterpart):,} without a counterpart")
    return ", ".join(told) + "."


def _notes(comparison: Comparison) -> list[str]:
    sides = [(side, note) for side, of in (("A", comparison.a), ("B", comparison.b)) for note in of.notes]
    planner = comparison.planner.notes if comparison.planner else ()
    return [*comparison.notes, *planner, *(f"{side}: {note}" for side, note in sides)]
