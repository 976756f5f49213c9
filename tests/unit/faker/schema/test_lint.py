"""What models say that may mean something else than was meant is told."""

from typing import Annotated, Any

from pydantic import BaseModel, Field

from ascetic_ddd.faker.schema import SchemaSynthesizer


def told(sql: Any) -> list[str]:
    class Row(BaseModel):
        id: Annotated[int, Field(json_schema_extra={"sql": {"key": "primary"}})]
        name: Annotated[str, Field(json_schema_extra={"sql": sql})]

    schema = SchemaSynthesizer()
    schema.add(Row, 3)
    return [str(finding) for finding in schema.lint()]


def test_an_empty_sql_is_a_primary_key_and_is_told() -> None:
    (finding,) = told({})
    assert finding == (
        "Row.name: asked 'sql': {}; an empty one makes it the primary key, which is (id, name). "
        "Say {'key': 'primary'} if that is meant, or take 'sql' out."
    )


def test_a_word_that_nobody_reads_is_told() -> None:
    (finding,) = told({"colunm": "label", "key": "unique"})
    assert finding.startswith("Row.name: asked 'colunm' in 'sql'; nobody reads it (is 'column' meant?). Expected some of key, ")


def test_what_is_clear_is_not_told() -> None:
    for sql in ({"key": "primary"}, {"column": "label"}, {"key": "unique", "null_weight": 0}, None):
        assert told(sql) == []
