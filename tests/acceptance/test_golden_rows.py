"""The rows of a seed stay as they are, unless somebody changes them on purpose and says so in the CHANGELOG.

``python -m tests.acceptance.golden.rows`` writes the kept rows of the cases in memory anew. Some texts are Faker's: another
version of it than the locked one may have other words.
"""

import json
from typing import Any

import pytest

from tests.acceptance.golden.rows import CASES, FOLDER, Kept, library_planned

KEPT: dict[str, Kept] = json.loads((FOLDER / "rows.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES)
async def test_a_seed_gives_the_rows_it_gave_before(case: str) -> None:
    assert set(KEPT) == set(CASES)
    found: dict[str, Any] = dict(await CASES[case]())
    for table, before in KEPT[case].items():
        assert found[table]["first"] == before["first"], f"{case}, {table}: the first rows"
    assert found == KEPT[case]


@pytest.mark.parametrize("batch_size", [1, 1_000])
async def test_the_rows_of_a_planned_run_do_not_follow_the_size_of_its_batches(batch_size: int) -> None:
    assert await library_planned(batch_size) == KEPT["library_planned"]
