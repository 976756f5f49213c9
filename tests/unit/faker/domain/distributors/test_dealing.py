"""Uses are dealt out so that no two values meet twice, as many as can be."""

from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from ascetic_ddd.faker.domain.distributors.schedules.dealing import dealt, shortage
from ascetic_ddd.faker.domain.distributors.schedules.pairs import Pairs
from ascetic_ddd.faker.domain.rewinding import Journal

few = st.lists(st.integers(0, 8), min_size=1, max_size=8)


def cards_of(kinds: list[int]) -> list[int]:
    return [kind for kind, count in enumerate(kinds) for _ in range(count)]


def most(sizes: list[int], kinds: list[int], forbidden: set[tuple[int, int]]) -> int:
    """How many cards can be dealt, by a search of its own: one augmenting path after the other."""
    held: dict[int, set[int]] = {deck: set() for deck in range(len(sizes))}
    left = dict(enumerate(kinds))

    def fill(deck: int, seen: set[int]) -> bool:
        for card in left:
            if card in seen or card in held[deck] or (deck, card) in forbidden:
                continue
            seen.add(card)
            if left[card]:
                left[card] -= 1
                held[deck].add(card)
                return True
            for other in held:
                if card in held[other] and fill(other, seen):
                    held[other].discard(card)
                    held[deck].add(card)
                    return True
        return False

    return sum(fill(deck, set()) for deck, size in enumerate(sizes) for _ in range(size))


@given(few, few, st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7))), st.integers(0, 9))
def test_as_many_as_can_be_are_dealt_and_none_twice(
    sizes: list[int], kinds: list[int], forbidden: set[tuple[int, int]], seed: int
) -> None:
    cards = cards_of(kinds)
    decks, left = dealt(sizes, cards, lambda deck, card: (deck, card) not in forbidden, Random(seed))
    assert Counter([*left, *(card for own in decks for card in own)]) == Counter(cards)
    for deck, own in enumerate(decks):
        assert len(set(own)) == len(own) <= sizes[deck]
        assert not any((deck, card) in forbidden for card in own)
    assert sum(map(len, decks)) == most(sizes, kinds, forbidden)


@given(few, few)
def test_the_shortage_is_what_cannot_be_dealt(sizes: list[int], kinds: list[int]) -> None:
    assert sum(sizes) - shortage(sizes, kinds) == most(sizes, kinds, set())


@given(few, st.integers(0, 99))
def test_with_room_for_all_nothing_is_short(sizes: list[int], seed: int) -> None:
    kinds = [sum(size > place for size in sizes) for place in range(8)]  # the conjugate: the tightest that is possible
    decks, left = dealt(sizes, cards_of(kinds), lambda deck, card: True, Random(seed))
    assert not left
    assert [len(own) for own in decks] == sizes


@given(
    few, few, st.lists(st.tuples(st.sampled_from(["take", "exchange", "lend", "gather"]), st.integers(0, 99))), st.integers(0, 9)
)
def test_all_moves_can_be_taken_back(sizes: list[int], kinds: list[int], moves: list[tuple[str, int]], seed: int) -> None:
    journal, pile, random = Journal(), cards_of(kinds), Random(seed)
    journal.mark()
    before = list(pile)
    pairs = Pairs(None, list(sizes), pile, lambda deck, card: True, random, journal)
    for move, number in moves:
        rank = number % len(sizes)
        if move == "take" and pairs.deck(rank):
            pairs.take(rank, number % len(pairs.deck(rank)))
        elif move == "exchange" and (found := next(iter(pairs.candidates(rank)), None)) is not None:
            pairs.exchange(rank, *found)
        elif move == "lend":
            pairs.lend()
        elif move == "gather":
            pairs.gather()
            assert len(pile) + len(pairs) == len(pile)
        assert len(pairs) == sum(len(pairs.deck(each)) for each in range(len(sizes)))
        assert all(len(set(pairs.deck(each))) == len(pairs.deck(each)) for each in range(len(sizes)))
    journal.rewind()
    assert pile == before


def test_every_card_may_come_anywhere() -> None:
    """In 900 deals of three cards to three decks each pair is due 300 times; less than 240 has odds of 1 : 40,000."""
    seen: Counter[tuple[int, int]] = Counter()
    for seed in range(900):
        decks, _ = dealt([1, 1, 1], [0, 1, 2], lambda deck, card: True, Random(seed))
        seen.update((deck, card) for deck, own in enumerate(decks) for card in own)
    assert len(seen) == 9
    assert min(seen.values()) > 240
