"""Combinations of columns are counted from a live database, without a value that names a row."""

from collections.abc import Callable

import pytest

from ascetic_ddd.faker.application.profile.file import as_json, from_json
from ascetic_ddd.faker.application.profile.model import Profile
from ascetic_ddd.faker.domain.errors import ConfigurationError, ProfileError
from ascetic_ddd.faker.infrastructure.profile.capture import capture
from ascetic_ddd.faker.infrastructure.profile.options import CaptureOptions

PLACES = """
    CREATE TYPE mood AS ENUM ('glad', 'sad');
    CREATE TABLE t AS
    SELECT n AS id, 'city ' || n % 50 AS city, CASE WHEN n % 50 < 45 THEN 'country ' || (n % 50) / 10 END AS country,
           (n * 7919 % 1009) % 3 AS other, CASE WHEN n % 50 < 10 THEN 'glad' ELSE 'sad' END::mood AS mood
      FROM generate_series(1, 3000) AS n;
    CREATE TABLE rare (id int PRIMARY KEY, street text, name text, "we""ird %s" int);
    INSERT INTO rare SELECT n, 'street ' || n % 40, 'name ' || n % 40, n % 40 FROM generate_series(1, 4000) AS n;
    INSERT INTO rare VALUES (987654321, 'mArKer', 'mArKer too', 987654321), (987654322, 'street 7', 'mArKer too', 7);
    ANALYZE;
"""


async def test_a_function_is_captured_with_its_nulls(database: Callable[[str], str]) -> None:
    table = (await capture(database(PLACES))).table("t")
    deck = table.deck("city", "country")
    assert (deck.rows, deck.combinations, deck.determined, deck.method) == (3_000, 50, 1.0, "exact")
    assert (deck.given.runs, deck.other.runs, deck.other.nulls) == (((60, 50),), ((600, 4), (300, 1)), 300)
    assert len(deck.cells) == 50
    assert sum(1 for _, other, _ in deck.cells if other == -1) == 5
    assert deck.law().given.rows == 3_000
    assert {deck.other.column for deck in table.decks} == {"country", "mood"}  # what depends on nothing has no deck
    with pytest.raises(ConfigurationError, match="no deck city → other; it has city → "):
        table.deck("city", "other")


async def test_all_pairs_or_none_are_counted_when_asked_for(database: Callable[[str], str]) -> None:
    dsn = database(PLACES)
    both = [await capture(dsn, CaptureOptions(dependence=choice)) for choice in ("all", "off")]
    assert [len(each.table("t").decks) for each in both] == [3, 0]
    assert both[0].table("t").dependent_pairs == both[1].table("t").dependent_pairs
    with pytest.raises(ConfigurationError, match="dependence='some': expected 'off', 'auto' or 'all'"):
        CaptureOptions(dependence="some")  # type: ignore[arg-type]


@pytest.mark.parametrize("exact_up_to", [1_000_000, 1_000])
async def test_no_value_is_taken_along_and_no_rare_combination_is_told(database: Callable[[str], str], exact_up_to: int) -> None:
    found = await capture(database(PLACES), CaptureOptions(dependence="all", exact_up_to=exact_up_to))
    text = as_json(found)
    assert found.table("rare").decks
    for marker in ("marker", "987654321", "street 7", "name 7", "city 7", "country 1"):
        assert marker not in text.lower()
    for table in found.tables:
        for deck in table.decks:
            assert all(rows >= 5 for *_, rows in deck.cells)
            assert all(sum(rows * many for rows, many in block.levels) >= 5 for block in deck.blocks)
    assert from_json(Profile, text) == found


async def test_numbers_and_times_of_many_values_are_told_by_classes(database: Callable[[str], str]) -> None:
    dsn = database("""
        CREATE TABLE t AS SELECT n AS id, timestamptz '2026-01-01' + (n / 16) * interval '1 minute' AS at, n / 4000 AS batch
          FROM generate_series(1, 83200) AS n;
        ANALYZE
    """)
    found = await capture(dsn)
    deck = found.table("t").deck("at", "batch")
    assert (deck.given.by, deck.other.by) == ("class", "rank")
    assert sum(places for _, places in deck.given.runs) == 100
    assert deck.determined > 0.9
    assert "2026-01-01T" not in as_json(found).split('"decks"')[1].split("]]")[0]


async def test_what_is_damaged_in_a_deck_is_told_with_its_place(database: Callable[[str], str]) -> None:
    text = as_json(await capture(database(PLACES), CaptureOptions(tables=("t",))))
    damaged = text.replace('"column": "city"', '"column": "town"').replace("[600, 4]", "[600, 5]")
    with pytest.raises(ProfileError) as told:
        from_json(Profile, damaged)
    assert "decks[0].given.column: there is no 'town'" in str(told.value)
    assert "the given column has 3000 rows and the other one 3600" in str(told.value)
