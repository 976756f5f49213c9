"""Same seed, same rows; and what is added moves nothing else."""

import subprocess
import sys
from typing import Annotated, Any

import pydantic
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from ascetic_ddd.faker.schema import SchemaSynthesizer

create_model: Any = pydantic.create_model


class Inner(BaseModel):
    city: str
    number: int


class Target(BaseModel):
    id: Annotated[int, Field(json_schema_extra={"sql": {"key": "primary"}})]


FIELDS: dict[str, Any] = {
    "id": (Annotated[int, Field(json_schema_extra={"sql": {"key": "primary"}})], ...),
    "name": (str, ...),
    "when": (pydantic.AwareDatetime, ...),
    "inner": (Inner, ...),
    "target": (Annotated[int, Field(json_schema_extra={"sql": {"reference": "Target.id"}, "mean": 5})], ...),
    "other": (Annotated[int | None, Field(json_schema_extra={"sql": {"reference": "Target.id"}})], ...),
    "status": (Annotated[str, Field(json_schema_extra={"distribution": {"new": 0.7, "old": 0.3}})], ...),
    "tags": (set[int], ...),
    "code": (Annotated[str, Field(pattern=r"^[^a-f]{2}[^\W\d_]{3}[^x].{4}\W\D\S\s[\W\d]{9}$")], ...),
    "city": (str | None, ...),
}


def rows(fields: dict[str, Any], seed: int = 1, count: int = 300) -> list[Any]:
    model = create_model("Model", **fields)
    schema = SchemaSynthesizer(seed=seed)
    schema.add(Target, 100)
    schema.add(model, count)
    return list(schema.rows(model))


def test_same_seed_same_rows_other_seed_other_rows() -> None:
    assert [row.model_dump() for row in rows(FIELDS)] == [row.model_dump() for row in rows(FIELDS)]
    for name in FIELDS:
        assert [getattr(row, name) for row in rows(FIELDS)] != [getattr(row, name) for row in rows(FIELDS, seed=2)]


@settings(max_examples=20, deadline=None)
@given(st.sets(st.sampled_from(sorted(FIELDS)), min_size=1))
def test_a_field_has_the_same_values_whatever_fields_are_beside_it(names: set[str]) -> None:
    everything, some = rows(FIELDS), rows({name: FIELDS[name] for name in sorted(names, reverse=True)})
    for name in names:
        assert [getattr(row, name) for row in everything] == [getattr(row, name) for row in some]


def test_a_field_of_an_inner_model_moves_no_other() -> None:
    wider = create_model("Inner", zip=(str, ...), city=(str, ...), number=(int, ...))
    before, after = rows({"inner": (Inner, ...)}), rows({"inner": (wider, ...)})
    assert [(row.inner.city, row.inner.number) for row in before] == [(row.inner.city, row.inner.number) for row in after]


def test_iterators_do_not_disturb_each_other() -> None:
    model = create_model("Model", **FIELDS)
    schema = SchemaSynthesizer(seed=1)
    schema.add(Target, 100)
    schema.add(model, 300)
    alone = list(schema.rows(model))
    first, second = schema.rows(model), schema.rows(model)
    mixed = []
    for number in range(300):
        mixed.append(next(first))
        if number % 3 == 0:
            next(second)
    assert mixed == alone


def test_another_process_gives_the_same_rows() -> None:
    program = (
        "from ascetic_ddd.faker.schema import SchemaSynthesizer\n"
        "from tests.unit.faker.schema.test_seeds import FIELDS, rows\n"
        "print(repr([row.model_dump() for row in rows(FIELDS)]))"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(texts) == 1
    assert "Model" not in texts
    assert texts.pop().strip() == repr([row.model_dump() for row in rows(FIELDS)])
