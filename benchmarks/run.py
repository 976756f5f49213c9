"""Run the benchmarks: ``make bench``, or ``make bench ARGS="construction"`` for some of them.

All figures of one line are of one run on one machine: read the ratios, not the absolute numbers.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from types import ModuleType

from benchmarks import (
    bulk,
    commandlog,
    construction,
    distributors,
    event_sourcing,
    feeds,
    growth,
    one_test,
    peers_in_memory,
    planned,
    profile,
    schema,
    seeding,
    spread,
    sqlalchemy_bulk,
    transactions,
    transports,
)

__all__ = ("main",)

Benchmark = tuple[ModuleType, Callable[[], None]]

BENCHMARKS: dict[str, Benchmark] = {
    "construction": (construction, construction.run),
    "planned": (planned, planned.run),
    "peers": (peers_in_memory, peers_in_memory.run),
    "transactions": (transactions, transactions.run),
    "distributors": (distributors, lambda: distributors.run(100_000)),
    "spread": (spread, spread.run),
    "bulk": (bulk, bulk.run),
    "sqlalchemy": (sqlalchemy_bulk, sqlalchemy_bulk.run),
    "schema": (schema, schema.run),
    "feeds": (feeds, feeds.run),
    "commandlog": (commandlog, commandlog.run),
    "seeding": (seeding, seeding.run),
    "profile": (profile, profile.run),
    "one-test": (one_test, one_test.run),
    "transports": (transports, transports.run),
    "events": (event_sourcing, event_sourcing.run),
}
LONG: dict[str, Benchmark] = {
    "distributors-long": (distributors, distributors.run),
    "growth": (growth, growth.run),
    "growth-long": (growth, lambda: growth.run(10_000_000)),
    "feeds-long": (feeds, lambda: feeds.run(1_000_000)),
}
"""Run by name only: they take minutes."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmarks that were named, or all but the long ones."""
    known = BENCHMARKS | LONG
    parser = argparse.ArgumentParser(prog="make bench ARGS=", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(BENCHMARKS)} (these if none); {', '.join(LONG)}")
    names = parser.parse_args(arguments).names or list(BENCHMARKS)
    unknown = [name for name in names if name not in known]
    if unknown:
        parser.error(f"no benchmark {unknown[0]!r}; there are {', '.join(known)}")
    for name in names:
        module, run = known[name]
        print(f"\n== {name}: {(module.__doc__ or '').splitlines()[0]}", flush=True)
        run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
