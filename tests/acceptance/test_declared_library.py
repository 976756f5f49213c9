"""The library in the short way, in forty-five lines, has the rows of the long one."""

import inspect
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ascetic_ddd.faker import InMemoryRepository, Providers
from examples.library import declared
from tests.acceptance.golden import graphs, rows


def in_memory() -> Any:
    return Providers(lambda model, exporter: InMemoryRepository(agg_exporter=exporter))[declared.BookProvider]


@pytest.mark.parametrize("case", [rows.library_planned, rows.library_growing, rows.library_topped_up])
async def test_the_rows_are_those_of_the_long_form(case: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphs, "library", in_memory)
    kept = json.loads((rows.FOLDER / "rows.json").read_text(encoding="utf-8"))
    assert await case() == kept[case.__name__]


def test_the_example_has_no_more_than_45_lines() -> None:
    assert len(Path(inspect.getfile(declared)).read_text(encoding="utf-8").splitlines()) <= 45


def test_the_paths_of_the_parts_are_those_of_the_long_form() -> None:
    assert [each.path for each in in_memory().walk()] == [each.path for each in graphs.library().walk()]
