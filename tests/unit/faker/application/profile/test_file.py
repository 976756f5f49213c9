"""What is saved is loaded again; what is damaged is told, all of it, with its places."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascetic_ddd.faker.application.profile.file import as_json, from_json
from ascetic_ddd.faker.application.profile.json_schema import json_schema
from ascetic_ddd.faker.application.profile.model import Profile
from ascetic_ddd.faker.domain.errors import ConfigurationError, ProfileError
from tests.architecture.checks import ROOT
from tests.unit.faker.application.profile.profiles import profile_of, profiles

SCHEMA = ROOT / "docs" / "profile.schema.json"


@given(profiles)
def test_what_is_saved_is_loaded_again_and_keeps_to_the_schema(profile: Profile) -> None:
    text = as_json(profile)
    assert from_json(Profile, text) == profile
    jsonschema.Draft202012Validator(json_schema()).validate(json.loads(text))


def test_the_published_schema_is_that_of_the_model() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())
    expected = json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
    assert SCHEMA.read_text("utf-8") == expected, (
        "write docs/profile.schema.json anew: python -m tests.unit.faker.application.profile"
    )


def test_every_field_is_described() -> None:
    schema = json_schema()
    for part in (schema, *schema["$defs"].values()):
        assert all(each["description"] for each in part["properties"].values())


def test_files_are_read_and_written(tmp_path: Path) -> None:
    profile = profile_of([3, 0, 2], 1)
    profile.save(tmp_path / "p.json")
    assert Profile.load(tmp_path / "p.json") == profile
    assert [each.name for each in tmp_path.iterdir()] == ["p.json"]
    with pytest.raises(ProfileError, match="cannot be read: No such file"):
        Profile.load(tmp_path / "q.json")
    with pytest.raises(ProfileError, match="cannot be written"):
        profile.save(tmp_path / "none" / "q.json")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ProfileError, match="no text in UTF-8"):
        Profile.load(tmp_path / "bytes")


def test_lines_stay_short() -> None:
    lines = as_json(profile_of(list(range(400)), 1)).splitlines()
    assert max(map(len, lines)) <= 130
    assert len(lines) < 400


@given(st.integers(1, 3_000))
def test_a_file_that_was_cut_off_is_told(length: int) -> None:
    text = as_json(profile_of([3, 0, 2], 1)).rstrip()
    with pytest.raises(ProfileError, match=r"is no JSON \(line \d+, column \d+\)|fault"):
        from_json(Profile, text[: min(length, len(text) - 1)])


def test_another_version_is_told_and_nothing_else() -> None:
    with pytest.raises(ProfileError, match=r"has version 7; this release reads version 1"):
        from_json(Profile, '{"version": 7, "tabels": []}')


def damaged(change: Callable[[Any], object]) -> list[str]:
    """The faults of a profile after a change to its JSON."""
    data = json.loads(as_json(profile_of([4, 2, 0, 2, 1], 1)))
    from_json(Profile, json.dumps(data))  # it has none before
    change(data)
    with pytest.raises(ProfileError) as caught:
        from_json(Profile, json.dumps(data), "p.json")
    first, *faults = str(caught.value).splitlines()
    assert first.startswith("p.json has ")
    return [fault.strip() for fault in faults]


def put(*path: Any) -> Callable[[Any], None]:
    """Put the last of the arguments at the place of the others."""
    *way, last, value = path

    def change(data: Any) -> None:
        for step in way:
            data = data[step]
        data[last] = value

    return change


R, T = ("references", 0), ("tables", 1)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (put(*R, "rows", "many"), "references[0].rows: 'many'; expected a whole number"),
        (put(*R, "rows", True), "references[0].rows: True; expected a whole number"),
        (put(*R, "null_weight", 1.5), "references[0].null_weight: 1.5; expected a number, at most 1"),
        (put(*R, "histogram", 2, [1, -3]), "references[0].histogram[2][1]: -3; expected a whole number, at least 0"),
        (put(*R, "histogram", 2, [1]), "references[0].histogram[2]: [1] has 1 parts; expected 2"),
        (put(*R, "method", "guess"), "references[0].method: 'guess'; expected 'exact' or 'sample' or 'estimate'"),
        (put(*R, "men", 1), "references[0].men: there is no such field; expected table, columns"),
        (put(*T, "columns", 0, "distinct", "x"), "tables[1].columns[0].distinct: 'x'; expected a whole number"),
        (put(*T, "columns", 0, "null_share", -0.1), "tables[1].columns[0].null_share: -0.1; expected a number, at least 0"),
        (put("notes", "none"), "notes: 'none'; expected a list"),
        (put("version", "1"), "version: '1'; expected a whole number"),
        (put(*R, "mean", 9.0), "references[0].mean: 9; the histogram has 2.25 rows per used parent"),
        (put(*R, "weights", [0.4, 0.2, 0.2, 0.1]), "references[0].weights: they sum to 0.9; expected 1"),
        (put(*R, "weights", [0.7, 0.1, 0.1, 0.1]), "references[0].weights: [0.7, 0.1, 0.1, 0.1]; the histogram has [0.4"),
        (put(*R, "skew", 0.9), "references[0].skew: 0.9; expected a number, at least 1"),
        (put(*R, "skew", 4.0), "references[0].skew: 4; the histogram has "),
        (put(*T, "columns", 0, "quantiles", ["1960-13-01"] * 101), "tables[1].columns[0].quantiles[0]: '1960-13-01'; expected a"),
        (
            put(*T, "columns", 0, "quantiles", ["2024-02-01", *["2024-01-31"] * 100]),
            "tables[1].columns[0].quantiles[1]: 2024-01-31 after 2024-02-01; expected ascending ones",
        ),
        (
            put(*T, "columns", 0, "week", {"rows": [5] * 24}),
            "tables[1].columns[0].week.rows: 24 of them; expected 168 hours, or 7",
        ),
        (put(*T, "columns", 0, "week", {"rows": [0] * 7}), "tables[1].columns[0].week.rows: none has rows; expected no week"),
        (put(*T, "columns", 0, "week", {"rows": [-5] * 7}), "tables[1].columns[0].week.rows[0]: -5; expected a whole number, at"),
        (put(*R, "histogram", 3, [4, 2]), "references[0].histogram: 13 rows in all; 9 are not null"),
        (put(*R, "null_weight", 0.9), "references[0].histogram: 9 rows in all; 1 are not null"),
        (put(*R, "parents", 6), "references[0].histogram: 5 parents; the field parents says 6"),
        (put(*R, "used", 3), "references[0].histogram: 4 parents with children; the field used says 3"),
        (put(*R, "top_counts", [9]), "references[0].top_counts: they are not the largest of the histogram"),
        (put(*R, "table", "bokks"), "references[0].table: there is no 'bokks' in the profile; expected one of authors, books"),
        (put(*R, "references_table", "x"), "references[0].references_table: there is no 'x'"),
        (put(*R, "columns", ["tenant_id", "y"]), "references[0].columns[1]: there is no 'y' in the profile"),
        (put(*R, "columns", ["tenant_id"]), "references[0].references_columns: 2 for 1 columns"),
        (put(*R, "error", 0.1), "references[0].error: 0.1; an exact measure has 0"),
        (put(*R, "rows", 12), "references[0].rows: 12; the table 'books' has 10 rows"),
        (put(*R, "within", "groups", 4), "references[0].within.classes: 1 groups; the field groups says 4"),
        (put(*R, "within", "columns", ["z"]), "references[0].within.columns[0]: there is no 'z'"),
        (
            put(*R, "within", "classes", 0, "parents", 9),
            "references[0].within.classes[0].histogram: 5 parents; the field parents",
        ),
        (put(*R, "quantiles", [0, 4]), "references[0].quantiles: 2 of them; expected 101"),
        (put(*T, "primary_key", ["no"]), "tables[1].primary_key[0]: there is no 'no' in the profile"),
        (put(*T, "columns", 2, "distinct", 99), "tables[1].columns[2].distinct: 99 values in 9 rows that are not null"),
        (put(*T, "columns", 2, "top_shares", [0.2, 0.4]), "tables[1].columns[2].top_shares[1]: 0.4 after 0.2"),
        (put(*T, "columns", 2, "name", "id"), "tables[1].columns: the column id stands 2 times"),
        (put(*T, "columns", 1, "values", [[1, 0.7], [2, 0.7]]), "tables[1].columns[1].values: the shares sum to 1.4"),
        (put(*T, "columns", 0, "quantiles", 50, 0.0), "tables[1].columns[0].quantiles[50]: 0.0 after 49.0"),
        (put(*T, "columns", 0, "rows", 3), "tables[1].columns[0].rows: 3 rows; the table has 10"),
        (put(*T, "dependent_pairs", 0, "columns", ["id", "q"]), "tables[1].dependent_pairs[0].columns[1]: there is no 'q'"),
        (lambda data: data["tables"].append(data["tables"][0]), "tables: the table authors stands 2 times"),
        (
            lambda data: data["references"].append(data["references"][0]),
            "references: the reference books(tenant_id",
        ),
        (lambda data: data["references"][0].pop("skew"), "references[0].skew: is missing"),
        (lambda data: data.pop("tables"), "tables: is missing"),
    ],
)
def test_a_fault_is_told_with_its_place(change: Callable[[Any], object], fault: str) -> None:
    faults = damaged(change)
    assert any(each.startswith(fault) for each in faults), faults


def test_all_faults_are_told_at_once_those_of_other_parts_too() -> None:
    def change(data: Any) -> None:
        data["references"][0]["mean"] = 1.0
        data["tables"][1]["columns"][0]["type"] = None
        data["tables"][0]["rows"] = 4.5

    faults = damaged(change)
    assert [fault.partition(":")[0] for fault in faults] == [
        "tables[0].rows",
        "tables[1].columns[0].type",
        "references[0].mean",
    ]


def test_a_number_without_end_is_told_and_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    profile = profile_of([3, 0, 2], 1)
    with pytest.raises(ProfileError, match="thousands of digits"):
        from_json(Profile, as_json(profile).replace('"rows": ', f'"rows": {"9" * 5000}', 1))
    (tmp_path / "p.json").write_text(as_json(profile), "utf-8-sig")
    assert Profile.load(tmp_path / "p.json") == profile


@pytest.mark.parametrize("text", ["[]", "3", '"x"', "null", "{}"])
def test_json_that_is_no_profile_is_told(text: str) -> None:
    with pytest.raises(ProfileError, match="fault"):
        from_json(Profile, text)


def test_a_key_that_stands_twice_and_an_infinite_number_are_told() -> None:
    text = as_json(profile_of([1], 0))
    with pytest.raises(ProfileError, match="version: stands twice"):
        from_json(Profile, text.replace('"version": 1', '"version": 1, "version": 1'))
    with pytest.raises(ProfileError, match="'NaN'; expected a number"):
        from_json(Profile, text.replace('"mean": 1.0', '"mean": NaN'))
    with pytest.raises(ProfileError, match="expected a number"):
        from_json(Profile, text.replace('"mean": 1.0', '"mean": 1e999'))


def test_tables_columns_and_references_are_found_by_name() -> None:
    profile = profile_of([2, 1], 0)
    assert profile.table("books").column("author_id").distinct == 2
    assert profile.reference("books", "tenant_id", "author_id").used == 2
    with pytest.raises(ConfigurationError, match=r"no table 'bocks'; it has authors, books"):
        profile.table("bocks")
    with pytest.raises(ConfigurationError, match=r"no column 'nme'; it has id, tenant_id, author_id"):
        profile.table("books").column("nme")
    with pytest.raises(ConfigurationError, match=r"no reference books\(author_id\); it has books\(tenant_id, author_id\)"):
        profile.reference("books", "author_id")
