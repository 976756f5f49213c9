"""Reading a collection of the application's, page by page, for ``reconcile``."""

import re
from collections.abc import AsyncIterator, Callable
from typing import Any

from ascetic_ddd.faker.domain.errors import PersistenceError
from ascetic_ddd.faker.infrastructure.transports.http.answers import Answer
from ascetic_ddd.faker.infrastructure.transports.http.api import HttpApi, Request
from ascetic_ddd.faker.infrastructure.transports.http.sources import Body, Source
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("listing", "next_link")

_NEXT = re.compile(r'<([^>]+)>[^,]*;\s*rel="?next"?')


def next_link(answer: Answer) -> str | None:
    """Read the next page's address of the ``Link`` header (RFC 8288)."""
    found = _NEXT.search(answer.headers.get("link", ""))
    return None if found is None else found[1]


def listing(
    api: HttpApi,
    path: str,
    *,
    state: Callable[[Any], dict[str, Any]] = dict,
    items: Source | None = None,
    next: Source = next_link,
) -> Callable[[ISession], AsyncIterator[dict[str, Any]]]:
    """Give a ``find`` that reads a collection.

    Args:
        api: the server.
        path: of the first page.
        state: item → the exported state as the provider's exporter gives it, ids in the same types.
        items: where an answer has the list; by default it is the body.
        next: where it has the address of the next page.
    """
    read = items or Body("")

    async def find(session: ISession) -> AsyncIterator[dict[str, Any]]:
        page: str | None = path
        while page:
            answer = await api.call(Request("GET", api.below_base(page), is_safe=True, is_fixed=True))
            found = read(answer)
            if not isinstance(found, list):
                raise PersistenceError(f"GET {path} gives no list of items; say items=Body(…) where it has one")
            for item in found:
                yield state(item)
            page = next(answer)

    return find
