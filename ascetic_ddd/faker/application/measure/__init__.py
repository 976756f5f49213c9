"""From uses per value to the figures that a distributor is asked for, and the distance between two histograms.

Everything is computed from the count of counts, so a million values cost little more than counting them.
"""

from ascetic_ddd.faker.application.measure.concentration import skew, skew_for
from ascetic_ddd.faker.application.measure.figures import Measured, measure
from ascetic_ddd.faker.application.measure.histograms import histogram, ks, w1_over_mean
from ascetic_ddd.faker.application.measure.log_log import Regression, regression
from ascetic_ddd.faker.application.measure.shares import mean, size_biased_mean, top_share, unused_share, weights

__all__ = (
    "Measured",
    "Regression",
    "histogram",
    "ks",
    "mean",
    "measure",
    "regression",
    "size_biased_mean",
    "skew",
    "skew_for",
    "top_share",
    "unused_share",
    "w1_over_mean",
    "weights",
)
