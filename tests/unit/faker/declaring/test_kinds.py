"""One of several: a reference to aggregates of different classes, and a provider of several classes, by shares."""

import dataclasses
from collections import Counter
from typing import Any

import pytest

from ascetic_ddd.faker import (
    Aggregate,
    Composite,
    ConfigurationError,
    ContradictionError,
    Providers,
    by_kind,
    generate,
    given,
    one_of,
    reference,
    value,
)
from ascetic_ddd.faker.application.checking.check import check
from ascetic_ddd.faker.application.runs.restoration import restore
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession, InMemorySessionPool
from tests.unit.faker.declaring.shop import in_memory


@dataclasses.dataclass(frozen=True)
class PersonId:
    value: int | None


@dataclasses.dataclass(frozen=True)
class FirmId:
    value: int | None


@dataclasses.dataclass
class Person:
    id: PersonId
    name: str


@dataclasses.dataclass
class Firm:
    id: FirmId
    name: str


@dataclasses.dataclass(frozen=True)
class Owner:
    person: PersonId | None = None
    firm: FirmId | None = None


@dataclasses.dataclass
class House:
    id: int | None
    owner: Owner | None


class PersonProvider(Aggregate[Person]):
    id = given()
    name = value("name")


class FirmProvider(Aggregate[Firm]):
    id = given()
    name = value("company")


class HouseProvider(Aggregate[House]):
    id = given()
    owner = one_of(
        {"person": 0.7, "firm": 0.3}, person=reference(PersonProvider, mean=2), firm=reference(FirmProvider, skew=2.0, mean=10)
    )


async def states(provider: Any) -> list[dict[str, Any]]:
    return [state async for state in provider.repository.find(InMemorySession())]


async def run(houses: Any, count: int, seed: int = 7, batch_size: int = 50) -> list[dict[str, Any]]:
    async for _ in generate(houses, InMemorySessionPool(), count, batch_size=batch_size, seed=seed):
        pass
    return await states(houses)


async def test_each_kind_has_its_share_and_its_own_law() -> None:
    providers = Providers(in_memory)
    found = await run(providers[HouseProvider], 1_000)
    kinds = Counter(next(kind for kind, id in house["owner"].items() if id is not None) for house in found)
    assert kinds == {"person": 700, "firm": 300}
    assert len(await states(providers[PersonProvider])) == pytest.approx(350, abs=3)
    uses = Counter(house["owner"]["firm"] for house in found if house["owner"]["firm"])
    assert len(uses) == len(await states(providers[FirmProvider])) == pytest.approx(30, abs=1)
    assert max(uses.values()) > 30
    assert found == await run(Providers(in_memory)[HouseProvider], 1_000, batch_size=7)


async def test_a_run_goes_on_after_a_restart_and_check_finds_nothing_wrong() -> None:
    first = Providers(in_memory)
    await run(first[HouseProvider], 400)
    again = Providers(lambda model, exporter: first._repositories[model])
    async with InMemorySessionPool().session() as session, session.atomic():
        assert (await restore(again[HouseProvider], session))["HouseProvider"] == 400
    found = await run(again[HouseProvider], 400, seed=8)
    assert Counter(house["owner"]["person"] is None for house in found)[True] == pytest.approx(240, abs=2)
    assert len(await states(again[PersonProvider])) == pytest.approx(280, abs=6)
    checked = await check(again[HouseProvider], InMemorySessionPool())
    assert [str(each) for each in checked.judgements if not each.is_met] == []


async def test_a_told_kind_is_that_and_the_others_are_not_drawn(session: InMemorySession) -> None:
    providers = Providers(in_memory)
    houses = providers[HouseProvider]
    made = await houses.create_batch(session, 5, owner__firm__name="Acme")
    assert [house.owner for house in made] == [Owner(firm=FirmId(1))] * 5
    assert await states(providers[PersonProvider]) == []
    person = await houses.create(session, owner={"person": {}})
    assert person.owner == Owner(person=PersonId(1))
    again = await houses.create(session, owner__firm=1)
    assert again.owner == Owner(firm=FirmId(1))
    left = await houses.create_batch(session, 4, owner__firm=None)
    assert all(house.owner and house.owner.person for house in left)
    assert (await houses.create(session, owner=None)).owner is None
    with pytest.raises(ContradictionError, match=r"HouseProvider\.owner was told 'person', and then 'firm'"):
        await houses.create(session, owner__person=1, owner__firm=1)
    with pytest.raises(ConfigurationError, match="each kind was told to be None"):
        await houses.create(session, owner={"person": None, "firm": None})
    with pytest.raises(ConfigurationError, match=r"has no part 'frm'; it has firm, person; did you mean 'firm'\?"):
        await houses.create(session, owner__frm=1)


