"""A small player of a log, against an application: by due and dependent times. To see that a log is right; no load engine."""

import asyncio
import time
from array import array
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.feeds.commandlog.reading import Event, Feed, chain_of, needs_of

__all__ = ("Outcome", "Replayed", "Send", "Times", "replay")

_AHEAD_S = 1.0  # what is due later is not read yet
_MOST_EXAMPLES = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a command.

    Attributes:
        is_done: the application did it.
        word: a status, or the class of an error.
        detail: more of it, for an example.
    """

    is_done: bool
    word: str
    detail: str = ""


Send = Callable[[Event], Awaitable[Outcome]]
"""Sends a command to the application; what it raises ends the replay."""


class Times:
    """Durations, in milliseconds."""

    def __init__(self) -> None:
        self._all = array("d")

    def add(self, ms: float) -> None:
        """Take one."""
        self._all.append(ms)

    def percentiles(self, *shares: float) -> tuple[float, ...]:
        """Give the least durations that so large shares of all do not exceed; of none, zeros."""
        ordered = sorted(self._all)
        if not ordered:
            return (0.0,) * len(shares)
        return tuple(ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))] for share in shares)


@dataclass
class Replayed:
    """What came of a replay.

    Attributes:
        sent: commands that were sent.
        done: those of them that the application did.
        refused: the others, by their word.
        skipped: commands that were not sent, since something that they need was refused.
        examples: of what was refused, in words.
        seconds: it took so long.
        lateness: from a command's due time to its start: large ones say that the player or the machine was too slow, or that
            what it waits for was.
        latency: from the due time to the answer, so that a slow application cannot hide behind a player that waits for it.
        service: from the start to the answer.
    """

    sent: int = 0
    done: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    skipped: int = 0
    examples: list[str] = field(default_factory=list)
    seconds: float = 0.0
    lateness: Times = field(default_factory=Times)
    latency: Times = field(default_factory=Times)
    service: Times = field(default_factory=Times)

    @property
    def is_clean(self) -> bool:
        """True if everything was sent and done."""
        return not self.refused and not self.skipped


async def replay(
    feed: Feed,
    send: Send,
    *,
    speed: float = 1.0,
    at_once: int = 64,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    on_progress: Callable[[Replayed], object] | None = None,
) -> Replayed:
    """Send the commands of a log when they are due, and not before what they need is done.

    In memory are the commands of the next second, and those that are under way.

    Args:
        feed: the log.
        send: to the application.
        speed: so many times as fast as the log says; ``math.inf``: as fast as what they need allows.
        at_once: at most so many are under way.
        clock: tells the time, in seconds.
        sleep: waits so many seconds.
        on_progress: called after each command.

    Raises:
        ConfigurationError: an argument is out of range.
    """
    if not speed > 0 or at_once < 1:
        raise ConfigurationError(f"speed={speed!r}, at_once={at_once!r}: expected numbers above 0")
    player = _Player(send, at_once, clock, on_progress)
    begun = clock()
    tasks: set[asyncio.Task[None]] = set()
    try:
        for number, event in enumerate(feed.events()):
            due = begun + event["duems"] / 1000 / speed
            if due - clock() > 0:
                await sleep(due - clock())
            elif number % at_once == 0:
                await asyncio.sleep(0)
            while len(tasks) >= 4 * at_once:  # what is late waits in the log, not in memory
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            player.check()
            task = asyncio.create_task(player.play(event, due, player.wanted(event)))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        if tasks:
            await asyncio.wait(tasks)
        player.check()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    player.found.seconds = clock() - begun
    return player.found


class _Player:
    def __init__(
        self, send: Send, at_once: int, clock: Callable[[], float], on_progress: Callable[[Replayed], object] | None
    ) -> None:
        self.found = Replayed()
        self._send = send
        self._free = asyncio.Semaphore(at_once)
        self._clock = clock
        self._on_progress = on_progress
        self._open: dict[str, asyncio.Future[bool]] = {}
        self._undone: set[str] = set()  # chains of which a command was refused, or not sent
        self._error: BaseException | None = None

    def wanted(self, event: Event) -> list["asyncio.Future[bool]"]:
        """What the command has to wait for; called in the order of the log."""
        self._open[event["id"]] = asyncio.get_running_loop().create_future()
        return [self._open[need] for need in needs_of(event) if need in self._open and need != event["id"]]

    def check(self) -> None:
        """Raise what a command has raised."""
        if self._error is not None:
            raise self._error

    async def play(self, event: Event, due: float, wanted: Sequence["asyncio.Future[bool]"]) -> None:
        """Wait for what the command needs, and send it."""
        id, is_done = event["id"], False
        try:
            for need in wanted:
                await asyncio.shield(need)
            if any(need.rpartition("/")[0] in self._undone for need in needs_of(event)):
                self.found.skipped += 1
            else:
                async with self._free:
                    is_done = await self._sent(event, due)
        except Exception as error:  # noqa: BLE001  # raised again by check()
            self._error = error
        finally:
            if not is_done:
                self._undone.add(chain_of(event))
            self._open.pop(id).set_result(is_done)
            if self._on_progress is not None:
                self._on_progress(self.found)

    async def _sent(self, event: Event, due: float) -> bool:
        found = self.found
        start = self._clock()
        found.sent += 1
        outcome = await self._send(event)
        end = self._clock()
        found.lateness.add(max(0.0, start - due) * 1000)
        found.latency.add(max(0.0, end - due) * 1000)
        found.service.add((end - start) * 1000)
        if outcome.is_done:
            found.done += 1
        else:
            found.refused[outcome.word] += 1
            if len(found.examples) < _MOST_EXAMPLES:
                found.examples.append(f"{event['id']} {event['type']}: {outcome.word} {outcome.detail}".strip())
        return outcome.is_done
