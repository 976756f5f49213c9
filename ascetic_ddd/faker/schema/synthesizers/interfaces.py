"""What a synthesizer is to its behaviour, and what makes the parts of its values."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from random import Random
from typing import Any, Protocol

from pydantic.fields import FieldInfo

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.schema.synthesizers.spaces import ISpace

__all__ = ("DepthError", "IFieldMaker", "ISynthesizer")


class DepthError(ConfigurationError):
    """A model contains itself, and this is deep enough."""


class ISynthesizer(Protocol):
    """Makes the values of one field, one by one or many at once."""

    model: Any
    place: str
    seed: int

    @property
    def random(self) -> Random:
        """The stream of the field."""
        ...

    def __call__(self, sequence: int | None = None) -> Any:
        """Give a value."""
        ...

    def draw(self, count: int) -> Sequence[Any]:
        """The next ``count`` values of the stream."""
        ...

    def restart(self, random: Random) -> None:
        """Begin new streams, seeded from one."""
        ...

    def accepted(self, value: Any) -> Sequence[Any]:
        """The value as the application's validators leave it, or nothing if they reject it."""
        ...

    def accepted_space(self, rows: int, random: Random) -> ISpace | None:
        """All values that the validators accept, countable, of which ``rows`` are needed; None if they can only be drawn."""
        ...


class IFieldMaker(Protocol):
    """Chooses and makes synthesizers, and knows the place of what is being made."""

    place: str

    def make(self, model: Any, field: FieldInfo, name: str) -> Any:
        """Make the synthesizer of a field.

        Raises:
            ConfigurationError: no synthesizer is for it, or the one that is finds it impossible; the place is told.
        """
        ...

    def inside(self, model: Any) -> AbstractContextManager[None]:
        """Make the fields of a nested model.

        Raises:
            DepthError: it contains itself, and this is deep enough; whoever can do without it catches this.
        """
        ...
