"""Running numbers are reserved durably before anything is made of them, so that no later run gives one again."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ascetic_ddd.faker.domain.distributors.m2o.facts import positions
from ascetic_ddd.faker.domain.generators.input_generators import takes_position
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.domain.repositories import INumbering, offers
from ascetic_ddd.faker.domain.stock.sequence import PositionSequence
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("NumberReservations",)

_AHEAD = 4  # batches for which numbers are reserved at once


@dataclass
class _Counter:
    """One value provider's numbers.

    Attributes:
        name: path of the provider.
        positions: its numbers.
        need: how many one batch may take.
        reserved: below this, all may be given out.
        mark: the next number when the last batch began.
    """

    name: str
    positions: PositionSequence
    need: int = 1
    reserved: int = 0
    mark: int = 0

    def is_short(self, lanes: int) -> bool:
        """Tell whether the batches that begin now may need more; learn from the one before how many they take."""
        used = self.positions.next - self.mark
        self.mark = self.positions.next
        self.need = max(used, self.need - self.need // 8, 1)
        return self.reserved < self.positions.next + lanes * self.need


class NumberReservations:
    """Keeps the reserved numbers of a graph ahead of those that are given out.

    The application's transaction commits first, so a killed process may leave numbers outside of which our store knows nothing.
    But it knows of the reservation, which was committed before that batch; the next run begins after it. One statement, every
    few batches, and none for a graph whose values are not made of numbers.

    Args:
        provider: the root of the graph.
        batch_size: aggregates in a batch.
        lanes: batches at the same time.
    """

    def __init__(self, provider: AggregateProvider[Any, Any], batch_size: int = 1, lanes: int = 1) -> None:
        self._lanes = lanes
        self._ledgers: list[tuple[INumbering, list[_Counter]]] = []
        for found in provider.walk():
            if isinstance(found, AggregateProvider) and offers(found.repository, INumbering):
                counters = [_Counter(part.path, numbers, batch_size) for part, numbers in _numbered(found)]
                if counters:
                    self._ledgers.append((found.repository, counters))

    @property
    def is_needed(self) -> bool:
        """True if something in the graph is made of numbers, and its repository can reserve them."""
        return bool(self._ledgers)

    @property
    def is_covered(self) -> bool:
        """True if all numbers that have been given out were reserved before."""
        return all(each.positions.next <= each.reserved for _, counters in self._ledgers for each in counters)

    async def begin(self, session: ISession) -> None:
        """Leave out the numbers that earlier runs may have given out."""
        for repository, counters in self._ledgers:
            reserved = await repository.reserved(session)
            for each in counters:
                each.reserved = reserved.get(each.name, 0)
                each.positions.skip_to(each.reserved)
                each.mark = each.positions.next

    async def ensure(self, session: ISession) -> None:
        """Before a batch, outside its transaction: reserve the numbers it will take, unless there are enough."""
        for repository, counters in self._ledgers:
            short = [each.is_short(self._lanes) for each in counters]
            if any(short):
                told = {each.name: each.positions.next + _AHEAD * self._lanes * each.need for each in counters}
                for each in counters:
                    told[each.name] = max(told[each.name], each.reserved)
                await repository.reserve(session, told)
                for each in counters:
                    each.reserved = max(each.reserved, told[each.name])

    def taken_again(self) -> None:
        """A batch took more than was reserved: it is rolled back, goes back to where it began, and will take as many again."""
        for _, counters in self._ledgers:
            for each in counters:
                each.mark -= each.positions.next - each.mark

    async def settle(self, session: ISession) -> None:
        """After the last batch: give back what was reserved and not given out, so that the next run leaves no gap."""
        for repository, counters in self._ledgers:
            await repository.reserve(session, {each.name: each.positions.next for each in counters})
            for each in counters:
                each.reserved = each.positions.next


def _numbered(provider: Provider[Any, Any]) -> Iterator[tuple[ValueProvider[Any, Any], PositionSequence]]:
    """The parts of an aggregate, and parts of these, whose values are made of running numbers."""
    for part in provider.parts().values():
        if isinstance(part, AggregateProvider):
            continue
        numbers = positions(part.distributor) if isinstance(part, ValueProvider) else None
        if isinstance(part, ValueProvider) and numbers is not None and part.input_generator is not None:
            if takes_position(part.input_generator):
                yield part, numbers
        else:
            yield from _numbered(part)
