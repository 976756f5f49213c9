"""What may be known of a distributor beside the port; one of the user's need have none of it."""

from typing import Protocol, runtime_checkable

from ascetic_ddd.faker.domain.stock.sequence import PositionSequence

__all__ = ("is_sequence", "is_unique", "null_weight", "positions")


@runtime_checkable
class INullWeighted(Protocol):
    """A distributor with a share of nulls."""

    @property
    def null_weight(self) -> float:
        """The share, 0…1."""
        ...


@runtime_checkable
class IUnique(Protocol):
    """A distributor that knows whether it gives each value once."""

    @property
    def is_unique(self) -> bool:
        """True if it does."""
        ...


@runtime_checkable
class ISequence(Protocol):
    """A distributor that knows whether the number of a new value is what the value is made of."""

    @property
    def is_sequence(self) -> bool:
        """True if it is."""
        ...


@runtime_checkable
class IPositioned(Protocol):
    """A distributor that numbers its new values."""

    @property
    def positions(self) -> PositionSequence:
        """Their numbers."""
        ...


def null_weight(distributor: object) -> float:
    """The share of nulls; 0 if it has none."""
    return distributor.null_weight if isinstance(distributor, INullWeighted) else 0.0


def is_unique(distributor: object) -> bool:
    """Tell whether it gives each value once, as far as it knows."""
    return isinstance(distributor, IUnique) and distributor.is_unique


def is_sequence(distributor: object) -> bool:
    """Tell whether its values are made of their numbers."""
    return isinstance(distributor, ISequence) and distributor.is_sequence


def positions(distributor: object) -> PositionSequence | None:
    """The numbers of its new values; None if it has none."""
    return distributor.positions if isinstance(distributor, IPositioned) else None
