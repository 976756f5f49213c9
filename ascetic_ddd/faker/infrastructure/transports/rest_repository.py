"""The application's HTTP interface as the external repository of drafts."""

import asyncio
import uuid
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ascetic_ddd.faker.application.runs.finding import Finding
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.infrastructure.repositories.bulk import all_or_none
from ascetic_ddd.faker.infrastructure.transports.drafts import Draft, Receipt
from ascetic_ddd.faker.infrastructure.transports.errors import HttpError, WiringError
from ascetic_ddd.faker.infrastructure.transports.http.answers import Answer
from ascetic_ddd.faker.infrastructure.transports.http.api import HttpApi, Request
from ascetic_ddd.faker.infrastructure.transports.http.openapi import OpenApi
from ascetic_ddd.faker.infrastructure.transports.http.polling import polled
from ascetic_ddd.faker.infrastructure.transports.journal import IJournal, Intent
from ascetic_ddd.faker.infrastructure.transports.leftovers import Leftovers
from ascetic_ddd.faker.infrastructure.transports.route import Route
from ascetic_ddd.faker.infrastructure.transports.route_lint import findings_of
from ascetic_ddd.seedwork.domain.session.faults import Fault
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("RestRepository",)

C = TypeVar("C")


@dataclass(frozen=True, slots=True)
class _Sent:
    """A request that has been sent: its key, and what came of it, if that is known."""

    key: str
    receipt: Receipt | None


