"""Whether the code around a part says something of it."""

import inspect
from types import CodeType
from typing import Any

from ascetic_ddd.faker.application.linting.graph import Aggregate
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.facts import holders, name_within
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider

__all__ = ("is_mentioned",)


def is_mentioned(aggregate: Aggregate, part: Provider[Any, Any]) -> bool:
    """Tell whether a populating hook around a part, or what it may call, names it."""
    classes = [cls for holder in holders(part) for cls in type(holder).__mro__ if cls.__module__ not in _OURS]
    has_hook = any(name in vars(cls) for cls in classes for name in ("populate", "do_populate"))
    return has_hook and any(name_within(part) in _names(cls) for cls in classes)


_OURS = frozenset(cls.__module__ for cls in (*AggregateProvider.__mro__, *ReferenceProvider.__mro__))


def _names(cls: type) -> set[str]:
    """Names and words in the methods of a class, its ``__init__`` left out, where every part is named."""
    found: set[str] = set()
    for name, member in vars(cls).items():
        function = inspect.unwrap(getattr(member, "__func__", member)) if name != "__init__" else None
        code = getattr(function, "__code__", None)
        waiting: list[CodeType] = [code] if code is not None else []
        while waiting:
            code = waiting.pop()
            found.update(code.co_names, code.co_freevars)
            for constant in code.co_consts:
                if isinstance(constant, CodeType):
                    waiting.append(constant)
                else:
                    found.update(
                        word for word in (constant if isinstance(constant, tuple) else (constant,)) if isinstance(word, str)
                    )
    return found
