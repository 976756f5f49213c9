"""The invariants hold in random histories: a few in each run of the tests, many by ``make fuzz``."""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.database import DirectoryBasedExampleDatabase
from hypothesis.stateful import run_state_machine_as_test

from tests.fuzz.machine import CompositeHistories, Histories

HISTORIES = int(os.environ.get("ASCETIC_DDD_FUZZ", "0"))
"""How many histories are played, half of it with the composite repository; 0: the few of every run, always the same."""


def budget(few: int, many: int) -> settings:
    common: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck)}
    if not HISTORIES:
        return settings(max_examples=few, stateful_step_count=15, derandomize=True, database=None, **common)
    database = DirectoryBasedExampleDatabase(".hypothesis/fuzz")
    return settings(max_examples=max(1, many), stateful_step_count=30, database=database, print_blob=True, **common)


@pytest.mark.parametrize(
    ("machine", "few", "share"), [(Histories, 60, 0.75), (CompositeHistories, 20, 0.25)], ids=["in_memory", "composite"]
)
def test_the_invariants_hold_in_random_histories(machine: Any, few: int, share: float) -> None:
    run_state_machine_as_test(machine, settings=budget(few, round(HISTORIES * share)))
