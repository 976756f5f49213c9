"""Draws from decks without replacement: both columns keep their sums, and combinations come as often as planned."""

from collections import Counter
from collections.abc import Sequence
from random import Random

from ascetic_ddd.faker.domain.distributors.joint.law import NULL
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.randomness import seed_of
from ascetic_ddd.faker.domain.rewinding import Journal
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("Decks",)

_Card = tuple[int, int]


class Decks:
    """For each place of a given column, the places of the other one, in random order, each as often as the table has it.

    A deck that is asked for more than it has is dealt once more, as often as need be, and a place without a row is dealt the deck
    of the nearest place that has one: the sums are then right in proportion only. Memory: the table, and a number a row of the
    decks that were asked for. A draw is constant time.

    Args:
        table: rows by place, nulls last, see :func:`~ascetic_ddd.faker.domain.distributors.joint.replay.replayed`.
        seed: of the order. Each deck has a stream of its own: what is drawn of one does not move another.
        borrows: a deck that is asked for more than it has takes a card of the nearest one that has some left, as long as there
            is one: then all cards are dealt before any comes again, and the other column is as planned, whatever is given.

    Raises:
        ConfigurationError: the table has no row.
    """

    def __init__(self, table: Sequence[dict[int, int]], seed: int, *, borrows: bool = False) -> None:
        if not any(table):
            raise ConfigurationError("the table has no row; expected a table with one row and more")
        self._table = table
        self._seed = seed
        self._borrows = borrows
        self._cards: dict[int, list[int]] = {}
        self._deals: Counter[int] = Counter()
        self._owed: Counter[_Card] = Counter()  # cards that were put back for a while, and drawn by somebody else meanwhile
        self._journal = Journal()

    def draw(self, session: ISession, given: int) -> int:
        """As :class:`~ascetic_ddd.faker.domain.distributors.joint.interfaces.IJointDistributor` says."""
        card = self._draw(given)
        session.on_rollback(self._put_back, card)
        return card[1]

    def draw_many(self, session: ISession, given: Sequence[int]) -> list[int]:
        """What so many calls of :meth:`draw` would answer one after the other, undone as one."""
        drawn: list[_Card] = []
        session.on_rollback(self._put_all_back, drawn)
        dealt, noted = self._cards, self._journal.entries
        for place in given:
            cards = dealt.get(place)
            if not cards:
                drawn.append(self._draw(place))
                continue
            card = (place, cards.pop())
            drawn.append(card)
            if noted is not None:
                noted += (self._put_back, card)
        return [place for _, place in drawn]

    def undraw(self, session: ISession, given: int, place: int) -> None:
        """As the port says."""
        card = (self._place(given), place)
        self._put_back(card)
        session.on_rollback(self._take, card)

    def use(self, session: ISession, given: int, place: int) -> None:
        """As the port says.

        If the deck has no such card, another deck gives it for one of this deck's: both columns keep their sums. If none has it,
        another place has one row less. Takes time in proportion to the number of decks.
        """
        deck = self._place(given)
        cards = self._deck(deck)
        if place in cards:
            taken, instead = [(deck, place)], None
        else:
            taken, instead = [(deck, cards[-1])], None
            holder = next((each for each in self._holders(place) if each != deck), None)
            if holder is not None:
                taken.append((holder, place))
                instead = (holder, cards[-1])
        for card in taken:
            self._take(card)
            session.on_rollback(self._put_back, card)
        if instead is not None:
            self._put_back(instead)
            session.on_rollback(self._take, instead)

    def mark(self) -> None:
        """Remember this place, see :class:`~ascetic_ddd.faker.domain.rewinding.IRewindable`."""
        self._journal.mark()

    def rewind(self) -> None:
        """Go back to the mark."""
        self._journal.rewind()

    def unmark(self) -> None:
        """Forget the mark."""
        self._journal.unmark()

    def _draw(self, given: int) -> _Card:
        deck = self._place(given)
        if self._borrows and not self._cards.get(deck, True):
            deck = self._lender(deck)
        card = (deck, self._deck(deck).pop())
        self._journal.note(self._put_back, card)
        return card

    def _place(self, given: int) -> int:
        """The place whose deck is dealt."""
        last = len(self._table) - 1
        if not NULL <= given < last:
            raise ConfigurationError(f"the given column has no place {given}; it has {last} places, and {NULL} for null")
        if self._table[given]:
            return given
        near = sorted(range(NULL, last), key=lambda each: (abs(each - given), each))
        return next(each for each in near if self._table[each])

    def _deck(self, place: int) -> list[int]:
        cards = self._cards.setdefault(place, [])
        if not cards:
            cards += [other for other, rows in sorted(self._table[place].items()) for _ in range(rows)]
            Random(seed_of(self._seed, f"{place}.{self._deals[place]}")).shuffle(cards)
            self._deals[place] += 1
            self._journal.note(self._gather, place)
        return cards

    def _lender(self, place: int) -> int:
        """The nearest place that has a card left; the same one if none has."""
        last = len(self._table) - 1
        for step in range(1, last + 1):
            for each in (place - step, place + step):
                if NULL < each < last and (self._cards[each] if each in self._cards else self._table[each]):
                    return each
        return NULL if (self._cards[NULL] if NULL in self._cards else self._table[NULL]) else place

    def _gather(self, place: int) -> None:
        """Take a whole deck from the table again."""
        self._cards[place].clear()
        self._deals[place] -= 1

    def _holders(self, place: int) -> list[int]:
        """Decks that have the card, or will have it when they are dealt."""
        decks = [each if each < len(self._table) - 1 else NULL for each, deck in enumerate(self._table) if place in deck]
        return [each for each in decks if place in (self._cards.get(each) or self._deck(each))]

    def _take(self, card: _Card) -> None:
        deck, place = card
        cards = self._cards.get(deck, [])
        if place in cards:
            at = len(cards) - 1 - cards[::-1].index(place)  # the last one: what was put back goes first
            del cards[at]
            self._journal.note(self._insert, (at, card))
        else:
            self._owed[card] += 1
            self._journal.note(self._owe_less, card)

    def _put_back(self, card: _Card) -> None:
        if self._owed[card]:
            self._owed[card] -= 1
            self._journal.note(self._owe_more, card)
        else:
            if card[0] not in self._cards:
                self._deck(card[0])
            self._cards[card[0]].append(card[1])
            self._journal.note(self._take, card)

    def _put_all_back(self, cards: list[_Card]) -> None:
        while cards:
            self._put_back(cards.pop())

    def _insert(self, taken: tuple[int, _Card]) -> None:
        at, (deck, place) = taken
        self._cards[deck].insert(at, place)

    def _owe_less(self, card: _Card) -> None:
        self._owed[card] -= 1

    def _owe_more(self, card: _Card) -> None:
        self._owed[card] += 1
