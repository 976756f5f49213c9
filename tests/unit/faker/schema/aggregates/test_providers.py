"""Models as aggregates: what providers make of them in memory."""

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel, Field, model_validator

from ascetic_ddd.faker.application.linting.lint import lint
from ascetic_ddd.faker.application.runs.generation import generate
from ascetic_ddd.faker.application.runs.restoration import restore
from ascetic_ddd.faker.domain.errors import ConfigurationError, CycleError, GenerationError
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.faker.schema import SchemaSynthesizer, Synthesizer
from ascetic_ddd.faker.schema.aggregates.model_aggregate import ModelAggregate
from ascetic_ddd.faker.schema.aggregates.model_provider import ModelProvider
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySessionPool
from tests.unit.faker.infrastructure.feeds.models import Author, Book, Everything, Tenant, Worker, foreign, primary


class Library:
    """A schema, its providers, and stores in memory; built again, the providers are fresh and the stores stay."""

    def __init__(self, *models: tuple[Any, int], seed: int = 3) -> None:
        self.schema = SchemaSynthesizer(seed=seed)
        for model, rows in models:
            self.schema.add(model, rows)
        self.stores: dict[str, InMemoryRepository[Any]] = {}
        self.session_pool = InMemorySessionPool()
        self.build()

    def build(self) -> None:
        def repository(aggregate: ModelAggregate) -> InMemoryRepository[Any]:
            if aggregate.name not in self.stores:
                self.stores[aggregate.name] = InMemoryRepository(agg_exporter=aggregate.export, id_attr=aggregate.id_attr)
            return self.stores[aggregate.name]

        self.providers: dict[str, ModelProvider] = self.schema.providers(repository)

    async def make(self, root: str, count: int, **options: Any) -> list[Any]:
        return [row async for row in generate(self.providers[root], self.session_pool, count, **options)]

    async def states(self, model: str) -> list[dict[str, Any]]:
        async with self.session_pool.session() as session:
            return [state async for state in self.stores[model].find(session)]


class Company(BaseModel):
    id: int = Field(ge=0, le=10**6, json_schema_extra=primary)
    name: str


class Person(BaseModel):
    id: int = Field(json_schema_extra=primary)
    company_id: int | None = Field(json_schema_extra=foreign("Company.id", skew=2, mean=20, null_weight=0.1))
    badge: int | None = Field(ge=0, le=10**5, json_schema_extra={"sql": {"key": "unique"}, "null_weight": 0.25})


async def test_a_model_is_made_with_what_it_refers_to_along_the_field_s_distribution() -> None:
    library = Library((Company, 45), (Person, 1_000))
    people = await library.make("Person", 1_000)
    assert len({person.id for person in people}) == 1_000
    uses = Counter(person.company_id for person in people)
    assert uses.pop(None) == 100
    companies = {state["id"] for state in await library.states("Company")}
    assert set(uses) == companies
    assert len(companies) == 45
    assert abs(uses.most_common(1)[0][1] - 900 * (1 / 45) ** 0.5) < 2
    badges = [person.badge for person in people if person.badge is not None]
    assert len(set(badges)) == len(badges)
    assert 200 < 1_000 - len(badges) < 300


async def test_without_a_mean_the_numbers_of_rows_tell_it() -> None:
    class Pet(BaseModel):
        id: int = Field(json_schema_extra=primary)
        company_id: int = Field(json_schema_extra=foreign("Company.id"))

    library = Library((Company, 40), (Pet, 1_000))
    uses = Counter(pet.company_id for pet in await library.make("Pet", 1_000))
    assert set(uses.values()) == {25}


