"""What is told stays: tellings add up, and a tie follows a told reference back."""

from contextlib import nullcontext
from typing import Any

import pytest

from ascetic_ddd.faker.domain.distributors.o2m.factory import children_factory
from ascetic_ddd.faker.domain.errors import ConfigurationError, ContradictionError, UnsatisfiableError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.dependent_provider import DependentProvider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.domain.specification.predicate import PredicateSpecification
from ascetic_ddd.faker.infrastructure.repositories.composite_repository import CompositeAutoPkRepository
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession
from benchmarks.construction import in_memory_provider
from examples.library.providers import BookProvider, export
from tests.unit.faker.domain.providers.models import (
    Agg,
    AuthorProvider,
    TenantProvider,
    aggregate,
    composite,
    made,
    memory,
    numbers,
    reference,
    rolled_back,
    stored,
    value,
)


async def library(session: Any) -> tuple[BookProvider, list[dict[str, Any]]]:
    """The example's books, with four tenants and five authors of each; and the authors."""
    books = in_memory_provider()
    authors: Any = books.author_id.source.aggregate_provider  # type: ignore[attr-defined]  # the provider, not its port
    tenants: Any = books.id.tenant_id.source.aggregate_provider  # type: ignore[attr-defined]
    for _ in range(4):
        await made(tenants, session)
    for number in range(20):
        await made(authors, session, {"id": {"tenant_id": 1 + number % 4}, "name": f"Author {number % 5}"})
    return books, await stored(authors.repository)


def tenant_of(book: Any) -> Any:
    state = export(book)
    assert state["id"]["tenant_id"] == state["author_id"]["tenant_id"]
    return state["id"]["tenant_id"]


async def test_a_book_told_its_author_is_of_the_authors_tenant(session: InMemorySession) -> None:
    books, authors = await library(session)
    for author in authors:
        for book in await books.create_batch(session, 3, {"author_id": author["id"]}):
            assert export(book)["author_id"] == author["id"]
            assert tenant_of(book) == author["id"]["tenant_id"]


@pytest.mark.parametrize("told", [{"tenant_id": 3}, {"id": {"tenant_id": 3}}, {"tenant_id": {"name": "Tenant 2"}}])
async def test_a_book_told_an_author_of_a_tenant_is_of_that_tenant(session: InMemorySession, told: Any) -> None:
    books, _ = await library(session)
    assert [tenant_of(book) for book in await books.create_batch(session, 5, {"author_id": told})] == [3] * 5


async def test_a_pattern_that_leaves_the_tie_open_holds_beside_it(session: InMemorySession) -> None:
    books, authors = await library(session)
    found = await books.create_batch(session, 20, {"author_id": {"name": "Author 2"}})
    names = {tuple(author["id"].values()): author["name"] for author in authors}
    repository: Any = books.author_id.source.aggregate_provider.repository  # type: ignore[attr-defined]
    names |= {tuple(author["id"].values()): author["name"] for author in await stored(repository)}
    assert all(map(tenant_of, found))
    assert {names[tuple(export(book)["author_id"].values())] for book in found} == {"Author 2"}


async def test_tenant_and_author_told_alike_are_both_kept(session: InMemorySession) -> None:
    books, authors = await library(session)
    author = authors[2]["id"]
    book = await made(books, session, {"id": {"tenant_id": author["tenant_id"]}, "author_id": author})
    assert (tenant_of(book), export(book)["author_id"]) == (author["tenant_id"], author)


@pytest.mark.parametrize("author", [{"tenant_id": 3, "author_id": 3}, {"tenant_id": 3}, {"tenant_id": {"name": "Tenant 2"}}])
async def test_tenant_and_author_that_contradict_each_other_are_an_error_that_names_both(
    session: InMemorySession, author: Any
) -> None:
    books, _ = await library(session)
    with pytest.raises(
        ContradictionError,
        match=r"BookProvider\.author_id was told .* by BookProvider\.do_populate,.* {'tenant_id': 1}: AuthorProvider",
    ) as caught:
        await made(books, session, {"id": {"tenant_id": 1}, "author_id": author})
    assert "3" in str(caught.value) or "Tenant 2" in str(caught.value)
    assert await stored(books.repository) == []


