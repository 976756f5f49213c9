"""Count distributions: how many uses (children) each value (parent) gets. Pure arithmetic, no state, no I/O.

Values are ranked, most used first. A count distribution is the limit shape of the ranking: ``quantile(u)`` is the
number of uses of the value that stands at the share ``u`` of the ranking, a real number whose fraction the caller
rounds by a jitter. Everything else follows from it; ``docs/distributors.md`` derives the formulas.
"""

from ascetic_ddd.faker.domain.distributors.counts.histogram import HistogramCounts
from ascetic_ddd.faker.domain.distributors.counts.interfaces import ICountDistribution
from ascetic_ddd.faker.domain.distributors.counts.skew import SkewCounts
from ascetic_ddd.faker.domain.distributors.counts.uniform import UniformCounts
from ascetic_ddd.faker.domain.distributors.counts.weights import WeightsCounts

__all__ = ("HistogramCounts", "ICountDistribution", "SkewCounts", "UniformCounts", "WeightsCounts")
