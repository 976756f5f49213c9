"""What a test with three stored objects asks of the servers: its cost is in the round trips."""

from typing import Any

import psycopg
import pytest

from ascetic_ddd.faker.testing.databases import Databases
from examples.bookshop.wiring import make_providers


async def test_three_objects_take_seven_round_trips(store: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    """One looks at the addresses that are stored, six INSERT; nothing is prepared for so few."""
    waits: list[str] = []
    wait = psycopg.AsyncConnection.wait

    async def counted(self: Any, gen: Any, *args: Any, **kwargs: Any) -> Any:
        waits.append(gen.__name__)
        return await wait(self, gen, *args, **kwargs)

    monkeypatch.setattr(psycopg.AsyncConnection, "wait", counted)
    with store.rolled_back_session() as session:
        await make_providers().customers.create_batch(session, 3)
        for connection in (session.external_connection, session.internal_connection):
            cursor = await connection.execute("SELECT count(*) FROM pg_prepared_statements")
            assert await cursor.fetchone() == (0,)
    assert waits == ["_execute_gen"] * (7 + 2)


async def test_few_rows_and_many_are_found_alike(store: Databases) -> None:
    """A hundred rows come by one statement, more of them by a cursor."""
    for number in (0, 1, 100, 101, 1000, 1001):
        with store.rolled_back_session() as session:
            customers = make_providers().customers
            made = await customers.create_batch(session, number)
            found = [state["id"] async for state in customers.repository.find(session)]  # type: ignore[attr-defined]
            assert found == [customer.id.value for customer in made]
