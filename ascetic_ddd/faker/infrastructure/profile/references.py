"""References: how many children each parent has, by counting all, by a sample of parents, or by the planner's statistics."""

from collections.abc import Collection, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import reduce
from operator import mul

from psycopg import sql

from ascetic_ddd.faker.application.profile.histograms import calibrated, dkw_bound, expected, merged
from ascetic_ddd.faker.application.profile.model import Histogram, Method, ReferenceProfile, TableProfile, Within
from ascetic_ddd.faker.application.profile.summary import summarised
from ascetic_ddd.faker.infrastructure.profile import within
from ascetic_ddd.faker.infrastructure.profile.catalogue import ForeignKey, Table
from ascetic_ddd.faker.infrastructure.profile.clauses import Clauses
from ascetic_ddd.faker.infrastructure.profile.notes import Notes, name_of
from ascetic_ddd.faker.infrastructure.profile.options import CaptureOptions
from ascetic_ddd.faker.infrastructure.profile.queries import query
from ascetic_ddd.faker.infrastructure.profile.reader import Reader, StatementError
from ascetic_ddd.faker.infrastructure.profile.row_sample import RowSample, row_sample

__all__ = ("ReferenceMeasure", "is_counted")

_PROBED_ROWS = 2_000_000  # of the child, by index, for one reference
_PROBED_PARENTS = 20  # one in so many: the children of more are found faster by a pass over all, which needs no visibility map
_LEAST_PARENTS = 2_000
_PARENT_BLOCKS = 20_000


@dataclass(frozen=True, slots=True)
class _Found:
    """A histogram, and how it came about."""

    rows: int
    null_weight: float
    histogram: Histogram
    within: Within | None
    method: Method
    error: float | None


