"""What shall happen, drawn from a seed before it does."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from random import Random
from typing import Literal

from tests.chaos.events import EVENTS, Event
from tests.chaos.place import Place
from tests.chaos.run import Run

__all__ = ("History", "Leg", "Strike", "drawn")

_EVENTS_A_HISTORY = 6
_AGAIN = 0.35  # of strikes fall on the run that goes on after the one before, without a check between
_AT_START = 0.15  # of strikes fall on a run that has hardly begun, or just takes up what is remembered


@dataclass(frozen=True)
class Strike:
    """One event.

    Attributes:
        event: what.
        share: of the leg's way, after which it comes; 0: as soon as the process is there.
        later_s: seconds after that.
        seed: of what the event itself draws.
    """

    event: Event
    share: float
    later_s: float
    seed: int

    def act(self, run: Run, place: Place) -> None:
        """Let it come."""
        self.event.strike(run, place, Random(self.seed))


@dataclass(frozen=True)
class Leg:
    """The way to a count: a run, what strikes it and those that go on from it, then the check.

    Attributes:
        count: aggregates of the root at its end.
        strikes: in order.
    """

    count: int
    strikes: tuple[Strike, ...]


@dataclass(frozen=True)
class History:
    """One pair of databases, from empty over top-up after top-up.

    Attributes:
        number: tells it apart.
        lanes: of every run.
        on_error: ``skip`` goes with a database that refuses some aggregates.
        batch: aggregates in one transaction.
        legs: in order.
    """

    number: int
    lanes: int
    on_error: Literal["stop", "skip"]
    batch: int
    legs: tuple[Leg, ...]

    @property
    def fills_the_disk(self) -> bool:
        """Tell whether the data has to be on a small disk."""
        return any(strike.event.fills_the_disk for leg in self.legs for strike in leg.strikes)


def drawn(seed: int, kills: int, books: int, lanes: Sequence[int], names: Sequence[str]) -> Iterator[History]:
    """Draw histories with so many events, each kind of event as often as any other, but for one.

    Args:
        seed: same seed, same histories; how far a run is at a moment is the machine's.
        kills: events in all.
        books: that a leg adds.
        lanes: that take turns, as do stop and skip.
        names: of the events.
    """
    random = Random(f"{seed} {kills}")
    ways = list(product(lanes, ("stop", "skip")))
    dealt = _dealt(random, names, kills)
    for number, start in enumerate(range(0, kills, _EVENTS_A_HISTORY)):
        lane, on_error = ways[number % len(ways)]
        legs = tuple(_legs(random, dealt[start : start + _EVENTS_A_HISTORY], books))
        yield History(number, lane, "skip" if on_error == "skip" else "stop", random.choice((20, 50, 100)), legs)


def _dealt(random: Random, names: Sequence[str], number: int) -> list[Event]:
    dealt: list[Event] = []
    while len(dealt) < number:
        dealt += (EVENTS[name] for name in random.sample(names, len(names)))
    return dealt[:number]


def _legs(random: Random, events: Sequence[Event], books: int) -> Iterator[Leg]:
    count = 2 * books  # few values come out less exact
    for together in _grouped(random, events):
        shares = sorted(random.uniform(0.05, 0.9) for _ in together)
        yield Leg(count, tuple(_strike(random, event, share) for event, share in zip(together, shares, strict=True)))
        count += random.randrange(books // 2, books * 3 // 2)


def _grouped(random: Random, events: Sequence[Event]) -> Iterator[list[Event]]:
    """Those that end the server and those that it comes back from want other patience, so they don't share a leg."""
    group: list[Event] = []
    for event in events:
        if group and (group[-1].ends_the_run != event.ends_the_run or random.random() >= _AGAIN):
            yield group
            group = []
        group.append(event)
    if group:
        yield group


def _strike(random: Random, event: Event, share: float) -> Strike:
    seed = random.randrange(2**32)
    if event.needs_tables or random.random() >= _AT_START:
        return Strike(event, share, random.uniform(0.0, 0.15), seed)
    return Strike(event, 0.0, random.uniform(0.0, 2.0), seed)
