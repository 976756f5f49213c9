"""What draws the values of one type, and what chooses it for a field.

All the library's synthesizers of types are imported here, because they are found as subclasses; that of models: ``rows.nested``.
"""

from ascetic_ddd.faker.schema.synthesizers import (
    choices,
    containers,
    dates,
    field_maker,
    numbers,
    patterns,
    special,
    strings,
    unions,
    words,
)

__all__ = (
    "choices",
    "containers",
    "dates",
    "field_maker",
    "numbers",
    "patterns",
    "special",
    "strings",
    "unions",
    "words",
)
