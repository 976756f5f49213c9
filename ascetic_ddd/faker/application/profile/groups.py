"""Groups of parents, such as the authors of a tenant: which are told by themselves, and which together."""

from collections.abc import Iterable, Sequence

from ascetic_ddd.faker.application.profile.histograms import merged
from ascetic_ddd.faker.application.profile.records import Within, WithinClass

__all__ = ("FEW_GROUPS", "LEAST", "pooled", "tellable")

FEW_GROUPS = 200
"""Up to so many groups, each has a histogram of its own."""

LEAST = 5
"""Parents, and rows, that are told as a group."""


def tellable(classes: Iterable[WithinClass]) -> tuple[WithinClass, ...]:
    """Add groups of fewer than five parents or rows to the next ones, the last ones to those before.

    Args:
        classes: in order of their rows, most first.
    """
    found: list[WithinClass] = []
    waiting: list[WithinClass] = []
    for each in classes:
        waiting.append(each)
        if sum(one.parents for one in waiting) >= LEAST and sum(one.rows for one in waiting) >= LEAST:
            found.append(_as_one(waiting))
            waiting = []
    if waiting:
        found = [*found[:-1], _as_one([*found[-1:], *waiting])]
    return tuple(found)


def pooled(within: Within, classes: int) -> Within:
    """Cut the groups into so many classes of about as many groups, those with most rows first.

    Example:
        >>> one = WithinClass(groups=1, rows=6, parents=3, histogram=((2, 3),))
        >>> [each.groups for each in pooled(Within(columns=("tenant_id",), groups=5, classes=(one,) * 5), 4).classes]
        [2, 1, 1, 1]
    """
    if len(within.classes) <= classes:
        return within
    size, larger = divmod(within.groups, classes)
    found: list[WithinClass] = []
    taken: list[WithinClass] = []
    upto = done = 0
    for left, each in zip(reversed(range(len(within.classes))), within.classes, strict=True):
        taken.append(each)
        done += each.groups
        if done >= upto + size + (len(found) < larger) or not left:
            found.append(_as_one(taken))
            taken, upto = [], done
    return Within(columns=within.columns, groups=within.groups, classes=tuple(found))


def _as_one(classes: Sequence[WithinClass]) -> WithinClass:
    if len(classes) == 1:
        return classes[0]
    return WithinClass(
        groups=sum(each.groups for each in classes),
        rows=sum(each.rows for each in classes),
        parents=sum(each.parents for each in classes),
        histogram=merged(*(dict(each.histogram) for each in classes)),
    )
