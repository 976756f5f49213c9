"""Money that adds up, what is taken from what is referred to, numbers and unique parts of children: in all ways of making."""

import dataclasses
from typing import Any

import pytest

from ascetic_ddd.faker import (
    Aggregate,
    ConfigurationError,
    ContradictionError,
    Providers,
    children,
    computed,
    generate,
    given,
    lint,
    reference,
    value,
)
from ascetic_ddd.faker.domain.errors import ExhaustedError
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession, InMemorySessionPool
from tests.unit.faker.declaring import orders as domain
from tests.unit.faker.declaring.orders import CustomerProvider, OrderProvider, ProductProvider, Status
from tests.unit.faker.declaring.shop import in_memory


async def stored(provider: Any) -> dict[Any, dict[str, Any]]:
    return {state["id"]: state async for state in provider.repository.find(InMemorySession())}


async def faults(providers: Providers) -> list[str]:
    tables = [await stored(providers[each]) for each in (OrderProvider, CustomerProvider, ProductProvider)]
    return domain.faults(list(tables[0].values()), tables[1], tables[2])


async def planned(count: int = 300, seed: int = 7, batch_size: int = 50) -> Providers:
    providers = Providers(in_memory)
    async for _ in generate(providers[OrderProvider], InMemorySessionPool(), count, batch_size=batch_size, seed=seed):
        pass
    return providers


async def test_orders_of_a_run_hold_together_and_are_those_of_the_seed() -> None:
    providers = await planned()
    assert await faults(providers) == []
    orders = await stored(providers[OrderProvider])
    assert len(orders) == 300
    assert orders == await stored((await planned(batch_size=7))[OrderProvider])
    assert sum(len(order["lines"]) for order in orders.values()) / 300 == pytest.approx(2, abs=0.05)
    times = {(order["created_at"] - domain.START).total_seconds() % 60 for order in orders.values()}
    assert times == {0.0}


async def test_orders_made_one_by_one_hold_together_too(session: InMemorySession) -> None:
    providers = Providers(in_memory)
    orders = providers[OrderProvider]
    made = [await orders.create(session, status=Status.PAID) for _ in range(60)]
    assert {order.status for order in made} == {Status.PAID}
    assert await faults(providers) == []
    assert isinstance(made[0].lines, tuple)
    clone = orders.clone()
    await clone.create(session, lines=4)
    assert await faults(providers) == []


async def test_what_is_told_is_not_computed_and_what_follows_from_it_is(session: InMemorySession) -> None:
    providers = Providers(in_memory)
    customer = await providers[CustomerProvider].create(session, currency="GBP")
    order = await providers[OrderProvider].create(session, customer_id=customer.id.value, lines=[{"quantity": 3}, {}])
    assert order.currency == "GBP"
    assert [line.currency for line in order.lines] == ["GBP", "GBP"]
    assert order.lines[0].quantity == 3
    with pytest.raises(ValueError, match="is not the sum"):
        await providers[OrderProvider].create(session, total=0)


async def test_members_of_enums_and_value_objects_are_told_as_they_are(session: InMemorySession) -> None:
    providers = Providers(in_memory)
    customer = await providers[CustomerProvider].create(session)
    orders = await providers[OrderProvider].create_batch(session, 2, status=Status.PAID, customer_id=customer.id)
    assert [(order.status, order.customer_id) for order in orders] == [(Status.PAID, customer.id)] * 2

    class NoteProvider(Aggregate[Note]):
        id = given()
        order_id = reference(OrderProvider, mean=3)

    note = await providers[NoteProvider].create(session, order_id__status=Status.PLACED)
    state = await stored(providers[OrderProvider])
    assert state[note.order_id]["status"] == "placed"
    again = await providers[NoteProvider].create(session, order_id__status=Status.PLACED)
    assert again.order_id == note.order_id


@dataclasses.dataclass
class Note:
    id: int | None
    order_id: Any


async def test_a_hook_reads_the_state_of_what_is_referred_to(session: InMemorySession) -> None:
    seen: list[Any] = []

    class HookedProvider(OrderProvider):
        currency = value(["XXX"])

        async def do_populate(self, session: Any, specification: Any = None) -> None:
            customer = await self.customer_id.state(session)
            seen.append(customer)
            if not self.currency.is_complete():
                self.currency.set(customer["currency"])
            await super().do_populate(session, specification)

    providers = Providers(in_memory)
    for _ in range(12):
        order = await providers[HookedProvider].create(session, status="paid")
        assert order.currency == seen[-1]["currency"]
    assert len({customer["id"] for customer in seen}) < 12  # made and reused
    seen[0]["currency"] = "changed by its reader"
    assert await faults(providers) == []


