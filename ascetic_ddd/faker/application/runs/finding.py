"""What is found before anything is generated, and who can find it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider

__all__ = ("Finding", "ILinted")


@dataclass(frozen=True, slots=True)
class Finding:
    """One contradiction.

    Attributes:
        path: the provider whose request cannot hold together with the others.
        asked: what it asks for.
        implies: what the others imply instead.
        advice: what to change.
    """

    path: str
    asked: str
    implies: str
    advice: str

    def __str__(self) -> str:
        return f"{self.path}: asked {self.asked}; but {self.implies}. {self.advice}."


class ILinted(Protocol):
    """A factory or a repository that can tell what of it does not fit the provider it was given to."""

    def findings(self, provider: AggregateProvider[Any, Any]) -> Iterable[Finding]:
        """Find it; nothing is drawn, and nobody is asked."""
        ...
