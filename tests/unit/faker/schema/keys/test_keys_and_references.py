"""Keys are distinct, references resolve, and what cannot be is found before the first row."""

import uuid
from collections import Counter
from enum import Enum
from typing import Annotated, Any, Literal

import pydantic
import pytest
from pydantic import BaseModel, Field

from ascetic_ddd.faker.domain.errors import ConfigurationError, CycleError, ExhaustedError
from ascetic_ddd.faker.schema import SchemaSynthesizer, Synthesizer

create_model: Any = pydantic.create_model


def sql(**words: Any) -> Any:
    return Field(json_schema_extra={"sql": words})


def pk(reference: str | None = None, **words: Any) -> Any:
    return sql(key="primary", **({"reference": reference} if reference else {}), **words)


def fk(reference: Any, **words: Any) -> Any:
    return Field(json_schema_extra={"sql": {"key": "foreign", "reference": reference}, **words})


def schema_of(*models: tuple[Any, int], **options: Any) -> SchemaSynthesizer:
    schema = SchemaSynthesizer(seed=5, **options)
    for model, rows in models:
        schema.add(model, rows)
    schema.prepare()
    return schema


class Size(Enum):
    S = 1
    M = 2
    L = 3


@pytest.mark.parametrize(
    ("annotation", "rows"),
    [
        (int, 2_000),
        (Annotated[int, Field(ge=10, lt=60)], 50),
        (Annotated[int, Field(multiple_of=10, ge=0, le=990)], 100),
        (str, 2_000),
        (Annotated[str, Field(max_length=1)], 84),
        (Annotated[str, Field(max_length=2)], 5_000),
        (Annotated[str, Field(pattern=r"^[A-D]\d$")], 40),
        (uuid.UUID, 2_000),
        (Size, 3),
        (Literal["a", "b"], 2),
        (float, 500),
        (pydantic.EmailStr, 3_000),
        (pydantic.IPvAnyAddress, 500),
    ],
)
def test_keys_are_distinct_and_as_many_as_rows(annotation: Any, rows: int) -> None:
    model = create_model("Model", id=(Annotated[annotation, pk()], ...))
    schema = schema_of((model, rows))
    assert len({row.id for row in schema.rows(model)}) == rows


@pytest.mark.parametrize("name", ["name", "email", "city", "company_name", "title", "url", "phone", "user_name", "iban"])
def test_unique_words_are_distinct(name: str) -> None:
    model: Any = create_model("Model", **{name: (Annotated[str, sql(key="unique")], ...)})
    schema = schema_of((model, 3_000))
    found = [getattr(row, name) for row in schema.rows(model)]
    assert len(set(found)) == 3_000


@pytest.mark.parametrize(
    ("annotation", "room", "rows"),
    [
        (Annotated[int, Field(ge=1, le=9)], 9, 10),
        (bool, 2, 3),
        (Size, 3, 4),
        (Annotated[str, Field(max_length=1)], 84, 85),
        (Annotated[str, Field(pattern=r"^[ab]$")], 2, 3),
    ],
)
def test_too_small_a_domain_is_told_with_both_numbers_before_the_first_row(annotation: Any, room: int, rows: int) -> None:
    model = create_model("Model", id=(Annotated[annotation, pk()], ...))
    schema = SchemaSynthesizer()
    schema.add(model, rows)
    with pytest.raises((ConfigurationError, ExhaustedError), match=rf"Model\.id: {rows} rows need .* {room}\b"):
        schema.prepare()


class Three(Synthesizer):
    def __call__(self, sequence: int | None = None) -> int:
        return self.random.randrange(3)


def test_a_synthesizer_of_yours_with_too_few_values_is_told_with_both_numbers() -> None:
    class Numbered(BaseModel):
        id: Annotated[int, Field(json_schema_extra={"sql": {"key": "primary"}, "synthesizer": Three})]

    schema = SchemaSynthesizer()
    schema.add(Numbered, 4)
    with pytest.raises(ExhaustedError, match=r"Numbered\.id: 4 rows .* Three gave 3"):
        schema.prepare()
    schema = SchemaSynthesizer()
    schema.add(Numbered, 3)
    assert {row.id for row in schema.rows(Numbered)} == {0, 1, 2}


