"""Rows of a schema in PostgreSQL: tables of every construct, circles, errors, and all or nothing."""

import json
from typing import Any

import psycopg
import pytest
from psycopg import sql
from pydantic import BaseModel, Field

from ascetic_ddd.faker.domain.errors import ConfigurationError, PersistenceError
from ascetic_ddd.faker.infrastructure.feeds.csv_folder import CsvFolder
from ascetic_ddd.faker.infrastructure.feeds.destinations import write_rows
from ascetic_ddd.faker.infrastructure.feeds.folder import OccupiedError
from ascetic_ddd.faker.infrastructure.feeds.pg_ddl import ddl_of
from ascetic_ddd.faker.infrastructure.feeds.pg_tables import PgTables
from ascetic_ddd.faker.infrastructure.feeds.tables import tables_of
from ascetic_ddd.faker.schema import SchemaSynthesizer
from tests.unit.faker.infrastructure.feeds.models import Author, Book, Everything, Tenant, Worker, foreign, primary


def schema_of(*models: tuple[Any, int]) -> SchemaSynthesizer:
    schema = SchemaSynthesizer(seed=2)
    for model, rows in models:
        schema.add(model, rows)
    return schema


def asked(dsn: str, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn) as connection:
        return connection.execute(statement.encode()).fetchall()


def stored(dsn: str, schema: SchemaSynthesizer, model: Any) -> list[Any]:
    """The table's rows as instances, in no order."""
    table = tables_of(schema.schema)[model.__name__]
    names = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns.values())
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(sql.SQL("SELECT {} FROM {}").format(names, sql.Identifier(*table.names))).fetchall()
    told = [dict(zip(table.columns, row, strict=True)) for row in rows]
    for row in told:
        if "document" in row:
            row["document"] = json.dumps(row["document"])
    return [model.model_validate(row) for row in told]


def assert_same(dsn: str, schema: SchemaSynthesizer, model: Any, key: str) -> None:
    found = sorted(stored(dsn, schema, model), key=lambda row: str(getattr(row, key)))
    assert found == sorted(schema.rows(model), key=lambda row: str(getattr(row, key)))


def test_every_construct_has_a_column_and_comes_back_equal(external_dsn: str) -> None:
    schema = schema_of((Everything, 1_200))
    write_rows(schema, PgTables(external_dsn, create=True))
    assert_same(external_dsn, schema, Everything, "id")
    types = dict(
        asked(
            external_dsn,
            "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute "
            "WHERE attrelid = 'everything'::regclass AND attnum > 0",
        )
    )
    expected = {
        "id": "uuid",
        "code": "character varying(12)",
        "small": "integer",
        "number": "bigint",
        "big": "numeric",
        "price": "numeric(8,2)",
        "free_price": "numeric",
        "ratio": "double precision",
        "flag": "boolean",
        "text": "text",
        "day": "date",
        "moment": "timestamp without time zone",
        "zoned": "timestamp with time zone",
        "noon": "time without time zone",
        "duration": "interval",
        "raw": "bytea",
        "colour": "text",
        "level": "integer",
        "address": "inet",
        "net": "cidr",
        "point": "jsonb",
        "either": "jsonb",
        'weird "name" %s': "text",
    }
    assert {name: types[name] for name in expected} == expected


def test_what_a_model_does_not_allow_its_table_does_not_either(external_dsn: str) -> None:
    schema = schema_of((Everything, 5))
    write_rows(schema, PgTables(external_dsn, create=True))
    for change, error in (
        ("colour = 'green'", psycopg.errors.CheckViolation),
        ("level = 3", psycopg.errors.CheckViolation),
        ("text = NULL", psycopg.errors.NotNullViolation),
        ("code = 'x'", psycopg.errors.UniqueViolation),
    ):
        with psycopg.connect(external_dsn) as connection, pytest.raises(error):
            connection.execute(b"UPDATE everything SET " + change.encode())
    assert asked(external_dsn, "SELECT obj_description('everything'::regclass)") == [('A row of "all" there is; it\'s quoted.',)]


def test_a_file_that_was_written_is_taken_back_by_copy(external_dsn: str, tmp_path: Any) -> None:
    schema = schema_of((Everything, 800))
    write_rows(schema, CsvFolder(tmp_path))
    with psycopg.connect(external_dsn) as connection:
        for statement in ddl_of(tables_of(schema.schema)).tables:
            connection.execute(statement.encode())
        with connection.cursor() as cursor, cursor.copy(b"COPY everything FROM STDIN (FORMAT csv, HEADER match)") as copy:
            copy.write((tmp_path / "Everything.csv").read_bytes())
    assert_same(external_dsn, schema, Everything, "id")


