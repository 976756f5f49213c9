"""Values tried on the validators that will see them, before there are rows."""

from collections.abc import Callable
from random import Random
from typing import Any

from pydantic import ValidationError

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.schema.rows.records import words_of
from ascetic_ddd.faker.schema.synthesizers.synthesizer import Synthesizer

__all__ = ("check_accepted",)

_TRIED, _TRIED_HARDER = 8, 200


def check_accepted(place: str, synth: Synthesizer, validate: Callable[[Any], Any], seed: int) -> None:
    """Draw until a value is accepted.

    Args:
        place: the field with its model, for the message.
        synth: of the field; its streams begin anew.
        validate: gives the value as the validators leave it, or raises.
        seed: of the run.

    Raises:
        ConfigurationError: none of many is.
    """
    synth.restart(Random(seed))
    last: Any = None
    error: ValidationError | None = None
    for count in (_TRIED, _TRIED_HARDER):
        for last in synth.draw(count):
            try:
                validate(last)
                return
            except ValidationError as rejected:
                error = rejected
    raise ConfigurationError(
        f"{place}: no value that {type(synth).__name__} gives is accepted, {last!r} for example: "
        f"{words_of(error) if error else ''}. Correct the values or the type, or write a synthesizer: a subclass of "
        "Synthesizer, named in the field's json_schema_extra={'synthesizer': …}"
    ) from error
