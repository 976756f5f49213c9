"""What a generator can give, where that is known: how many different values, which ones, and how long they are."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ascetic_ddd.faker.domain.generators.input_generators import FakerGenerator, IInputGenerator
from ascetic_ddd.faker.domain.generators.uuids import UuidGenerator

__all__ = ("examples_of", "is_practically_unique", "longest_of", "space_of")


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


def examples_of(generator: object) -> Sequence[Any]:
    """Some values that a generator can give: those that it chooses among, or the least and the greatest; empty if nobody knows.

    Example:
        >>> examples_of(FakerGenerator("random_element", elements=("a", "b"))), examples_of(FakerGenerator("pyint", max_value=6))
        (['a', 'b'], [0, 6])
    """
    if not isinstance(generator, FakerGenerator):
        return ()
    arguments = generator.arguments
    if generator.method == "random_element":
        return list(arguments.get("elements") or ())
    if generator.method == "enum":
        return list(arguments.get("enum_cls") or ())
    if _FAKER.get(generator.method) is _whole_numbers:
        return list(_bounds(arguments))
    return ()


def longest_of(generator: object) -> int | None:
    """How many letters a generator's texts may have; None if nobody knows.

    Example:
        >>> longest_of(FakerGenerator("text", max_nb_chars=80)), longest_of(FakerGenerator("name"))
        (80, None)
    """
    known = _LONGEST.get(generator.method) if isinstance(generator, FakerGenerator) else None
    return None if known is None else known(generator.arguments)  # type: ignore[attr-defined]  # it is Faker's


def is_practically_unique(generator: object) -> bool:
    """Tell whether a generator gives identifiers that are different for all that anybody knows."""
    return isinstance(generator, UuidGenerator) or (isinstance(generator, FakerGenerator) and generator.method == "uuid4")


def _bounds(arguments: Mapping[str, Any]) -> tuple[Any, Any]:
    return arguments.get("min_value", arguments.get("min", 0)), arguments.get("max_value", arguments.get("max", 9999))


def _whole_numbers(arguments: Mapping[str, Any]) -> int:
    low, high = _bounds(arguments)
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

_LONGEST: dict[str, Callable[[Mapping[str, Any]], int | None]] = {
    "pystr": lambda arguments: arguments.get("max_chars", 20),
    "text": lambda arguments: arguments.get("max_nb_chars", 200),
    "uuid4": lambda arguments: 36,
}