def test_composite_keys_and_references_are_constraints_of_the_tables(external_dsn: str) -> None:
    schema = schema_of((Book, 3_000), (Author, 60), (Tenant, 6))
    write_rows(schema, PgTables(external_dsn, create=True))
    assert_same(external_dsn, schema, Book, "book_id")
    constraints = asked(
        external_dsn,
        "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f' ORDER BY 1, 2",
    )
    end = "DEFERRABLE INITIALLY DEFERRED"
    assert constraints == [
        ("author", f"FOREIGN KEY (tenant_id) REFERENCES tenant(id) {end}"),
        ("book", f"FOREIGN KEY (tenant_id) REFERENCES tenant(id) {end}"),
        ("book", f"FOREIGN KEY (tenant_id, author_id) REFERENCES author(tenant_id, author_id) {end}"),
    ]


class Employee(BaseModel):
    id: int = Field(json_schema_extra=primary)
    manager: int | None = Field(json_schema_extra=foreign("Manager.id", null_weight=0.2))


class Manager(BaseModel):
    id: int = Field(json_schema_extra=primary)
    employee_id: int = Field(json_schema_extra=foreign("Employee.id"))


CIRCLE = ((Employee, 2_000), (Manager, 50))
PLAIN = """
    CREATE TABLE employee (id bigint PRIMARY KEY, manager bigint {null});
    CREATE TABLE manager (id bigint PRIMARY KEY, employee_id bigint NOT NULL REFERENCES employee);
    ALTER TABLE employee ADD FOREIGN KEY (manager) REFERENCES manager {more};
"""


def execute(dsn: str, statements: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute(statements.encode())


@pytest.mark.parametrize(("null", "more"), [("", ""), ("", "DEFERRABLE"), ("", "DEFERRABLE INITIALLY DEFERRED")])
def test_tables_that_refer_to_each_other_in_a_circle_are_filled(null: str, more: str, external_dsn: str) -> None:
    execute(external_dsn, PLAIN.format(null=null, more=more))
    schema = schema_of(*CIRCLE)
    write_rows(schema, PgTables(external_dsn))
    assert_same(external_dsn, schema, Employee, "id")
    assert_same(external_dsn, schema, Manager, "id")
    assert asked(external_dsn, "SELECT count(*) FROM employee WHERE manager IS NULL")[0][0] > 200


def test_a_circle_in_which_nothing_can_wait_is_told_with_its_constraints(external_dsn: str) -> None:
    execute(external_dsn, PLAIN.format(null="NOT NULL", more=""))
    with pytest.raises(
        ConfigurationError, match=r"employee_manager_fkey of employee, manager_employee_id_fkey of manager .*circle"
    ):
        write_rows(schema_of(*CIRCLE), PgTables(external_dsn))


def test_a_table_is_filled_after_what_it_refers_to_in_whichever_order_models_were_added(external_dsn: str) -> None:
    execute(
        external_dsn,
        """
        CREATE TABLE tenant (id bigint PRIMARY KEY, name text);
        CREATE TABLE author (tenant_id bigint REFERENCES tenant, author_id int, name text, PRIMARY KEY (tenant_id, author_id));
        CREATE TABLE book (tenant_id bigint, book_id bigint, author_id int, title text, PRIMARY KEY (tenant_id, book_id),
                           FOREIGN KEY (tenant_id, author_id) REFERENCES author);
        """,
    )
    schema = schema_of((Book, 1_500), (Author, 20), (Tenant, 4))
    write_rows(schema, PgTables(external_dsn))
    assert_same(external_dsn, schema, Book, "book_id")


def test_a_tree_goes_into_one_table_that_refers_to_itself(external_dsn: str) -> None:
    execute(external_dsn, "CREATE TABLE worker (id bigint PRIMARY KEY, boss_id bigint REFERENCES worker)")
    schema = schema_of((Worker, 2_000))
    write_rows(schema, PgTables(external_dsn))
    assert_same(external_dsn, schema, Worker, "id")


class Visit(BaseModel):
    id: int = Field(json_schema_extra=primary)
    at: Any = None
    tags: list[str | None]
    nested_numbers: list[list[int]]
    note: str = Field(alias="remark")


def test_columns_of_other_types_get_what_means_the_same(external_dsn: str) -> None:
    execute(
        external_dsn,
        "CREATE TABLE visit (id numeric PRIMARY KEY, at jsonb, tags text[], nested_numbers int8[][], remark varchar(100), "
        "twice numeric GENERATED ALWAYS AS (id * 2) STORED, made timestamptz NOT NULL DEFAULT now())",
    )
    schema = schema_of((Visit, 3))
    rows = [
        Visit(id=1, at={"a": [1]}, tags=['a"b\\', "NULL", None, "", "x,y"], nested_numbers=[[1, 2], [3, 4]], remark="it's"),
        Visit(id=2, at="text", tags=[], nested_numbers=[], remark=""),
        Visit(id=3, at=None, tags=["é\n"], nested_numbers=[[5]], remark="ü"),
    ]
    schema["Visit"].instances = lambda: iter(rows)  # type: ignore[method-assign]
    write_rows(schema, PgTables(external_dsn))
    found = asked(external_dsn, "SELECT id::int, at, tags, nested_numbers, remark, twice::int FROM visit ORDER BY id")
    assert found == [(row.id, row.at, row.tags, row.nested_numbers, row.note, 2 * row.id) for row in rows]


class Moment(BaseModel):
    id: int = Field(json_schema_extra=primary)
    naive: str
    aware: str


def test_moments_are_utc_where_model_and_column_differ_whatever_the_time_zone_of_the_server(external_dsn: str) -> None:
    from datetime import datetime, timedelta, timezone

    execute(external_dsn, "CREATE TABLE moment (id int PRIMARY KEY, naive timestamptz, aware timestamp)")
    execute(external_dsn, "ALTER ROLE CURRENT_USER SET TimeZone = 'Asia/Tokyo'")
    try:
        schema = schema_of((Moment, 1))
        aware = datetime(2024, 5, 1, 12, tzinfo=timezone(timedelta(hours=5)))
        row = Moment.model_construct(id=1, naive=datetime(2024, 5, 1, 12), aware=aware)  # noqa: DTZ001
        schema["Moment"].instances = lambda: iter([row])  # type: ignore[method-assign]
        write_rows(schema, PgTables(external_dsn))
    finally:
        execute(external_dsn, "ALTER ROLE CURRENT_USER RESET TimeZone")
    assert asked(external_dsn, "SELECT naive = '2024-05-01 12:00Z', aware::text FROM moment") == [(True, "2024-05-01 07:00:00")]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("", r"the database has no table tenant; migrate it first"),
        (
            "CREATE TABLE tenant (id int, nam text)",
            r"table tenant has no column name for Tenant\.name \(is nam meant\?\); it has id, nam",
        ),
        (
            "CREATE TABLE tenant (id int, name text, city text NOT NULL)",
            r"the column city must have a value, and Tenant has no field",
        ),
    ],
)
def test_a_table_that_does_not_fit_is_told_before_anything_is_written(table: str, words: str, external_dsn: str) -> None:
    if table:
        execute(external_dsn, table)
    with pytest.raises(ConfigurationError, match=words):
        write_rows(schema_of((Tenant, 3)), PgTables(external_dsn))


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("name varchar(3)", r"value too long .*give the field the max_length"),
        ("name int", r"invalid input syntax for type integer.*in COPY tenant, line 1.*give the field a type"),
        ("name text CHECK (name <> name)", r"violates check constraint.*narrow the field"),
    ],
)
def test_a_row_that_the_table_refuses_is_told_with_its_line_and_nothing_is_stored(
    column: str, words: str, external_dsn: str
) -> None:
    execute(external_dsn, f"CREATE TABLE tenant (id bigint, {column})")
    with pytest.raises(PersistenceError, match=words):
        write_rows(schema_of((Tenant, 3_000)), PgTables(external_dsn))
    assert asked(external_dsn, "SELECT count(*) FROM tenant") == [(0,)]


