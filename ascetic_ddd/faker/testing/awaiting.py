"""Runners of features call steps and hooks; what is asynchronous has to be awaited by somebody, or it never runs."""

import inspect
from collections.abc import Callable
from typing import Any

__all__ = ("NotAwaitedError", "is_awaited", "mark_awaited", "unawaited_words", "would_not_run")

_MARK = "_ascetic_ddd_awaited"


class NotAwaitedError(TypeError):
    """A step, hook or fixture is a coroutine function, and nobody would await it."""


def mark_awaited(wrapper: Callable[..., Any]) -> None:
    """Note that a synchronous function runs the coroutine function that it wraps."""
    setattr(wrapper, _MARK, True)


def is_awaited(function: object) -> bool:
    """Tell whether a function runs what it wraps."""
    return getattr(function, _MARK, False)


def would_not_run(function: Any) -> bool:
    """Tell whether a call of this function gives a coroutine, or an asynchronous generator, that nobody awaits."""
    while function is not None:
        if is_awaited(function):
            return False
        if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
            return True
        function = getattr(function, "__wrapped__", None)
    return False


def unawaited_words(kind: str, function: Any, advice: str) -> str:
    """What is wrong, where, and what to do."""
    inner = inspect.unwrap(function)
    code = getattr(inner, "__code__", None)
    where = f" ({code.co_filename}:{code.co_firstlineno})" if code is not None else ""
    name = getattr(inner, "__qualname__", repr(inner))
    return f"{kind} {name}{where} is asynchronous, and nobody awaits it: it would pass without having run. {advice}"
