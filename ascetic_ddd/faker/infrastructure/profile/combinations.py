"""Counts in one database what another one's profile tells of two columns, so that both can be compared."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from psycopg import AsyncConnection

from ascetic_ddd.faker.application.comparison.names import Names
from ascetic_ddd.faker.application.profile.model import DeckProfile, Profile
from ascetic_ddd.faker.infrastructure.profile.capture import CATALOGUE_S, connected
from ascetic_ddd.faker.infrastructure.profile.decks import DeckMeasure
from ascetic_ddd.faker.infrastructure.profile.notes import name_of
from ascetic_ddd.faker.infrastructure.profile.options import CaptureOptions
from ascetic_ddd.faker.infrastructure.profile.planning import planned
from ascetic_ddd.faker.infrastructure.profile.reader import Reader

__all__ = ("Lacking", "lacking", "with_combinations")

Lacking = Mapping[str, Sequence[DeckProfile]]
"""Decks of another profile, by table, with the names of this one."""


def lacking(profile: Profile, other: Profile, names: Names, *, either_way: bool = False) -> Lacking:
    """Give the decks that the other profile has of columns of this one, and this one has not.

    Args:
        profile: this one.
        other: the other one.
        names: this one's names of the other one's tables and columns.
        either_way: a deck that this one has the other way round is none that it lacks.
    """
    found = {}
    for table in other.tables:
        if table.name in names.tables:
            decks = list(_of_table(profile, table.name, table.decks, names, either_way=either_way))
            if decks:
                found[names.tables[table.name]] = decks
    return found


def _of_table(
    profile: Profile, table: str, decks: Sequence[DeckProfile], names: Names, *, either_way: bool
) -> Iterator[DeckProfile]:
    here = profile.table(names.tables[table])
    columns = {column.name for column in here.columns}
    there = {(deck.given.column, deck.other.column) for deck in here.decks}
    there |= {pair[::-1] for pair in there} if either_way else set()
    for deck in decks:
        given, other = (replace(side, column=names.column(table, side.column)) for side in (deck.given, deck.other))
        pair = given.column, other.column
        if columns.issuperset(pair) and pair not in there:
            yield replace(deck, given=given, other=other)


async def with_combinations(
    source: str | AsyncConnection[Any], profile: Profile, wanted: Lacking, options: CaptureOptions
) -> Profile:
    """Give the profile with further decks, whether their columns depend on each other or not.

    Reads as :func:`~ascetic_ddd.faker.infrastructure.profile.capture.capture` does; what cannot be counted becomes a note.

    Args:
        source: the database that the profile is of.
        profile: as it was captured.
        wanted: what to count.
        options: those of the capture.

    Raises:
        PersistenceError: the database cannot be reached, or was lost.
    """
    if not wanted or options.method == "estimate":
        return profile
    added: dict[str, tuple[DeckProfile, ...]] = {}
    async with connected(source) as connection:
        reader = Reader(connection, options.timeout_s)
        async with reader.snapshot(CATALOGUE_S):
            plan, notes = await planned(reader, options)
        known = len(notes.all())
        for table in plan.tables:
            name = name_of(table, plan.schema)
            if name in wanted:
                columns = profile.table(name).columns
                is_counted = options.is_counted(table.likely_rows)
                measure = DeckMeasure(reader, table, columns, is_counted=is_counted, references=(), notes=notes)
                async with reader.snapshot():
                    added[name] = await measure.asked(wanted[name])
    tables = tuple(replace(table, decks=(*table.decks, *added.get(table.name, ()))) for table in profile.tables)
    return replace(profile, tables=tables, notes=(*profile.notes, *notes.all()[known:]))
