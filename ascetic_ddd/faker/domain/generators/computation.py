"""A function of other values, with a stream of its own for what is left to chance."""

import inspect
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = ("Computation",)

_STREAM = "random"


class Computation:
    """Computes an input of named values.

    Args:
        function: takes them by name, sync or async. A parameter called ``random`` that nothing else provides is given a stream of
            random numbers that the seed of the run restarts.

    Attributes:
        stream: the random numbers.

    Raises:
        ConfigurationError: it is no function with named parameters.
    """

    is_apart = False

    def __init__(self, function: Callable[..., Any]) -> None:
        try:
            parameters = inspect.signature(function).parameters.values()
        except (TypeError, ValueError):
            raise ConfigurationError(f"computed({function!r}): expected a function whose parameters are names of parts") from None
        if any(each.kind in (each.POSITIONAL_ONLY, each.VAR_POSITIONAL, each.VAR_KEYWORD) for each in parameters):
            raise ConfigurationError(
                f"computed({function!r}): each parameter has to have the name of a part, or be told its path"
            )
        self._function = function
        self.needed = tuple(each.name for each in parameters if each.default is each.empty)
        self.names = tuple(each.name for each in parameters)
        self.stream = Random(0)
        self._marked = self.stream.getstate()

    def takes_stream(self, provided: Mapping[str, Any]) -> bool:
        """Tell whether it leaves something to chance."""
        return _STREAM in self.needed and _STREAM not in provided

    def of(self, values: dict[str, Any], *, with_stream: bool) -> Any:
        """Compute, or give an awaitable of what is computed."""
        if with_stream:
            values[_STREAM] = self.stream
        return self._function(**values)

    def seed(self, seed: int) -> None:
        """Restart the stream."""
        self.stream.seed(seed)

    def mark(self) -> None:
        self._marked = self.stream.getstate()

    def rewind(self) -> None:
        self.stream.setstate(self._marked)

    def unmark(self) -> None:
        """A mark costs nothing."""

    def __call__(self, session: Any, position: int) -> Any:
        raise ConfigurationError("what is computed of other parts cannot be drawn without them")
