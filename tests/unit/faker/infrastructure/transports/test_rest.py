"""The shop over HTTP: ids, versions, polling; exact counts whatever the server and the network do."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from ascetic_ddd.faker.application.generation import generate
from ascetic_ddd.faker.application.runs.progress import Failure
from ascetic_ddd.faker.application.runs.reconciliation import reconcile_one
from ascetic_ddd.faker.domain.errors import ConfigurationError, GenerationError, PersistenceError
from ascetic_ddd.faker.infrastructure.transports.drafts import Draft
from ascetic_ddd.faker.infrastructure.transports.errors import HttpError
from ascetic_ddd.faker.infrastructure.transports.http.api import HttpApi
from ascetic_ddd.faker.infrastructure.transports.http.connecting import client_of_app, http_client
from ascetic_ddd.faker.infrastructure.transports.http.retry import Retry
from ascetic_ddd.faker.infrastructure.transports.http.sources import Body, ETag, Location, Poll
from ascetic_ddd.faker.infrastructure.transports.rest_repository import RestRepository
from ascetic_ddd.faker.infrastructure.transports.route import Route
from ascetic_ddd.faker.infrastructure.transports.sessions import RemoteSession, RemoteSessionPool
from ascetic_ddd.seedwork.domain.session.faults import Fault
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSessionPool
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession
from tests.unit.faker.infrastructure.transports.shop import WEIGHTS, PlaceOrder, Shop, remote_sessions, shares
from tests.unit.faker.infrastructure.transports.test_http_api import Reply, Server, api_on
from tests.unit.faker.infrastructure.transports.web_shop import FaultyClient, Pauses, WebShop, api_of, orders_over, served


@dataclass(frozen=True)
class Pay:
    amount: int


PLACE = PlaceOrder(3, 1, 5)


async def stored(*replies: Reply, route: Route, id: Any = None, pauses: Pauses | None = None) -> dict[str, Any]:
    draft = Draft(PLACE, {"id": id, "amount": 5})
    await RestRepository[Any](api_on(Server(*replies), pauses), [route]).insert(RemoteSession(), draft)
    return draft.export()


@pytest.mark.parametrize(
    ("reply", "source", "id"),
    [
        (httpx2.Response(201, headers={"Location": "/api/orders/7"}), Location("/orders/{id}", int), 7),
        (httpx2.Response(201, headers={"Location": "https://shop.test/orders/a%20b?x=1"}), Location("/orders/{id}"), "a%20b"),
        (httpx2.Response(200, json={"order": {"id": 7}}), Body("/order/id"), 7),
        (httpx2.Response(200, json=[{"id": "7"}]), Body("/0/id", int), 7),
    ],
)
async def test_the_id_is_read_where_the_route_says(reply: Reply, source: Any, id: Any) -> None:
    assert await stored(reply, route=Route(PlaceOrder, "POST /orders", id=source)) == {"id": id, "amount": 5}


async def test_an_id_that_the_command_told_needs_nothing_in_the_answer() -> None:
    assert (await stored(httpx2.Response(204), route=Route(PlaceOrder, "PUT /orders/{number}"), id=1))["id"] == 1


async def test_what_the_application_decided_is_remembered() -> None:
    route = Route(PlaceOrder, "POST /orders", id=Body("/id"), state=lambda answer: {"amount": answer.json["amount"]})
    assert await stored(httpx2.Response(201, json={"id": 7, "amount": 6}), route=route) == {"id": 7, "amount": 6}


@pytest.mark.parametrize(
    ("reply", "source", "words"),
    [
        (httpx2.Response(201), Location("/orders/{id}"), r"POST /orders was answered with 201, without an id: Location"),
        (httpx2.Response(200, text="no json"), Body("/id"), r"answered with 200, without an id: Body\(pointer='/id'"),
        (
            httpx2.Response(201, headers={"Location": "/orders/x"}),
            Location("/orders/{id}", int),
            "cannot read it: invalid literal",
        ),
        (httpx2.Response(202), Body("/id"), r"202, and Route\(PlaceOrder, 'POST /orders'\) does not say how it ends.*Poll"),
    ],
)
async def test_an_answer_without_an_id_is_told_with_its_route(reply: Reply, source: Any, words: str) -> None:
    with pytest.raises(PersistenceError, match=words):
        await stored(reply, route=Route(PlaceOrder, "POST /orders", id=source))


POLLED = Route(
    PlaceOrder,
    "POST /orders",
    id=Body("/resource/id"),
    accepted=Poll(until={"state": "done"}, failed={"state": "failed"}, every_s=0.5, patience_s=3),
)
ACCEPTED = httpx2.Response(202, headers={"Location": "https://shop.test/api/jobs/1"})
WORKING = httpx2.Response(200, json={"state": "working"}, headers={"Retry-After": "1"})


async def test_what_is_only_accepted_is_asked_for_until_it_is_done() -> None:
    server, pauses = Server(ACCEPTED, WORKING, httpx2.Response(200, json={"state": "done", "resource": {"id": 7}})), Pauses()
    draft = Draft(PLACE, {"id": None})
    await RestRepository[Any](api_on(server, pauses), [POLLED]).insert(RemoteSession(), draft)
    assert draft.export() == {"id": 7}
    assert [str(each.url) for each in server.requests[1:]] == ["https://shop.test/api/jobs/1"] * 2
    assert pauses.all == [0.5, 1.0]


@pytest.mark.parametrize(
    ("reply", "words", "fault"),
    [
        (
            httpx2.Response(200, json={"state": "failed", "detail": "sold out"}),
            "accepted, and then refused: sold out",
            Fault.DATA,
        ),
        (WORKING, "POST /orders was accepted, and is not done after 3 s", Fault.STORE),
    ],
)
async def test_what_is_accepted_and_not_done_is_told(reply: Reply, words: str, fault: Fault) -> None:
    with pytest.raises(HttpError, match=words) as caught:
        await stored(ACCEPTED, reply, route=POLLED)
    assert caught.value.fault is fault


async def test_a_further_command_tells_the_version_that_it_was_written_for() -> None:
    routes = [
        Route(PlaceOrder, "POST /orders", id=Body("/id"), version=ETag()),
        Route(Pay, "POST /orders/{id}/payments", if_match=True, version=ETag()),
    ]
    server = Server(
        httpx2.Response(201, json={"id": 7}, headers={"ETag": '"1"'}),
        httpx2.Response(200, headers={"ETag": '"2"'}),
        httpx2.Response(412),
    )
    repository, draft = RestRepository[Any](api_on(server), routes), Draft[Any](PLACE, {"id": None})
    await repository.insert(RemoteSession(), draft)
    draft.command = Pay(5)
    await repository.update(RemoteSession(), draft)
    paid = server.requests[1]
    assert (paid.url.path, paid.headers["If-Match"], paid.content, draft.version) == (
        "/api/orders/7/payments",
        '"1"',
        b'{"amount": 5}',
        '"2"',
    )
    with pytest.raises(
        HttpError, match="POST /orders/7/payments was answered with 412; it has changed since its version was read"
    ):
        await repository.update(RemoteSession(), draft)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Route(PlaceOrder, "orders"), r"Route\(PlaceOrder, 'orders'\): expected a method and a path"),
        (lambda: Route(PlaceOrder, "POST /orders/{nmber}"), "PlaceOrder has no field 'nmber', only amount, customer_id, number"),
        (lambda: Location("/orders"), "has no field"),
        (lambda: Body("id"), "is no JSON pointer"),
        (lambda: RestRepository[Any](api_on(Server()), []), "expected one for each class of commands"),
        (lambda: RestRepository[Any](api_on(Server()), [POLLED, POLLED]), "expected one for each class of commands"),
        (lambda: Retry(attempts=0), "expected attempts of at least 1"),
    ],
)
def test_what_cannot_be_right_is_refused_at_construction(make: Any, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        make()


async def test_a_command_without_a_route_and_a_path_without_its_field_are_named() -> None:
    repository = RestRepository[Any](api_on(Server()), [Route(Pay, "POST /orders/{order_id}/payments")])
    with pytest.raises(ConfigurationError, match=r"No route for PlaceOrder; there are Route\(Pay, 'POST /orders"):
        await repository.insert(RemoteSession(), Draft(PLACE, {}))
    with pytest.raises(
        ConfigurationError, match=r"nothing gives 'order_id' for the path; the command has .'amount'., the aggregate"
    ):
        await repository.insert(RemoteSession(), Draft(Pay(1), {"id": 7}))


def test_what_is_in_the_path_is_quoted_and_not_in_the_body() -> None:
    route = Route(PlaceOrder, "POST /customers/{customer_id}/orders")
    assert route.rendered(PlaceOrder("a/b?c", 1, 5), {}) == ("/customers/a%2Fb%3Fc/orders", {"number": 1, "amount": 5})  # type: ignore[arg-type]


async def run(api: HttpApi, count: int = 500, **options: Any) -> tuple[Any, RestRepository[Any]]:
    provider, orders = orders_over(api)
    async for _ in generate(provider, remote_sessions(), count, seed=7, **options):
        pass
    return provider, orders


async def gather_into(made: list[Any], aggregates: AsyncIterator[Any]) -> None:
    async for each in aggregates:
        made.append(each)  # noqa: PERF401  # what came before an error counts


def all_faults(number: int) -> str | None:
    return {0: "503", 3: "429", 5: "409"}.get(number % 10)


async def test_in_process_the_shares_are_as_asked_and_the_application_lives_as_long_as_the_client() -> None:
    web = WebShop()
    async with client_of_app(web.app()) as client:
        assert web.has_started
        await run(api_of(client), 1000)
    assert not web.has_started
    web.shop.check()
    assert (len(web.shop.orders), len(web.shop.customers)) == (1000, 50)
    assert shares(web.shop.orders) == pytest.approx(WEIGHTS, abs=0.02)


async def test_whatever_the_server_and_the_network_do_each_order_is_there_once() -> None:
    """Faults before and after the order is stored, and answers lost: the shop is that of a run without a fault."""
    web, untroubled = WebShop(faults=all_faults), WebShop()
    async with client_of_app(web.app()) as client:
        api = api_of(FaultyClient(client, lambda number: number % 7 == 0))
        _, orders = await run(api)
    async with client_of_app(untroubled.app()) as client:
        await run(api_of(client))
    web.shop.check()
    assert (web.shop.orders, web.shop.customers) == (untroubled.shop.orders, untroubled.shop.customers)
    assert (orders.orphans, api.doubtful) == (0, 0)
    assert set(api.retries) == {"503", "429", "409", "no answer"}
    assert len({each["idempotency-key"] for each in web.headers}) == 525


async def test_a_run_that_ends_leaves_orphans_that_are_counted_and_adopted() -> None:
    web = WebShop(faults=lambda number: "503" if 150 <= number < 152 else None)
    async with client_of_app(web.app()) as client:
        api = api_of(client, retry=Retry(attempts=2))
        provider, orders = orders_over(api)
        pool, done = remote_sessions(), list[Any]()
        with pytest.raises(GenerationError, match=r"Orders: HttpError: POST /customers/\d+/orders was answered with 503"):
            await gather_into(done, generate(provider, pool, 500, batch_size=40, seed=7))
        left = len(web.shop.orders) - len(done)
        assert 0 < left == orders.orphans
        found = await reconcile_one(provider, pool, True, 1000)
        assert (found.outside, found.not_remembered, found.adopted) == (len(done) + left, left, left)
    web.shop.check()


async def test_a_batch_that_our_own_store_rolled_back_sends_nothing_twice() -> None:
    """Our store refuses to commit, three times; each batch is made again with the same draws, and takes up what was answered."""
    web, refusals = WebShop(), 3

    class Refusing(InMemorySession):
        def fault_of(self, error: BaseException) -> Fault:
            return Fault.TRANSIENT

        async def prepare(self) -> None:
            nonlocal refusals
            if len(web.shop.orders) % 200 == 0 and refusals:
                refusals -= 1
                raise PersistenceError("a deadlock of our own")

    class RefusingPool:
        def session(self) -> Refusing:
            return Refusing()

    async with client_of_app(web.app()) as client:
        provider, orders = orders_over(api_of(client))
        pool = CompositeSessionPool(RemoteSessionPool(), RefusingPool())
        async for _ in generate(provider, pool, 500, seed=7):
            pass
    web.shop.check()
    assert (refusals, len(web.shop.orders), orders.orphans, web.requests) == (0, 500, 0, 525)


async def test_without_keys_what_is_done_twice_is_counted_and_found() -> None:
    web = WebShop(faults=lambda number: "503" if number % 100 == 0 else None, knows_keys=False)
    async with client_of_app(web.app()) as client:
        api = api_of(client, idempotency=None)
        provider, _ = await run(api)
        assert len(web.shop.orders) + len(web.shop.customers) == 525 + api.doubtful
        assert api.doubtful == 5
        found = await reconcile_one(provider, remote_sessions(), False, 1000)
        assert (found.outside, found.not_remembered) == (500 + len(web.shop.orders) - 500, len(web.shop.orders) - 500)


async def test_what_is_refused_is_left_out_and_told() -> None:
    web, failures = WebShop(shop=Shop(refuses=frozenset({3}))), list[Failure]()
    async with client_of_app(web.app()) as client:
        _, orders = await run(api_of(client), on_error="skip", on_failure=failures.append)
    web.shop.check()
    assert (len(web.shop.orders), orders.orphans) == (500, 0)
    assert {str(each.cause).partition(" was answered ")[2] for each in failures} == {"with 422: Refused: no order may end with 3"}


async def test_several_requests_may_be_under_way_at_once() -> None:
    web = WebShop(faults=all_faults)
    async with client_of_app(web.app()) as client:
        provider, _ = orders_over(api_of(client), at_once=8)
        async for _ in generate(provider, remote_sessions(), 500, seed=7):
            pass
    web.shop.check()
    assert len(web.shop.orders) == 500


@pytest.mark.parametrize("lanes", [1, 4])
async def test_over_real_sockets_a_server_that_restarts_is_waited_for(lanes: int) -> None:
    """It is stopped in the middle of the run, and comes back on the same port after three pauses."""
    web, pauses = WebShop(), Pauses()
    first = served(web.app())
    port = await first.__aenter__()
    servers = [first]
    stopped_for: list[int] = []

    async def wait() -> None:
        stopped_for.append(1)
        if len(stopped_for) == 3:
            again = served(web.app(), port)
            await again.__aenter__()
            servers.append(again)

    pauses.then = wait
    async with http_client(f"http://127.0.0.1:{port}") as client:
        api = api_of(client, pauses)
        provider, orders = orders_over(api)
        done = 0
        async for _ in generate(provider, remote_sessions(), 400, batch_size=20, seed=7, lanes=lanes):
            done += 1
            if done == 100:
                await servers.pop().__aexit__(None, None, None)
    for server in servers:
        await server.__aexit__(None, None, None)
    web.shop.check()
    assert (done, len(web.shop.orders), orders.orphans) == (400, 400, 0)
    assert api.retries["no answer"] >= 3
