"""Parts told by keywords: the same as the nested dict, resolved through parts and references; what is not there is refused."""

from typing import Any

import pytest

from ascetic_ddd.faker.domain.errors import ConfigurationError, ContradictionError
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession
from examples.library.domain import BookTitle
from examples.library.providers import AuthorProvider, BookProvider, TenantProvider, export
from tests.unit.faker.domain.providers.models import AnyAggregateProvider, BoomError, aggregate, rolled_back, value


def library() -> AnyAggregateProvider:
    tenants = TenantProvider(InMemoryRepository(agg_exporter=export))
    authors = AuthorProvider(InMemoryRepository(agg_exporter=export), tenants)
    return BookProvider(InMemoryRepository(agg_exporter=export), tenants, authors)


def state(book: Any) -> dict[str, Any]:
    return export(book)


@pytest.fixture
def books() -> AnyAggregateProvider:
    return library()


async def test_keywords_tell_what_the_nested_dict_tells(books: AnyAggregateProvider, session: InMemorySession) -> None:
    book = await books.create(session, title="Emma", author_id__name="Jane Austen", id__tenant_id__name="Acme")
    other = library()
    other.set({"title": "Emma", "author_id": {"name": "Jane Austen"}, "id": {"tenant_id": {"name": "Acme"}}})
    assert state(book) == state(await other.create(session))


async def test_parts_of_the_id_of_what_is_referred_to_need_no_id(books: AnyAggregateProvider, session: InMemorySession) -> None:
    first = await books.create(session, title="Emma")
    tenant = state(first)["id"]["tenant_id"]
    book = await books.create(session, author_id__tenant_id=tenant, author_id__name="Jane Austen")
    assert state(book)["author_id"]["tenant_id"] == tenant
    again = await books.create(session, author_id__tenant_id__id=tenant, author_id__name="Jane Austen")
    assert state(again)["author_id"] == state(book)["author_id"]


async def test_keywords_begin_another_object_where_one_is_made_and_none_where_one_is_begun(
    books: AnyAggregateProvider, session: InMemorySession
) -> None:
    one = await books.create(session, title="Emma")
    assert await books.create(session) is one
    other = await books.create(session, title="Emma")
    assert state(other)["id"] != state(one)["id"]
    books.reset()
    books.set({"author_id": {"name": "Jane Austen"}})
    both = await books.create(session, title="Persuasion")
    assert state(both)["title"] == "Persuasion"
    assert state(both)["author_id"] != state(other)["author_id"]


async def test_what_failed_or_was_rolled_back_is_forgotten_by_the_next_keywords(session: InMemorySession) -> None:
    def titled(title: str) -> BookTitle:
        if not title:
            raise BoomError
        return BookTitle(title)

    books: Any = library()
    books.title = ValueProvider[Any, Any](output_factory=titled, input_generator=lambda: "drawn")
    with pytest.raises(BoomError):
        await books.create(session, title="", author_id__name="Jane Austen")
    assert state(await books.create(session, title="Emma"))["title"] == "Emma"
    async with rolled_back(session):
        await books.create(session, title="Emma")
    assert state(await books.create(session, title="Persuasion"))["title"] == "Persuasion"


async def test_a_batch_is_told_keywords_beside_its_inputs(books: AnyAggregateProvider, session: InMemorySession) -> None:
    made = await books.create_batch(session, 3, title="Emma", author_id__name="Jane Austen")
    assert [state(book)["title"] for book in made] == ["Emma"] * 3
    made = await books.create_batch(session, input=[{"title": "Emma"}, None], author_id__name="Jane Austen")
    assert state(made[0])["title"] == "Emma"
    assert len({str(state(book)["author_id"]) for book in made}) == 1


async def test_an_object_is_built_of_keywords_and_stored_later(books: AnyAggregateProvider, session: InMemorySession) -> None:
    book = await books.build(session, title="Emma")
    assert await books.create(session) is book


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"titel": 1}, r"titel=1: \w+ has no part 'titel'; it has author_id, id, title; did you mean 'title'\?"),
        (
            {"author__name": 1},
            r"author__name=1: \w+ has no part 'author'; it has author_id, id, title; did you mean 'author_id'\?",
        ),
        ({"author_id__nam": 1}, r"author_id__nam=1: \w+ has no part 'nam'; it has .*; did you mean 'name'\?"),
        ({"title__x": 1}, r"title__x=1: \w+\.title has no part 'x'; it has none"),
        ({"tenant_id": 1}, r"has no part 'tenant_id'; it has author_id, id, title"),
    ],
)
async def test_a_name_that_is_not_there_is_refused_with_what_is(
    told: dict[str, Any], words: str, books: AnyAggregateProvider, session: InMemorySession
) -> None:
    with pytest.raises(ConfigurationError, match=words):
        await books.create(session, **told)


async def test_a_part_that_is_told_twice_is_refused_unless_it_is_the_same(
    books: AnyAggregateProvider, session: InMemorySession
) -> None:
    with pytest.raises(ContradictionError, match=r"title cannot be both 'Emma' and 'Persuasion'"):
        await books.create_batch(session, 1, {"title": "Emma"}, title="Persuasion")
    with pytest.raises(ContradictionError, match="cannot be both"):
        await books.create(session, author_id={"name": "Jane Austen"}, author_id__name="Mary Shelley")
    await books.create_batch(session, 1, {"title": "Emma"}, title="Emma")


async def test_the_longest_name_that_fits_is_meant(session: InMemorySession) -> None:
    made = await aggregate(a=value(1), a__b=value(2)).create(session, a__b=5)
    assert (made.a, made.a__b) == (1, 5)
