"""What a wanted object looks like, as a pure predicate over exported state."""

from collections.abc import Mapping
from typing import Any, Protocol

__all__ = ("ISpecification",)


class ISpecification(Protocol):
    """A predicate over the exported state of an aggregate."""

    def is_satisfied_by(self, state: Mapping[str, Any]) -> bool:
        """Tell whether the state matches. Pure: same state, same answer, no I/O."""
        ...