async def test_keys_are_those_of_the_schema_s_rows_and_go_on_where_the_run_before_ended() -> None:
    library = Library((Company, 45), (Person, 1_000))
    first = await library.make("Person", 400)
    library.build()
    async with library.session_pool.session() as session:
        await restore(library.providers["Person"], session)
    library.providers["Person"].seed(99)
    second = await library.make("Person", 600)
    assert {person.id for person in [*first, *second]} == {row.id for row in library.schema.rows(Person)}
    badges = [person.badge for person in [*first, *second] if person.badge is not None]
    assert len(set(badges)) == len(badges)
    uses = Counter(person.company_id for person in [*first, *second])
    assert uses.pop(None) == 100
    assert len(uses) == 45


async def test_a_resumed_run_may_have_more_rows_than_the_schema() -> None:
    library = Library((Company, 2), (Person, 10))
    assert len({person.id for person in await library.make("Person", 500)}) == 500


async def test_same_seed_same_aggregates_and_the_schema_s_rows_are_not_disturbed() -> None:
    async def run() -> list[Any]:
        library = Library((Company, 5), (Person, 100))
        library.providers["Person"].seed(7)
        rows = library.schema.rows(Person)
        begun = [next(rows) for _ in range(10)]
        made = await library.make("Person", 100)
        assert [*begun, *rows] == list(library.schema.rows(Person))
        return made

    assert await run() == await run()


async def test_composite_keys_and_references_within_a_scope() -> None:
    library = Library((Tenant, 8), (Author, 160), (Book, 4_000))
    books = await library.make("Book", 4_000)
    authors = {(state["id"]["tenant_id"], state["id"]["author_id"]) for state in await library.states("Author")}
    assert {(book.tenant_id, book.author_id) for book in books} <= authors
    assert len({(book.tenant_id, book.book_id) for book in books}) == 4_000
    assert 120 < len(authors) <= 170
    state = (await library.states("Book"))[0]
    assert set(state) == {"id", "author_id", "title"}
    assert set(state["author_id"]) == {"tenant_id", "author_id"}


class Essay(BaseModel):
    id: int = Field(json_schema_extra=primary)
    tenant_id: int = Field(json_schema_extra=foreign("Tenant.id"))
    author_id: int | None = Field(json_schema_extra=foreign("Author.author_id", null_weight=0.3))


async def test_a_reference_within_a_scope_may_be_null() -> None:
    library = Library((Tenant, 5), (Author, 50), (Essay, 1_000))
    essays = await library.make("Essay", 1_000)
    authors = {(state["id"]["tenant_id"], state["id"]["author_id"]) for state in await library.states("Author")}
    assert {(essay.tenant_id, essay.author_id) for essay in essays if essay.author_id is not None} <= authors
    assert 230 < sum(essay.author_id is None for essay in essays) < 370


class Poem(BaseModel):
    id: int = Field(json_schema_extra=primary)
    tenant_id: int = Field(json_schema_extra=foreign("Tenant.id", skew=2, mean=100))
    author_id: int = Field(json_schema_extra=foreign("Author.author_id", mean=10))


async def test_the_scope_itself_has_its_distribution() -> None:
    library = Library((Tenant, 10), (Author, 100), (Poem, 1_000))
    uses = Counter(poem.tenant_id for poem in await library.make("Poem", 1_000))
    assert len(uses) == 10
    law = [1_000 * ((rank / 10) ** 0.5 - ((rank - 1) / 10) ** 0.5) for rank in range(1, 11)]
    assert max(abs(count - wanted) for (_, count), wanted in zip(uses.most_common(), law, strict=True)) < 3


@pytest.mark.parametrize("root", ["Essay", "Enrolment"])
async def test_several_lanes_at_the_same_time(root: str) -> None:
    library = Library((Tenant, 5), (Author, 50), (Essay, 600), (Student, 60), (Course, 20), (Enrolment, 600))
    rows = await library.make(root, 600, lanes=4, batch_size=20)
    keys = {getattr(row, "id", None) or (row.student_id, row.course_id) for row in rows}
    assert len(keys) == len(rows) == 600


