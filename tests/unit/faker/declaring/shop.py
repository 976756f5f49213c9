"""A domain in many styles: a class with private attributes, dataclasses, frozen ones, an enum; and its declared providers."""

import dataclasses
import enum
from typing import Any

from ascetic_ddd.faker import Aggregate, Composite, InMemoryRepository, Providers, given, reference, value


@dataclasses.dataclass
class CompanyId:
    value: int | None


@dataclasses.dataclass(frozen=True)
class Address:
    city: str
    street: str | None


class Status(enum.Enum):
    ACTIVE = "active"
    BLOCKED = "blocked"


@dataclasses.dataclass
class Company:
    id: CompanyId
    name: str
    status: Status
    address: Address | None


@dataclasses.dataclass
class EmployeeId:
    value: int | None


@dataclasses.dataclass(frozen=True)
class Name:
    value: str


class Employee:
    """Private attributes, and an export of its own."""

    def __init__(self, id: EmployeeId, company_id: CompanyId, name: Name, manager_id: EmployeeId | None) -> None:
        self._id, self._company_id, self._name, self._manager_id = id, company_id, name, manager_id

    def export(self) -> dict[str, Any]:
        return {
            "id": self._id.value,
            "company_id": self._company_id.value,
            "name": self._name.value,
            "manager_id": None if self._manager_id is None else self._manager_id.value,
        }


class CompanyProvider(Aggregate[Company]):
    id = given()
    name = value("company")
    status = value({"active": 0.75, "blocked": 0.25})

    class address(Composite[Address]):
        city = value(["Moscow", "Paris"])
        street = value("street_name", null_weight=0.5)


class EmployeeProvider(Aggregate[Employee]):
    id = given()
    company_id = reference(CompanyProvider, mean=5)
    name = value("name")
    manager_id = reference("EmployeeProvider", null_weight=0.3, mean=4)


def in_memory(model: Any, exporter: Any) -> InMemoryRepository[Any]:
    return InMemoryRepository(agg_exporter=exporter)


def shop() -> Providers:
    return Providers(in_memory)
