"""Whatever a user passes as ``input_generator``, made into one shape: a call with session and position."""

import inspect
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from random import Random
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from ascetic_ddd.faker.domain.errors import ConfigurationError, ExhaustedError
from ascetic_ddd.faker.domain.generators.weighted_stream import WeightedStream
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

if TYPE_CHECKING:
    from faker import Faker
    from faker.generator import Generator

__all__ = (
    "FakerGenerator",
    "IInputGenerator",
    "asks_session",
    "given_generator",
    "is_iterated",
    "make_input_generator",
    "seed_generator",
    "takes_position",
)


class IInputGenerator(Protocol):
    """Draws one input, or an awaitable of one."""

    def __call__(self, session: ISession, position: int) -> Any: ...


class FakerGenerator:
    """A Faker method with its arguments, drawing from a stream of its own, so that a seed makes it repeatable.

    Args:
        method: name of a Faker method, or a bound one such as ``fake.first_name``.
        locale: Faker locale, e.g. ``"en_US"``; only with a name.
        arguments: passed to the method, e.g. ``nb_words=3``.

    Attributes:
        stream: the random numbers it draws from; may be replaced by a stream of yours.

    Raises:
        ConfigurationError: Faker has no method of this name.

    Example:
        >>> generator = FakerGenerator("pyint", min_value=1, max_value=6)
        >>> generator.seed(1)
        >>> 1 <= generator(None, 0) <= 6
        True
    """

    is_apart = True
    """It draws from a stream of its own."""

    _fakers: ClassVar[dict[str | None, "Faker"]] = {}  # building one takes tens of milliseconds; its state is never relied on

    def __init__(self, method: str | Callable[..., Any], *, locale: str | None = None, **arguments: Any) -> None:
        if isinstance(method, str):
            found: Any = getattr(self._faker(locale), method, None)
            if found is None:
                raise ConfigurationError(f"Faker has no method {method!r}; see Faker's list of standard providers")
        else:
            found = method
        if not _is_fakers(found):
            raise ConfigurationError(f"{method!r} is not a Faker method; pass it as input_generator directly")
        owner = found.__self__
        self._call: Callable[..., Any] = found
        self._arguments = arguments
        self._generator: Generator = getattr(owner, "generator", owner)
        self.stream: Random = WeightedStream(0)
        self._marked: Any = None

    @classmethod
    def _faker(cls, locale: str | None) -> "Faker":
        if locale not in cls._fakers:
            from faker import Faker  # who needs no words of Faker's does not wait for it

            cls._fakers[locale] = Faker(locale)
        return cls._fakers[locale]

    @property
    def method(self) -> str:
        """The name of the Faker method."""
        return str(getattr(self._call, "__name__", ""))

    @property
    def arguments(self) -> Mapping[str, Any]:
        """What it is called with."""
        return self._arguments

    def seed(self, seed: int) -> None:
        """Restart the stream."""
        self.stream.seed(seed)

    def mark(self) -> None:
        self._marked = self.stream.getstate()

    def rewind(self) -> None:
        self.stream.setstate(self._marked)

    def unmark(self) -> None:
        self._marked = None

    def __call__(self, session: ISession | None, position: int) -> Any:
        generator = self._generator
        before = generator.random
        generator.random = self.stream
        try:
            return self._call(**self._arguments)
        finally:
            generator.random = before


class _Repeating:
    """Draws from what cannot be set back, so what it has given since the mark is kept, and given again."""

    def __init__(self) -> None:
        self._given_since: list[Any] | None = None
        self._again: list[Any] = []  # the next one last

    def __call__(self, session: ISession | None, position: int) -> Any:
        value = self._again.pop() if self._again else self._next()
        if self._given_since is not None and not hasattr(value, "__await__"):  # nothing can be awaited twice
            self._given_since.append(value)
        return value

    def mark(self) -> None:
        self._given_since = []

    def rewind(self) -> None:
        self._again.extend(reversed(self._given_since or ()))
        self._given_since = []

    def unmark(self) -> None:
        self._given_since = None

    def restart(self) -> None:
        """Give nothing again: the source has been seeded."""
        self._again.clear()

    def _next(self) -> Any:
        raise NotImplementedError