def test_keys_without_a_number_of_rows_are_refused() -> None:
    class Keyed(BaseModel):
        id: Annotated[int, pk()]

    with pytest.raises(ConfigurationError, match=r"Keyed\.id.*number of rows"):
        SchemaSynthesizer().add(Keyed)


def test_a_model_without_keys_goes_on_without_end() -> None:
    class Free(BaseModel):
        number: int

    schema = SchemaSynthesizer()
    schema.add(Free)
    rows = schema.rows(Free)
    assert len([next(rows) for _ in range(5_000)]) == 5_000


class Tenant(BaseModel):
    id: Annotated[int, pk()]
    name: str


class Author(BaseModel):
    tenant_id: Annotated[int, pk("Tenant.id")]
    id: Annotated[int, pk()]


class Book(BaseModel):
    tenant_id: Annotated[int, pk("Tenant.id")]
    id: Annotated[int, pk()]
    author_id: Annotated[int, fk("Author.id")]
    editor_id: Annotated[int | None, fk("Author.id", null_weight=0.3)]


class Review(BaseModel):
    tenant_id: Annotated[int, fk("Tenant.id")]
    author_id: Annotated[int, fk("Author.id", skew=1.5)]


class Signature(BaseModel):
    author_tenant: Annotated[int, fk("Author.tenant_id")]
    author_id: Annotated[int, fk("Author.id")]


class Visit(BaseModel):
    tenant_id: Annotated[int, fk("Author.tenant_id", mean=20)]


def keys(rows: Any, *names: str) -> set[tuple[Any, ...]]:
    return {tuple(getattr(row, name) for name in names) for row in rows}


def test_references_to_one_composite_key_agree() -> None:
    schema = schema_of((Tenant, 20), (Author, 300), (Book, 2_000), (Review, 2_000), (Signature, 500), (Visit, 300))
    tenants, authors = keys(schema.rows(Tenant), "id"), keys(schema.rows(Author), "tenant_id", "id")
    assert len(authors) == 300
    assert {(tenant,) for tenant, _ in authors} <= tenants
    books = list(schema.rows(Book))
    assert len(keys(books, "tenant_id", "id")) == 2_000
    assert keys(books, "tenant_id", "author_id") <= authors
    assert {(book.tenant_id, book.editor_id) for book in books if book.editor_id is not None} <= authors
    assert 0.2 < sum(book.editor_id is None for book in books) / 2_000 < 0.4
    assert any(book.editor_id not in (None, book.author_id) for book in books)
    assert keys(schema.rows(Review), "tenant_id", "author_id") <= authors
    assert keys(schema.rows(Signature), "author_tenant", "author_id") <= authors


def test_a_reference_to_a_part_of_a_key_counts_its_different_values() -> None:
    schema = schema_of((Tenant, 20), (Author, 300), (Visit, 300))
    used = Counter(row.tenant_id for row in schema.rows(Visit))
    assert len(used) == 15
    assert set(used.values()) == {20}


class Match(BaseModel):
    id: Annotated[int, pk()]
    tenant_id: Annotated[int, fk("Tenant.id", skew=2)]
    home_id: Annotated[int, fk("Author.id")]
    away_id: Annotated[int, fk("Author.id", weights=[0.7, 0.3])]


def test_several_references_within_one_scope_agree_on_it() -> None:
    schema = schema_of((Tenant, 10), (Author, 400), (Match, 3_000))
    authors = keys(schema.rows(Author), "tenant_id", "id")
    rows = list(schema.rows(Match))
    assert keys(rows, "tenant_id", "home_id") <= authors
    assert keys(rows, "tenant_id", "away_id") <= authors
    uses = sorted(Counter(row.tenant_id for row in rows).values(), reverse=True)
    assert abs(uses[0] / 3_000 - 0.1**0.5) < 0.01


class Student(BaseModel):
    id: Annotated[int, pk()]


class Enrolment(BaseModel):
    student_id: Annotated[int, pk("Student.id")]
    tenant_id: Annotated[int, pk("Tenant.id")]


