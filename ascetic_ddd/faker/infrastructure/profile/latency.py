"""Runs probes in both databases by turns, to see how long they take."""

import time
from collections.abc import Sequence
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
    falls on both alike. Only probes that were executed before are run; the first of the rounds, which warms the caches, is not
    counted.

    Args:
        results: of the probes.
        a: the original, in a transaction.
        b: the copy, in a transaction.
        budget_s: seconds for all rounds together, in both databases; a round that was begun is ended.
        notes: where to put what was left out.
    """
    chosen = [index for index, (_, result) in enumerate(results) if result.a.actual is not None and result.b.actual is not None]
    runs: dict[int, tuple[list[float], list[float]]] = {index: ([], []) for index in chosen}
    start = time.perf_counter()
    rounds = 0
    while rounds <= _RUNS and (rounds == 0 or time.perf_counter() - start < budget_s):
        for index in chosen:
            asked = results[index][0]
            sides = ((0, a, asked.a), (1, b, asked.b))
            for side, database, statement in sides if rounds % 2 else sides[::-1]:
                found = database.time_ms(statement, asked.probe.text, database.timeout_s)
                if found is not None and rounds:
                    runs[index][side].append(found)
        rounds += 1
    if rounds - 1 < _FEWEST:
        notes.append(f"latency: {rounds - 1} rounds were run in {budget_s:g} s, expected at least {_FEWEST} (--budget).")
        return list(results)
    found_all = list(results)
    for index, (of_a, of_b) in runs.items():
        if min(len(of_a), len(of_b)) >= _FEWEST:
            asked, result = results[index]
            found_all[index] = asked, replace(result, runs_ms=(tuple(of_a), tuple(of_b)))
    return found_all
