"""Every shape of a field has as many different values as its type allows, or is refused by name."""

from typing import Any

import pydantic
import pytest

from ascetic_ddd.faker.domain.errors import FakerError
from ascetic_ddd.faker.schema import SchemaSynthesizer
from tests.unit.faker.schema.synthesizers.field_shapes import MANY, SHAPES, ThirdParty

create_model: Any = pydantic.create_model

ROWS = 3_000


def test_there_are_two_hundred_shapes_at_least() -> None:
    assert len(SHAPES) > 200


def model_of(annotation: Any) -> Any:
    return create_model("Row", __config__={"arbitrary_types_allowed": True}, thing=(annotation, ...))


def values_of(annotation: Any) -> set[str]:
    """Different values, in their texts; up to ``MANY`` of them, within ``ROWS`` rows."""
    schema = SchemaSynthesizer(seed=11)
    model = model_of(annotation)
    schema.add(model, ROWS)
    found: set[str] = set()
    for row in schema.rows(model):
        found.add(text_of(row.thing))
        if len(found) == MANY:
            break
    return found


def text_of(value: Any) -> str:
    if isinstance(value, (pydantic.SecretStr, pydantic.SecretBytes, pydantic.Secret)):
        return str(value.get_secret_value())
    return repr(vars(value) if type(value) is ThirdParty else value)


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_has_as_many_values_as_its_type_allows_or_is_refused_by_name(name: str) -> None:
    annotation, expected = SHAPES[name]
    if isinstance(expected, int):
        assert len(values_of(annotation)) >= expected
        return
    with pytest.raises(FakerError, match=r"Row.*thing") as refused:
        values_of(annotation)
    assert expected in str(refused.value)
