"""The listings of the "Synthetic Data Spike" run in order: with the library's names, and with the spike's own classes."""

import datetime
import re
from typing import Any

import pytest

from ascetic_ddd.faker import schema as library
from tests.acceptance import spike_listings as spike

NAMES = (
    "Synthesizer",
    "Behavior",
    "Independent",
    "Pooled",
    "SynthesizeString",
    "SynthesizeName",
    "SynthesizeNumber",
    "SynthesizeInteger",
    "SynthesizeFloat",
    "SynthesizeDate",
    "SynthesizeReference",
    "ModelSynthesizer",
    "ModelIter",
    "SchemaSynthesizer",
    "synth_class_iter",
)


def run(text: str, names: dict[str, Any]) -> None:
    exec(compile(text, "the spike", "exec"), names)  # noqa: S102  # our own text


@pytest.fixture
def names() -> dict[str, Any]:
    """A notebook that has imported the library, with the models in it."""
    found: dict[str, Any] = {"__name__": "spike_notebook", "shown": {}}
    found.update({name: getattr(library, name) for name in NAMES})
    run(spike.MODELS, found)
    return found


def check_fields(shown: dict[str, Any], alphabet: str) -> None:
    assert re.fullmatch(alphabet, shown["g()"])
    assert re.fullmatch(alphabet, shown["ig"])
    assert shown["pg"] == shown["pool[0]"]
    assert len(shown["names"]) == 10
    assert all(3 <= len(name) <= 40 and name[0].isupper() for name in shown["names"])
    assert all(isinstance(number, int) and 0 <= number < 2**32 for number in shown["ids"])
    assert len(shown["velocities"]) == 10
    assert all(2 <= velocity <= 21 for velocity in shown["velocities"])
    found = [float(number) for number in re.findall(r"=(\d+\.\d+)", shown["summary"])]
    assert found[0] >= 2
    assert found[1] <= 21
    assert abs(found[2] - 11.5) < 0.9
    assert abs(found[3] - 19 / 6) < 0.6
    assert isinstance(shown["hire_date"], datetime.datetime)
    assert shown["hire_date"] >= datetime.datetime(2021, 1, 18)  # noqa: DTZ001  # as the model has it


def test_the_field_listings_run_with_the_librarys_names(names: dict[str, Any]) -> None:
    for listing in spike.IN_ORDER:
        run(listing, names)
    check_fields(names["shown"], r"[!-/:-~]{1,40}")


def test_the_spikes_own_classes_work_as_subclasses(names: dict[str, Any]) -> None:
    run(spike.CLASSES_NEED, names)
    for listing in (spike.MOCK, *spike.CLASSES):
        run(listing, names)
    for listing in (spike.STRINGS, spike.NAMES, spike.NUMBERS, spike.DATES):
        run(listing, names)
    check_fields(names["shown"], r"[!-/:-~]{1,40}")
    assert names["SynthesizeString"] is not library.SynthesizeString


def test_the_spikes_own_classes_are_found_for_its_models(names: dict[str, Any]) -> None:
    run(spike.CLASSES_NEED, names)
    for listing in spike.CLASSES[:-1]:
        run(listing, names)
    run(spike.SCHEMA, names)
    fields = names["s"].schema["Employee"].fields
    assert [type(fields[name]) for name in ("id", "name", "hire_date", "velocity")] == [
        names[f"Synthesize{kind}"] for kind in ("Integer", "Name", "Date", "Float")
    ]
    assert len({row.id for row in names["s"].rows(names["Employee"])}) == 10


def test_a_model_alone_cannot_resolve_its_references(names: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"Employee\.manager: source Manager\.id not resolved"):
        run(spike.WRONG, names)


def test_the_schema_listings_show_what_the_spike_shows(names: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    run(spike.SCHEMA, names)
    lines = capsys.readouterr().out.splitlines()
    model = "ModelSynthesizer(<class 'spike_notebook.Employee'>, rows=10)"
    assert lines[0] == model
    assert lines[1] == (
        f"  id: SynthesizeInteger({model}, annotation=int required=True "
        "json_schema_extra={'sql': {'key': 'primary'}}, Pooled)"
    )
    assert [line.split("(")[0] for line in lines[2:]] == [
        "  name: SynthesizeName",  # the spike has SynthesizeString, "not very good"; a field called so has names of people now
        "  hire_date: SynthesizeDate",
        "  velocity: SynthesizeFloat",
        "  manager: SynthesizeReference",
    ]
    assert lines[5] == (
        f"  manager: SynthesizeReference({model}, annotation=int required=True "
        "json_schema_extra={'sql': {'key': 'foreign', 'reference': 'Manager.id'}}, Independent)"
    )
    run(spike.EMPLOYEES, names)
    employees = capsys.readouterr().out.splitlines()
    run(spike.MANAGERS, names)
    managers = capsys.readouterr().out.splitlines()
    assert len(employees) == 10
    assert len(managers) == 2
    manager_ids = {re.match(r"id=(\d+) ", line)[1] for line in managers}  # type: ignore[index]
    employee_ids = {re.match(r"id=(\d+) ", line)[1] for line in employees}  # type: ignore[index]
    assert len(manager_ids) == 2
    assert len(employee_ids) == 10
    assert {line.rpartition("manager=")[2] for line in employees} <= manager_ids
    assert {re.search(r"employee_id=(\d+)", line)[1] for line in managers} <= employee_ids  # type: ignore[index]


def test_an_unresolved_reference_is_found_when_the_schema_is_prepared(names: dict[str, Any]) -> None:
    schema = names["SchemaSynthesizer"]()
    schema.add(names["Employee"], 10)
    with pytest.raises(ValueError, match=r"Employee\.manager: refers to Manager\.id, and no model Manager was added"):
        schema.prepare()