async def test_what_is_told_after_populate_is_followed_too(session: InMemorySession) -> None:
    books, authors = await library(session)
    for author in authors[:4]:
        books.reset()
        await books.populate(session)
        books.set({"author_id": author["id"]})
        book = await books.create(session)
        assert (tenant_of(book), export(book)["author_id"]) == (author["id"]["tenant_id"], author["id"])
    books.reset()
    await books.populate(session)
    books.set({"id": {"tenant_id": 3}})
    assert tenant_of(await books.create(session)) == 3
    tenants: Any = books.id.tenant_id
    everything = tenants.source.population.everything
    uses = {tenants.source.population.id_of(number): count for number, count in tenants.distributor.uses(everything).items()}
    assert {tenant: count for tenant, count in uses.items() if count} == {1: 1, 2: 1, 3: 2, 4: 1}, (
        "what was drawn in vain is given back"
    )


async def test_a_telling_that_is_refused_tells_nothing(session: InMemorySession) -> None:
    books, _ = await library(session)
    with pytest.raises(ConfigurationError, match="no such attribute"):
        books.author_id.set({"town": "X"})
    assert books.author_id.get() is None
    tenant_of(await books.create(session))


async def test_what_was_drawn_before_the_tie_was_followed_is_given_back(session: InMemorySession) -> None:
    books, authors = await library(session)
    tenants: Any = books.id.tenant_id
    async with session.atomic():
        for author in [author for author in authors if author["id"]["tenant_id"] == 3] * 2:
            await made(books, session, {"author_id": author["id"]})
    population = tenants.source.population
    assert tenants.distributor.uses(population.everything) == {population.number_of(3): 10}
    assert len(await stored(tenants.source.aggregate_provider.repository)) == 4


async def test_a_tie_is_followed_through_nested_references(session: InMemorySession) -> None:
    books, authors = await library(session)
    reviews = aggregate(book_id=reference(books, mean=2))
    for author in (authors[6]["id"], authors[7]["id"], {"tenant_id": 2}):
        review = await made(reviews, session, {"book_id": {"author_id": author}})
        (state,) = [state for state in await stored(books.repository) if state["id"] == review.book_id.value]
        assert state["author_id"].items() >= author.items()
        assert state["author_id"]["tenant_id"] == state["id"]["tenant_id"]


async def test_a_tie_in_the_other_direction_is_followed_too(session: InMemorySession) -> None:
    async def hook(provider: Any, session: Any) -> None:
        await provider.author_id.populate(session)
        provider.tenant_id.set(provider.author_id.get()["tenant_id"])

    tenants = TenantProvider()
    authors = AuthorProvider(tenants, mean=1)
    notes = aggregate(tenant_id=reference(tenants, mean=5), author_id=reference(authors, mean=5), do_populate=hook)
    for _ in range(4):
        await made(tenants, session)
    for tenant in (3, 4, 2, 3):
        note = (await made(notes, session, {"tenant_id": tenant})).export()
        assert (note["tenant_id"], note["author_id"]["tenant_id"]) == (tenant, tenant)


async def test_a_tie_of_plain_values_is_followed_back(session: InMemorySession) -> None:
    async def hook(provider: Any, session: Any) -> None:
        await provider.office.populate(session)
        provider.boss_id.set({"office": provider.office.get()})

    bosses = aggregate(office=value("A", "B", "C"))
    staff = aggregate(office=value("A", "B", "C"), boss_id=reference(bosses, mean=5), do_populate=hook)
    for _ in range(3):
        await made(bosses, session)
    for boss, office in ((2, "B"), (3, "C"), (1, "A"), (1, "A")):
        assert (await made(staff, session, {"boss_id": boss})).export() | {"id": 0} == {
            "id": 0,
            "office": office,
            "boss_id": boss,
        }


