"""Which parts of an aggregate are unique together: as its class, its constructor and its composite values say."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeAlias

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.choice_provider import ChoiceProvider
from ascetic_ddd.faker.domain.providers.composed import Composed, leaves
from ascetic_ddd.faker.domain.providers.feasible import check_values
from ascetic_ddd.faker.domain.providers.kinds import Referring
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.together import Together
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.domain.stock.combinations import Path
from ascetic_ddd.faker.domain.values.names import there_is

__all__ = ("Names", "Unordered", "checked_names", "togethers_of")

_Any = Provider[Any, Any]


class Unordered(tuple[str, ...]):
    """Names of parts of which (1, 2) and (2, 1) are the same combination, and (1, 1) is none: friends.

    Example:
        >>> Unordered("person_id", "friend_id")
        Unordered('person_id', 'friend_id')
    """

    __slots__ = ()

    def __new__(cls, *names: str) -> "Unordered":
        return super().__new__(cls, names)

    def __repr__(self) -> str:
        return f"Unordered({', '.join(map(repr, self))})"


Names: TypeAlias = Sequence[str] | Sequence[Sequence[str]]
"""The paths of parts that are unique together, or several such combinations."""


def checked_names(owner: _Any, given: Any) -> tuple[tuple[str, ...], ...]:
    """What was given as ``unique_together``, as a tuple of combinations.

    Raises:
        ConfigurationError: it is neither names nor combinations of two names and more.
    """
    if isinstance(given, (tuple, list)) and given and all(isinstance(name, str) for name in given):
        given = (given,)
    if isinstance(given, (tuple, list)) and all(
        isinstance(names, (tuple, list)) and len(set(names)) == len(names) > 0 and all(isinstance(name, str) for name in names)
        for names in given
    ):
        return tuple(names if isinstance(names, Unordered) else tuple(names) for names in given)
    raise ConfigurationError(
        f"{type(owner).__name__}: unique_together={given!r}; expected names of parts, such as ('student_id', 'course_id'), "
        "or a tuple of such combinations"
    )


def togethers_of(root: Any, declared: Iterable[tuple[str, ...]]) -> Iterator[Together]:
    """What is unique together in an aggregate, each combination once; the parts hear of it.

    Args:
        root: the aggregate provider.
        declared: paths of parts.

    Raises:
        ConfigurationError: a name leads to no part, or to one that cannot be combined.
    """
    found: dict[tuple[frozenset[Path], bool], Together] = {}
    combinations = [(_leaves_of(root, names), isinstance(names, Unordered), repr(names)) for names in declared]
    combinations += [
        (dict(_leaves(part, path)), part._is_unordered, f"{part.path} with unique=True") for part, path in _unique_parts(root, ())
    ]
    for leaf in leaves(root):
        leaf._together = ()
    for named, is_unordered, words in combinations:
        if any(isinstance(part, ValueProvider) and part.is_unique for part in named.values()):
            continue  # no value of it comes twice, so no combination does
        _check(root, named, is_unordered, words)
        key = (frozenset(named), is_unordered)
        if key not in found:
            paths = tuple(named)
            given = root.memory.combinations(paths, is_unordered=is_unordered)
            found[key] = together = Together(root, list(named.values()), given)
            for part in named.values():
                part._together += (together,)
    return iter(found.values())


def _check(root: _Any, leaves: dict[Path, _Any], is_unordered: bool, words: str) -> None:
    for part in leaves.values():
        if isinstance(part, ValueProvider) and part.is_given:
            raise ConfigurationError(
                f"{root.path}: {words}: the database gives {part.path}, so no combination with it comes twice; leave that out"
            )
        if not isinstance(part, (ValueProvider, Referring)):
            raise ConfigurationError(f"{root.path}: {words}: {part.path} is a list of parts; name values and references")
    if len(leaves) == 1:
        raise ConfigurationError(
            f"{root.path}: {words}: one part has no combination; give a value mean=1 or sequence=True to have it unique"
        )
    check_values(root, list(leaves.values()), words)
    if is_unordered and len({_kind(part) for part in leaves.values()}) > 1:
        raise ConfigurationError(
            f"{root.path}: {words}: the order makes no difference only where all parts are of one kind; leave that out"
        )


def _kind(part: _Any) -> object:
    return id(part.source.aggregate_provider.memory) if isinstance(part, Referring) else None


def _leaves_of(root: _Any, names: Iterable[str]) -> dict[Path, _Any]:
    found: dict[Path, _Any] = {}
    for name in names:
        part, path = root, tuple(name.split("."))
        for step in path:
            parts = part.parts() if isinstance(part, Composed) else {}
            if step not in parts:
                raise ConfigurationError(
                    f"{root.path}: unique_together names {name!r}, but {part.path} has no part {step!r}; {there_is(step, parts)}"
                )
            part = parts[step]
        found.update(_leaves(part, path))
    return found


def _leaves(part: _Any, path: Path) -> Iterator[tuple[Path, _Any]]:
    if isinstance(part, ChoiceProvider):
        raise ConfigurationError(
            f"{part.path} is one of several, and null as the others, so a combination with it would never count; name its kinds, "
            f"such as {'.'.join(path)}.{next(iter(part.parts()))}, in a combination each"
        )
    if isinstance(part, Composed):
        for name, each in part.parts().items():
            yield from _leaves(each, (*path, name))
    else:
        yield path, part


def _unique_parts(owner: Any, path: Path) -> Iterator[tuple[Any, Path]]:
    for name, part in owner.parts().items():
        if isinstance(part, Composed):
            if getattr(part, "_is_unique", False):
                yield part, (*path, name)
            yield from _unique_parts(part, (*path, name))
        elif part._holds_objects:
            for inner, _ in _unique_parts(part, ()):
                raise ConfigurationError(
                    f"{inner.path}: unique=True is about aggregates, and this is a part of what a list holds; tell the list what "
                    "its items have, or make them aggregates of their own"
                )
