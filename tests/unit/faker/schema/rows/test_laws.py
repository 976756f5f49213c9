"""What holds for all numbers: planned uses."""

from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.schema.rows.uses import planned_uses

LAWS = st.one_of(
    st.fixed_dictionaries({"skew": st.floats(1, 5)}, optional={"mean": st.floats(5, 60)}),
    st.fixed_dictionaries({"mean": st.floats(1, 60)}),
    st.fixed_dictionaries({"weights": st.lists(st.floats(0.05, 1), min_size=1, max_size=6)}),
    st.fixed_dictionaries(
        {
            "histogram": st.lists(st.tuples(st.integers(0, 20), st.integers(0, 50)), min_size=1).filter(
                lambda h: any(a * b for a, b in h)
            )
        }
    ),
)


@given(LAWS, st.integers(0, 5_000), st.integers(1, 500), st.integers(), st.booleans())
def test_planned_uses_are_exactly_the_rows_and_never_more_than_the_targets(
    law: dict[str, Any], rows: int, targets: int, seed: int, is_strict: bool
) -> None:
    try:
        uses = planned_uses(law, rows, targets, Random(seed), is_strict=is_strict)
    except ConfigurationError as error:
        assert is_strict
        assert f"{targets:,}" in str(error)  # noqa: PT017  # refusing is one of the answers
        return
    assert sum(uses) == rows
    assert len(uses) <= targets
    assert uses == sorted(uses, reverse=True)
    assert all(count >= 1 for count in uses)
