"""Two models that refer to each other, as in the seed, for ``ascetic-ddd synthesize examples.staff``."""

import datetime
from typing import Annotated

from pydantic import BaseModel, Field

__all__ = ("Employee", "Manager")


class Employee(BaseModel):
    id: Annotated[int, Field(json_schema_extra={"sql": {"key": "primary"}})]
    name: Annotated[str, Field(max_length=40)]
    hire_date: Annotated[datetime.datetime, Field(ge=datetime.datetime(2021, 1, 18))]  # noqa: DTZ001  # naive, as in the seed
    velocity: Annotated[float, Field(ge=2, le=21, json_schema_extra={"distribution": "normal"})]
    # A fifth of the managers has most of the employees.
    manager: Annotated[int, Field(json_schema_extra={"sql": {"key": "foreign", "reference": "Manager.id"}, "skew": 2})]


class Manager(BaseModel):
    id: Annotated[int, Field(json_schema_extra={"sql": {"key": "primary"}})]
    employee_id: Annotated[int, Field(json_schema_extra={"sql": {"key": "foreign", "reference": "Employee.id"}})]
    department_id: Annotated[str, Field(max_length=8)]
