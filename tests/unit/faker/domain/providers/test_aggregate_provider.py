"""An aggregate is made once, stored once, and heard of by whoever refers to it."""

from typing import Any

import pytest

from ascetic_ddd.faker.domain.errors import ConfigurationError, PersistenceError, UnsatisfiableError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.domain.specification.equality import EqualSpecification
from ascetic_ddd.faker.domain.specification.predicate import PredicateSpecification
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession
from tests.unit.faker.domain.providers.models import (
    Agg,
    AuthorProvider,
    BoomError,
    TenantId,
    TenantProvider,
    aggregate,
    composite,
    made,
    made_in_transaction,
    memory,
    numbers,
    reference,
    stored,
    value,
)


class Inserting:
    """The least a repository can be: it gives ids, and tells nobody."""

    def __init__(self) -> None:
        self.aggs: list[Any] = []

    async def insert(self, session: Any, agg: Any) -> None:
        self.aggs.append(agg)
        if isinstance(agg.id, TenantId):
            agg.id.value = len(self.aggs)
        else:
            agg.id = len(self.aggs)


async def test_life_of_one_aggregate(session: InMemorySession) -> None:
    repository = memory()
    provider = aggregate(repository, number=numbers())
    assert provider.is_transient()
    assert not provider.is_complete()
    await provider.populate(session)
    assert provider.is_complete()
    assert provider.get() == {"id": None, "number": 0}
    assert await stored(repository) == []
    agg = await provider.create(session)
    assert await provider.create(session) is agg
    assert await stored(repository) == [{"id": 1, "number": 0}]
    assert provider.get() == {"id": 1, "number": 0}
    assert not provider.is_transient()
    provider.reset()
    assert provider.get() == {"id": None, "number": None}
    assert (await provider.create(session)).export() == {"id": 2, "number": 1}  # not populated before: create does it


async def test_a_partly_told_aggregate_draws_the_rest(session: InMemorySession) -> None:
    provider = aggregate(number=numbers(), name=value("a", "b"))
    provider.set({"number": 7})
    provider.set({"name": "z"})
    assert (await made_on(provider, session)).export() == {"id": 1, "number": 7, "name": "z"}
    assert (await made(provider, session)).export() == {"id": 2, "number": 0, "name": "a"}


async def made_on(provider: Any, session: InMemorySession) -> Any:
    await provider.populate(session)
    return await provider.create(session)


async def test_an_id_that_the_database_would_give_may_be_told(session: InMemorySession) -> None:
    repository = memory()
    provider = TenantProvider(repository)
    assert (await made(provider, session, {"id": 41})).id.value == 41
    assert (await made(provider, session)).id.value == 1
    assert [state["id"] for state in await stored(repository)] == [41, 1]


def test_an_aggregate_cannot_be_told_none() -> None:
    with pytest.raises(ConfigurationError, match=r"^AggProvider was told None; an aggregate cannot be null"):
        aggregate().set(None)


def test_an_unknown_attribute_is_named() -> None:
    with pytest.raises(
        ConfigurationError, match=r"^AggProvider was told 'titel'='x', but has no such attribute; it has id, title"
    ):
        aggregate(title=value("a")).set({"titel": "x"})


def test_an_aggregate_without_id_attr_says_what_to_write() -> None:
    class BookProvider(AggregateProvider[Any, Any]):
        id: ValueProvider[int, int]

        def __init__(self) -> None:
            self.id = ValueProvider[int, int]()
            super().__init__(memory(), Agg, Agg.export)

    with pytest.raises(ConfigurationError, match=r"BookProvider has no _id_attr; .*_id_attr = 'id'"):
        BookProvider()


def test_an_id_attr_that_names_no_part_is_an_error_every_time() -> None:
    class BookProvider(AggregateProvider[Any, Any]):
        _id_attr = "isbn"
        id: ValueProvider[int, int]

        def __init__(self) -> None:
            self.id = ValueProvider[int, int]()
            super().__init__(memory(), Agg, Agg.export)

    provider = BookProvider()
    for _ in range(2):
        with pytest.raises(
            ConfigurationError, match="BookProvider has _id_attr = 'isbn', but no annotated provider of that name"
        ):
            provider.reset()


def test_an_aggregate_without_exporter_or_repository_says_what_is_missing() -> None:
    class BookProvider(AggregateProvider[Any, Any]):
        _id_attr = "id"
        id: ValueProvider[int, int]

        def __init__(self, repository: Any, exporter: Any) -> None:
            self.id = ValueProvider[int, int]()
            super().__init__(repository, Agg, exporter)

    with pytest.raises(ConfigurationError, match="BookProvider has no output_exporter"):
        BookProvider(memory(), None)
    with pytest.raises(ConfigurationError, match=r"BookProvider: repository=5 has no insert\(session, aggregate\)"):
        BookProvider(5, Agg.export)


