"""Groups of a composite reference: which are told by themselves, and which together."""

from hypothesis import given
from hypothesis import strategies as st

from ascetic_ddd.faker.application.profile.groups import LEAST, pooled, tellable
from ascetic_ddd.faker.application.profile.histograms import merged
from ascetic_ddd.faker.application.profile.records import Within, WithinClass


def group(*children: int) -> WithinClass:
    histogram = merged(*({each: 1} for each in children))
    return WithinClass(groups=1, rows=sum(children), parents=len(children), histogram=histogram)


GROUPS = st.lists(
    st.lists(st.integers(0, 9), min_size=1, max_size=12).map(lambda children: group(*children)), min_size=1, max_size=30
)


@given(GROUPS)
def test_no_group_of_fewer_than_five_parents_or_rows_is_told_alone(groups: list[WithinClass]) -> None:
    found = tellable(groups)
    for name in ("groups", "rows", "parents"):
        assert sum(getattr(each, name) for each in found) == sum(getattr(each, name) for each in groups)
    assert (
        merged(*(dict(each.histogram) for each in found)) == merged(*(dict(each.histogram) for each in groups)) or len(found) > 1
    )
    if len(found) > 1:
        assert all(each.parents >= LEAST and each.rows >= LEAST for each in found)


def test_small_groups_go_to_the_next_ones_and_the_last_to_those_before() -> None:
    found = tellable([group(*[2] * 6), group(9, 1), group(3, 3, 3), group(1, 1)])
    assert [(each.groups, each.parents) for each in found] == [(1, 6), (3, 7)]


@given(GROUPS, st.integers(1, 6))
def test_classes_have_about_as_many_groups_each(groups: list[WithinClass], classes: int) -> None:
    found = pooled(Within(columns=("tenant_id",), groups=len(groups), classes=tuple(groups)), classes).classes
    assert len(found) == min(classes, len(groups))
    sizes = [each.groups for each in found]
    assert sum(sizes) == len(groups)
    assert max(sizes) - min(sizes) <= 1
    assert sizes == sorted(sizes, reverse=True)
    assert sum(each.rows for each in found) == sum(each.rows for each in groups)
