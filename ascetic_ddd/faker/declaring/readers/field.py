"""A field of a model, as every reader tells it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

__all__ = ("MISSING", "Field", "IReader", "unknown")


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"


MISSING = _Missing()
"""There is no default."""


def unknown() -> Any:
    """A default that only the model knows."""
    return MISSING


@dataclass(frozen=True)
class Field:
    """What a model says of one of its fields.

    Attributes:
        name: by which the model's factory takes it.
        hint: its type; constraints may stand in ``Annotated``.
        constraints: others, by the names of pydantic's ``Field``: ``ge``, ``gt``, ``le``, ``lt``, ``multiple_of``,
            ``min_length``, ``max_length``, ``pattern``, ``max_digits``, ``decimal_places``.
        values: all that it may have, if they are listed.
        default: what the model takes where nothing is told; :data:`MISSING`: it has to be told, or what ``makes_default`` makes.
        makes_default: makes it, for each object anew.
        is_given: the database gives it.
        is_key: it is the id, or a part of it.
        is_unique: no two may have the same.
        refers_to: the model whose id it is; None: nobody says so.
        obstacle: why it cannot be told by this name, and what to do; None: it can.
    """

    name: str
    hint: Any
    constraints: Mapping[str, Any] = field(default_factory=dict)
    values: Sequence[Any] | None = None
    default: Any = MISSING
    makes_default: Callable[[], Any] | None = None
    is_given: bool = False
    is_key: bool = False
    is_unique: bool = False
    refers_to: Any = None
    obstacle: tuple[str, str] | None = None


class IReader(Protocol):
    """Reads the models of one library."""

    def supports(self, model: Any) -> bool:
        """Tell whether a class is such a model."""
        ...

    def fields(self, model: Any) -> Sequence[Field]:
        """Give the fields that the factory takes, in the order of the class."""
        ...

    def factory(self, model: Any) -> Callable[..., Any] | None:
        """Give what makes an object of the fields' values by name; None: the class itself."""
        ...
