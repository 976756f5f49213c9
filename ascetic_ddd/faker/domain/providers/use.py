"""Who uses a provider: one task at a time, and in a clone nobody but the clone."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = ("Claims", "at_work", "begin", "end", "refuse_original")

at_work: ContextVar[tuple[Any, ...]] = ContextVar("at_work", default=())
"""The clones that make an object in this task, outermost first."""


class Claims:
    """Whose object a root provider is making: of the task that reset or told it last, and of tasks that this one started.

    A context variable tells: a task sees its own claim, or that of the task that started it, and not what others claim meanwhile.
    Whoever never reset or told the provider has no claim, and none to lose.
    """

    __slots__ = ("current", "mine", "runner", "users")

    def __init__(self) -> None:
        self.users = 0  # calls under way
        self.runner: asyncio.Task[Any] | None = None  # of a run that is under way
        self.current = 0  # counts the objects
        self.mine: ContextVar[int] = ContextVar("claim")  # the object that a task is at

    def renew(self, root: Any) -> None:
        """Begin another object.

        Raises:
            ConfigurationError: another task is making one.
        """
        if self.users:
            self.check(root)
        self.current += 1
        self.mine.set(self.current)

    def join(self, root: Any) -> None:
        """Tell something of the object at hand."""
        if self.mine.get(None) != self.current:
            self.renew(root)

    def check(self, root: Any) -> None:
        """Look whether the object at hand is this task's; it is from now on, if the task had none and nobody is at it.

        Raises:
            ConfigurationError: it is another task's.
        """
        mine = self.mine.get(None)
        if mine != self.current:
            if self.users or mine is not None:
                raise _shared(root)
            self.mine.set(self.current)


def _shared(root: Any) -> ConfigurationError:
    return ConfigurationError(
        f"{root.path} is used by another task meanwhile, and makes one object at a time; "
        f"give each task a lane of its own: {type(root).__name__}.clone()"
    )


@contextmanager
def one_run(root: Any) -> Iterator[None]:
    """A run of many objects; one that the same task, or a task that has ended, left behind does not count.

    Raises:
        ConfigurationError: another task has one under way.
    """
    claims: Claims = root._claims
    task = asyncio.current_task()
    if claims.runner is not None and claims.runner is not task and not claims.runner.done():
        raise _shared(root)
    claims.runner = task
    try:
        yield
    finally:
        if claims.runner is task:
            claims.runner = None


def begin(root: Any) -> tuple[Any, ...] | None:
    """A root provider begins to populate or create. Returns what :func:`end` takes.

    Raises:
        ConfigurationError: the object at hand is another task's, or this is the original of a clone that is at work.
    """
    claims: Claims = root._claims
    if claims.mine.get(None) != claims.current:
        claims.check(root)
    before = at_work.get()
    if before:
        refuse_original(root)
    if not claims.users:
        root._failure = None
    claims.users += 1
    if root._original is None:
        return None
    at_work.set((*before, root))
    return before


def end(root: Any, before: tuple[Any, ...] | None) -> None:
    """It is done, or failed."""
    root._claims.users -= 1
    if before is not None:
        at_work.set(before)


def refuse_original(provider: Any) -> None:
    """Refuse a provider whose clone, or whose owner's clone, is at work in this task.

    Raises:
        ConfigurationError: it is the original of one at work.
    """
    for lane in at_work.get():
        reached = provider
        while reached is not None and reached is not lane._original:
            reached = reached._owner
        if reached is not None:
            raise ConfigurationError(
                f"{provider.path} is of the provider that was cloned, but code that runs for its clone uses it (a closure, "
                "or an object that clone() cannot look into); reach for the provider's own parts by self, in a method, "
                "or keep them in attributes, lists, tuples, sets or dicts"
            )
