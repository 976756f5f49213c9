"""Which synthesizers there are, and in which order they are asked whether a field is theirs."""

import sys
from collections.abc import Iterable, Iterator, Sequence

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.schema.synthesizers.synthesizer import Synthesizer

__all__ = ("OURS", "by_name", "in_order", "in_sight", "subclasses", "synth_class_iter")

OURS = "ascetic_ddd.faker.schema."
"""Modules of the library's own synthesizers begin so."""


def subclasses(base: type[Synthesizer] = Synthesizer) -> Iterator[type[Synthesizer]]:
    """All synthesizers that exist, a class before its subclasses, in the order in which they were written."""
    for found in base.__subclasses__():
        yield found
        yield from subclasses(found)


def synth_class_iter(base: type[Synthesizer] = Synthesizer) -> Iterator[tuple[str, type[Synthesizer]]]:
    """All synthesizers with their names, from the most general to the most specific, ``base`` first.

    Source: seed, "Model Synthesizer".
    """
    yield base.__name__, base
    for found in base.__subclasses__():
        yield from synth_class_iter(found)


def in_order(own: Iterable[type[Synthesizer]]) -> list[type[Synthesizer]]:
    """The order in which to ask: yours before the library's; a subclass before its base, the newer before the older."""
    wanted = set(own)
    known = list(dict.fromkeys(subclasses()))
    ours = [found for found in reversed(known) if found not in wanted and found.__module__.startswith(OURS)]
    ours.sort(key=lambda found: -found.priority)
    return [*(found for found in reversed(known) if found in wanted), *ours]


def in_sight(*modules: str) -> list[type[Synthesizer]]:
    """The subclasses that have a name in these modules, or in a function that is running or its module.

    So a class made in one test, or in a module that nobody here imports from, changes nothing elsewhere.
    """
    foreign = {found for found in subclasses() if not found.__module__.startswith(OURS)}
    seen: set[type[Synthesizer]] = set()
    if not foreign:
        return []
    frame = sys._getframe(1)  # noqa: SLF001 - its documented name
    looked_at: set[int] = set()
    while frame is not None:
        for names in (frame.f_locals, frame.f_globals):
            if id(names) not in looked_at:
                looked_at.add(id(names))
                seen.update(value for value in list(names.values()) if isinstance(value, type) and value in foreign)
        frame = frame.f_back  # type: ignore[assignment]
    for module in modules:
        names = vars(sys.modules[module]) if module in sys.modules else {}
        seen.update(value for value in list(names.values()) if isinstance(value, type) and value in foreign)
    return [found for found in subclasses() if found in seen]


def by_name(name: object, known: Sequence[type[Synthesizer]], place: str) -> type[Synthesizer]:
    """The synthesizer that a field names in its ``json_schema_extra``, by its class or by the class's name.

    Raises:
        ConfigurationError: there is none of this name, or several.
    """
    if isinstance(name, type) and issubclass(name, Synthesizer):
        return name
    found = [cls for cls in known if cls.__name__ == name] or [cls for cls in subclasses() if cls.__name__ == name]
    if len(found) > 1 and found[0] in known:
        found = found[:1]
    if len(found) != 1:
        names = ", ".join(sorted({cls.__name__ for cls in known if not cls.__name__.startswith("_")}))
        what = "no synthesizer has this name" if not found else f"{len(found)} synthesizers have this name"
        raise ConfigurationError(f"{place}: synthesizer={name!r}: {what}; give the class itself, or one of {names}")
    return found[0]
