"""What ``spread`` does to ``pg_stats.correlation``: one planned run into a real table for each spread."""

import asyncio

import psycopg

from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.distributors.m2o.interfaces import IReservation
from ascetic_ddd.faker.domain.distributors.plan import Plan
from ascetic_ddd.faker.domain.stock.scope import Pool
from ascetic_ddd.faker.infrastructure.embedded import embedded_postgres
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession

__all__ = ("drawn", "run")

SPREADS = (1.0, 0.1, 0.01, 0.0)


def drawn(uses: int, spread: float) -> list[int]:
    """The references of so many rows, in the order of insertion; values are numbered as they are born."""
    distributor = distributor_factory(skew=2.0, mean=50, spread=spread)
    distributor.seed(1)
    plan, session, scope = Plan(uses), InMemorySession(), Pool().everything
    distributor.plan(plan, is_exact=True)
    found: list[int] = []
    values = 0
    for _ in range(uses):
        choice: int | IReservation | None = distributor.draw(session, scope)
        if choice is not None and not isinstance(choice, int):
            scope.enter(values)
            choice.fulfil(session, values)
            choice, values = values, values + 1
        assert choice is not None
        found.append(choice)
        plan.advance()
    return found


async def measured(dsn: str, rows: list[int]) -> tuple[float, float]:
    """The planner's correlation, and the table blocks that the rows of one value lie in, per row of it, on average."""
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        await connection.execute("DROP TABLE IF EXISTS book")
        await connection.execute("CREATE TABLE book (id serial, author_id int, title text DEFAULT repeat('x', 80))")
        async with connection.cursor() as cursor, cursor.copy("COPY book (author_id) FROM STDIN") as copy:
            for row in rows:
                await copy.write_row((row,))
        await connection.execute("ANALYZE book")
        one = await connection.execute("SELECT correlation FROM pg_stats WHERE tablename = 'book' AND attname = 'author_id'")
        two = await connection.execute(
            "SELECT avg(blocks * 1.0 / uses)::float8 FROM (SELECT count(DISTINCT (ctid::text::point)[0]) AS blocks, "
            "count(*) AS uses FROM book GROUP BY author_id) AS per_author"
        )
        (correlation,), (blocks,) = (await one.fetchone() or (0.0,)), (await two.fetchone() or (0.0,))
        return float(correlation), float(blocks)


def run(uses: int = 100_000) -> None:
    """Print a line a spread."""
    print(f"\n{uses:,} rows, skew=2, mean=50\n\nspread  correlation  blocks per row of a value")
    with embedded_postgres(durable=False) as server:
        dsn = server.create_database("spread")
        for spread in SPREADS:
            correlation, blocks = asyncio.run(measured(dsn, drawn(uses, spread)))
            print(f"{spread:6g}  {correlation:11.3f}  {blocks:.3f}")


if __name__ == "__main__":
    run()