class RestRepository(Generic[C]):
    """Sends each draft's command by its route, and puts into the draft what was answered.

    The application commits request by request, and a rollback of ours does not reach it: what was done is kept and taken up if
    the batch is repeated, and counted in :attr:`orphans` if not.

    Args:
        api: the server.
        routes: one for each class of commands.
        id_attr: the name of the part that is the id.
        at_once: how many requests ``insert_many`` has under way; with more than one, ids that the server counts are not in order.
        find: session → the exported states of what the application has, see :func:`.listing`; for ``reconcile``.
        journal: keeps each request before it is sent until what came of it is remembered, so that after a crash :func:`.recover`
            can ask again; one more commit an aggregate.
        openapi: what the server says of itself; :func:`.lint` compares routes and commands with it.

    Raises:
        ConfigurationError: two routes for one command, or none at all.
    """

    api: HttpApi
    find: Callable[[ISession], AsyncIterator[dict[str, Any]]] | None

    def __init__(
        self,
        api: HttpApi,
        routes: Sequence[Route],
        *,
        id_attr: str = "id",
        at_once: int = 1,
        find: Callable[[ISession], AsyncIterator[dict[str, Any]]] | None = None,
        journal: IJournal | None = None,
        openapi: OpenApi | None = None,
    ) -> None:
        self._routes = {route.command: route for route in routes}
        if not routes or len(self._routes) < len(routes):
            raise ConfigurationError(f"routes={[str(route) for route in routes]}: expected one for each class of commands")
        if at_once < 1:
            raise ConfigurationError(f"at_once={at_once!r}: expected a number of requests, at least 1")
        self.api = api
        self._id_attr = id_attr
        self._at_once = at_once
        self._leftovers = Leftovers()
        self._run = str(uuid.uuid4())[:24]  # keys of another process must not meet these
        self._last_number = 0
        self.find = find
        self.journal = journal
        self._openapi = openapi

    @property
    def orphans(self) -> int:
        """How many requests have been done, or may have been, and are not remembered: rolled back here, and not repeated."""
        return len(self._leftovers)

    def findings(self, provider: AggregateProvider[Any, Any]) -> Iterator[Finding]:
        """Find commands without a route, paths that nothing fills, and, with OpenAPI, what the server does not know or take."""
        return findings_of(provider, self._routes, self._openapi, self.api.sends)

    async def insert(self, session: ISession, draft: Draft[C]) -> None:
        """Send the command, and have the draft take the answer.

        Raises:
            HttpError: it was refused, or the server does not serve, or the answer has no id where the route says.
            TransportError: there is no id, neither told nor answered.
            WiringError: no route fits.
        """
        await self._done(session, draft)
        for step in draft.steps:
            draft.command = step(draft)
            await self._done(session, draft)

    async def insert_many(self, session: ISession, aggs: Sequence[Draft[C]]) -> None:
        """Send the commands, ``at_once`` of them at the same time; if one fails, no more are begun, and its error travels."""
        waiting = deque(aggs)

        async def work() -> None:
            try:
                while waiting:
                    await self.insert(session, waiting.popleft())
            finally:
                waiting.clear()

        async with all_or_none(session):
            workers = [asyncio.ensure_future(work()) for _ in range(min(self._at_once, len(aggs)))]
            try:
                for worker in workers:
                    await worker
            finally:  # none works on in a transaction that is over
                await asyncio.gather(*workers, return_exceptions=True)

    async def update(self, session: ISession, draft: Draft[C]) -> None:
        """Send a further command that was put into the draft.

        Raises:
            HttpError: it was refused (412: the aggregate has changed meanwhile), or the server does not serve.
        """
        await self._done(session, draft)

    async def _done(self, session: ISession, draft: Draft[C]) -> None:
        left: _Sent = self._leftovers.take(draft) or _Sent(self._next_key(), None)
        receipt, key = left.receipt or await self._sent(draft, left.key), left.key
        self._leftovers.watch(session, draft, _Sent(key, receipt))
        if self.journal is not None:
            await self.journal.settle(session, key)
        draft.take(session, receipt, self._id_attr)

    @property
    def knows_keys(self) -> bool:
        """True if the server can be asked again what came of a request."""
        return self.api.knows_keys

    @property
    def commands(self) -> frozenset[type]:
        """Classes of the commands that have a route."""
        return frozenset(self._routes)

    async def left(self, session: ISession, commands: Collection[type]) -> list[Intent]:
        """Give the requests of an earlier run of which it is not known what has come, as far as they sent such commands."""
        routes = [str(route) for command, route in self._routes.items() if command in commands]
        return [] if self.journal is None else await self.journal.left(session, routes)

    async def sent_again(self, session: ISession, intent: Intent) -> dict[str, Any] | None:
        """Send a request of an earlier run again, and give the state of the aggregate; None if it is refused.

        Raises:
            HttpError: the server does not serve.
        """
        if intent.state is None:
            return None
        route = next(route for route in self._routes.values() if str(route) == intent.route)
        request = Request(route.method, intent.path, intent.body, route.headers, intent.key, is_fixed=not route.fields)
        draft = Draft[Any](route, intent.state)
        try:
            draft.take(session, self._receipt(route, request, await self._answer(route, request)), self._id_attr)
        except HttpError as error:
            if error.fault is not Fault.DATA:
                raise
            return None
        return draft.export()

    async def settle(self, session: ISession, intent: Intent) -> None:
        """Forget a request of an earlier run, in the transaction in which what came of it is remembered."""
        if self.journal is not None:
            await self.journal.settle(session, intent.key)

    async def _sent(self, draft: Draft[C], key: str) -> Receipt:
        """Send the command, and give the answer; one in doubt is kept with its key, for the same command to come again."""
        route = self._route(draft)
        request = self._request(route, draft, key)
        if self.journal is not None:
            state = None if draft.steps else draft.export()  # what is half made is not to be remembered as whole
            await self.journal.intend(Intent(key, str(route), request.path, request.body, state))
        try:
            return self._receipt(route, request, await self._answer(route, request))
        except (HttpError, asyncio.CancelledError) as error:
            if getattr(error, "is_in_doubt", True):
                self._leftovers.leave(draft, _Sent(key, None))
            elif self.journal is not None:
                await self.journal.withdraw(key)
            raise

    def _route(self, draft: Draft[C]) -> Route:
        route = self._routes.get(type(draft.command))
        if route is None:
            raise WiringError(
                f"No route for {type(draft.command).__name__}; there are {', '.join(map(str, self._routes.values()))}"
            )
        return route

    def _next_key(self) -> str:
        self._last_number += 1
        return f"{self._run}{self._last_number:012x}"  # a UUID, too

    def _request(self, route: Route, draft: Draft[C], key: str) -> Request:
        path, body = route.rendered(draft.command, draft.state)
        headers = dict(route.headers or {})
        if route.if_match:
            if draft.version is None:
                raise WiringError(f"{route}: no version is known for If-Match; let the route before it say version=ETag()")
            headers["If-Match"] = str(draft.version)
        return Request(route.method, path, body, headers, key, is_fixed=not route.fields)

    async def _answer(self, route: Route, request: Request) -> Answer:
        answer = await self.api.call(request)
        if answer.status != 202 or route.accepted is None:
            if answer.status == 202 and route.id is not None and route.id(answer) is None:
                words = "does not say how it ends; give it accepted=Poll(until={…}), or an id that the answer has"
                raise self._unread(request, answer, f", and {route} {words}")
            return answer
        return await polled(self.api, request, answer, route.accepted)

    def _receipt(self, route: Route, request: Request, answer: Answer) -> Receipt:
        try:
            id = None if route.id is None else route.id(answer)
            version = None if route.version is None else route.version(answer)
            state = None if route.state is None else route.state(answer)
        except (ValueError, TypeError, ArithmeticError) as error:
            raise self._unread(request, answer, f", and {route} cannot read it: {error}") from error
        if route.id is not None and id is None:
            location, words = (answer.location or "").partition("?")[0], self.api.clean(answer.words) or "no words"
            found = f"{route.id!r} finds nothing in it (Location: {location!r}, body: {words})"
            raise self._unread(request, answer, f", without an id: {found}")
        return Receipt(id, version, state)

    @staticmethod
    def _unread(request: Request, answer: Answer, words: str) -> HttpError:
        """It is done, and nobody knows what came of it: the route's mistake, which all requests would meet."""
        text, path = f"{request.words} was answered with {answer.status}{words}", request.path.partition("?")[0]
        return HttpError(text, Fault.STORE, request.method, path, answer.status, is_in_doubt=True)
