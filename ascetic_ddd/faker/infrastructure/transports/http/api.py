"""One HTTP server and how it is spoken to: authentication, repetition, and the end when it is gone."""

import asyncio
import inspect
import json
import os
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Protocol
from urllib.parse import urlsplit

from ascetic_ddd.faker.domain.values.words import visible
from ascetic_ddd.faker.infrastructure.transports.errors import HttpError
from ascetic_ddd.faker.infrastructure.transports.http.answers import Answer
from ascetic_ddd.faker.infrastructure.transports.http.retry import Loss, Retry, loss_of
from ascetic_ddd.seedwork.domain.session.faults import Fault

__all__ = ("Auth", "HttpApi", "IHttpClient", "IHttpResponse", "Request")

Auth = Callable[[], str | Mapping[str, str] | Awaitable[str | Mapping[str, str]]]
"""Gives the ``Authorization`` header, or several headers; called again when the server answers 401."""

_OF_THE_SERVER = frozenset({401, 403, 405, 407, 415})
_CREDENTIALS = "check the credentials, and that auth= gives new ones when they expire"
_ADVICE = {
    3: "redirects are not followed: give the base URL that answers itself",
    401: _CREDENTIALS,
    403: _CREDENTIALS,
    412: "it has changed since its version was read",
}
_SHORTEST_SECRET = 4
_written = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


