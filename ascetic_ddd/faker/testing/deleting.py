"""Where nothing can be rolled back: what was made is deleted afterwards, by the application itself."""

from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from ascetic_ddd.faker.domain.errors import ConfigurationError, PersistenceError
from ascetic_ddd.faker.domain.providers.kinds import memory_of
from ascetic_ddd.faker.domain.repositories import IObservable, offers
from ascetic_ddd.faker.domain.specification.equality import freeze

__all__ = ("deleted_afterwards",)

Delete = Callable[[Any], Awaitable[object]]


@asynccontextmanager
async def deleted_afterwards(*deletes: tuple[Any, Delete | None]) -> AsyncIterator[None]:
    """On leaving, delete what these providers have made in the block, the newest first, whatever made it necessary.

    Args:
        deletes: a provider, and what deletes its aggregate by the exported id: a method of the application's repository, or
            a call of its API; None: they stay.

    Raises:
        ConfigurationError: a provider's repository does not tell what is stored in it, or a provider refers to one of which
            nobody has told how its aggregates are deleted.
        PersistenceError: something could not be deleted; the rest was tried, too. What the test has deleted itself is for the
            function to leave alone.

    Example::

        async with deleted_afterwards((shop.customers, lambda id: client.delete(f"/customers/{id}"))):
            ...
    """
    _check_all_are_told(deletes)
    made: dict[Hashable, tuple[Delete, str, Any]] = {}  # in order of creation; an update is none
    for provider, delete in deletes:
        if delete is not None:
            provider.repository.subscribe(_noting(made, delete, provider))
    try:
        yield
    finally:
        failures: list[Exception] = []
        number = len(made)
        while made:
            _, (delete, path, id) = made.popitem()
            try:
                await delete(id)
            except Exception as error:  # noqa: BLE001  # the rest is deleted all the same
                error.add_note(f"{path} {id!r} was not deleted.")
                failures.append(error)
        if failures:
            message = f"{len(failures)} of {number} aggregates were not deleted, first: {failures[0]!r}"
            raise PersistenceError(message) from failures[0]


def _noting(
    made: dict[Hashable, tuple[Delete, str, Any]], delete: Delete, provider: Any
) -> Callable[[Any, Mapping[str, Any]], None]:
    id_attr = provider._id_attr  # noqa: SLF001  # as the user's own class says it

    def note(session: Any, state: Mapping[str, Any]) -> None:
        made.setdefault((provider.path, freeze(state[id_attr])), (delete, provider.path, state[id_attr]))

    return note


def _check_all_are_told(deletes: tuple[tuple[Any, Delete | None], ...]) -> None:
    told = {id(memory_of(provider)) for provider, _ in deletes}
    for provider, delete in deletes:
        if delete is not None and not offers(provider.repository, IObservable):
            raise ConfigurationError(
                f"{provider.path}: {provider.repository!r} has no subscribe(), by which it tells what is made"
            )
        for other in provider.walk():
            memory = memory_of(other)
            if memory is not None and id(memory) not in told:
                raise ConfigurationError(
                    f"{provider.path} makes {other.path}, too, of which nobody has told how they are deleted; add "
                    f"({other.path}, delete), or ({other.path}, None) if they may stay"
                )
