"""Journeys: several commands lead to a state; shares as asked, nothing half made is remembered or referred to."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from ascetic_ddd.faker.application.generation import generate
from ascetic_ddd.faker.application.runs.progress import Failure
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.infrastructure.transports.command_repository import CommandRepository
from ascetic_ddd.faker.infrastructure.transports.drafts import Draft, Receipt, draft_of
from ascetic_ddd.faker.infrastructure.transports.http.connecting import client_of_app
from ascetic_ddd.faker.infrastructure.transports.http.sources import Body, ETag
from ascetic_ddd.faker.infrastructure.transports.journey import Journey, Step
from ascetic_ddd.faker.infrastructure.transports.rest_repository import RestRepository
from ascetic_ddd.faker.infrastructure.transports.route import Route
from tests.unit.faker.infrastructure.transports.shop import remembered, remote_sessions
from tests.unit.faker.infrastructure.transports.web_shop import api_of

SHARES = {"shipped": 0.6, "paid": 0.2, "placed": 0.15, "cancelled": 0.05}


@dataclass(frozen=True)
class Place:
    number: int
    price: int


@dataclass(frozen=True)
class Pay:
    order_id: int
    amount: int


@dataclass(frozen=True)
class Ship:
    order_id: int


@dataclass(frozen=True)
class Cancel:
    order_id: int


@dataclass(frozen=True)
class Complain:
    order_id: int


PAY = Step(Pay, order_id="id", amount=lambda known: known["total"])
JOURNEY = Journey(
    "status",
    {
        "placed": [Place],
        "paid": [Place, PAY],
        "shipped": [Place, PAY, Step(Ship, order_id="id")],
        "cancelled": [Place, Step(Cancel, order_id="id")],
    },
)


class Shop:
    """An order's total is decided by the shop; payments of some orders are refused, after they were placed."""

    def __init__(self, refuses: frozenset[int] = frozenset()) -> None:
        self.refuses = refuses
        self.orders: dict[int, dict[str, Any]] = {}
        self.handled = 0

    def handle(self, command: Any) -> dict[str, Any]:
        self.handled += 1
        if isinstance(command, Place):
            id = len(self.orders) + 1
            self.orders[id] = {"id": id, "number": command.number, "total": command.price + 5, "status": "placed", "version": 1}
            return dict(self.orders[id])
        order = self.orders[command.order_id]
        if isinstance(command, Pay):
            if command.amount != order["total"] or order["number"] % 10 in self.refuses:
                raise ValueError(f"no payment for a number that ends with {order['number'] % 10}")
            return self._moved(order, "placed", "paid")
        return self._moved(order, *(("paid", "shipped") if isinstance(command, Ship) else ("placed", "cancelled")))

    def _moved(self, order: dict[str, Any], before: str, after: str) -> dict[str, Any]:
        assert order["status"] == before
        order.update(status=after, version=order["version"] + 1)
        return dict(order)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/orders/{rest:path}")
        @app.post("/orders")
        async def do(request: Request, rest: str = "") -> Response:
            id, _, what = rest.partition("/")
            body = await request.json()
            command = {"": Place, "payments": Pay, "shipment": Ship, "cancellation": Cancel}[what]
            if what:
                body["order_id"] = int(id)
                if request.headers["If-Match"] != f'"{self.orders[int(id)]["version"]}"':
                    return Response(status_code=412)
            try:
                reply = self.handle(command(**body))
            except ValueError as error:
                return JSONResponse({"title": "Refused", "detail": str(error)}, 422)
            return JSONResponse(reply, headers={"ETag": f'"{reply["version"]}"'})

        return app


class Orders(AggregateProvider[dict[str, Any], Draft[Any]]):
    _id_attr = "id"
    id: ValueProvider[int, int]
    number: ValueProvider[int, int]
    price: ValueProvider[int, int]
    status: ValueProvider[str, str]

    def __init__(self, repository: Any, journey: Callable[..., Draft[Any]] = JOURNEY) -> None:
        self.id = ValueProvider[int, int]()
        self.number = ValueProvider[int, int](distributor_factory(sequence=True))
        self.price = ValueProvider[int, int](values=[10, 20, 30])
        self.status = ValueProvider[str, str](values=list(SHARES), weights=list(SHARES.values()))
        super().__init__(remembered(repository), journey, Draft.export)


class Complaints(AggregateProvider[dict[str, Any], Draft[Any]]):
    _id_attr = "id"
    id: ValueProvider[int, int]
    order_id: ReferenceProvider[int, Draft[Any], int]

    def __init__(self, repository: Any, orders: Orders) -> None:
        self.id = ValueProvider[int, int](distributor_factory(sequence=True))
        self.order_id = ReferenceProvider(distributor_factory(skew=2, mean=5), orders)
        super().__init__(remembered(repository), draft_of(Complain), Draft.export)


