"""A component test in process: given data, a request, and what came of it; all of it is gone afterwards."""

import httpx2

from ascetic_ddd.faker.testing.rolled_back import RolledBackSession
from examples.bookshop.wiring import Providers


async def test_an_order_is_cancelled(joined_client: httpx2.AsyncClient, session: RolledBackSession, shop: Providers) -> None:
    orders = await shop.orders.create_batch(session, 3, {"status": "paid"})
    cancelled = await joined_client.post(f"/orders/{orders[1].id.value}/cancellation")
    assert cancelled.json()["status"] == "cancelled"
    statuses = [each["status"] for each in (await joined_client.get("/orders")).json()]
    assert statuses == ["paid", "cancelled", "paid"]
