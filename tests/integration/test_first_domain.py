"""docs/first-domain.md on PostgreSQL: by the command's own way, ended, and gone on with."""

import asyncio
from typing import Any

import psycopg

from ascetic_ddd.faker import generate
from ascetic_ddd.faker.application.checking.check import check
from ascetic_ddd.faker.application.runs.restoration import restore
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSessionPool
from tests.acceptance.test_first_domain import run

_FAULTS = """
SELECT (SELECT count(*) FROM orders JOIN customers ON customers.id = customer_id
        WHERE orders.currency <> customers.currency OR placed_at < registered_at)
     + (SELECT count(*) FROM order_lines JOIN products ON products.id = product_id WHERE order_lines.price <> products.price)
     + (SELECT count(*) FROM orders WHERE total <> (SELECT sum(price * quantity) FROM order_lines WHERE order_id = orders.id))
"""


async def test_the_shop_of_the_document_is_generated_and_goes_on(
    pg_session_pool: CompositeSessionPool, external_dsn: str, capsys: Any
) -> None:
    names = await asyncio.to_thread(run, "first-domain.md")  # it has a loop of its own
    target = names["target"]()
    target.create_schema(external_dsn)
    async with pg_session_pool.session() as session, session.atomic():
        await target.provider.setup(session)
    made = [each async for each in generate(target.provider, pg_session_pool, 120, batch_size=50, seed=7)]
    again = names["target"]().provider
    async with pg_session_pool.session() as session, session.atomic():
        await restore(again, session)
    made += [each async for each in generate(again, pg_session_pool, 120, batch_size=50, seed=8)]
    assert len({each.id for each in made}) == 240
    with psycopg.connect(external_dsn) as connection:
        assert connection.execute("SELECT count(*) FROM orders").fetchone() == (240,)
        assert connection.execute(_FAULTS).fetchone() == (0,)
    checked = await check(again, pg_session_pool)
    assert checked.is_clean