@pytest.mark.parametrize("other", ["seller_id", "buyer_id"])
async def test_only_the_part_that_the_hook_took_it_from_is_told(session: InMemorySession, other: str) -> None:
    """Two references drew the same tenant by chance; the hook took it from one of them."""

    async def hook(provider: Any, session: Any) -> None:
        await provider.seller_id.populate(session)
        await provider.buyer_id.populate(session)
        provider.author_id.set({"tenant_id": getattr(provider, other).get()})

    tenants = TenantProvider()
    authors = AuthorProvider(tenants, mean=1)
    author = (await made(authors, session, {})).id.value
    await made(tenants, session)
    deals = aggregate(
        seller_id=reference(tenants, create=False, mean=2),
        buyer_id=reference(tenants, create=False, mean=2),
        author_id=reference(authors, mean=5),
        do_populate=hook,
    )
    found = [(await made(deals, session, {"author_id": author})).export() for _ in range(20)]
    assert {deal[other] for deal in found} == {author["tenant_id"]}
    assert {deal[{"seller_id": "buyer_id", "buyer_id": "seller_id"}[other]] for deal in found} == {1, 2}


async def test_an_id_stays_when_a_pattern_that_it_satisfies_is_told_after_it(session: InMemorySession) -> None:
    tenants = TenantProvider()
    for _ in range(3):
        await made(tenants, session)
    start = reference(tenants, mean=5)
    start.set(2)
    start.set({"status": "active"})
    assert start.get() == 2
    start.set(PredicateSpecification(lambda state: state["status"] == "active"))
    assert (await start.create(session)).value == 2
    start.reset()
    start.set({"status": "active"})
    start.set(2)
    assert (await start.create(session)).value == 2


@pytest.mark.parametrize("tellings", [(1, {"status": "active"}), ({"status": "active"}, 1), (1, 2), (None, 1), (1, None)])
async def test_tellings_that_cannot_hold_together_are_an_error_that_names_both(session: InMemorySession, tellings: Any) -> None:
    tenants = TenantProvider()
    orders = aggregate(tenant_id=reference(tenants, mean=5))
    for _ in range(3):
        await made(tenants, session)
    orders.set({"tenant_id": tellings[0]})
    with pytest.raises(ContradictionError, match=r"^AggProvider\.tenant_id was told") as caught:
        orders.set({"tenant_id": tellings[1]})
    assert all(repr(telling) in str(caught.value) for telling in tellings)
    assert (
        orders.get()["tenant_id"] == (None if isinstance(tellings[0], dict) else tellings[0])
        or orders.get()["tenant_id"] == tellings[0]
    )
    orders.reset()
    orders.set({"tenant_id": tellings[1]})


async def test_what_only_the_repository_knows_is_held_against_the_pattern_when_it_is_looked_up(session: InMemorySession) -> None:
    repository = memory()
    tenants = TenantProvider(repository)
    for _ in range(2):
        await made(tenants, session)
    orders = aggregate(tenant_id=reference(tenants))  # remembers nothing
    assert (await made(orders, session, {"tenant_id": 2})).tenant_id.value == 2
    for id, is_so in ((1, False), (2, True), (1, False), (2, True)):
        orders.reset()
        with nullcontext() if is_so else pytest.raises(ContradictionError, match=r"status cannot be both 'blocked' and 'active'"):
            orders.set({"tenant_id": id})
            orders.set({"tenant_id": {"status": "active"}})
            assert (await orders.create(session)).tenant_id.value == id


async def test_a_pattern_told_in_the_id_and_beside_it_is_refused_where_they_differ() -> None:
    books = in_memory_provider()
    with pytest.raises(ContradictionError, match=r"AuthorProvider\.id\.tenant_id cannot be both 1 and 2"):
        books.author_id.set({"id": {"tenant_id": 1}, "tenant_id": 2})


