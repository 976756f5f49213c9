"""Aggregates of several classes, of which one provider makes each by its kind."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from ascetic_ddd.faker.declaring.exporting import exported, state_exporter_of
from ascetic_ddd.faker.declaring.reading import hints_of, parameters_of
from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = ("ByKind", "by_kind")


def by_kind(part: str, /, **classes: Callable[..., Any]) -> "ByKind":
    """A factory that makes an object of the class of its kind, which one of the parts tells.

    Each class is given the parts that it takes. The exported state has the kind, and None for parts that the class does not have.

    Args:
        part: tells the kind.
        classes: by the kind's plain value.

    Example::

        class PartyProvider(Aggregate[Person | Company], factory=by_kind("kind", person=Person, company=Company)):
            id = given()
            kind = value({"person": 0.8, "company": 0.2})
            name = value("name")
            tax_number = value("ean13")  # of companies
    """
    return ByKind(part, classes)


class ByKind:
    """See :func:`by_kind`.

    Raises:
        ConfigurationError: there are no classes, or one does not tell what it takes.
    """

    def __init__(self, part: str, classes: Mapping[str, Callable[..., Any]]) -> None:
        self._part = part
        self._classes = dict(classes)
        self._takes: dict[str, frozenset[str]] = {}
        needed: list[frozenset[str]] = []
        self.__annotations__: dict[str, Any] = {}
        for kind, cls in self._classes.items():
            known = parameters_of(cls)
            if known is None:
                raise ConfigurationError(
                    f"by_kind({part!r}, {kind}={cls!r}): it does not tell its parameters; give a class that does"
                )
            self._takes[kind] = known[0]
            needed.append(known[1])
            self.__annotations__ = {**hints_of(cls), **self.__annotations__}
        if not needed:
            raise ConfigurationError(
                f"by_kind({part!r}) has no kinds; give a class for each: by_kind({part!r}, person=Person, …)"
            )
        self._kinds = {cls: kind for kind, cls in self._classes.items() if isinstance(cls, type)}
        self._names = sorted(frozenset[str]({part}).union(*self._takes.values()))
        always = frozenset.union(*needed) | {part}
        self.__signature__ = inspect.Signature(
            [
                inspect.Parameter(
                    name, inspect.Parameter.KEYWORD_ONLY, default=inspect.Parameter.empty if name in always else None
                )
                for name in self._names
            ]
        )
        self.__name__ = self.__qualname__ = f"by_kind({part!r})"

    def __call__(self, **outputs: Any) -> Any:
        """Make the object.

        Raises:
            ConfigurationError: there is no such kind.
        """
        kind = exported(outputs[self._part])
        if kind not in self._classes:
            raise ConfigurationError(f"{self._part}={kind!r} has no class; there are {', '.join(self._classes)}")
        takes = self._takes[kind]
        return self._classes[kind](**{name: output for name, output in outputs.items() if name in takes})

    def state_of(self, agg: Any) -> dict[str, Any]:
        """The exported state of an object."""
        cls: Any = type(agg)
        state = {**dict.fromkeys(self._names), **state_exporter_of(cls)(agg)}
        if state[self._part] is None:
            state[self._part] = self._kinds.get(cls)
        return state
