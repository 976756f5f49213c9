"""Which synthesizer a field gets, and that nobody else's changes it."""

import gc
from typing import Annotated, Any, cast

import pydantic
import pytest
from pydantic import BaseModel, EmailStr, Field
from pydantic.fields import FieldInfo

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.schema import SchemaSynthesizer, SynthesizeInteger, Synthesizer, SynthesizeString
from ascetic_ddd.faker.schema.synthesizers.containers import SynthesizeList

create_model: Any = pydantic.create_model


class Parcel(BaseModel):
    code: Annotated[str, Field(json_schema_extra={"domain": "sku"})]
    weight: int


class SynthesizeNamed(Synthesizer):
    def __call__(self, sequence: int | None = None) -> str:
        return f"named {sequence}"


def chosen(schema: SchemaSynthesizer) -> list[str]:
    return [type(field).__name__ for field in schema.schema["Parcel"].fields.values()]


def without_sku() -> None:
    schema = SchemaSynthesizer()
    with pytest.raises(ConfigurationError, match=r"Parcel\.code: domain='sku'"):
        schema.add(Parcel, 3)


def make_synthesizers() -> list[type[Synthesizer]]:
    class SynthesizeSku(SynthesizeString):
        @classmethod
        def match(cls, field: FieldInfo) -> bool:
            return bool(cast("Any", field.json_schema_extra or {}).get("domain") == "sku")

        def __call__(self, sequence: int | None = None) -> str:
            return f"SKU-{self.random.randrange(10)}"

    class SynthesizeBetterSku(SynthesizeSku):
        pass

    class SynthesizeWeight(Synthesizer):
        @classmethod
        def match(cls, field: FieldInfo) -> bool:
            return issubclass(cast("Any", field.annotation), int)

        def __call__(self, sequence: int | None = None) -> int:
            return sequence or 0

    return [SynthesizeSku, SynthesizeBetterSku, SynthesizeWeight]


def test_subclasses_in_sight_are_found_the_most_specific_first() -> None:
    sku, better, weight = make_synthesizers()
    schema = SchemaSynthesizer()
    schema.add(Parcel, 3)
    assert chosen(schema) == ["SynthesizeBetterSku", "SynthesizeWeight"]
    assert [row.weight for row in schema.rows(Parcel)] == [0, 1, 2]
    assert {sku, better, weight}


def test_subclasses_out_of_sight_change_nothing() -> None:
    kept = [make_synthesizers()]
    without_sku()
    assert kept


def test_subclasses_that_are_told_are_taken_and_no_others() -> None:
    sku, _, weight = make_synthesizers()
    schema = SchemaSynthesizer(synthesizers=[sku])
    schema.add(Parcel, 3)
    assert chosen(schema) == ["SynthesizeSku", "SynthesizeInteger"]
    assert weight is not SynthesizeInteger


def test_a_model_that_was_added_stays_as_it_is() -> None:
    sku = make_synthesizers()[:1]
    schema = SchemaSynthesizer(synthesizers=sku)
    schema.add(Parcel, 3)
    before = list(schema.rows(Parcel))

    class SynthesizeLater(Synthesizer):
        @classmethod
        def match(cls, field: FieldInfo) -> bool:
            return True

    assert list(schema.rows(Parcel)) == before
    del SynthesizeLater
    gc.collect()


def test_a_synthesizer_may_be_named_or_given() -> None:
    named: Any
    for named in ("SynthesizeNamed", SynthesizeNamed):
        model = create_model("Model", value=(Annotated[str, Field(json_schema_extra={"synthesizer": named})], ...))
        schema = SchemaSynthesizer(synthesizers=[])
        schema.add(model, 2)
        assert [row.value for row in schema.rows(model)] == ["named 0", "named 1"]


