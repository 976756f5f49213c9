"""What makes the objects: a graph's factories, compiled once into closures that read the slots of the object at hand.

A call of such a closure makes the output of one part, once, and keeps it in the part's slot. The factories, the names that they
take and the closures of the parts below are bound beforehand, so making an object costs little more than its factories do.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from ascetic_ddd.faker.domain.blueprint.slot import NOTHING, Slot

__all__ = ("Build", "Failed", "Make", "composite_of_input", "composite_of_slot", "value_of_input", "value_of_slot")

Build: TypeAlias = Callable[[], Any]
"""Makes the output of a slot's input, once."""

Make: TypeAlias = Callable[[Any], Any]
"""Makes a fresh output of plain data."""

Failed: TypeAlias = Callable[[BaseException, Any], object]
"""Hears of an error that a factory raised, and of the input, before the error travels on."""


def value_of_slot(slot: Slot, factory: Make | None, failed: Failed, *, takes_none: bool = False) -> Build:
    """Make one value.

    Args:
        slot: its input and output.
        factory: makes the output; None: the output is the input.
        failed: hears of errors.
        takes_none: the factory is called for None, too.
    """
    if factory is None:

        def keep() -> Any:
            output = slot.output
            if output is NOTHING:
                output = slot.output = slot.input
            return output

        return keep

    def build() -> Any:
        output = slot.output
        if output is NOTHING:
            input = slot.input
            if input is None and not takes_none:
                output = None
            else:
                try:
                    output = factory(input)
                except Exception as error:
                    failed(error, input)
                    raise
            slot.output = output
        return output

    return build


def value_of_input(factory: Make | None, failed: Failed, *, takes_none: bool = False) -> Make:
    """As :func:`value_of_slot`, of plain data."""
    if factory is None:
        return _same

    def make(input: Any) -> Any:
        if input is None and not takes_none:
            return None
        try:
            return factory(input)
        except Exception as error:
            failed(error, input)
            raise

    return make


def composite_of_slot(
    slot: Slot, factory: Callable[..., Any], parts: Sequence[tuple[str, Build]], failed: Failed, known: Callable[[], Any]
) -> Build:
    """Make an object of parts: the factory takes their outputs by name.

    Args:
        slot: its output, and whether it is null.
        factory: makes the object.
        parts: name and closure of each.
        failed: hears of errors.
        known: gives the input, for errors.
    """
    call = _call_of_builds(factory, parts)

    def build() -> Any:
        output = slot.output
        if output is NOTHING:
            if slot.is_null:
                output = None
            else:
                outputs = call()
                try:
                    output = factory(**outputs)
                except Exception as error:
                    failed(error, known())
                    raise
            slot.output = output
        return output

    return build


def composite_of_input(factory: Callable[..., Any], parts: Sequence[tuple[str, Make]], failed: Failed) -> Make:
    """As :func:`composite_of_slot`, of plain data: a dict, or None for None."""
    named = tuple(parts)

    def make(input: Any) -> Any:
        if input is None:
            return None
        outputs = {name: of(input.get(name)) for name, of in named}
        try:
            return factory(**outputs)
        except Exception as error:
            failed(error, input)
            raise

    return make


def _call_of_builds(factory: Callable[..., Any], parts: Sequence[tuple[str, Build]]) -> Callable[[], dict[str, Any]]:
    """The outputs by name; written out for the commonest numbers of parts, since this is done for every object."""
    names, builds = tuple(name for name, _ in parts), tuple(build for _, build in parts)
    if len(parts) == 2:
        (first, second), (one, two) = names, builds
        return lambda: {first: one(), second: two()}
    if len(parts) == 3:
        (first, second, third), (one, two, three) = names, builds
        return lambda: {first: one(), second: two(), third: three()}
    named = tuple(parts)
    return lambda: {name: build() for name, build in named}


def _same(input: Any) -> Any:
    return input