class RuledEnrolment(BaseModel):
    student_id: Annotated[int, Field(json_schema_extra={"sql": {"key": "primary", "reference": "Student.id"}, "skew": 1.5})]
    tenant_id: Annotated[int, Field(json_schema_extra={"sql": {"key": "primary", "reference": "Tenant.id"}, "skew": 1.5})]


class Line(BaseModel):
    student_id: Annotated[int, Field(json_schema_extra={"sql": {"key": "primary", "reference": "Student.id"}, "skew": 1.3})]
    number: Annotated[int, Field(ge=1, le=40, json_schema_extra={"sql": {"key": "primary"}})]


class Slot(BaseModel):
    day: Annotated[int, Field(ge=1, le=31), pk()]
    hour: Annotated[int, Field(ge=0, le=23), pk()]


def test_composite_keys_are_distinct_together() -> None:
    schema = schema_of((Student, 100), (Tenant, 30), (Enrolment, 3_000), (RuledEnrolment, 400), (Line, 1_000), (Slot, 31 * 24))
    students, tenants = keys(schema.rows(Student), "id"), keys(schema.rows(Tenant), "id")
    for model, rows in ((Enrolment, 3_000), (RuledEnrolment, 400)):
        found = keys(schema.rows(model), "student_id", "tenant_id")
        assert len(found) == rows
        assert {(student,) for student, _ in found} <= students
        assert {(tenant,) for _, tenant in found} <= tenants
    lines = keys(schema.rows(Line), "student_id", "number")
    assert len(lines) == 1_000
    assert all(1 <= number <= 40 for _, number in lines)
    assert len(keys(schema.rows(Slot), "day", "hour")) == 31 * 24
    uses = Counter(row.student_id for row in schema.rows(RuledEnrolment))
    assert max(uses.values()) > 2 * min(uses.values())


@pytest.mark.parametrize(("model", "rows", "room"), [(Enrolment, 61, 60), (Line, 121, 120)])
def test_too_few_combinations_are_told_with_both_numbers(model: Any, rows: int, room: int) -> None:
    with pytest.raises(ConfigurationError, match=rf"{rows} rows need .* {room} combinations"):
        schema_of((Student, 3), (Tenant, 20), (model, rows))


class Profile(BaseModel):
    student_id: Annotated[int, pk("Student.id")]


class Card(BaseModel):
    id: Annotated[int, pk()]
    student_id: Annotated[int | None, sql(key="unique", reference="Student.id")]
    number: Annotated[str | None, Field(max_length=8, json_schema_extra={"sql": {"unique": True}, "null_weight": 0.5})]


def test_a_unique_reference_has_each_target_once() -> None:
    schema = schema_of((Student, 200), (Profile, 150), (Card, 200))
    students = keys(schema.rows(Student), "id")
    found = [row.student_id for row in schema.rows(Profile)]
    assert len(set(found)) == 150
    assert {(student,) for student in found} <= students
    cards = [row.student_id for row in schema.rows(Card) if row.student_id is not None]
    assert len(set(cards)) == len(cards) > 150
    numbers = [row.number for row in schema.rows(Card) if row.number is not None]
    assert len(set(numbers)) == len(numbers)
    assert 60 < len(numbers) < 140
    with pytest.raises(ConfigurationError, match=r"Profile\.student_id: 201 rows need .* 200"):
        schema_of((Student, 200), (Profile, 201))


class Boss(BaseModel):
    id: Annotated[int, pk()]
    boss_id: Annotated[int | None, fk("Boss.id")]


class TreeBoss(BaseModel):
    id: Annotated[int, pk()]
    boss_id: Annotated[int | None, Field(json_schema_extra={"sql": {"reference": "TreeBoss.id", "tree": True}})]


class RuledTree(BaseModel):
    id: Annotated[int, pk()]
    boss_id: Annotated[
        int | None,
        Field(json_schema_extra={"sql": {"reference": "RuledTree.id", "tree": True, "roots": 3}, "skew": 2, "mean": 6}),
    ]


