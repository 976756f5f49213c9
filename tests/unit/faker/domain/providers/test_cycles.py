"""Aggregates may refer to their own kind and to each other; a circle that cannot end names its path."""

from typing import Any

import pytest

from ascetic_ddd.faker.domain.distributors.o2m.factory import children_factory
from ascetic_ddd.faker.domain.errors import CycleError
from ascetic_ddd.faker.domain.providers.dependent_provider import DependentProvider
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession
from tests.unit.faker.domain.providers.models import aggregate, made, memory, numbers, reference, stored


def employee_provider(repository: Any = None, **distribution: Any) -> Any:
    found: list[Any] = []
    found.append(
        aggregate(
            repository,
            class_name="EmployeeProvider",
            number=numbers(),
            manager_id=reference(lambda: found[0], **distribution),
        )
    )
    return found[0]


async def test_a_nullable_self_reference_ends_at_a_root(session: InMemorySession) -> None:
    repository = memory()
    employees = employee_provider(repository, mean=3, null_weight=0.1)
    for _ in range(60):
        await made(employees, session)
    rows = await stored(repository)
    ids = {row["id"] for row in rows}
    assert len(rows) >= 60
    assert all(row["manager_id"] is None or (row["manager_id"] in ids and row["manager_id"] != row["id"]) for row in rows)
    assert any(row["manager_id"] is None for row in rows)
    assert sum(row["manager_id"] is not None for row in rows) >= 40


async def test_a_self_reference_that_cannot_be_null_is_a_cycle_with_its_path(session: InMemorySession) -> None:
    employees = employee_provider(mean=3)
    with pytest.raises(
        CycleError,
        match=r"^EmployeeProvider\.manager_id → EmployeeProvider\.manager_id: making one needs another one.*null_weight",
    ):
        await made(employees, session)


async def test_a_first_one_created_beforehand_ends_the_cycle(session: InMemorySession) -> None:
    repository = memory()
    employees = employee_provider(repository, mean=50)
    with pytest.raises(CycleError):
        await made(employees, session)
    boss = await made(employees, session, {"manager_id": None})
    assert (await made(employees, session)).manager_id == boss.id
    assert len(await stored(repository)) == 2


def couple(department: dict[str, Any], employee: dict[str, Any]) -> tuple[Any, Any, Any, Any]:
    """Departments have a head, employees a department."""
    found: list[Any] = []
    departments, employees = memory(), memory()
    found.append(aggregate(departments, class_name="DepartmentProvider", head_id=reference(lambda: found[1], **department)))
    found.append(aggregate(employees, class_name="EmployeeProvider", department_id=reference(lambda: found[0], **employee)))
    return found[0], found[1], departments, employees


@pytest.mark.parametrize("first", [0, 1])
async def test_a_mutual_reference_ends_where_one_side_may_be_null(session: InMemorySession, first: int) -> None:
    *providers, departments, employees = couple({"mean": 1, "null_weight": 0.1}, {"mean": 10})
    for _ in range(40):
        await made(providers[first], session)
    department_rows, employee_rows = await stored(departments), await stored(employees)
    department_ids, employee_ids = {row["id"] for row in department_rows}, {row["id"] for row in employee_rows}
    assert all(row["department_id"] in department_ids for row in employee_rows)
    assert all(row["head_id"] is None or row["head_id"] in employee_ids for row in department_rows)
    assert (len(department_rows), len(employee_rows))[first] >= 40


async def test_a_mutual_reference_that_cannot_end_names_the_whole_path(session: InMemorySession) -> None:
    departments, *_ = couple({"mean": 1}, {"mean": 10})
    with pytest.raises(CycleError, match=r"DepartmentProvider\.head_id → EmployeeProvider\.department_id → .*making one needs"):
        await made(departments, session)


async def test_after_a_cycle_error_the_provider_makes_what_can_be_made(session: InMemorySession) -> None:
    departments, employees, department_repository, _ = couple({"mean": 1}, {"mean": 10})
    with pytest.raises(CycleError):
        await made(departments, session)
    founded = await made(departments, session, {"head_id": None})
    assert (await made(employees, session)).department_id == founded.id
    assert len(await stored(department_repository)) == 1


async def test_a_diamond_is_no_cycle(session: InMemorySession) -> None:
    tops = aggregate(number=numbers())
    left, right = aggregate(top_id=reference(tops)), aggregate(top_id=reference(tops))
    bottom = aggregate(left_id=reference(left), right_id=reference(right), top_id=reference(tops))
    assert (await made(bottom, session)).export() == {"id": 1, "left_id": 1, "right_id": 1, "top_id": 3}


async def test_a_circle_through_children_ends_where_a_reference_may_be_null(session: InMemorySession) -> None:
    found: list[Any] = []
    orders, lines, returns = memory(), memory(), memory()
    found.append(aggregate(returns, order_id=reference(lambda: found[2])))
    found.append(
        aggregate(lines, order_id=reference(lambda: found[2]), return_id=reference(lambda: found[0], null_weight=0.2, mean=2))
    )
    two = DependentProvider(children_factory(low=2, high=2, mean=2), found[1], reference="order_id")
    found.append(aggregate(orders, lines=two))
    for _ in range(10):
        await made(found[2], session)
    order_ids, return_ids = {row["id"] for row in await stored(orders)}, {row["id"] for row in await stored(returns)}
    assert all(row["order_id"] in order_ids for row in [*await stored(lines), *await stored(returns)])
    assert {row["return_id"] for row in await stored(lines)} <= {*return_ids, None}
