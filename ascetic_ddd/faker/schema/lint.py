"""What models say that may mean something else to the library than to who wrote it."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ascetic_ddd.faker.schema.reading.sql_words import SQL_WORDS
from ascetic_ddd.faker.schema.rows.model_synthesizer import ModelSynthesizer

__all__ = ("Finding", "lint")


@dataclass(frozen=True, slots=True)
class Finding:
    """One field whose words are doubtful.

    Attributes:
        path: the field with its model.
        asked: what it says.
        implies: what that means.
        advice: what to change.
    """

    path: str
    asked: str
    implies: str
    advice: str

    def __str__(self) -> str:
        return f"{self.path}: asked {self.asked}; {self.implies}. {self.advice}."


def lint(models: Mapping[str, ModelSynthesizer]) -> list[Finding]:
    """Find what is doubtful in the models' fields.

    * An empty ``"sql": {}`` makes a field the primary key.
    * A word in ``sql`` that nobody reads does nothing.

    Returns:
        Findings in the order of the models and fields.
    """
    return [
        finding
        for model in models.values()
        for name, synth in model.fields.items()
        for finding in _findings(f"{model.name}.{name}", synth.json_schema_extra.get("sql"), model.key)
    ]


def _findings(path: str, sql: Any, key: tuple[str, ...]) -> Iterator[Finding]:
    if not isinstance(sql, Mapping):
        return
    if not sql:
        yield Finding(
            path,
            "'sql': {}",
            f"an empty one makes it the primary key, which is ({', '.join(key)})",
            "Say {'key': 'primary'} if that is meant, or take 'sql' out",
        )
    for word in sql:
        if word not in SQL_WORDS:
            close = difflib.get_close_matches(str(word), SQL_WORDS, 1)
            meant = f" (is {close[0]!r} meant?)" if close else ""
            yield Finding(path, f"{word!r} in 'sql'", f"nobody reads it{meant}", f"Expected some of {', '.join(SQL_WORDS)}")
