"""The same journey by methods of the domain model, by commands and over HTTP; the times of its steps; what lint finds of it."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from eventsourcing.domain import Aggregate, event

from ascetic_ddd.faker.application.generation import generate
from ascetic_ddd.faker.application.lint import lint
from ascetic_ddd.faker.application.runs.progress import Failure
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.faker.infrastructure.transports.command_repository import CommandRepository
from ascetic_ddd.faker.infrastructure.transports.domain_journey import DomainJourney
from ascetic_ddd.faker.infrastructure.transports.drafts import Draft, draft_of
from ascetic_ddd.faker.infrastructure.transports.http.connecting import client_of_app
from ascetic_ddd.faker.infrastructure.transports.journey import Journey, Step
from ascetic_ddd.faker.infrastructure.transports.rest_repository import RestRepository
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession, InMemorySessionPool
from tests.unit.faker.infrastructure.transports import test_journeys as commands
from tests.unit.faker.infrastructure.transports.shop import remote_sessions
from tests.unit.faker.infrastructure.transports.web_shop import api_of

WAYS = {"placed": ["place"], "paid": ["place", "pay"], "shipped": ["place", "pay", "ship"], "cancelled": ["place", "cancel"]}
SHARES = commands.SHARES
HOUR = timedelta(hours=1)
BEGIN = datetime(2025, 1, 1, tzinfo=UTC)


@dataclass
class Order:
    """What the shop of commands keeps as a row, as a domain model: it reckons its total, and refuses some payments."""

    id: int
    number: int
    price: int
    status: str = "placed"
    version: int = 1
    times: list[Any] = field(default_factory=list)
    refuses: frozenset[int] = frozenset()

    @property
    def total(self) -> int:
        return self.price + 5

    def pay(self, amount: int, at: datetime | None = None) -> None:
        if amount != self.total or self.number % 10 in self.refuses:
            raise ValueError(f"no payment for a number that ends with {self.number % 10}")
        self._moved("placed", "paid", at)

    def ship(self, at: datetime | None = None) -> None:
        self._moved("paid", "shipped", at)

    def cancel(self, at: datetime | None = None) -> None:
        self._moved("placed", "cancelled", at)

    def _moved(self, before: str, after: str, at: datetime | None) -> None:
        assert self.status == before
        self.status, self.version = after, self.version + 1
        self.times.append(at)

    def export(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("id", "number", "price", "status")}

    @property
    def row(self) -> dict[str, Any]:
        names = ("id", "number", "total", "status", "version")
        return {name: getattr(self, name) for name in names}


PAY = Step(Order.pay, amount=lambda known: known["self"].total)
METHODS: dict[str, Any] = {"place": Order, "pay": PAY, "ship": Order.ship, "cancel": Order.cancel}
JOURNEY = DomainJourney[Order]("status", WAYS, {**METHODS, "place": lambda id, number, price: Order(id, number, price)})
COMMANDS: dict[str, Any] = {
    "place": commands.Place,
    "pay": commands.PAY,
    "ship": Step(commands.Ship, order_id="id"),
    "cancel": Step(commands.Cancel, order_id="id"),
}


class Orders(AggregateProvider[dict[str, Any], Any]):
    _id_attr = "id"
    id: ValueProvider[int, int]
    number: ValueProvider[int, int]
    price: ValueProvider[int, int]
    status: ValueProvider[str, str]

    def __init__(self, journey: Any = JOURNEY, states: dict[str, float] = SHARES) -> None:
        self.id = ValueProvider[int, int](distributor_factory(sequence=True, start=1))
        self.number = ValueProvider[int, int](distributor_factory(sequence=True))
        self.price = ValueProvider[int, int](values=[10, 20, 30])
        self.status = ValueProvider[str, str](values=list(states), weights=list(states.values()))
        super().__init__(InMemoryRepository[Any](agg_exporter=Order.export), journey, Order.export)


async def rows_by_methods(count: int) -> dict[int, dict[str, Any]]:
    return {order.id: order.row async for order in generate(Orders(), InMemorySessionPool(), count, seed=7)}


async def test_by_methods_by_commands_and_over_http_the_orders_are_the_same() -> None:
    by_commands, over_http, journey = commands.Shop(), commands.Shop(), Journey("status", WAYS, COMMANDS, told=["total"])
    repository = CommandRepository[Any](by_commands.handle, receipt=commands.read)
    async for _ in generate(commands.Orders(repository, journey), remote_sessions(), 400, seed=7):
        pass
    async with client_of_app(over_http.app()) as client:
        provider = commands.Orders(RestRepository[Any](api_of(client), commands.ROUTES), journey)
        async for _ in generate(provider, remote_sessions(), 400, seed=7):
            pass
    assert await rows_by_methods(400) == by_commands.orders == over_http.orders
    counted = Counter(order["status"] for order in by_commands.orders.values())
    assert counted == {status: pytest.approx(400 * share, abs=1) for status, share in SHARES.items()}


async def test_a_method_that_refuses_leaves_nothing_half_made_and_the_shares_of_the_others_are_as_asked() -> None:
    """The refused are not stored, not remembered, and nobody refers to them."""

    def place(id: int, number: int, price: int) -> Order:
        return Order(id, number, price, refuses=frozenset({3, 7}))

    class Complaints(AggregateProvider[dict[str, Any], Any]):
        _id_attr = "id"
        id: ValueProvider[int, int]
        order_id: ReferenceProvider[int, Order, int]

        def __init__(self, orders: Orders) -> None:
            self.id = ValueProvider[int, int](distributor_factory(sequence=True))
            self.order_id = ReferenceProvider(distributor_factory(skew=2, mean=5), orders)
            super().__init__(InMemoryRepository[Any](agg_exporter=dict), dict, dict)

    orders, failures = Orders(DomainJourney[Order]("status", WAYS, {**METHODS, "place": place})), list[Failure]()
    made = [
        complaint
        async for complaint in generate(
            Complaints(orders), InMemorySessionPool(), 500, seed=7, on_error="skip", on_failure=failures.append
        )
    ]
    known = {state["id"]: state async for state in orders.repository.find(InMemorySession())}  # type: ignore[attr-defined]
    assert not [state for state in known.values() if state["status"] in ("paid", "shipped") and state["number"] % 10 in (3, 7)]
    assert {complaint["order_id"] for complaint in made} <= known.keys()
    assert {str(each.cause) for each in failures} == {f"no payment for a number that ends with {digit}" for digit in (3, 7)}


async def test_a_state_that_is_told_is_reached_by_a_model_that_does_not_change() -> None:
    @dataclass(frozen=True)
    class Frozen:
        id: int
        status: str = "placed"

        def cancel(self) -> "Frozen":
            return replace(self, status="cancelled")

    journey = DomainJourney[Frozen]("status", WAYS, {**METHODS, "place": lambda id: Frozen(id), "cancel": Frozen.cancel})
    assert journey(id=7, number=1, price=10, status="cancelled") == Frozen(7, "cancelled")


TIMED: dict[str, Any] = {
    "place": Step(lambda id, number, price, at: Order(id, number, price, times=[at])),
    "pay": Step(Order.pay, after="hesitation", amount=lambda known: known["self"].total),
    "ship": Step(Order.ship, after=lambda known: known["number"] * HOUR),
    "cancel": Step(Order.cancel, after=5 * HOUR),
}
PARTS = {"id": 1, "number": 3, "price": 10, "placed_at": BEGIN, "hesitation": 2 * HOUR}


def test_each_step_has_the_time_that_is_planned_for_it_and_not_the_clock_s() -> None:
    journey = DomainJourney[Order]("status", WAYS, TIMED, begins="placed_at")
    assert journey(**PARTS, status="shipped").times == [BEGIN, BEGIN + 2 * HOUR, BEGIN + 5 * HOUR]
    assert journey(**PARTS, status="cancelled").times == [BEGIN, BEGIN + 5 * HOUR]


async def test_commands_tell_the_times_of_their_steps_and_the_draft_has_them() -> None:
    @dataclass(frozen=True)
    class Place:
        number: int
        at: datetime

    @dataclass(frozen=True)
    class Pay:
        id: int
        paid_at: datetime

    told: list[Any] = []

    def handle(command: Any) -> int:
        told.append(command)
        return 7

    pay = Step(Pay, after="hesitation", paid_at="at")
    journey = Journey("status", {"paid": ["place", "pay"]}, {"place": Place, "pay": pay}, begins="placed_at")
    draft = journey(**{**PARTS, "id": None}, status="paid")
    await CommandRepository[Any](handle).insert(InMemorySession(), draft)
    assert told == [Place(3, BEGIN), Pay(7, BEGIN + 2 * HOUR)]
    assert draft.times == [BEGIN, BEGIN + 2 * HOUR]


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"placed_at": None}, r"begins='placed_at' gives None; expected a datetime"),
        ({"hesitation": 3}, r"Step\(pay\): after='hesitation' gives 3; expected a timedelta"),
        ({"number": -1}, r"gives datetime.timedelta\(days=-1, seconds=82800\); expected a timedelta of at least 0"),
    ],
)
def test_a_time_that_is_none_is_told_with_its_step(parts: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        DomainJourney[Order]("status", WAYS, TIMED, begins="placed_at")(**{**PARTS, **parts}, status="shipped")


class Stored(Aggregate):
    """Of the library `eventsourcing`, whose decorator hides what a method takes."""

    @event("Placed")
    def __init__(self, number: int) -> None:
        self.number = number

    @event("Paid")
    def pay(self, amount: int) -> None:
        self.amount = amount


def test_aggregates_of_the_library_eventsourcing_are_led_by_functions() -> None:
    journey = DomainJourney[Stored](
        "status",
        {"paid": ["place", "pay"]},
        {
            "place": lambda number: Stored(number=number),
            "pay": Step(lambda order, price: order.pay(amount=price), order="self"),
        },
    )
    order = journey(number=3, price=10, status="paid")
    assert (order.number, order.amount, order.version) == (3, 10, 2)


async def asynchronous(order: Order) -> None:
    pass


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Step(Order.pay, sum="price"), r"Step\(pay\): the command has no field 'sum', only self, amount, at"),
        (lambda: Step(Order.pay, after=-HOUR), "no step is due before the one before it"),
        (lambda: DomainJourney("status", WAYS, {"place": Order}), r"DomainJourney\('status'\): no step 'pay', only 'place'"),
        (lambda: DomainJourney("status", {"placed": []}), "for each at least one step"),
        (lambda: Journey("status", WAYS, TIMED), r"Journey\('status'\): steps have after=, and nothing begins"),
        (
            lambda: DomainJourney("status", {"paid": [Order, Step(lambda price: None)]}),
            "takes no aggregate, as far as its signature",
        ),
        (lambda: DomainJourney("status", {"paid": [Order, Stored.pay]}), r"decorator hides the method's parameters"),
        (lambda: DomainJourney("status", {"placed": [Order, asynchronous]}), r"Step\(asynchronous\) is async"),
    ],
)
def test_what_cannot_be_right_is_refused_at_construction(make: Any, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        make()


def found(provider: AggregateProvider[Any, Any]) -> list[str]:
    return [str(finding) for finding in lint(provider)]


def test_lint_finds_nothing_in_journeys_that_are_whole() -> None:
    assert (
        found(Orders())
        == found(commands.Orders(CommandRepository(print), Journey("status", WAYS, COMMANDS, told=["total"])))
        == []
    )


def test_lint_finds_states_without_a_way_and_ways_to_no_state() -> None:
    states = {"placed": 0.5, "paid": 0.2, "shipped": 0.2, "returned": 0.1}
    for journey in (JOURNEY, Journey("status", WAYS, COMMANDS)):
        name = type(journey).__name__
        assert found(Orders(journey, states))[:2] == [
            f"Orders.status: asked 'returned'; but {name}('status') has ways only to 'placed', 'paid', 'shipped', 'cancelled'. "
            "Add the way, or leave the state out.",
            f"Orders.status: asked only 'placed', 'paid', 'shipped', 'returned'; but {name}('status') has a way to 'cancelled', "
            "too. Add the state, or leave the way out.",
        ]


def test_lint_finds_steps_that_name_a_part_that_does_not_exist() -> None:
    late = DomainJourney[Order]("state", {"paid": [Order, Step(Order.pay, amount="sum", after="delay")]}, begins="begun_at")
    assert found(Orders(late)) == [
        f"Orders: asked DomainJourney('state') with {name!r}; but the parts are id, number, price, status. Add this one."
        for name in ("state", "begun_at", "delay")
    ] + [
        "Orders: asked Step(pay) with 'sum'; but nothing is known by that name, only id, number, price, status, at, self. "
        "Add such a part, or say Step(pay, amount=…) where it comes from."
    ]
    untold = Journey("status", {"placed": [Step(commands.Pay, order_id="id")]})
    assert ["Step(Pay) with 'amount'" in each for each in found(Orders(untold, {"placed": 1.0}))] == [True]
    assert ["draft_of(Complain) with 'order_id'" in each for each in found(Orders(draft_of(commands.Complain)))] == [True]


def test_drafts_without_times_have_none() -> None:
    assert not Journey("status", WAYS, COMMANDS)(number=1, price=10, status="paid").times
    assert Draft("command", {}).times == ()
