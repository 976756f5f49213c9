"""Profiles that hold together, of any shape."""

from collections.abc import Sequence

from hypothesis import strategies as st

from ascetic_ddd.faker.application.profile.histograms import merged
from ascetic_ddd.faker.application.profile.model import (
    ColumnProfile,
    DependentPair,
    Histogram,
    Profile,
    ReferenceProfile,
    TableProfile,
    Within,
    WithinClass,
)
from ascetic_ddd.faker.application.profile.summary import summarised, top_of

counts = st.lists(st.integers(0, 400), min_size=1, max_size=60)


def histogram_of(numbers: Sequence[int]) -> Histogram:
    return merged(*({number: 1} for number in numbers))


def column(name: str, rows: int, histogram: Histogram, nulls: int = 0, **more: object) -> ColumnProfile:
    return ColumnProfile(
        name=name,
        type="integer",
        rows=rows,
        null_share=nulls / rows if rows else 0.0,
        distinct=sum(values for _, values in histogram),
        top_shares=tuple(count / rows for count in top_of(histogram)),
        histogram=histogram,
        **more,  # type: ignore[arg-type]
    )


def reference_of(numbers: Sequence[int], nulls: int = 0, **more: object) -> ReferenceProfile:
    """A reference of these numbers of children."""
    rows = sum(numbers) + nulls
    return summarised(
        table="books",
        columns=("tenant_id", "author_id"),
        references_table="authors",
        references_columns=("tenant_id", "id"),
        name="books_fkey",
        rows=rows,
        null_weight=nulls / rows if rows else 0.0,
        histogram=histogram_of(numbers),
        **more,  # type: ignore[arg-type]
    )


def profile_of(numbers: Sequence[int], nulls: int = 0) -> Profile:
    """Authors with these numbers of books, and some books without an author."""
    whole = histogram_of(numbers)
    rows, parents = sum(numbers) + nulls, len(numbers)
    used = tuple((count, values) for count, values in whole if count)
    inside = Within(
        columns=("tenant_id",),
        groups=1,
        classes=(WithinClass(groups=1, rows=sum(numbers), parents=parents, histogram=whole),),
    )
    books = TableProfile(
        name="books",
        rows=rows,
        primary_key=("id",),
        columns=(
            column("id", rows, ((1, rows),) if rows else (), is_unique=True, quantiles=tuple(map(float, range(101)))),
            column("tenant_id", rows, ((rows, 1),) if rows else (), values=((1, 1.0),) if rows else ()),
            column("author_id", rows, used, nulls, width=4.0, correlation=-0.5),
        ),
        dependent_pairs=(DependentPair(columns=("tenant_id", "author_id"), strength=0.5),),
        bytes_per_row=40.5,
    )
    authors = TableProfile(
        name="authors",
        rows=parents,
        primary_key=("tenant_id", "id"),
        columns=(column("tenant_id", parents, ((parents, 1),)), column("id", parents, ((1, parents),), is_unique=True)),
    )
    return Profile(
        schema="app",
        tables=(authors, books),
        references=(reference_of(numbers, nulls, within=inside),),
        notes=('größer: "nothing" was left out',),
        source={"server_version": "18.4", "statistics_target": 100, "is_standby": False},
    )


profiles = st.builds(profile_of, counts, st.integers(0, 50))