def test_a_name_that_nobody_has_is_refused_with_those_there_are() -> None:
    model = create_model("Model", value=(Annotated[str, Field(json_schema_extra={"synthesizer": "Nobody"})], ...))
    with pytest.raises(ConfigurationError, match=r"Model\.value: synthesizer='Nobody'.*SynthesizeString"):
        SchemaSynthesizer().add(model, 1)


def test_what_is_no_synthesizer_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"expected subclasses of Synthesizer"):
        SchemaSynthesizer(synthesizers=cast("Any", [int])).add(Parcel, 1)


def test_a_synthesizer_with_parts_may_be_tried_by_hand() -> None:
    found = SynthesizeList(None, FieldInfo.from_annotation(list[int | None]))()
    assert found
    assert all(item is None or isinstance(item, int) for item in found)


def test_yours_serve_the_items_of_lists_and_optional_fields_too() -> None:
    class SynthesizeSeven(Synthesizer):
        @classmethod
        def match(cls, field: FieldInfo) -> bool:
            return issubclass(cast("Any", field.annotation), int)

        def __call__(self, sequence: int | None = None) -> int:
            return 7

    model = create_model("Model", many=(list[int], ...), maybe=(int | None, ...), either=(int | str, ...))
    schema = SchemaSynthesizer(synthesizers=[SynthesizeSeven])
    schema.add(model, 50)
    for row in schema.rows(model):
        assert set(row.many) <= {7}
        assert row.maybe in (7, None)
        assert row.either == 7 or isinstance(row.either, str)


def test_fields_mean_what_they_are_called() -> None:
    model = create_model(
        "Customer",
        first_name=(str, ...),
        email=(str, ...),
        work_email=(EmailStr, ...),
        billing_city=(str, ...),
        website=(str, ...),
        phone=(str, ...),
        company=(Annotated[str, Field(max_length=200)], ...),
        country=(str, ...),
        code=(str, ...),
        name=(Annotated[str, Field(max_length=2)], ...),
        title=(Annotated[str, Field(json_schema_extra={"domain": "text"})], ...),
        ort=(Annotated[str, Field(json_schema_extra={"domain": "city", "locale": "de_DE"})], ...),
        plate=(Annotated[str, Field(json_schema_extra={"domain": "license_plate"})], ...),
    )
    schema = SchemaSynthesizer()
    schema.add(model, 200)
    fields = schema.schema["Customer"].fields
    words = {
        name for name, field in fields.items() if type(field).__name__ in ("SynthesizeWords", "SynthesizeName", "SynthesizeEmail")
    }
    assert words == set(fields) - {"code", "name", "title"}
    for row in schema.rows(model):
        assert row.first_name.replace(" ", "").isalpha()
        assert "@example." in row.email
        assert row.website.startswith("https://")
    assert len({row.email for row in schema.rows(model)}) > 150
    assert len({row.plate for row in schema.rows(model)}) > 190


def test_optional_fields_mean_what_they_are_called() -> None:
    model = create_model(
        "Customer",
        first_name=(str | None, ...),
        email=(Annotated[str, Field(max_length=60)] | None, ...),
        city=(Annotated[str | None, Field(json_schema_extra={"null_weight": 0.5})], ...),
        name=(Annotated[str | None, Field(max_length=2)], ...),
        phone=(int | None, ...),
        country=(str | int | None, ...),
    )
    schema = SchemaSynthesizer()
    schema.add(model, 1_000)
    rows = list(schema.rows(model))
    assert all(row.first_name is None or row.first_name.isalpha() for row in rows)
    assert all(row.email is None or "@example." in row.email for row in rows)
    assert all(row.city is None or row.city.replace(" ", "").isalpha() for row in rows)
    assert 400 < sum(row.city is None for row in rows) < 600


def test_words_too_long_for_a_field_that_asks_for_them_are_refused() -> None:
    model = create_model("Model", value=(Annotated[str, Field(max_length=3, json_schema_extra={"domain": "email"})], ...))
    with pytest.raises(ConfigurationError, match=r"Model\.value: next to no value of the domain 'email'"):
        SchemaSynthesizer().add(model, 1)


