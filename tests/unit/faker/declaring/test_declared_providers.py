"""Declared providers are those one would write by hand: parts, factories, exporters, traits, and both kinds in one graph."""

import dataclasses
from decimal import Decimal
from typing import Any
from uuid import UUID

import attrs
import pydantic
import pytest

from ascetic_ddd.faker import (
    Aggregate,
    AggregateProvider,
    Composite,
    ConfigurationError,
    Entity,
    InMemoryRepository,
    IValueProvider,
    Providers,
    ReferenceProvider,
    ValueProvider,
    distributor_factory,
    exported,
    generate,
    given,
    reference,
    value,
)
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession, InMemorySessionPool
from tests.unit.faker.declaring.shop import (
    Address,
    Company,
    CompanyId,
    CompanyProvider,
    Employee,
    EmployeeId,
    EmployeeProvider,
    Name,
    Status,
    in_memory,
    shop,
)


async def rows(provider: Any, count: int, seed: int = 7) -> list[dict[str, Any]]:
    async for _ in generate(provider, InMemorySessionPool(), count, batch_size=50, seed=seed):
        pass
    return [state async for state in provider.repository.find(InMemorySession())]


async def test_outputs_are_made_as_the_types_of_the_model_say(session: InMemorySession) -> None:
    company = await shop()[CompanyProvider].create(session, status="blocked", address__street="Arbat")
    assert company.id == CompanyId(1)
    assert company.status is Status.BLOCKED
    assert isinstance(company.address, Address)
    assert company.address.street == "Arbat"
    assert exported(company)["status"] == "blocked"


async def test_each_class_is_one_provider_of_a_graph_and_a_graph_shares_nothing_with_another(session: InMemorySession) -> None:
    providers = shop()
    employees = providers[EmployeeProvider]
    assert providers[EmployeeProvider] is employees
    assert employees.parts()["company_id"].leads_to() == (providers[CompanyProvider],)
    assert employees.parts()["manager_id"].leads_to() == (employees,)
    await employees.create_batch(session, 3)
    other = shop()[EmployeeProvider]
    assert await rows(other, 40) == await rows(shop()[EmployeeProvider], 40)


class HandEmployeeProvider(AggregateProvider[dict[str, Any], Employee]):
    _id_attr = "id"
    id: IValueProvider[int, EmployeeId]
    company_id: ReferenceProvider[int, Company, CompanyId]
    name: IValueProvider[str, Name]
    manager_id: ReferenceProvider[int, Employee, EmployeeId]

    def __init__(self, repository: Any, companies: AggregateProvider[Any, Company]) -> None:
        from ascetic_ddd.faker import FakerGenerator

        self.id = ValueProvider[int, EmployeeId](output_factory=EmployeeId)
        self.company_id = ReferenceProvider(distributor_factory(mean=5), companies)
        self.name = ValueProvider[str, Name](input_generator=FakerGenerator("name"))
        self.manager_id = ReferenceProvider(distributor_factory(null_weight=0.3, mean=4), lambda: self)
        super().__init__(repository, Employee, Employee.export)


async def test_a_provider_by_hand_refers_to_a_declared_one_and_back() -> None:
    class BadgeProvider(Aggregate[Badge]):
        id = given()
        employee_id = reference(HandEmployeeProvider, mean=1)

    companies = shop()[CompanyProvider]
    by_hand = HandEmployeeProvider(InMemoryRepository(agg_exporter=Employee.export), companies)
    badges = Providers(in_memory, by_hand)
    assert badges[CompanyProvider] is companies
    found = await rows(badges[BadgeProvider], 20)
    assert len({badge["employee_id"] for badge in found}) == 20
    declared = await rows(shop()[EmployeeProvider], 60)
    hand = HandEmployeeProvider(InMemoryRepository(agg_exporter=Employee.export), shop()[CompanyProvider])
    hand._name = "EmployeeProvider"  # streams are told apart by paths
    assert await rows(hand, 60) == declared


@dataclasses.dataclass
class Badge:
    id: int | None
    employee_id: EmployeeId


async def test_a_declared_provider_is_made_of_a_repository_and_what_it_refers_to(session: InMemorySession) -> None:
    companies = CompanyProvider(in_memory(Company, exported))
    employees = EmployeeProvider(in_memory(Employee, Employee.export), companies)
    made = await employees.create(session, company_id__name="Acme")
    assert made.export()["company_id"] == 1
    with pytest.raises(
        ConfigurationError, match=r"EmployeeProvider\.company_id refers to CompanyProvider, and none of that class was"
    ):
        EmployeeProvider(in_memory(Employee, Employee.export))
    with pytest.raises(ConfigurationError, match="HandEmployeeProvider is written by hand; give one after the repository"):
        shop()[HandEmployeeProvider]