def read(reply: dict[str, Any]) -> Receipt:
    return Receipt(reply["id"], reply["version"], {"total": reply["total"]})


ROUTES = [
    Route(Place, "POST /orders", id=Body("/id"), version=ETag(), state=lambda answer: {"total": answer.json["total"]}),
    Route(Pay, "POST /orders/{order_id}/payments", if_match=True, version=ETag()),
    Route(Ship, "POST /orders/{order_id}/shipment", if_match=True, version=ETag()),
    Route(Cancel, "POST /orders/{order_id}/cancellation", if_match=True, version=ETag()),
]


async def test_the_shares_of_the_states_are_as_asked_by_commands_and_over_http() -> None:
    by_commands, over_http = Shop(), Shop()
    async for _ in generate(Orders(CommandRepository(by_commands.handle, receipt=read)), remote_sessions(), 400, seed=7):
        pass
    async with client_of_app(over_http.app()) as client:
        async for _ in generate(Orders(RestRepository[Any](api_of(client), ROUTES)), remote_sessions(), 400, seed=7):
            pass
    assert by_commands.orders == over_http.orders
    counted = Counter(order["status"] for order in by_commands.orders.values())
    assert counted == {status: pytest.approx(400 * share, abs=1) for status, share in SHARES.items()}


async def test_a_state_that_is_told_is_reached() -> None:
    shop = Shop()
    provider = Orders(CommandRepository(shop.handle, receipt=read))
    async with remote_sessions().session() as session, session.atomic():
        await provider.create_batch(session, 3, {"status": "shipped"})
    assert [order["status"] for order in shop.orders.values()] == ["shipped"] * 3


async def test_what_is_refused_half_way_is_not_remembered_nor_referred_to() -> None:
    """Payments of every fifth order are refused: these orders are outside, placed, and counted."""
    shop, complaints, failures = Shop(frozenset({3, 7})), list[int](), list[Failure]()

    def complain(command: Complain) -> None:
        complaints.append(command.order_id)

    repository = CommandRepository[Any](shop.handle, receipt=read)
    provider = Complaints(CommandRepository(complain), orders := Orders(repository))
    async for _ in generate(provider, remote_sessions(), 500, seed=7, on_error="skip", on_failure=failures.append):
        pass
    async with remote_sessions().session() as session:
        known = {state["id"]: state["status"] async for state in orders.repository.find(session)}  # type: ignore[attr-defined]
    assert {shop.orders[id]["status"] for id in set(complaints)} <= set(SHARES)
    assert all(shop.orders[id]["status"] == status for id, status in known.items())
    assert set(complaints) <= known.keys()
    assert repository.orphans == len(shop.orders) - len(known) > 0
    assert {str(each.cause).partition(", ")[2] for each in failures} == {
        f"ValueError: no payment for a number that ends with {digit}" for digit in (3, 7)
    }


async def test_a_batch_that_is_repeated_takes_up_each_step_that_was_done() -> None:
    shop, untroubled, calls = Shop(), Shop(), 0

    def handle(command: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls % 97 == 0:
            raise ConnectionResetError
        return shop.handle(command)

    repository = CommandRepository[Any](handle, receipt=read)
    async for _ in generate(Orders(repository), remote_sessions(), 200, batch_size=20, seed=7):
        pass
    async for _ in generate(
        Orders(CommandRepository(untroubled.handle, receipt=read)), remote_sessions(), 200, batch_size=20, seed=7
    ):
        pass
    assert (shop.orders, shop.handled, repository.orphans) == (untroubled.orders, untroubled.handled, 0)


async def test_a_draft_that_is_rolled_back_begins_again_with_its_first_command() -> None:
    shop = Shop()
    repository, draft = CommandRepository[Any](shop.handle, receipt=read), JOURNEY(id=None, number=1, price=10, status="shipped")
    async with remote_sessions().session() as session:
        for _ in range(2):
            with pytest.raises(ZeroDivisionError):
                await _in_vain(repository, session, draft)
            assert (draft.command, draft.export()["id"], repository.orphans) == (Place(1, 10), None, 3)
    assert shop.handled == 3


async def _in_vain(repository: CommandRepository[Any], session: Any, draft: Draft[Any]) -> None:
    async with session.atomic():
        await repository.insert(session, draft)
        raise ZeroDivisionError


def test_a_state_without_a_way_is_named() -> None:
    assert JOURNEY.without_way(["paid", "returned"]) == ["returned"]
    with pytest.raises(ConfigurationError, match="has no way to 'returned', only to 'placed', 'paid', 'shipped', 'cancelled'"):
        JOURNEY(id=None, number=1, price=10, status="returned")
    with pytest.raises(ConfigurationError, match="for each at least one step"):
        Journey("status", {"placed": []})
    with pytest.raises(ConfigurationError, match=r"Step\(Pay\): the command has no field 'order', only order_id, amount"):
        Step(Pay, order="id")
