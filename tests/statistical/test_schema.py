"""Rows of pydantic models have the asked distributions. Seeds are fixed; every bound stands beside the number of rows."""

import datetime
from collections import Counter
from itertools import pairwise
from statistics import NormalDist, fmean
from typing import Annotated, Any, Literal

import pydantic
import pytest
from pydantic import BaseModel, Field

from ascetic_ddd.faker.application.measure import histogram, ks, measure
from ascetic_ddd.faker.application.measure import skew as measured_skew
from ascetic_ddd.faker.schema import SchemaSynthesizer

create_model: Any = pydantic.create_model
NAIVE = datetime.datetime(2021, 1, 18)  # noqa: DTZ001  # as the model of the seed has it


class Employee(BaseModel):
    id: Annotated[int, Field(json_schema_extra={"sql": {"key": "primary"}})]
    name: Annotated[str, Field(max_length=40)]
    hire_date: Annotated[datetime.datetime, Field(ge=NAIVE)]
    velocity: Annotated[float, Field(ge=2, le=21, json_schema_extra={"distribution": "normal"})]
    manager: Annotated[int, Field(json_schema_extra={"sql": {"key": "foreign", "reference": "Manager.id"}})]


class Manager(BaseModel):
    id: Annotated[int, Field(json_schema_extra={"sql": {"key": "primary"}})]
    employee_id: Annotated[int, Field(json_schema_extra={"sql": {"key": "foreign", "reference": "Employee.id"}})]
    department_id: Annotated[str, Field(max_length=8)]


@pytest.mark.parametrize("seed", [0, 1])
def test_a_hundred_thousand_employees(seed: int) -> None:
    schema = SchemaSynthesizer(seed=seed)
    schema.add(Employee, 100_000)
    schema.add(Manager, 1_000)
    managers = [row.id for row in schema.rows(Manager)]
    employees, velocities, uses = set(), [], Counter[int]()
    for row in schema.rows(Employee):
        employees.add(row.id)
        velocities.append(row.velocity)
        uses[row.manager] += 1
        assert row.hire_date >= NAIVE
        assert row.hire_date.tzinfo is None
    assert len(employees) == 100_000
    assert len(set(managers)) == 1_000
    assert set(uses) == set(managers)
    assert {row.employee_id for row in schema.rows(Manager)} <= employees
    assert abs(fmean(velocities) - 11.5) < 0.05
    assert min(velocities) >= 2
    assert max(velocities) <= 21
    spread = sum((count - 100) ** 2 for count in uses.values()) / 1_000 / 100
    assert abs(spread - 1) < 4 * (2 / 1_000) ** 0.5  # Poisson: each is equally likely


class Target(BaseModel):
    id: Annotated[int, Field(json_schema_extra={"sql": {"key": "primary"}})]


