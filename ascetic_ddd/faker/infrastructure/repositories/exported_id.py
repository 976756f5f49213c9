"""Reading the id out of exported state: where it stands, which parts of it are missing."""

from collections.abc import Hashable, Mapping
from typing import Any
from uuid import UUID

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.specification.equality import freeze

__all__ = ("COMPLETE", "Path", "exported_id", "identity_of", "is_incomplete", "missing_parts", "value_at")

Path = tuple[str, ...]
COMPLETE = frozenset((int, str, UUID))
"""Types of ids that have no parts and are not missing, told without looking inside."""


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


def identity_of(id: Any) -> Hashable:
    """Give a hashable stand-in for an exported id, the same as ``freeze`` gives, the usual shapes fast."""
    kind = type(id)
    if kind in COMPLETE:
        identity: Hashable = id
        return identity
    if kind is dict:
        for part in id.values():
            if type(part) not in COMPLETE:
                break
        else:
            return frozenset(id.items())
    return freeze(id)


def is_incomplete(id: Any) -> bool:
    """Tell whether the id, or a part of it, is still to be given by the database."""
    if id is None:
        return True
    return isinstance(id, Mapping) and any(part is None or is_incomplete(part) for part in id.values())


def missing_parts(id: Any, path: Path) -> list[Path]:
    """Give the paths of the parts that are None, in the order they are exported; ``path`` is the id's own."""
    if id is None:
        return [path]
    if isinstance(id, Mapping):
        return [missing for key, part in id.items() for missing in missing_parts(part, (*path, key))]
    return []


def value_at(state: Any, path: Path) -> Any:
    """Give the value at the path; None if a part on the way is None.

    Raises:
        KeyError: there is no such key, or the way leads through something that has no keys.
    """
    for key in path:
        if state is None:
            return None
        if not isinstance(state, Mapping):
            raise KeyError(key)
        state = state[key]
    return state
