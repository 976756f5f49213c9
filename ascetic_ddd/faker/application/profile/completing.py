"""What a profile written by hand may leave out of a reference, because the rest of it tells."""

import re
from collections.abc import Iterator
from typing import Any

from ascetic_ddd.faker.application.profile.reading import FAULTY, read
from ascetic_ddd.faker.application.profile.records import Histogram
from ascetic_ddd.faker.application.profile.skew_fit import skew_fit

__all__ = ("DERIVED", "completed", "constraint_name")

DERIVED = frozenset({"name", "skew_misfit", "parents", "used"})
"""Fields of a reference that are derived where a file has them not; those that it has are checked."""

_NAME_BYTES = 63  # PostgreSQL's NAMEDATALEN, less the final zero
_LAST_PART = re.compile(r'(?:^|\.)("(?:[^"]|"")*"|[^."]*)$')


def completed(data: Any) -> Any:
    """Give the data of a file, as ``json.loads`` gives them, with the derived fields put in where they are missing.

    Of a reference whose histogram cannot be read they are put in, too: its faults are told, not what follows from them.
    """
    listed = data.get("references") if isinstance(data, dict) else None
    if not isinstance(listed, list):
        return data
    taken = {(_schema(each), each["name"]) for each in listed if isinstance(each, dict) and isinstance(each.get("name"), str)}
    references = []
    for each in listed:
        if isinstance(each, dict) and not each.keys() >= DERIVED:
            each = {**_derived(each, taken), **each}
            taken.add((_schema(each), str(each["name"])))
        references.append(each)
    return {**data, "references": references}


def constraint_name(table: str, columns: list[str], number: int = 0) -> str:
    """Name a foreign key as PostgreSQL does: of too long parts, the longer one is cut.

    Args:
        table: without its schema.
        columns: of the key.
        number: of keys that have the name already.

    Example:
        >>> constraint_name("books", ["tenant_id", "author_id"])
        'books_tenant_id_author_id_fkey'
    """
    label = f"_fkey{number or ''}"
    first, second = table.encode(), "_".join(columns).encode()
    while len(first) + len(second) + 1 + len(label) > _NAME_BYTES:
        if len(first) > len(second):
            first = first[:-1]
        else:
            second = second[:-1]
    return "_".join(part.decode(errors="ignore") for part in (first, second)) + label


def _derived(reference: dict[str, Any], taken: set[tuple[str, str]]) -> dict[str, Any]:
    found: dict[str, Any] = {"name": _free_name(reference, taken), "skew_misfit": 0.0, "parents": 0, "used": 0}
    histogram = read(Histogram, reference.get("histogram"), "", [])
    if histogram is not FAULTY:
        found["parents"] = sum(parents for _, parents in histogram)
        found["used"] = sum(parents for children, parents in histogram if children)
        if found["used"] and "skew_misfit" not in reference:
            found["skew_misfit"] = skew_fit(histogram).misfit
    return found


def _free_name(reference: dict[str, Any], taken: set[tuple[str, str]]) -> str:
    """The first name that no other key of the schema has."""
    schema, table = _schema(reference), _table(reference)
    columns = reference.get("columns")
    names = [name for name in columns if isinstance(name, str)] if isinstance(columns, list) else []
    return next(name for name in _names(table, names) if (schema, name) not in taken)


def _names(table: str, columns: list[str]) -> Iterator[str]:
    number = 0
    while True:
        yield constraint_name(table, columns, number)
        number += 1


def _table(reference: dict[str, Any]) -> str:
    """The table without its schema and without quotes."""
    part = _last_part(str(reference.get("table", "")))
    return part[1:-1].replace('""', '"') if part.startswith('"') else part


def _schema(reference: dict[str, Any]) -> str:
    """What is before the table's own name; the profile's schema goes without saying."""
    name = str(reference.get("table", ""))
    return name.removesuffix(_last_part(name)).removesuffix(".")


def _last_part(name: str) -> str:
    found = _LAST_PART.search(name)
    return found[1] if found else name
