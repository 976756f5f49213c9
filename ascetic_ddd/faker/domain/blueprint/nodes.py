"""What an object is made of, as data: from it the code that makes objects is written."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from ascetic_ddd.faker.domain.blueprint.slot import Slot

__all__ = ("Failed", "Id", "Node", "Parts", "Value")

Failed: TypeAlias = Callable[[BaseException, Any], object]
"""Hears of an error that a factory raised, and of the input, before the error travels on."""


@dataclass(frozen=True)
class Value:
    """One value.

    Attributes:
        slot: its input and output.
        factory: makes the output; None: the output is the input.
        failed: hears of errors.
        takes_none: the factory is called for None, too.
    """

    slot: Slot
    factory: Callable[[Any], Any] | None
    failed: Failed
    takes_none: bool = False


@dataclass(frozen=True)
class Parts:
    """An object of parts; None if its slot is null.

    Attributes:
        slot: its output, and whether it is null.
        factory: makes the output, of the parts' outputs by name.
        parts: what they are made of.
        failed: hears of errors.
        known: gives the input, for errors.
    """

    slot: Slot
    factory: Callable[..., Any]
    parts: "tuple[tuple[str, Node], ...]"
    failed: Failed
    known: Callable[[], Any]


@dataclass(frozen=True)
class Id:
    """The id of another object, made afresh of plain data.

    Attributes:
        slot: its input and output.
        make: makes the id; tells itself where it failed.
    """

    slot: Slot
    make: Callable[[Any], Any]


Node: TypeAlias = Value | Parts | Id
