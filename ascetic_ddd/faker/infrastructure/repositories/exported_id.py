"""Reading the id out of exported state: where it stands, which parts of it are missing."""

from collections.abc import Callable, Hashable, Mapping
from operator import itemgetter
from typing import Any
from uuid import UUID

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.specification.equality import freeze

__all__ = ("Identities", "Path", "exported_id", "is_incomplete", "missing_parts", "value_at")

Path = tuple[str, ...]
_SCALARS = frozenset((int, str, UUID))


class Identities:
    """Gives hashable stand-ins for the exported ids of one repository: equal ids have equal ones.

    The usual ids, scalars and flat dicts of them, are told fast, and by tuples: those cost a garbage collector that
    walks over a million of them a fifth of what frozen sets do.
    """

    __slots__ = ("_keys", "_parts")

    def __init__(self) -> None:
        self._keys: tuple[str, ...] = ()
        self._parts: Callable[[dict[str, Any]], tuple[Any, ...]] | None = None

    def of(self, id: Any) -> Hashable:
        """Give the stand-in of any id."""
        usual = self.of_usual(id)
        return freeze(id) if usual is None else usual

    def of_usual(self, id: Any) -> Hashable:
        """Give the stand-in if the id is complete, of a usual shape, and of the same parts as the first; else None."""
        kind = type(id)
        if kind in _SCALARS:
            identity: Hashable = id
            return identity
        if kind is not dict or len(id) < 2:
            return None
        if self._parts is None:
            self._keys = tuple(id)
            self._parts = itemgetter(*self._keys)
        if len(id) != len(self._keys):
            return None
        try:
            parts = self._parts(id)
        except KeyError:
            return None
        for part in parts:
            if type(part) not in _SCALARS:
                return None
        return parts


def exported_id(state: Mapping[str, Any], id_attr: str, agg: object) -> Any:
    """Give the exported id.

    Raises:
        ConfigurationError: the exporter gives no such key.
    """
    try:
        return state[id_attr]
    except KeyError:
        raise ConfigurationError(
            f"The exported state of {type(agg).__name__} has no id {id_attr!r}, only {sorted(map(str, state))}; "
            f"export it under {id_attr!r}, or pass id_attr= with the key it is exported under."
        ) from None


def is_incomplete(id: Any) -> bool:
    """Tell whether the id, or a part of it, is still to be given by the database."""
    if id is None:
        return True
    if type(id) in _SCALARS or not isinstance(id, Mapping):
        return False
    parts = id.values()
    return not _SCALARS.issuperset(map(type, parts)) and any(map(is_incomplete, parts))


def missing_parts(id: Any, path: Path) -> list[Path]:
    """Give the paths of the parts that are None, in the order they are exported; ``path`` is the id's own."""
    if id is None:
        return [path]
    missing: list[Path] = []
    if isinstance(id, Mapping):
        for key, part in id.items():
            if part is None:
                missing.append((*path, key))
            elif type(part) not in _SCALARS:
                missing += missing_parts(part, (*path, key))
    return missing


def value_at(state: Any, path: Path) -> Any:
    """Give the value at the path; None if a part on the way is None.

    Raises:
        KeyError: there is no such key, or the way leads through something that has no keys.
    """
    for key in path:
        if state is None:
            return None
        if type(state) is not dict and not isinstance(state, Mapping):
            raise KeyError(key)
        state = state[key]
    return state
