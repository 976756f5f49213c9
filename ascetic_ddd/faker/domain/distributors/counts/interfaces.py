"""The port of the count distributions: how many uses each value gets."""

from typing import Protocol

__all__ = ("ICountDistribution",)


class ICountDistribution(Protocol):
    """The law of the number of uses per value."""

    @property
    def mean(self) -> float:
        """Uses per *used* value, at least 1."""
        ...

    @property
    def used_share(self) -> float:
        """Share of the values that have any use, in (0, 1]."""
        ...

    def ccdf(self, k: int) -> float:
        """Share of all values that have at least ``k`` uses; ``ccdf(0) == 1``, never increasing."""
        ...

    def quantile(self, u: float) -> float:
        """Uses of the value at share ``u`` in (0, 1) of the ranking, before rounding; never increasing in ``u``."""
        ...

    def share(self, t: float) -> float:
        """Share of all uses held by the most used part ``t`` in [0, 1] of all values: the Lorenz curve, most used first."""
        ...

    def cumulative(self, n: int) -> list[float]:
        """The ``n + 1`` points ``share(0), share(1/n), … share(1)``, fitted so that a measurement at ``n`` values is exact."""
        ...

    def due(self, i: int, x: float) -> float:
        """Population by which the value of rank ``i`` (from 1) has ``x`` uses; infinite if it never has that many.

        Never less than ``i``, never decreasing in ``x``. Call it with ``k - φ``, φ in [0, 1) fixed for the value, to get
        the time of its k-th use: over many values the fractions then round to the right mean.
        """
        ...
