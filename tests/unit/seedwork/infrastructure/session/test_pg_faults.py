"""Whose fault an error is, by its SQLSTATE, or where the server has none, by the place in its code."""

from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from ascetic_ddd.seedwork.domain.session.faults import Fault
from ascetic_ddd.seedwork.infrastructure.session.pg_faults import fault_in


class _Error(psycopg.Error):
    def __init__(self, state: str, source_file: str | None = None) -> None:
        super().__init__("refused")
        self.sqlstate = state
        self.told = SimpleNamespace(source_file=source_file, message_primary="refused")

    @property
    def diag(self) -> Any:
        return self.told


@pytest.mark.parametrize(
    ("state", "fault"),
    [("40P01", Fault.TRANSIENT), ("53100", Fault.STORE), ("57P01", Fault.LOST), ("23505", Fault.DATA), ("XX001", Fault.STORE)],
)
def test_the_longest_beginning_of_the_state_tells(state: str, fault: Fault) -> None:
    assert fault_in(_Error(state)) is fault


@pytest.mark.parametrize("cause", [None, RuntimeError("around it")])
def test_a_file_that_cannot_grow_is_not_the_fault_of_the_row(cause: Exception | None) -> None:
    error: BaseException = _Error("XX000", "md.c")
    if cause is not None:
        cause.__cause__ = error
        error = cause
    assert fault_in(error) is Fault.STORE


def test_an_extension_s_own_refusal_is_the_row_s() -> None:
    assert fault_in(_Error("XX000", "lwgeom_in_wkt.c")) is Fault.DATA
    assert fault_in(_Error("XX000")) is Fault.DATA
