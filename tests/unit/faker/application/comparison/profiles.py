"""Small profiles by hand, and what a comparison of them says."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ascetic_ddd.faker.application.comparison.measures import Measure, Verdict
from ascetic_ddd.faker.application.comparison.model import Comparison
from ascetic_ddd.faker.application.measure import histogram
from ascetic_ddd.faker.application.profile.model import ColumnProfile, Profile, ReferenceProfile, TableProfile
from ascetic_ddd.faker.application.profile.summary import summarised

UNIFORM = [20] * 500
SKEWED = [round(10_000 * ((k / 500) ** (1 / 3) - ((k - 1) / 500) ** (1 / 3))) for k in range(1, 501)]  # of the same mean


def column(name: str, rows: int, **parts: Any) -> ColumnProfile:
    defaults: dict[str, Any] = {
        "type": "bigint",
        "null_share": 0.0,
        "distinct": rows,
        "top_shares": (1 / rows,) if rows else (),
        "width": 8.0,
        "correlation": 0.9,
    }
    return ColumnProfile(name=name, rows=rows, **{**defaults, **parts})


def table(name: str, rows: int, *columns: ColumnProfile) -> TableProfile:
    key = column("id", rows, is_unique=True, quantiles=tuple(float(place) for place in range(101)))
    return TableProfile(name=name, rows=rows, primary_key=("id",), columns=(key, *columns), bytes_per_row=80.0)


def reference(counts: Sequence[int], *, nulls: int = 0, **parts: Any) -> ReferenceProfile:
    rows = sum(counts) + nulls
    found = summarised(
        table="books",
        columns=("author_id",),
        references_table="authors",
        references_columns=("id",),
        name="books_author_id_fkey",
        rows=rows,
        null_weight=nulls / rows if rows else 0.0,
        histogram=tuple(histogram(counts)),
    )
    return replace(found, **parts)


def profile(counts: Sequence[int] = UNIFORM, *, books: Sequence[ColumnProfile] = (), **of_reference: Any) -> Profile:
    """Authors with these numbers of books."""
    found = reference(counts, **of_reference)
    used = [count for count in counts if count]
    author_id = column(
        "author_id",
        found.rows,
        distinct=len(used),
        top_shares=tuple(count / found.rows for count in sorted(used, reverse=True)[:100]),
        null_share=found.null_weight,
    )
    return Profile(
        tables=(table("authors", len(counts)), table("books", found.rows, author_id, *books)),
        references=(found,),
        source={"server_version": "18.4", "statistics_target": 100},
    )


def measure_of(comparison: Comparison, subject: str, name: str, kind: str = "") -> Measure:
    for each in comparison.subjects:
        if each.name == subject and kind in ("", each.kind):
            for measure in each.measures:
                if measure.name == name:
                    return measure
    raise AssertionError(f"{subject} has no measure {name}")


def failed(comparison: Comparison) -> set[tuple[str, str]]:
    return {(each.name, measure.name) for each in comparison.subjects for measure in each.failures}


def verdicts(comparison: Comparison, subject: str) -> dict[str, Verdict]:
    return {measure.name: measure.verdict for each in comparison.subjects if each.name == subject for measure in each.measures}
