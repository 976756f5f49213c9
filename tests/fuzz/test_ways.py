"""One by one or in batches: the same rows, whatever the graph; a few in each run of the tests, many by ``make fuzz``."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.richer import rich_graphs
from tests.fuzz.test_histories import HISTORIES, budget
from tests.fuzz.ways import check_growing, check_ways
from tests.fuzz.world import World

BATCH_SIZES = (1, 7, 100)


@pytest.mark.parametrize(("check", "few"), [(check_ways, 40), (check_growing, 20)], ids=["planned", "growing"])
def test_batches_give_the_rows_of_single_objects(check: Any, few: int) -> None:
    @budget(few, HISTORIES // 2)
    @given(rich_graphs(), st.integers(0, 3), st.integers(1, 30), st.integers(0, 3), st.booleans())
    def play(graph: Any, kind: int, count: int, seed: int, is_composite: bool) -> None:
        check(graph, lambda: World(graph, seed, is_composite=is_composite), kind % len(graph), count, *BATCH_SIZES)

    play()
