"""Drafts: how commands are made of parts, and what they learn from the answers."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import pytest

from ascetic_ddd.faker.domain.errors import ConfigurationError, PersistenceError
from ascetic_ddd.faker.infrastructure.transports.drafts import Draft, Receipt, draft_of
from ascetic_ddd.faker.infrastructure.transports.plain import json_ready, plain
from ascetic_ddd.faker.infrastructure.transports.sessions import RemoteSession


@dataclass(frozen=True)
class Money:
    value: Decimal


class Status(Enum):
    PLACED = "placed"


@dataclass(frozen=True)
class Place:
    ref: str
    amount: Money
    status: Status = Status.PLACED


def test_a_command_is_made_of_the_parts_of_its_names_and_the_state_of_all_parts_as_plain_data() -> None:
    draft = draft_of(Place, ref="id")(id="x", amount=Money(Decimal("1.50")), note=None)
    assert draft.command == Place("x", Money(Decimal("1.50")))
    assert draft.export() == {"id": "x", "amount": Decimal("1.50"), "note": None}


def test_a_field_that_no_part_gives_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"draft_of\(Place\): no part gives 'ref'; the parts are id, amount: .*ref=…"):
        draft_of(Place)(id=1, amount=Money(Decimal(1)))
    with pytest.raises(ConfigurationError, match="no part 'key' for 'ref', only id"):
        draft_of(Place, ref="key")(id=1)


def test_a_field_that_the_command_has_not_is_refused_at_once() -> None:
    with pytest.raises(ConfigurationError, match="no field 'reff', only ref, amount, status"):
        draft_of(Place, reff="id")


def test_a_field_may_be_reckoned_of_all_parts() -> None:
    assert draft_of(Place, ref=lambda parts: f"order-{parts['id']}")(id=7, amount=Money(Decimal(1))).command.ref == "order-7"


def test_what_is_exported_is_the_caller_s_own() -> None:
    draft = Draft("command", {"lines": [{"a": 1}]})
    draft.export()["lines"][0]["a"] = 2
    assert draft.export() == {"lines": [{"a": 1}]}


@pytest.mark.parametrize(
    ("told", "given", "id"),
    [
        (None, 7, 7),
        ({"tenant_id": 1, "order_id": None}, 7, {"tenant_id": 1, "order_id": 7}),
        ({"tenant_id": 1, "order_id": None}, {"order_id": 7}, {"tenant_id": 1, "order_id": 7}),
        (UUID(int=7), None, UUID(int=7)),
        (UUID(int=7), UUID(int=7), UUID(int=7)),
    ],
)
def test_an_id_is_completed_by_what_was_given(told: Any, given: Any, id: Any) -> None:
    draft = Draft("command", {"id": told})
    draft.take(RemoteSession(), Receipt(given, version='"1"'))
    assert (draft.export(), draft.version) == ({"id": id}, '"1"')


@pytest.mark.parametrize(
    ("told", "given", "words"),
    [
        (None, None, "answered without an id, and none was told"),
        (7, 8, "told the id 7, and was answered with 8"),
        ({"a": None, "b": None}, 7, "lacks 2 parts; let the receipt give them by name"),
    ],
)
def test_an_id_that_cannot_be_right_is_refused_and_nothing_changes(told: Any, given: Any, words: str) -> None:
    draft = Draft("command", {"id": told})
    with pytest.raises(PersistenceError, match=words):
        draft.take(RemoteSession(), Receipt(given))
    assert draft.export() == {"id": told}


def test_what_the_application_decided_replaces_what_is_remembered() -> None:
    draft = Draft("command", {"id": 1, "status": "new", "amount": 5})
    draft.take(RemoteSession(), Receipt(state={"status": Status.PLACED}))
    assert draft.export() == {"id": 1, "status": "placed", "amount": 5}


def test_what_is_no_plain_data_is_named() -> None:
    with pytest.raises(ConfigurationError, match="of type object is no plain data"):
        plain({"a": [object()]})
    with pytest.raises(ConfigurationError, match="JSON has no form for bytes"):
        json_ready({"a": b"x"})