def test_an_interruption_leaves_no_row_and_no_table(external_dsn: str) -> None:
    def interrupt(progress: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_rows(schema_of((Tenant, 30_000)), PgTables(external_dsn, create=True), on_progress=interrupt)
    assert asked(external_dsn, "SELECT to_regclass('tenant')") == [(None,)]


def test_tables_that_are_there_are_dropped_only_if_forced(external_dsn: str) -> None:
    schema = schema_of((Tenant, 10))
    write_rows(schema, PgTables(external_dsn, create=True))
    with pytest.raises(OccupiedError, match="the database has a table tenant already"):
        write_rows(schema, PgTables(external_dsn, create=True))
    with pytest.raises(PersistenceError, match=r"duplicate key.*take empty ones, or another seed"):
        write_rows(schema, PgTables(external_dsn))
    write_rows(schema, PgTables(external_dsn, create=True, force=True))
    assert asked(external_dsn, "SELECT count(*) FROM tenant") == [(10,)]


def test_a_table_may_be_in_a_schema_and_have_any_name(external_dsn: str) -> None:
    execute(external_dsn, 'CREATE SCHEMA "s p"')
    schema = schema_of((Author, 20), (Tenant, 4))
    write_rows(schema, PgTables(external_dsn, create=True), table_names={"Tenant": ("s p", 'T"%s'), "Author": "WRITERS"})
    assert asked(external_dsn, 'SELECT count(*) FROM "WRITERS" JOIN "s p"."T""%s" t ON t.id = tenant_id') == [(20,)]


def test_a_database_that_does_not_answer_is_told() -> None:
    with pytest.raises(PersistenceError, match=r"connecting to the database: .*check the connection"):
        write_rows(schema_of((Tenant, 3)), PgTables("host=127.0.0.1 port=1 connect_timeout=2"))
