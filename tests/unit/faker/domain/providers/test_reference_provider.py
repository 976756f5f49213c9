"""A reference reuses what exists and matches, else creates it; what it gives out is the caller's own."""

from collections import Counter
from types import MappingProxyType
from typing import Any

import pytest

from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.distributors.o2m.factory import children_factory
from ascetic_ddd.faker.domain.errors import ConfigurationError, UnsatisfiableError
from ascetic_ddd.faker.domain.providers.dependent_provider import DependentProvider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.domain.specification.equality import EqualSpecification
from ascetic_ddd.faker.domain.specification.predicate import PredicateSpecification
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession
from tests.unit.faker.domain.providers.models import (
    Agg,
    AuthorId,
    AuthorProvider,
    BookProvider,
    TenantId,
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


async def counts(provider: Any, session: InMemorySession, name: str, times: int) -> Counter[Any]:
    return Counter([(await made(provider, session)).export()[name] for _ in range(times)])


async def test_life_of_one_reference(session: InMemorySession) -> None:
    tenants = TenantProvider()
    provider = ReferenceProvider[int, Agg, TenantId](distributor_factory(mean=2), tenants)
    assert (provider.get(), provider.is_complete(), provider.is_transient()) == (None, False, False)
    await provider.populate(session)
    assert (provider.get(), provider.is_complete()) == (1, True)
    first = await provider.create(session)
    assert first == TenantId(1)
    assert await provider.create(session) is first
    provider.reset()
    assert (provider.get(), provider.is_complete()) == (None, False)
    assert await provider.create(session) == TenantId(1)  # not populated before: create does it


async def test_by_default_each_reference_creates_a_new_one(session: InMemorySession) -> None:
    orders = aggregate(tenant_id=ReferenceProvider(aggregate_provider=TenantProvider()))
    assert await counts(orders, session, "tenant_id", 5) == Counter([1, 2, 3, 4, 5])


async def test_a_mean_reuses_and_nobody_is_made_without_a_use(session: InMemorySession) -> None:
    repository = memory()
    orders = aggregate(tenant_id=reference(TenantProvider(repository), mean=5))
    used = await counts(orders, session, "tenant_id", 100)
    assert len(used) == 20
    assert {state["id"] for state in await stored(repository)} == set(used)
    assert set(used.values()) <= {4, 5, 6}


async def test_a_full_id_told_is_used_and_nothing_is_created(session: InMemorySession) -> None:
    repository = memory()
    authors = AuthorProvider(TenantProvider(), repository)
    books = BookProvider(authors, mean=5, strict=False)
    id = {"tenant_id": 70, "author_id": 7}
    book = await made(books, session, {"author_id": id})
    assert book.author_id == AuthorId(TenantId(70), 7)
    assert books.author_id.is_complete()
    assert await stored(repository) == []


async def test_the_order_of_an_ids_parts_does_not_matter(session: InMemorySession) -> None:
    books = BookProvider(AuthorProvider(TenantProvider()), mean=5, strict=False)
    book = await made(books, session, {"author_id": {"author_id": 7, "tenant_id": 70}})
    assert book.author_id == AuthorId(TenantId(70), 7)


async def test_a_pattern_on_the_state_reuses_those_that_match(session: InMemorySession) -> None:
    repository = memory()
    tenants = TenantProvider(repository)
    for status in ("active", "blocked", "active"):
        await made(tenants, session, {"status": status})
    orders = aggregate(tenant_id=reference(tenants, mean=50))
    ids = {(await made(orders, session, {"tenant_id": {"status": "active"}})).tenant_id.value for _ in range(100)}
    assert ids == {1, 3}
    assert len(await stored(repository)) == 3


async def test_a_pattern_that_nobody_matches_creates_one_with_the_parts_told(session: InMemorySession) -> None:
    repository = memory()
    orders = aggregate(tenant_id=reference(TenantProvider(repository), mean=50))
    for _ in range(3):
        await made(orders, session, {"tenant_id": {"status": "frozen"}})
    assert await stored(repository) == [{"id": 1, "status": "frozen"}]


async def test_a_pattern_is_read_against_the_id_where_the_state_has_no_such_part(session: InMemorySession) -> None:
    repository = memory()
    books = BookProvider(AuthorProvider(TenantProvider(), repository, mean=5, strict=False), mean=50)
    for tenant in (7, 8, 7):
        assert (await made(books, session, {"author_id": {"tenant_id": tenant}})).author_id.tenant_id == TenantId(tenant)
    assert [state["id"]["tenant_id"] for state in await stored(repository)] == [7, 8]


async def test_a_pattern_may_name_parts_of_state_and_id_at_once(session: InMemorySession) -> None:
    repository = memory()
    books = BookProvider(AuthorProvider(TenantProvider(), repository, mean=5, strict=False), mean=50)
    await made(books, session, {"author_id": {"tenant_id": 7, "name": "Ann"}})
    await made(books, session, {"author_id": {"id": {"tenant_id": 7}, "name": "Ann"}})
    await made(books, session, {"author_id": {"tenant_id": 7, "name": "Bob"}})
    assert [(state["id"]["tenant_id"], state["name"]) for state in await stored(repository)] == [(7, "Ann"), (7, "Bob")]


async def test_a_pattern_is_told_bit_by_bit(session: InMemorySession) -> None:
    repository = memory()
    books = BookProvider(AuthorProvider(TenantProvider(), repository, mean=5, strict=False), mean=50)
    books.author_id.set({"tenant_id": 7})
    books.author_id.set({"name": "Ann"})
    assert books.author_id.get() == {"tenant_id": 7, "name": "Ann"}
    await books.create(session)
    assert [(state["id"]["tenant_id"], state["name"]) for state in await stored(repository)] == [(7, "Ann")]


async def test_a_nested_pattern_goes_through_references(session: InMemorySession) -> None:
    tenant_repository, author_repository = memory(), memory()
    tenants = TenantProvider(tenant_repository, status=("blocked",))
    authors = AuthorProvider(tenants, author_repository, mean=5)
    books = BookProvider(authors, mean=3)
    for _ in range(4):
        await made(books, session)
    wanted = {"author_id": {"tenant_id": {"status": "active"}}}
    chosen = [(await made(books, session, wanted)).author_id for _ in range(6)]
    active = {state["id"] for state in await stored(tenant_repository) if state["status"] == "active"}
    assert {id.tenant_id.value for id in chosen} == active
    assert len(active) == 1
    assert len({id.author_id for id in chosen}) == 2  # by the law among those that match


async def test_nested_patterns_that_differ_only_deep_inside_are_different(session: InMemorySession) -> None:
    tenant_repository = memory()
    books = BookProvider(AuthorProvider(TenantProvider(tenant_repository), mean=5), mean=3)
    pattern = {"tenant_id": {"status": "active"}}
    books.author_id.set(pattern)
    await books.author_id.create(session)
    pattern["tenant_id"]["status"] = "blocked"  # the caller's dict is the caller's
    for status in ("active", "blocked", "active"):
        books.reset()
        books.author_id.set({"tenant_id": {"status": status}})
        await books.author_id.create(session)
    assert sorted(state["status"] for state in await stored(tenant_repository)) == ["active", "blocked"]


async def test_a_specification_is_met_by_reuse_or_by_a_new_one_that_fits(session: InMemorySession) -> None:
    repository = memory()
    things = aggregate(repository, size=numbers())
    provider = reference(things, mean=50)
    big = PredicateSpecification(lambda state: state["size"] >= 3)
    chosen = []
    for _ in range(5):
        provider.reset()
        provider.set(big)
        chosen.append(await provider.create(session))
    assert len(set(chosen)) == 1
    assert [state["size"] for state in await stored(repository)] == [3]


async def test_a_specification_and_a_pattern_hold_together(session: InMemorySession) -> None:
    repository = memory()
    things = aggregate(repository, size=numbers(), kind=value("a"))
    provider = reference(things, mean=50)
    provider.set({"kind": "b"})
    provider.set(PredicateSpecification(lambda state: state["size"] >= 2))
    await provider.populate(session)
    assert [(state["kind"], state["size"]) for state in await stored(repository)] == [("b", 2)]


async def test_populate_takes_a_specification_too(session: InMemorySession) -> None:
    repository = memory()
    provider = reference(TenantProvider(repository), mean=50)
    await provider.populate(session, EqualSpecification({"status": "active"}))
    assert [state["status"] for state in await stored(repository)] == ["active"]
    provider.reset()
    provider.set(EqualSpecification({"status": "active"}))
    assert await provider.create(session) == TenantId(1)


async def test_told_none_is_a_null_reference(session: InMemorySession) -> None:
    repository = memory()
    orders = aggregate(tenant_id=reference(TenantProvider(repository)))
    assert (await made(orders, session, {"tenant_id": None})).tenant_id is None
    assert await stored(repository) == []


async def test_null_weight_1_never_refers(session: InMemorySession) -> None:
    orders = aggregate(tenant_id=reference(TenantProvider(), mean=5, null_weight=1))
    assert await counts(orders, session, "tenant_id", 20) == Counter({None: 20})


async def test_a_share_of_references_is_null(session: InMemorySession) -> None:
    orders = aggregate(tenant_id=reference(TenantProvider(), mean=5, null_weight=0.25))
    assert 430 <= (await counts(orders, session, "tenant_id", 2000))[None] <= 570


@pytest.mark.parametrize("input", [5, "seven", ["a"]])
def test_a_composite_id_told_as_something_else_is_an_error_that_says_what_was_expected(input: Any) -> None:
    books = BookProvider(AuthorProvider(TenantProvider()))
    with pytest.raises(ConfigurationError, match=r"^BookProvider\.author_id was told .*expected an id of AuthorProvider"):
        books.set({"author_id": input})


def test_a_pattern_with_an_unknown_part_names_reference_and_target() -> None:
    books = BookProvider(AuthorProvider(TenantProvider()))
    with pytest.raises(
        ConfigurationError,
        match=r"^BookProvider\.author_id was told 'town'='X', but AuthorProvider has no such attribute; "
        r"it has author_id, id, name, tenant_id$",
    ):
        books.set({"author_id": {"town": "X"}})


def test_a_nested_pattern_with_an_unknown_part_is_an_error_too() -> None:
    books = BookProvider(AuthorProvider(TenantProvider()))
    with pytest.raises(ConfigurationError, match=r"BookProvider\.author_id was told 'town'='X', but TenantProvider has no such"):
        books.set({"author_id": {"tenant_id": {"town": "X"}}})


@pytest.mark.parametrize("target", [None, 5, "authors", ValueProvider[int, int]()])
def test_what_is_no_aggregate_provider_is_refused(target: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"aggregate_provider=.*: expected an AggregateProvider, or a callable"):
        ReferenceProvider[Any, Any, Any](aggregate_provider=target)


async def test_a_callable_that_returns_something_else_is_named(session: InMemorySession) -> None:
    orders = aggregate(tenant_id=reference(lambda: 5, mean=5))
    with pytest.raises(ConfigurationError, match="callable returned 5"):
        await made(orders, session)


async def test_a_callable_is_asked_for_the_provider_when_it_is_needed(session: InMemorySession) -> None:
    made_later: list[Any] = []
    orders = aggregate(tenant_id=reference(lambda: made_later[0], mean=5))
    made_later.append(TenantProvider())
    assert len(await counts(orders, session, "tenant_id", 10)) == 2


async def test_ids_handed_out_are_fresh_objects(session: InMemorySession) -> None:
    books = BookProvider(AuthorProvider(TenantProvider(), mean=5), mean=50)
    first = await made(books, session)
    second = await made(books, session)
    assert first.author_id == second.author_id
    assert first.author_id is not second.author_id
    assert first.author_id.tenant_id is not second.author_id.tenant_id
    first.author_id.tenant_id.value, first.author_id.author_id = -1, -1
    third = await made(books, session)
    assert third.author_id == second.author_id


async def test_inputs_handed_out_are_copies(session: InMemorySession) -> None:
    books = BookProvider(AuthorProvider(TenantProvider(), mean=5), mean=50)
    await made(books, session)
    given: Any = books.author_id.get()
    given["tenant_id"] = -1
    assert books.author_id.get() == {"tenant_id": 1, "author_id": 1}
    told = {"tenant_id": 5, "author_id": 6}
    books.author_id.set(told)
    told["tenant_id"] = -1
    assert books.author_id.get() == {"tenant_id": 5, "author_id": 6}


async def test_two_references_to_one_aggregate_share_its_population(session: InMemorySession) -> None:
    repository = memory()
    people = TenantProvider(repository)
    deals = aggregate(buyer_id=reference(people, mean=10), seller_id=reference(people, mean=10))
    found = [(await made(deals, session)).export() for _ in range(200)]
    buyers, sellers = Counter(deal["buyer_id"] for deal in found), Counter(deal["seller_id"] for deal in found)
    people_ids = {state["id"] for state in await stored(repository)}
    assert set(buyers) | set(sellers) == people_ids
    assert len(set(buyers) & set(sellers)) >= 15
    assert len(people_ids) <= 25


async def test_making_a_referenced_object_does_not_disturb_one_in_the_making(session: InMemorySession) -> None:
    tenants = TenantProvider()
    authors = AuthorProvider(tenants)
    tenants.set({"status": "mine"})
    authors.set({"name": "mine"})
    await made(BookProvider(authors), session)
    assert tenants.get() == {"id": None, "status": "mine"}
    assert authors.get()["name"] == "mine"  # type: ignore[index]


async def test_without_create_only_what_exists_is_used(session: InMemorySession) -> None:
    repository = memory()
    tenants = TenantProvider(repository)
    orders = aggregate(tenant_id=reference(tenants, create=False, mean=2))
    for _ in range(3):
        await made(tenants, session)
    assert set(await counts(orders, session, "tenant_id", 60)) == {1, 2, 3}
    assert len(await stored(repository)) == 3


async def test_without_create_nothing_that_matches_is_an_error_with_path_and_advice(session: InMemorySession) -> None:
    tenants = TenantProvider()
    orders = aggregate(tenant_id=reference(tenants, create=False, mean=2))
    with pytest.raises(UnsatisfiableError, match=r"^AggProvider\.tenant_id: no value to use among all \(0 known.*allow"):
        await made(orders, session)
    await made(tenants, session)
    with pytest.raises(UnsatisfiableError, match=r"^AggProvider\.tenant_id: .*those with status='gone' \(0 known"):
        await made(orders, session, {"tenant_id": {"status": "gone"}})
    assert (await made(orders, session)).tenant_id == TenantId(1)


async def test_without_create_always_new_is_an_error(session: InMemorySession) -> None:
    orders = aggregate(tenant_id=reference(TenantProvider(), create=False))
    with pytest.raises(
        UnsatisfiableError, match=r"AggProvider\.tenant_id: every value shall be new, and no value may be created"
    ):
        await made(orders, session)


async def test_an_aggregate_that_does_not_become_what_was_told_is_an_error(session: InMemorySession) -> None:
    def normalised(id: Any, status: str) -> Agg:
        return Agg(id, status=status.lower())

    orders = aggregate(tenant_id=reference(aggregate(status=value("x"), output_factory=normalised), mean=5))
    with pytest.raises(
        UnsatisfiableError, match=r"AggProvider\.tenant_id: .*was told \{'status': 'ACTIVE'\} and made .*'active'"
    ):
        await made(orders, session, {"tenant_id": {"status": "ACTIVE"}})
    assert (await made(orders, session, {"tenant_id": {"status": "ok"}})).tenant_id == 2


async def test_a_reference_that_comes_late_catches_up(session: InMemorySession) -> None:
    tenants = TenantProvider()
    for _ in range(3):
        await made(tenants, session)
    orders = aggregate(tenant_id=reference(tenants, mean=50))
    assert set(await counts(orders, session, "tenant_id", 150)) == {1, 2, 3}


async def test_a_late_reference_by_callable_catches_up(session: InMemorySession) -> None:
    tenants = TenantProvider()
    orders = aggregate(tenant_id=reference(lambda: tenants, mean=50))
    await made(tenants, session)
    assert (await made(orders, session)).tenant_id == TenantId(1)


async def test_catching_up_in_a_transaction_that_rolls_back_forgets_nothing(session: InMemorySession) -> None:
    repository = memory()
    tenants = TenantProvider(repository)
    await made(tenants, session)
    orders = aggregate(tenant_id=reference(lambda: tenants, mean=50))
    async with rolled_back(session):
        await made(orders, session)
    assert (await made(orders, session)).tenant_id == TenantId(1)
    assert len(await stored(repository)) == 1


async def test_a_late_reference_hears_of_what_the_repository_stored_directly(session: InMemorySession) -> None:
    repository = memory()
    tenants = TenantProvider(repository)
    await repository.insert(session, Agg(TenantId(7), status="active"))
    orders = aggregate(tenant_id=reference(lambda: tenants, mean=50))
    assert (await made(orders, session)).tenant_id == TenantId(7)


async def test_an_id_that_is_itself_a_reference(session: InMemorySession) -> None:
    tenants = TenantProvider()
    settings = aggregate(id=reference(tenants, mean=1), class_name="SettingsProvider")
    uses = aggregate(settings_id=reference(settings, mean=2, strict=False))
    used = await counts(uses, session, "settings_id", 6)
    assert sorted(used) == [1, 2, 3]
    assert (await made(uses, session, {"settings_id": 99})).settings_id == TenantId(99)


async def test_a_composite_key_whose_parts_are_references(session: InMemorySession) -> None:
    class Key:
        def __init__(self, left_id: Any, right_id: Any) -> None:
            self.value = {"left_id": left_id.value, "right_id": right_id.value}

    left, right = TenantProvider(), TenantProvider()
    parts = composite(left_id=reference(left, mean=2), right_id=reference(right, mean=1), output_factory=Key)
    links = aggregate(id=parts)
    ids = [(await made(links, session)).export()["id"] for _ in range(12)]
    assert len({id["left_id"] for id in ids}) == 6
    assert len({id["right_id"] for id in ids}) == 12
    notes = aggregate(link_id=reference(links, mean=5))
    chosen = (await made(notes, session, {"link_id": {"left_id": 2}})).link_id.value
    assert chosen["left_id"] == 2
    assert chosen in ids


async def test_a_reference_made_of_self_before_the_base_is_ready_is_possible(session: InMemorySession) -> None:
    class EmployeeProvider(TenantProvider):
        manager_id: ReferenceProvider[int, Agg, TenantId]

        def __init__(self) -> None:
            self.manager_id = ReferenceProvider(distributor_factory(mean=3, null_weight=0.1), self)
            super().__init__()

    employees = EmployeeProvider()
    managers = await counts(employees, session, "manager_id", 30)
    assert len(managers) > 3


async def test_an_id_that_holds_a_reference_to_a_composite_id(session: InMemorySession) -> None:
    class ChapterId:
        def __init__(self, author_id: AuthorId, no: int) -> None:
            self.author_id, self.no = author_id, no

        @property
        def value(self) -> dict[str, Any]:
            return {"author_id": self.author_id.value, "no": self.no}

    tenants = memory()
    authors = AuthorProvider(TenantProvider(tenants), mean=3, strict=False)
    id = composite(author_id=reference(authors, mean=3), no=ValueProvider[int, int](), output_factory=ChapterId)
    notes = aggregate(chapter_id=reference(aggregate(id=id), mean=2))

    async def chosen(pattern: Any) -> Any:
        return (await made(notes, session, {"chapter_id": pattern})).chapter_id.value

    assert await chosen({}) == {"author_id": {"tenant_id": 1, "author_id": 1}, "no": 1}
    assert (await chosen({"author_id": {"tenant_id": 7}}))["author_id"]["tenant_id"] == 7
    rare = (await chosen({"author_id": {"tenant_id": {"status": "rare"}}}))["author_id"]["tenant_id"]
    assert [state["id"] for state in await stored(tenants) if state["status"] == "rare"] == [rare]
    assert await chosen(MappingProxyType({"no": 1})) == {"author_id": {"tenant_id": 1, "author_id": 1}, "no": 1}


async def test_telling_a_pattern_after_populate_chooses_anew(session: InMemorySession) -> None:
    repository = memory()
    orders = aggregate(tenant_id=reference(TenantProvider(repository), mean=50))
    await orders.populate(session)
    orders.set({"tenant_id": {"status": "rare"}})
    assert not orders.is_complete()
    chosen = (await orders.create(session)).tenant_id.value
    assert [state["id"] for state in await stored(repository) if state["status"] == "rare"] == [chosen]


async def test_entities_in_a_list_may_refer_to_other_aggregates(session: InMemorySession) -> None:
    repository = memory()
    line = composite(no=numbers(), product_id=reference(TenantProvider(repository), mean=3))
    orders = aggregate(lines=DependentProvider[Any, Any](children_factory(3), line))
    products = [line["product_id"].value for lines in [(await made(orders, session)).lines for _ in range(4)] for line in lines]
    assert len(products) == 12
    assert set(products) == {state["id"] for state in await stored(repository)} == {1, 2, 3, 4}
