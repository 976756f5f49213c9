"""Run the benchmarks: ``make bench``, or ``make bench ARGS="construction"`` for some of them.

All figures of one line are of one run on one machine: read the ratios, not the absolute numbers.
"""

import argparse
import sys
from collections.abc import Callable, Sequence

from benchmarks import bulk, construction, transactions

__all__ = ("main",)

BENCHMARKS: dict[str, Callable[[], None]] = {
    "construction": construction.run,
    "transactions": transactions.run,
    "bulk": bulk.run,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmarks that were named, or all."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(BENCHMARKS)} (default: all)")
    names = parser.parse_args(arguments).names or list(BENCHMARKS)
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"no benchmark {unknown[0]!r}; there are {', '.join(BENCHMARKS)}")
    for name in names:
        print(f"\n== {name}: {(sys.modules[BENCHMARKS[name].__module__].__doc__ or '').splitlines()[0]}")
        BENCHMARKS[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main())
