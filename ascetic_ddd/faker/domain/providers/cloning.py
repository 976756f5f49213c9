"""Copies of provider graphs: nothing that holds an object's state is shared by accident."""

from collections.abc import Callable
from copy import copy
from functools import partial
from types import MethodType
from typing import Any, TypeVar

__all__ = ("cloned",)

P = TypeVar("P")


def cloned(provider: P, kind: type[Any]) -> P:
    """A provider like this one, on the same distributors, generators, repositories and reference sources.

    Every provider that its attributes lead to is copied once, and led to at the same places: directly, in lists, tuples, sets
    and dicts, in bound methods and partials. All else is shared.

    Args:
        provider: the original.
        kind: the class of all providers.
    """
    twin: P = _Copies(provider, kind).of(provider)
    return twin


class _Copies:
    """The copies by the ids of their originals; the originals are kept, so that ids stay theirs."""

    def __init__(self, top: Any, kind: type[Any]) -> None:
        self._top = top
        self._kind = kind
        self._around = top._root() if top._owner is not None else None
        self._known: dict[int, tuple[Any, Any]] = {}

    def of(self, value: Any) -> Any:
        """The copy of a value in the clone; the value itself, if it leads to no provider."""
        found = self._known.get(id(value))
        if found is not None:
            return found[1]
        copying = self._by_class(value)
        return value if copying is None else copying(value)

    def _by_class(self, value: Any) -> Callable[[Any], Any] | None:
        if isinstance(value, self._kind):
            return self._provider
        if isinstance(value, MethodType):
            return self._method
        if isinstance(value, partial):
            return self._partial
        if isinstance(value, (list, tuple, set, frozenset, dict)):
            return self._container
        return None

    def _provider(self, original: Any) -> Any:
        owner = None
        if original is not self._top:
            if self._is_around(original):
                return original
            if original._owner is not None:
                owner = self.of(original._owner)  # a part of another object: that one is copied as a whole
                if id(original) in self._known:
                    return self._known[id(original)][1]
        twin = copy(original)
        self._known[id(original)] = (original, twin)
        twin._original = original._original or original
        twin._owner = owner
        twin._detach()
        for name, value in list(vars(twin).items()):
            if name not in {"_original", "_owner"} and name not in twin._shared:
                vars(twin)[name] = self.of(value)
        twin._attach()
        return twin

    def _is_around(self, provider: Any) -> bool:
        """Tell whether a provider belongs to the object of which a part is cloned."""
        if self._around is None or provider._root() is not self._around:
            return False
        while provider is not None and provider is not self._top:
            provider = provider._owner
        return provider is None

    def _method(self, original: MethodType) -> Any:
        own = self.of(original.__self__)
        return original if own is original.__self__ else MethodType(original.__func__, own)

    def _partial(self, original: "partial[Any]") -> Any:
        called, args, keywords = self.of(original.func), self.of(original.args), self.of(original.keywords)
        if called is original.func and args is original.args and keywords is original.keywords:
            return original
        return type(original)(called, *args, **keywords)

    def _container(self, original: Any) -> Any:
        """A container of the same class; the same one, if it leads to no provider."""
        self._known[id(original)] = (original, original)  # met again inside itself
        if isinstance(original, dict):
            twin: Any = {self.of(key): self.of(value) for key, value in original.items()}
            is_same = all(
                new is old
                for pair, own in zip(twin.items(), original.items(), strict=False)
                for new, old in zip(pair, own, strict=True)
            )
        else:
            twin = [self.of(member) for member in original]
            is_same = all(new is old for new, old in zip(twin, original, strict=True))
        twin = original if is_same else _like(original, twin)
        self._known[id(original)] = (original, twin)
        return twin


def _like(original: Any, members: Any) -> Any:
    """A container of the same class with other members."""
    if isinstance(original, tuple):
        return original._make(members) if hasattr(original, "_make") else type(original)(members)
    if isinstance(original, frozenset):
        return type(original)(members)
    twin = copy(original)
    twin.clear()
    (twin.extend if isinstance(original, list) else twin.update)(members)
    return twin
