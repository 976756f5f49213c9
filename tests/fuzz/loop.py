"""An event loop that runs until nothing can go on by itself: without threads, without a clock, always in the same order."""

import asyncio
import selectors
from typing import Any

__all__ = ("QuietLoop",)


class _Selector(selectors.SelectSelector):
    loop: "QuietLoop"

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            self.loop.stop()  # nothing is ready, and nothing ever will be
        elif timeout > 0.0:
            self.loop.now += timeout  # only a timer is left
        return super().select(0)


class QuietLoop(asyncio.SelectorEventLoop):
    """Its time goes on only where everybody waits for it."""

    def __init__(self) -> None:
        selector = _Selector()
        selector.loop = self
        self.now = 0.0
        self.failures: list[Any] = []
        super().__init__(selector)
        self.set_exception_handler(lambda loop, context: self.failures.append(context))

    def time(self) -> float:
        return self.now

    def run_until_quiet(self) -> None:
        """Run until everybody has ended, or waits for somebody who does."""
        self.run_forever()
        if self.failures:
            raise AssertionError(f"the loop was told of {self.failures!r}")