class _Iterated(_Repeating):
    """Gives the values of an iterable one by one."""

    def __init__(self, values: Iterable[Any]) -> None:
        super().__init__()
        self.space = len(values) if isinstance(values, Sized) else None
        self._values: Iterator[Any] = iter(values)
        self._given = 0

    def _next(self) -> Any:
        for value in self._values:
            self._given += 1
            return value
        raise ExhaustedError(
            f"the iterable given as input_generator is exhausted after {self._given} values; "
            "give it more values, or use a callable, or a distributor that reuses values (mean, skew, weights)"
        )


class _Called(_Repeating):
    """Calls what takes no parameters."""

    def __init__(self, source: Callable[[], Any]) -> None:
        super().__init__()
        self.source = source
        self._next = source  # type: ignore[method-assign]  # one call less


def make_input_generator(source: object) -> IInputGenerator:
    """Wrap a callable with 0, 1 (session) or 2 (session, position) parameters, sync or async, an iterable, or a Faker method.

    Only parameters without a default count.

    Raises:
        ConfigurationError: anything else; the message says what was given. The caller adds the place.
    """
    if isinstance(source, FakerGenerator):
        return source
    if callable(source):
        if _is_fakers(source):
            return FakerGenerator(source)
        return _adapt(source, _required_parameters(source))
    if isinstance(source, Iterable) and not isinstance(source, (str, bytes)):
        return _Iterated(source)
    raise ConfigurationError(
        f"input_generator={source!r}: expected a callable with 0, 1 (session) or 2 (session, position) parameters, "
        "an iterable of inputs, or a Faker method"
    )


def seed_generator(generator: IInputGenerator, seed: int) -> None:
    """Restart the generator's stream, if it has one: a generator with a ``seed(int)`` method is repeatable."""
    source = given_generator(generator)
    if isinstance(generator, _Repeating):
        generator.restart()
    seed_method = getattr(source, "seed", None)
    if callable(seed_method):
        seed_method(seed)


def is_iterated(generator: IInputGenerator | None) -> bool:
    """Tell whether it gives the values of an iterable, which nobody can wind forward to where an earlier run left it."""
    return isinstance(generator, _Iterated)


def given_generator(generator: IInputGenerator | None) -> Any:
    """What the user gave, where it was wrapped."""
    return getattr(generator, "source", generator)


def asks_session(generator: IInputGenerator | None) -> bool:
    """Tell whether what the user gave is called with the session."""
    return not (generator is None or isinstance(generator, (FakerGenerator, _Repeating)))


def takes_position(generator: IInputGenerator) -> bool:
    """Tell whether what the generator draws may depend on the position."""
    return not isinstance(generator, (FakerGenerator, _Iterated)) and not hasattr(generator, "source")


def _is_fakers(source: Any) -> bool:
    """Tell whether it is a method of Faker's; if so, Faker has been imported."""
    if "faker" not in sys.modules:
        return False
    from faker.generator import Generator
    from faker.providers import BaseProvider

    return isinstance(getattr(source, "__self__", None), (BaseProvider, Generator))


def _required_parameters(source: Callable[..., Any]) -> int:
    try:
        parameters = inspect.signature(source).parameters.values()
    except (TypeError, ValueError):  # built-in callables without a signature
        return 0
    named = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY and p.default is p.empty]
    count = sum(p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) and p.default is p.empty for p in parameters)
    if count > 2 or named:
        raise ConfigurationError(
            f"input_generator={source!r} requires {count + len(named)} parameters "
            f"({', '.join(p.name for p in parameters)}); expected 0, 1 (session) or 2 (session, position)"
        )
    return count


def _adapt(source: Callable[..., Any], parameters: int) -> IInputGenerator:
    if parameters == 2:
        return source

    if parameters == 0:
        return _Called(source)

    def with_session(session: ISession, position: int) -> Any:
        return source(session)

    with_session.source = source  # type: ignore[attr-defined]  # seed_generator looks for it
    return with_session
