"""Growth: time per book and peak memory of runs of 10³ to 10⁶ books, each in a process of its own; 10⁷ by another name."""

import argparse
import asyncio
import json
import resource
import statistics
import subprocess
import sys

from ascetic_ddd.faker.infrastructure.embedded import PgServer, embedded_postgres
from benchmarks.library import bulk_provider, fresh_databases, grow

__all__ = ("main", "run")

_BATCH, _SMALL, _LARGE = 1_000, 10_000, 1_000_000
_RUNS = {1_000: 5, _SMALL: 5, 100_000: 1, _LARGE: 1}  # the median counts
_MOST_TIMES, _MOST_MB = 1.2, 150


def run(largest: int = _LARGE) -> None:
    """Print a line a size, and the bars.

    Args:
        largest: books in the last line.
    """
    print(f"{'books':>10} {'runs':>5} {'seconds':>9} {'µs a book':>10} {'books/s':>9} {'peak MB':>8}")
    costs, peaks = {}, {}
    with embedded_postgres() as server:
        for books, runs in (_RUNS | {largest: 1}).items():
            figures = [_measured(server, books) for _ in range(runs)]
            seconds, peaks[books] = (statistics.median(column) for column in zip(*figures, strict=True))
            costs[books] = seconds / books * 1e6
            rate = books / seconds
            print(f"{books:>10,} {runs:>5} {seconds:9.2f} {costs[books]:10.1f} {rate:9,.0f} {peaks[books]:8.0f}", flush=True)
    for books in dict.fromkeys((_LARGE, largest)):
        times = costs[books] / costs[_SMALL]
        print(f"\ntime per book at {books:,}, times that at {_SMALL:,} (bar: at most {_MOST_TIMES})  {times:6.2f}")
        print(f"peak memory at {books:,} books, MB (bar: under {_MOST_MB:,})              {peaks[books]:6.0f}")


def _measured(server: PgServer, books: int) -> tuple[float, float]:
    with fresh_databases(server) as dsns:
        command = [sys.executable, "-m", "benchmarks.growth", str(books), *dsns]
        found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    return found["seconds"], found["peak_mb"]


def main() -> None:
    """One run, in this process: ``python -m benchmarks.growth BOOKS EXTERNAL_DSN INTERNAL_DSN``; without any, all."""
    if len(sys.argv) == 1:
        return run()
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("books", type=int)
    parser.add_argument("external_dsn")
    parser.add_argument("internal_dsn")
    options = parser.parse_args()
    dsns = options.external_dsn, options.internal_dsn
    seconds = asyncio.run(grow(bulk_provider(), dsns, options.books, _BATCH))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"seconds": seconds, "peak_mb": peak / (2**20 if sys.platform == "darwin" else 2**10)}))
    return None


if __name__ == "__main__":
    main()
