"""Composite references inside the columns that they share with another key, such as the tenant."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from psycopg import sql

from ascetic_ddd.faker.application.profile.groups import FEW_GROUPS, pooled, tellable
from ascetic_ddd.faker.application.profile.histograms import calibrated, merged
from ascetic_ddd.faker.application.profile.model import Within, WithinClass
from ascetic_ddd.faker.infrastructure.profile.catalogue import ForeignKey
from ascetic_ddd.faker.infrastructure.profile.clauses import Clauses
from ascetic_ddd.faker.infrastructure.profile.queries import query
from ascetic_ddd.faker.infrastructure.profile.reader import Reader
from ascetic_ddd.faker.infrastructure.profile.row_sample import RowSample

__all__ = ("GroupCounts", "counted", "sampled", "shared_columns")

_CLASSES = 4
_MOST_PAIRS = 5_000  # of all histograms together, about 50 kB; more are pooled


def shared_columns(
    key: ForeignKey, keys: Iterable[ForeignKey], keys_of_parent: Iterable[ForeignKey], primary_key: Iterable[str]
) -> tuple[str, ...]:
    """Give the columns of a composite foreign key that another key has, too, but not all of them.

    First another foreign key of the table is looked for, then one of the parent that starts at the columns referred to,
    then the table's own primary key. Of several, the one that shares most.

    Args:
        key: the foreign key.
        keys: of the same table.
        keys_of_parent: of the parent table.
        primary_key: of the same table.
    """
    inward = dict(zip(key.parent_columns, key.columns, strict=True))
    others = [set(other.columns) for other in keys if other != key]
    through_parent = [{inward.get(name, "") for name in other.columns} for other in keys_of_parent]
    for candidates in (others, through_parent, [set(primary_key)]):
        shared = [tuple(name for name in key.columns if name in names) for names in candidates]
        best = max((each for each in shared if len(each) < len(key.columns)), key=len, default=())
        if best:
            return best
    return ()


async def counted(reader: Reader, clauses: Clauses) -> Within:
    """Count all parents and children by group.

    Raises:
        StatementError: the statement failed.
    """
    groups: dict[int, tuple[int, int]] = {}
    histograms: dict[int, dict[int, int]] = {}
    statement = query("within_counts", **clauses.within, few=sql.Literal(FEW_GROUPS), classes=sql.Literal(_CLASSES))
    for number, children, count, rows in await reader.rows(statement):
        if children is None:
            groups[number] = (count, rows)
        else:
            histograms.setdefault(number, {})[children] = count
    classes = tuple(
        WithinClass(groups=count, rows=rows, parents=sum(histograms[number].values()), histogram=merged(histograms[number]))
        for number, (count, rows) in sorted(groups.items())
    )
    found = Within(columns=clauses.shared, groups=sum(each.groups for each in classes), classes=tellable(classes))
    return found if sum(len(each.histogram) for each in found.classes) <= _MOST_PAIRS else pooled(found, _CLASSES)


@dataclass(slots=True)
class _Group:
    parents: int
    sampled: dict[int, int] = field(default_factory=dict)

    def rows(self, mean: float) -> float:
        """Its rows by what was sampled of it, or by the mean of all."""
        parents = sum(self.sampled.values())
        return self.parents * (sum(c * k for c, k in self.sampled.items()) / parents if parents else mean)


@dataclass(frozen=True, slots=True)
class GroupCounts:
    """Sampled parents by group; groups are told by numbers that mean nothing."""

    columns: tuple[str, ...]
    groups: dict[int, _Group]

    def pooled(self) -> dict[int, int]:
        """All groups in one."""
        return dict(merged(*(group.sampled for group in self.groups.values())))

    def classes(self, parents: int, rows: int) -> Within:
        """Cut the groups into four, and scale each to its parents and to its share of the rows."""
        pooled = self.pooled()
        mean = sum(c * k for c, k in pooled.items()) / max(1, sum(pooled.values()))
        ranked = sorted(self.groups.values(), key=lambda group: -group.rows(mean))
        reckoned = sum(group.rows(mean) for group in ranked) or 1.0
        seen = sum(group.parents for group in ranked) or 1
        found: list[WithinClass] = []
        size, larger = divmod(len(ranked), _CLASSES)
        start = done_parents = done_rows = 0
        upto_parents = upto_rows = 0.0
        for number in range(min(_CLASSES, len(ranked))):
            members = ranked[start : start + size + (number < larger)]
            start += len(members)
            upto_parents += parents * sum(group.parents for group in members) / seen
            upto_rows += rows * sum(group.rows(mean) for group in members) / reckoned
            of_class, of_rows = round(upto_parents) - done_parents, round(upto_rows) - done_rows
            done_parents, done_rows = done_parents + of_class, done_rows + of_rows
            body = dict(merged(*(group.sampled for group in members)))
            histogram = merged(calibrated(body or pooled, of_class, of_rows))
            held = sum(c * k for c, k in histogram)
            found.append(WithinClass(groups=len(members), rows=held, parents=of_class, histogram=histogram))
        return Within(columns=self.columns, groups=len(ranked), classes=tuple(found))


async def sampled(reader: Reader, clauses: Clauses, sample: RowSample) -> GroupCounts:
    """Sample parents by group, their children counted by index.

    Raises:
        StatementError: a statement failed.
    """
    parents = await reader.rows(query("groups_of_parents", parent=clauses.parent.identifier, **clauses.group_code))
    groups = {code: _Group(count) for code, count in parents}
    statement = query("parent_sample_within", **clauses.probing, **clauses.group_code, sample=sample.sample, chosen=sample.chosen)
    for code, children, count in await reader.rows(statement):
        groups[code].sampled[children] = count
    return GroupCounts(clauses.shared, groups)
