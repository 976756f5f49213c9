"""A module of models, and the target that the command is told: as a user would write them."""

import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from ascetic_ddd.faker.application.runs.target import Target
from ascetic_ddd.faker.infrastructure.feeds.model_target import model_target
from ascetic_ddd.faker.schema import SchemaSynthesizer

__all__ = ("Employee", "Manager", "target")


class Employee(BaseModel):
    id: Annotated[int, Field(json_schema_extra={"sql": {"key": "primary"}})]
    name: Annotated[str, Field(max_length=40)]
    hire_date: Annotated[datetime.datetime, Field(ge=datetime.datetime(2021, 1, 18))]  # noqa: DTZ001
    velocity: Annotated[float, Field(ge=2, le=21, json_schema_extra={"distribution": "normal"})]
    skills: list[str]
    manager: Annotated[
        int | None,
        Field(json_schema_extra={"sql": {"key": "foreign", "reference": "Manager.id"}, "skew": 2, "null_weight": 0.1}),
    ]


class Manager(BaseModel):
    id: Annotated[int, Field(json_schema_extra={"sql": {"key": "primary"}})]
    employee_id: Annotated[int, Field(json_schema_extra={"sql": {"key": "foreign", "reference": "Employee.id"}})]
    department_id: Annotated[str, Field(max_length=8)]


def target() -> Target:
    schema = SchemaSynthesizer(seed=5)
    schema.add(Employee, 1_000)
    schema.add(Manager, 45)
    return model_target(schema, Employee)
