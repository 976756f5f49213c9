"""Runs probes in both databases by turns, to see how long they take."""

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ascetic_ddd.faker.application.comparison.planner import ProbeResult
from ascetic_ddd.faker.infrastructure.profile.planned_database import PlannedDatabase
from ascetic_ddd.faker.infrastructure.profile.probes import Asked

__all__ = ("timed",)

_RUNS = 9
_FEWEST = 4  # two of either half


def timed(
    results: Sequence[tuple[Asked, ProbeResult]], a: PlannedDatabase, b: PlannedDatabase, budget_s: float, notes: list[str]
) -> list[tuple[Asked, ProbeResult]]:
    """Give the results with the times of several runs each.

    All probes are run once in each round, in A and in B one after the other, who is first by turns: what else the machine does
    falls on both alike. Only probes that were executed before are run. The first round warms the caches and is not counted; it
    tells which probes can be run often enough: those on two columns first, and the quickest ones of the others.

    Args:
        results: of the probes.
        a: the original, in a transaction.
        b: the copy, in a transaction.
        budget_s: seconds for the rounds after the first, in both databases together; a round that was begun is ended.
        notes: where to put what was left out.
    """
    executed = [index for index, (_, result) in enumerate(results) if result.a.actual is not None and result.b.actual is not None]
    sides = a, b

    def once(index: int, turn: int) -> tuple[float, float]:
        asked, result = results[index]
        found = [math.nan, math.nan]
        for side in (0, 1) if turn % 2 else (1, 0):
            statement = (asked.a, asked.b)[side]
            found[side] = sides[side].time_ms(statement, result.probe.text, sides[side].timeout_s) or math.nan
        return found[0], found[1]

    warm = {index: sum(once(index, 0)) / 1000.0 for index in executed}
    chosen = _fitting(results, warm, budget_s / _FEWEST)
    if len(chosen) < len(executed):
        notes.append(
            f"latency: {len(chosen):,} of {len(executed):,} probes were run; for more, {budget_s:g} s are too little (--budget)."
        )
    runs: dict[int, list[tuple[float, float]]] = {index: [] for index in chosen}
    start = time.perf_counter()
    for turn in range(1, _RUNS + 1):
        if turn > _FEWEST and time.perf_counter() - start > budget_s:
            break
        for index in chosen:
            runs[index].append(once(index, turn))
    timed_all = list(results)
    for index, found in runs.items():
        if not any(map(math.isnan, (each for pair in found for each in pair))):
            asked, result = results[index]
            timed_all[index] = asked, replace(result, runs_ms=(tuple(one for one, _ in found), tuple(two for _, two in found)))
    return timed_all


def _fitting(results: Sequence[tuple[Asked, ProbeResult]], warm: Mapping[int, float], seconds: float) -> list[int]:
    """The probes that one round has time for."""
    chosen = []
    order = sorted(warm, key=lambda index: (results[index][1].probe.kind != "pair", warm[index]))
    for index in order:
        if warm[index] <= seconds:  # not if one of its runs failed
            seconds -= warm[index]
            chosen.append(index)
    return sorted(chosen)
