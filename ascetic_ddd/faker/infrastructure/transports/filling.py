"""How a command is made of what is known: its fields are filled by name."""

import inspect
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Generic, TypeVar

from ascetic_ddd.faker.application.runs.finding import Finding
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.infrastructure.transports.errors import WiringError

__all__ = ("FieldSource", "Filling", "unfilled")

C = TypeVar("C")

FieldSource = str | Callable[[Mapping[str, Any]], Any]
"""Where a field comes from: the name of what is known, or a function of all that is known by name."""

_USUAL = inspect.Parameter.POSITIONAL_OR_KEYWORD


class Filling(Generic[C]):
    """Makes the command of what is known, by the names of its fields.

    Args:
        command_class: makes the command from keyword arguments; its signature says which.
        fields: where a field comes from that is not known by its own name.
        maker: who wants it, for messages.

    Attributes:
        command_class, fields: as given.
        words: maker and command, for messages.

    Raises:
        ConfigurationError: the command has no such field.
    """

    __slots__ = ("_copied", "_optional", "_own", "_reckoned", "_required", "_takes_all", "command_class", "fields", "words")

    def __init__(self, command_class: Callable[..., C], fields: Mapping[str, FieldSource], maker: str) -> None:
        self.command_class = command_class
        self.fields = fields
        self.words = f"{maker}({getattr(command_class, '__name__', repr(command_class))})"
        parameters = inspect.signature(command_class).parameters
        self._takes_all = any(each.kind is each.VAR_KEYWORD for each in parameters.values())
        self._own = [each for each, parameter in parameters.items() if parameter.kind in (parameter.KEYWORD_ONLY, _USUAL)]
        self._required = [each for each in self._own if parameters[each].default is inspect.Parameter.empty]
        unknown = [] if self._takes_all else sorted(fields.keys() - set(self._own))
        if unknown:
            raise ConfigurationError(f"{self.words}: the command has no field {unknown[0]!r}, only {', '.join(self._own)}")
        copied = {each: each for each in self._required if each not in fields}
        copied |= {field: source for field, source in fields.items() if isinstance(source, str)}
        self._copied = tuple(copied.items())
        self._optional = [each for each in self._own if each not in fields and each not in self._required]
        self._reckoned = [(field, source) for field, source in fields.items() if callable(source)]

    def __call__(self, known: Mapping[str, Any]) -> C:
        """Make the command.

        Raises:
            WiringError: it needs a field that nothing known gives.
        """
        try:
            told = {field: known[source] for field, source in self._copied}
        except KeyError:
            raise self._unfillable(known) from None
        for each in known if self._takes_all else self._optional:
            if each in known and each not in self.fields:
                told[each] = known[each]
        for field, source in self._reckoned:
            told[field] = source(known)
        return self.command_class(**told)

    def _unfillable(self, known: Mapping[str, Any]) -> WiringError:
        for field, source in self.fields.items():
            if isinstance(source, str) and source not in known:
                return WiringError(f"{self.words}: no part {source!r} for {field!r}, only {', '.join(known)}")
        lacking = [each for each in self._required if each not in self.fields and each not in known]
        return WiringError(
            f"{self.words}: no part gives {', '.join(map(repr, lacking))}; the parts are {', '.join(known)}: "
            f"add one, or say {self.words[:-1]}, {lacking[0]}=…)"
        )

    def lacking(self, known: Collection[str]) -> dict[str, str]:
        """Give the fields for which nothing is known, and the names that they are asked for by."""
        named = {field: source for field, source in self.fields.items() if isinstance(source, str)}
        by_own_name = {each: each for each in self._required if each not in self.fields}
        return {field: name for field, name in {**named, **by_own_name}.items() if name not in known}

    def may_take(self, name: str) -> bool:
        """Tell whether what is known by this name has a field of its own, or may be in one that is reckoned."""
        return name in self._own or any(source == name or callable(source) for source in self.fields.values())

    def sources(self, known: Collection[str]) -> dict[str, FieldSource]:
        """Give where each field comes from, of those that are filled."""
        own = known if self._takes_all else [each for each in self._own if each in known]
        return {**{each: each for each in own}, **self.fields}


def unfilled(fill: Filling[Any], provider: Provider[Any, Any], known: Collection[str]) -> Iterator[Finding]:
    """Find what a command asks for, and nothing known gives."""
    for field, name in fill.lacking(known).items():
        yield Finding(
            path=provider.path,
            asked=f"{fill.words} with {name!r}",
            implies=f"nothing is known by that name, only {', '.join(known)}",
            advice=f"Add such a part, or say {fill.words[:-1]}, {field}=…) where it comes from",
        )
