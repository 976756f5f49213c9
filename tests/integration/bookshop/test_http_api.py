"""The bookshop over HTTP, in process: what a client may rely on, whoever feeds it."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from psycopg_pool import AsyncConnectionPool

from examples.bookshop.http_api import make_app
from examples.bookshop.wiring import create_application_schema

READER = {"name": "Jane", "email": "jane@example.com", "city": "London"}


@pytest.fixture
async def client(external_dsn: str) -> AsyncIterator[httpx2.AsyncClient]:
    create_application_schema(external_dsn)
    async with (
        AsyncConnectionPool(external_dsn, min_size=1, max_size=4, open=False) as pool,
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=make_app(pool)), base_url="http://bookshop") as client,
    ):
        yield client


async def _order(client: httpx2.AsyncClient) -> httpx2.Response:
    customer = await client.post("/customers", json=READER)
    product = await client.post("/products", json={"title": "Emma", "price": "9.90"})
    items = [{"product_id": product.json()["id"], "quantity": 2}]
    return await client.post(f"/customers/{customer.json()['id']}/orders", json={"items": items})


async def test_an_order_is_placed_paid_and_shipped(client: httpx2.AsyncClient) -> None:
    placed = await _order(client)
    assert (placed.status_code, placed.headers["ETag"], placed.json()["status"]) == (201, '"1"', "placed")
    place = placed.headers["Location"]
    assert (await client.post(f"{place}/payments", json={"amount": "9.90"})).status_code == 409
    paid = await client.post(f"{place}/payments", json={"amount": "19.80"}, headers={"If-Match": '"1"'})
    assert (paid.status_code, paid.headers["ETag"]) == (200, '"2"')
    assert (await client.post(f"{place}/shipments", headers={"If-Match": '"1"'})).status_code == 412
    assert (await client.post(f"{place}/shipments")).json()["status"] == "shipped"
    refused = await client.post(f"{place}/cancellation")
    assert (refused.status_code, refused.headers["Content-Type"]) == (409, "application/problem+json")
    assert (await client.get(place)).json()["lines"] == [{"product_id": 1, "quantity": 2, "price": "9.90"}]


async def test_a_request_with_a_key_is_done_once(client: httpx2.AsyncClient) -> None:
    headers = {"Idempotency-Key": "1"}
    first, again = [await client.post("/customers", json=READER, headers=headers) for _ in range(2)]
    assert (first.status_code, first.json(), first.headers["Location"]) == (201, again.json(), again.headers["Location"])
    assert (await client.post("/customers", json={**READER, "city": "Paris"}, headers=headers)).status_code == 422
    assert (await client.post("/customers", json=READER)).status_code == 409  # the address is taken
    assert len((await client.get("/customers", params={"city": "London"})).json()) == 1


async def test_what_is_referred_to_is_not_deleted(client: httpx2.AsyncClient) -> None:
    order = await _order(client)
    customer = f"/customers/{order.json()['customer_id']}"
    assert (await client.delete(customer)).status_code == 409
    assert (await client.delete(order.headers["Location"])).status_code == 204
    assert (await client.delete(customer)).status_code == 204
    assert (await client.get(customer)).status_code == 404


async def test_a_blocked_customer_places_no_orders(client: httpx2.AsyncClient) -> None:
    order = (await _order(client)).json()
    await client.post(f"/customers/{order['customer_id']}/block")
    items = [{"product_id": order["lines"][0]["product_id"], "quantity": 1}]
    refused = await client.post(f"/customers/{order['customer_id']}/orders", json={"items": items})
    assert (refused.status_code, refused.json()["detail"]) == (409, f"customer {order['customer_id']} is blocked")
