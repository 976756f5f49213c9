"""What an IDE and a type checker know about a user's providers."""

import re
from pathlib import Path

import pytest
from mypy import api

ROOT = Path(__file__).resolve().parents[2]

CACHE = str(ROOT / ".mypy_cache")  # a cache of its own would cost half a minute

MODEL = """
import dataclasses
from typing import Any

from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.composite_value_provider import CompositeValueProvider
from ascetic_ddd.faker.domain.providers.interfaces import (
    IAggregateProvider, ICompositeValueProvider, IReferenceProvider, IValueProvider,
)
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.seedwork.domain.session.interfaces import ISession


@dataclasses.dataclass
class TenantId:
    value: int | None


@dataclasses.dataclass
class Title:
    value: str


class Tenant:
    def __init__(self, id: TenantId) -> None:
        self.id = id

    def export(self) -> dict[str, Any]:
        return {"id": self.id.value}


class Book:
    def __init__(self, id: int | None, tenant_id: TenantId, title: Title) -> None:
        self.id, self.tenant_id, self.title = id, tenant_id, title

    def export(self) -> dict[str, Any]:
        return {"id": self.id, "tenant_id": self.tenant_id.value, "title": self.title.value}


class TenantProvider(AggregateProvider[dict[str, Any], Tenant]):
    _id_attr = "id"
    id: IValueProvider[int, TenantId]

    def __init__(self) -> None:
        self.id = ValueProvider[int, TenantId]()
        super().__init__(
            repository=InMemoryRepository(agg_exporter=Tenant.export), output_factory=Tenant, output_exporter=Tenant.export
        )


class BookProvider(AggregateProvider[dict[str, Any], Book]):
    _id_attr = "id"
    id: IValueProvider[int, int]
    tenant_id: IReferenceProvider[int, Tenant, TenantId]
    title: IValueProvider[str, Title]

    def __init__(self, tenants: TenantProvider) -> None:
        self.id = ValueProvider[int, int]()
        self.tenant_id = ReferenceProvider[int, Tenant, TenantId](
            distributor=distributor_factory(mean=10), aggregate_provider=tenants
        )
        self.title = ValueProvider[str, Title](input_generator=lambda: "Emma")
        super().__init__(
            repository=InMemoryRepository(agg_exporter=Book.export), output_factory=Book, output_exporter=Book.export
        )
"""

USE = """
async def use(session: ISession, book_provider: BookProvider) -> None:
    reveal_type(await book_provider.create(session))
    reveal_type(await book_provider.title.create(session))
    reveal_type(await book_provider.tenant_id.create(session))
    reveal_type(await book_provider.clone().create(session))
    reveal_type(await book_provider.create_batch(session, 3))
    reveal_type(book_provider.title.get())
    port: IAggregateProvider[dict[str, Any], Book] = book_provider
    title: IValueProvider[str, Title] = ValueProvider[str, Title](input_generator=["a"])
"""

MISUSE = """
async def misuse(session: ISession, book_provider: BookProvider) -> None:
    tenant: Tenant = await book_provider.create(session)  # 1
    book_provider.title.set(5)  # 2
    title: str = await book_provider.title.create(session)  # 3
    await book_provider.create("no session")  # 4
    book_provider.tenant_id = ReferenceProvider[int, Book, TenantId](aggregate_provider=TenantProvider())  # 5
    repository: InMemoryRepository[Book] = InMemoryRepository(agg_exporter=Tenant.export)  # 6
"""


def checked(path: Path, text: str) -> str:
    path.write_text(text, "utf-8")
    out, err, _ = api.run(["--strict", f"--config-file={ROOT / 'pyproject.toml'}", "--cache-dir", CACHE, str(path)])
    assert err == ""
    return out


def test_a_user_knows_the_types_of_what_is_created_and_a_wrong_use_is_an_error(tmp_path: Path) -> None:
    out = checked(tmp_path / "use.py", MODEL + USE + MISUSE)
    text = (MODEL + USE + MISUSE).splitlines()
    revealed = [re.sub(r"\b(?:use|builtins)\.", "", found) for found in re.findall(r'Revealed type is "([^"]+)"', out)]
    assert revealed == ["Book", "Title", "TenantId", "Book", "list[Book]", "str | None"], out
    wrong = sorted({text[int(line) - 1].rpartition("# ")[2] for line in re.findall(r"use\.py:(\d+): error", out)})
    assert wrong == ["1", "2", "3", "4", "5", "6"], out


DECLARED = """
import dataclasses

from ascetic_ddd.faker import Aggregate, Composite, IValueProvider, Providers, given, reference, value
from ascetic_ddd.faker import Aggregat  # 1
from ascetic_ddd.seedwork.domain.session.interfaces import ISession


@dataclasses.dataclass
class Title:
    value: str


@dataclasses.dataclass
class Book:
    id: int | None
    title: Title


class BookProvider(Aggregate[Book]):
    id = given()
    title: IValueProvider[str, Title] = value("sentence", nb_words=3)


class Review(BookProvider):
    title = value(["Good"])


class Other(Aggregate[Book]):
    book_id = reference(BookProvider, skw=2.0)  # 2


async def use(session: ISession, providers: Providers) -> None:
    books = providers[BookProvider]
    reveal_type(books)
    reveal_type(await books.create(session, title="Emma"))
    reveal_type(await books.create_batch(session, 3, title="Emma"))
    reveal_type(await books.title.create(session))
    reveal_type(await providers[Aggregate.of(Book, title=value(["Good"]))].create(session))
    number: int = await books.create(session)  # 3
    books.title.set(5)  # 4
"""


def test_a_user_of_declared_providers_knows_the_types_too(tmp_path: Path) -> None:
    out = checked(tmp_path / "use.py", DECLARED)
    revealed = [re.sub(r"\b(?:use|builtins)\.", "", found) for found in re.findall(r'Revealed type is "([^"]+)"', out)]
    assert revealed == ["BookProvider", "Book", "list[Book]", "Title", "Book"], out
    lines = DECLARED.splitlines()
    wrong = sorted({lines[int(line) - 1].rpartition("# ")[2] for line in re.findall(r"use\.py:(\d+): error", out)})
    assert wrong == ["1", "2", "3", "4"], out


@pytest.mark.parametrize("protocol", ["IValueProvider", "ICompositeValueProvider", "IReferenceProvider", "IAggregateProvider"])
def test_the_protocols_of_the_seed_are_generic(protocol: str) -> None:
    module = __import__("ascetic_ddd.faker.domain.providers.interfaces", fromlist=[protocol])
    assert len(getattr(module, protocol).__parameters__) == (3 if protocol == "IReferenceProvider" else 2)