class OwnRoot(BaseModel):
    id: Annotated[int, pk()]
    boss_id: Annotated[int, Field(json_schema_extra={"sql": {"reference": "OwnRoot.id", "tree": True}, "mean": 4})]


@pytest.mark.parametrize(("model", "roots"), [(TreeBoss, 1), (RuledTree, 3), (OwnRoot, 1)])
@pytest.mark.parametrize("rows", [1, 3, 1_000])
def test_a_tree_has_no_cycles_and_parents_come_first(model: Any, roots: int, rows: int) -> None:
    schema = schema_of((model, rows))
    seen: set[int] = set()
    tops = 0
    for row in schema.rows(model):
        if row.boss_id is None or row.boss_id == row.id:
            tops += 1
        else:
            assert row.boss_id in seen
        seen.add(row.id)
    assert len(seen) == rows
    assert tops == min(roots, rows)


def test_a_tree_has_the_asked_numbers_of_children() -> None:
    schema = schema_of((RuledTree, 6_003))
    uses = Counter(row.boss_id for row in schema.rows(RuledTree) if row.boss_id is not None)
    assert len(uses) == 1_000
    assert abs(max(uses.values()) / 6_000 - 0.001**0.5) < 0.002


def test_a_reference_to_itself_may_be_circular_where_no_tree_is_asked() -> None:
    schema = schema_of((Boss, 500))
    ids = keys(schema.rows(Boss), "id")
    assert {(row.boss_id,) for row in schema.rows(Boss) if row.boss_id is not None} <= ids


def test_keys_made_of_each_other_are_refused_with_their_path() -> None:
    class One(BaseModel):
        id: Annotated[int, pk("Two.id")]

    class Two(BaseModel):
        id: Annotated[int, pk("One.id")]

    with pytest.raises(CycleError, match=r"One → Two → One"):
        schema_of((One, 3), (Two, 3))


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("Nobody.id", r"no model Nobody was added.*Student"),
        ("Student.name", r"Student has no such field.*Student\.id"),
        ("Tenant.name", r"that field is no key.*Tenant\.id"),
        ("Card.student_id", r"may be None"),
        ("id", r"expected 'Model\.field'"),
    ],
)
def test_a_reference_to_nowhere_names_model_field_and_target(reference: str, words: str) -> None:
    model = create_model("Model", value=(Annotated[int, fk(reference)], ...))
    with pytest.raises(ConfigurationError, match=rf"Model\.value: .*{words}"):
        schema_of((Student, 3), (Tenant, 3), (Card, 3), (model, 3))


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ({"skew": 0.5}, r"skew=0\.5"),
        ({"skew": 2, "mean": 1}, r"skew=2 with mean=1"),
        ({"weights": [0.99, 0.01], "mean": 2}, r"rows per value"),
        ({"mean": 2}, r"100 rows with 2 rows per used value need 50 values, and there are 3"),
        ({"skew": 2, "weights": [1]}, r"each describe the whole shape"),
        ({"histogram": [(1, -3)]}, r"histogram"),
        ({"distribution": "normal"}, r"distribution='normal'"),
        ({"null_weight": 0.5}, r"allows no None"),
        ({"sql": {"key": "foreign"}}, r"expected a reference"),
        ({"sql": {"key": "secondary"}}, r"key='secondary'"),
        ({"sql": {"reference": "Student.id", "tree": True}}, r"its own model"),
    ],
)
def test_distributions_that_cannot_be_are_refused_with_their_place(words: dict[str, Any], complaint: str) -> None:
    extra = {"sql": {"key": "foreign", "reference": "Student.id"}, **words}
    model = create_model("Model", value=(Annotated[int, Field(json_schema_extra=extra)], ...))
    with pytest.raises(ConfigurationError, match=rf"Model\.value.*{complaint}"):
        schema_of((Student, 3), (model, 100))


def test_a_reference_to_a_model_without_rows_is_refused() -> None:
    model = create_model("Model", value=(Annotated[int, fk("Student.id")], ...))
    with pytest.raises(ConfigurationError, match=r"0 rows"):
        schema_of((Student, 0), (model, 3))
    assert list(schema_of((Student, 0), (model, 0)).rows(model)) == []


