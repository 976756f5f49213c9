"""What a profile written by hand may leave out of a reference is derived; what it has is checked all the same."""

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given

from ascetic_ddd.faker.application.comparison.compare import compare
from ascetic_ddd.faker.application.profile.completing import DERIVED, constraint_name
from ascetic_ddd.faker.application.profile.file import as_json, from_json
from ascetic_ddd.faker.application.profile.json_schema import json_schema
from ascetic_ddd.faker.application.profile.model import Profile
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.errors import ProfileError
from tests.unit.faker.application.profile.profiles import profile_of, profiles

SEED = (
    "table",
    "columns",
    "references_table",
    "references_columns",
    "rows",
    "mean",
    "null_weight",
    "weights",
    "skew",
    "alpha",
    "r_squared",
    "histogram",
)
"""The fields that a reference cannot do without."""


def by_hand(profile: Profile) -> dict[str, Any]:
    """The profile's data; its references have only the fields that they cannot do without."""
    data = json.loads(as_json(profile))
    data["references"] = [{name: each[name] for name in SEED} for each in data["references"]]
    return data  # type: ignore[no-any-return]


@given(profiles)
def test_what_is_left_out_is_what_was_measured(profile: Profile) -> None:
    data = by_hand(profile)
    jsonschema.Draft202012Validator(json_schema()).validate(data)
    loaded = from_json(Profile, json.dumps(data))
    for each, whole in zip(loaded.references, profile.references, strict=True):
        assert (each.parents, each.used, each.skew_misfit) == (whole.parents, whole.used, whole.skew_misfit)
        assert each.name == "books_tenant_id_author_id_fkey"
        distributor_factory(**each.parameters("histogram"))


def test_a_profile_by_hand_equals_the_one_that_was_captured() -> None:
    profile = profile_of([40, 9, 4, 2, 1, 1, 0, 0], 3)
    loaded = from_json(Profile, json.dumps(by_hand(profile)))
    assert loaded.reference("books", "tenant_id", "author_id").parameters("histogram")["histogram"] == (
        (0, 2),
        (1, 2),
        (2, 1),
        (4, 1),
        (9, 1),
        (40, 1),
    )
    comparison = compare(profile, loaded)
    assert comparison.is_equal
    assert not compare(loaded, profile_of([8] * 8, 3)).is_equal


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("parents", 6, "references[0].histogram: 5 parents; the field parents says 6"),
        ("used", 1, "references[0].histogram: 4 parents with children; the field used says 1"),
        ("parents", None, "references[0].parents: null; expected a whole number"),
        ("skew_misfit", 0.9, "references[0].skew_misfit: 0.9; the histogram has 0.0"),
        ("skew_misfit", 2, "references[0].skew_misfit: 2.0; expected a number, at most 1"),
        ("name", 3, "references[0].name: 3; expected a text"),
        ("mean", 9.0, "references[0].mean: 9; the histogram has 2.25 rows per used parent"),
        ("histogram", [[1]], "references[0].histogram[0]: [1] has 1 parts; expected 2"),
        ("histogram", None, "references[0].histogram: null; expected a list"),
        ("columns", 4, "references[0].columns: 4; expected a list"),
    ],
)
def test_what_is_given_is_checked_and_nothing_else_is_told(name: str, value: object, fault: str) -> None:
    data = by_hand(profile_of([4, 2, 0, 2, 1], 1))
    data["references"][0][name] = value
    with pytest.raises(ProfileError) as caught:
        from_json(Profile, json.dumps(data))
    _, told = str(caught.value).splitlines()
    assert told.startswith(f"  {fault}")


@pytest.mark.parametrize("missing", sorted(set(SEED)))
def test_other_fields_are_still_needed(missing: str) -> None:
    data = by_hand(profile_of([4, 2, 0, 2, 1], 1))
    del data["references"][0][missing]
    with pytest.raises(ProfileError, match=rf"references\[0\]\.{missing}: is missing"):
        from_json(Profile, json.dumps(data))
    assert missing not in DERIVED


def test_keys_of_one_schema_have_names_of_their_own() -> None:
    data = by_hand(profile_of([2, 1], 0))
    first = data["references"][0]
    data["references"] += [first, {**first, "name": "books_tenant_id_author_id_fkey"}]
    names = [each.name for each in from_json(Profile, json.dumps(data)).references]
    assert names == ["books_tenant_id_author_id_fkey1", "books_tenant_id_author_id_fkey2", "books_tenant_id_author_id_fkey"]


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ("shop.books", "books_tenant_id_author_id_fkey"),
        ('shop."old.books"', "old.books_tenant_id_author_id_fkey"),
        ('"a ""b"""', 'a "b"_tenant_id_author_id_fkey'),
    ],
)
def test_a_name_has_neither_the_schema_nor_quotes(table: str, name: str) -> None:
    data = by_hand(profile_of([2, 1], 0))
    data["references"][0]["table"] = next(each for each in data["tables"] if each["name"] == "books")["name"] = table
    assert from_json(Profile, json.dumps(data)).references[0].name == name


def test_a_long_name_is_cut_where_it_is_longest() -> None:
    assert constraint_name("t" * 60, ["c" * 10]) == "t" * 47 + "_" + "c" * 10 + "_fkey"
    assert constraint_name("é" * 40, ["c"], 1) == "é" * 27 + "_c_fkey1"
