"""One server and how it is spoken to: what is sent again, what ends a run, and what is said of it."""

import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx2
import pytest

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.transports.errors import HttpError
from ascetic_ddd.faker.infrastructure.transports.http.answers import Answer
from ascetic_ddd.faker.infrastructure.transports.http.api import HttpApi, Request
from ascetic_ddd.faker.infrastructure.transports.http.connecting import client_of_app, http_client
from ascetic_ddd.faker.infrastructure.transports.http.retry import Retry
from ascetic_ddd.seedwork.domain.session.faults import Fault
from tests.unit.faker.infrastructure.transports.web_shop import Pauses, api_of

Reply = httpx2.Response | Exception


class Server:
    """Answers one thing after the other, the last again and again."""

    def __init__(self, *replies: Reply | Callable[[httpx2.Request], Reply]) -> None:
        self.replies = list(replies)
        self.requests: list[httpx2.Request] = []

    async def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        reply = reply(request) if callable(reply) else reply
        if isinstance(reply, Exception):
            raise reply
        return reply


def api_on(server: Server, pauses: Pauses | None = None, **options: Any) -> HttpApi:
    client = httpx2.AsyncClient(transport=httpx2.MockTransport(server), base_url="https://shop.test/api")
    return api_of(client, pauses, **options)


ORDER = Request("POST", "/orders", {"amount": 1}, key="key-1", is_fixed=True)
OK = httpx2.Response(201, json={"id": 7})


async def test_a_request_is_json_with_its_key() -> None:
    server = Server(OK)
    answer = await api_on(server, headers={"X-Tenant": "7"}).call(ORDER)
    (sent,) = server.requests
    assert (str(sent.url), sent.content) == ("https://shop.test/api/orders", b'{"amount": 1}')
    assert (sent.headers["Idempotency-Key"], sent.headers["X-Tenant"], sent.headers["Content-Type"]) == (
        "key-1",
        "7",
        "application/json",
    )
    assert answer.json == {"id": 7}


@pytest.mark.parametrize(
    "fault",
    [
        httpx2.Response(503),
        httpx2.Response(429),
        httpx2.Response(409, json={"title": "still processing"}),
        httpx2.ReadTimeout("slow"),
        httpx2.ConnectError("refused"),
        httpx2.RemoteProtocolError("Server disconnected"),
    ],
    ids=["503", "429", "409", "timeout", "refused", "hung up"],
)
async def test_what_may_pass_is_sent_again_with_the_same_key(fault: Reply) -> None:
    server, pauses = Server(fault, fault, OK), Pauses()
    api = api_on(server, pauses)
    assert (await api.call(ORDER)).status == 201
    assert {each.headers["Idempotency-Key"] for each in server.requests} == {"key-1"}
    assert (len(server.requests), len(pauses.all), api.retries.total(), api.doubtful) == (3, 2, 2, 0)


async def test_a_pause_is_as_long_as_the_server_asks() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    by_date = {"Date": format_datetime(now, usegmt=True), "Retry-After": format_datetime(now + timedelta(seconds=3), usegmt=True)}
    pauses = Pauses()
    await api_on(
        Server(httpx2.Response(429, headers={"Retry-After": "2"}), httpx2.Response(503, headers=by_date), OK), pauses
    ).call(ORDER)
    assert [int(pause) for pause in pauses.all] == [2, 3]


async def test_without_keys_the_repeats_that_may_be_duplicates_are_counted() -> None:
    replies = (httpx2.Response(429), httpx2.ConnectError("refused"), httpx2.Response(503), httpx2.ReadError("hung up"), OK)
    server = Server(*replies)
    api = api_on(server, idempotency=None)
    await api.call(ORDER)
    assert "Idempotency-Key" not in server.requests[0].headers
    assert (len(server.requests), api.doubtful) == (5, 2)


@pytest.mark.parametrize("status", [400, 404, 409, 412, 422])
async def test_what_is_refused_is_the_data_s_fault(status: int) -> None:
    problem = httpx2.Response(status, json={"title": "Refused", "detail": "no such\ncustomer"})
    server = Server(problem)
    with pytest.raises(
        HttpError, match=rf"POST /customers/7/orders was answered with {status}: Refused: no such customer"
    ) as caught:
        await api_on(server).call(Request("POST", "/customers/7/orders", {}, key="k"))
    assert (caught.value.fault, caught.value.status, len(server.requests)) == (Fault.DATA, status, 1)
    assert not caught.value.is_in_doubt


def untrusted() -> Exception:
    """As the client tells of a certificate that nobody trusts."""
    error = httpx2.ConnectError("certificate verify failed")
    error.__cause__ = ssl.SSLCertVerificationError(1, "self-signed certificate")
    return error