def test_captured_distributions_take_precedence() -> None:
    class Captured:
        def parameters(self) -> dict[str, Any]:
            return {"skew": None, "mean": 5.0, "null_weight": 0.5}

    model = create_model("Model", value=(Annotated[int | None, fk("Student.id", skew=2)], ...), other=(int, ...))
    schema = SchemaSynthesizer()
    schema.add(Student, 20)
    schema.add(model, 100, distributions={"value": Captured(), "other": {"values": [1, 2], "weights": [0.9, 0.1]}})
    rows = list(schema.rows(model))
    uses = Counter(row.value for row in rows)
    assert uses.pop(None) == 50
    assert set(uses.values()) == {5}
    assert abs(sum(row.other == 1 for row in rows) - 90) <= 2
    with pytest.raises(ConfigurationError, match=r"Model: distributions tells of wrong"):
        SchemaSynthesizer().add(model, 1, distributions={"wrong": {}})
    with pytest.raises(ConfigurationError, match=r"Model\.value: .*expected a mapping"):
        SchemaSynthesizer().add(model, 1, distributions={"value": 3})
    with pytest.raises(ConfigurationError, match=r"Model\.value: .*nobody reads 'skwe'; expected some of skew, "):
        SchemaSynthesizer().add(model, 1, distributions={"value": {"skwe": 2}})


class Picky(BaseModel):
    id: Annotated[int, pk()]
    other_id: Annotated[int, fk("Student.id", mean=2)]
    student_id: Annotated[int, fk("Student.id", mean=4)]

    @pydantic.model_validator(mode="after")
    def are_different(self) -> "Picky":
        if self.other_id == self.student_id:
            raise ValueError("the two must differ")
        return self


def test_planned_references_are_exchanged_between_rows_where_a_validator_rejects_them() -> None:
    schema = schema_of((Student, 10), (Picky, 20))
    rows = list(schema.rows(Picky))
    assert all(row.other_id != row.student_id for row in rows)
    assert set(Counter(row.other_id for row in rows).values()) == {2}
    assert set(Counter(row.student_id for row in rows).values()) == {4}
    assert rows == list(schema.rows(Picky))


def test_models_come_in_an_order_in_which_they_can_be_written() -> None:
    schema = schema_of((Book, 100), (Author, 50), (Tenant, 5), (Student, 1), (RuledTree, 9))
    order = schema.order()
    assert order.models.index("Tenant") < order.models.index("Author") < order.models.index("Book")
    assert order.deferred == ()

    class A(BaseModel):
        id: Annotated[int, pk()]
        b_id: Annotated[int | None, fk("B.id")]

    class B(BaseModel):
        id: Annotated[int, pk()]
        a_id: Annotated[int, fk("A.id")]

    order = schema_of((B, 3), (A, 3), (Boss, 3)).order()
    assert order.models == ("Boss", "A", "B")
    assert [(found.model, found.fields, found.is_nullable) for found in order.deferred] == [
        ("Boss", ("boss_id",), True),
        ("A", ("b_id",), True),
    ]


def test_one_name_is_one_model() -> None:
    schema = SchemaSynthesizer()
    schema.add(Student, 1)
    with pytest.raises(ConfigurationError, match=r"Student: a model of this name was added already"):
        schema.add(Student, 2)
    with pytest.raises(ConfigurationError, match=r"Tenant.* was not added; there are Student"):
        schema.rows(Tenant)


@pytest.mark.parametrize("rows", [-1, 1.5, True, "3"])
def test_rows_are_a_whole_number(rows: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"rows="):
        SchemaSynthesizer().add(Student, rows)


class Even(BaseModel):
    id: Annotated[int, Field(ge=0, le=99), pk()]

    @pydantic.field_validator("id")
    @classmethod
    def is_even(cls, value: int) -> int:
        if value % 2:
            raise ValueError("an even number is wanted")
        return value


class Shouted(BaseModel):
    id: Annotated[str, pydantic.StringConstraints(to_upper=True, max_length=2), pk()]


