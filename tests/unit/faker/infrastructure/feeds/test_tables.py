"""Tables and statements for models: names, types, keys, what SQL cannot say; and the order of filling."""

from typing import Any, ClassVar, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.feeds.pg_catalogue import ForeignKeyFacts, PgColumn, PgFacts
from ascetic_ddd.faker.infrastructure.feeds.pg_ddl import ddl_of
from ascetic_ddd.faker.infrastructure.feeds.pg_plan import load_plan
from ascetic_ddd.faker.infrastructure.feeds.pg_types import pg_type
from ascetic_ddd.faker.infrastructure.feeds.tables import Table, snake_case, tables_of
from ascetic_ddd.faker.schema import SchemaSynthesizer
from tests.unit.faker.infrastructure.feeds.models import Author, Book, Tenant, Worker, foreign, primary


def tables(*models: Any, names: dict[str, Any] | None = None) -> dict[str, Table]:
    schema = SchemaSynthesizer()
    for model in models:
        schema.add(model, 10)
    return tables_of(schema.schema, names)


def columns(*models: Any) -> dict[str, str]:
    return {name: column.type.name for table in tables(*models).values() for name, column in table.columns.items()}


def test_a_table_is_named_by_the_caller_the_model_or_its_class() -> None:
    class OrderLine(BaseModel):
        id: int

    class Named(BaseModel):
        model_config = ConfigDict(json_schema_extra={"sql": {"table": ["hr", "people"]}})
        id: int

    class Mapped(BaseModel):
        __tablename__: ClassVar[str] = "mapped_rows"
        id: int

    found = tables(OrderLine, Named, Mapped, Tenant, names={"Tenant": ("crm", "Client")})
    assert {name: table.names for name, table in found.items()} == {
        "OrderLine": ("order_line",),
        "Named": ("hr", "people"),
        "Mapped": ("mapped_rows",),
        "Tenant": ("crm", "Client"),
    }


@pytest.mark.parametrize(("name", "spelled"), [("A", "a"), ("HTTPLog2Line", "http_log2_line"), ("Page[int]", "page_int")])
def test_snake_case(name: str, spelled: str) -> None:
    assert snake_case(name) == spelled


def test_one_name_for_two_is_refused() -> None:
    class Twice(BaseModel):
        a: int = Field(json_schema_extra={"sql": {"column": "x"}})
        b: int = Field(json_schema_extra={"sql": {"column": "x"}})

    with pytest.raises(ConfigurationError, match="Twice: a and b would both be the column 'x'"):
        tables(Twice)
    with pytest.raises(ConfigurationError, match=r"Author and Tenant would both be the table x|Tenant and Author"):
        tables(Tenant, Author, names={"Tenant": "x", "Author": "x"})
    with pytest.raises(ConfigurationError, match="there is no model Tenent"):
        tables(Tenant, names={"Tenent": "x"})
    with pytest.raises(ConfigurationError, match="63 bytes"):
        tables(Tenant, names={"Tenant": "x" * 64})


def test_a_reference_has_the_type_of_the_key_it_leads_to() -> None:
    class Key(BaseModel):
        id: str = Field(max_length=12, json_schema_extra=primary)

    class Middle(BaseModel):
        key: str = Field(json_schema_extra=foreign("Key.id", "primary"))

    class End(BaseModel):
        middle: str | None = Field(json_schema_extra=foreign("Middle.key"))

    assert columns(End, Middle, Key) == {"middle": "varchar(12)", "key": "varchar(12)", "id": "varchar(12)"}


@pytest.mark.parametrize(
    ("low", "high", "name"),
    [
        (0, 2**31 - 1, "integer"),
        (0, 2**31, "bigint"),
        (-(2**31), 0, "integer"),
        (-(2**31) - 1, 0, "bigint"),
        (0, 2**63 - 1, "bigint"),
        (0, 2**63, "numeric"),
    ],
)
def test_a_whole_number_has_the_least_type_that_holds_it(low: int, high: int, name: str) -> None:
    class Model(BaseModel):
        x: int = Field(ge=low, le=high)

    assert columns(Model) == {"x": name}


