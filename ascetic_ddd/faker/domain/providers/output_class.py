"""The class of a provider's outputs, as its type parameters or its owner's annotation tell it."""

from collections.abc import Callable, Iterator
from inspect import get_annotations
from typing import Any, get_args, get_origin

from typing_extensions import get_original_bases

__all__ = ("inferred", "is_users_own")


def inferred(provider: Any, kind: type, is_ours: Callable[[type], bool]) -> type | None:
    """The output class, if it is a class of the user's own.

    Args:
        provider: whose outputs they are.
        kind: the class of all providers.
        is_ours: tells the library's own classes.
    """
    owner = provider._owner
    annotated = _annotation(type(owner), provider._name) if owner is not None else None
    for declared in (getattr(provider, "__orig_class__", None), *_declared_bases(type(provider), kind, is_ours), annotated):
        arguments = get_args(declared)
        if len(arguments) >= 2 and isinstance(arguments[1], type) and is_users_own(arguments[1]):
            return arguments[1]
    return None


def is_users_own(cls: type) -> bool:
    """Tell whether a class makes objects of the domain, rather than plain values."""
    return cls.__module__ not in {"builtins", "datetime", "decimal", "uuid", "typing", "collections.abc", "pathlib"}


def _declared_bases(cls: type, kind: type, is_ours: Callable[[type], bool]) -> Iterator[Any]:
    for ancestor in cls.__mro__:
        if not is_ours(ancestor) and issubclass(ancestor, kind):
            for base in get_original_bases(ancestor):
                origin = get_origin(base)
                if isinstance(origin, type) and issubclass(origin, kind):
                    yield base


def _annotation(cls: type, name: str) -> Any:
    """What a class, or an ancestor, says of an attribute; None if it says nothing."""
    for ancestor in cls.__mro__:
        annotation = get_annotations(ancestor).get(name)
        if annotation is not None:
            return annotation
    return None
