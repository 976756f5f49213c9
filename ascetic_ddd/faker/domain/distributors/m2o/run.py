"""What a distributor knows of the planned run in which it is asked."""

from ascetic_ddd.faker.domain.distributors.plan import Plan
from ascetic_ddd.faker.domain.stock.scope import Scope

__all__ = ("Run",)

_SLACK = 20  # root aggregates without a draw before a plan that counts on them is given up; or half a percent of the run


class Run:
    """The plan that is followed, and whether the draws keep up with it.

    Attributes:
        plan: total and progress of the run; None: there is none.
        is_exact: asked once for each root aggregate, in whatever scope.
        draws: since an exact plan began, those rolled back included, as in its attempts; None where the draws are not exact.
    """

    __slots__ = ("_is_of_root", "draws", "is_exact", "plan")

    def __init__(self) -> None:
        self.plan: Plan | None = None
        self.is_exact = False
        self.draws: int | None = None
        self._is_of_root = False

    def follow(self, plan: Plan | None, *, is_exact: bool, is_of_root: bool) -> None:
        """Begin another run, or (None) end it."""
        self.plan = plan
        self.is_exact = plan is not None and is_exact
        self.draws = 0 if self.is_exact else None
        self._is_of_root = is_of_root

    def count_draw(self, behind: int = 0) -> bool:
        """Count a draw; ``behind`` root aggregates have been counted since it was due.

        Returns:
            True if it turns out that there is not one a root aggregate: some are told instead.
        """
        plan = self.plan
        if plan is None or self.draws is None:
            return False
        self.draws += 1
        if plan.attempts - self.draws - behind < max(_SLACK, plan.total // (10 * _SLACK)):
            return False
        self.draws = None
        return True

    def coming(self, scope: Scope) -> int:
        """Values that a scope will have at the end of the run without anybody asking; 0 if nobody knows."""
        if self.plan is None or not self._is_of_root or scope is not scope.pool.everything:
            return 0
        return len(scope.members) + self.plan.total - self.plan.done
