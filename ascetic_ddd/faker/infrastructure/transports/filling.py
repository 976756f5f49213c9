"""How a command is made of what is known: its fields are filled by name."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = ("FieldSource", "filled")

C = TypeVar("C")

FieldSource = str | Callable[[Mapping[str, Any]], Any]
"""Where a field comes from: the name of what is known, or a function of all that is known by name."""

_USUAL = inspect.Parameter.POSITIONAL_OR_KEYWORD


def filled(command_class: Callable[..., C], fields: Mapping[str, FieldSource], maker: str) -> Callable[[Mapping[str, Any]], C]:
    """Give a function that makes the command of what is known, by the names of its fields.

    Args:
        command_class: makes the command from keyword arguments; its signature says which.
        fields: where a field comes from that is not known by its own name.
        maker: who wants it, for messages.

    Raises:
        ConfigurationError: the command has no such field; or, when it is made, needs one that is not known.
    """
    name = getattr(command_class, "__name__", repr(command_class))
    parameters = inspect.signature(command_class).parameters
    takes_all = any(each.kind is each.VAR_KEYWORD for each in parameters.values())
    own = [each for each, parameter in parameters.items() if parameter.kind in (parameter.KEYWORD_ONLY, _USUAL)]
    required = [each for each in own if parameters[each].default is inspect.Parameter.empty]
    unknown = [] if takes_all else sorted(fields.keys() - set(own))
    if unknown:
        raise ConfigurationError(f"{maker}({name}): the command has no field {unknown[0]!r}, only {', '.join(own)}")

    def fill(known: Mapping[str, Any]) -> C:
        told = {each: known[each] for each in (known if takes_all else own) if each in known}
        for field, source in fields.items():
            if isinstance(source, str) and source not in known:
                raise ConfigurationError(f"{maker}({name}): no part {source!r} for {field!r}, only {', '.join(known)}")
            told[field] = known[source] if isinstance(source, str) else source(known)
        lacking = [each for each in required if each not in told]
        if lacking:
            raise ConfigurationError(
                f"{maker}({name}): no part gives {', '.join(map(repr, lacking))}; the parts are {', '.join(known)}: "
                f"add one, or say {maker}({name}, {lacking[0]}=…)"
            )
        return command_class(**told)

    return fill
