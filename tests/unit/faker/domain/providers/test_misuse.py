"""Slips that are easy to make, each answered where it is made."""

import dataclasses
from typing import Any

import pytest

from ascetic_ddd.faker.application.lint import lint
from ascetic_ddd.faker.application.target import Target
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.distributors.o2m.factory import children_factory
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.composite_value_provider import CompositeValueProvider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession
from tests.unit.faker.domain.providers.models import Agg, BoomError, aggregate, reference, value


@pytest.mark.parametrize("slip", [5, lambda: 1, children_factory(3)])
def test_something_else_in_the_place_of_the_distributor_is_refused_at_once(slip: Any) -> None:
    if hasattr(slip, "draw"):
        with pytest.raises(ConfigurationError, match="distributor="):
            ReferenceProvider(slip, aggregate())
        return
    with pytest.raises(ConfigurationError, match=r"distributor=.*distributor_factory"):
        ValueProvider(slip)
    with pytest.raises(ConfigurationError, match=r"distributor=.*distributor_factory"):
        ReferenceProvider(slip, aggregate())


def test_a_histogram_may_be_a_dict() -> None:
    assert repr(distributor_factory(histogram={1: 5, 3: 2})) == repr(distributor_factory(histogram=[(1, 5), (3, 2)]))


@pytest.mark.parametrize("values", [{"a", "b"}, "ab", [], iter("ab")])
def test_a_fixed_list_is_a_list(values: Any) -> None:
    with pytest.raises(ConfigurationError, match="expected a non-empty list"):
        ValueProvider(values=values)


@pytest.mark.parametrize("distribution", [{"sequence": True}, {"mean": 1}])
def test_a_fixed_list_takes_no_distributor_without_shares(distribution: Any) -> None:
    with pytest.raises(ConfigurationError, match="no shares for a fixed list"):
        ValueProvider(distributor_factory(**distribution), values=["a", "b"])


async def test_an_aggregate_told_as_an_id_is_refused() -> None:
    parents = aggregate()
    children = aggregate(parent_id=reference(parents, mean=2))
    with pytest.raises(ConfigurationError, match=r"parent_id was told <.*Agg object"):
        children.parent_id.set(Agg(id=1))


@pytest.mark.parametrize("session", [None, object()])
async def test_something_else_in_the_place_of_the_session_is_named(session: Any) -> None:
    with pytest.raises(ConfigurationError, match="was given session="):
        await aggregate(name=value("a")).create(session)


async def test_an_unhashable_specification_is_a_specification() -> None:
    @dataclasses.dataclass
    class Named:
        name: str

        def is_satisfied_by(self, state: Any) -> bool:
            return bool(state["name"] == self.name)

    parents = aggregate(name=value("a", "b"))
    session = InMemorySession()
    await parents.create_batch(session, 2)
    child = reference(parents, mean=2)
    child.set(Named("b"))
    await child.populate(session)
    assert child.get() == 2


async def test_an_object_whose_transaction_was_rolled_back_has_to_be_reset() -> None:
    provider = aggregate(name=value("a", "b", "c"))
    session = InMemorySession()
    with pytest.raises(BoomError):  # noqa: PT012  # a whole transaction fails
        async with session.atomic():
            await provider.create(session)
            raise BoomError
    for attempt in (provider.create, provider.populate, provider.build):
        with pytest.raises(ConfigurationError, match=r"rolled back.*call reset\(\)"):
            await attempt(session)
    provider.reset()
    assert (await provider.create(session)).export()["name"] == "b"


async def test_a_nested_pattern_meets_a_target_that_was_stored_after_those_who_refer_to_it() -> None:
    tenants = aggregate(name=value("x", "y"))
    authors = aggregate(tenant_id=reference(tenants, mean=5, strict=False))
    session = InMemorySession()
    books = reference(authors, mean=5)
    authors.set({"tenant_id": 98})
    author = await authors.create(session)
    books.set({"tenant_id": {"name": "late"}})
    books.source.wanted({"tenant_id": {"name": "late"}}, None, books).scope.refresh()
    tenants.set({"id": 98, "name": "late"})
    await tenants.create(session)
    await books.populate(session)
    assert books.get() == author.export()["id"]


async def test_a_predicate_that_fails_says_which_and_on_what() -> None:
    from ascetic_ddd.faker.domain.specification.predicate import PredicateSpecification

    parents = aggregate(name=value("a"))
    session = InMemorySession()
    await parents.create(session)
    child = reference(parents, mean=2)
    with pytest.raises(KeyError) as caught:  # noqa: PT012  # wherever it is looked at first
        child.set(PredicateSpecification(lambda state: state["nmae"] == "a"))
        await child.populate(session)
    assert any("PredicateSpecification" in note and "'name': 'a'" in note for note in caught.value.__notes__)


async def test_a_part_may_be_exchanged_for_another_provider() -> None:
    provider = aggregate(name=value("a", "b"))
    session = InMemorySession()
    await provider.create(session)
    provider.name = value("x", "y")
    provider.reset()
    assert (await provider.create(session)).export()["name"] == "x"
    assert provider.name.path.endswith(".name")


class UnbegunValue(ValueProvider[Any, Any]):
    def __init__(self) -> None:  # calls nobody
        pass


class UnbegunComposite(CompositeValueProvider[Any, Any]):
    number: ValueProvider[int, int]

    def __init__(self) -> None:
        self.number = ValueProvider[int, int]()


class UnbegunAggregate(AggregateProvider[Any, Any]):
    _id_attr = "id"
    id: ValueProvider[int, int]

    def __init__(self) -> None:
        self.id = ValueProvider[int, int]()


@pytest.mark.parametrize("unbegun", [UnbegunValue, UnbegunComposite, UnbegunAggregate])
def test_a_constructor_that_leaves_ours_out_is_told_at_once(unbegun: Any) -> None:
    with pytest.raises(ConfigurationError, match=rf"{unbegun.__name__}.__init__ did not call super\(\).__init__"):
        unbegun()


class PairId(CompositeValueProvider[Any, Any]):
    one: ValueProvider[int, int]
    other: ValueProvider[int, int]

    def __init__(self) -> None:
        self.one, self.other = ValueProvider(values=[1]), ValueProvider(values=[2])
        super().__init__(dict)


class Pairs(AggregateProvider[Any, Any]):
    _id_attr = "id"
    id: PairId

    def __init__(self) -> None:
        self.id = PairId()
        super().__init__(InMemoryRepository(agg_exporter=Agg.export), Agg, Agg.export)


def test_an_id_of_several_parts_cannot_be_told_to_be_null() -> None:
    with pytest.raises(ConfigurationError, match=r"told \{'id': None\}; an id of several parts cannot be null"):
        Pairs().set({"id": None})


def test_a_target_of_something_else_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"Target\(provider=<function aggregate.*expected an aggregate provider"):
        Target(provider=aggregate)  # type: ignore[arg-type]  # the slip


class Forgetful(AggregateProvider[Any, Any]):
    _id_attr = "id"
    id: ValueProvider[int, int]

    def __init__(self) -> None:
        self.id = ValueProvider[int, int]()
        self.name: Any = ValueProvider(values=["a"])
        super().__init__(InMemoryRepository(agg_exporter=Agg.export), Agg, Agg.export)


def test_a_part_that_is_set_and_not_annotated_is_told_by_lint() -> None:
    (finding,) = lint(Forgetful())
    assert "Forgetful.name" in str(finding)
    assert "name: ValueProvider" in finding.advice
    assert lint(aggregate(name=value("a"))) == []
