"""What a decision of a distributor costs: a pick, a hand beside a bare heap, an append beside many scopes, memory per value."""

import argparse
import gc
import random
import tracemalloc
from heapq import heapify, heapreplace
from time import perf_counter
from typing import Any

from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.distributors.m2o.interfaces import IReservation
from ascetic_ddd.faker.domain.distributors.plan import Plan
from ascetic_ddd.faker.domain.specification.equality import EqualSpecification
from ascetic_ddd.faker.domain.stock.population import Population
from ascetic_ddd.faker.domain.stock.scope import Pool
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession

__all__ = ("main", "run")

SHAPES: dict[str, dict[str, Any]] = {
    "skew 2": {"skew": 2.0, "mean": 10},
    "4 weights": {"weights": [0.7, 0.2, 0.07, 0.03], "mean": 10},
    "uniform": {"mean": 10},
}
_HANDS = {"skew 2": SHAPES["skew 2"], "4 weights": SHAPES["4 weights"], "skew 2, nulls": {**SHAPES["skew 2"], "null_weight": 0.2}}
_REPEATS, _IN_HAND = 3, 1_000


def run(largest: int = 1_000_000) -> None:
    """Print the tables; ``largest`` is the number of uses in the last line of the pick table."""
    picks(largest)
    hands(largest)
    appends(largest // 10)
    memory(largest // 10)


def picks(largest: int) -> None:
    """The cost of one use, over the last tenth of a run, and how many times a bare ``heapreplace`` that is."""
    print("\npick, µs (times a bare heapq.heapreplace on a heap of as many values, same run)\n")
    print(
        f"{'uses':>9} {'values':>7} {'heap':>6}"
        + "".join(f" {name + ' ' + mode:>20}" for name in SHAPES for mode in ("", "planned"))
    )
    uses = 1_000
    while uses <= largest:
        floor = min(_heap(uses // 10, uses // 10) for _ in range(_REPEATS))
        line = f"{uses:>9,} {uses // 10:>7,} {floor:6.2f}"
        for asked in SHAPES.values():
            for is_planned in (False, True):
                cost = min(_pick(asked, uses, is_planned) for _ in range(_REPEATS if uses < 1_000_000 else 1))
                line += f" {f'{cost:.2f} ({cost / floor:.1f})':>20}"
        print(line, flush=True)
        uses *= 10


def _heap(values: int, times: int) -> float:
    stream = random.Random(1)
    heap = [(stream.random() * values, number, 1) for number in range(values)]
    heapify(heap)
    times = max(times, 2_000)
    entries = [(values * (1.0 + stream.random()), number, 2) for number in range(times)]
    gc.collect()
    start = perf_counter()
    for entry in entries:
        heapreplace(heap, entry)
    return (perf_counter() - start) / times * 1e6


def _pick(asked: dict[str, Any], uses: int, is_planned: bool) -> float:
    distributor = distributor_factory(**asked)
    distributor.seed(1)
    session, scope = InMemorySession(), Pool().everything
    plan = Plan(uses)
    if is_planned:
        distributor.plan(plan, is_exact=True)
    values = 0
    draw, enter = distributor.draw, scope.enter
    measured = uses // 10
    gc.collect()
    start = 0.0
    for use in range(uses):
        if use == uses - measured:
            start = perf_counter()
        choice: int | IReservation | None = draw(session, scope)
        if choice is not None and not isinstance(choice, int):
            enter(values)
            choice.fulfil(session, values)
            values += 1
    return (perf_counter() - start) / measured * 1e6


def hands(largest: int) -> None:
    """The cost of one use in a hand of 1,000, fewer in short runs, over the last tenth of a run; the bar is twice a bare heap."""
    print("\nhands of 1,000, µs a pick (times a bare heapq.heapreplace on a heap of as many values, same run; bar: planned 2)\n")
    names = [name + mode for name in _HANDS for mode in ("", " planned")]
    print(f"{'uses':>9} {'values':>7} {'heap':>6}" + "".join(f" {name:>24}" for name in names))
    uses = 1_000
    while uses <= largest:
        floor = min(_heap(uses // 10, uses // 10) for _ in range(_REPEATS))
        line = f"{uses:>9,} {uses // 10:>7,} {floor:6.2f}"
        for asked in _HANDS.values():
            for is_planned in (False, True):
                cost = min(_hand(asked, uses, is_planned) for _ in range(_REPEATS if uses < 1_000_000 else 1))
                line += f" {f'{cost:.2f} ({cost / floor:.1f})':>24}"
        print(line, flush=True)
        uses *= 10


def _hand(asked: dict[str, Any], uses: int, is_planned: bool) -> float:
    distributor = distributor_factory(**asked)
    distributor.seed(1)
    session, scope = InMemorySession(), Pool().everything
    if is_planned:
        distributor.plan(Plan(uses), is_exact=True)
    values = drawn = 0
    start, measured = 0.0, uses
    gc.collect()
    while drawn < uses:
        if not start and drawn >= uses - uses // 10:
            start, measured = perf_counter(), uses - drawn
        left = min(_IN_HAND, uses // 20, uses - drawn)
        while left:
            hand = distributor.draw_many(session, scope, left)
            left -= len(hand)
            drawn += len(hand)
            last = hand[-1]
            if last is not None and not isinstance(last, int):
                scope.enter(values)
                last.fulfil(session, values)
                values += 1
    return (perf_counter() - start) / measured * 1e6


def appends(values: int) -> None:
    """The cost of taking one new value in, with one scope and with 10,000."""
    print(f"\nappend of one of {values:,} values, µs\n")
    one, many = (min(_append(values, scopes) for _ in range(_REPEATS)) for scopes in (1, 10_000))
    print(f"1 scope {one:.2f}   10,000 scopes {many:.2f}   times {many / one:.2f}")


def _append(values: int, scopes: int) -> float:
    population, session = Population("id"), InMemorySession()
    distributor = distributor_factory(skew=2.0, mean=10)
    for tenant in range(scopes):  # each scope is asked for, and followed by a schedule, before the values come
        choice = distributor.draw(session, population.scope(EqualSpecification({"id": {"tenant_id": tenant}})))
        if choice is not None and not isinstance(choice, int):
            choice.cancel()
    states = [{"id": {"tenant_id": number % scopes, "author_id": number}, "name": "A"} for number in range(values)]
    gc.collect()
    start = perf_counter()
    for state in states:
        population.stored(session, state)
    return (perf_counter() - start) / values * 1e6


def memory(values: int) -> None:
    """Bytes a value, beside its own state: of the schedule, and of the population with one index."""
    print(f"\nmemory, bytes a value, {values:,} values\n")
    for mode in ("growing", "planned"):
        gc.collect()
        tracemalloc.start()
        distributor = distributor_factory(skew=2.0, mean=10)
        if mode == "planned":
            distributor.plan(Plan(values * 10), is_exact=True)
        session, scope = InMemorySession(), Pool().everything
        number = 0
        while number < values:
            choice = distributor.draw(session, scope)
            if choice is not None and not isinstance(choice, int):
                scope.enter(number)
                choice.fulfil(session, number)
                number += 1
        print(f"{mode:>22}: {tracemalloc.get_traced_memory()[0] / values:.0f}")
        tracemalloc.stop()
        del distributor, scope
    states = [{"id": number} for number in range(values)]
    gc.collect()
    tracemalloc.start()
    population, session = Population("id"), InMemorySession()
    for state in states:
        population.stored(session, state)
    print(f"{'population':>22}: {tracemalloc.get_traced_memory()[0] / values:.0f}")
    tracemalloc.stop()


def main() -> None:
    """Run from the command line: ``python -m benchmarks.distributors --largest 1000000``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--largest", type=int, default=1_000_000, help="uses in the largest run")
    run(parser.parse_args().largest)


if __name__ == "__main__":
    main()
