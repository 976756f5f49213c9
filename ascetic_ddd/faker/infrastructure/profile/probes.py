"""Probe queries from the schema: the same question to both databases, with values of the same rank or quantile."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from psycopg import sql

from ascetic_ddd.faker.application.comparison.names import column_name, reference_name
from ascetic_ddd.faker.application.comparison.planner import Probe, ProbeKind
from ascetic_ddd.faker.application.profile.model import ColumnProfile, Profile, ReferenceProfile, TableProfile
from ascetic_ddd.faker.infrastructure.profile.picking import Key, Picker

__all__ = ("Asked", "probes")

_LOOKED_UP_PER_TABLE = 6
_RANGES_PER_TABLE = 4
_MOST_VALUES_WITHOUT_INDEX = 1_000
_ORDERED = 10  # rows of ORDER BY … LIMIT

# The table with the condition, if there is one, is t, the other one o.
_SELECT = "SELECT * FROM {table} AS t WHERE {where}"
_JOIN = "SELECT * FROM {table} AS t JOIN {other} AS o ON {joined}"
_JOIN_WHERE = "SELECT * FROM {table} AS t JOIN {other} AS o ON {joined} WHERE {where}"
_GROUP = "SELECT {columns}, count(*) FROM {table} AS t GROUP BY {columns}"
_ABSENCE = "SELECT * FROM {table} AS t WHERE NOT EXISTS (SELECT FROM {other} AS o WHERE {joined})"
_ORDER = "SELECT * FROM {table} AS t ORDER BY {columns} LIMIT {number}"
_ORDER_WHERE = "SELECT * FROM {table} AS t WHERE {where} ORDER BY {columns} LIMIT {number}"


@dataclass(frozen=True, slots=True)
class Asked:
    """A probe, written for A and for B. The statements have values; the probe has none."""

    probe: Probe
    a: sql.Composed
    b: sql.Composed


@dataclass(frozen=True, slots=True)
class _Filter:
    """A condition on one table, as words and as SQL for A and for B."""

    table: str
    words: str
    conditions: tuple[sql.Composed, sql.Composed]


def probes(
    profile: Profile, pickers: tuple[Picker, Picker], statistics: Mapping[str, Iterable[Key]] | None = None
) -> Iterator[Asked]:
    """Make the probes of everything that is in both databases.

    Args:
        profile: of A, without what has no counterpart.
        pickers: of A and of B.
        statistics: columns that A has extended statistics of, by table.
    """
    work = _Probes(profile, pickers)
    for reference in profile.references:
        yield from work.of_reference(reference)
    referring = {(each.table, column) for each in profile.references for column in each.columns}
    for table in profile.tables:
        yield from work.of_table(table, {column for of, column in referring if of == table.name})
    for table in profile.tables:
        columns = {column.name for column in table.columns}
        keys: list[Key] = [(deck.given.column, deck.other.column) for deck in table.decks]
        keys += [key for key in (statistics or {}).get(table.name, ()) if len(key) > 1 and columns.issuperset(key)]
        for key in {frozenset(key): key for key in reversed(keys)}.values():
            yield from work.of_columns(table.name, key)


@dataclass(frozen=True, slots=True)
class _Probes:
    profile: Profile
    pickers: tuple[Picker, Picker]

    def of_reference(self, reference: ReferenceProfile) -> Iterator[Asked]:
        name = reference_name(reference)
        child, parent = reference.table, reference.references_table
        look_ups = list(self._equalities(child, reference.columns))
        for each in look_ups:
            yield self._select("look-up", name, child, each)
        childless = tuple(
            picker.childless(child, reference.columns, parent, reference.references_columns) for picker in self.pickers
        )
        if childless[0] is not None and childless[1] is not None:
            no_child = self._equality(child, reference.columns, (childless[0], childless[1]), "a childless parent")
            yield self._select("look-up", name, child, no_child)
        yield self._null(reference)
        yield from self._joins(reference)
        yield self._grouping(reference)
        yield self._absence(reference)
        key = self.profile.table(child).primary_key
        for each in (look_up for look_up in look_ups if look_up.words.endswith(("rank 1", "the median rank"))):
            if key:
                yield self._ordered(name, child, key, each)

    def of_table(self, table: TableProfile, referring: set[str]) -> Iterator[Asked]:
        indexed = self._indexed(table.name)
        plain = [column for column in table.columns if column.name not in referring]
        for column in _chosen(plain, indexed):
            for each in self._equalities(table.name, (column.name,)):
                yield self._select("look-up", column_name(table.name, column.name), table.name, each)
        ranged = sorted((column for column in plain if column.quantiles), key=lambda column: column.name not in indexed)
        for column in ranged[:_RANGES_PER_TABLE]:
            name = column_name(table.name, column.name)
            for each in self._ranges(table.name, column.name):
                yield self._select("range", name, table.name, each)
            if column.name in indexed:
                yield self._ordered(name, table.name, (column.name,), None)

    def of_columns(self, table: str, key: Key) -> Iterator[Asked]:
        """Conditions on all of several columns, by the rank of what they have together and of each, and their groups."""
        name = f"{table}({', '.join(key)})"
        for each in self._equalities(table, key):
            yield self._select("pair", name, table, each)
        hottest = [next(self._equalities(table, (column,)), None) for column in key]
        found = [each for each in hottest if each is not None]
        if len(found) == len(key):
            yield self._select("pair", name, table, _all_of(found))
        probe = Probe("pair", name, f"number of {table} for each {', '.join(key)}")
        yield self._asked(probe, _GROUP, table, columns=self._listed(table, key))

    def _joins(self, reference: ReferenceProfile) -> Iterator[Asked]:
        """Child and parent, all of them or cut down at either end."""
        parent = reference.references_table
        yield self._join(reference, None)
        for each in self._equalities(parent, reference.references_columns, reference):
            yield self._join(reference, each)
        indexed = self._indexed(parent)
        referred = set(reference.references_columns)
        others = [column for column in self.profile.table(parent).columns if column.name not in referred]
        for column in _chosen(others, indexed)[:1]:
            for each in list(self._equalities(parent, (column.name,)))[:1]:
                yield self._join(reference, each)
        for column in [column for column in self.profile.table(parent).columns if column.quantiles][:1]:
            for each in list(self._ranges(parent, column.name))[1:2]:
                yield self._join(reference, each)
        own = set(reference.columns)
        for column in _chosen([each for each in self.profile.table(reference.table).columns if each.name not in own], set())[:1]:
            for each in list(self._equalities(reference.table, (column.name,)))[:1]:
                yield self._join(reference, each, is_of_child=True)

    def _equalities(self, table: str, columns: Key, of: ReferenceProfile | None = None) -> Iterator[_Filter]:
        """One condition for each rank that both have; ``of``: the ranks are those of that reference's children."""
        counted = (table, columns) if of is None else (of.table, of.columns)
        a, b = (picker.at_ranks(*counted) for picker in self.pickers)
        for rank in a:
            if rank in b and (of is None or rank in {"rank 1", "the median rank"}):
                yield self._equality(table, columns, (a[rank], b[rank]), rank)

    def _equality(self, table: str, columns: Key, values: tuple[Key, Key], words: str) -> _Filter:
        conditions = [
            sql.SQL(" AND ").join(
                sql.SQL("t.{} = {}").format(picker.name(table, column), sql.Literal(value))
                for column, value in zip(columns, own, strict=True)
            )
            for picker, own in zip(self.pickers, values, strict=True)
        ]
        return _Filter(table, f"{table}.{', '.join(columns)} = the value at {words}", (conditions[0], conditions[1]))

    def _ranges(self, table: str, column: str) -> Iterator[_Filter]:
        found = [picker.at_quantiles(table, column) for picker in self.pickers]
        if found[0] is None or found[1] is None:
            return
        shapes = (
            ("below its 10 % quantile", "t.{0} < {1}"),
            ("between its 50 % and 51 % quantiles", "t.{0} >= {2} AND t.{0} < {3}"),
            ("from its 90 % quantile", "t.{0} >= {4}"),
        )
        for words, template in shapes:
            conditions = [
                sql.SQL(template).format(picker.name(table, column), *map(sql.Literal, values))
                for picker, values in zip(self.pickers, (found[0], found[1]), strict=True)
            ]
            yield _Filter(table, f"{table}.{column} {words}", (conditions[0], conditions[1]))

    def _select(self, kind: ProbeKind, subject: str, table: str, where: _Filter) -> Asked:
        return self._asked(Probe(kind, subject, f"rows with {where.words}"), _SELECT, table, where=where)

    def _null(self, reference: ReferenceProfile) -> Asked:
        conditions = [
            sql.SQL(" OR ").join(sql.SQL("t.{} IS NULL").format(picker.name(reference.table, each)) for each in reference.columns)
            for picker in self.pickers
        ]
        words = f"{reference.table}.{', '.join(reference.columns)} null"
        where = _Filter(reference.table, words, (conditions[0], conditions[1]))
        return self._select("look-up", reference_name(reference), reference.table, where)

    def _join(self, reference: ReferenceProfile, where: _Filter | None, *, is_of_child: bool = False) -> Asked:
        """Both tables; the condition is on the parent, or on the child."""
        child, parent = reference.table, reference.references_table
        table, other = (child, parent) if is_of_child else (parent, child)
        joined = self._joined(reference, *(("t", "o") if is_of_child else ("o", "t")))
        text = f"{child} with their {parent}" + (f", where {where.words}" if where else ", all of them")
        probe = Probe("join", reference_name(reference), text)
        return self._asked(probe, _JOIN_WHERE if where else _JOIN, table, other=other, joined=joined, where=where)

    def _joined(self, reference: ReferenceProfile, child: str, parent: str) -> list[sql.Composed]:
        """The condition of the join; ``child`` and ``parent`` are what the tables are called in the statement."""
        shape = sql.SQL("{}.{} = {}.{}")
        names = sql.Identifier(child), sql.Identifier(parent)
        return [
            sql.SQL(" AND ").join(
                shape.format(
                    names[0], picker.name(reference.table, one), names[1], picker.name(reference.references_table, other)
                )
                for one, other in zip(reference.columns, reference.references_columns, strict=True)
            )
            for picker in self.pickers
        ]

    def _grouping(self, reference: ReferenceProfile) -> Asked:
        columns = self._listed(reference.table, reference.columns)
        probe = Probe(
            "grouping", reference_name(reference), f"number of {reference.table} for each {', '.join(reference.columns)}"
        )
        return self._asked(probe, _GROUP, reference.table, columns=columns)

    def _absence(self, reference: ReferenceProfile) -> Asked:
        child, parent = reference.table, reference.references_table
        probe = Probe("absence", reference_name(reference), f"{parent} without {child} by {', '.join(reference.columns)}")
        return self._asked(probe, _ABSENCE, parent, other=child, joined=self._joined(reference, "o", "t"))

    def _ordered(self, subject: str, table: str, columns: Key, where: _Filter | None) -> Asked:
        listed = [
            sql.SQL(", ").join(sql.SQL("t.{} DESC").format(picker.name(table, column)) for column in columns)
            for picker in self.pickers
        ]
        text = f"the last {_ORDERED} {table} by {', '.join(columns)}" + (f", where {where.words}" if where else "")
        probe = Probe("order", subject, text, is_limited=True)
        number = [sql.Literal(_ORDERED)] * 2
        return self._asked(probe, _ORDER_WHERE if where else _ORDER, table, columns=listed, number=number, where=where)

    def _asked(
        self,
        probe: Probe,
        statement: str,
        table: str,
        *,
        other: str | None = None,
        where: _Filter | None = None,
        **parts: Sequence[sql.Composable],
    ) -> Asked:
        written = []
        for side, picker in enumerate(self.pickers):
            names: dict[str, sql.Composable] = {"table": picker.relations[table].identifier}
            if other is not None:
                names["other"] = picker.relations[other].identifier
            if where is not None:
                names["where"] = where.conditions[side]
            names |= {name: part[side] for name, part in parts.items()}
            written.append(sql.SQL(statement).format(**names))
        return Asked(probe, written[0], written[1])

    def _listed(self, table: str, columns: Iterable[str]) -> list[sql.Composed]:
        return [
            sql.SQL(", ").join(sql.SQL("t.{}").format(picker.name(table, column)) for column in columns)
            for picker in self.pickers
        ]

    def _indexed(self, table: str) -> set[str]:
        return set(self.pickers[0].relations[table].indexed)


def _all_of(filters: Sequence[_Filter]) -> _Filter:
    a, b = (sql.SQL(" AND ").join(each.conditions[side] for each in filters) for side in (0, 1))
    return _Filter(filters[0].table, ", and ".join(each.words for each in filters), (a, b))


def _chosen(columns: Iterable[ColumnProfile], indexed: Mapping[str, object] | set[str]) -> list[ColumnProfile]:
    """Columns worth a look-up by rank: not unique, and either indexed or of few values."""
    worth = [
        column
        for column in columns
        if column.distinct and not column.is_unique and (column.name in indexed or column.distinct <= _MOST_VALUES_WITHOUT_INDEX)
    ]
    return sorted(worth, key=lambda column: column.name not in indexed)[:_LOOKED_UP_PER_TABLE]
