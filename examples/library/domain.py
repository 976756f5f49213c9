"""The application's domain model: three aggregates with value objects, and nothing about fake data."""

import dataclasses
from typing import Any

__all__ = (
    "Author",
    "AuthorId",
    "AuthorName",
    "Book",
    "BookId",
    "BookTitle",
    "InternalAuthorId",
    "InternalBookId",
    "Tenant",
    "TenantId",
    "TenantName",
)


@dataclasses.dataclass()
class TenantId:
    value: int | None


@dataclasses.dataclass()
class TenantName:
    value: str


class Tenant:
    """A customer of the application; everything else belongs to one."""

    def __init__(self, id: TenantId, name: TenantName) -> None:
        self._id = id
        self._name = name

    def export(self, exporter: dict[str, Any]) -> None:
        """Write the state into a dict."""
        exporter["id"] = self._id.value
        exporter["name"] = self._name.value


@dataclasses.dataclass()
class InternalAuthorId:
    value: int | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class AuthorId:
    tenant_id: TenantId
    author_id: InternalAuthorId

    @property
    def value(self) -> dict[str, int | None]:
        """The parts as plain data."""
        return {"tenant_id": self.tenant_id.value, "author_id": self.author_id.value}


@dataclasses.dataclass()
class AuthorName:
    value: str


class Author:
    """An author, known to one tenant."""

    def __init__(self, id: AuthorId, name: AuthorName) -> None:
        self._id = id
        self._name = name

    def export(self, exporter: dict[str, Any]) -> None:
        """Write the state into a dict."""
        exporter["id"] = self._id.value
        exporter["name"] = self._name.value


@dataclasses.dataclass()
class InternalBookId:
    value: int | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class BookId:
    tenant_id: TenantId
    book_id: InternalBookId

    @property
    def value(self) -> dict[str, int | None]:
        """The parts as plain data."""
        return {"tenant_id": self.tenant_id.value, "book_id": self.book_id.value}


@dataclasses.dataclass()
class BookTitle:
    value: str

    def __post_init__(self) -> None:
        if not self.value:
            raise ValueError("a book has a title")


class Book:
    """A book of a tenant; its author is of the same tenant."""

    def __init__(self, id: BookId, author_id: AuthorId, title: BookTitle) -> None:
        if id.tenant_id != author_id.tenant_id:
            raise ValueError(f"book of {id.tenant_id} by an author of {author_id.tenant_id}")
        self._id = id
        self._author_id = author_id
        self._title = title

    def export(self, exporter: dict[str, Any]) -> None:
        """Write the state into a dict."""
        exporter["id"] = self._id.value
        exporter["author_id"] = self._author_id.value
        exporter["title"] = self._title.value
