"""A clone shares nothing by accident, whatever leads to a provider."""

import functools
from collections import OrderedDict, defaultdict
from typing import Any, NamedTuple

import pytest

from ascetic_ddd.faker.domain.distributors.o2m.factory import children_factory
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.dependent_provider import DependentProvider
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession
from tests.unit.faker.domain.providers.models import TenantProvider, aggregate, composite, made, numbers, reference, value


class Both(NamedTuple):
    x: Any
    y: Any


class Labelled(list[Any]):
    label = "ours"


@pytest.mark.parametrize(
    "keep",
    [
        lambda x, y: [x, y],
        lambda x, y: (x, [y]),
        Both,
        lambda x, y: {"x": x, "y": {"deep": y}},
        lambda x, y: {x: 1, y: 2},
        lambda x, y: {x, y},
        lambda x, y: frozenset({x, y}),
        lambda x, y: OrderedDict(x=x, y=y),
        lambda x, y: defaultdict(list, x=x, y=y),
        lambda x, y: Labelled([x, y]),
        lambda x, y: [x.get, y.set],
        lambda x, y: functools.partial(print, x, end=y),
        lambda x, y: functools.partial(x.set, y),
    ],
)
def test_what_leads_to_a_part_leads_to_the_clones_own(keep: Any) -> None:
    provider = aggregate(x=numbers(), y=numbers())
    provider.kept = keep(provider.x, provider.y)
    clone = provider.clone()
    assert type(clone.kept) is type(provider.kept)
    assert sorted(map(id, leaves(clone.kept))) == sorted([id(clone.x), id(clone.y)])
    assert sorted(map(id, leaves(provider.kept))) == sorted([id(provider.x), id(provider.y)])
    assert getattr(clone.kept, "label", None) == getattr(provider.kept, "label", None)


def leaves(kept: Any) -> list[Any]:
    if isinstance(kept, dict):
        return [leaf for pair in kept.items() for part in pair for leaf in leaves(part)]
    if isinstance(kept, (list, tuple, set, frozenset)):
        return [leaf for part in kept for leaf in leaves(part)]
    if isinstance(kept, functools.partial):
        return [*leaves(kept.func), *leaves(kept.args), *leaves(kept.keywords)]
    if hasattr(kept, "__self__") and hasattr(kept.__self__, "populate"):
        return [kept.__self__]
    return [kept] if hasattr(kept, "populate") else []


def test_one_container_stays_one_and_may_hold_itself() -> None:
    provider = aggregate(x=numbers())
    kept: list[Any] = [provider.x]
    provider.one = provider.other = kept
    provider.plain = [1, 2, [3]]
    provider.ring = [1]
    provider.ring.append(provider.ring)
    clone = provider.clone()
    assert clone.one is clone.other
    assert clone.one is not kept
    assert clone.plain is provider.plain
    assert clone.ring is provider.ring


async def test_a_provider_that_is_no_part_and_one_of_another_object_are_the_clones_own_too(session: InMemorySession) -> None:
    tenants = TenantProvider()
    provider = aggregate(tenant_id=reference(tenants, mean=2), x=numbers())
    provider._beside, provider._tenants, provider._status = numbers(), tenants, tenants.status
    clone = provider.clone()
    assert clone._beside is not provider._beside
    assert clone._tenants is not tenants
    assert clone._tenants.memory is tenants.memory
    assert clone._status is clone._tenants.status
    assert clone.tenant_id.source.aggregate_provider is tenants
    await made(clone._tenants, session, {"status": "rare"})
    assert tenants.get() == {"id": None, "status": None}


async def test_children_reach_the_object_around_them_and_not_a_copy_of_it(session: InMemorySession) -> None:
    item = composite(no=numbers(), currency=value("?"))

    class Tied(type(item)):  # type: ignore[misc]
        around = numbers()

        async def do_populate(self, session: Any, specification: Any = None) -> None:
            self.currency.set(self.around.get())
            await super().do_populate(session, specification)

    tied = Tied()
    orders = aggregate(currency=value("EUR", "USD", "CHF"), lines=DependentProvider[Any, Any](children_factory(2), tied))
    tied.around = orders.currency
    for lane, currency in ((orders, "EUR"), (orders.clone(), "USD"), (orders.clone().clone(), "CHF"), (orders, "EUR")):
        order = await made(lane, session)
        assert [line["currency"] for line in order.lines] == [currency, currency]


@pytest.mark.parametrize("use", ["get", "set", "populate", "create"])
async def test_code_that_runs_for_a_clone_may_not_use_the_original(session: InMemorySession, use: str) -> None:
    async def hook(provider: Any, session: Any) -> None:
        for target in (head, head.x):
            if use in ("populate", "create"):
                await getattr(target, use)(session)
            elif use == "set":
                target.set({"x": 1} if target is head else 1)
            else:
                getattr(target, use)()

    head = aggregate(x=numbers(), do_populate=hook)
    lane = head.clone()
    with pytest.raises(ConfigurationError, match=r"AggProvider.* is of the provider that was cloned"):
        await lane.create(session)
    assert head.get() == {"id": None, "x": None}


async def test_a_hook_may_use_a_clone_that_it_makes(session: InMemorySession) -> None:
    async def hook(provider: Any, session: Any) -> None:
        if provider.x.get() is None and not seen:
            seen.append(provider)
            other = provider.clone()
            await made(other, session, {"x": 70})
            assert other.x.get() == 70

    seen: list[Any] = []
    provider = aggregate(x=numbers(), do_populate=hook)
    for lane in (provider, provider.clone()):
        seen.clear()
        assert (await made(lane, session)).x in (0, 1)
