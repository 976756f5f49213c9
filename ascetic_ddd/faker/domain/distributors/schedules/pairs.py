"""What each value of another column will meet in a planned run: decks of tickets, in which no value is twice."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any, NamedTuple, TypeAlias

from ascetic_ddd.faker.domain.distributors.schedules.dealing import IsAllowed, dealt
from ascetic_ddd.faker.domain.rewinding import Journal

__all__ = ("IsTaken", "Pairs", "Partner")

_TRIES = 64  # other decks looked at before all of them are


IsTaken: TypeAlias = Callable[[int, int], bool]
"""Tells of the numbers of two values, a partner's first, whether they have been combined."""


class Partner(NamedTuple):
    """The value that a use will be combined with."""

    schedule: Any
    """The schedule that it was chosen by."""

    number: int
    """Its number there."""

    is_taken: IsTaken


class Pairs:
    """The tickets of a schedule, dealt to the ranks of another one.

    Both plan the same rows to the end, so both keep their counts, and nobody runs out of values that he has not met. Tickets that
    come back, or did not fit, lie beside the decks, in the schedule's own pile.

    Args:
        other: the schedule whose ranks have the decks.
        sizes: how many uses each of its ranks will get.
        pile: the tickets; those that are dealt are taken out of it.
        is_allowed: tells whether a rank of the other one may meet a ticket.
        random: the stream to draw from.
        journal: notes how each change is taken back.
    """

    def __init__(
        self, other: Any, sizes: list[int], pile: list[int], is_allowed: IsAllowed, random: Random, journal: Journal
    ) -> None:
        self.other = other
        self._is_allowed = is_allowed
        self._random = random
        self._journal = journal
        self._pile = pile
        before = list(pile)
        self._decks, pile[:] = dealt(sizes, before, is_allowed, random)
        self._dealt = len(before) - len(pile)
        journal.note(self._undeal, before)

    def __len__(self) -> int:
        """Tickets in decks."""
        return self._dealt

    def deck(self, rank: int) -> list[int]:
        """What a rank of the other schedule will meet, the next one last."""
        while len(self._decks) <= rank:
            self._decks.append([])
        return self._decks[rank]

    def take(self, rank: int, place: int) -> int:
        """Take a ticket out of a deck; the next one takes its place."""
        own = self._decks[rank]
        own[place], own[-1] = own[-1], own[place]
        ticket = own.pop()
        self._dealt -= 1
        self._journal.note(self._untake, (rank, place, ticket))
        return ticket

    def took(self, taken: list[tuple[int, int]]) -> None:
        """The last tickets of these decks have been taken out: pairs of a rank and a ticket, in order."""
        self._dealt -= len(taken)
        self._journal.note(self._untake_all, taken)

    def candidates(self, rank: int) -> Iterator[tuple[int, int]]:
        """Decks and places of tickets that a rank could have instead of its own, first where the deck can have another."""
        decks, draw = self._decks, self._random.random
        tried = {int(draw() * len(decks)) for _ in range(_TRIES)}
        rest = [other for other in range(len(decks)) if other not in tried]
        for needs_other in (True, False):
            for other in (*tried, *rest):
                if other != rank and decks[other] and (not needs_other or self._instead(rank, other) is not None):
                    yield from ((other, place) for place in range(len(decks[other]) - 1, -1, -1))

    def exchange(self, rank: int, other: int, place: int) -> None:
        """A rank has had a ticket of another deck, which gets one of its own, or one that lies beside, if it can have one."""
        ticket = self.take(other, place)
        instead = self._instead(rank, other, but=ticket)
        if instead is None:
            return
        source, at = instead
        given = self.take(rank, at) if source == rank else self._pull(at)
        self._put(other, given)

    def deal_back(self, rank: int, ticket: int) -> None:
        """A ticket that a rank has had comes back: to the rank, or, lest the same two meet and fail again, to another one for one
        of its own, if both fit."""
        own, draw = self.deck(rank), self._random.random
        for _ in range(_TRIES):
            other = int(draw() * len(self._decks))
            theirs = self._decks[other]
            if not theirs or other == rank or ticket in theirs or not self._is_allowed(other, ticket):
                continue
            place = int(draw() * len(theirs))
            if theirs[place] not in own and theirs[place] != ticket and self._is_allowed(rank, theirs[place]):
                self._put(rank, self.take(other, place))
                rank = other
                break
        self._put(rank, ticket)

    def _put(self, rank: int, ticket: int) -> None:
        """Put a ticket into a deck, anywhere."""
        own = self._decks[rank]
        own.append(ticket)
        place = int(self._random.random() * len(own))
        own[place], own[-1] = own[-1], own[place]
        self._dealt += 1
        self._journal.note(self._unput, (rank, place))

    def lend(self) -> bool:
        """Put a ticket of a deck beside, for whoever is combined with nothing. Returns False if there is none."""
        full = next((rank for rank in range(len(self._decks) - 1, -1, -1) if self._decks[rank]), None)
        if full is None:
            return False
        self._pile.append(self.take(full, len(self._decks[full]) - 1))
        self._journal.note(self._unlend, None)
        return True

    def gather(self) -> None:
        """Put all tickets beside."""
        while self.lend():
            pass
        self._journal.note(self._unshuffle, list(self._pile))
        self._random.shuffle(self._pile)

    def _instead(self, rank: int, other: int, but: int | None = None) -> tuple[int | None, int] | None:
        """What another deck could have for one of its tickets: where it lies, None for the pile, and its place there."""
        sources: tuple[tuple[int | None, list[int]], ...] = ((None, self._pile), (rank, self.deck(rank)))
        theirs = self._decks[other]
        for source, tickets in sources:
            for place in range(len(tickets) - 1, -1, -1):
                if tickets[place] != but and tickets[place] not in theirs and self._is_allowed(other, tickets[place]):
                    return source, place
        return None

    def _pull(self, place: int) -> int:
        pile = self._pile
        pile[place], pile[-1] = pile[-1], pile[place]
        ticket = pile.pop()
        self._journal.note(self._unpull, (place, ticket))
        return ticket

    # How the changes are taken back, newest first; see Journal.

    def _undeal(self, before: list[int]) -> None:
        self._decks.clear()
        self._pile[:] = before

    def _untake(self, taken: tuple[int, int, int]) -> None:
        rank, place, ticket = taken
        own = self._decks[rank]
        own.append(ticket)
        own[place], own[-1] = own[-1], own[place]
        self._dealt += 1

    def _untake_all(self, taken: list[tuple[int, int]]) -> None:
        for rank, ticket in reversed(taken):
            self._decks[rank].append(ticket)
        self._dealt += len(taken)

    def _unput(self, put: tuple[int, int]) -> None:
        rank, place = put
        own = self._decks[rank]
        own[place], own[-1] = own[-1], own[place]
        own.pop()
        self._dealt -= 1

    def _unlend(self, nothing: None) -> None:
        self._pile.pop()

    def _unshuffle(self, before: list[int]) -> None:
        self._pile[:] = before

    def _unpull(self, pulled: tuple[int, int]) -> None:
        place, ticket = pulled
        self._pile.append(ticket)
        self._pile[place], self._pile[-1] = self._pile[-1], self._pile[place]
