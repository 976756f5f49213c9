"""How the schedule of a scope is made: by which law, from which uses, to which end."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Protocol

from ascetic_ddd.faker.domain.distributors.counts.interfaces import ICountDistribution
from ascetic_ddd.faker.domain.distributors.m2o.nulls import Nulls
from ascetic_ddd.faker.domain.distributors.m2o.run import Run
from ascetic_ddd.faker.domain.distributors.m2o.within import WithinLaws
from ascetic_ddd.faker.domain.distributors.plan import Plan
from ascetic_ddd.faker.domain.distributors.schedules.forecast import Forecast
from ascetic_ddd.faker.domain.distributors.schedules.growing import GrowingSchedule
from ascetic_ddd.faker.domain.distributors.schedules.interfaces import ISchedule
from ascetic_ddd.faker.domain.distributors.schedules.planned import PlannedSchedule
from ascetic_ddd.faker.domain.distributors.schedules.planner import Planner
from ascetic_ddd.faker.domain.distributors.schedules.ranks import Ranks
from ascetic_ddd.faker.domain.distributors.schedules.tickets import Tickets
from ascetic_ddd.faker.domain.rewinding import Journal
from ascetic_ddd.faker.domain.stock.scope import Scope

__all__ = ("ILaw", "Opening")


class ILaw(Protocol):
    """A distributor of other values, or of the same, whose uses say something of these."""

    @property
    def counts(self) -> ICountDistribution:
        """How many uses its values shall get."""
        ...

    @property
    def used(self) -> set[int]:
        """The numbers of its values that have a use."""
        ...

    def uses(self, scope: Scope) -> Mapping[int, int]:
        """Uses in a scope by number, most used first."""
        ...


class Opening:
    """Makes schedules.

    Args:
        counts: the law.
        random: the distributor's stream.
        journal: notes how changes of a schedule are taken back.
        run: the run to plan for.
        nulls: says how many draws of an exact plan are uses.
        spread: in planned runs, how far apart the uses of one value may lie.
        correlation: in planned runs, of the order of the uses with the order of the values.
        like: values that it uses most are used most here, too.
        within: pairs of a number of members and the law of scopes of about that size.
    """

    def __init__(
        self,
        counts: ICountDistribution,
        random: Random,
        journal: Journal,
        run: Run,
        nulls: Nulls,
        *,
        spread: float,
        correlation: float | None,
        like: ILaw | None,
        within: Sequence[tuple[float, ICountDistribution]],
    ) -> None:
        self._counts = counts
        self._random = random
        self._journal = journal
        self._run = run
        self._nulls = nulls
        self._spread = spread
        self._correlation = correlation
        self._like = like
        self._within = WithinLaws(within, journal)
        self._foretold: dict[Scope, Callable[[], int | None]] = {}
        self._inside: tuple[WithinLaws, Callable[[], Mapping[int, int]]] | None = None
        self._led: dict[ILaw, Callable[[int], int | None]] = {}

    @property
    def is_sized(self) -> bool:
        """True if scopes have laws by their size."""
        return self._within.are_told

    def foretell(self, scope: Scope, uses: Callable[[], int | None]) -> None:
        """How many uses an exact run will ask a scope for."""
        self._foretold[scope] = uses

    def forget(self, scope: Scope) -> None:
        """Nobody knows that any more."""
        foretold = self._foretold.pop(scope, None)
        if foretold is not None:
            self._journal.note(self._foretell_again, (scope, foretold))

    def lead(self, other: ILaw, number_of: Callable[[int], int | None]) -> None:
        """Values of ``other`` are used inside those of this one."""
        self._led[other] = number_of

    @property
    def within(self) -> WithinLaws:
        """The laws of scopes by their size."""
        return self._within

    def be_shared(self, laws: WithinLaws, members: Callable[[], Mapping[int, int]]) -> None:
        """Each value is what a scope of other values is told, which has such a law; ``members`` gives how many are in it."""
        self._inside = laws, members

    def schedule(self, scope: Scope, uses: dict[int, int], is_closed: bool, since: float = 0.0) -> ISchedule:
        """A schedule that goes on from the uses that the values have.

        Args:
            scope: the values.
            uses: by number, most used first.
            is_closed: no value can be asked for, as far as anybody knows.
            since: progress of the run when these uses had been made.
        """
        counts, plan = self._counts_of(scope), self._run.plan
        if plan is None:
            return GrowingSchedule(counts, scope, self._random, is_closed=is_closed, uses=uses, journal=self._journal)
        return self._planned(counts, scope, plan, uses, is_closed, since)

    def _planned(
        self, counts: ICountDistribution, scope: Scope, plan: Plan, uses: dict[int, int], is_closed: bool, since: float
    ) -> ISchedule:
        random, journal, is_all = self._random, self._journal, scope is scope.pool.everything
        if self._led and is_all:
            uses = self._by_what_is_owed(uses)
        ranks, tickets = Ranks(uses, scope.members, journal), Tickets(random, journal)
        forecast = Forecast(
            plan,
            counts.mean,
            before=sum(ranks.uses),
            since=since,
            expected=self._expected(plan) if is_all else None,
            foretell=self._foretold.get(scope) if self._run.is_exact else None,
        )
        planner = Planner(
            counts,
            scope.pool,
            ranks,
            tickets,
            forecast,
            random,
            journal,
            spread=self._spread,
            correlation=self._correlation,
            favourites=self._favourites(scope) if is_closed else (),
            is_closed=is_closed,
            is_for_all=self.is_sized and not is_all,
            coming=self._run.coming(scope),
        )
        return PlannedSchedule(scope, random, ranks, tickets, planner, journal)

    def _favourites(self, scope: Scope) -> Sequence[int]:
        """Values that shall have the most uses, most first, as far as somebody says so."""
        if self._like is not None:
            return list(self._like.uses(scope))
        if self._inside is not None and scope is scope.pool.everything:
            laws, members = self._inside
            return laws.most_used_first(members())
        return ()

    def _counts_of(self, scope: Scope) -> ICountDistribution:
        """The law of a scope: that of scopes of its size, if it is told."""
        if not self._within.are_told or scope is scope.pool.everything:
            return self._counts
        foretold = self._foretold.get(scope)
        return self._within.law_of(scope, None if foretold is None else foretold())

    def _expected(self, plan: Plan) -> int | None:
        """Uses left in an exact run."""
        if self._run.draws is None:
            return None
        return self._nulls.expected if self._nulls.weight else plan.total

    def _by_what_is_owed(self, uses: dict[int, int]) -> dict[int, int]:
        """Uses of the values of the whole, those first that must have most at the end.

        A plan of n ranks gives the i-th of them at least what it owes, if they are put in this order: each owes no more than
        the plan that was left had for it.
        """
        owed: dict[int, float] = dict(uses)
        for other, number_of in self._led.items():
            for number, values in Counter(number_of(value) for value in other.used).items():
                if number in owed:
                    owed[number] = max(owed[number], (values - 0.5) * other.counts.mean)
        return {number: uses[number] for number in sorted(uses, key=lambda number: -owed[number])}

    def _foretell_again(self, foretold: tuple[Scope, Callable[[], int | None]]) -> None:
        self._foretold[foretold[0]] = foretold[1]
