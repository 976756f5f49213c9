"""What is going to be captured: which tables and references, and which of them are counted."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ascetic_ddd.faker.domain.errors import ConfigurationError, PersistenceError
from ascetic_ddd.faker.infrastructure.profile.catalogue import (
    ForeignKey,
    Server,
    Table,
    describe,
    keys_of,
    measure_sizes,
    schemas_of,
    server_of,
    tables_of,
)
from ascetic_ddd.faker.infrastructure.profile.notes import Notes, name_of
from ascetic_ddd.faker.infrastructure.profile.options import CaptureOptions
from ascetic_ddd.faker.infrastructure.profile.reader import Reader, StatementError
from ascetic_ddd.faker.infrastructure.profile.references import is_counted
from ascetic_ddd.faker.infrastructure.profile.within import shared_columns

__all__ = ("Plan", "planned")


@dataclass(slots=True)
class Plan:
    """What is going to be captured.

    Attributes:
        server: facts of the server.
        schema: whose tables are named without it.
        tables: those that are asked for, and those that these refer to.
        keys: foreign keys that are asked for.
        other_keys: those of further tables, which tell what columns are shared.
        listed: columns whose values are listed, by table.
        counted: tables whose rows are counted.
    """

    server: Server
    schema: str
    tables: list[Table]
    keys: list[ForeignKey]
    other_keys: list[ForeignKey]
    listed: dict[int, set[str]]
    counted: set[int]

    @property
    def by_oid(self) -> dict[int, Table]:
        """The tables by their number."""
        return {table.oid: table for table in self.tables}

    def shared_columns(self, key: ForeignKey) -> tuple[str, ...]:
        """Give the columns of a composite foreign key that another key has, too."""
        if len(key.columns) < 2:
            return ()
        there = [*self.keys, *self.other_keys]
        of_child = [other for other in there if other.child == key.child]
        of_parent = [other for other in there if other.child == key.parent]
        return shared_columns(key, of_child, of_parent, self.by_oid[key.child].primary_key)


async def planned(reader: Reader, options: CaptureOptions) -> tuple[Plan, Notes]:
    """Read the catalogue, and decide.

    Raises:
        ConfigurationError: there is no such schema, table or column; the message lists all of them.
        PersistenceError: the catalogue cannot be read.
    """
    try:
        server = await server_of(reader)
        schemas = await schemas_of(reader)
        everything = await tables_of(reader, list(schemas))
        chosen, schema, faults = _chosen(options, server, schemas, everything)
        if faults:
            await describe(reader, everything)
            raise ConfigurationError("; ".join([*faults, *_listed(options, everything, schema)[1]]))
        await describe(reader, chosen)
        keys = await keys_of(reader, chosen)
        added = _parents_beyond(keys, chosen, everything)
        await describe(reader, added)
        if options.method != "estimate":
            await measure_sizes(reader, [*chosen, *added])
        keys_of_added = await keys_of(reader, added)
    except StatementError as error:
        raise PersistenceError(f"the catalogue cannot be read: {error}") from error
    notes = Notes(schema)
    listed, unknown = _listed(options, chosen, schema)
    if unknown:
        raise ConfigurationError("; ".join(unknown))
    for table in added:
        notes.add(table, "it was captured because a chosen table refers to it; its own references were not")
    tables = [table for table in (*chosen, *added) if _may_be_read(table, schemas, notes)]
    plan = Plan(server, schema, tables, [], keys_of_added, listed, set())
    plan.keys = [key for key in keys if key.child in plan.by_oid]
    plan.counted = {table.oid for table in tables if options.is_counted(table.likely_rows)}
    for key in plan.keys:
        child, parent = plan.by_oid[key.child], plan.by_oid.get(key.parent)
        if parent is not None and is_counted(options, child, parent, key):
            plan.counted.add(child.oid)
    return plan, notes


def _chosen(
    options: CaptureOptions, server: Server, schemas: dict[str, bool], everything: Sequence[Table]
) -> tuple[list[Table], str, list[str]]:
    """The tables that are asked for, the schema that goes without saying, and what there is not."""
    faults = [_no_such("schema", name, schemas) for name in options.schemas if name not in schemas]
    inside = [table for table in everything if not options.schemas or table.schema in options.schemas]
    schema = next(iter(options.schemas), None) or _main_schema(server, inside)
    if not options.tables:
        return inside, schema, faults
    found: dict[int, Table] = {}
    for name in options.tables:
        matching = _named(name, inside, schema)
        if not matching and not faults:
            faults.append(_no_such("table", name, [name_of(table, schema) for table in inside]))
        found |= {table.oid: table for table in matching}
    return list(found.values()), schema, faults


def _main_schema(server: Server, tables: Sequence[Table]) -> str:
    names = [table.schema for table in tables]
    if server.current_schema in names or not names:
        return server.current_schema or "public"
    return max(sorted(set(names)), key=names.count)


def _named(name: str, tables: Iterable[Table], schema: str) -> list[Table]:
    """Tables of that name: with a schema, or in the main one, or else in any."""
    there = list(tables)
    for matching in (
        [table for table in there if name in (f"{table.schema}.{table.name}", name_of(table, schema))],
        [table for table in there if table.name == name and table.schema == schema],
        [table for table in there if table.name == name],
    ):
        if matching:
            return matching
    return []


def _listed(options: CaptureOptions, tables: Sequence[Table], schema: str) -> tuple[dict[int, set[str]], list[str]]:
    """Columns whose values were asked for, and what there is not."""
    listed: dict[int, set[str]] = {}
    faults: list[str] = []
    for told in options.values:
        places = [place for place, letter in enumerate(told) if letter == "."]
        pairs = [(table, told[place + 1 :]) for place in places for table in _named(told[:place], tables, schema)]
        matching = [(table, column) for table, column in pairs if any(each.name == column for each in table.columns)]
        for table, column in matching[:1]:
            listed.setdefault(table.oid, set()).add(column)
        if matching:
            continue
        if pairs:
            faults.append(
                _no_such("column", told, [f"{name_of(pairs[0][0], schema)}.{each.name}" for each in pairs[0][0].columns])
            )
        else:
            of_all = [f"{name_of(table, schema)}.{column.name}" for table in tables for column in table.columns]
            faults.append(_no_such("column", told, of_all))
    return listed, faults


def _no_such(what: str, name: str, names: Iterable[str]) -> str:
    there = list(names)
    meant = difflib.get_close_matches(name, there, 3) or there[:8]
    return (
        f"there is no {what} {name!r}; is it one of {', '.join(meant)}?"
        if meant
        else f"there is no {what} {name!r}, nor any other"
    )


def _parents_beyond(keys: Iterable[ForeignKey], chosen: Iterable[Table], everything: Iterable[Table]) -> list[Table]:
    there = {table.oid for table in chosen}
    wanted = {key.parent for key in keys} - there
    return [table for table in everything if table.oid in wanted]


def _may_be_read(table: Table, schemas: dict[str, bool], notes: Notes) -> bool:
    if not table.is_readable or not schemas[table.schema]:
        notes.add(table, "it was left out: the role may not read it (GRANT SELECT, and USAGE on its schema)")
        return False
    hidden = [column.name for column in table.columns if not column.is_readable]
    if hidden:
        notes.add(table, f"columns were left out that the role may not read: {', '.join(hidden)}")
    if table.has_row_security:
        notes.add(table, "row-level security hides rows from the role: only those that it sees were measured")
    return True
