"""docs/transports.md as a user runs it: its blocks, one after the other, then each of the ways."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from ascetic_ddd.faker.infrastructure.transports.http.connecting import client_of_app
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession

_DOCUMENT = Path(__file__).parents[2] / "docs" / "transports.md"


@pytest.fixture
def names() -> dict[str, Any]:
    blocks = re.findall(r"^```python\n(.*?)^```", _DOCUMENT.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    names: dict[str, Any] = {"__name__": "shop"}
    for block in blocks:
        exec(compile(block, str(_DOCUMENT), "exec"), names)  # noqa: S102  # our own text
    return names


def app_of(names: dict[str, Any], shop: Any) -> FastAPI:
    app = FastAPI()

    @app.post("/customers")
    async def add(request: Request) -> Response:
        id = shop.handle(names["AddCustomer"](**await request.json()))
        return Response(status_code=201, headers={"Location": f"/customers/{id}"})

    @app.post("/customers/{customer_id}/orders")
    async def place(customer_id: int, request: Request) -> Response:
        try:
            id = shop.handle(names["PlaceOrder"](customer_id=customer_id, **await request.json()))
        except ValueError as error:
            return JSONResponse({"title": "Refused", "detail": str(error)}, 422)
        return JSONResponse({"id": id}, 201, headers={"ETag": '"1"'})

    return app


async def test_the_shop_of_the_document_is_the_same_by_its_commands_and_over_http(names: dict[str, Any]) -> None:
    by_commands, over_http = names["Shop"](), names["Shop"]()
    await names["grow_by_commands"](by_commands, 400)
    async with client_of_app(app_of(names, over_http)) as client:
        await names["grow_over_http"](client, 400)
    assert len(by_commands.orders) == 400
    assert max(order["amount"] for order in by_commands.orders.values()) <= 90
    assert (by_commands.orders, by_commands.customers) == (over_http.orders, over_http.customers)


async def test_the_accounts_of_the_document_are_events(names: dict[str, Any]) -> None:
    store = names["InMemoryEventStore"]()
    await names["grow_events"](store, 50)
    (opened,) = await store.read(InMemorySession(), "account-49")
    assert isinstance(opened, names["AccountOpened"])


def test_the_journeys_of_the_document_lead_to_their_states_at_their_times(names: dict[str, Any]) -> None:
    begin = datetime(2025, 1, 1, tzinfo=UTC)
    parts = {"id": 7, "customer_id": 3, "amount": 5, "placed_at": begin, "hesitation": timedelta(minutes=3)}
    order = names["by_methods"](**parts, status="paid")
    assert (order.status, order.times) == ("paid", [begin, begin + timedelta(minutes=3)])
    assert names["by_methods"](**parts, status="cancelled").status == "cancelled"
    assert names["by_commands"](**parts, status="paid").times == order.times