class Whispered(BaseModel):
    shouted_id: Annotated[str, fk("Shouted.id")]


class Creeping(BaseModel):
    id: Annotated[int, pydantic.AfterValidator(lambda value: value + 1), pk()]


def test_keys_are_what_the_validators_of_the_application_make_of_them() -> None:
    schema = schema_of((Even, 50), (Shouted, 1_000), (Whispered, 500))
    assert {row.id for row in schema.rows(Even)} == set(range(0, 100, 2))
    shouted = {row.id for row in schema.rows(Shouted)}
    assert len(shouted) == 1_000
    assert all(key == key.upper() for key in shouted)
    assert {row.shouted_id for row in schema.rows(Whispered)} <= shouted
    with pytest.raises(ConfigurationError, match=r"Even\.id: 51 rows need .* 50\b"):
        schema_of((Even, 51))
    with pytest.raises(ConfigurationError, match=r"Creeping\.id: its validators change"):
        schema_of((Creeping, 5))


class Reader(BaseModel):
    tenant_id: Annotated[int, pk("Tenant.id")]
    id: Annotated[int, pk()]


class Follows(BaseModel):
    tenant_id: Annotated[int, pk("Tenant.id")]
    author_id: Annotated[int, pk("Author.id")]
    reader_id: Annotated[int, pk("Reader.id")]


class BranchBoss(BaseModel):
    tenant_id: Annotated[int, pk("Tenant.id")]
    id: Annotated[int, pk()]
    boss_id: Annotated[int | None, Field(json_schema_extra={"sql": {"reference": "BranchBoss.id", "tree": True}, "mean": 5})]


class Bought(BaseModel):
    tenant_id: Annotated[int, fk("Author.tenant_id", skew=2)]
    author_id: Annotated[int, fk("Author.id", weights=[0.6, 0.4])]


def test_a_junction_of_two_models_of_one_tenant() -> None:
    schema = schema_of((Tenant, 5), (Author, 40), (Reader, 40), (Follows, 250))
    authors, readers = keys(schema.rows(Author), "tenant_id", "id"), keys(schema.rows(Reader), "tenant_id", "id")
    rows = list(schema.rows(Follows))
    assert len(keys(rows, "tenant_id", "author_id", "reader_id")) == 250
    assert keys(rows, "tenant_id", "author_id") <= authors
    assert keys(rows, "tenant_id", "reader_id") <= readers
    room = sum(1 for author in authors for reader in readers if author[0] == reader[0])
    assert (
        len(keys(schema_of((Tenant, 5), (Author, 40), (Reader, 40), (Follows, room)).rows(Follows), *Follows.model_fields))
        == room
    )
    with pytest.raises(ConfigurationError, match=rf"{room + 1} rows need .* {room} combinations"):
        schema_of((Tenant, 5), (Author, 40), (Reader, 40), (Follows, room + 1))


def test_a_tree_within_each_tenant() -> None:
    schema = schema_of((Tenant, 5), (BranchBoss, 600))
    seen: set[tuple[int, int]] = set()
    tops = Counter[int]()
    for row in schema.rows(BranchBoss):
        if row.boss_id is None:
            tops[row.tenant_id] += 1
        else:
            assert (row.tenant_id, row.boss_id) in seen
        seen.add((row.tenant_id, row.id))
    assert set(tops.values()) == {1}
    assert len(tops) == 5


def test_a_distribution_for_the_tenant_and_one_within_it() -> None:
    schema = schema_of((Tenant, 4), (Author, 80), (Bought, 4_000))
    rows = list(schema.rows(Bought))
    assert keys(rows, "tenant_id", "author_id") <= keys(schema.rows(Author), "tenant_id", "id")
    uses = sorted(Counter(row.tenant_id for row in rows).values(), reverse=True)
    assert uses[0] == 2_000


def test_a_reference_of_another_type_than_its_key_is_refused() -> None:
    model = create_model("Model", value=(Annotated[str, fk("Student.id")], ...))
    with pytest.raises(ConfigurationError, match=r"Model\.value: refers to Student\.id, whose values it does not take"):
        schema_of((Student, 3), (model, 3))
