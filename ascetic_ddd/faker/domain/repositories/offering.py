"""The one way to tell which ports a repository keeps, and what is asked by them."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from functools import cache
from typing import Any, Protocol, TypeGuard, TypeVar, cast, get_origin

from ascetic_ddd.faker.domain.repositories.reading import ILookup, IReadable, IValuesReadable
from ascetic_ddd.faker.domain.repositories.storing import IObservable
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = (
    "ILayered",
    "lookup_of",
    "methods_of",
    "offers",
    "reads_the_application",
    "sides_of",
    "stored_states",
    "stored_values",
    "values_of",
)

P = TypeVar("P")


class ILayered(Protocol):
    """A repository that stands on others, and has methods that it can serve only as far as those can."""

    def offers(self, port: Callable[..., object]) -> bool:
        """Tell whether what it stands on can serve this port; True for ports that need nothing of it."""
        ...


def offers(repository: object, port: Callable[..., P]) -> TypeGuard[P]:
    """Tell whether a repository keeps a port: it has the methods, and, if it stands on others, those can serve them.

    The one place where this is told. Methods that ``__getattr__`` hands on count; a method that is None does not.

    Args:
        repository: any object.
        port: one of the protocols of this module.

    Example:
        >>> from ascetic_ddd.faker.domain.repositories import IExternalRepository, IObservable
        >>> class Plain:
        ...     async def insert(self, session, agg): ...
        >>> offers(Plain(), IExternalRepository), offers(Plain(), IObservable)
        (True, False)
    """
    if not all(callable(getattr(repository, name, None)) for name in methods_of(port)):
        return False
    port = get_origin(port) or port
    asked: Callable[[Callable[..., object]], bool] | None = getattr(repository, "offers", None)
    return asked is None or asked(port)


def sides_of(repository: object) -> tuple[Any, Any]:
    """Give the external and the internal side of a repository; of one that is no composite: None, and itself."""
    external: Any = getattr(repository, "external", None)
    return external, repository if external is None else getattr(repository, "internal", None)


@cache
def methods_of(port: Callable[..., object]) -> tuple[str, ...]:
    """Give the names of the methods that a port asks for."""
    return tuple(
        name
        for cls in cast(type, get_origin(port) or port).__mro__
        for name, member in vars(cls).items()
        if callable(member) and not name.startswith("_")
    )


def stored_values(repository: Any, session: ISession, path: tuple[str, ...]) -> AsyncIterator[Any] | None:
    """The values that all stored aggregates have at a path, those in lists one by one; None if the repository cannot be read.

    Asked by ``find`` are only repositories of this package's ports: an application's own may mean something else by that name.
    """
    if offers(repository, IValuesReadable):
        return repository.stored_values(session, path)
    if offers(repository, IObservable) and offers(repository, IReadable):
        return values_of(repository.find(session), path)
    return None


def reads_the_application(repository: object) -> bool:
    """Tell whether :func:`stored_values` may read a table of the application, which may refuse it, and not our own store."""
    external, _ = sides_of(repository)
    return external is None or offers(external, IValuesReadable)


def stored_states(repository: Any, session: ISession) -> Iterator[AsyncIterator[Mapping[str, Any]]]:
    """Ways to read the states of all stored aggregates, the best first: the application's own store has what was made elsewhere.

    None where nothing can be read, see :func:`stored_values`.
    """
    external: Any = lookup_of(repository)
    if external is not None:
        yield external.find(session)
    if external is not repository and offers(repository, IObservable) and offers(repository, IReadable):
        yield repository.find(session)


async def values_of(states: AsyncIterator[Mapping[str, Any]], path: tuple[str, ...]) -> AsyncIterator[Any]:
    """The values that exported states have at a path, those in lists one by one."""
    async for state in states:
        for value in _values_at(state, path):
            yield value


def _values_at(part: Any, path: tuple[str, ...]) -> Iterator[Any]:
    if isinstance(part, list):
        for item in part:
            yield from _values_at(item, path)
    elif not path:
        if part is not None:
            yield part
    elif isinstance(part, Mapping) and path[0] in part:
        yield from _values_at(part[path[0]], path[1:])


def lookup_of(repository: object) -> ILookup | None:
    """Who can tell whether the application has an aggregate: the repository, of a composite the external one; None if it cannot.

    The internal one cannot: it knows what we made, and not what the application brought. Asked by ``get`` are only repositories
    that also have ``find``: an application's own may mean something else by that name.
    """
    while (external := sides_of(repository)[0]) is not None:
        repository = external
    return repository if offers(repository, IReadable) and offers(repository, ILookup) else None
