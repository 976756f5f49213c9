"""What a wanted object looks like where it refers to another: the other one satisfies a specification too."""

from collections.abc import Callable, Mapping
from typing import Any

from ascetic_ddd.faker.domain.specification.equality import freeze
from ascetic_ddd.faker.domain.specification.interfaces import ISpecification

__all__ = ("AndSpecification", "ReferenceSpecification")


class ReferenceSpecification:
    """Satisfied by states whose reference leads to an aggregate that satisfies ``target``.

    Args:
        path: where the reference stands in the state, e.g. ``("id", "tenant_id")``.
        lookup: gives the referenced aggregate's state by its exported id, or None.
        target: what the referenced aggregate looks like.
        versions: counts the changes of the states that ``lookup`` gives, so that answers are not kept too long.
    """

    def __init__(
        self,
        path: tuple[str, ...],
        lookup: Callable[[Any], Mapping[str, Any] | None],
        target: ISpecification,
        versions: Callable[[], int],
    ) -> None:
        self.path = path
        self.lookup = lookup
        self.target = target
        self.versions = versions

    def version(self) -> int:
        """Changes whenever a state that this looks at elsewhere may have changed."""
        return self.versions() + version_of(self.target)

    def is_satisfied_by(self, state: Mapping[str, Any]) -> bool:
        found: Any = state
        for key in self.path:
            if not isinstance(found, Mapping) or key not in found:
                return False
            found = found[key]
        referenced = self.lookup(found) if found is not None else None
        return referenced is not None and self.target.is_satisfied_by(referenced)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ReferenceSpecification) and (other.path, other.lookup, other.target) == (
            self.path,
            self.lookup,
            self.target,
        )

    def __hash__(self) -> int:
        return hash((self.path, self.lookup, freeze(self.target)))

    def __repr__(self) -> str:
        return f"{'.'.join(self.path)} → {self.target!r}"


class AndSpecification:
    """Satisfied by what satisfies all of the parts."""

    def __init__(self, *parts: ISpecification) -> None:
        self.parts = parts

    def version(self) -> int:
        """Changes whenever a state that a part looks at elsewhere may have changed."""
        return sum(version_of(part) for part in self.parts)

    def is_satisfied_by(self, state: Mapping[str, Any]) -> bool:
        return all(part.is_satisfied_by(state) for part in self.parts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AndSpecification) and other.parts == self.parts

    def __hash__(self) -> int:
        return hash(self.parts)

    def __repr__(self) -> str:
        return " and ".join(repr(part) for part in self.parts)


def version_of(specification: ISpecification) -> int:
    """The version of what a specification looks at outside the state it is given; 0 if it looks nowhere else."""
    version = getattr(specification, "version", None)
    return version() if version is not None else 0
