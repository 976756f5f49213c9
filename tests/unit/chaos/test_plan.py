"""Histories are drawn before they happen."""

from collections import Counter

from tests.chaos.events import EVENTS
from tests.chaos.plan import drawn


def test_the_same_seed_draws_the_same_histories() -> None:
    first, again, other = (list(drawn(seed, 60, 2000, [1, 4], list(EVENTS))) for seed in (5, 5, 6))
    assert first == again
    assert first != other


def test_every_kind_of_event_comes_as_often_as_any_other_in_every_way_of_running() -> None:
    histories = list(drawn(1, 3 * len(EVENTS), 2000, [1, 4], list(EVENTS)))
    strikes = [strike for history in histories for leg in history.legs for strike in leg.strikes]
    assert set(Counter(strike.event.name for strike in strikes).values()) == {3}
    assert {(history.lanes, history.on_error) for history in histories} == {
        (lanes, way) for lanes in (1, 4) for way in ("stop", "skip")
    }


def test_legs_grow_and_have_one_kind_of_patience() -> None:
    for history in drawn(2, 60, 2000, [1], list(EVENTS)):
        counts = [leg.count for leg in history.legs]
        assert counts == sorted(set(counts))
        for leg in history.legs:
            assert len({strike.event.ends_the_run for strike in leg.strikes}) == 1
            assert all(0 <= strike.share < 1 for strike in leg.strikes)
