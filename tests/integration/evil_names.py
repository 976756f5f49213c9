"""Names that a database may have and a terminal must not read; and a target whose tables have them."""

from typing import Annotated

from pydantic import BaseModel, Field

from ascetic_ddd.faker.application.runs.target import Target
from ascetic_ddd.faker.infrastructure.feeds.model_target import model_target
from ascetic_ddd.faker.schema import SchemaSynthesizer

__all__ = ("EVIL_NAMES", "STEERING", "Parent", "target")

STEERING = "\x1b[31m\x1b]8;;http://x\x07\u202ea\u2066\u200b\x9b\x7f\n\r\tb"
"""Escape sequences, a link, letters that turn the direction or are not to be seen, line ends."""
EVIL_NAMES = (
    "x[/red]y",
    "[link=http://x]",
    STEERING,
    "q\"'\\z",
    "$x_1$",
    "{task.fields}%s%(id)s",
    "😀" * 15 + "abc",  # 63 bytes
)
_BOSS = {"key": "foreign", "reference": "Parent.id", "column": "[link=http://x]"}


class Parent(BaseModel):
    id: Annotated[int, Field(json_schema_extra={"sql": {"key": "primary", "column": STEERING}})]
    name: Annotated[str, Field(max_length=40, description=f"of {STEERING}", json_schema_extra={"sql": {"column": "x[/red]y"}})]
    boss: Annotated[
        int | None,
        Field(
            json_schema_extra={
                "sql": {"key": "foreign", "reference": "Parent.id", "column": "[link=http://x]"},
                "null_weight": 0.5,
            }
        ),
    ]


def target() -> Target:
    """Books of a table whose name steers."""
    schema = SchemaSynthesizer(seed=5)
    schema.add(Parent, 100)
    return model_target(schema, Parent, {"Parent": STEERING})
