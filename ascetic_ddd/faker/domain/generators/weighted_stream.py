"""Random numbers for who draws from the same weighted words again and again, as Faker does."""

from itertools import accumulate
from random import Random
from typing import Any

__all__ = ("WeightedStream",)

_MOST = 256
_known: dict[int, tuple[tuple[Any, ...], tuple[Any, ...], list[Any]]] = {}  # by identity: words, their weights, and the sums


class WeightedStream(Random):
    """Draws what ``Random`` draws, and adds up the weights of a tuple of words once: Faker has a thousand last names.

    Source: the documentation of ``random.choices``, which recommends ``cum_weights`` for this.
    """

    def choices(self, population: Any, weights: Any = None, *, cum_weights: Any = None, k: int = 1) -> list[Any]:
        """As ``Random.choices``."""
        if type(weights) is tuple and type(population) is tuple and cum_weights is None:
            found = _known.get(id(population))
            if found is None or found[1] != weights:
                if len(_known) >= _MOST:
                    _known.clear()
                found = _known[id(population)] = (population, weights, list(accumulate(weights)))
            weights, cum_weights = None, found[2]
        return super().choices(population, weights, cum_weights=cum_weights, k=k)
