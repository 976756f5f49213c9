"""``make chaos``: kills, terminations, freezes, full disks; after each the run goes on, and the account must be right.

The histories are drawn from the seed; how far a run is when it is struck is the machine's. The exit code is 1 if anything was
lost, doubled, left dangling or off; the folder of such a history is kept, and told with the commands to look at it.
"""

import argparse
import shlex
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

from ascetic_ddd.faker.infrastructure.embedded import embedded_postgres
from tests.chaos.disk import small_disk
from tests.chaos.events import EVENTS
from tests.chaos.history import Walked, command, target, walked
from tests.chaos.place import DISK, Place, copied
from tests.chaos.plan import History, Leg, drawn
from tests.chaos.report import line, table
from tests.chaos.run import ascetic_ddd

__all__ = ("main",)


def main(arguments: Sequence[str] | None = None) -> int:
    """Play histories until there were so many events, or no time is left."""
    told = _told(arguments)
    names = [name for name in EVENTS if not told.events or name in told.events]
    possible = [name for name in names if EVENTS[name].is_possible()]
    if skipped := [name for name in names if name not in possible]:
        print(f"SKIPPED, not possible here: {', '.join(skipped)} (see tests/chaos/disk.py)")
    print(f"seed {told.seed}, {told.kills} events of {len(possible)} kinds, lanes {', '.join(map(str, told.lanes))}", flush=True)
    end = time.monotonic() + 60.0 * told.minutes
    legs: list[Walked] = []
    with tempfile.TemporaryDirectory(prefix="ascetic_ddd-chaos-") as home:
        original = Path(home) / "original"
        with embedded_postgres(original):
            pass
        with suppress(KeyboardInterrupt):  # what was seen so far is told all the same
            for history in drawn(told.seed, told.kills, told.books, told.lanes, possible):
                if time.monotonic() > end:
                    print(f"the time is over: {told.minutes:g} minutes")
                    break
                legs.extend(_played(history, original, Path(home) / f"history{history.number:03}", end))
    print(table(legs))
    return int(any(leg.faults for leg in legs))


def _played(history: History, original: Path, folder: Path, end: float) -> Iterator[Walked]:
    with _placed(folder, is_on_small_disk=history.fills_the_disk) as place:
        copied(original, place.data)
        try:
            for leg, found in zip(history.legs, walked(history, place), strict=False):
                print(line(history, leg, found), flush=True)
                yield found
                if found.faults:
                    place.end()
                    print(_how_to_look(history, leg, found, place), flush=True)
                if time.monotonic() > end:
                    break
        finally:
            place.end()


@contextmanager
def _placed(folder: Path, *, is_on_small_disk: bool) -> Iterator[Place]:
    folder.mkdir()
    try:
        with small_disk(folder / DISK) if is_on_small_disk else nullcontext():
            yield Place(folder, is_small_disk=is_on_small_disk)
    finally:
        shutil.rmtree(folder)


def _how_to_look(history: History, leg: Leg, found: Walked, place: Place) -> str:
    kept = Path(tempfile.mkdtemp(prefix="ascetic_ddd-chaos-fault-"))
    kept.rmdir()
    copied(place.folder, kept)
    at = Place(kept, is_small_disk=place.is_small_disk)
    lines = [f"      {fault}" for fault in found.faults]
    words = command(history, leg, at), ["check", target(history), "--data", str(at.data)]
    lines += [f"      kept in {kept}; to look at it, or go on:", *(f"        {shlex.join(ascetic_ddd(each))}" for each in words)]
    return "\n".join(lines)


def _told(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make chaos ARGS=", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=300, metavar="N", help="events in all (300)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="same seed, same histories (1)")
    parser.add_argument("--lanes", type=int, nargs="+", default=[1, 4], metavar="K", help="they take turns (1 4)")
    parser.add_argument(
        "--books", type=int, default=2500, metavar="B", help="of a leg, about (2500); the first has twice as many"
    )
    parser.add_argument("--minutes", type=float, default=600.0, metavar="M", help="begin nothing new after that (600)")
    parser.add_argument("--events", nargs="+", choices=[*EVENTS], metavar="EVENT", help="; ".join(EVENTS))
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
