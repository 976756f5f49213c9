"""Profiles as files of JSON."""

import json
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar

from ascetic_ddd.faker.application.files import replace_file
from ascetic_ddd.faker.application.profile.checks import contradictions
from ascetic_ddd.faker.application.profile.completing import completed
from ascetic_ddd.faker.application.profile.reading import FAULTY, Faults, read
from ascetic_ddd.faker.application.profile.records import ProfileRecord, ReferenceRecord, TableRecord
from ascetic_ddd.faker.domain.errors import ProfileError
from ascetic_ddd.faker.domain.values.words import json_escaped

__all__ = ("VERSION", "as_json", "from_json", "load", "save")

VERSION = 1

P = TypeVar("P", bound=ProfileRecord)

_WIDTH = 120
_REQUIRED = ("version", "tables", "references")


def load(cls: type[P], path: str | Path) -> P:
    """Read a profile from a file.

    Raises:
        ProfileError: it cannot be read, or is damaged; the message lists all faults with their places.
    """
    try:
        text = Path(path).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        raise ProfileError(f"the profile {str(path)!r} cannot be read: {reason}; capture one: ascetic-ddd capture DSN") from error
    return from_json(cls, text, str(path))


def save(profile: ProfileRecord, path: str | Path, *, readable: bool = False) -> None:
    """Write a profile. The file is replaced as a whole: who reads it meanwhile sees the old one or the new one.

    Args:
        profile: what to write.
        path: of the file.
        readable: others may read it, as the umask allows; else only its owner.

    Raises:
        ProfileError: it cannot be written.
    """
    try:
        replace_file(Path(path), as_json(profile), readable=readable)
    except OSError as error:
        raise ProfileError(f"the profile {str(path)!r} cannot be written: {error.strerror}; give another place") from error


def from_json(cls: type[P], text: str, name: str = "the profile") -> P:
    """Read a profile from its text.

    Args:
        cls: the class to make.
        text: as :func:`as_json` gives it.
        name: of the file, for messages.

    Raises:
        ProfileError: it is damaged, of an unknown version, or contradicts itself; the message lists all faults.
    """
    faults: Faults = []
    try:
        data = json.loads(text, parse_constant=str, object_pairs_hook=lambda pairs: _unique(pairs, faults))
    except (ValueError, RecursionError) as error:
        where = "nested too deeply" if isinstance(error, RecursionError) else "a number has thousands of digits"
        if isinstance(error, json.JSONDecodeError):
            where = f"line {error.lineno}, column {error.colno}"
        raise ProfileError(f"{name} is no JSON ({where}): it is damaged or cut off; capture it again") from error
    if isinstance(data, dict):
        version = data.get("version")
        if type(version) is int and version != VERSION:
            raise ProfileError(
                f"{name} has version {version}; this release reads version {VERSION}: "
                "capture it again, or use the release that wrote it"
            )
        faults += [f"{each}: is missing" for each in _REQUIRED if each not in data]
    data = completed(data)
    profile = read(cls, data, "", faults)
    faults += _contradictions(data)
    if faults:
        listed = "\n".join(f"  {fault}" for fault in faults)
        raise ProfileError(f"{name} has {len(faults)} fault{'s' * (len(faults) > 1)}:\n{listed}")
    return profile  # type: ignore[no-any-return]


def as_json(profile: ProfileRecord) -> str:
    """Give the text of a profile: JSON, numbers side by side, all else one below the other."""
    return json_escaped("".join(_written(_plain(profile), ""))) + "\n"


def _contradictions(data: Any) -> Iterator[str]:
    """Those of all tables and references that can be read, whatever is wrong with others."""
    parts = data if isinstance(data, dict) else {}
    listed = {name: part if isinstance(part := parts.get(name), list) else [] for name in ("tables", "references")}
    tables = {index: read(TableRecord, each, "", []) for index, each in enumerate(listed["tables"])}
    references = {index: read(ReferenceRecord, each, "", []) for index, each in enumerate(listed["references"])}
    unread = {
        str(each.get("name")) for index, each in enumerate(listed["tables"]) if tables[index] is FAULTY and isinstance(each, dict)
    }
    return contradictions(_sound(tables), _sound(references), unread)


def _sound(found: dict[int, Any]) -> dict[int, Any]:
    return {index: each for index, each in found.items() if each is not FAULTY}


def _unique(pairs: list[tuple[str, Any]], faults: Faults) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = sorted({name for name, _ in pairs if sum(each == name for each, _ in pairs) > 1})
        faults.append(f"{', '.join(twice)}: stands twice in one object")
    return found


def _plain(value: Any) -> Any:
    """Dataclasses as objects, without what has its default value; ``version``, ``tables`` and ``references`` always."""
    if is_dataclass(value):
        return {
            each.name: _plain(part)
            for each in fields(value)
            for part in (getattr(value, each.name),)
            if each.name in (*_REQUIRED, "method") or each.default is MISSING or part != each.default
        }
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value


def _written(value: Any, indent: str) -> Iterator[str]:
    short = json.dumps(value, ensure_ascii=False, allow_nan=False)
    is_flat = not isinstance(value, (dict, list)) or not value
    if is_flat or (len(short) + len(indent) <= _WIDTH and not _has_objects(value)):
        yield short
    elif isinstance(value, dict):
        yield "{\n"
        for number, (name, part) in enumerate(value.items()):
            yield f"{indent}  {json.dumps(name, ensure_ascii=False)}: "
            yield from _written(part, indent + "  ")
            yield ",\n" if number + 1 < len(value) else "\n"
        yield indent + "}"
    elif _has_objects(value):
        yield "[\n"
        for number, part in enumerate(value):
            yield indent + "  "
            yield from _written(part, indent + "  ")
            yield ",\n" if number + 1 < len(value) else "\n"
        yield indent + "]"
    else:
        yield from _filled(value, indent)


def _filled(values: list[Any], indent: str) -> Iterator[str]:
    yield "[\n"
    line = indent + " "
    for number, value in enumerate(values):
        word = " " + json.dumps(value, ensure_ascii=False, allow_nan=False) + ("," if number + 1 < len(values) else "")
        if len(line) + len(word) > _WIDTH and line.strip():
            yield line + "\n"
            line = indent + " "
        line += word
    yield f"{line}\n{indent}]"


def _has_objects(value: Any) -> bool:
    if isinstance(value, dict):
        return True
    return isinstance(value, list) and any(map(_has_objects, value))