async def test_a_subclass_tells_parts_by_default(session: InMemorySession) -> None:
    class BlockedProvider(CompanyProvider):
        status = Status.BLOCKED

        class address(CompanyProvider.address):
            city = "Omsk"

    class AtOneProvider(EmployeeProvider):
        company_id = {"status": "blocked"}
        manager_id = None

    company = await shop()[BlockedProvider].create(session)
    assert company.status is Status.BLOCKED
    assert company.address is not None
    assert company.address.city == "Omsk"
    told = await shop()[BlockedProvider].create(session, status="active", address__city="Perm")
    assert (told.status, told.address and told.address.city) == (Status.ACTIVE, "Perm")
    providers = shop()
    for employee in await providers[AtOneProvider].create_batch(session, 5):
        state: Any = await providers[CompanyProvider].repository.get(session, employee.export()["company_id"])  # type: ignore[attr-defined]
        assert state["status"] == "blocked"
        assert employee.export()["manager_id"] is None
    assert list(providers[AtOneProvider].parts()) == list(providers[EmployeeProvider].parts())


async def test_a_part_may_be_put_there_by_hand_and_others_declared(session: InMemorySession) -> None:
    class MixedProvider(Aggregate[Company]):
        id = given()
        status = value(Status)
        name: IValueProvider[str, str]

        class address(Composite[Address], null_weight=1.0):
            city = value(["Moscow"])
            street = value(["Arbat"])

        def __init__(self, repository: Any, name: str) -> None:
            self.name = ValueProvider(values=[name])
            super().__init__(repository)

    company = await MixedProvider(in_memory(Company, exported), "Acme").create(session)
    assert (company.name, company.address) == ("Acme", None)
    assert company.status in Status


@dataclasses.dataclass(frozen=True)
class LineId:
    value: UUID


@dataclasses.dataclass(frozen=True)
class Line:
    id: LineId
    price: Decimal


@dataclasses.dataclass(frozen=True)
class Order:
    id: UUID
    line: Line


async def test_ids_of_the_domain_are_drawn_and_entities_are_parts(session: InMemorySession) -> None:
    class OrderProvider(Aggregate[Order]):
        id = value(UUID)

        class line(Entity[Line]):
            id = value(UUID)
            price = value([Decimal("1.10"), Decimal("2.20")])

    first, again = [await rows(Providers(in_memory)[OrderProvider], 30) for _ in range(2)]
    assert first == again
    assert len({row["id"] for row in first} | {row["line"]["id"] for row in first}) == 60
    assert {row["id"].version for row in first} == {4}


async def test_what_the_domain_gives_is_left_out_where_its_factory_takes_none(session: InMemorySession) -> None:
    class Ticket:
        _last = 0

        def __init__(self, id: int, subject: str) -> None:
            self.id, self.subject = id, subject

        @classmethod
        def open(cls, subject: str) -> "Ticket":
            cls._last += 1
            return cls(cls._last, subject)

        def export(self, exporter: dict[str, Any]) -> None:
            exporter.update(vars(self))

    class TicketProvider(Aggregate[Ticket], factory=Ticket.open):
        id = given()
        subject = value("sentence")

    tickets = Providers(in_memory)[TicketProvider]
    assert [(await tickets.create(session, subject=word)).id for word in ("a", "b")] == [1, 2]
    assert tickets.exported_id == 2


async def test_a_hidden_part_is_drawn_and_the_factory_does_not_see_it(session: InMemorySession) -> None:
    class HiddenProvider(CompanyProvider):
        seconds = value([5], hidden=True)

    companies = shop()[HiddenProvider]
    assert (await companies.create(session)).id == CompanyId(1)
    assert companies.parts()["seconds"].get() == 5
    assert len(await rows(shop()[HiddenProvider], 20)) == 20


def refusing(namespace: dict[str, Any], **keywords: Any) -> Any:
    import types

    def body(names: dict[str, Any]) -> None:
        names.update({"__module__": __name__, **namespace})

    cls = types.new_class("BadProvider", (Aggregate[Company],), keywords, body)
    return lambda: Providers(in_memory)[cls]


