"""A second real data set, which the package was not written by: the airports of the world, captured, grown again and compared."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from psycopg_pool import AsyncConnectionPool

from ascetic_ddd.faker.application.comparison.compare import compare
from ascetic_ddd.faker.application.comparison.model import Comparison
from ascetic_ddd.faker.application.comparison.names import resolve
from ascetic_ddd.faker.application.generation import generate
from ascetic_ddd.faker.application.lint import lint_stores
from ascetic_ddd.faker.application.profile.decks import deck_record
from ascetic_ddd.faker.application.profile.model import DeckProfile, Profile
from ascetic_ddd.faker.infrastructure.embedded import PgServer
from ascetic_ddd.faker.infrastructure.profile.capture import capture
from ascetic_ddd.faker.infrastructure.profile.combinations import lacking, with_combinations
from ascetic_ddd.faker.infrastructure.profile.options import CaptureOptions
from ascetic_ddd.faker.infrastructure.session.pg_session import ExternalPgSessionPool
from tests.integration.airports import SCHEMA, AirportProvider, load

DATABASES = ("ascetic_ddd_test_airports", "ascetic_ddd_test_airports_copy")
EVERY = 4  # of 28,000


@pytest.fixture(scope="module")
def dsns(pg_server: PgServer) -> Iterator[tuple[str, str]]:
    for name in DATABASES:
        pg_server.drop_database(name)
    yield pg_server.create_database(DATABASES[0]), pg_server.create_database(DATABASES[1])
    for name in DATABASES:
        pg_server.drop_database(name)


@pytest.fixture(scope="module")
def original(dsns: tuple[str, str]) -> Profile:
    assert load(dsns[0], every=EVERY) == 7_075
    return asyncio.run(capture(dsns[0]))


@pytest.fixture(scope="module")
def compared(dsns: tuple[str, str], original: Profile) -> Comparison:
    return asyncio.run(_grown_and_compared(dsns[1], original))


async def _grown_and_compared(dsn: str, original: Profile) -> Comparison:
    async with AsyncConnectionPool[Any](dsn, open=False, kwargs={"autocommit": True}) as pool:
        sessions = ExternalPgSessionPool(pool)
        async with pool.connection() as connection:
            await connection.execute(SCHEMA.encode())
        provider = AirportProvider(original)
        async with sessions.session() as session:
            assert await lint_stores(provider, session, original.table("airports").rows) == []
        async for _ in generate(provider, sessions, original.table("airports").rows, batch_size=1_000, seed=1):
            pass
    copy = await capture(dsn)
    copy = await with_combinations(dsn, copy, lacking(copy, original, resolve(original, copy)), CaptureOptions())
    return compare(original, copy)


def test_columns_that_depend_on_each_other_are_found(original: Profile) -> None:
    decks = {frozenset((deck.given.column, deck.other.column)): deck for deck in original.table("airports").decks}
    assert {frozenset(("subd", "country")), frozenset(("tz", "country"))} & set(decks)
    text = str(original)
    assert "Anchorage" not in text
    assert "America/" not in text


def test_a_copy_has_the_combinations_of_the_original(compared: Comparison) -> None:
    pairs = {
        subject.name: {measure.name: measure for measure in subject.measures}
        for subject in compared.subjects
        if subject.kind == "pair"
    }
    assert len(pairs) >= 3
    assert all("determined" in measures for measures in pairs.values())  # counted the same way round as in the original
    bars = {"combinations": 0.1, "determined": 0.02, "commonest": 0.1, "commonest_worst": 1.0, "joint": 0.03}
    missed = {
        (pair, name): distance
        for pair, measures in pairs.items()
        for name, bar in bars.items()
        if (distance := measures[name].distance) is None or distance > bar
    }
    assert missed == {}


def test_a_copy_whose_columns_are_drawn_one_by_one_fails_by_them(compared: Comparison, original: Profile) -> None:
    """What the measures are worth: decks of the same columns, of which nothing is known any more."""
    airports = original.table("airports")
    forgetful = replace(airports, decks=tuple(map(_independent, airports.decks)))
    copy = replace(original, tables=tuple(forgetful if each is airports else each for each in original.tables))
    found = compare(original, copy)
    assert {each.name for each in found.failed} == {each.name for each in compared.subjects if each.kind == "pair"}


def _independent(deck: DeckProfile) -> DeckProfile:
    """As many rows of each value, beside any others."""
    given, other = (
        [place if place < side.places else None for place, rows in enumerate(side.sums()) for _ in range(rows)]
        for side in (deck.law().given, deck.law().other)
    )
    Random(1).shuffle(other)
    counts = Counter(zip(given, other, strict=True))
    names = (deck.given.column, deck.other.column)
    classes = [side.column for side in (deck.given, deck.other) if side.by == "class"]
    record = deck_record(names, [(one, two, rows) for (one, two), rows in counts.items()], classes=classes)
    return DeckProfile(**{name: getattr(record, name) for name in record.__dataclass_fields__})


def test_its_columns_and_references_stay_as_exact_as_they_are_alone(compared: Comparison) -> None:
    exact = {"ks", "w1", "lorenz", "null_share", "distinct", "most_common_share", "top_share", "rows"}
    failed = {(each.name, measure.name) for each in compared.failed for measure in each.failures if measure.name in exact}
    assert failed == set()