class Student(BaseModel):
    id: int = Field(json_schema_extra=primary)


class Course(BaseModel):
    id: int = Field(json_schema_extra=primary)


class Enrolment(BaseModel):
    student_id: int = Field(json_schema_extra=foreign("Student.id", "primary"))
    course_id: int = Field(json_schema_extra=foreign("Course.id", "primary"))
    mark: int = Field(ge=1, le=6)


@pytest.mark.parametrize("count", [100, 900])
async def test_a_key_of_references_alone_is_never_given_twice(count: int) -> None:
    library = Library((Student, 60), (Course, 20), (Enrolment, 1_000))
    first = await library.make("Enrolment", count)
    library.build()
    async with library.session_pool.session() as session:
        await restore(library.providers["Enrolment"], session)
    second = await library.make("Enrolment", 50)
    pairs = {(each.student_id, each.course_id) for each in [*first, *second]}
    assert len(pairs) == count + 50


class Line(BaseModel):
    order_id: int = Field(json_schema_extra=foreign("Tenant.id", "primary"))
    number: int = Field(ge=1, le=9, json_schema_extra=primary)


async def test_a_key_whose_own_part_has_few_values_is_never_given_twice() -> None:
    library = Library((Tenant, 100), (Line, 600))
    lines = await library.make("Line", 600)
    assert len({(line.order_id, line.number) for line in lines}) == 600


class Passport(BaseModel):
    holder_id: int = Field(json_schema_extra=foreign("Student.id", "primary"))
    number: str


async def test_one_to_one() -> None:
    library = Library((Student, 300), (Passport, 300))
    assert len({passport.holder_id for passport in await library.make("Passport", 300)}) == 300


class Slot(BaseModel):
    id: int = Field(json_schema_extra=primary)
    begin: int = Field(ge=0, le=10)
    end: int = Field(ge=0, le=10)

    @model_validator(mode="after")
    def _in_order(self) -> "Slot":
        if self.begin >= self.end:
            raise ValueError("begin must be before end")
        return self


async def test_what_validators_reject_is_drawn_again_but_never_what_was_told() -> None:
    library = Library((Slot, 300))
    assert all(slot.begin < slot.end for slot in await library.make("Slot", 300))
    provider = library.providers["Slot"]
    async with library.session_pool.session() as session, session.atomic():
        for _ in range(20):
            provider.reset()
            provider.set({"begin": 8})
            await provider.populate(session)
            assert (await provider.create(session)).begin == 8


async def test_a_validator_that_nothing_satisfies_is_told_in_its_words() -> None:
    class Never(BaseModel):
        id: int = Field(json_schema_extra=primary)
        size: int

        @model_validator(mode="after")
        def _never(self) -> "Never":
            raise ValueError("too red")

    with pytest.raises(GenerationError, match="too red"):
        await Library((Never, 3)).make("Never", 3)


async def test_every_construct_is_exported_as_plain_data() -> None:
    library = Library((Everything, 50))
    rows = await library.make("Everything", 50)
    states = await library.states("Everything")
    assert {state["id"] for state in states} == {row.id for row in rows}
    state = next(state for state in states if state["id"] == rows[0].id)
    assert state["colour"] in ("red", "o'hara")
    assert state["point"] == {"x": rows[0].point.x, "at": rows[0].point.at, "label": rows[0].point.label}
    assert state["secret"] == rows[0].secret.get_secret_value()
    assert isinstance(state["box"]["width"], Decimal)


async def test_a_tree_has_its_roots_and_no_circles() -> None:
    library = Library((Worker, 400))
    boss = {worker.id: worker.boss_id for worker in await library.make("Worker", 400)}
    boss |= {state["id"]: state["boss_id"] for state in await library.states("Worker")}
    assert list(boss.values()).count(None) <= 2  # one is asked for; the first of all has nobody to refer to
    for worker in boss:
        seen = {worker}
        while (worker := boss[worker]) is not None:
            assert worker not in seen
            seen.add(worker)


