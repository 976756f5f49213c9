"""One has many: entities inside the parent, or aggregates stored after it."""

from collections import Counter
from typing import Any

import pytest

from ascetic_ddd.faker.domain.distributors.o2m.factory import children_factory
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.dependent_provider import DependentProvider
from ascetic_ddd.faker.domain.providers.entity_provider import EntityProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession
from tests.unit.faker.domain.providers.models import (
    Agg,
    BoomError,
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


class LineProvider(EntityProvider[dict[str, Any], dict[str, Any]]):
    _id_attr = "no"
    no: ValueProvider[int, int]
    kind: ValueProvider[str, str]

    def __init__(self) -> None:
        self.no = numbers()
        self.kind = value("plain")
        super().__init__(output_factory=dict)


def orders_with_lines(children: Any = 3, repository: Any = None, **options: Any) -> Any:
    lines = DependentProvider[Any, Any](children_factory(children), LineProvider(), **options)
    return aggregate(repository, class_name="OrderProvider", lines=lines)


def orders_with_shipments(shipments: Any, children: int = 2, **options: Any) -> Any:
    """Shipments are aggregates of their own and refer to their order."""
    found: list[Any] = []
    provider = aggregate(
        shipments,
        class_name="ShipmentProvider",
        order_id=reference(lambda: found[0], mean=2),
        number=numbers(),
        **options.pop("parts", {}),
    )
    dependents = DependentProvider[Any, Any](children_factory(children), provider, reference="order_id", **options)
    found.append(aggregate(class_name="OrderProvider", total=numbers(), shipments=dependents))
    return found[0]


async def test_entities_inside_are_a_list_for_the_parents_factory(session: InMemorySession) -> None:
    repository = memory()
    orders = orders_with_lines(3, repository)
    await made(orders, session)
    order = await made(orders, session)
    assert order.lines == [{"no": no, "kind": "plain"} for no in (3, 4, 5)]
    assert [len(state["lines"]) for state in await stored(repository)] == [3, 3]


async def test_life_of_one_list(session: InMemorySession) -> None:
    provider = DependentProvider[Any, Any](children_factory(2), LineProvider())
    assert (provider.get(), provider.is_complete(), provider.is_transient()) == (None, False, False)
    await provider.populate(session)
    assert provider.get() == [{"no": 0, "kind": "plain"}, {"no": 1, "kind": "plain"}]
    first = await provider.create(session)
    assert await provider.create(session) is first
    assert len(first) == 2
    provider.reset()
    assert (provider.get(), provider.is_complete()) == (None, False)
    assert [line["no"] for line in await provider.create(session)] == [2, 3]


async def test_children_of_one_parent_are_different_objects(session: InMemorySession) -> None:
    lines = (await made(orders_with_lines(), session)).lines
    assert len({id(line) for line in lines}) == 3
    assert len({line["no"] for line in lines}) == 3


@pytest.mark.parametrize("count", [0, 1, 5])
async def test_a_told_number_is_kept(session: InMemorySession, count: int) -> None:
    assert len((await made(orders_with_lines(), session, {"lines": count})).lines) == count


async def test_a_told_list_tells_each_child_a_part(session: InMemorySession) -> None:
    order = await made(orders_with_lines(), session, {"lines": [{"kind": "a"}, {}, {"no": 9}]})
    assert order.lines == [{"no": 0, "kind": "a"}, {"no": 1, "kind": "plain"}, {"no": 9, "kind": "plain"}]


async def test_told_none_is_no_child(session: InMemorySession) -> None:
    assert (await made(orders_with_lines(), session, {"lines": None})).lines == []


@pytest.mark.parametrize("input", [-1, True, "two", 1.5, {"no": 1}])
def test_anything_else_told_is_an_error(input: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"^OrderProvider\.lines was told .*expected a number of children, or a list"):
        orders_with_lines().set({"lines": input})


def test_an_unknown_attribute_of_a_child_is_named_with_its_place() -> None:
    orders = orders_with_lines()
    orders.set({"lines": [{}, {"kind": "a"}, {"color": "red"}]})
    with pytest.raises(ConfigurationError, match=r"^OrderProvider\.lines\.item\[2\] was told 'color'='red'"):
        run(orders.populate(InMemorySession()))


def run(coroutine: Any) -> None:
    with pytest.raises(StopIteration):
        coroutine.send(None)


async def test_templates_keep_their_shares(session: InMemorySession) -> None:
    templates = [(0.7, {"kind": "goods"}), (0.3, {"kind": "service"})]
    orders = orders_with_lines(8, templates=templates)
    lists = [(await made(orders, session)).lines for _ in range(80)]
    kinds = Counter(line["kind"] for lines in lists for line in lines)
    assert kinds.keys() == {"goods", "service"}
    assert abs(kinds["service"] - 192) <= 2


async def test_a_told_child_follows_no_template(session: InMemorySession) -> None:
    orders = orders_with_lines(templates=[(1.0, {"kind": "goods"})])
    order = await made(orders, session, {"lines": [{"no": 1}, None]})
    assert [line["kind"] for line in order.lines] == ["plain", "goods"]


@pytest.mark.parametrize("templates", [[0.7], [(0.7,)], [(0.7, 5)], [(-1.0, {})]])
def test_templates_that_are_no_pairs_are_refused(templates: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"templates=|weights\[0\]"):
        orders_with_lines(templates=templates)


async def test_aggregates_are_stored_with_their_parents_id(session: InMemorySession) -> None:
    shipments = memory()
    orders = orders_with_shipments(shipments)
    ids = [(await made(orders, session)).id for _ in range(3)]
    assert [state["order_id"] for state in await stored(shipments)] == [ids[0]] * 2 + [ids[1]] * 2 + [ids[2]] * 2


async def test_the_parents_factory_does_not_see_stored_children(session: InMemorySession) -> None:
    assert (await made(orders_with_shipments(memory()), session)).export() == {"id": 1, "total": 0}


async def test_stored_children_are_told_by_number_or_list(session: InMemorySession) -> None:
    shipments = memory()
    orders = orders_with_shipments(shipments)
    await made(orders, session, {"shipments": 1})
    await made(orders, session, {"shipments": [{"number": 70}, {"number": 80}]})
    await made(orders, session, {"shipments": 0})
    assert [(state["order_id"], state["number"]) for state in await stored(shipments)] == [(1, 0), (2, 70), (2, 80)]


async def test_stored_children_follow_templates(session: InMemorySession) -> None:
    shipments = memory()
    await made(orders_with_shipments(shipments, templates=[(1.0, {"number": 5})]), session)
    assert [state["number"] for state in await stored(shipments)] == [5, 5]


async def test_a_dotted_reference_leads_into_a_composite_id(session: InMemorySession) -> None:
    class Key:
        def __init__(self, order_id: Any, no: int) -> None:
            self.value = {"order_id": order_id.value, "no": no}

    found: list[Any] = []
    repository = memory()
    lines = aggregate(
        repository,
        class_name="LineProvider",
        id=composite(order_id=reference(lambda: found[0], mean=2), no=numbers(), output_factory=Key),
    )
    dependents = DependentProvider[Any, Any](children_factory(2), lines, reference="id.order_id")
    found.append(aggregate(class_name="OrderProvider", id=TenantProvider().id, lines=dependents))
    await made(found[0], session)
    await made(found[0], session, {"id": 7})
    assert [state["id"] for state in await stored(repository)] == [
        {"order_id": 1, "no": 0},
        {"order_id": 1, "no": 1},
        {"order_id": 7, "no": 2},
        {"order_id": 7, "no": 3},
    ]


async def test_dependents_nest(session: InMemorySession) -> None:
    boxes = DependentProvider[Any, Any](children_factory(2), LineProvider())
    pallets = DependentProvider[Any, Any](
        children_factory(3), composite(no=numbers(), boxes=boxes, output_factory=lambda no, boxes: (no, len(boxes)))
    )
    truck = await made(aggregate(pallets=pallets), session)
    assert truck.pallets == [(0, 2), (1, 2), (2, 2)]


async def test_stored_dependents_nest(session: InMemorySession) -> None:
    regions, cities = memory(), memory()
    found: dict[str, Any] = {}
    found["city"] = aggregate(cities, region_id=reference(lambda: found["region"]))
    city_dependents = DependentProvider[Any, Any](children_factory(2), found["city"], reference="region_id")
    found["region"] = aggregate(regions, country_id=reference(lambda: found["country"]), cities=city_dependents)
    region_dependents = DependentProvider[Any, Any](children_factory(3), found["region"], reference="country_id")
    found["country"] = aggregate(regions=region_dependents)
    await made(found["country"], session)
    assert [state["country_id"] for state in await stored(regions)] == [1, 1, 1]
    assert [state["region_id"] for state in await stored(cities)] == [1, 1, 2, 2, 3, 3]


async def test_a_dependent_aggregate_is_heard_by_references(session: InMemorySession) -> None:
    shipments = memory()
    orders = orders_with_shipments(shipments)
    claims = aggregate(shipment_id=reference(orders.shipments.provider, mean=2))
    await made(orders, session)
    used = {(await made(claims, session)).shipment_id for _ in range(4)}
    assert used == {1, 2}
    assert len(await stored(shipments)) == 2


async def test_a_told_list_does_not_stay_for_the_next_object(session: InMemorySession) -> None:
    orders = orders_with_lines()
    await made(orders, session, {"lines": [{"kind": "told"}] * 5})
    assert [line["kind"] for line in (await made(orders, session)).lines] == ["plain"] * 3


async def test_a_failing_child_takes_its_parent_with_it(session: InMemorySession) -> None:
    class Failing:
        def __init__(self) -> None:
            self.inner = memory()
            self.left = 1

        async def insert(self, session: Any, agg: Any) -> None:
            if self.left == 0:
                self.left = 99
                raise BoomError
            self.left -= 1
            await self.inner.insert(session, agg)

    shipments = Failing()
    orders = orders_with_shipments(shipments)

    async def in_transaction() -> None:
        async with session.atomic():
            await made(orders, session)

    with pytest.raises(BoomError):
        await in_transaction()
    assert await stored(orders.repository) == []
    await in_transaction()
    order_ids = [state["id"] for state in await stored(orders.repository)]
    assert [state["order_id"] for state in await stored(shipments.inner)] == order_ids * 2


async def test_a_clone_has_children_of_its_own(session: InMemorySession) -> None:
    orders = orders_with_lines()
    orders.set({"lines": [{"kind": "told"}]})
    clone = orders.clone()
    assert [line["kind"] for line in (await made(clone, session)).lines] == ["plain"] * 3
    assert [line["kind"] for line in (await orders.create(session)).lines] == ["told"]


async def test_an_overridden_populate_is_called_and_its_super_completes(session: InMemorySession) -> None:
    class AtLeastOne(DependentProvider[Any, Any]):
        async def populate(self, session: Any, specification: Any = None) -> None:
            await super().populate(session)
            if not self.get():
                self.set(1)
                await super().populate(session)

    assert [line["no"] for line in await made(AtLeastOne(children_factory(2), LineProvider()), session)] == [0, 1]
    orders = aggregate(lines=AtLeastOne(children_factory(0), LineProvider()))
    assert [line["no"] for line in (await made(orders, session)).lines] == [0]


@pytest.mark.parametrize(
    ("provider", "reference", "message"),
    [
        (LineProvider(), "order_id", "LineProvider provides no aggregates; leave it out"),
        (TenantProvider(), None, "TenantProvider provides aggregates; name the one that refers to their parent"),
    ],
)
def test_the_reference_is_for_aggregates_only(provider: Any, reference: Any, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        DependentProvider[Any, Any](children_factory(1), provider, reference=reference)


async def test_a_wrong_reference_is_an_error_that_says_what_there_is(session: InMemorySession) -> None:
    dependents = DependentProvider[Any, Any](children_factory(1), TenantProvider(), reference="order_id")
    with pytest.raises(ConfigurationError, match="TenantProvider was told 'order_id'=1, but has no such attribute"):
        await made(aggregate(tenants=dependents), session)


async def test_numbers_of_children_that_were_rolled_back_are_drawn_again() -> None:
    async def grown(with_rollback: bool) -> list[int]:
        orders = aggregate(
            lines=DependentProvider[Any, Any](children_factory(low=0, high=9), LineProvider()),
        ).seed(5)
        session = InMemorySession()
        if with_rollback:
            async with rolled_back(session):
                await made(orders, session)
        return [len((await made(orders, session)).lines) for _ in range(20)]

    assert await grown(with_rollback=True) == await grown(with_rollback=False)


async def test_a_parent_with_an_id_object_tells_its_exported_id(session: InMemorySession) -> None:
    repository = memory()
    children = aggregate(repository, tenant_id=reference(TenantProvider(), mean=2))

    class ParentProvider(TenantProvider):
        children: DependentProvider[Any, Any]

        def __init__(self) -> None:
            self.children = DependentProvider(children_factory(1), children, reference="tenant_id")
            super().__init__()

    parent = await made(ParentProvider(), session)
    assert isinstance(parent, Agg)
    assert parent.id == TenantId(1)
    assert await stored(repository) == [{"id": 1, "tenant_id": 1}]
