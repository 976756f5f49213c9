"""Real data, captured, grown again, captured again, and again: what is left of its shape."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest
from statistics import median

import psycopg
from psycopg import sql

from ascetic_ddd.faker.application import measure
from ascetic_ddd.faker.application.comparison.compare import compare
from ascetic_ddd.faker.application.comparison.model import Comparison
from ascetic_ddd.faker.application.comparison.names import resolve
from ascetic_ddd.faker.application.profile.model import Histogram, Profile, ReferenceProfile
from ascetic_ddd.faker.infrastructure.embedded import PgServer
from ascetic_ddd.faker.infrastructure.profile.capture import capture
from ascetic_ddd.faker.infrastructure.profile.combinations import lacking, with_combinations
from ascetic_ddd.faker.infrastructure.profile.options import CaptureOptions
from ascetic_ddd.faker.infrastructure.profile.planner import PlannerOptions, compare_planners
from examples.flights.loading import load
from examples.flights.providers import VALUES
from examples.flights.wiring import grow

__all__ = ("BARS", "PAIRS", "PAIR_BARS", "Figures", "Trip", "figures", "pair_figures", "plans", "round_trips", "top_tenth")

BARS = {"KS": 0.02, "W1/mean": 0.05, "top share": 0.05, "rows behind": 0.05, "nulls": 0.005, "top 10 %": 0.01}
"""How far the copy may be from the original, per reference."""

PAIRS = (
    ("flights", "carrier", "tailnum"),
    ("flights", "dest", "distance"),
    ("flights", "carrier", "dest"),
    ("planes", "manufacturer", "model"),
)
"""Columns that know each other: a plane flies for one airline, a destination has its distances."""

PAIR_BARS = {"combinations": 1.1, "median of the 20 commonest": 1.1, "worst of them": 2.0, "joint counts": 0.02}
"""How far their combinations may be apart: factors, and the share of the rows that would have to change the size of theirs."""

PLANS = 0.9
"""At least so many probes have the same plan in both, of those on which the original agrees with itself."""


@dataclass(frozen=True)
class Trip:
    """One database grown from the profile of the one before, beside the original."""

    number: int
    database: str
    seconds: float
    profile: Profile
    comparison: Comparison


@dataclass(frozen=True)
class Figures:
    """One reference, or one pair of columns, of the copy beside the same of the original; 0 is equal, of a factor 1."""

    reference: str
    distances: dict[str, float]
    bars: Mapping[str, float]

    @property
    def missed(self) -> list[str]:
        """The measures over their bar."""
        return [name for name, distance in self.distances.items() if distance > self.bars[name]]


def round_trips(server: PgServer, *, flights: int | None = None, trips: int = 3, seed: int = 0) -> Iterator[Profile | Trip]:
    """Load the real data and give its profile; then trip after trip, each grown from what the last one captured.

    Args:
        server: where the databases are made: ``original``, ``trip_1`` and so on.
        flights: only the first so many flights; None: all.
        trips: how many.
        seed: of the first; each other one has the next.
    """
    load(server.create_database("original"), flights=flights)
    original = profile = _captured(server, "original")
    yield original
    for number in range(1, trips + 1):
        database = f"trip_{number}"
        dsn = server.create_database(database)
        start = time.perf_counter()
        asyncio.run(grow(dsn, profile, seed=seed + number - 1))
        seconds = time.perf_counter() - start
        profile = _captured(server, database)
        comparison = compare(original, _completed(dsn, profile, original), labels=("the real data", f"trip {number}"))
        yield Trip(number, database, seconds, profile, comparison)


def plans(server: PgServer, original: Profile, trip: Trip) -> Trip:
    """The trip with the answers of both planners; both databases are analysed for it."""
    with (
        psycopg.connect(server.dsn("original"), autocommit=True) as a,
        psycopg.connect(server.dsn(trip.database), autocommit=True) as b,
    ):
        answers = compare_planners((a, b), (original, trip.profile), options=PlannerOptions(is_analyze_allowed=True))
    return replace(trip, comparison=replace(trip.comparison, planner=answers))


def figures(original: Profile, copy: Profile) -> list[Figures]:
    """Each reference of the copy beside the original's."""
    return [_figures(a, copy.reference(a.table, *a.columns)) for a in original.references]


def pair_figures(server: PgServer, trip: Trip) -> list[Figures]:
    """The combinations of each pair of columns, by their numbers of rows."""
    return [_pair(pair, *(_rows_of(server.dsn(name), pair) for name in ("original", trip.database))) for pair in PAIRS]


def _rows_of(dsn: str, pair: tuple[str, str, str]) -> list[int]:
    """Rows of each combination, most first."""
    table, one, two = map(sql.Identifier, pair)
    with psycopg.connect(dsn) as connection:
        counted = sql.SQL("SELECT count(*) FROM {} GROUP BY {}, {} ORDER BY 1 DESC").format(table, one, two)
        return [rows for (rows,) in connection.execute(counted)]


def _pair(pair: tuple[str, str, str], a: list[int], b: list[int]) -> Figures:
    factors = [max(x / y, y / x) for x, y in zip(a[:20], b[:20], strict=False)]
    moved = sum(abs(x - y) for x, y in zip_longest(a, b, fillvalue=0)) / 2 / sum(a)
    found = (max(len(a) / len(b), len(b) / len(a)), median(factors), max(factors), moved)
    return Figures(f"{pair[0]}: {pair[1]} and {pair[2]}", dict(zip(PAIR_BARS, found, strict=True)), PAIR_BARS)


def top_tenth(histogram: Histogram) -> float:
    """Share of the rows that the tenth of the parents with the most rows have.

    Example:
        >>> top_tenth(((0, 15), (1, 4), (6, 1)))
        0.7
    """
    left = sum(parents for _, parents in histogram) / 10.0
    rows = sum(rows * parents for rows, parents in histogram)
    held = 0.0
    for children, parents in sorted(histogram, reverse=True):
        taken = min(left, parents)
        held += taken * children
        left -= taken
    return held / rows


def _figures(a: ReferenceProfile, b: ReferenceProfile) -> Figures:
    (counts_a, counts_b) = ([rows for rows, parents in each.histogram for _ in range(parents)] for each in (a, b))
    distances = {
        "KS": measure.ks(a.histogram, b.histogram),
        "W1/mean": measure.w1_over_mean(a.histogram, b.histogram),
        "top share": abs(measure.top_share(counts_b) / measure.top_share(counts_a) - 1.0),
        "rows behind": abs(measure.size_biased_mean(counts_b) / measure.size_biased_mean(counts_a) - 1.0),
        "nulls": abs(a.null_weight - b.null_weight),
        "top 10 %": abs(top_tenth(a.histogram) - top_tenth(b.histogram)),
    }
    return Figures(f"{a.table}.{', '.join(a.columns)} → {a.references_table}", distances, BARS)


def _completed(dsn: str, profile: Profile, original: Profile) -> Profile:
    """The profile with the combinations that the original tells, whether the columns depend on each other here or not."""
    wanted = lacking(profile, original, resolve(original, profile))
    return asyncio.run(with_combinations(dsn, profile, wanted, CaptureOptions()))


def _captured(server: PgServer, database: str) -> Profile:
    return asyncio.run(capture(server.dsn(database), CaptureOptions(values=VALUES)))