class IHttpResponse(Protocol):
    """What a client of the shape of httpx gives."""

    @property
    def status_code(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def content(self) -> bytes: ...


class IHttpClient(Protocol):
    """What is needed of a client: ``httpx2.AsyncClient`` and ``httpx.AsyncClient`` are such."""

    async def request(self, method: str, url: str, *, content: bytes | None, headers: dict[str, str]) -> IHttpResponse:
        """Send a request to a path below the client's own base URL."""
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """A request.

    Attributes:
        method, path: the path is below the server's base URL, with its query.
        body: JSON data; None sends none.
        headers: beside those of the server's.
        key: by which the server knows a request that it has had; None sends none.
        is_safe: asking again changes nothing.
        is_fixed: the path is the same for all data, so that 404 says there is no such route.
    """

    method: str
    path: str
    body: Any = None
    headers: Mapping[str, str] | None = None
    key: str | None = None
    is_safe: bool = False
    is_fixed: bool = False

    @property
    def words(self) -> str:
        """Method and path, without the query: that may have secrets."""
        return f"{self.method} {visible(self.path.partition('?')[0])}"


@dataclass(frozen=True, slots=True)
class _Failure:
    """What came of a request that was not answered with 2xx: the error that it is, if nobody tries again."""

    error: HttpError
    answer: Answer | None = None
    may_pass: bool = False


class HttpApi:
    """A server: sends requests until they are answered, and says clearly what went wrong.

    Args:
        client: has the base URL, timeouts, limits of connections; who made it closes it. It must not follow redirects.
        auth: see :data:`Auth`; None: the client does that.
        retry: how requests are repeated.
        idempotency: the header that takes the key by which the server knows requests that it has had; None: it knows none, and a
            repeated request may be done twice, see :attr:`doubtful`.
        headers: sent with each request.
        sleep: waits so many seconds.
        clock: seconds that pass.

    Attributes:
        retries: how often requests were repeated, by cause.
        doubtful: how often a request was repeated without a key though it may have been done: so many duplicates there may be.
    """

    def __init__(
        self,
        client: IHttpClient,
        *,
        auth: Auth | None = None,
        retry: Retry | None = None,
        idempotency: str | None = "Idempotency-Key",
        headers: Mapping[str, str] | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._auth = auth
        self._retry = retry or Retry()
        self._idempotency = idempotency
        self._headers = {"Accept": "application/json", **(headers or {})}
        self._credentials: dict[str, str] | None = None
        self._refreshing = asyncio.Lock()
        self.sleep = sleep
        self.clock = clock
        self._random = Random(f"{os.getpid()} {clock()}")
        self._is_gone = False
        self.retries: Counter[str] = Counter()
        self.doubtful = 0

    @property
    def knows_keys(self) -> bool:
        """True if requests are sent with keys by which the server knows them."""
        return self._idempotency is not None

    @property
    def sends(self) -> frozenset[str]:
        """Names of the headers that are sent with each request, as far as they are known, in lower case."""
        known = {*self._headers, *([] if self._auth is None else ["Authorization"])}
        return frozenset(name.lower() for name in (*known, *([] if self._idempotency is None else [self._idempotency])))

    async def call(self, request: Request) -> Answer:
        """Send the request until it is answered with 2xx.

        Raises:
            HttpError: it was refused (the data's fault), or the server does not serve (its own). Once the server is gone, each
                request is tried only once, until it answers again.
        """
        began, sent, is_refreshed, is_in_doubt = self.clock(), 0, False, False
        credentials = {} if self._auth is None else await self._known_credentials()
        while True:
            outcome = await self._sent(request, credentials)
            sent += 1
            if isinstance(outcome, Answer):
                self._is_gone = False
                return outcome
            answer, failed = outcome.answer, outcome.error
            if answer is not None and answer.status == 401 and self._auth is not None and not is_refreshed:
                is_refreshed = True
                credentials = await self._known_credentials(instead_of=credentials)
                continue
            failed.is_in_doubt |= is_in_doubt and not self._resolves(request, failed)
            if not (outcome.may_pass if answer is None else self._passes(request, answer)):
                raise failed
            pause = self._retry.pause_s(sent - 1, self._random.random(), answer)
            if self._is_gone or self._is_hopeless(answer, sent, self.clock() - began + pause):
                self._is_gone = True
                raise failed
            is_in_doubt = failed.is_in_doubt
            self._count(request, answer, is_in_doubt)
            await self.sleep(pause)

    def below_base(self, address: str) -> str:
        """Give an address that the server itself has named as a path below the base URL: nobody else gets our credentials."""
        parts = urlsplit(address)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        base = getattr(getattr(self._client, "base_url", None), "path", "").rstrip("/")
        return path.removeprefix(base) if base and path.startswith(f"{base}/") else path

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    async def _sent(self, request: Request, credentials: dict[str, str]) -> Answer | _Failure:
        """Send once."""
        headers = {**self._headers, **credentials, **(request.headers or {})}
        if request.key is not None and self._idempotency is not None:
            headers[self._idempotency] = request.key
        content = None
        if request.body is not None:
            content = _written(request.body).encode()
            headers.setdefault("Content-Type", "application/json")
        try:
            response = await self._client.request(request.method, request.path, content=content, headers=headers)
            answer = Answer(response.status_code, response.headers, response.content)
        except Exception as error:  # noqa: BLE001  # the client's, or, in process, the application's
            loss = loss_of(error)
            return _Failure(self._unanswered(request, error, loss), may_pass=loss in (Loss.NOT_SENT, Loss.IN_DOUBT))
        return answer if answer.status < 300 else _Failure(self._refused(request, answer), answer)

    def _passes(self, request: Request, answer: Answer) -> bool:
        if answer.status == 409:
            return self._has_key(request) and self._retry.processing(answer)
        return answer.status in self._retry.on

    def _is_hopeless(self, answer: Answer | None, sent: int, seconds: float) -> bool:
        if answer is None:
            return seconds > self._retry.patience_s
        return sent >= self._retry.attempts

    def _has_key(self, request: Request) -> bool:
        return request.key is not None and self._idempotency is not None

    def _resolves(self, request: Request, failed: HttpError) -> bool:
        """Tell whether a refusal says of an earlier sending, too, that nothing has come of it: one of the same key does."""
        return failed.fault is Fault.DATA and self._has_key(request)

    def _count(self, request: Request, answer: Answer | None, is_in_doubt: bool) -> None:
        self.retries["no answer" if answer is None else str(answer.status)] += 1
        if is_in_doubt and not request.is_safe and not self._has_key(request):
            self.doubtful += 1

    def _unanswered(self, request: Request, error: Exception, loss: Loss | None) -> HttpError:
        words = self.clean(f"{type(error).__name__}: {' '.join(str(error).split())}".rstrip(": "))
        if loss is None:
            text = f"{request.words}: the application, or the client, raised {words}"
        elif loss is Loss.HOPELESS:
            text = f"{request.words} cannot be sent, {words}; check the base URL, and the client's settings (TLS, proxy)"
        else:
            text = f"{request.words} got no answer in {self._retry.patience_s:g} s, {words}; is the server running?"
        path, is_in_doubt = request.path.partition("?")[0], loss in (None, Loss.IN_DOUBT)
        failed = HttpError(text, Fault.STORE, request.method, path, is_in_doubt=is_in_doubt)
        failed.__cause__ = error
        return failed

    def _refused(self, request: Request, answer: Answer) -> HttpError:
        status, words = answer.status, self.clean(answer.words)
        is_no_route = status == 405 or (status in (404, 410) and request.is_fixed)
        is_of_the_data = 400 <= status < 500 and status not in _OF_THE_SERVER | self._retry.on and not is_no_route
        if status == 409 and self._passes(request, answer):
            is_of_the_data = False
        advice = "check the route and the base URL" if is_no_route else _ADVICE.get(status, _ADVICE.get(status // 100, ""))
        text = f"{request.words} was answered with {status}{': ' if words else ''}{words}{'; ' if advice else ''}{advice}"
        return HttpError(
            text,
            Fault.DATA if is_of_the_data else Fault.STORE,
            request.method,
            request.path.partition("?")[0],
            status,
            is_in_doubt=not is_of_the_data and (status >= 500 or status in (408, 409)),
        )

    def clean(self, words: str) -> str:
        """Give words of the server's or the client's, fit to be shown, without our credentials, should they repeat them."""
        for secret in (self._credentials or {}).values():
            for part in (secret, secret.rpartition(" ")[2]):
                if len(part) >= _SHORTEST_SECRET:
                    words = words.replace(part, "•••")
        return visible(words)

    async def _known_credentials(self, instead_of: dict[str, str] | None = None) -> dict[str, str]:
        """The credentials, or new ones if nobody has asked for such since those that have failed."""
        if self._auth is None:
            return {}
        async with self._refreshing:
            if self._credentials is None or self._credentials is instead_of:
                try:
                    given = self._auth()
                    if inspect.isawaitable(given):
                        given = await given
                except Exception as error:
                    words = f"auth= gives no credentials: {type(error).__name__}"  # its own words may have secrets
                    raise HttpError(words, Fault.STORE, "", "") from error
                self._credentials = {"Authorization": given} if isinstance(given, str) else dict(given)
            return self._credentials
