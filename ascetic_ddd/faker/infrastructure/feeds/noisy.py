"""Rows with faults, for negative tests: how they are written, and what tells the faults."""

from collections import deque
from collections.abc import Sequence, Set
from typing import Any

from pydantic_core import to_json

from ascetic_ddd.faker.infrastructure.feeds.csv_text import json_fallback
from ascetic_ddd.faker.infrastructure.feeds.nested import as_told, bytes_text_of
from ascetic_ddd.faker.schema.noise import NoisyRow
from ascetic_ddd.faker.schema.reading.shapes import has_fields
from ascetic_ddd.faker.schema.rows.model_synthesizer import ModelSynthesizer

__all__ = ("FAULTS", "faults_of", "noisy_columns", "noisy_lines")

FAULTS = "_faults"
"""The column of a CSV file that tells what was broken: NULL if nothing was, else JSON, a list of objects."""


def faults_of(row: NoisyRow) -> list[dict[str, str]]:
    """What was broken, as plain data: field, kind, and what pydantic says."""
    return [{"field": fault.field, "kind": fault.kind, "words": fault.words} for fault in row.faults]


def noisy_columns(model: ModelSynthesizer, rows: Sequence[NoisyRow]) -> dict[str, list[Any]]:
    """Columns by field, and that of the faults. What is missing in a row is None; the faults tell it."""
    found: dict[str, list[Any]] = {name: [_value_of(model, row, name) for row in rows] for name in model.shape.fields}
    found[FAULTS] = [faults_of(row) or None for row in rows]
    return found


def noisy_lines(model: ModelSynthesizer, rows: Sequence[NoisyRow]) -> bytes:
    """Lines of JSON, ``{"input": …, "faults": […]}`` each: the input is what the application would receive."""
    bytes_text = bytes_text_of(model.model_class)
    lines = [
        to_json(
            {"input": as_told(row.told, bytes_text), "faults": faults_of(row)}, inf_nan_mode="strings", fallback=json_fallback
        )
        for row in rows
    ]
    return b"".join(line + b"\n" for line in lines)


def _value_of(model: ModelSynthesizer, row: NoisyRow, name: str) -> Any:
    try:
        value = model.shape.value_of(row.told, name)
    except (KeyError, IndexError, TypeError):
        return None
    is_nested = isinstance(value, (list, dict, tuple, deque, Set)) or has_fields(type(value))
    return as_told(value, bytes_text_of(model.model_class)) if is_nested else value
