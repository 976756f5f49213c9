"""Checks of parameters that several distributors take."""

import math
from collections.abc import Iterable
from numbers import Real

from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = ("number_fault", "positive_numbers")


def number_fault(name: str, value: object, low: float, high: float, meaning: str) -> list[str]:
    """What is wrong with a number that shall lie between two bounds: a list of one sentence, or of none."""
    number = float(value) if isinstance(value, Real) and not isinstance(value, bool) else math.nan
    if not math.isfinite(number) or not low <= number <= high:
        bounds = f"at least {low:g}" if high == math.inf else f"from {low:g} to {high:g}"
        return [f"{name}={value!r}: expected a number {bounds} ({meaning})"]
    return []


def positive_numbers(name: str, values: object) -> list[float]:
    """The numbers, scaled to sum 1.

    Raises:
        ConfigurationError: they are not a non-empty list of positive finite numbers; the message names the first fault.
    """
    expected = "expected a non-empty list of positive numbers, e.g. [0.7, 0.2, 0.07, 0.03]"
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise ConfigurationError(f"{name}={values!r}: {expected}")
    found = list(values)
    for index, value in enumerate(found):
        if number_fault(name, value, 0.0, math.inf, "") or value <= 0.0:
            raise ConfigurationError(f"{name}[{index}]={value!r}: {expected}")
    if not found:
        raise ConfigurationError(f"{name}={values!r}: {expected}")
    total = math.fsum(found)
    return [float(value) / total for value in found]
