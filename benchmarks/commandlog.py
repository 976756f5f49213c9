"""The command log of the bookshop: commands a second in one process, eight shards, and the memory that takes."""

import asyncio
import multiprocessing
import resource
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from ascetic_ddd.faker.infrastructure.feeds.commandlog.arrivals import Arrivals
from ascetic_ddd.faker.infrastructure.feeds.commandlog.feeding import FeedOptions, write_log
from examples.bookshop.commandlog import FEED

__all__ = ("run",)

_ORDERS = (5_000, 20_000, 75_500, 300_000)
_BAR = 20_000


def run() -> None:
    """Print for runs of several sizes, each in a process of its own, the commands a second and the peak of memory."""
    print(f"{'orders':>8}{'commands':>10}{'a second':>10}{'of processor time':>19}{'peak MB':>9}")
    for orders in _ORDERS:
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as alone:
            commands, taken, processor, peak = alone.submit(_fed, orders).result()
        print(f"{orders:>8,}{commands:>10,}{commands / taken:>10,.0f}{commands / processor:>19,.0f}{peak:>9}")
    print(f"(bar: at least {_BAR:,} a second)")


def _fed(orders: int) -> tuple[int, float, float, int]:
    """Commands, seconds of the clock and of the processor, and the peak in MB."""
    with tempfile.TemporaryDirectory() as folder:
        options = FeedOptions(orders, seed=7, shards=8, by="customer_id", arrivals=Arrivals.diurnal(200_000), speed=24)
        start, processor = time.perf_counter(), time.process_time()
        account = asyncio.run(write_log(FEED.wire, Path(folder) / "log", options, routes=FEED.routes))
        taken, processor = time.perf_counter() - start, time.process_time() - processor
    return account.commands, taken, processor, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    run()
