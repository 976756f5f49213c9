"""References that are tied by declaration do what a hook would, and cost less."""

from typing import Any

import pytest

from ascetic_ddd.faker.application.lint import lint
from ascetic_ddd.faker.application.runs.generation import generate
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.errors import ConfigurationError, ContradictionError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.composite_value_provider import CompositeValueProvider
from ascetic_ddd.faker.domain.providers.interfaces import IReferenceProvider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession, InMemorySessionPool
from benchmarks.construction import in_memory_provider
from benchmarks.tied_library import tied_provider
from examples.library.domain import Author, AuthorId
from examples.library.providers import export
from tests.unit.faker.domain.providers.models import Agg


def by_hook() -> Any:
    return in_memory_provider().seed(1)


def by_declaration() -> Any:
    return tied_provider().seed(1)


@pytest.mark.parametrize("batch_size", [1, 7, 100, 1_000])
@pytest.mark.parametrize("lanes", [1, 3])
async def test_a_planned_run_gives_the_rows_of_the_hook(batch_size: int, lanes: int) -> None:
    told = []
    for provider in (by_hook(), by_declaration()):
        books = [
            export(book)
            async for book in generate(provider, InMemorySessionPool(), 1_500, batch_size=batch_size, lanes=lanes, seed=3)
        ]
        told.append(sorted(books, key=str) if lanes > 1 else books)
    assert told[0] == told[1]
    assert all(book["id"]["tenant_id"] == book["author_id"]["tenant_id"] for book in told[1])


TELLINGS: tuple[Any, ...] = (
    None,
    {"title": "Persuasion"},
    {"id": {"tenant_id": 1}},
    {"author_id": {"tenant_id": 1}},
    {"author_id": {"tenant_id": 1, "author_id": 1}},
    {"author_id": {"name": "Fanny Burney"}},
    {"id": {"tenant_id": 1}, "author_id": {"tenant_id": 1, "author_id": 1}},
    {"author_id": {"tenant_id": {"name": "Tenant 1"}}},
)


@pytest.mark.parametrize("told", TELLINGS, ids=str)
async def test_what_is_told_is_followed_back_as_with_the_hook(told: Any) -> None:
    books = []
    for provider in (by_hook(), by_declaration()):
        session = InMemorySession()
        async with session.atomic():
            await provider.create_batch(session, 40)
            books.append([export(book) for book in await provider.create_batch(session, 5, told)])
    assert books[0] == books[1]
    assert all(book["id"]["tenant_id"] == book["author_id"]["tenant_id"] for book in books[1])


async def test_what_contradicts_the_tie_is_refused() -> None:
    provider = by_declaration()
    session = InMemorySession()
    async with session.atomic():
        await provider.create_batch(session, 40)
        provider.reset()
        provider.set({"id": {"tenant_id": 1}, "author_id": {"tenant_id": 2}})
        with pytest.raises(ContradictionError, match=r"BookProvider\.author_id.*tenant_id"):
            await provider.create(session)


class EveryoneIsTied(AggregateProvider[dict[str, Any], Agg]):
    """Two references, each tied to the other, or to whatever is asked."""

    _id_attr = "id"
    id: ValueProvider[int, int]
    first: IReferenceProvider[Any, Author, AuthorId]
    second: IReferenceProvider[Any, Author, AuthorId]

    def __init__(self, first: Any, second: Any) -> None:
        books = in_memory_provider()
        self.id = ValueProvider()
        author_provider = books.author_id.source.aggregate_provider  # type: ignore[attr-defined]  # the provider, not its port
        self.first = ReferenceProvider(distributor_factory(mean=5), author_provider, tied=first)
        self.second = ReferenceProvider(distributor_factory(mean=5), author_provider, tied=second)
        super().__init__(InMemoryRepository(agg_exporter=Agg.export), Agg, Agg.export)


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ({"name": "second"}, {"name": "first"}, r"EveryoneIsTied\.first and EveryoneIsTied\.second are tied in a circle"),
        ({"name": "third"}, None, r"EveryoneIsTied\.first is tied to 'third'.* has no part 'third'; it has first, id, second"),
        ({"name": "id.number"}, None, r"EveryoneIsTied\.id has no part 'number'; it has none"),
        ({"name": "first"}, None, "which is no value and no other reference"),
        ({"name": "id"}, None, "which the database gives"),
        (["name"], None, r"tied=\['name'\]: expected a dict"),
        ({"name": 3}, None, r"tied=\{'name': 3\}: expected a dict"),
    ],
)
async def test_a_tie_that_leads_nowhere_is_refused(first: Any, second: Any, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        await EveryoneIsTied(first, second).create(InMemorySession())


class PlaceProvider(CompositeValueProvider[dict[str, Any], dict[str, Any]]):
    country: ValueProvider[str, str]

    def __init__(self) -> None:
        self.country = ValueProvider(values=["fi", "ru", "de"])
        super().__init__(dict, dict)


class ShopProvider(AggregateProvider[dict[str, Any], Agg]):
    _id_attr = "id"
    id: ValueProvider[int, int]
    country: ValueProvider[str, str]

    def __init__(self) -> None:
        self.id = ValueProvider(distributor_factory(sequence=True))
        self.country = ValueProvider(values=["fi", "ru", "de"])
        super().__init__(InMemoryRepository(agg_exporter=Agg.export), Agg, Agg.export)


class OrderProvider(AggregateProvider[dict[str, Any], Agg]):
    """Tied to a value, inside a composite that is declared after the reference."""

    _id_attr = "id"
    id: ValueProvider[int, int]
    shop_id: IReferenceProvider[int, Agg, int]
    place: PlaceProvider

    def __init__(self, shops: ShopProvider) -> None:
        self.id = ValueProvider(distributor_factory(sequence=True))
        self.shop_id = ReferenceProvider[int, Agg, int](
            distributor_factory(mean=4, null_weight=0.2), shops, tied={"country": "place.country"}
        )
        self.place = PlaceProvider()
        super().__init__(InMemoryRepository(agg_exporter=Agg.export), Agg, Agg.export)


@pytest.mark.parametrize("batch_size", [1, 30, 300])
async def test_a_nullable_reference_keeps_its_share_of_nulls_and_matches_otherwise(batch_size: int) -> None:
    shops = ShopProvider()
    orders = [
        order.export()
        async for order in generate(OrderProvider(shops), InMemorySessionPool(), 300, batch_size=batch_size, seed=1)
    ]
    countries = {state["id"]: state["country"] async for state in shops.repository.find(InMemorySession())}  # type: ignore[attr-defined]
    assert sum(order["shop_id"] is None for order in orders) == 60
    assert all(countries[order["shop_id"]] == order["place"]["country"] for order in orders if order["shop_id"] is not None)


def test_lint_tells_of_ties_that_lead_nowhere_and_takes_declared_ones_for_triangles() -> None:
    (finding,) = lint(EveryoneIsTied({"name": "third"}, None))
    assert finding.path == "EveryoneIsTied.first"
    assert "has no part 'third'; it has first, id, second" in finding.implies
    assert lint(by_declaration()) == lint(by_hook()) == []
