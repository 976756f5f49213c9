"""The parts of a provider that has parts: which attributes they are, and their places."""

import inspect
from collections.abc import Mapping
from typing import Any

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.provider import Provider, is_ours
from ascetic_ddd.faker.domain.values.names import there_is

__all__ = ("as_mapping", "found_parts", "part_names", "place_parts", "taken_names")

_MISSING: Any = object()


def part_names(cls: type) -> tuple[str, ...]:
    """The public annotated attributes of a class and its ancestors, base first; found once per class.

    Raises:
        ConfigurationError: one has a name that the library's own classes use.
    """
    names: tuple[str, ...] | None = cls.__dict__.get("_part_names")
    if names is None:
        found: dict[str, None] = {}
        for ancestor in reversed(cls.__mro__):
            if issubclass(ancestor, Provider) and not is_ours(ancestor):
                for name, annotation in inspect.get_annotations(ancestor).items():
                    is_constant = str(annotation).startswith(("ClassVar", "typing.ClassVar"))
                    if not name.startswith("_") and not is_constant:
                        found[name] = None
        for name in found.keys() & taken_names(cls):
            raise ConfigurationError(
                f"{cls.__name__} declares a part {name!r}, but that is the name of an attribute of the provider itself; "
                "give the part another name, and let output_factory and output_exporter take it under that"
            )
        names = tuple(found)
        cls._part_names = names  # type: ignore[attr-defined]  # kept with the class
    return names


def taken_names(cls: type) -> set[str]:
    """The names that the library's own classes among the ancestors of a provider's class use, so that no part can have them."""
    ours = [ancestor for ancestor in cls.__mro__ if is_ours(ancestor)]
    return {name for each in ours for name in (*vars(each), *inspect.get_annotations(each))}


def place_parts(owner: Provider[Any, Any]) -> None:
    """Tell the parts that are set by now their place."""
    for name in part_names(type(owner)):
        part = getattr(owner, name, None)
        if isinstance(part, Provider):
            part._owner, part._name = owner, name


def found_parts(owner: Provider[Any, Any]) -> dict[str, Provider[Any, Any]]:
    """The parts by name, in order of declaration; each knows its place.

    Raises:
        ConfigurationError: one is declared and not set, or the base's constructor was not called.
    """
    if not hasattr(owner, "_slot"):
        raise ConfigurationError(f"{type(owner).__name__}.__init__ did not call super().__init__(…)")
    parts = {}
    for name in part_names(type(owner)):
        part = getattr(owner, name, _MISSING)
        if part is _MISSING:
            raise ConfigurationError(f"{owner.path} declares {name!r}, but has no such attribute; set self.{name} in __init__")
        if isinstance(part, Provider):
            parts[name] = part
            part._owner, part._name = owner, name
    return parts


def as_mapping(provider: Provider[Any, Any], input: Any, known: Any) -> dict[str, Any]:
    """The input of a provider with parts, checked: a mapping that names only parts that exist."""
    if not isinstance(input, Mapping):
        raise ConfigurationError(f"{provider.path} was told {input!r}; expected a dict with any of {', '.join(sorted(known))}")
    unknown = [key for key in input if key not in known]
    if unknown:
        raise ConfigurationError(
            f"{provider.path} was told {unknown[0]!r}={input[unknown[0]]!r}, but has no such attribute; "
            f"{there_is(unknown[0], known)}"
        )
    return dict(input)
