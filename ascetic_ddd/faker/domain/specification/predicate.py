"""A specification from any callable, for what equality cannot say."""

from collections.abc import Callable, Mapping
from typing import Any

__all__ = ("PredicateSpecification",)


class PredicateSpecification:
    """Satisfied by states for which the callable returns true.

    Two predicates are the same scope only if they are the same callable object, so keep the callable, or the
    specification, and pass it again; a fresh ``lambda`` per call would open a new scope per call.

    Args:
        predicate: a pure callable of the exported state.

    Example:
        >>> PredicateSpecification(lambda state: state["age"] >= 18).is_satisfied_by({"age": 21})
        True
    """

    def __init__(self, predicate: Callable[[Mapping[str, Any]], bool]) -> None:
        self.predicate = predicate

    def is_satisfied_by(self, state: Mapping[str, Any]) -> bool:
        return bool(self.predicate(state))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PredicateSpecification) and other.predicate is self.predicate

    def __hash__(self) -> int:
        return hash(self.predicate)

    def __repr__(self) -> str:
        return f"PredicateSpecification({self.predicate!r})"