async def test_null_told_stays_null_whatever_a_hook_tells_of_it(session: InMemorySession) -> None:
    async def hook(provider: Any, session: Any) -> None:
        provider.author_id.set({"tenant_id": 1})
        provider.price.set({"currency": "EUR"})

    authors = memory()
    notes = aggregate(
        author_id=reference(AuthorProvider(TenantProvider(), authors, strict=False), mean=5),
        price=composite(amount=numbers(), currency=value("USD")),
        do_populate=hook,
    )
    note = await made(notes, session, {"author_id": None, "price": None})
    assert (note.author_id, note.price) == (None, None)
    assert await stored(authors) == []
    assert (await made(notes, session)).price == {"amount": 0, "currency": "EUR"}


async def test_a_hook_does_not_overrule_its_caller_and_the_error_says_what_to_do(session: InMemorySession) -> None:
    async def hook(provider: Any, session: Any) -> None:
        await provider.name.populate(session)
        provider.title.set(f"The life of {provider.name.get()}")

    books = aggregate(name=value("Ann"), title=value("?"), do_populate=hook)
    assert (await made(books, session)).title == "The life of Ann"
    assert (await made(books, session, {"title": "The life of Ann"})).title == "The life of Ann"
    with pytest.raises(
        ContradictionError, match=r"AggProvider\.title was told 'Emma', .*do_populate, 'The life of Ann'.*is_complete"
    ):
        await made(books, session, {"title": "Emma"})


async def test_a_hook_around_overrules_the_hook_inside_which_does_not_overrule_it(session: InMemorySession) -> None:
    class Inner(type(composite(currency=value("?"), amount=numbers()))):  # type: ignore[misc]
        async def do_populate(self, session: Any, specification: Any = None) -> None:
            self.currency.set("inner")
            await super().do_populate(session, specification)

    async def before(provider: Any, session: Any) -> None:
        provider.price.currency.set("outer")

    async def after(provider: Any, session: Any) -> None:
        await provider.price.populate(session)
        provider.price.currency.set("outer")

    with pytest.raises(
        ContradictionError, match=r"AggProvider\.price\.currency was told 'outer', .*AggProvider\.price\.do_populate"
    ):
        await made(aggregate(price=Inner(), do_populate=before), session)
    assert (await made(aggregate(price=Inner(), do_populate=after), session)).price["currency"] == "outer"
    assert (await made(aggregate(price=Inner()), session)).price["currency"] == "inner"


async def test_a_part_told_directly_after_populate_is_not_lost(session: InMemorySession) -> None:
    tenants = TenantProvider()
    orders = aggregate(tenant_id=reference(tenants, mean=50), no=numbers())
    await orders.populate(session)
    orders.tenant_id.set({"status": "active"})
    order = await orders.create(session)
    assert [state["id"] for state in await stored(tenants.repository) if state["status"] == "active"] == [order.tenant_id.value]


@pytest.mark.parametrize("mean", [None, 5])
async def test_a_told_id_that_does_not_exist_is_noticed_where_the_repository_can_look(
    session: InMemorySession, mean: int | None
) -> None:
    repository = memory()
    tenants = TenantProvider(repository)
    orders = aggregate(tenant_id=reference(tenants, mean=mean) if mean else reference(tenants))
    with pytest.raises(UnsatisfiableError, match=r"^AggProvider\.tenant_id was told 7, but there is no such TenantProvider"):
        await made(orders, session, {"tenant_id": 7})
    await repository.insert(session, Agg(type("Id", (), {"value": 7})(), status="a fixture"))
    assert (await made(orders, session, {"tenant_id": 7})).tenant_id.value == 7