@pytest.mark.parametrize(
    ("told", "values"),
    [
        ({"distribution": {"a": 0.75, "b": 0.25}}, "ab"),
        ({"distribution": [["a", 3], ["b", 1]]}, "ab"),
        ({"values": ["a", "b"], "weights": [0.75, 0.25]}, "ab"),
        ({"distribution": {"values": ["a", "b"], "weights": [75, 25]}}, "ab"),
    ],
)
def test_lists_have_their_shares(told: dict[str, Any], values: str) -> None:
    model = create_model("Model", value=(Annotated[str, Field(json_schema_extra=told)], ...))
    schema = SchemaSynthesizer()
    schema.add(model, 1_000)
    found = [row.value for row in schema.rows(model)]
    assert set(found) == set(values)
    assert abs(found.count("a") - 750) <= 10


@pytest.mark.parametrize(
    ("annotation", "told"),
    [
        (int, {"distribution": "zipf"}),
        (int, {"distribution": {"normal": {"mean": 5, "sd": -1}}}),
        (Annotated[int, Field(le=10)], {"distribution": {"normal": {"mean": 5e9, "sd": 1}}}),
        (bool, {"weights": [1, 2, 3]}),
        (str, {"values": []}),
        (str, {"distribution": [("a",)]}),
        (Annotated[int, Field(ge=5, le=4)], {}),
        (Annotated[str, Field(min_length=5, max_length=4)], {}),
        (Annotated[str, Field(pattern=r"^a{5}$", max_length=4)], {}),
        (Annotated[list[int], Field(min_length=5, max_length=4)], {}),
        (int | None, {"null_weight": 1.5}),
        (int, {"sql": "primary"}),
        (int, {"skew": 5, "mean": 2}),
        (int, {"skew": 2, "weights": [1, 2]}),
    ],
)
def test_words_that_cannot_be_are_refused_with_model_and_field(annotation: Any, told: dict[str, Any]) -> None:
    model = create_model("Model", value=(Annotated[annotation, Field(json_schema_extra=told)], ...))
    with pytest.raises(ConfigurationError, match=r"Model\.value"):
        SchemaSynthesizer().add(model, 1)


@pytest.mark.parametrize(
    ("annotation", "told"),
    [(int, {"values": ["one", "two"]}), (Annotated[str, Field(max_length=2)], {"values": ["long"]})],
)
def test_values_of_which_none_is_accepted_are_refused_when_the_model_is_added(annotation: Any, told: dict[str, Any]) -> None:
    model = create_model("Model", value=(Annotated[annotation, Field(json_schema_extra=told)], ...))
    with pytest.raises(ConfigurationError, match=r"Model\.value: no value that Synthesize\w+ gives is accepted"):
        SchemaSynthesizer().add(model, 1)


def test_a_law_that_asks_for_more_values_than_there_are_is_refused_with_both_numbers() -> None:
    told: Any = {"mean": 2}
    model = create_model("Model", value=(Annotated[int, Field(ge=1, le=9, json_schema_extra=told)], ...))
    schema = SchemaSynthesizer()
    schema.add(model, 100)
    with pytest.raises(
        ConfigurationError, match=r"Model\.value: mean=2 asks for 50 different values in 100 rows: .* there are 9"
    ):
        schema.prepare()


@pytest.mark.parametrize("told", [{"domain": "sku"}, {"synthesizer": "SynthesizeSku"}])
def test_yours_leave_none_to_the_null_weight(told: dict[str, Any]) -> None:
    sku = make_synthesizers()[0]
    model = create_model("Model", value=(Annotated[str | None, Field(json_schema_extra={**told, "null_weight": 0.5})], ...))
    schema = SchemaSynthesizer(synthesizers=[sku])
    schema.add(model, 400)
    found = [row.value for row in schema.rows(model)]
    assert 150 < found.count(None) < 250
    assert all(value.startswith("SKU-") for value in found if value is not None)
