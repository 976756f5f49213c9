"""Dealing the uses of one column out to the values of another one, so that no two values meet twice."""

from collections import Counter, deque
from collections.abc import Callable, Sequence
from random import Random
from typing import TypeAlias

__all__ = ("IsAllowed", "dealt", "shortage")

IsAllowed: TypeAlias = Callable[[int, int], bool]
"""Tells whether a deck may have a card."""

_TRIES = 64  # exchanges with decks at random before a way is searched


def dealt(sizes: Sequence[int], cards: Sequence[int], is_allowed: IsAllowed, random: Random) -> tuple[list[list[int]], list[int]]:
    """Deal cards to decks: no deck has a card twice, or one that it may not have.

    As many cards are dealt as can be: where what is left does not fit, cards are exchanged between decks, along augmenting paths.

    Args:
        sizes: how many cards each deck shall get.
        cards: all of them, in any order.
        is_allowed: what else may not meet.
        random: the stream to draw from.

    Returns:
        The decks, each in random order, and the cards that are left.

    Source: the configuration model of random graphs; maximum bipartite b-matching by augmenting paths.

    Example:
        >>> decks, left = dealt([2, 2, 1], [0, 0, 0, 1, 1], lambda deck, card: True, Random(1))
        >>> [sorted(deck) for deck in decks], left
        ([[0, 1], [0, 1], [0]], [])
    """
    pile = list(cards)
    random.shuffle(pile)
    decks: list[list[int]] = [[] for _ in sizes]
    short: list[int] = []
    for deck in sorted(range(len(sizes)), key=lambda deck: -sizes[deck]):
        own, aside = decks[deck], []
        while len(own) < sizes[deck] and pile:
            card = pile.pop()
            if card in own or not is_allowed(deck, card):
                aside.append(card)
            else:
                own.append(card)
        for card in aside:
            pile.append(card)
            place = int(random.random() * len(pile))
            pile[place], pile[-1] = pile[-1], pile[place]
        short += [deck] * (sizes[deck] - len(own))
    if short and pile:
        pile = _Exchange(decks, pile, is_allowed, random).fill(short)
    for own in decks:
        random.shuffle(own)
    return decks, pile


class _Exchange:
    """Fills decks that lack cards which nobody has, by way of others."""

    def __init__(self, decks: list[list[int]], pile: list[int], is_allowed: IsAllowed, random: Random) -> None:
        self._decks = decks
        self._left = Counter(pile)
        self._is_allowed = is_allowed
        self._random = random
        self._kinds = sorted({*pile, *(card for own in decks for card in own)})

    def fill(self, short: list[int]) -> list[int]:
        """Give each of the decks a card more, if there is a way. Returns the cards that are left."""
        for deck in short:
            if not (self._directly(deck) or self._with_another(deck)):
                self._along_a_path(deck)
        return sorted(self._left.elements())

    def _fits(self, deck: int, card: int) -> bool:
        return card not in self._decks[deck] and self._is_allowed(deck, card)

    def _take(self, card: int) -> None:
        self._left[card] -= 1
        if not self._left[card]:
            del self._left[card]

    def _directly(self, deck: int) -> bool:
        card = next((card for card in self._left if self._fits(deck, card)), None)
        if card is not None:
            self._decks[deck].append(card)
            self._take(card)
        return card is not None

    def _with_another(self, deck: int) -> bool:
        """Take another deck's card, which gets one of those that are left."""
        decks, draw = self._decks, self._random.random
        for card in self._left:
            for _ in range(_TRIES):
                other = int(draw() * len(decks))
                own = decks[other]
                place = int(draw() * len(own))
                if own and other != deck and self._fits(deck, own[place]) and self._fits(other, card):
                    decks[deck].append(own[place])
                    own[place] = card
                    self._take(card)
                    return True
        return False

    def _along_a_path(self, deck: int) -> bool:
        """Search breadth-first: the deck takes a card of another one, that one takes a third one's, the last one what is left."""
        holders: dict[int, list[int]] = {}
        for holder, own in enumerate(self._decks):
            for card in own:
                holders.setdefault(card, []).append(holder)
        came: dict[int, tuple[int, int | None]] = {}  # by card: the deck that takes it, and what it gives up
        waiting: deque[tuple[int, int | None]] = deque([(deck, None)])
        seen = {deck}
        while waiting:
            taker, given_up = waiting.popleft()
            for card in self._kinds:
                if card in came or not self._fits(taker, card):
                    continue
                came[card] = (taker, given_up)
                if card in self._left:
                    self._go(card, came)
                    return True
                for holder in holders.get(card, ()):
                    if holder not in seen:
                        seen.add(holder)
                        waiting.append((holder, card))
        return False

    def _go(self, card: int, came: dict[int, tuple[int, int | None]]) -> None:
        self._take(card)
        while True:
            taker, given_up = came[card]
            own = self._decks[taker]
            if given_up is None:
                own.append(card)
                return
            own[own.index(given_up)] = card
            card = given_up


def shortage(sizes: Sequence[int], cards: Sequence[int]) -> int:
    """How many cards cannot be dealt without a repeat.

    Args:
        sizes: how many cards each deck shall get.
        cards: how many cards there are of each kind.

    Source: the theorem of Gale and Ryser, as the deficiency of a bipartite degree sequence.

    Example:
        >>> shortage([60], [1] * 50)
        10
        >>> shortage([2, 2, 1], [3, 2])
        0
    """
    largest = sorted(sizes, reverse=True)
    kinds = sorted(cards)
    worst = wanted = 0
    below = at = 0  # the sum of the kinds that have at most k cards, and their number
    for decks, size in enumerate(largest, 1):
        wanted += size
        while at < len(kinds) and kinds[at] <= decks:
            below += kinds[at]
            at += 1
        worst = max(worst, wanted - below - decks * (len(kinds) - at))
    return max(worst, 0)