async def test_each_told_id_is_looked_up_once_and_again_after_a_rollback(session: InMemorySession) -> None:
    class Counting(type(memory())):  # type: ignore[misc]
        looked = 0

        async def get(self, session: Any, id: Any) -> Any:
            self.looked += 1
            return await super().get(session, id)

    repository = Counting(agg_exporter=Agg.export)
    await repository.insert(session, Agg(1, status="a fixture"))
    orders = aggregate(tenant_id=reference(TenantProvider(repository)))
    async with rolled_back(session):
        for _ in range(3):
            await made(orders, session, {"tenant_id": 1})
        assert repository.looked == 1
    await made(orders, session, {"tenant_id": 1})
    assert repository.looked == 2


class Blind:
    """The application's own repository, which cannot look."""

    async def insert(self, session: Any, agg: Any) -> None: ...


async def test_of_a_composite_the_external_repository_is_asked_and_nobody_where_it_cannot_look(session: InMemorySession) -> None:
    external = memory()
    await external.insert(session, Agg(5, status="a fixture"))
    known = TenantProvider(CompositeAutoPkRepository(external_repository=external, internal_repository=memory()))
    blind = TenantProvider(CompositeAutoPkRepository(external_repository=Blind(), internal_repository=memory()))
    assert (await made(aggregate(tenant_id=reference(known, mean=5)), session, {"tenant_id": 5})).tenant_id.value == 5
    assert (await made(aggregate(tenant_id=reference(blind, mean=5)), session, {"tenant_id": 6})).tenant_id.value == 6
    with pytest.raises(UnsatisfiableError, match="was told 6"):
        await made(aggregate(tenant_id=reference(known, mean=5)), session, {"tenant_id": 6})
    lenient = ReferenceProvider[int, Agg, Any](aggregate_provider=known, strict=False)
    assert (await made(aggregate(tenant_id=lenient), session, {"tenant_id": 6})).tenant_id.value == 6


async def test_a_batch_takes_one_input_for_each(session: InMemorySession) -> None:
    orders = aggregate(no=numbers())
    told = [{"no": 7}, None, {"no": 9}]
    assert [order.no for order in await orders.create_batch(session, input=told)] == [7, 0, 9]
    assert [order.no for order in await orders.create_batch(session, 3, tuple(told))] == [7, 1, 9]
    assert await orders.create_batch(session, input=[]) == []
    for size, input in ((2, told), (None, None), (None, {"no": 1}), (-1, None), (True, None)):
        with pytest.raises(ConfigurationError, match=r"AggProvider: size="):
            await orders.create_batch(session, size, input)


class Employees(AggregateProvider[dict[str, Any], Agg]):
    """An attribute named as one of ours must not make a value something else."""

    _id_attr = "id"
    id: ValueProvider[int, int]
    name: ValueProvider[str, str]

    def __init__(self) -> None:
        self.id = ValueProvider()
        self.name = value("a", "b")
        self.name.source = self.name.repository = self.name.memory = self.name.may_create = "a user's own"  # type: ignore[attr-defined]
        super().__init__(memory(), Agg, Agg.export)


async def test_an_attribute_of_the_users_does_not_change_the_kind_of_a_provider(session: InMemorySession) -> None:
    employees = Employees().seed(3)
    teams = aggregate(boss_id=reference(employees, mean=5), others=reference(employees, mean=5))
    ids = [(await made(teams, session, {"boss_id": {"name": "b"}})).boss_id for _ in range(3)]
    assert {state["name"] for state in await stored(employees.repository) if state["id"] in ids} == {"b"}
    await teams.setup(session)


async def test_children_are_told_their_parent_and_nobody_looks_it_up(session: InMemorySession) -> None:
    class Counting(type(memory())):  # type: ignore[misc]
        async def get(self, session: Any, id: Any) -> Any:
            raise AssertionError(id)

    parents_source: list[Any] = []
    lines = aggregate(order_id=reference(lambda: parents_source[0]), no=numbers())
    orders = aggregate(
        Counting(agg_exporter=Agg.export), lines=DependentProvider(children_factory(3), lines, reference="order_id")
    )
    parents_source.append(orders)
    for _ in range(2):
        await made(orders, session)
    assert [state["order_id"] for state in await stored(lines.repository)] == [1, 1, 1, 2, 2, 2]


