"""Where nothing can be rolled back: each test has a tenant of its own, among whose data nobody else's are."""

from typing import Any, TypeVar

from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.kinds import memory_of
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.testing.seeds import listed
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("fresh_tenant",)

A = TypeVar("A")


async def fresh_tenant(session: ISession, tenants: AggregateProvider[Any, A], graphs: Any, **told: Any) -> A:
    """Make a tenant, and have all that refers to one refer to it, from now on.

    Args:
        session: the session it is stored in.
        tenants: makes it.
        graphs: the test's own, from which nothing has been made yet: a provider, or a tuple, list or dict of them.
        told: parts of the tenant.

    Raises:
        ConfigurationError: nothing in the graphs refers to a tenant, or something has been made from them.

    Example::

        tenant = await fresh_tenant(session, library.tenants, library)
        book = await library.books.create(session)  # of that tenant, its author, too
    """
    references = {
        id(each): each
        for graph in listed(graphs)
        for each in graph.walk()
        if isinstance(each, ReferenceProvider) and each.source.aggregate_provider.memory is tenants.memory
    }
    if not references:
        raise ConfigurationError(f"nothing in {graphs!r} refers to {tenants.path}; give the graphs that are wired with it")
    if any(memory.made for graph in listed(graphs) for each in graph.walk() if (memory := memory_of(each)) is not None):
        raise ConfigurationError(f"{tenants.path} and what refers to it have made something already; make graphs for each test")
    for reference in references.values():
        reference.may_create = False
        if not reference.distributor.keeps_values:
            reference.distributor = distributor_factory(mean=1_000_000)
            _ = tenants.memory.population  # listen from the start
    tenants.reset()
    return await tenants.create(session, **told)