async def test_shares_that_are_not_those_of_the_kinds_are_refused() -> None:
    class BadProvider(HouseProvider):
        owner = one_of({"person": 1.0, "frm": 1.0}, person=reference(PersonProvider), firm=reference(FirmProvider))

    with pytest.raises(
        ConfigurationError, match=r"expected one for each part, and 'frm' has not both; it has firm, person; did you"
    ):
        Providers(in_memory)[BadProvider]


@dataclasses.dataclass
class Card:
    digits: str


@dataclasses.dataclass
class Cash:
    desk: int


class Payment:
    """Of one of two classes, with an export that tells which."""

    def __init__(self, id: int | None, means: Card | Cash) -> None:
        self.id, self.means = id, means

    def export(self) -> dict[str, Any]:
        card = {"digits": self.means.digits} if isinstance(self.means, Card) else None
        return {
            "id": self.id,
            "means": {"card": card, "cash": {"desk": self.means.desk} if isinstance(self.means, Cash) else None},
        }


async def test_composite_values_of_several_classes_are_one_part_too() -> None:
    class CardProvider(Composite[Card]):
        digits = value("credit_card_number")

    class CashProvider(Composite[Cash]):
        desk = value([1, 2])

    class PaymentProvider(Aggregate[Payment]):
        id = given()
        means = one_of(card=CardProvider, cash=CashProvider)

    found = await run(Providers(in_memory)[PaymentProvider], 40)
    assert sum(payment["means"]["card"] is not None for payment in found) == 20
    assert all((payment["means"]["card"] is None) is not (payment["means"]["cash"] is None) for payment in found)


@dataclasses.dataclass
class Human:
    id: int | None
    name: str


@dataclasses.dataclass
class Company:
    id: int | None
    name: str
    tax_number: str


class PartyProvider(Aggregate[Human | Company], factory=by_kind("kind", human=Human, company=Company)):
    id = given()
    kind = value({"human": 0.8, "company": 0.2})
    name = value("name")
    tax_number = value("ean13")


@dataclasses.dataclass
class Contract:
    id: int | None
    party_id: int


class ContractProvider(Aggregate[Contract]):
    id = given()
    party_id = reference(PartyProvider, mean=2)


async def test_one_provider_makes_aggregates_of_several_classes_by_kind(session: InMemorySession) -> None:
    providers = Providers(in_memory)
    made = await providers[PartyProvider].create_batch(session, 100)
    assert Counter(type(party) for party in made) == {Human: 80, Company: 20}
    state = (await states(providers[PartyProvider]))[0]
    assert state.keys() == {"id", "kind", "name", "tax_number"}
    assert state["kind"] == ("company" if state["tax_number"] else "human")
    contract = await providers[ContractProvider].create(session, party_id__kind="company")
    party = next(state for state in await states(providers[PartyProvider]) if state["id"] == contract.party_id)
    assert party["kind"] == "company"
    with pytest.raises(ConfigurationError, match="kind='dog' has no class; there are human, company"):
        await providers[PartyProvider].create(session, kind="dog")


def test_kinds_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="has no kinds"):
        by_kind("kind")
    with pytest.raises(ConfigurationError, match="does not tell its parameters"):
        by_kind("kind", human=lambda **parts: None)

    class BadProvider(Aggregate[Human | Company], factory=by_kind("kind", human=Human, company=Company)):
        id = given()
        kind = value(["human"])
        nam = value("name")

    with pytest.raises(
        ConfigurationError, match=r"declares 'nam', but by_kind\('kind'\) takes no such parameter; .*mean 'name'\?"
    ):
        Providers(in_memory)[BadProvider]


async def test_a_hidden_part_does_not_keep_a_run_from_going_on() -> None:
    class HiddenProvider(HouseProvider):
        mood = value(["good", "bad"], hidden=True)

    providers = Providers(in_memory)
    await run(providers[HiddenProvider], 30)
    again = Providers(lambda model, exporter: providers._repositories[model])
    async with InMemorySessionPool().session() as session, session.atomic():
        assert (await restore(again[HiddenProvider], session))["HiddenProvider"] == 30
