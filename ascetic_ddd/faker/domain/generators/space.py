"""How many different values a generator can give, where that is known."""

from collections.abc import Callable, Mapping
from typing import Any

from ascetic_ddd.faker.domain.generators.input_generators import FakerGenerator, IInputGenerator

__all__ = ("space_of",)


def space_of(generator: IInputGenerator) -> int | None:
    """The number of different values that a generator can give; None if nobody knows.

    Known are iterables with a length, Faker methods that choose among few, and generators that say so by an attribute ``space``.

    Example:
        >>> space_of(FakerGenerator("pyint", min_value=1, max_value=6)), space_of(FakerGenerator("boolean"))
        (6, 2)
    """
    if isinstance(generator, FakerGenerator):
        known = _FAKER.get(generator.method)
        return None if known is None else known(generator.arguments)
    told = getattr(getattr(generator, "source", generator), "space", None)
    return told if isinstance(told, int) else None


def _whole_numbers(arguments: Mapping[str, Any]) -> int:
    low, high = arguments.get("min_value", arguments.get("min", 0)), arguments.get("max_value", arguments.get("max", 9999))
    return int((high - low) // arguments.get("step", 1) + 1)


def _elements(arguments: Mapping[str, Any]) -> int | None:
    elements = arguments.get("elements")
    return len(elements) if elements is not None else None


def _enum(arguments: Mapping[str, Any]) -> int | None:
    cls = arguments.get("enum_cls")
    return len(cls) if cls is not None else None


_FAKER: dict[str, Callable[[Mapping[str, Any]], int | None]] = {
    "boolean": lambda arguments: 2,
    "pybool": lambda arguments: 2,
    "enum": _enum,
    "pyint": _whole_numbers,
    "random_digit": lambda arguments: 10,
    "random_element": _elements,
    "random_int": _whole_numbers,
    "random_lowercase_letter": lambda arguments: 26,
    "random_uppercase_letter": lambda arguments: 26,
}