@pytest.mark.parametrize(
    ("reply", "words", "sent", "is_in_doubt"),
    [
        (httpx2.Response(404), r"POST /orders was answered with 404; check the route and the base URL", 1, False),
        (httpx2.Response(405), r"405; check the route and the base URL", 1, False),
        (httpx2.Response(302), r"302; redirects are not followed", 1, False),
        (httpx2.Response(401), r"401; check the credentials", 1, False),
        (httpx2.Response(403), r"403; check the credentials", 1, False),
        (httpx2.Response(500), r"POST /orders was answered with 500", 1, True),
        (httpx2.Response(503), r"503", 3, True),
        (httpx2.UnsupportedProtocol("no http"), r"cannot be sent, UnsupportedProtocol: no http; check the base URL", 1, False),
        (untrusted(), r"cannot be sent, ConnectError: certificate verify failed; check the base URL, and .*TLS", 1, False),
        (httpx2.ConnectError("refused"), r"got no answer in 30 s, ConnectError: refused; is the server running\?", None, False),
        (httpx2.ReadTimeout("slow"), r"got no answer in 30 s, ReadTimeout", None, True),
        (ZeroDivisionError("oops"), r"the application, or the client, raised ZeroDivisionError: oops", 1, True),
    ],
    ids=lambda each: type(each).__name__ if isinstance(each, Exception) else None,
)
async def test_a_server_that_does_not_serve_ends_the_run(reply: Reply, words: str, sent: int | None, is_in_doubt: bool) -> None:
    server, pauses = Server(reply), Pauses()
    with pytest.raises(HttpError, match=words) as caught:
        await api_on(server, pauses, retry=Retry(attempts=3)).call(ORDER)
    assert (caught.value.fault, caught.value.is_in_doubt) == (Fault.STORE, is_in_doubt)
    assert sent in (None, len(server.requests))
    assert pauses.clock() <= 30


@pytest.mark.parametrize(
    ("options", "last", "is_in_doubt"),
    [
        ({}, httpx2.ConnectError("refused"), True),
        ({}, httpx2.Response(422), False),  # by the key the server knows that nothing has come of it
        ({"idempotency": None}, httpx2.Response(422), True),
    ],
    ids=["no answer", "refused with a key", "refused without one"],
)
async def test_what_may_have_been_done_once_stays_in_doubt(options: dict[str, Any], last: Reply, is_in_doubt: bool) -> None:
    with pytest.raises(HttpError) as caught:
        await api_on(Server(httpx2.ReadError("hung up"), last), **options).call(ORDER)
    assert caught.value.is_in_doubt is is_in_doubt


async def test_once_the_server_is_gone_each_request_is_tried_once_until_it_answers() -> None:
    server = Server(httpx2.ConnectError("refused"))
    api = api_on(server)
    with pytest.raises(HttpError):
        await api.call(ORDER)
    tried = len(server.requests)
    with pytest.raises(HttpError):
        await api.call(ORDER)
    assert len(server.requests) == tried + 1
    server.replies = [OK, httpx2.ConnectError("refused"), OK]
    await api.call(ORDER)
    await api.call(ORDER)
    assert len(server.requests) == tried + 4


async def test_credentials_are_asked_for_anew_when_they_expire_and_never_shown() -> None:
    tokens = iter(["Bearer first-secret", "Bearer second-secret"])

    async def auth() -> str:
        return next(tokens)

    def reply(request: httpx2.Request) -> httpx2.Response:
        if "first" in request.headers["Authorization"]:
            return httpx2.Response(401)
        return httpx2.Response(422, json={"detail": f"who is {request.headers['Authorization']}?"})

    server = Server(reply)
    api = api_on(server, auth=auth)
    with pytest.raises(HttpError, match="422: who is •••") as caught:
        await api.call(Request("POST", "/orders?api_key=hidden", {}))
    assert [each.headers["Authorization"] for each in server.requests] == ["Bearer first-secret", "Bearer second-secret"]
    assert not [word for word in ("secret", "hidden") if word in f"{caught.value}{api!r}{caught.value.path}"]


async def test_credentials_that_expire_for_good_end_the_run() -> None:
    server = Server(httpx2.Response(401, json={"title": "token expired"}))
    with pytest.raises(HttpError, match="POST /orders was answered with 401: token expired; check the credentials") as caught:
        await api_on(server, auth=lambda: {"X-Api-Key": "abcdef"}).call(ORDER)
    assert (len(server.requests), caught.value.fault) == (2, Fault.STORE)


async def test_a_failure_of_auth_is_told_without_its_words() -> None:
    def auth() -> str:
        raise LookupError("password hunter2")

    with pytest.raises(HttpError, match=r"auth= gives no credentials: LookupError$"):
        await api_on(Server(OK), auth=auth).call(ORDER)


def test_of_several_details_each_is_told_with_its_place() -> None:
    body = (
        b'{"detail": [{"loc": ["body", "amount"], "msg": "too much", "input": 1}, {"loc": ["body", "name"], "msg": "missing"}]}'
    )
    assert Answer(422, {}, body).words == "body.amount: too much; body.name: missing"


def test_a_page_of_html_is_not_quoted_and_escape_sequences_are_words() -> None:
    assert Answer(502, {"Content-Type": "text/html"}, b"<html>" * 1000).words == ""
    assert Answer(400, {}, b'{"detail": "\\u001b[31mred"}').words == "\\x1b[31mred"
    assert len(Answer(400, {"Content-Type": "text/plain"}, b"x" * 10_000).words) == 301


@pytest.mark.parametrize("base_url", ["shop.test", "ftp://shop.test", "http://", "", "http://shop.test:port"])
async def test_a_base_url_that_is_none_is_refused_at_once(base_url: str) -> None:
    with pytest.raises(ConfigurationError, match="the base URL"):
        async with http_client(base_url):
            pass


async def test_an_application_that_does_not_start_up_says_why() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no database"})

    with pytest.raises(ConfigurationError, match="does not start up: no database"):
        async with client_of_app(app):
            pass


async def test_an_application_without_a_lifespan_is_used_as_it_is() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async with client_of_app(app) as client:
        assert (await HttpApi(client).call(Request("POST", "/"))).status == 204


def test_an_address_that_the_server_names_is_asked_below_our_base_only() -> None:
    api = api_on(Server(OK))
    assert api.below_base("https://evil.test/api/jobs/1?x=2") == "/jobs/1?x=2"
    assert api.below_base("/jobs/1") == "/jobs/1"