async def test_what_was_stored_before_anybody_asked_is_looked_up(session: InMemorySession) -> None:
    earlier = Providers(in_memory)
    customers = await earlier[CustomerProvider].create_batch(session, 3)
    later = Providers(
        lambda model, exporter: (
            earlier._repository_of(CustomerProvider) if model is domain.Customer else in_memory(model, exporter)
        )
    )
    for customer in customers:
        order = await later[OrderProvider].create(session, customer_id=customer.id.value)
        assert order.currency == customer.currency


async def test_children_that_cannot_be_told_apart_are_refused(session: InMemorySession) -> None:
    class FewProvider(OrderProvider):
        lines = children(domain.LineProvider, 3, number="number", unique=["quantity", ("product_id", "price")])

    order = await Providers(in_memory)[FewProvider].create(session)
    assert sorted(line.quantity for line in order.lines) == [1, 2, 3]
    with pytest.raises(
        ExhaustedError, match=r"FewProvider\.lines\.item\[3\]: quantity . is that of another one, and 1,000 draws"
    ):
        await Providers(in_memory)[FewProvider].create(session, lines=4)
    with pytest.raises(ConfigurationError, match=r"quantity 2 is that of another one, and was told"):
        await Providers(in_memory)[FewProvider].create(session, lines=[{"quantity": 2}, {"quantity": 2}])


@dataclasses.dataclass
class Words:
    id: int | None
    tags: frozenset[str]
    notes: list[str]


async def test_plain_children_are_given_as_the_model_declares_them(session: InMemorySession) -> None:
    class WordsProvider(Aggregate[Words]):
        id = given()
        tags = children(value(["a", "b", "c"]), 3, unique=True)
        notes = children(value("word"), low=0, high=2)

    words = await Providers(in_memory)[WordsProvider].create(session)
    assert words.tags == frozenset("abc")
    assert isinstance(words.notes, list)


def declared(**parts: Any) -> Any:
    return lambda: type("BadProvider", (OrderProvider,), {"__module__": __name__, **parts})


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (declared(currency=computed("customer_id.curency")), r"needs 'curency' of CustomerProvider, .* mean 'currency'\?"),
        (declared(currency=computed("customr_id.currency")), r"needs 'customr_id\.currency', but .* mean 'customer_id'\?"),
        (declared(currency=computed("status.x")), r"needs 'status\.x', but BadProvider\.status has no parts"),
        (declared(currency=computed("currency")), "needs 'currency', but there is no such part"),
        (declared(currency=computed(lambda total: "EUR")), r"are tied in a circle"),
        (declared(id=given(), currency=computed("id")), "is given when the object is stored, and not known before"),
    ],
)  # fmt: skip
async def test_what_cannot_be_computed_is_refused_by_its_place(make: Any, words: str, session: InMemorySession) -> None:
    with pytest.raises(ConfigurationError, match=words):
        await Providers(in_memory)[make()].create(session)


def test_a_path_for_no_parameter_is_refused() -> None:
    cls = declared(currency=computed(lambda x: x, y="customer_id.currency"))()
    with pytest.raises(ConfigurationError, match="has no parameter 'y'; it has x"):
        Providers(in_memory)[cls]


async def test_an_error_of_the_function_tells_what_it_was_given(session: InMemorySession) -> None:
    cls = declared(currency=computed(lambda status: status["x"]))()
    with pytest.raises(TypeError) as caught:
        await Providers(in_memory)[cls].create(session, status="paid")
    assert any("BadProvider.currency was computed of {'status': 'paid'}" in note for note in caught.value.__notes__)


async def test_contradictions_between_keywords_are_still_told(session: InMemorySession) -> None:
    with pytest.raises(ContradictionError):
        await Providers(in_memory)[OrderProvider].create_batch(session, 1, {"status": "paid"}, status="placed")


def test_what_is_computed_of_nothing_is_found_by_lint() -> None:
    assert lint(Providers(in_memory)[OrderProvider], 500) == []
    found = {
        each.path: str(each) for each in lint(Providers(in_memory)[declared(currency=computed("customr_id.currency"))()], 500)
    }
    assert "did you mean 'customer_id'?" in found["BadProvider.currency"]
