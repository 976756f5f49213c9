"""A column that is drawn beside another one, by a captured law."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from random import Random
from typing import Any, NamedTuple

from ascetic_ddd.faker.domain.distributors.apportionment import apportioned
from ascetic_ddd.faker.domain.distributors.joint.deck import Decks
from ascetic_ddd.faker.domain.distributors.joint.given import By, Given
from ascetic_ddd.faker.domain.distributors.joint.interfaces import IRanked
from ascetic_ddd.faker.domain.distributors.joint.law import NULL, JointLaw, Side
from ascetic_ddd.faker.domain.distributors.joint.places import Places
from ascetic_ddd.faker.domain.distributors.joint.recognition import recognised
from ascetic_ddd.faker.domain.distributors.joint.replay import replayed
from ascetic_ddd.faker.domain.distributors.m2o.interfaces import Decision
from ascetic_ddd.faker.domain.distributors.schedules.interfaces import BUSY, Busy
from ascetic_ddd.faker.domain.randomness import seed_of
from ascetic_ddd.faker.domain.stock.scope import Scope
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("Card", "Column", "Follower")

_TRIES = 64  # cards looked at before values in flight elsewhere make the column draw by its own law
_MOST_ROWS = 1_000_000  # of a table where nobody knows how many there will be


class Column(NamedTuple):
    """A column as a follower meets it."""

    distributor: IRanked
    scope: Scope
    is_closed: bool
    values: Sequence[Any]
    """By rank, where places are classes of values."""
    number_of: Callable[[Any], int | None]
    """The number of a value; None if it is not known."""
    input_of: Callable[[int], Any]
    """The value of a number."""

    def numbers_of(self, inputs: Iterable[Any]) -> list[int | None]:
        """The numbers of values: -1 of null, None of one that is not known."""
        number_of = self.number_of
        return [NULL if input is None else number_of(input) for input in inputs]


class Card(NamedTuple):
    """What was drawn for an object, to be given back if it is given up."""

    session: ISession
    given: int
    place: int
    rank: int
    """The card of a class, if it is one."""


class Follower:
    """Deals a column's values beside those of a given column.

    In an exact run both columns' rows are known from the beginning: they keep them, and combinations come as often as the law
    has it. Else the decks are those of the captured table, for as many values as there are: shares beside each given value hold
    in the long run. Where values are made by need and nobody knows how many there will be, the column is drawn by its own law.

    Args:
        given: with a captured law.
    """

    def __init__(self, given: Given) -> None:
        assert isinstance(given.how, JointLaw)
        self._law = given.how
        self._given_by, self._other_by = given.given_by, given.other_by
        self._seed = 0
        self._held: Counter[tuple[int, int]] = Counter()  # rows of earlier runs, by numbers
        self._decks: Decks | None = None
        self._inside: Decks | None = None  # by class, the ranks in it
        self._source: Places | None = None
        self._own: Places | None = None
        self._is_dealt = self._is_exact = self._was_dealt = False

    def draw(
        self, session: ISession, number: int | None, is_null: bool, source: Column, own: Column
    ) -> tuple[Decision, Card | None]:
        """Decide a use beside a value of the given column.

        Args:
            session: of the object.
            number: of the given value; None if it is not known.
            is_null: the given column is null.
            source: the given column.
            own: the other one.

        Returns:
            The decision, and what :meth:`undraw` takes; None where it was decided without a deck.
        """
        decks = self._dealt(source, own)
        if decks is None:
            return own.distributor.draw(session, own.scope, is_closed=own.is_closed), None
        given = NULL if is_null else self._place(number, source)
        aside: list[Card] = []
        try:
            for _ in range(_TRIES):
                place = decks.draw(session, given)
                card = Card(session, given, place, self._rank(session, place))
                choice = own.distributor.draw_at(session, own.scope, card.rank, is_closed=own.is_closed)
                if not isinstance(choice, Busy):
                    return choice, card
                aside.append(card)
        finally:
            for busy in aside:
                self._put_back(busy)
        return own.distributor.draw(session, own.scope, is_closed=own.is_closed), None

    def draw_many(
        self, session: ISession, given: Sequence[int | None], source: Column, own: Column, behind: int = 0
    ) -> list[Decision]:
        """What so many calls of :meth:`draw` would decide, undone as one.

        Args:
            session: of the objects.
            given: numbers of the given values; None where one is not known, -1 where the column is null.
            source: the given column.
            own: the other one; none of its values has to be made.
            behind: as for the distributors' ``draw_many``.
        """
        decks = self._dealt(source, own)
        if decks is not None:
            places = {number: NULL if number == NULL else self._place(number, source) for number in set(given)}
            known = [places[number] for number in given]
            cards = decks.draw_many(session, known)
            if self._inside is None and self._own is not None:
                ranks = [NULL if place == NULL else self._own.ranks[place][0] for place in cards]
            else:
                ranks = [self._rank(session, place) for place in cards]
            choices = own.distributor.draw_many_at(session, own.scope, ranks, is_closed=own.is_closed, behind=behind)
            if choices is not None:
                return list(choices)
            for place, card, rank in zip(reversed(known), reversed(cards), reversed(ranks), strict=True):
                self._put_back(Card(session, place, card, rank))
        return [self.draw(session, None if number == NULL else number, number == NULL, source, own)[0] for number in given]

    def use(self, session: ISession, number: int | None, is_null: bool, source: Column, own: Column, told: int | None) -> bool:
        """Count a value that was told: its card is used up. Returns False if there are no cards.

        Args:
            session: of the object.
            number: of the given value; None if it is not known.
            is_null: the given column is null.
            source: the given column.
            own: the other one.
            told: the number of the value; None for null.
        """
        decks = self._dealt(source, own)
        if decks is None or self._own is None:
            return False
        given = NULL if is_null else self._place(number, source)
        rank = NULL if told is None else own.distributor.rank_of(own.scope, told, is_closed=own.is_closed)
        if rank is None:
            return False
        place = NULL if rank == NULL else self._own.place_of(rank)
        if place >= len(self._own.sums) - 1 or own.distributor.draw_at(session, own.scope, rank, is_closed=own.is_closed) is BUSY:
            return False
        decks.use(session, given, place)
        if self._inside is not None and place != NULL:
            self._inside.use(session, place, rank)
        return True

    def undraw(self, card: Card, own: Column, choice: int | None) -> None:
        """Take a draw back whose object is not made after all."""
        self._put_back(card)
        own.distributor.undraw_at(card.session, own.scope, choice)

    def seed(self, seed: int) -> None:
        """Restart the streams."""
        self._seed = seed
        self._forget()

    def restart(self) -> None:
        """Another run begins, or a run ends: what was dealt is dealt anew."""
        self._forget()

    def remember(self, rows: Iterable[tuple[int | None, int | None, int]]) -> None:
        """Take up rows that are stored: numbers of the given and of the own value, -1 for null, and how many have them."""
        self._held = Counter()
        for given, own, count in rows:
            if given is not None and own is not None:
                self._held[given, own] += count
        self._forget()

    def mark(self) -> None:
        """Remember this place."""
        self._was_dealt = self._is_dealt
        for decks in (self._decks, self._inside):
            if decks is not None:
                decks.mark()

    def rewind(self) -> None:
        """Go back to the mark."""
        if not self._was_dealt:
            self._forget()
        for decks in (self._decks, self._inside):
            if decks is not None:
                decks.rewind()

    def unmark(self) -> None:
        """Forget the mark."""
        for decks in (self._decks, self._inside):
            if decks is not None:
                decks.unmark()

    def _forget(self) -> None:
        self._decks = self._inside = self._source = self._own = None
        self._is_dealt = self._is_exact = False

    def _dealt(self, source: Column, own: Column) -> Decks | None:
        if self._is_exact and not (source.distributor.is_exact and own.distributor.is_exact):
            self._forget()  # some are told instead of drawn
        if not self._is_dealt:
            self._is_dealt = True
            self._is_exact = source.distributor.is_exact and own.distributor.is_exact
            self._deal(source, own)
        return self._decks

    def _deal(self, source: Column, own: Column) -> None:
        law = self._law
        if self._is_exact:
            self._source = _planned(source, self._given_by, law.given, takes_over=False)
            self._own = _planned(own, self._other_by, law.other, takes_over=True)
            self._recognise(source, own)
            given, other = self._source.sums, self._own.sums
            if sum(given) != sum(other):
                given = _scaled(given, sum(other))
        else:
            self._source = _by_shares(source, self._given_by, law.given)
            given = law.given.sums() if self._source is None else self._source.sums
            self._own = _by_shares(own, self._other_by, law.other, sum(given))
            if self._own is None:
                return
            other = self._own.sums
            given = _scaled(given, sum(other))
        if not sum(other):
            return
        table = replayed(law, given, other, Random(seed_of(self._seed, "table")))
        self._decks = Decks(table, seed_of(self._seed, "decks"), borrows=self._is_exact)
        if self._other_by == "class":
            inside = [{rank: self._own.rows[rank] for rank in each if self._own.rows[rank]} for each in self._own.ranks]
            self._inside = Decks([*inside, {}], seed_of(self._seed, "classes"))

    def _recognise(self, source: Column, own: Column) -> None:
        """Values of an earlier run get places whose decks are like what they had."""
        if not self._held or self._source is None or self._own is None:
            return
        ranks = Counter[tuple[int, int]]()
        for (one, two), rows in self._held.items():
            first = NULL if one == NULL else source.distributor.rank_of(source.scope, one, is_closed=source.is_closed)
            second = NULL if two == NULL else own.distributor.rank_of(own.scope, two, is_closed=own.is_closed)
            if first is not None and second is not None:
                ranks[first, second] += rows
        moves = [not source.distributor.keeps_ranks, not own.distributor.keeps_ranks]
        if moves[0] and (not moves[1] or len(self._source.sums) >= len(self._own.sums)):
            self._source = recognised(self._source, self._own, ranks, self._law)
        elif moves[1]:
            turned = Counter({(two, one): rows for (one, two), rows in ranks.items()})
            self._own = recognised(self._own, self._source, turned, self._law.turned())

    def _place(self, number: int | None, source: Column) -> int:
        """The place of a given value; what is not known is like the rarest."""
        rank = None if number is None else source.distributor.rank_of(source.scope, number, is_closed=source.is_closed)
        if self._source is not None:
            return self._source.place_of(rank)
        places = self._law.given.places
        if rank is None:
            return places - 1
        return min(places - 1, int((rank + 0.5) * places / max(rank + 1, len(source.scope.members))))

    def _rank(self, session: ISession, place: int) -> int:
        if place == NULL or self._own is None:
            return NULL
        return self._own.ranks[place][0] if self._inside is None else self._inside.draw(session, place)

    def _put_back(self, card: Card) -> None:
        if self._decks is not None:
            self._decks.undraw(card.session, card.given, card.place)
            if self._inside is not None and card.place != NULL:
                self._inside.undraw(card.session, card.place, card.rank)


def _planned(column: Column, by: By, side: Side, *, takes_over: bool) -> Places:
    """The places of a column in an exact run."""
    *ranked, (nulls, _) = column.distributor.rows_by_rank(column.scope, is_closed=column.is_closed, takes_over=takes_over)
    return _places(column, by, side, [rows for rows, _ in ranked], [weight for _, weight in ranked], nulls)


def _by_shares(column: Column, by: By, side: Side, rows: int | None = None) -> Places | None:
    """The places of a column with shares; None if its ranks move.

    Args:
        column: the column.
        by: what its places are.
        side: the column as it was captured.
        rows: in all. None: so many that those which are not null are as many as were captured; where the column is a part of an
            optional value, nulls of the whole do not come up here.
    """
    shares = column.distributor.shares_by_rank(column.scope, is_closed=column.is_closed)
    if shares is None:
        return None
    if rows is None:
        rows = round((side.rows - side.nulls) / (1.0 - shares[-1])) if shares[-1] < 1.0 else side.rows
    *each, nulls = _scaled(shares, min(rows, _MOST_ROWS))
    return _places(column, by, side, each, shares[:-1], nulls)


def _places(column: Column, by: By, side: Side, rows: Sequence[int], weights: Sequence[float], nulls: int) -> Places:
    if by == "class":
        return Places.by_class(rows, weights, nulls, column.values, side)
    return Places.by_rows(rows, weights, nulls)


def _scaled(parts: Sequence[float], total: int) -> list[int]:
    """As many in all, in the same proportions."""
    whole = sum(parts)
    return apportioned(total, [0.0, *(each / whole for each in accumulate(parts))], 0.5)
