"""What a field's ``json_schema_extra`` says of keys, references and their distribution."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic.fields import FieldInfo

from ascetic_ddd.faker.domain.distributors.counts.factory import counts_of
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.schema.reading.facts import extra_of

__all__ = ("LAW", "SQL_WORDS", "SqlWords", "law_of", "parameters_of", "sql_words")

LAW = ("skew", "weights", "mean", "histogram")
_WORDS = (*LAW, "null_weight", "values", "distribution", "domain", "locale", "synthesizer", "sql")
_CAPTURED = ("correlation", "within", "fixed")  # what profiles tell beside that
SQL_WORDS = ("key", "reference", "unique", "group", "tree", "acyclic", "roots", "column", "null_weight", *LAW)
"""What ``sql`` may say."""
_KEYS = ("primary", "foreign", "unique")


@dataclass(frozen=True, slots=True)
class SqlWords:
    """A field's part in keys and references.

    Attributes:
        is_primary: it is the primary key, or a part of it.
        is_unique: no two rows have the same value.
        references: what it points to, pairs (model, field); usually one, none if it points nowhere.
        group: label of the references that point to one object together; None: found by the rules.
        is_tree: a self-reference without cycles.
        roots: how many rows of the tree point nowhere; None: by ``null_weight``, at least one.
        law: parameters of the count distribution of a reference; empty: each target is equally likely.
    """

    is_primary: bool
    is_unique: bool
    references: tuple[tuple[str, str], ...]
    group: str | None
    is_tree: bool
    roots: int | None
    law: Mapping[str, Any]


def sql_words(field: FieldInfo) -> SqlWords:
    """Read them.

    Raises:
        ConfigurationError: a key of another kind, a reference that is not ``"Model.field"``, or a distribution that cannot be.
    """
    extra = extra_of(field)
    sql = extra.get("sql")
    if sql is not None and not isinstance(sql, Mapping):
        raise ConfigurationError(f"sql={sql!r}: expected a mapping such as {{'key': 'foreign', 'reference': 'Manager.id'}}")
    words: Mapping[str, Any] = sql or {}
    keys = _keys(words) if sql is not None else set()
    references = _references(words.get("reference"))
    if "foreign" in keys and not references:
        raise ConfigurationError(
            "key='foreign': expected a reference beside it, e.g. {'key': 'foreign', 'reference': 'Manager.id'}"
        )
    law = law_of(extra, words) if references else {}
    tree = bool(words.get("tree") or words.get("acyclic"))
    if tree and not references:
        raise ConfigurationError("tree=True: expected a reference to the model itself beside it")
    return SqlWords(
        is_primary="primary" in keys,
        is_unique="unique" in keys or bool(words.get("unique")),
        references=references,
        group=words.get("group"),
        is_tree=tree,
        roots=_roots(words.get("roots")),
        law=law,
    )


def _roots(told: Any) -> int | None:
    if told is not None and (isinstance(told, bool) or not isinstance(told, int) or told < 1):
        raise ConfigurationError(f"roots={told!r}: expected a whole number of rows that refer to nothing, at least 1")
    return told


def _keys(words: Mapping[str, Any]) -> set[str]:
    told = words.get("key")
    if told is None:
        if "reference" in words:
            return {"foreign"}
        return set() if words else {"primary"}
    keys = {told} if isinstance(told, str) else set(told)
    unknown = keys - set(_KEYS)
    if unknown:
        raise ConfigurationError(f"key={told!r}: expected {', '.join(map(repr, _KEYS))}, or a list of them")
    return keys


def _references(told: Any) -> tuple[tuple[str, str], ...]:
    if told is None:
        return ()
    found = []
    for reference in [told] if isinstance(told, str) else list(told):
        model, _, name = str(reference).rpartition(".")
        if not isinstance(reference, str) or not model or not name:
            raise ConfigurationError(f"reference={reference!r}: expected 'Model.field', e.g. 'Manager.id'")
        found.append((model, name))
    return tuple(found)


def law_of(extra: Mapping[str, Any], words: Mapping[str, Any], *, is_reference: bool = True) -> dict[str, Any]:
    """The parameters of the count distribution that a field has beside it, in ``sql``, or in ``distribution``.

    Raises:
        ConfigurationError: they contradict each other, or cannot be.
    """
    told = extra.get("distribution")
    inner = told if isinstance(told, Mapping) else {}
    found: dict[str, Any] = {}
    for source in (extra, words, inner):
        for name in LAW:
            if source.get(name) is not None:
                if name in found and found[name] != source[name]:
                    raise ConfigurationError(f"{name} is told twice, {found[name]!r} and {source[name]!r}; expected it once")
                found[name] = source[name]
    if isinstance(found.get("histogram"), Mapping):  # JSON has no keys but texts
        found["histogram"] = [(_whole(uses), values) for uses, values in found["histogram"].items()]
    if not is_reference:
        return found
    if isinstance(told, str) and told != "uniform":
        raise ConfigurationError(f"distribution={told!r}: expected skew, weights, mean or histogram for a reference")
    if inner and not found and "null_weight" not in inner:
        raise ConfigurationError(f"distribution={told!r}: expected skew, weights, mean or histogram for a reference")
    counts_of(**(found if "mean" in found or "histogram" in found else {**found, "mean": 1e9}))  # what cannot be is found now
    return found


def _whole(told: Any) -> Any:
    return int(told) if isinstance(told, str) and told.isdecimal() else told


def parameters_of(source: Any, known: Collection[str] = ()) -> dict[str, Any]:
    """The words of a distribution that was captured: a mapping, or an object whose ``parameters()`` gives one.

    Args:
        source: of the words.
        known: words beside the library's own that a mapping may have.

    Raises:
        ConfigurationError: it is neither, or a mapping with a word that nobody reads.
    """
    found = source.parameters() if callable(getattr(source, "parameters", None)) else source
    if not isinstance(found, Mapping):
        raise ConfigurationError(
            f"distribution {source!r}: expected a mapping such as {{'skew': 2, 'mean': 10}}, or an object whose "
            "parameters() gives one"
        )
    unread = [name for name in found if name not in (*_WORDS, *_CAPTURED, *known)] if found is source else []
    if unread:
        raise ConfigurationError(f"distribution {source!r}: nobody reads {unread[0]!r}; expected some of {', '.join(_WORDS)}")
    return {name: value for name, value in found.items() if value is not None}
