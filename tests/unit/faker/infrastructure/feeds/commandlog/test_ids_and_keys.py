"""Ids of every shape are told to the application, once; and stand in events as CloudEvents lets them."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import pytest

from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.errors import FakerError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.composite_value_provider import CompositeValueProvider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.infrastructure.feeds.commandlog.checking import check_feed
from ascetic_ddd.faker.infrastructure.transports.drafts import Draft, draft_of
from tests.unit.faker.infrastructure.feeds.commandlog import graph


@dataclass(frozen=True)
class PatientNumber:
    value: int | None


@dataclass(frozen=True)
class PatientId:
    tenant_id: Any
    patient_id: int | None


@dataclass(frozen=True)
class OpenClinic:
    clinic: Any


@dataclass(frozen=True)
class Register:
    id: PatientId


@dataclass(frozen=True)
class Admit:
    number: PatientNumber


@dataclass(frozen=True)
class Visit:
    patient: Any


class ClinicProvider(AggregateProvider[dict[str, Any], Draft[Any]]):
    _id_attr = "id"
    id: Any

    def __init__(self, repository: Any, names: Any) -> None:
        numbers = distributor_factory(sequence=True)
        self.id = ValueProvider[Any, Any](numbers, input_generator=names) if names is not None else ValueProvider[Any, Any]()
        super().__init__(repository, draft_of(OpenClinic, clinic="id"), Draft.export)


class PatientIdProvider(CompositeValueProvider[dict[str, Any], PatientId]):
    tenant_id: Any
    patient_id: Any

    def __init__(self, clinics: ClinicProvider) -> None:
        self.tenant_id = ReferenceProvider[Any, Any, Any](distributor_factory(mean=5), clinics)
        self.patient_id = ValueProvider[int, int]()
        super().__init__(output_factory=PatientId)


class PatientProvider(AggregateProvider[dict[str, Any], Draft[Any]]):
    _id_attr = "id"
    id: Any

    def __init__(self, repository: Any, clinics: ClinicProvider) -> None:
        self.id = PatientIdProvider(clinics)
        super().__init__(repository, draft_of(Register), Draft.export)


class NumberedPatientProvider(AggregateProvider[dict[str, Any], Draft[Any]]):
    _id_attr = "id"
    id: Any

    def __init__(self, repository: Any, command: Any) -> None:
        self.id = ValueProvider[int, PatientNumber](output_factory=PatientNumber)
        super().__init__(repository, command, Draft.export)


class VisitProvider(AggregateProvider[dict[str, Any], Draft[Any]]):
    _id_attr = "id"
    id: Any
    patient: Any

    def __init__(self, repository: Any, patients: Any) -> None:
        self.id = ValueProvider[int, int]()
        self.patient = ReferenceProvider[Any, Any, Any](distributor_factory(mean=3), patients)
        super().__init__(repository, draft_of(Visit), Draft.export)


def clinics(names: Any = lambda session, position: f"clinic {position}", ids: Any = None) -> Any:
    def wire(log: Any) -> VisitProvider:
        found = ClinicProvider(log.repository(id_field="clinic", ids=ids), names)
        return VisitProvider(log.repository(), PatientProvider(log.repository(), found))

    return wire


def numbered(command: Any) -> Any:
    return lambda log: VisitProvider(log.repository(), NumberedPatientProvider(log.repository(id_field="number"), command))


def fed(path: Path, wire: Any, **told: Any) -> list[dict[str, Any]]:
    graph.feed(path, 60, wire=wire, **{"by": None, **told})
    assert check_feed(path).is_right
    return graph.lines(path)


def of(events: list[dict[str, Any]], type: str) -> list[dict[str, Any]]:
    return [event for event in events if event["type"].endswith(type)]


def test_an_id_of_several_parts_is_told_where_the_command_has_it_as_one_object(tmp_path: Path) -> None:
    events = fed(tmp_path / "feed", clinics())
    told = [event["data"]["id"] for event in of(events, "Register")]
    assert {"tenant_id": "clinic 0", "patient_id": 1} in told
    assert all(event["data"]["patient"] in told for event in of(events, "Visit"))


def test_an_id_is_told_where_the_command_has_it_as_a_value_object(tmp_path: Path) -> None:
    events = fed(tmp_path / "feed", numbered(draft_of(Admit, number="id")))
    told = [event["data"]["number"] for event in of(events, "Admit")]
    assert told == [*range(1, len(told) + 1)]
    assert {event["data"]["patient"] for event in of(events, "Visit")} <= set(told)


def test_a_command_that_tells_another_id_than_the_log_gives_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        FakerError, match=r"Admit tells 5 in its field 'number', and the log gives the id 1.*leave the field None"
    ):
        fed(tmp_path / "feed", numbered(draft_of(Admit, number=lambda parts: PatientNumber(5))))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "wire", [clinics(names=lambda session, position: "the same"), clinics(names=None, ids=lambda number: number // 10)]
)
def test_an_id_that_comes_twice_is_refused(tmp_path: Path, wire: Any) -> None:
    with pytest.raises(FakerError, match=r"ClinicProvider: the id .* is in the log already.*ids have to be unique"):
        graph.feed(tmp_path / "feed", 400, wire=wire, by=None)
    assert list(tmp_path.iterdir()) == []


def test_a_uuid_is_a_key_and_a_subject_without_quotes(tmp_path: Path) -> None:
    names = [uuid5(NAMESPACE_URL, str(number)) for number in range(100)]
    events = fed(tmp_path / "feed", clinics(lambda session, position: names[position]), by="patient.tenant_id")
    assert all(UUID(event["partitionkey"]) in names for event in events)
    assert {event["subject"] for event in of(events, "OpenClinic")} <= {f"ClinicProvider/{name}" for name in names}


def test_what_leads_on_within_an_id_decides_the_shard(tmp_path: Path) -> None:
    events = fed(tmp_path / "feed", clinics(), by="patient.tenant_id", shards=2)
    assert {event["partitionkey"] for event in of(events, "OpenClinic")} == {event["partitionkey"] for event in events}
    for visit in of(events, "Visit"):
        assert visit["partitionkey"] == visit["data"]["patient"]["tenant_id"]


def test_control_characters_of_a_natural_key_stand_in_no_attribute(tmp_path: Path) -> None:
    events = fed(
        tmp_path / "feed", clinics(lambda session, position: f"a\tb\n\x7f\x85\ufffe «é» {position}"), by="patient.tenant_id"
    )
    assert events[0]["data"]["clinic"] == "a\tb\n\x7f\x85\ufffe «é» 0"
    assert events[0]["subject"] == r"ClinicProvider/a\u0009b\u000a\u007f\u0085\ufffe «é» 0"
    forbidden = re.compile("[\x00-\x1f\x7f-\x9f\ufffe]")
    for event in events:
        assert not any(forbidden.search(value) for value in event.values() if isinstance(value, str)), json.dumps(event)


def test_half_a_character_is_named(tmp_path: Path) -> None:
    with pytest.raises(FakerError, match=r"'\\ud800' in .*OpenClinic.* is half of a character"):
        fed(tmp_path / "feed", clinics(lambda session, position: f"\ud800 {position}"))
    assert list(tmp_path.iterdir()) == []


def test_a_graph_that_is_not_returned_is_told(tmp_path: Path) -> None:
    with pytest.raises(FakerError, match="gave None; expected the root's provider: does it `return` one"):
        fed(tmp_path / "feed", lambda log: None)
