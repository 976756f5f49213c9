"""Where nothing can be rolled back: what was made is deleted afterwards, by the application itself."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from ascetic_ddd.faker.domain.errors import ConfigurationError, PersistenceError
from ascetic_ddd.faker.domain.repositories import IObservable, offers

__all__ = ("deleted_afterwards",)

Delete = Callable[[Any], Awaitable[object]]


@asynccontextmanager
async def deleted_afterwards(*deletes: tuple[Any, Delete]) -> AsyncIterator[None]:
    """On leaving, delete what these providers have made in the block, the newest first, whatever made it necessary.

    Args:
        deletes: a provider, and what deletes its aggregate by the exported id: a method of the application's repository, or
            a call of its API.

    Raises:
        ConfigurationError: a provider's repository does not tell what is stored in it.
        PersistenceError: something could not be deleted; the rest was tried, too.

    Example::

        async with deleted_afterwards((shop.customers, lambda id: client.delete(f"/customers/{id}"))):
            ...
    """
    made: list[tuple[Delete, str, Any]] = []
    for provider, delete in deletes:
        if not offers(provider.repository, IObservable):
            raise ConfigurationError(
                f"{provider.path}: {provider.repository!r} has no subscribe(), by which it tells what is made"
            )
        provider.repository.subscribe(_noting(made, delete, provider))
    try:
        yield
    finally:
        failures: list[Exception] = []
        for delete, path, id in reversed(made):
            try:
                await delete(id)
            except Exception as error:  # noqa: BLE001  # the rest is deleted all the same
                error.add_note(f"{path} {id!r} was not deleted.")
                failures.append(error)
        if failures:
            message = f"{len(failures)} of {len(made)} aggregates were not deleted, first: {failures[0]!r}"
            raise PersistenceError(message) from failures[0]


def _noting(made: list[tuple[Delete, str, Any]], delete: Delete, provider: Any) -> Callable[[Any, Mapping[str, Any]], None]:
    id_attr = provider._id_attr  # noqa: SLF001  # as the user's own class says it

    def note(session: Any, state: Mapping[str, Any]) -> None:
        made.append((delete, provider.path, state[id_attr]))

    return note
