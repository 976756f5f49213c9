"""A field that belongs to no schema, drawn by its type, its constraints and its name as it would be there."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal, get_origin
from uuid import UUID

from pydantic import Field, PydanticSchemaGenerationError, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.randomness import DEFAULT_SEED
from ascetic_ddd.faker.schema.aggregates.field_generators import FieldGenerator, KeyGenerator, values_of
from ascetic_ddd.faker.schema.reading.plain import plain
from ascetic_ddd.faker.schema.synthesizers.field_maker import FieldMaker

__all__ = ("LoneField",)

_PLAIN = frozenset({bool, bytes, date, datetime, Decimal, float, int, str, time, timedelta, UUID})


class LoneField:
    """What draws one field.

    Args:
        name: of the field.
        hint: its type, without None.
        constraints: of pydantic's ``Field``, beside those in ``Annotated``.
        model: name of what it belongs to.
        module: where that is defined; synthesizers there are in sight.

    Attributes:
        generator: draws inputs, plain data.
        factory: makes the value of an input; None: it is the input.
        is_counted: it is known how many values there are, so that ``distinct`` is possible.

    Raises:
        ConfigurationError: nothing is known that draws this type, or it asks for what cannot be.
    """

    rows = 10**9
    """As many distinct values a text has room for, where it may be of any length."""
    seed = DEFAULT_SEED

    def __init__(self, name: str, hint: Any, constraints: Mapping[str, Any], *, model: str, module: str) -> None:
        annotated: Any = Annotated[hint, Field(**constraints)] if constraints else hint
        self.maker = FieldMaker(module=module, place=model, model_name=model)
        info = FieldInfo.from_annotation(annotated)
        self._synth = self.maker.make(self, info, name)
        self.is_counted = values_of(self._synth) is not None
        is_plain = info.annotation in _PLAIN or get_origin(info.annotation) is Literal
        self.factory = None if is_plain else _factory(annotated, f"{model}.{name}")
        drawn = FieldGenerator(self._synth)
        self.generator: Any = drawn if is_plain else _Plain(drawn)

    def distinct(self) -> Any:
        """Draws each value once, by running numbers."""
        return KeyGenerator(self._synth)


class _Plain:
    """What a generator draws, as plain data."""

    def __init__(self, drawn: FieldGenerator) -> None:
        self._drawn = drawn
        self.seed = drawn.seed

    def __call__(self) -> Any:
        return plain(self._drawn())


def _factory(annotated: Any, place: str) -> Callable[[Any], Any]:
    try:
        validate = TypeAdapter(annotated).validate_python
    except PydanticSchemaGenerationError as error:
        raise ConfigurationError(f"{place}: {str(error).splitlines()[0]}") from error

    def made(input: Any) -> Any:
        try:
            return validate(input)
        except ValidationError as error:
            raise ConfigurationError(f"{place}: {input!r} is none of its values: {error.errors()[0]['msg']}") from error

    return made