class Employee(BaseModel):
    id: int = Field(json_schema_extra=primary)
    manager: int | None = Field(json_schema_extra=foreign("Manager.id", null_weight=0.1))


class Manager(BaseModel):
    id: int = Field(json_schema_extra=primary)
    employee_id: int = Field(json_schema_extra=foreign("Employee.id"))


async def test_a_circle_ends_where_a_reference_may_be_null() -> None:
    library = Library((Employee, 500), (Manager, 20))
    made = await library.make("Employee", 500)
    employees = {state["id"] for state in await library.states("Employee")}
    managers = await library.states("Manager")
    assert {state["employee_id"] for state in managers} <= employees
    assert {each.manager for each in made} - {None} <= {state["id"] for state in managers}


def test_a_circle_that_cannot_end_is_told_with_its_fields() -> None:
    class Boss(BaseModel):
        id: int = Field(json_schema_extra=primary)
        worker_id: int = Field(json_schema_extra=foreign("Hand.id"))

    class Hand(BaseModel):
        id: int = Field(json_schema_extra=primary)
        boss_id: int = Field(json_schema_extra=foreign("Boss.id"))

    with pytest.raises(CycleError, match=r"Boss\.worker_id → Hand\.boss_id → Boss: .*write_rows, which serves circles"):
        Library((Boss, 3), (Hand, 3))


async def test_a_synthesizer_of_one_s_own_makes_keys_and_values() -> None:
    class Sku(Synthesizer):
        @classmethod
        def match(cls, field: Any) -> bool:
            return (field.json_schema_extra or {}).get("domain") == "sku"

        def __call__(self, sequence: int | None = None) -> Any:
            return f"SKU-{self.random.randrange(10**4):04}"

    class Product(BaseModel):
        id: str = Field(json_schema_extra={**primary, "domain": "sku"})
        other: str = Field(json_schema_extra={"domain": "sku"})

    library = Library((Product, 2_000))
    products = await library.make("Product", 2_000)
    assert len({product.id for product in products}) == 2_000
    assert all(product.other.startswith("SKU-") for product in products)


class Named(BaseModel):
    id: int = Field(json_schema_extra=primary)
    seed: int
    path: str
    set: int
    repository: int | None = Field(json_schema_extra=foreign("Named.id"))


async def test_fields_may_be_called_as_providers_methods_are() -> None:
    library = Library((Named, 30))
    rows = await library.make("Named", 30)
    assert all(isinstance(row.path, str) for row in rows)
    assert {"seed_", "path_", "set_", "repository_"} < set((await library.states("Named"))[0])


@pytest.mark.parametrize("kind", ["none", "part", "unique"])
def test_what_a_repository_cannot_know_is_told(kind: str) -> None:
    class Loose(BaseModel):
        name: str

    class Part(BaseModel):
        id: int = Field(json_schema_extra=primary)
        author_id: int = Field(json_schema_extra=foreign("Author.author_id"))

    models: dict[str, tuple[list[tuple[Any, int]], str]] = {
        "none": ([(Loose, 3)], "Loose has no primary key"),
        "part": ([(Tenant, 3), (Author, 9), (Part, 9)], r"by its whole primary key \(tenant_id, author_id\)"),
        "unique": ([(Everything, 9), (_by_code(), 9)], r"by its whole primary key \(id\)"),
    }
    told, words = models[kind]
    with pytest.raises(ConfigurationError, match=words):
        Library(*told)


def _by_code() -> Any:
    class ByCode(BaseModel):
        id: int = Field(json_schema_extra=primary)
        code: str = Field(json_schema_extra=foreign("Everything.code"))

    return ByCode


def test_nothing_contradicts_itself_in_the_providers_of_a_library() -> None:
    assert lint(Library((Company, 50), (Person, 1_000)).providers["Person"]) == []
