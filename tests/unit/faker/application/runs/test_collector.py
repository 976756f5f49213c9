"""The heap is frozen during runs, and only by us."""

import gc
from collections.abc import Iterator

import pytest

from ascetic_ddd.faker.application.runs.collector import frozen_heap


@pytest.fixture(autouse=True)
def _thawed() -> Iterator[None]:
    gc.unfreeze()
    yield
    gc.unfreeze()


def test_what_lives_before_a_run_is_not_walked_over_during_it_and_is_again_afterwards() -> None:
    with frozen_heap():
        assert gc.get_freeze_count() > 0
    assert gc.get_freeze_count() == 0


def test_the_last_of_several_runs_ends_the_freezing_also_by_an_error() -> None:
    first, second = frozen_heap(), frozen_heap()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert gc.get_freeze_count() > 0
    error = KeyError("x")
    assert not second.__exit__(KeyError, error, None)
    assert gc.get_freeze_count() == 0


def test_a_process_that_froze_its_heap_itself_keeps_it_frozen() -> None:
    gc.freeze()
    with frozen_heap():
        pass
    assert gc.get_freeze_count() > 0


def test_what_becomes_garbage_during_a_run_is_collected() -> None:
    class Node:
        alive = 0

        def __init__(self) -> None:
            self.itself = self
            Node.alive += 1

        def __del__(self) -> None:
            Node.alive -= 1

    with frozen_heap():
        Node()
        gc.collect()
        assert Node.alive == 0
