"""The commands of one aggregate, and what they have to wait for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ascetic_ddd.faker.infrastructure.feeds.commandlog.words import CommandForm, quoted

__all__ = ("Chain", "Due", "Said")


@dataclass(slots=True)
class Said:
    """One command of a chain.

    Attributes:
        form: of its class.
        data: its fields, as JSON.
        request: path and body over HTTP, as JSON, as far as they do not follow from the data.
        after_ms: how long after the one before it comes at the earliest, in simulated milliseconds.
    """

    form: CommandForm
    data: str
    request: tuple[str | None, str | None] | None
    after_ms: float


class Chain:
    """The commands of one aggregate, one after the other; who refers to it waits for the last of them.

    Args:
        name: begins the ids of its commands; made of letters that JSON does not escape.
        subject: of its events: what it is about.
        key: what decides its shard; None: itself.
        level: how many references lead to its kind from the root's, at most.
        needs: the chains of what it refers to.
        commands: its commands.
    """

    __slots__ = ("about", "commands", "key", "last_due_ms", "last_step", "level", "name", "needs", "shard")

    def __init__(
        self, name: str, subject: str, key: str | None, level: int, needs: "Sequence[Chain]", commands: Sequence[Said]
    ) -> None:
        self.name = name
        self.key = key
        self.level = level
        self.needs = needs
        self.commands = commands
        self.about = f'"subject":{quoted(subject)},"partitionkey":{quoted(key or name)}'  # the same in all its events
        self.shard = -1
        self.last_step = len(commands)
        self.last_due_ms = -1  # not due yet

    @property
    def last_id(self) -> str:
        """The id of its last command."""
        return f"{self.name}/{self.last_step}"


Due: TypeAlias = tuple[int, int, Chain, int, Said, int | None, Sequence[Chain]]
"""A command that has its time: due time, place among those that are due then, chain, step from 0 on, what it says, dependent
time, and whom its first step waits for."""