FULL: dict[str, Any] = {"id": given(), "name": value("name"), "status": value(Status), "address": value([None])}


@pytest.mark.parametrize(
    ("namespace", "words"),
    [
        (
            {**FULL, "statuss": value(["a"])},
            r"declares 'statuss', but Company takes no such parameter; .*did you mean 'status'\?",
        ),
        (
            {name: said for name, said in FULL.items() if name != "name"},
            r"declares nothing for 'name', which Company needs; it has",
        ),
        ({**FULL, "name": value()}, r"BadProvider\.name: value\(\) does not say what is drawn"),
        ({**FULL, "name": value(int)}, r"BadProvider\.name: value\(int\) does not say what is drawn"),
        ({**FULL, "name": value(len, nb_words=1)}, r"value\(\) takes no nb_words, but with the name of a Faker method"),
        ({**FULL, "name": value("name", values=["a"])}, r"values and source='name' are two sources"),
        ({**FULL, "name": value("nme")}, "Faker has no method 'nme'"),
        ({**FULL, "name": value("name", mean=5, distributor=distributor_factory(mean=3))}, "distributor and mean both say"),
        ({**FULL, "name": reference(Company)}, r"BadProvider\.name refers to .*Company.*; expected the class of an aggregate"),
        ({**FULL, "name": reference("Nobody")}, "refers to 'Nobody', but .* has nothing of that name"),
        ({**FULL, "name": reference(EmployeeProvider, mean=0.5)}, "mean"),
    ],
)
def test_a_declaration_that_does_not_hold_together_is_refused(namespace: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        refusing(namespace)()


def test_a_class_that_cannot_be_a_declaration_is_refused_at_once() -> None:
    with pytest.raises(ConfigurationError, match=r"_name is private, and parts are public"):
        refusing({**FULL, "_name": value("name")})
    with pytest.raises(ConfigurationError, match=r"BadProvider\.status is a part, declared by an ancestor; value\(…\) takes a"):

        class BadProvider(CompanyProvider):
            def status(self) -> str:
                return ""

    class Open(Aggregate[Any]):
        id = given()

    with pytest.raises(ConfigurationError, match="does not say what it makes"):
        Open(in_memory(None, exported))


def test_a_model_that_tells_its_state_in_no_way_is_refused_with_the_ways() -> None:
    class Mute:
        def __init__(self, id: int) -> None: ...

    class MuteProvider(Aggregate[Mute]):
        id = given()

    with pytest.raises(ConfigurationError, match=r"Mute tells its state in no known way: give it export\(self, exporter: dict\)"):
        Providers(in_memory)[MuteProvider]


@attrs.frozen
class Point:
    id: int | None
    name: Name


class Pixel(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(frozen=True)
    id: CompanyId
    name: str = "black"


@pytest.mark.parametrize("model", [Point, Pixel])
async def test_models_of_attrs_and_pydantic_are_read_as_dataclasses_are(model: Any, session: InMemorySession) -> None:
    class ModelProvider(Aggregate[model]):
        id = given()
        name = value(["a", "b"])

    provider: Any = Providers(in_memory)[ModelProvider]
    made = await provider.create_batch(session, 2, name="a")
    assert [exported(each) for each in made] == [{"id": 1, "name": "a"}, {"id": 2, "name": "a"}]
    assert isinstance(made[0], model)


@dataclasses.dataclass
class MembershipId:
    company_id: CompanyId
    badge_id: int


@dataclasses.dataclass
class Membership:
    id: MembershipId


class CountedBadgeProvider(Aggregate[Badge]):
    id = given()
    employee_id = value([1, 2])


class MembershipProvider(Aggregate[Membership]):
    class id(Composite[MembershipId], unique=True):
        company_id = reference(CompanyProvider, mean=3)
        badge_id = reference(CountedBadgeProvider, mean=3)


async def test_words_on_the_class_say_what_may_be_said_of_the_whole() -> None:
    found = await rows(Providers(in_memory)[MembershipProvider], 60)
    assert len({tuple(row["id"].items()) for row in found}) == 60

    class TogetherProvider(Aggregate[Membership]):
        unique_together = ("id.company_id", "id.badge_id")

        class id(Composite[MembershipId]):
            company_id = reference(CompanyProvider, mean=3)
            badge_id = reference(CountedBadgeProvider, mean=3)

    found = await rows(Providers(in_memory)[TogetherProvider], 60)
    assert len({tuple(row["id"].items()) for row in found}) == 60
