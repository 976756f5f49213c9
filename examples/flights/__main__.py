"""The round trip on real data, from the command line: ``python -m examples.flights``."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from ascetic_ddd.faker.application.comparison.measures import Measure, Verdict
from ascetic_ddd.faker.application.comparison.model import Comparison
from ascetic_ddd.faker.application.comparison.thresholds import DEFAULTS
from ascetic_ddd.faker.application.files import replace_file
from ascetic_ddd.faker.application.profile.model import Profile
from ascetic_ddd.faker.infrastructure.embedded import PgServer, embedded_postgres
from ascetic_ddd.faker.infrastructure.report.html import html_report
from ascetic_ddd.seedwork.domain.errors import AsceticDddError
from examples.arguments import positive
from examples.flights.round_trip import PLANS, Figures, Trip, figures, pair_figures, plans, round_trips

__all__ = ("main",)

PAIRS = ("combinations", "determined", "commonest", "commonest_worst", "joint")
"""What ``ascetic-ddd compare`` measures of two columns."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Load the flights, grow them again from their profile, and compare.

    Returns the exit code: 0 if every bar is met, 1 if not, 2 if it could not run.
    """
    options = _parse(arguments)
    try:
        with embedded_postgres(durable=False) as server:
            return _show(server, options)
    except AsceticDddError as error:
        print(f"The round trip could not be made: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped; the embedded server is shut down and its data removed.", file=sys.stderr)
        return 130


def _show(server: PgServer, options: argparse.Namespace) -> int:
    original: Profile | None = None
    missed = 0  # of the bars; what compare finds beside them is shown, and no failure
    for step in round_trips(server, flights=options.flights, trips=options.trips, seed=options.seed):
        if isinstance(step, Profile):
            original = step
            rows = ", ".join(f"{table.rows:,} {table.name}" for table in step.tables)
            print(f"The real data: {rows}.")
            continue
        assert original is not None
        trip = plans(server, original, step)
        found = figures(original, trip.profile)
        print(f"\nTrip {trip.number}, grown in {trip.seconds:.0f} s: distances to the real data\n")
        print(_table(found))
        pairs = pair_figures(server, step)
        print(f"\n{_table(pairs)}")
        missed += sum(len(each.missed) for each in (*found, *pairs)) + _show_plans(trip)
        print(f"\nColumns that know each other, as `ascetic-ddd compare` tells it:\n\n{_pairs(trip.comparison)}")
        _show_others(trip.comparison)
        if options.html and trip.number == options.trips:
            replace_file(options.html, html_report(trip.comparison))
            print(f"\nThe report: {options.html}")
    print(f"\n{'Every bar is met.' if not missed else f'{missed} measures miss their bar (marked !).'}")
    return 1 if missed else 0


def _table(found: Sequence[Figures]) -> str:
    bars = found[0].bars
    lines = [("", *bars), ("at most", *(f"{bar:g}" for bar in bars.values()))]
    for each in found:
        cells = (f"{distance:.4f}{'!' if name in each.missed else ''}" for name, distance in each.distances.items())
        lines.append((each.reference, *cells))
    return _in_columns(lines)


def _pairs(comparison: Comparison) -> str:
    """The measures of pairs of columns; what is beyond its threshold is marked."""
    lines = [("columns", *PAIRS), ("at most", *(f"{DEFAULTS[name].value:g}" for name in PAIRS))]
    for subject in comparison.subjects:
        if subject.kind == "pair":
            measures = {measure.name: measure for measure in subject.measures}
            lines.append((subject.name, *(_cell(measures.get(name)) for name in PAIRS)))
    return _in_columns(lines)


def _cell(measure: Measure | None) -> str:
    if measure is None or measure.distance is None:
        return "–"
    return f"{measure.distance:.4f}{'!' if measure.verdict is Verdict.FAIL else ''}"


def _in_columns(lines: Sequence[Sequence[str]]) -> str:
    head = lines[0]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines)


def _show_plans(trip: Trip) -> int:
    """Print how many plans are equal. Returns 1 if they are too few."""
    planner = trip.comparison.planner
    if planner is None:
        return 0
    stable = [result for result in planner.results if result.is_stable]
    equal = sum(result.is_equal for result in stable) / len(stable)
    mark = "" if equal >= PLANS else " !"
    print(f"\nSame plan: {equal:.1%} of the {len(stable)} probes on which the real data agrees with itself{mark}")
    for result in planner.differing:
        print(f"  other plan: {result.probe.text}")
    return int(equal < PLANS)


def _show_others(comparison: Comparison) -> None:
    """Print what else is different: tables and columns, by the thresholds of ``ascetic-ddd compare``."""
    total = sum(len(subject.measures) for subject in comparison.subjects)
    others = [(subject, measure) for subject in comparison.failed for measure in subject.failures]
    print(f"\nOf the {total} measures of `ascetic-ddd compare`, {len(others)} are beyond their thresholds:")
    for subject, measure in others:
        print(f"  {subject.kind} {subject.name}: {measure.name} {measure.detail}".rstrip())


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m examples.flights", description=main.__doc__)
    parser.add_argument("--flights", type=positive, default=None, help="only the first so many flights (default: all 336,776)")
    parser.add_argument("--trips", type=positive, default=3, help="how often it is grown from the last profile (default: 3)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the first trip (default: 0)")
    parser.add_argument("--html", type=Path, default=None, help="write the report of the last trip to this file")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