class ReferenceMeasure:
    """Measures the references of one table.

    Args:
        reader: in a snapshot.
        options: of the capture.
        table: the child.
        profile: what was measured of it.
        counted: tables whose rows are counted.
        schema: whose tables are named without it.
        notes: where failures are noted.
    """

    def __init__(
        self,
        reader: Reader,
        options: CaptureOptions,
        table: Table,
        profile: TableProfile,
        counted: Collection[int],
        schema: str,
        notes: Notes,
    ) -> None:
        self._reader = reader
        self._options = options
        self._child = table
        self._profile = profile
        self._counted_tables = counted
        self._schema = schema
        self._notes = notes
        self._parents: dict[int, int] = {}

    async def reference(self, key: ForeignKey, parent: Table, shared: tuple[str, ...]) -> ReferenceProfile | None:
        """Measure one reference; None, and a note, where nothing is known.

        Args:
            key: the foreign key.
            parent: the table that it refers to.
            shared: its columns that another key has, too.
        """
        clauses = Clauses(self._child, parent, key, shared, is_loose=not key.is_kept)
        found = None
        if is_counted(self._options, self._child, parent, key):
            if not self._options.is_reference_counted(self._child.likely_rows) and not self._child.has_index_for(key.columns):
                listed = ", ".join(key.columns)
                self._notes.add(self._child, f"{key.name} has no index on ({listed}), so it was counted, not sampled")
            found = await self._counted(clauses)
        elif self._options.method != "estimate":
            found = await self._sampled(clauses)
        if found is None:
            found = await self._estimated(clauses)
        if found is None:
            return None
        column = self._profile.column(key.columns[0]) if len(key.columns) == 1 else None
        return summarised(
            table=self._profile.name,
            columns=key.columns,
            references_table=name_of(parent, self._schema),
            references_columns=key.parent_columns,
            name=key.name,
            rows=found.rows,
            null_weight=found.null_weight,
            histogram=found.histogram,
            within=found.within,
            correlation=column.correlation if column else None,
            method=found.method,
            error=found.error,
        )

    async def _counted(self, clauses: Clauses) -> _Found | None:
        """One pass over the child, grouped by the key."""
        try:
            groups = await self._reader.rows(query("reference_counts", **clauses.counting))
            parents = await self._parents_of(clauses.parent)
            inside = await within.counted(self._reader, clauses) if clauses.shared else None
        except StatementError as error:
            self._notes.add(self._child, f"{clauses.key.name} was not counted: {error}")
            return None
        nulls = sum(c * k for is_null, c, k in groups if is_null)
        used = {c: k for is_null, c, k in groups if not is_null}
        rows = nulls + sum(c * k for c, k in used.items())
        if rows != self._profile.rows:  # the table itself was not counted
            self._notes.add(self._child, f"{clauses.key.name} has {rows} rows; the number of the table's is an estimate")
        if clauses.is_loose:
            self._notes.add(self._child, f"{clauses.key.name} is not validated: rows that refer to nobody count as nulls")
        elif sum(used.values()) > parents:  # valid by the catalogue only
            return await self._counted(Clauses(self._child, clauses.parent, clauses.key, clauses.shared, is_loose=True))
        histogram = merged({0: max(0, parents - sum(used.values()))}, used)
        return _Found(rows, nulls / rows if rows else 0.0, histogram, inside, "exact", 0.0)

    async def _sampled(self, clauses: Clauses) -> _Found | None:
        """A sample of parents, with all of their children counted; the most frequent keys are all counted."""
        key = clauses.key
        parents = await self._likely_parents_of(clauses.parent)
        null_weight = self._null_weight(clauses)
        filled = round(self._profile.rows * (1.0 - null_weight))
        wanted = _wanted(self._options, self._child, clauses.parent)
        sample = row_sample(clauses.parent, wanted, blocks=_PARENT_BLOCKS, alias="p")
        is_probed = bool(clauses.shared) or parents > _PROBED_PARENTS * wanted
        try:
            async with self._reader.by_index() if is_probed else nullcontext():
                if clauses.shared:
                    return await self._sampled_within(clauses, sample, parents, filled, null_weight)
                head, keys = await self._head(clauses, filled)
                if keys:
                    other = sql.SQL("{} <> ALL ({})").format(sql.Identifier("p", key.parent_columns[0]), clauses.keys(keys))
                    sample = sample.and_also(other)
                name = "parent_sample" if is_probed else "parent_join"
                statement = query(name, **clauses.probing, sample=sample.sample, chosen=sample.chosen)
                body: dict[int, int] = dict(await self._reader.rows(statement))
        except StatementError as error:
            self._notes.add(self._child, f"{key.name} was not sampled: {error}")
            return None
        others = max(0, parents - sum(head.values()))
        left = max(0, filled - sum(count * values for count, values in head.items()))
        histogram = merged(head, calibrated(body, others, left))
        share = others / parents
        return self._found(filled, null_weight, histogram, None, dkw_bound(sum(body.values()), others) * share)

    async def _sampled_within(self, clauses: Clauses, sample: RowSample, parents: int, filled: int, null_weight: float) -> _Found:
        counts = await within.sampled(self._reader, clauses, sample)
        body = counts.pooled()
        histogram = merged(calibrated(body, parents, filled))
        error = dkw_bound(sum(body.values()), parents)
        return self._found(filled, null_weight, histogram, counts.classes(parents, filled), error)

    def _found(self, filled: int, null_weight: float, histogram: Histogram, inside: Within | None, error: float) -> _Found:
        rows = self._profile.rows
        held = sum(count * values for count, values in histogram)
        if null_weight > 0.0 and rows and held <= rows:  # what rounding moved shows in the share of nulls, not as a contradiction
            null_weight = 1.0 - held / rows
        elif abs(held - filled) > 0.5:
            self._notes.add(self._child, f"the sampled histogram has {held} rows, {filled} are there")
        return _Found(rows, null_weight, histogram, inside, "sample", error)

    async def _head(self, clauses: Clauses, filled: int) -> tuple[dict[int, int], list[str]]:
        """The most frequent keys by the planner's statistics, with their rows: counted, or where they are too many, reckoned."""
        if len(clauses.key.columns) > 1:
            return {}, []
        rows = await self._reader.rows(query("most_common_keys"), {"table": self._child.oid, "column": clauses.key.columns[0]})
        known = self._child.column(clauses.key.columns[0])
        if not rows and (known is None or known.statistics is None):
            self._notes.add(
                self._child,
                f"{clauses.key.name} was sampled without its most frequent keys, which nobody knows before ANALYZE: "
                "its largest counts and its skew may be too low",
            )
        keys, shares = (rows[0][0], rows[0][1]) if rows else ([], [])
        reckoned = [round(share * self._profile.rows) for share in shares]
        counted: list[str] = []
        budget = _PROBED_ROWS
        for key, count in sorted(zip(keys, reckoned, strict=True), key=lambda pair: pair[1]):
            budget -= count
            if budget >= 0:
                counted.append(key)
        found = {key: count for key, count in zip(keys, reckoned, strict=True) if key not in set(counted)}
        if counted:
            statement = query("key_counts", **clauses.key_counting(counted))
            found |= {counted[int(n) - 1]: count for n, count in await self._reader.rows(statement)}
        there = {key: count for key, count in found.items() if count > 0}
        if sum(there.values()) > filled:
            return {}, []
        head: dict[int, int] = {}
        for count in there.values():
            head[count] = head.get(count, 0) + 1
        return head, list(there)

    async def _estimated(self, clauses: Clauses) -> _Found | None:
        """What the planner knows; of a composite key it knows the columns one by one only."""
        columns = [self._child.column(name) for name in clauses.key.columns]
        known = [column.statistics for column in columns if column and column.statistics]
        rows = self._profile.rows
        if len(known) < len(columns) and rows:
            self._notes.add(self._child, f"{clauses.key.name} was left out: the table was never analysed (ANALYZE)")
            return None
        parents = await self._likely_parents_of(clauses.parent)
        self._notes.add(
            self._child, f"{clauses.key.name} was taken from the planner's statistics; how far they are off nobody knows"
        )
        null_weight = self._null_weight(clauses)
        filled = round(rows * (1.0 - null_weight))
        used = min(parents, filled, max(1, reduce(mul, (each.distinct_of(rows) for each in known), 1))) if filled else 0
        top: Sequence[float] = known[0].top_shares if len(known) == 1 else ()
        histogram = expected(filled, used, [round(share * rows) for share in top], parents - used) if parents else ()
        return _Found(rows, null_weight, histogram, None, "estimate", None)

    def _null_weight(self, clauses: Clauses) -> float:
        """Share of rows with a null among the columns; several columns are taken to be null independently."""
        filled = [1.0 - self._profile.column(name).null_share for name in clauses.key.columns]
        return 1.0 - reduce(mul, filled, 1.0)

    async def _likely_parents_of(self, parent: Table) -> int:
        """Rows of the parent; if counting them fails, as many as the planner reckons."""
        try:
            return await self._parents_of(parent)
        except StatementError as error:
            self._notes.add(parent, f"its rows were not counted but taken from the planner: {error}")
            return round(parent.likely_rows)

    async def _parents_of(self, parent: Table) -> int:
        if parent.oid == self._child.oid:
            return self._profile.rows
        if parent.planned_rows is not None and parent.oid not in self._counted_tables:
            return round(parent.planned_rows)
        if parent.oid not in self._parents:
            statement = query("row_counts", counts=sql.SQL(""), table=parent.identifier)
            self._parents[parent.oid] = (await self._reader.row(statement))[0]
        return self._parents[parent.oid]


def is_counted(options: CaptureOptions, child: Table, parent: Table, key: ForeignKey) -> bool:
    """Tell whether all rows of the child are counted for a reference.

    They are in small tables, where it is asked for, where no index leads to the children of a parent, where some may have
    no parent, and where there are hardly more parents than a sample would have.
    """
    if options.method == "estimate":
        return False
    if options.is_reference_counted(child.likely_rows) or not child.has_index_for(key.columns) or not key.is_kept:
        return True
    return row_sample(parent, _wanted(options, child, parent)).is_all


def _wanted(options: CaptureOptions, child: Table, parent: Table) -> int:
    """Parents to sample: fewer where they have so many children that probing them would read too much."""
    mean = max(1.0, child.likely_rows / max(1.0, parent.likely_rows))
    return max(min(_LEAST_PARENTS, options.sample), min(options.sample, round(_PROBED_ROWS / mean)))
