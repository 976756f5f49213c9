"""The bookshop's providers, on its own repositories."""

from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSessionPool
from examples.bookshop.wiring import create_application_schema, make_providers


async def test_orders_are_stored_by_the_applications_repository(external_dsn: str, pg_session_pool: CompositeSessionPool) -> None:
    create_application_schema(external_dsn)
    orders = make_providers().orders.seed(7)
    async with pg_session_pool.session() as session, session.atomic():
        await orders.setup(session)
        made = await orders.create_batch(session, 30)
        rows = await session.external_connection.execute(
            "SELECT count(DISTINCT order_id), count(DISTINCT customer_id), count(*) FROM orders JOIN order_lines USING (order_id)"
        )
        count, customers, lines = await rows.fetchone() or (0, 0, 0)
    assert [order.id.value for order in made] == list(range(1, 31))
    assert count == 30
    assert customers < 15
    assert 30 < lines < 60
