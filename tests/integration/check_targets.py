"""Targets for the command ``check``: authors, whose tenants nobody tells."""

from ascetic_ddd.faker.application.runs.target import Target
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from examples.library.wiring import make_book_provider

__all__ = ("asked_otherwise", "authors")


def authors() -> Target:
    """As the example has it."""
    return Target(make_book_provider().author_id.source.aggregate_provider)  # type: ignore[attr-defined]


def asked_otherwise() -> Target:
    """The same stores, and another law."""
    target = authors()
    target.provider.id.tenant_id.distributor = distributor_factory(mean=3)  # type: ignore[attr-defined]
    return target