@pytest.mark.parametrize("name", ["memory", "distributor", "id_provider", "export", "seed"])
def test_a_part_may_not_be_named_as_an_attribute_of_every_provider(name: str) -> None:
    with pytest.raises(ConfigurationError, match=f"AggProvider declares a part '{name}', .*another name"):
        aggregate(**{name: numbers()})  # type: ignore[arg-type]  # named by the test


async def test_only_a_told_reference_costs_a_savepoint() -> None:
    class Session(InMemorySession):
        opened = 0

        def atomic(self) -> Any:
            self.opened += 1
            return super().atomic()

    async def hook(provider: Any, session: Any) -> None:
        await provider.id.populate(session)
        provider.tenant_id.set({"status": "active"})

    orders = aggregate(tenant_id=reference(TenantProvider(), mean=5), no=numbers(), do_populate=hook)
    session = Session()
    await made(orders, session)
    await made(orders, session, {"no": 7})
    assert session.opened == 0
    await made(orders, session, {"tenant_id": {"status": "active"}})
    assert session.opened == 1


async def test_a_pattern_told_by_the_caller_is_never_null(session: InMemorySession) -> None:
    carriers = aggregate(class_name="CarrierProvider", kind=value("sea", "air"))
    ports = aggregate(class_name="PortProvider", carrier_id=reference(carriers, mean=3, null_weight=0.5))
    ships = aggregate(class_name="ShipProvider", port_id=reference(ports, mean=3))
    for _ in range(20):
        port = await made(ports, session, {"carrier_id": {"kind": "sea"}})
        assert port.carrier_id is not None
    for _ in range(20):  # nested, a new port each now and then
        await made(ships, session, {"port_id": {"carrier_id": {"kind": "air"}}})
    never = aggregate(carrier_id=reference(carriers, mean=3, null_weight=1))
    assert (await made(never, session, {"carrier_id": {"kind": "sea"}})).carrier_id is not None


async def test_a_pattern_told_by_a_hook_keeps_the_share_of_null(session: InMemorySession) -> None:
    async def tie(self: Any, session: Any) -> None:
        self.carrier_id.set({"kind": "sea"})

    carriers = aggregate(class_name="CarrierProvider", kind=value("sea", "air"))
    ports = aggregate(do_populate=tie, carrier_id=reference(carriers, mean=3, null_weight=0.5))
    made_ports = [await made(ports, session) for _ in range(128)]
    assert sum(port.carrier_id is None for port in made_ports) == 64
    for port in [await made(ports, session, {"carrier_id": {"kind": "sea"}}) for _ in range(20)]:
        assert port.carrier_id is not None


@pytest.mark.parametrize(
    "pattern",
    [
        {"tenant_id": {"id": 1}},
        {"tenant_id": {"name": "Tenant 0"}},
        {},
    ],
)
async def test_a_number_that_the_database_gave_is_that_of_one_that_exists(session: InMemorySession, pattern: Any) -> None:
    """Whatever the law: no second one is made with the same number."""
    books, authors = await library(session)
    notes = aggregate(author_id=reference(books.author_id.source.aggregate_provider, mean=2))  # type: ignore[attr-defined]
    author = next(each["id"] for each in authors if each["id"]["tenant_id"] == 1)
    for told in (author["author_id"], 1_000_000):  # there is no such one: it is made, once
        found = [
            await made(notes, session, {"author_id": told_id})
            for told_id in [{"author_id": told, **pattern}, {"id": {"author_id": told, **pattern}}] * 10
        ]
        ids = [note.export()["author_id"] for note in found]
        assert ids == [ids[0]] * 20
        assert ids[0]["author_id"] == told
        assert told == 1_000_000 or ids[0] == author