def uses_of(rows: int, targets: int, seed: int = 3, nullable: bool = False, **words: Any) -> tuple[Counter[int], int]:
    extra = {"sql": {"key": "foreign", "reference": "Target.id"}, **words}
    annotation: Any = int | None if nullable else int
    model = create_model("Model", value=(Annotated[annotation, Field(json_schema_extra=extra)], ...))
    schema = SchemaSynthesizer(seed=seed)
    schema.add(Target, targets)
    schema.add(model, rows)
    found = Counter(row.value for row in schema.rows(model))
    nulls = found.pop(None, 0)
    assert set(found) <= {row.id for row in schema.rows(Target)}
    return found, nulls


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("rows", [5_000, 50_000])
@pytest.mark.parametrize("skew", [1.2, 2, 3])
def test_skew_and_mean_are_exact_at_the_end(rows: int, skew: float, seed: int) -> None:
    found, _ = uses_of(rows, rows // 5, seed, skew=skew, mean=10)
    measured = measure(found.values())
    assert abs(measured.mean - 10) < 0.1
    assert abs(measured_skew(found.values()) - skew) < 0.05
    assert measured.values == rows // 10


@pytest.mark.parametrize("weights", [[0.7, 0.2, 0.07, 0.03], [0.4, 0.3, 0.2, 0.1], [0.9, 0.1], [0.25] * 4])
def test_weights_are_exact_at_the_end(weights: list[float]) -> None:
    found, _ = uses_of(20_000, 2_000, weights=weights, mean=20)
    measured = measure(found.values(), parts=len(weights))
    assert abs(measured.mean - 20) < 0.2
    assert all(abs(one - other) < 0.01 for one, other in zip(measured.weights, weights, strict=True))


@pytest.mark.parametrize("words", [{"skew": 2}, {"weights": [0.8, 0.2]}, {"weights": [0.6, 0.3, 0.1]}])
def test_a_shape_without_a_mean_uses_all_targets(words: dict[str, Any]) -> None:
    found, _ = uses_of(50_000, 1_000, **words)
    assert len(found) == 1_000
    if "weights" in words:
        measured = measure(found.values(), parts=len(words["weights"])).weights
        assert all(abs(one - other) < 0.01 for one, other in zip(measured, words["weights"], strict=True))


def test_twenty_percent_of_the_targets_have_eighty_percent_of_the_rows() -> None:
    found, _ = uses_of(100_000, 1_000, weights=[0.8, 0.08, 0.05, 0.04, 0.03])
    top = sorted(found.values(), reverse=True)[:200]
    assert abs(sum(top) / 100_000 - 0.8) < 0.01


def test_a_histogram_is_replayed() -> None:
    told = [(0, 200), (1, 500), (3, 200), (40, 100)]
    found, _ = uses_of(5_100, 1_000, histogram=told)
    assert ks(histogram(found.values(), unused=1_000 - len(found)), told) < 0.005


def test_nulls_have_their_exact_share_and_the_rest_keeps_the_law() -> None:
    found, nulls = uses_of(10_000, 2_000, nullable=True, skew=2, mean=10, null_weight=0.25)
    assert nulls == 2_500
    assert abs(measured_skew(found.values()) - 2) < 0.05
    assert len(found) == 750


def test_references_are_independent_of_each_other_and_of_the_row_number() -> None:
    extra: Any = {"sql": {"key": "foreign", "reference": "Target.id"}, "skew": 1.5, "mean": 1000}
    field = (Annotated[int, Field(json_schema_extra=extra)], ...)
    model = create_model("Model", one=field, two=field)
    schema = SchemaSynthesizer(seed=9)
    schema.add(Target, 40)
    schema.add(model, 40_000)
    rows = list(schema.rows(model))
    half = [(row.one, number * 10 // 40_000) for number, row in enumerate(rows)]
    for pairs, freedom in (([(row.one, row.two) for row in rows], 39 * 39), (half, 39 * 9)):
        joint, left, right = Counter(pairs), Counter(one for one, _ in pairs), Counter(two for _, two in pairs)
        chi2 = sum(
            (joint[one, two] - (expected := left[one] * right[two] / 40_000)) ** 2 / expected for one in left for two in right
        )
        assert chi2 / freedom < 1 + 4 * (2 / freedom) ** 0.5


def test_each_scope_has_the_asked_figures() -> None:
    class Tenant(BaseModel):
        id: Annotated[int, Field(json_schema_extra={"sql": {"key": "primary"}})]

    class Author(BaseModel):
        tenant_id: Annotated[int, Field(json_schema_extra={"sql": {"key": "primary", "reference": "Tenant.id"}})]
        id: Annotated[int, Field(json_schema_extra={"sql": {"key": "primary"}})]

    class Book(BaseModel):
        tenant_id: Annotated[int, Field(json_schema_extra={"sql": {"reference": "Tenant.id"}, "skew": 1.6})]
        author_id: Annotated[int, Field(json_schema_extra={"sql": {"reference": "Author.id"}, "weights": [0.7, 0.2, 0.07, 0.03]})]

    schema = SchemaSynthesizer(seed=2)
    for model, rows in ((Tenant, 10), (Author, 400), (Book, 40_000)):
        schema.add(model, rows)
    scopes: dict[int, Counter[int]] = {}
    for row in schema.rows(Book):
        scopes.setdefault(row.tenant_id, Counter())[row.author_id] += 1
    for uses in scopes.values():
        if sum(uses.values()) >= 1_000:
            measured = measure(uses.values()).weights
            assert all(abs(one - other) < 0.03 for one, other in zip(measured, [0.7, 0.2, 0.07, 0.03], strict=True))
    sizes = sorted((sum(uses.values()) for uses in scopes.values()), reverse=True)
    assert abs(sizes[0] / 40_000 - 0.1 ** (1 / 1.6)) < 0.01


def values_of(annotation: Any, rows: int = 20_000, **words: Any) -> list[Any]:
    model = create_model("Model", value=(Annotated[annotation, Field(json_schema_extra=words)], ...))
    schema = SchemaSynthesizer(seed=6)
    schema.add(model, rows)
    return [row.value for row in schema.rows(model)]


def test_uniform_and_normal_values_follow_their_law() -> None:
    bound = 1.95 / 20_000**0.5  # Kolmogorov's bound for a level of 0.001
    uniform = sorted(values_of(Annotated[float, Field(ge=-3, le=5)]))
    assert max(abs((value + 3) / 8 - place / 20_000) for place, value in enumerate(uniform)) < bound
    normal = sorted(values_of(Annotated[float, Field(ge=-100, le=100)], distribution={"normal": {"mean": 7, "sd": 2}}))
    law = NormalDist(7, 2)
    assert max(abs(law.cdf(value) - place / 20_000) for place, value in enumerate(normal)) < bound
    numbers = Counter(values_of(Annotated[int, Field(ge=1, le=10)]))
    assert sum((count - 2_000) ** 2 / 2_000 for count in numbers.values()) < 27.9  # χ² of 9 degrees, level 0.001


def test_letters_are_equally_likely() -> None:
    letters = Counter("".join(values_of(Annotated[str, Field(min_length=20, max_length=20)])))
    expected = 400_000 / 84
    assert len(letters) == 84
    assert sum((count - expected) ** 2 / expected for count in letters.values()) < 130  # χ² of 83 degrees, level 0.001: 128.6


def test_keys_are_spread_over_their_domain() -> None:
    schema = SchemaSynthesizer(seed=4)
    schema.add(Target, 20_000)
    keys = [row.id for row in schema.rows(Target)]
    cells = Counter(key * 50 // 2**32 for key in keys)
    assert sum((cells[cell] - 400) ** 2 / 400 for cell in range(50)) < 85.4  # χ² of 49 degrees, level 0.001
    rises = sum(one < other for one, other in pairwise(keys))
    assert abs(rises - 10_000) < 300


def test_plain_values_come_as_often_as_a_law_has_it() -> None:
    cities = Counter(values_of(str, 10_000, domain="city", mean=50))
    assert len(cities) == 200
    assert set(cities.values()) == {50}
    numbers = Counter(values_of(int | None, 10_000, skew=2, mean=20, null_weight=0.2))
    assert numbers.pop(None) == 2_000
    assert len(numbers) == 400
    assert abs(measured_skew(numbers.values()) - 2) < 0.05


def test_members_of_a_list_may_be_a_ranking() -> None:
    found = Counter(values_of(Literal["a", "b", "c", "d"], 10_000, skew=2, mean=2_500))
    assert abs(found["a"] - 5_000) <= 100
    assert found["a"] > found["b"] > found["c"] > found["d"]