@pytest.mark.parametrize("exported", [None, {"name": "no id"}, 5])
async def test_an_exporter_without_the_id_is_named(session: InMemorySession, exported: Any) -> None:
    class BookProvider(AggregateProvider[Any, Any]):
        _id_attr = "id"
        id: ValueProvider[int, int]

        def __init__(self) -> None:
            self.id = ValueProvider[int, int]()
            super().__init__(Inserting(), Agg, lambda agg: exported)

    with pytest.raises(ConfigurationError, match=r"BookProvider: output_exporter gave .*; expected a dict with the key 'id'"):
        await made(BookProvider(), session)


@pytest.mark.parametrize("id_provider", [ValueProvider[int, int](), composite(no=ValueProvider[int, int](), of=value(7))])
async def test_a_repository_that_leaves_the_id_incomplete_is_an_error(session: InMemorySession, id_provider: Any) -> None:
    class Forgetful:
        async def insert(self, session: Any, agg: Any) -> None:
            pass

    with pytest.raises(PersistenceError, match=r"^AggProvider: Forgetful\.insert left the id .*None.* incomplete"):
        await made(aggregate(Forgetful(), id=id_provider), session)


async def test_a_plain_class_with_only_insert_is_enough_for_references_too(session: InMemorySession) -> None:
    repository = Inserting()
    tenants = TenantProvider(repository)
    authors = AuthorProvider(tenants, mean=3)
    for _ in range(6):
        await made(authors, session)
    assert len(repository.aggs) == 2


async def test_the_factory_may_be_async(session: InMemorySession) -> None:
    async def factory(**parts: Any) -> Agg:
        return Agg(**parts)

    assert (await made(aggregate(output_factory=factory, number=numbers()), session)).export() == {"id": 1, "number": 0}


async def test_an_overridden_create_is_called_for_references_too(session: InMemorySession) -> None:
    class Marked(TenantProvider):
        async def create(self, session: Any, **told: Any) -> Agg:
            tenant = await super().create(session, **told)
            tenant.mark = "seen"
            seen.append(tenant)
            return tenant

    seen: list[Any] = []
    await made(AuthorProvider(Marked()), session)
    assert [tenant.mark for tenant in seen] == ["seen"]


async def test_do_populate_ties_parts_of_different_depth_together(session: InMemorySession) -> None:
    async def tie(self: Any, session: Any) -> None:
        await self.id.populate(session)
        self.author_id.set({"tenant_id": self.id.tenant_id.get()})

    tenants = TenantProvider()
    authors = AuthorProvider(tenants, mean=2)
    books = aggregate(
        id=composite(tenant_id=reference(tenants, mean=5), book_id=ValueProvider[int, int]()),
        author_id=reference(authors, mean=2),
        do_populate=tie,
        output_factory=lambda id, author_id: Agg(BookId(**id), author_id=author_id),
    )
    found = [(await made(books, session)).export() for _ in range(40)]
    assert {book["author_id"]["tenant_id"] == book["id"]["tenant_id"] for book in found} == {True}
    assert len({book["id"]["tenant_id"] for book in found}) == 8


class BookId:
    def __init__(self, tenant_id: Any, book_id: int | None) -> None:
        self.tenant_id, self.book_id = tenant_id, book_id

    @property
    def value(self) -> dict[str, Any]:
        return {"tenant_id": self.tenant_id.value, "book_id": self.book_id}


async def test_an_explicit_create_is_heard_by_references(session: InMemorySession) -> None:
    tenants = TenantProvider()
    authors = AuthorProvider(tenants, mean=50)
    tenant = await made(tenants, session)
    assert (await made(authors, session)).id.tenant_id == tenant.id


async def test_what_the_repository_stores_directly_is_heard_by_references(session: InMemorySession) -> None:
    repository = memory()
    authors = AuthorProvider(TenantProvider(repository), mean=50)
    tenant = Agg(7, status="active")
    await repository.insert(session, tenant)
    assert (await made(authors, session)).export()["id"]["tenant_id"] == 7


async def test_an_update_moves_a_value_between_scopes(session: InMemorySession) -> None:
    repository = memory()
    authors = AuthorProvider(TenantProvider(repository, status=("new",)), mean=50)
    tenant = Agg(7, status="active")
    await repository.insert(session, tenant)
    wanted = {"id": {"tenant_id": {"status": "active"}}}
    assert (await made(authors, session, wanted)).id.tenant_id.value == 7
    tenant.status = "blocked"
    async with session.atomic():
        await repository.update(session, tenant)
        assert (await made(authors, session, wanted)).id.tenant_id.value != 7
        assert (await made(authors, session, {"id": {"tenant_id": {"status": "blocked"}}})).id.tenant_id.value == 7


