"""What is written does not depend on the order in which Python happens to keep the items of a set."""

import os
import subprocess
import sys

import pytest

from ascetic_ddd.faker.infrastructure.feeds.nested import as_told
from ascetic_ddd.faker.infrastructure.feeds.pg_catalogue import PgColumn
from ascetic_ddd.faker.infrastructure.feeds.pg_values import adapter_for


def printed(hash_seed: int) -> str:
    command = [sys.executable, "-m", "tests.unit.faker.infrastructure.feeds.hashed"]
    return subprocess.run(
        command, env={**os.environ, "PYTHONHASHSEED": str(hash_seed)}, capture_output=True, text=True, check=True
    ).stdout


def test_the_same_files_for_the_same_seed_whatever_pythonhashseed_is() -> None:
    first, *others = (printed(hash_seed) for hash_seed in (0, 1, 2))
    assert len(first.split()) == 5
    assert others == [first, first]


@pytest.mark.parametrize(
    ("items", "written"),
    [({10, 9}, [9, 10]), ({"b", "a"}, ["a", "b"]), ({2.5, None, "x"}, ["x", 2.5, None]), ({frozenset({2, 1})}, [[1, 2]])],
)
def test_sets_are_written_in_an_order_of_their_items(items: set[object], written: list[object]) -> None:
    assert as_told(items, str) == written


def test_sets_become_arrays_in_an_order_of_their_items() -> None:
    adapt = adapter_for(PgColumn("tags", "tags", "_text", is_array=True, is_not_null=True))
    assert adapt is not None
    assert adapt({"c", "a", "b"}) == '{"a","b","c"}'
