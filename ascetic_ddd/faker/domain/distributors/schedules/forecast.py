"""How many uses a scope will be asked for: told by the run, or foretold from how it has been asked so far."""

import math
from collections.abc import Callable
from typing import TypeAlias

from ascetic_ddd.faker.domain.distributors.plan import Plan

__all__ = ("Forecast",)

_NOTHING = 1e-9  # of the run, since the schedule was made: nothing can be foretold

_State: TypeAlias = "tuple[int | None, Callable[[], int | None] | None, tuple[float, int] | None]"


class Forecast:
    """Up to how many uses a scope may be planned now.

    Args:
        plan: total and progress of the run.
        mean: uses per used value.
        before: uses that were there when the schedule was made.
        since: progress of the run at that time.
        expected: number of uses this run will ask for, if that is known.
        foretell: gives that number when it is first needed, or None if it is not known then either.
    """

    def __init__(
        self,
        plan: Plan,
        mean: float,
        *,
        before: int,
        since: float = 0.0,
        expected: int | None = None,
        foretell: Callable[[], int | None] | None = None,
    ) -> None:
        self._plan = plan
        self._mean = mean
        self._before = before
        self._since = since
        self._expected = expected
        self._foretell = foretell
        self._last: tuple[float, int] | None = None  # progress, and uses asked for by then

    @property
    def is_known(self) -> bool:
        """True if the number of uses is told, not foretold."""
        return self._expected is not None

    def is_reached(self, issued: int) -> bool:
        """Tell whether so many uses are all that the run will ask for, as far as that is told."""
        return self._expected is not None and issued >= self._before + self._expected

    def target(self, issued: int) -> int:
        """Uses to plan up to: the end of the run if it is known, else half of the way that is certain.

        Args:
            issued: uses planned so far, those of before included.
        """
        if self._foretell is not None:
            self._expected, self._foretell = self._foretell(), None
        if self._expected is not None and issued < self._before + self._expected:
            return self._before + self._expected
        asked = issued - self._before + 1
        progress = max((self._plan.progress - self._since) / (1.0 - self._since), _NOTHING) if self._since < 1.0 else 1.0
        end = asked * progress ** -self._trend(progress, asked)
        if self._expected is not None:  # and reached: an exact run asks once a root aggregate at most
            end = min(end, float(max(self._plan.total, asked)))
        error = math.sqrt(asked * (1.0 - progress)) / progress if progress < 1.0 else 0.0
        certain = end - 2.0 * error
        if certain > asked and progress > _NOTHING:
            step = asked + (certain - asked) / 2.0
        else:
            step = min(asked + self._mean, end)
        return max(self._before + int(step), issued + 1 + issued // 200)

    def _trend(self, progress: float, asked: int) -> float:
        """By which power of the progress the uses grow, lately: 1 at a steady rate."""
        trend = 1.0
        if self._last is not None and self._last[0] < progress and self._last[1] < asked:
            trend = math.log(asked / self._last[1]) / math.log(progress / self._last[0])
            trend = min(1.0, max(0.0, trend))
        if self._last is None or progress >= 2.0 * self._last[0]:
            self._last = (progress, asked)
        return trend

    def state(self) -> _State:
        """What :meth:`go_back` needs to forget what is learnt from now on."""
        return self._expected, self._foretell, self._last

    def go_back(self, state: _State) -> None:
        """Know what was known then."""
        self._expected, self._foretell, self._last = state
