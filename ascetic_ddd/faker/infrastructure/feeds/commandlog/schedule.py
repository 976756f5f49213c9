"""When each command is due: after what it needs, and in the order in which the log is written."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.feeds.commandlog.chains import Chain, Due
from ascetic_ddd.faker.infrastructure.feeds.commandlog.shards import Shards

__all__ = ("LONGEST_MS", "Schedule")

LONGEST_MS = 2**31 - 1
"""An Integer of CloudEvents has 32 bits: 24 days, as milliseconds of the replay."""


class Schedule:
    """Gives each chain its times, and hands the commands out in the order of their due times.

    Levels are the rule: what nobody has used before is due ``slack`` before the one that uses it first, so the roots keep the
    distances of their arrivals. Where this is not enough, as after a long journey of what is referred to, the one that refers is
    shifted, and counted. In memory are the commands that are not due yet, and those that :meth:`release` has not handed out.

    Args:
        arrivals: of the roots, in simulated seconds.
        speed: simulated seconds in one of the replay.
        slack_ms: at least so much lies between a command and what it needs, in milliseconds of the replay.
        depth: how many references lead from the root to the farthest kind.
        shards: where chains go.
        is_strict: refuse what needs a command of another shard.
        emit: writes commands, in the order of their due times.
    """

    def __init__(
        self,
        arrivals: Iterator[float],
        *,
        speed: float,
        slack_ms: int,
        depth: int,
        shards: Shards,
        is_strict: bool,
        emit: Callable[[Sequence[Due]], object],
    ) -> None:
        self._arrivals = arrivals
        self._speed = speed
        self._slack_ms = slack_ms
        self._depth = depth
        self._shards = shards
        self._is_strict = is_strict
        self._emit = emit
        self._waiting: list[Due] = []  # in order as far as they were waiting at the last release
        self._placed = 0
        self._now_ms = 0
        self.shifted = 0
        self.crossings = 0

    def arrive(self, root: Chain) -> None:
        """The next root arrives, with what it is the first to use."""
        self._now_ms = int(next(self._arrivals) * 1000 / self._speed)
        self._place(root)

    def supply(self, chain: Chain) -> None:
        """Something was made that perhaps no root refers to."""
        if chain.last_due_ms < 0:
            self._place(chain)

    def release(self) -> None:
        """Hand out what is due by now: whatever comes later is due later."""
        self._hand_out(self._now_ms)

    def finish(self) -> None:
        """Nothing more comes."""
        self._hand_out(LONGEST_MS + 1)

    def _hand_out(self, upto_ms: int) -> None:
        waiting = self._waiting
        waiting.sort()  # what waited before is in order, so this merges
        count = bisect_left(waiting, (upto_ms + 1,))
        self._emit(waiting[:count])
        del waiting[:count]

    def _place(self, chain: Chain) -> None:
        due = self._now_ms + (self._depth - chain.level) * self._slack_ms
        latest = None
        for need in chain.needs:
            if need.last_due_ms < 0:
                self._place(need)
            if latest is None or need.last_due_ms > latest:
                latest = need.last_due_ms
        if latest is not None and latest + self._slack_ms > due:
            due = latest + self._slack_ms
            self.shifted += 1
        self._shard(chain)
        needs = chain.needs
        waiting, placed = self._waiting, self._placed
        for step, said in enumerate(chain.commands):
            if step:
                latest, needs = due, ()
                pause = said.after_ms
                due += max(int(pause / self._speed), self._slack_ms) if pause else self._slack_ms
            waiting.append((due, placed, chain, step, said, latest, needs))
            placed += 1
        self._placed = placed
        if due > LONGEST_MS:
            raise ConfigurationError(
                f"{chain.last_id} is due {due / 86_400_000:.1f} days after the start, and a due time holds 24.8; tell a greater "
                "speed, or feed less"
            )
        chain.last_due_ms = due
        chain.commands = chain.needs = ()  # what is written is not kept

    def _shard(self, chain: Chain) -> None:
        chain.shard = self._shards.place(chain.key, len(chain.commands))
        for need in chain.needs:
            if need.shard != chain.shard:
                self.crossings += 1
                if self._is_strict:
                    raise ConfigurationError(
                        f"{chain.name} of shard {chain.shard} needs {need.last_id} of shard {need.shard}; store what all use "
                        "before (--after), name a key that both share (--by), or do without --strict: then "
                        f"{self._slack_ms} ms lie between them"
                    )
