"""A deck gives what the table has, each card once, and a rollback or a rewinding gives it back."""

import asyncio
from collections import Counter
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascetic_ddd.faker.domain.distributors.joint.deck import Decks
from ascetic_ddd.faker.domain.distributors.joint.interfaces import IJointDistributor
from ascetic_ddd.faker.domain.distributors.joint.law import NULL
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession

TABLE = [{0: 3, 1: 2}, {1: 1, NULL: 2}, {}, {0: 1}]  # the last is null's
GIVEN = [place for place, deck in zip((0, 1, 2, NULL), TABLE, strict=True) for _ in range(sum(deck.values()))]


class RolledBackError(Exception):
    """Ends a transaction."""


def left(decks: Decks, session: InMemorySession) -> Counter[tuple[int, int]]:
    return Counter((place, decks.draw(session, place)) for place in GIVEN)


def whole() -> Counter[tuple[int, int]]:
    return Counter({(p, o): n for p, deck in zip((0, 1, 2, NULL), TABLE, strict=True) for o, n in deck.items()})


def test_all_cards_are_drawn_once() -> None:
    decks: IJointDistributor = Decks(TABLE, 7)
    assert Counter((place, decks.draw(InMemorySession(), place)) for place in GIVEN) == whole()


def test_many_draws_are_what_single_ones_would_be() -> None:
    one, many, session = Decks(TABLE, 3), Decks(TABLE, 3), InMemorySession()
    assert many.draw_many(session, GIVEN) == [one.draw(session, place) for place in GIVEN]


STEPS = st.lists(st.tuples(st.sampled_from(["draw", "many", "use", "undraw"]), st.sampled_from([0, 1, NULL])), max_size=12)


def act(decks: Decks, session: InMemorySession, steps: list[tuple[str, int]]) -> list[int]:
    found = []
    for step, place in steps:
        if step == "use":
            decks.use(session, place, 1)
        elif step == "many":
            found += decks.draw_many(session, [place, 0])
        else:
            found.append(decks.draw(session, place))
            if step == "undraw":
                decks.undraw(session, place, found[-1])
    return found


async def rolled_back(decks: Decks, steps: list[tuple[str, int]]) -> list[int]:
    session = InMemorySession()
    found: list[int] = []
    with suppress(RolledBackError):
        async with session.atomic():
            found = act(decks, session, steps)
            raise RolledBackError
    return found


@given(STEPS)
def test_what_is_rolled_back_was_not_drawn(steps: list[tuple[str, int]]) -> None:
    decks = Decks(TABLE, 5)
    asyncio.run(rolled_back(decks, steps))
    found: Counter[tuple[int, int]] = Counter()
    for place in (0, 1, NULL):  # a deck that was dealt anew has so many cards more
        cards = decks._deck(place)
        found.update((place, card) for card in cards)
    extra = found - whole()
    assert not whole() - found
    assert all(whole()[card] for card in extra)


@given(STEPS)
def test_after_rewinding_the_same_is_drawn(steps: list[tuple[str, int]]) -> None:
    decks = Decks(TABLE, 5)
    decks.draw(InMemorySession(), 0)
    decks.mark()
    first = asyncio.run(rolled_back(decks, steps))
    decks.rewind()
    assert act(decks, InMemorySession(), steps) == first


def test_a_told_combination_is_not_drawn_once_more_and_both_columns_keep_their_sums() -> None:
    decks, session = Decks(TABLE, 1), InMemorySession()
    decks.use(session, NULL, 1)  # null's deck has no such card: another gives it
    rest = Counter((place, decks.draw(session, place)) for place in GIVEN if place != NULL)
    drawn = rest + Counter({(NULL, 1): 1})
    assert Counter(other for _, other in drawn.elements()) == Counter(other for _, other in whole().elements())
    assert drawn != whole()


def test_a_deck_that_is_asked_for_more_than_it_has_is_dealt_again() -> None:
    decks, session = Decks(TABLE, 1), InMemorySession()
    assert Counter(decks.draw(session, 0) for _ in range(10)) == Counter({0: 6, 1: 4})


def test_a_place_without_rows_has_the_deck_of_the_nearest_one() -> None:
    assert Decks(TABLE, 1).draw(InMemorySession(), 2) in TABLE[1]


def test_places_that_there_are_not_are_told() -> None:
    with pytest.raises(ConfigurationError, match=r"the given column has no place 3; it has 3 places"):
        Decks(TABLE, 1).draw(InMemorySession(), 3)
    with pytest.raises(ConfigurationError, match="the table has no row"):
        Decks([{}], 1)


@given(st.lists(st.sampled_from([0, 1, 2, NULL]), min_size=len(GIVEN), max_size=len(GIVEN)))
def test_decks_that_borrow_deal_all_cards_before_any_comes_again(asked: list[int]) -> None:
    decks, session = Decks(TABLE, 7, borrows=True), InMemorySession()
    places = Counter(decks.draw(session, place) for place in asked)
    assert places == Counter(card for deck in TABLE for card, rows in deck.items() for _ in range(rows))
