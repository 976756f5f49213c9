"""Companies and their employees in memory, and the words for them in two languages."""

import dataclasses
from typing import Any, NamedTuple

from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.generators.input_generators import FakerGenerator
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.composite_value_provider import CompositeValueProvider
from ascetic_ddd.faker.domain.providers.interfaces import ICompositeValueProvider, IReferenceProvider, IValueProvider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.domain.specification.predicate import PredicateSpecification
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.faker.testing.vocabulary import Vocabulary, named


@dataclasses.dataclass
class Id:
    value: int | None


@dataclasses.dataclass
class Company:
    id: Id
    name: str
    city: str
    status: str


@dataclasses.dataclass(frozen=True)
class FullName:
    first: str
    last: str


@dataclasses.dataclass
class Employee:
    id: Id
    company_id: Id
    name: FullName
    age: int


def export(agg: Any) -> dict[str, Any]:
    state = dataclasses.asdict(agg)
    return {key: value["value"] if isinstance(value, dict) and "value" in value else value for key, value in state.items()}


class CompanyProvider(AggregateProvider[dict[str, Any], Company]):
    _id_attr = "id"
    id: IValueProvider[int, Id]
    name: IValueProvider[str, str]
    city: IValueProvider[str, str]
    status: IValueProvider[str, str]

    def __init__(self) -> None:
        self.id = ValueProvider[int, Id]()
        self.name = ValueProvider[str, str](input_generator=FakerGenerator("company"))
        self.city = ValueProvider[str, str](values=["London", "Paris"])
        self.status = ValueProvider[str, str](values=["active", "blocked"])
        super().__init__(InMemoryRepository(agg_exporter=export), output_factory=Company, output_exporter=export)


class FullNameProvider(CompositeValueProvider[dict[str, Any], FullName]):
    first: IValueProvider[str, str]
    last: IValueProvider[str, str]

    def __init__(self) -> None:
        self.first = ValueProvider[str, str](input_generator=FakerGenerator("first_name"))
        self.last = ValueProvider[str, str](input_generator=FakerGenerator("last_name"))
        super().__init__()


class EmployeeProvider(AggregateProvider[dict[str, Any], Employee]):
    _id_attr = "id"
    id: IValueProvider[int, Id]
    company_id: IReferenceProvider[int, Company, Id]
    name: ICompositeValueProvider[dict[str, Any], FullName]
    age: IValueProvider[int, int]

    def __init__(self, companies: CompanyProvider) -> None:
        self.id = ValueProvider[int, Id]()
        self.company_id = ReferenceProvider[int, Company, Id](
            distributor=distributor_factory(skew=2, mean=5), aggregate_provider=companies
        )
        self.name = FullNameProvider()
        self.age = ValueProvider[int, int](values=list(range(16, 66)))
        super().__init__(InMemoryRepository(agg_exporter=export), output_factory=Employee, output_exporter=export)


class Staff(NamedTuple):
    companies: CompanyProvider
    employees: EmployeeProvider


def make_staff() -> Staff:
    companies = CompanyProvider()
    return Staff(companies, EmployeeProvider(companies))


ADULT = PredicateSpecification(lambda state: state["age"] >= 18)


def english() -> Vocabulary:
    words = Vocabulary("en")
    words.noun("companies", "company", "companies", name="name")
    words.noun("employees", "employee", "employees")
    words.adjective("companies", "active", meaning={"status": "active"})
    words.adjective("companies", "blocked", meaning={"status": "blocked"})
    words.adjective("employees", "adult", meaning=ADULT)
    words.phrase("companies", "from {city}", {"city": "{city}"})
    words.phrase("employees", "of {company}", {"company_id": named("companies", "{company}")})
    words.phrase("employees", "of companies from {city}", {"company_id": {"city": "{city}"}})
    words.phrase("employees", "aged {age}", {"age": "{age}"})
    return words


def russian() -> Vocabulary:
    words = Vocabulary("ru")
    words.noun("companies", "компания", "компании", "компаний", name="name")
    words.noun("employees", "сотрудник", "сотрудника", "сотрудников")
    words.adjective("companies", "активная", "активные", "активных", meaning={"status": "active"})
    words.phrase("companies", "из города {city}", {"city": "{city}"})
    words.phrase("employees", "компании {company}", {"company_id": named("companies", "{company}")})
    return words
