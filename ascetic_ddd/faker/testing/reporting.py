"""``--faker-report``: what the tests of a run have made and reused, at its end; under pytest-xdist, of all workers."""

from contextlib import ExitStack
from typing import Any

import pytest

from ascetic_ddd.faker.testing.observing import Observer
from ascetic_ddd.faker.testing.tally import Tally

__all__ = ("Reporting",)

_KEY = "ascetic_ddd_report"


class Reporting:
    """The part of the plugin that is there only when a report is asked for."""

    def __init__(self) -> None:
        self._tally = Tally()
        self._observer = Observer(self._tally)
        self._watching = ExitStack()
        self._lost: list[str] = []

    def begin(self) -> None:
        """Watch, until the run is over."""
        self._watching.enter_context(self._observer.watching())

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_teardown(self) -> None:
        """Another test has aggregates of its own."""
        self._observer.settle()

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Hand the numbers of a worker to the controller."""
        self._observer.settle()
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output[_KEY] = self._tally.plain()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take the numbers of a worker."""
        plain = getattr(node, "workeroutput", {}).get(_KEY)
        if plain is None:
            self._lost.append(node.gateway.id)
        else:
            self._tally.add(plain)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the report."""
        terminalreporter.section("fake data")
        for line in self._tally.lines():
            terminalreporter.line(line)
        for worker in self._lost:
            terminalreporter.line(f"without the numbers of worker {worker}, which broke off")

    def pytest_unconfigure(self) -> None:
        """Watch no more."""
        self._watching.close()
