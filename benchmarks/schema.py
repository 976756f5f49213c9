"""Rows of pydantic models: the seed's Employee and Manager, beside the bare construction of the same rows."""

import datetime
import time
import tracemalloc
from typing import Annotated, Any

from pydantic import BaseModel, Field

from ascetic_ddd.faker.schema import SchemaSynthesizer

__all__ = ("Employee", "Manager", "run")

_ROWS, _MANAGERS, _ROUNDS = 100_000, 1_000, 5


class Employee(BaseModel):
    """The seed's."""

    id: Annotated[int, Field(json_schema_extra={"sql": {"key": "primary"}})]
    name: Annotated[str, Field(max_length=40)]
    hire_date: Annotated[datetime.datetime, Field(ge=datetime.datetime(2021, 1, 18))]  # noqa: DTZ001  # as in the seed
    velocity: Annotated[float, Field(ge=2, le=21, json_schema_extra={"distribution": "normal"})]
    manager: Annotated[int, Field(json_schema_extra={"sql": {"key": "foreign", "reference": "Manager.id"}})]


class Manager(BaseModel):
    """The seed's."""

    id: Annotated[int, Field(json_schema_extra={"sql": {"key": "primary"}})]
    employee_id: Annotated[int, Field(json_schema_extra={"sql": {"key": "foreign", "reference": "Employee.id"}})]
    department_id: Annotated[str, Field(max_length=8)]


def run() -> None:
    """Print rates, their ratio and memory; the two take turns, and the median of the rounds counts."""
    for title, distributions in (("each manager equally likely", {}), ("skew 2", {"manager": {"skew": 2}})):
        _rates(title, distributions)
    for rows in (_ROWS, 4 * _ROWS):
        kept, peak = _memory(rows, {"manager": {"skew": 2}})
        print(
            f"memory, skew 2, {rows:9,} rows: {kept / rows:5.1f} bytes a row prepared, {peak / 2**20:6.1f} MiB at most on the way"
        )


def _schema(rows: int, distributions: dict[str, Any]) -> SchemaSynthesizer:
    schema = SchemaSynthesizer(seed=1)
    schema.add(Employee, rows, distributions=distributions)
    schema.add(Manager, _MANAGERS)
    schema.prepare()
    return schema


def _rates(title: str, distributions: dict[str, Any]) -> None:
    schema = _schema(_ROWS, distributions)
    data = [row.model_dump() for row in schema.rows(Employee)]
    pairs = []
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        for row in data:
            Employee(**row)
        middle = time.perf_counter()
        for _made in schema.rows(Employee):
            pass
        end = time.perf_counter()
        pairs.append(((middle - start) / _ROWS * 1e6, (end - middle) / _ROWS * 1e6))
    bare, made = (sorted(column)[_ROUNDS // 2] for column in zip(*pairs, strict=True))
    ratio = sorted(bare / made for bare, made in pairs)[_ROUNDS // 2]
    print(f"{title}: bare {bare:.2f} µs, made {made:.2f} µs ({1e6 / made:,.0f} rows/s), {ratio:.2f} of the bare rate")


def _memory(rows: int, distributions: dict[str, Any]) -> tuple[int, int]:
    _schema(1, {})  # words and classes that are there once
    tracemalloc.start()
    try:
        schema = _schema(rows, distributions)
        kept = tracemalloc.get_traced_memory()[0]
        for _ in schema.rows(Employee):
            pass
        return kept, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
