"""Compare two profiles: everything that decides plans, each figure with its threshold."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ascetic_ddd.faker.application.comparison.columns import measures_of_column, measures_of_table
from ascetic_ddd.faker.application.comparison.judging import Judge, ratio_distance
from ascetic_ddd.faker.application.comparison.missing import Missing
from ascetic_ddd.faker.application.comparison.model import Comparison, Side, Subject
from ascetic_ddd.faker.application.comparison.names import Names, column_name, reference_name, resolve
from ascetic_ddd.faker.application.comparison.pairs import measures_of_pair, pairs_of
from ascetic_ddd.faker.application.comparison.references import measures_of_reference
from ascetic_ddd.faker.application.comparison.scale import Scale
from ascetic_ddd.faker.application.comparison.thresholds import Thresholds
from ascetic_ddd.faker.application.profile.model import Profile, ReferenceProfile, TableProfile
from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = ("compare",)

_DEFAULT_TARGET = 100
_SAME_SIZE = 0.05
_NOT_AT_ANOTHER_SIZE = frozenset({"top_share"})
_NOT_AT_ANOTHER_MEAN = frozenset({"top_share", "ks", "w1", "mean", "size_biased_mean", "unused_share", "within_ks", "within_w1"})
_OF_REFERENCES = frozenset({"distinct", "most_common_share"})


def compare(
    a: Profile,
    b: Profile,
    *,
    thresholds: Thresholds | None = None,
    mapping: Iterable[str] = (),
    scale: Scale | None = None,
    is_strict: bool = False,
    labels: tuple[str, str] = ("A", "B"),
) -> Comparison:
    """Compare two profiles.

    Args:
        a: the original.
        b: the copy.
        thresholds: what may differ how far; None: the defaults of docs/comparing.md.
        mapping: counterparts that have other names: ``books=public.book``, ``books.author_id=book.writer_id``.
        scale: how large B shall be; None: as large as A.
        is_strict: whether what has no counterpart, or cannot be compared, counts as a failure.
        labels: what to call the two.

    Returns:
        Every table, reference, pair of columns and column that is in both, with its measures.

    Raises:
        ConfigurationError: no table is in both, or a mapping, a threshold or a scale names what is not there.

    Example:
        >>> from ascetic_ddd.faker.application.profile.model import ColumnProfile, TableProfile
        >>> column = ColumnProfile(name="id", type="bigint", rows=10, null_share=0.0, distinct=10, is_unique=True)
        >>> profile = Profile(tables=(TableProfile(name="books", rows=10, primary_key=("id",), columns=(column,)),))
        >>> compare(profile, profile).is_equal
        True
    """
    names = resolve(a, b, mapping)
    if not names.tables:
        raise ConfigurationError(
            f"nothing to compare: no table of A ({_listed(a)}) has a namesake in B ({_listed(b)}); "
            "tell counterparts, for example --map books=public.book"
        )
    work = _Work(a, b, names, thresholds or Thresholds(), scale or Scale())
    work.scale.check_tables(names.tables)
    subjects = (*work.tables(), *work.references(), *work.pairs(), *work.columns())
    work.thresholds.check_subjects(subject.name for subject in subjects)
    return Comparison(
        a=Side(labels[0], a.notes),
        b=Side(labels[1], b.notes),
        subjects=subjects,
        missing=tuple(work.missing()),
        is_strict=is_strict,
        notes=tuple(work.notes()),
    )


@dataclass(frozen=True, slots=True)
class _Work:
    a: Profile
    b: Profile
    names: Names
    thresholds: Thresholds
    scale: Scale

    def tables(self) -> Iterator[Subject]:
        for left, right in self._shared():
            judge = Judge(left.name, self.thresholds)
            measures = measures_of_table(left, right, self.names, judge, self.scale.of(left.name))
            yield Subject("table", left.name, right.name, measures, left.name)

    def references(self) -> Iterator[Subject]:
        for left in self.a.references:
            right = self._counterpart(left)
            if right is None:
                continue
            name = reference_name(left)
            left_out = self._left_out(left, right)
            measures = measures_of_reference(left, right, Judge(name, self.thresholds))
            kept = tuple(measure for measure in measures if measure.name not in left_out)
            yield Subject("reference", name, reference_name(right), kept, left.table, (left.histogram, right.histogram))

    def pairs(self) -> Iterator[Subject]:
        for left, right in self._shared():
            is_scaled = self.scale.of(left.name) != 1.0
            for pair in pairs_of(left, right, self.names):
                measures, grids = measures_of_pair(pair, Judge(pair.name, self.thresholds), is_scaled=is_scaled)
                yield Subject("pair", pair.name, pair.name_b, measures, left.name, grids=grids)

    def columns(self) -> Iterator[Subject]:
        targets = _target(self.a), _target(self.b)
        referring = {(each.table, column) for each in self.a.references for column in each.columns}
        for left, right in self._shared():
            scaled = self.scale.of(left.name) != 1.0
            there = {column.name: column for column in right.columns}
            for column in left.columns:
                other = there.get(self.names.column(left.name, column.name))
                if other is None:
                    continue
                name = column_name(left.name, column.name)
                measures = measures_of_column(column, other, Judge(name, self.thresholds), target=targets)
                if scaled and (left.name, column.name) in referring:  # the reference's measures say it
                    measures = tuple(measure for measure in measures if measure.name not in _OF_REFERENCES)
                yield Subject("column", name, column_name(right.name, other.name), measures, left.name)

    def missing(self) -> Iterator[Missing]:
        taken = set(self.names.tables.values())
        for table in self.a.tables:
            if table.name not in self.names.tables:
                yield Missing("table", table.name, "A", "B has no such table")
        for table in self.b.tables:
            if table.name not in taken:
                yield Missing("table", table.name, "B", "A has no such table")
        yield from self._missing_columns()
        yield from self._missing_references()

    def notes(self) -> Iterator[str]:
        versions = [str(profile.source.get("server_version", "")) for profile in (self.a, self.b)]
        if all(versions) and versions[0].partition(".")[0] != versions[1].partition(".")[0]:
            yield f"The servers are of different versions, {versions[0]} and {versions[1]}: their planners differ, too."
        targets = _target(self.a), _target(self.b)
        if targets[0] != targets[1]:
            yield f"The statistics targets differ, {targets[0]} and {targets[1]}: ANALYZE looks at samples of different size."

    def _shared(self) -> Iterator[tuple[TableProfile, TableProfile]]:
        for table in self.a.tables:
            if table.name in self.names.tables:
                yield table, self.b.table(self.names.tables[table.name])

    def _counterpart(self, reference: ReferenceProfile) -> ReferenceProfile | None:
        wanted = self._translated(reference)
        return next((each for each in self.b.references if _key(each) == wanted), None)

    def _translated(self, reference: ReferenceProfile) -> object:
        """The key that the counterpart has; columns of a composite key may stand in another order."""
        table, parent = (self.names.tables.get(name) for name in (reference.table, reference.references_table))
        columns = (self.names.column(reference.table, column) for column in reference.columns)
        referred = (self.names.column(reference.references_table, column) for column in reference.references_columns)
        return table, parent, frozenset(zip(columns, referred, strict=True))

    def _left_out(self, left: ReferenceProfile, right: ReferenceProfile) -> frozenset[str]:
        """Measures that must differ where B is larger or smaller on purpose."""
        child, parent = self.scale.of(left.table), self.scale.of(left.references_table)
        if child == parent == 1.0:
            return frozenset()
        child = child or _ratio(left.rows, right.rows)
        parent = parent or _ratio(left.parents, right.parents)
        if ratio_distance(child, parent) > _SAME_SIZE:
            return _NOT_AT_ANOTHER_MEAN
        return _NOT_AT_ANOTHER_SIZE if ratio_distance(child, 1.0) > _SAME_SIZE else frozenset()

    def _missing_columns(self) -> Iterator[Missing]:
        back = self.names.reversed()
        for left, right in self._shared():
            there = {column.name: column for column in right.columns}
            for column in left.columns:
                other = there.get(self.names.column(left.name, column.name))
                name = column_name(left.name, column.name)
                if other is None:
                    yield Missing("column", name, "A", f"{right.name} of B has no such column")
                elif other.type != column.type:
                    yield Missing("column", name, "both", f"{column.type} in A, {other.type} in B")
            here = {column.name for column in left.columns}
            for column in right.columns:
                if back.column(right.name, column.name) not in here:
                    yield Missing("column", column_name(right.name, column.name), "B", f"{left.name} of A has no such column")

    def _missing_references(self) -> Iterator[Missing]:
        """Those of tables that are there; what belongs to a missing table is missing with it."""
        for each in self.a.references:
            if {each.table, each.references_table} <= set(self.names.tables) and self._counterpart(each) is None:
                yield Missing("reference", reference_name(each), "A", "B has no such foreign key")
        matched = {self._translated(each) for each in self.a.references}
        there = set(self.names.tables.values())
        for each in self.b.references:
            if {each.table, each.references_table} <= there and _key(each) not in matched:
                yield Missing("reference", reference_name(each), "B", "A has no such foreign key")


def _key(reference: ReferenceProfile) -> object:
    pairs = frozenset(zip(reference.columns, reference.references_columns, strict=True))
    return reference.table, reference.references_table, pairs


def _target(profile: Profile) -> int:
    told = profile.source.get("statistics_target")
    return int(told) if isinstance(told, (int, float, str)) and str(told).isdigit() else _DEFAULT_TARGET


def _ratio(a: int, b: int) -> float:
    return b / a if a and b else math.inf


def _listed(profile: Profile) -> str:
    return ", ".join(table.name for table in profile.tables) or "none"