async def test_an_update_that_rolls_back_moves_nothing(session: InMemorySession) -> None:
    repository = memory()
    authors = AuthorProvider(TenantProvider(repository), mean=50)
    tenant = Agg(7, status="active")
    await repository.insert(session, tenant)
    wanted = {"id": {"tenant_id": {"status": "active"}}}
    await made(authors, session, wanted)
    tenant.status = "blocked"

    async def update_and_fail() -> None:
        async with session.atomic():
            await repository.update(session, tenant)
            raise BoomError

    with pytest.raises(BoomError):
        await update_and_fail()
    assert (await made(authors, session, wanted)).id.tenant_id.value == 7


async def test_an_aggregate_is_made_to_fit_a_predicate_and_misfits_leave_nothing_behind(session: InMemorySession) -> None:
    tenant_repository, repository = memory(), memory()
    tenants = TenantProvider(tenant_repository)
    provider = aggregate(repository, tenant_id=reference(tenants), number=numbers())
    await provider.populate(session, PredicateSpecification(lambda state: state["number"] >= 5))
    agg = await provider.create(session)
    assert agg.number == 5
    assert await provider.create(session) is agg
    assert [state["number"] for state in await stored(repository)] == [5]
    assert len(await stored(tenant_repository)) == 1


async def test_told_parts_stay_while_an_aggregate_is_made_to_fit(session: InMemorySession) -> None:
    provider = aggregate(name=value("a"), number=numbers())
    provider.set({"name": "told"})
    await provider.populate(session, PredicateSpecification(lambda state: state["number"] % 3 == 2))
    assert (await provider.create(session)).export() == {"id": 1, "name": "told", "number": 2}


async def test_a_predicate_that_nothing_fits_says_so_and_the_provider_goes_on(session: InMemorySession) -> None:
    repository = memory()
    provider = aggregate(repository, number=numbers())
    await provider.populate(session, PredicateSpecification(lambda state: False))
    with pytest.raises(UnsatisfiableError, match=r"^AggProvider: none of 100 aggregates satisfies"):
        await provider.create(session)
    assert await stored(repository) == []
    assert (await made(provider, session)).number >= 100
    assert len(await stored(repository)) == 1


async def test_an_equality_specification_is_told(session: InMemorySession) -> None:
    provider = aggregate(number=numbers())
    await provider.populate(session, EqualSpecification({"number": 7}))
    assert (await provider.create(session)).number == 7


async def test_an_equality_specification_reaches_parts_of_the_id_as_a_reference_would(session: InMemorySession) -> None:
    tenants = TenantProvider()
    await made(tenants, session, {"id": 7})
    authors = AuthorProvider(tenants, mean=5)
    await authors.populate(session, EqualSpecification({"tenant_id": 7}))
    assert (await authors.create(session)).id.tenant_id.value == 7


async def test_create_batch_makes_that_many_each_told_the_same(session: InMemorySession) -> None:
    repository = memory()
    provider = aggregate(repository, name=value("a"), number=numbers())
    batch = await provider.create_batch(session, 3, {"name": "told"})
    assert [agg.export() for agg in batch] == await stored(repository)
    assert [(agg.name, agg.number) for agg in batch] == [("told", 0), ("told", 1), ("told", 2)]
    assert await provider.create_batch(session, 0) == []


async def test_setup_and_cleanup_reach_every_repository_once(session: InMemorySession) -> None:
    calls: list[str] = []

    class Noting:
        def __init__(self, name: str) -> None:
            self.name = name

        async def insert(self, session: Any, agg: Any) -> None: ...

        async def setup(self, session: Any) -> None:
            calls.append(f"+{self.name}")

        async def cleanup(self, session: Any) -> None:
            calls.append(f"-{self.name}")

    tenants = TenantProvider(Noting("tenants"))
    authors = AuthorProvider(tenants, Noting("authors"))
    books = aggregate(
        Noting("books"), tenant_id=reference(tenants), author_id=reference(authors), made=reference(aggregate(Inserting()))
    )
    await books.setup(session)
    await books.cleanup(session)
    assert sorted(calls[:3]) == ["+authors", "+books", "+tenants"]
    assert [call[1:] for call in calls[3:]] == [call[1:] for call in reversed(calls[:3])]


async def test_a_clone_makes_other_objects_for_the_same_store() -> None:
    repository = memory()
    provider = aggregate(repository, number=numbers())
    lane = provider.clone()
    first = await made_in_transaction(provider)
    second = await made_in_transaction(lane, {"number": 9})
    assert provider.get() == {"id": 1, "number": 0}
    assert await stored(repository) == [first.export(), second.export()] == [{"id": 1, "number": 0}, {"id": 2, "number": 9}]


async def test_a_do_populate_that_forgets_its_super_still_gives_complete_parts(session: InMemorySession) -> None:
    class Forgetful(TenantProvider):
        async def do_populate(self, session: Any, specification: Any = None) -> None:
            pass

    assert (await made(Forgetful(), session)).status == "blocked"
