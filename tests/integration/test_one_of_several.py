"""One of several on PostgreSQL: a column for each kind, of which all but one are null, and each with its foreign key."""

import psycopg

from ascetic_ddd.faker import Providers, generate, pg_repositories
from ascetic_ddd.faker.application.checking.check import check
from ascetic_ddd.faker.application.runs.restoration import restore
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSessionPool
from tests.unit.faker.declaring.test_kinds import Firm, House, HouseProvider, Person

_SCHEMA = """
CREATE TABLE persons (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);
CREATE TABLE firms (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);
CREATE TABLE houses (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id bigint REFERENCES persons, firm_id bigint REFERENCES firms, CHECK (num_nonnulls(person_id, firm_id) = 1));
"""


def houses() -> HouseProvider:
    columns = {"id": "id", "person_id": "owner.person", "firm_id": "owner.firm"}
    return Providers(pg_repositories({Person: "persons", Firm: "firms", House: ("houses", columns)}))[HouseProvider]


async def test_houses_of_persons_and_firms(external_dsn: str, pg_session_pool: CompositeSessionPool) -> None:
    with psycopg.connect(external_dsn) as connection:
        connection.execute(_SCHEMA)
    async with pg_session_pool.session() as session, session.atomic():
        await houses().setup(session)
    for seed in (1, 2):
        provider = houses()
        async with pg_session_pool.session() as session, session.atomic():
            await restore(provider, session)
        async for _ in generate(provider, pg_session_pool, 200, batch_size=50, seed=seed):
            pass
    with psycopg.connect(external_dsn) as connection:
        row = connection.execute("SELECT count(person_id), count(firm_id) FROM houses").fetchone()
    assert row is not None
    assert sum(row) == 400
    assert abs(row[0] - 280) <= 2  # to within one a run
    checked = await check(houses(), pg_session_pool)
    assert checked.is_clean, checked
