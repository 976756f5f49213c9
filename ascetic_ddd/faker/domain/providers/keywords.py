"""Parts told by keywords: ``author_id__name="Jane"`` is the pattern ``{"author_id": {"name": "Jane"}}``."""

from collections.abc import Mapping
from typing import Any

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.kinds import source_of
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.telling import CALLER, Clash, contradict, join
from ascetic_ddd.faker.domain.values.names import there_is

__all__ = ("tellings",)

_BETWEEN = "__"

_Any = Provider[Any, Any]


def tellings(provider: _Any, input: Any, keywords: Mapping[str, Any]) -> list[Any]:
    """What ``set`` has to be called with, one after the other, to tell an input and keywords.

    A keyword is a part's name, or several, joined by ``__``: the part of a part, or of what a reference refers to. Where a part
    has ``__`` in its own name, the longest name that fits is meant.

    Args:
        provider: who is told.
        input: the nested form; None if there is none.
        keywords: values by names.

    Raises:
        ConfigurationError: there is no part of that name.
        ContradictionError: a part is told twice, and not the same.
    """
    told = [] if input is None else [input]
    joined = dict(input) if isinstance(input, Mapping) else {}
    for keyword, value in keywords.items():
        name, inner = _nested(provider, provider.parts(), keyword, keyword, value)
        pattern = {name: inner}
        try:
            joined = join(provider, joined, pattern, [])
        except Clash as clash:
            contradict(provider, joined, pattern, CALLER, clash.part)
        told.append(pattern)
    return told


def _nested(provider: _Any, known: Mapping[str, _Any], rest: str, keyword: str, value: Any) -> tuple[str, Any]:
    """The first name of what is left of a keyword, and what its part is told."""
    fitting = [name for name in known if rest == name or rest.startswith(f"{name}{_BETWEEN}")]
    if not fitting:
        wanted = rest.partition(_BETWEEN)[0]
        raise ConfigurationError(f"{keyword}={value!r}: {provider.path} has no part {wanted!r}; {there_is(wanted, known)}")
    name = max(fitting, key=len)
    if rest == name:
        return name, value
    part, rest = known[name], rest[len(name) + len(_BETWEEN) :]
    if part._holds_objects:
        raise ConfigurationError(f"{keyword}={value!r}: {part.path} are several; tell their number, or a list of their inputs")
    source = source_of(part)
    if source is None:
        inner, told = _nested(part, part.parts(), rest, keyword, value)
    else:
        target = source.aggregate_provider
        inner, told = _nested(target, {**target.id_provider.parts(), **target.parts()}, rest, keyword, value)
    return name, {inner: told}