@pytest.mark.parametrize(
    ("annotation", "name", "values"),
    [
        (Literal["a", "b"], "text", ("a", "b")),
        (Literal["a", None], "text", ("a",)),
        (Literal[1, 2**40], "bigint", (1, 2**40)),
        (Literal[1, "a"], "jsonb", ()),
        (int | None, "bigint", ()),
        (int | str, "jsonb", ()),
        (bool, "boolean", ()),
    ],
)
def test_choices_become_a_check(annotation: Any, name: str, values: tuple[Any, ...]) -> None:
    class Model(BaseModel):
        x: annotation

    found = pg_type(Model.model_fields["x"], "Model.x")
    assert (found.name, found.values) == (name, values)


def test_what_sql_cannot_say_is_noted_and_long_names_stay_apart() -> None:
    class Fan(BaseModel):
        id: int = Field(json_schema_extra=primary)
        a_very_long_name_of_a_field_that_refers_to_an_author: int = Field(json_schema_extra=foreign("Author.author_id"))
        a_very_long_name_of_a_field_that_refers_to_a_worker_one: int = Field(json_schema_extra=foreign("Worker.id"))
        a_very_long_name_of_a_field_that_refers_to_a_worker_two: int = Field(json_schema_extra=foreign("Worker.id"))

    ddl = ddl_of(tables(Fan, Author, Worker, Tenant, names={"Fan": "fan_of_somebody_or_other"}))
    assert ddl.notes == [
        "Fan: a_very_long_name_of_a_field_that_refers_to_an_author refers to a part of the key of Author; "
        "SQL has no foreign key for that"
    ]
    assert str(ddl).startswith("-- Fan: ")
    names = [statement.split(" ADD CONSTRAINT ")[1].split('"')[1] for statement in ddl.constraints]
    assert len(set(names)) == len(names) == 4
    assert all(len(name.encode()) <= 63 for name in names)


def facts(*keys: tuple[str, str, str, bool], not_null: bool = False) -> PgFacts:
    """Foreign keys: model, column, target, deferrable."""
    models = ("Book", "Author", "Tenant")
    listed = {
        model: tuple(PgColumn(name, name, "int8", is_array=False, is_not_null=not_null) for name in ("a", "b", "c"))
        for model in models
    }
    return PgFacts(
        listed,
        tuple(ForeignKeyFacts(f"{model}_{column}", model, target, later, (column,)) for model, column, target, later in keys),
    )


TABLES = tables(Book, Author, Tenant)


def test_what_is_referred_to_is_filled_first() -> None:
    plan = load_plan(
        TABLES, facts(("Book", "a", "Author", False), ("Author", "a", "Tenant", False), ("Book", "b", "Book", False))
    )
    assert plan.order == ("Tenant", "Author", "Book")
    assert plan.later == {}


def test_a_foreign_key_that_can_wait_asks_for_no_order() -> None:
    plan = load_plan(TABLES, facts(("Book", "a", "Author", True), ("Author", "a", "Book", True)))
    assert plan.order == ("Book", "Author", "Tenant")
    assert plan.later == {}


def test_a_circle_is_opened_where_a_column_may_be_null() -> None:
    circle = (("Book", "a", "Author", False), ("Author", "b", "Tenant", False), ("Tenant", "c", "Book", False))
    plan = load_plan(TABLES, facts(*circle))
    assert plan.later == {"Book": ("a",)}
    assert plan.order == ("Book", "Tenant", "Author")
    with pytest.raises(ConfigurationError, match="Book_a of book, Author_b of author, Tenant_c of tenant refer to each other"):
        load_plan(TABLES, facts(*circle, not_null=True))
