"""Parts that follow others of the same object: by a function, a table of shares, or a captured deck."""

from collections import Counter
from random import Random
from typing import Any

import pytest

from ascetic_ddd.faker.application.runs.generation import generate
from ascetic_ddd.faker.domain.distributors.joint.given import Given
from ascetic_ddd.faker.domain.distributors.joint.law import JointLaw, Side, read_off
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.errors import ConfigurationError, UnsatisfiableError
from ascetic_ddd.faker.domain.generators.quantile_generator import QuantileGenerator
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.composite_value_provider import CompositeValueProvider
from ascetic_ddd.faker.domain.providers.computed_provider import ComputedProvider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession, InMemorySessionPool
from tests.unit.faker.application.runs.test_retries import Pool, Trouble
from tests.unit.faker.domain.providers.models import rolled_back

ROWS = 600


class Thing:
    def __init__(self, **parts: Any) -> None:
        self.parts = parts

    def export(self) -> dict[str, Any]:
        return dict(self.parts)


class PlaneProvider(AggregateProvider[dict[str, Any], Thing]):
    _id_attr = "id"
    id: ValueProvider[int, int]

    def __init__(self) -> None:
        self.id = ValueProvider(distributor_factory(sequence=True))
        super().__init__(InMemoryRepository(agg_exporter=Thing.export), Thing, Thing.export)


class RouteProvider(CompositeValueProvider[dict[str, Any], dict[str, Any]]):
    origin: ValueProvider[str, str]
    dest: ValueProvider[str, str]

    def __init__(self, origin: Any, dest: Any, null_weight: float = 0.0) -> None:
        self.origin = origin
        self.dest = dest
        super().__init__(dict, null_weight=null_weight)


class FlightProvider(AggregateProvider[dict[str, Any], Thing]):
    """A flight with whatever parts the test gives it."""

    _id_attr = "id"
    id: ValueProvider[int, int]
    one: Any
    two: Any
    three: Any
    route: Any

    def __init__(self, **parts: Any) -> None:
        self.id = ValueProvider(distributor_factory(sequence=True))
        self.one = parts.get("one") or ValueProvider(values=["x"])
        self.two = parts.get("two") or ValueProvider(values=["x"])
        self.three = parts.get("three") or ValueProvider(values=["x"])
        self.route = parts.get("route") or RouteProvider(ValueProvider(values=["JFK"]), ValueProvider(values=["LAX"]))
        super().__init__(InMemoryRepository(agg_exporter=Thing.export), Thing, Thing.export)


class HookedFlightProvider(FlightProvider):
    """The same, drawn row by row."""

    async def do_populate(self, session: Any, specification: Any = None) -> None:
        await super().do_populate(session, specification)


HookedFlightProvider.__name__ = FlightProvider.__name__  # seeds are those of a path


def law_of(cells: dict[tuple[int, int], int], *, nulls: bool = False) -> JointLaw:
    """Told exactly: the cells have so many rows."""
    sides = []
    for at in (0, 1):
        counts: Counter[int] = Counter()
        for cell, rows in cells.items():
            counts[cell[at]] += rows
        null = counts.pop(-1, 0)
        sides.append(Side.of([counts[place] for place in sorted(counts)], null))
    return JointLaw(given=sides[0], other=sides[1], cells=tuple((*cell, rows) for cell, rows in sorted(cells.items())))


# one: 300, 200, 100 rows; two: 250, 200, 150; each two beside two ones at most
CELLS = {(0, 0): 250, (0, 2): 50, (1, 1): 200, (2, 2): 100}
LAW = law_of(CELLS)


def ones(**more: Any) -> Any:
    return ValueProvider(values=["a", "b", "c"], weights=[3, 2, 1], **more)


def twos(**more: Any) -> Any:
    return ValueProvider(values=["p", "q", "r"], weights=[150, 250, 200], **more)  # q is the commonest


def planes(*, create: bool = True, given: Given | None = None, provider: Any = None, null_weight: float = 0.0) -> Any:
    distributor = distributor_factory(histogram={250: 1, 200: 1, 150: 1}, null_weight=null_weight)
    return ReferenceProvider(distributor, provider or PlaneProvider(), create=create, given=given)


async def grown(provider: Any, count: int = ROWS, **options: Any) -> list[dict[str, Any]]:
    made = generate(provider, InMemorySessionPool(), count, **{"seed": 1, **options})
    return [flight.export() async for flight in made]


def cells_of(rows: list[dict[str, Any]], one: str = "one", two: str = "two") -> dict[tuple[int, int], int]:
    """By ranks, as the law has them."""
    places: list[dict[Any, int]] = []
    for name in (one, two):
        counts = Counter(row[name] for row in rows if row[name] is not None)
        places.append({value: rank for rank, (value, _) in enumerate(counts.most_common())} | {None: -1})
    return dict(Counter((places[0][row[one]], places[1][row[two]]) for row in rows))


@pytest.mark.parametrize("flight", [FlightProvider, HookedFlightProvider])
async def test_a_function_is_asked_once_for_the_same_inputs(flight: Any) -> None:
    asked: list[tuple[str, str]] = []

    def distance(one: str, two: str) -> int:
        asked.append((one, two))
        return len(asked)

    provider = flight(one=ones(), two=twos(), three=ValueProvider(given=Given(("one", "two"), distance)))
    rows = await grown(provider)
    assert len(asked) == len(set(asked)) == 9
    assert len({(row["one"], row["two"], row["three"]) for row in rows}) == 9


async def test_a_part_may_follow_one_that_is_declared_after_it() -> None:
    provider = FlightProvider(one=ValueProvider(given=Given("two", str.upper)), two=twos())
    assert all(row["one"] == row["two"].upper() for row in await grown(provider, 50))


async def test_what_is_computed_is_followed_and_what_follows_is_computed_of() -> None:
    provider = FlightProvider(
        one=ComputedProvider(lambda three: three * 2),
        two=ValueProvider(given=Given("one", str.upper)),
        three=ones(),
        route=RouteProvider(ComputedProvider(lambda two: two.lower()), ValueProvider(values=["LAX"])),
    )
    for row in await grown(provider, 50):
        assert row["one"] == row["three"] * 2 == row["two"].lower() == row["route"]["origin"]


async def test_neighbours_in_a_composite_value_are_found_first_then_those_of_the_object() -> None:
    route = RouteProvider(ones(), ValueProvider(given=Given(("origin", "one"), lambda origin, one: f"{origin}{one}")))
    provider = FlightProvider(one=twos(), route=route, two=ValueProvider(given=Given("route.dest", str.upper)))
    for row in await grown(provider, 50):
        assert row["route"]["dest"] == row["route"]["origin"] + row["one"]
        assert row["two"] == row["route"]["dest"].upper()


async def test_a_part_of_an_optional_value_that_is_null_is_null() -> None:
    provider = FlightProvider(
        two=ValueProvider(given=Given("route.dest", lambda dest: dest or "nowhere")),
        route=RouteProvider(ones(), ones(), null_weight=0.5),
    )
    rows = await grown(provider, 50)
    assert Counter(row["two"] == "nowhere" for row in rows)[True] == 25
    assert all(row["two"] == (row["route"] or {"dest": "nowhere"})["dest"] for row in rows)


@pytest.mark.parametrize("is_planned", [True, False])
async def test_a_table_has_its_shares_beside_each_value(is_planned: bool) -> None:
    table: dict[str, dict[str, float]] = {
        "a": {"jet": 0.9, "propeller": 0.1},
        "b": {"jet": 1.0},
        "c": {"glider": 3, "balloon": 1},
    }
    provider = FlightProvider(one=ones(), two=ValueProvider(given=Given("one", table)))
    if is_planned:
        rows = await grown(provider)
    else:
        session = InMemorySession()
        rows = [flight.export() for flight in await provider.create_batch(session, ROWS)]
    found = Counter((row["one"], row["two"]) for row in rows)
    assert found["a", "jet"] == pytest.approx(270, abs=2)
    assert found["b", "jet"] == pytest.approx(200, abs=2)
    assert found["c", "balloon"] == pytest.approx(25, abs=2)


async def test_a_reference_follows_a_function_that_says_an_id_or_what_it_is_like() -> None:
    plane_provider = PlaneProvider()
    provider = FlightProvider(
        one=planes(provider=plane_provider),
        two=ReferenceProvider(distributor_factory(mean=5), plane_provider, given=Given("one", lambda id: id)),
        three=ReferenceProvider(distributor_factory(mean=5), plane_provider, given=Given("one", lambda id: {"id": id})),
    )
    assert all(row["one"] == row["two"] == row["three"] for row in await grown(provider, 100))


SQUARE = {(0, 0): 250, (1, 1): 100, (1, 2): 100, (2, 1): 100, (2, 2): 50}

DECKS: dict[str, Any] = {
    "value beside value": lambda: {"one": ones(), "two": twos(given=Given("one", LAW))},
    "reference beside value": lambda: {"one": ones(), "two": planes(given=Given("one", LAW))},
    "value beside reference": lambda: {"one": planes(), "two": ones(given=Given("one", LAW.turned()))},
    "reference beside reference": lambda: {"one": planes(), "two": planes(given=Given("one", law_of(SQUARE)))},
    "values made by a law": lambda: {
        "one": ones(),
        "two": ValueProvider(
            distributor_factory(histogram={250: 1, 200: 1, 150: 1}),
            input_generator=lambda session, position: f"w{position}",
            given=Given("one", LAW),
        ),
    },
}
EXPECTED = {
    "value beside reference": {(two, one): rows for (one, two), rows in CELLS.items()},
    "reference beside reference": SQUARE,
}


@pytest.mark.parametrize("flight", [FlightProvider, HookedFlightProvider])
@pytest.mark.parametrize("kind", DECKS)
async def test_a_planned_run_has_the_rows_of_the_deck(kind: str, flight: Any) -> None:
    rows = await grown(flight(**DECKS[kind]()))
    assert cells_of(rows) == EXPECTED.get(kind, CELLS)


@pytest.mark.parametrize("kind", DECKS)
async def test_batches_of_any_size_have_the_same_rows(kind: str) -> None:
    runs = [await grown(FlightProvider(**DECKS[kind]()), batch_size=size) for size in (1, 7, 1_000)]
    assert runs[0] == runs[1] == runs[2]


@pytest.mark.parametrize("kind", DECKS)
async def test_by_row_and_by_column_are_the_same(kind: str) -> None:
    assert await grown(FlightProvider(**DECKS[kind]())) == await grown(HookedFlightProvider(**DECKS[kind]()))


@pytest.mark.parametrize("scale", [0.1, 0.5, 3])
async def test_another_size_has_the_same_proportions(scale: float) -> None:
    rows = await grown(FlightProvider(**DECKS["value beside value"]()), round(ROWS * scale))
    assert cells_of(rows) == {cell: pytest.approx(count * scale, abs=1) for cell, count in CELLS.items()}


async def test_other_columns_keep_their_values_when_one_follows() -> None:
    alone = await grown(FlightProvider(one=ones(), two=twos(), three=twos()))
    beside = await grown(FlightProvider(one=ones(), two=twos(given=Given("one", LAW)), three=twos()))
    assert [row["three"] for row in alone] == [row["three"] for row in beside]
    assert Counter(row["one"] for row in beside) == {"a": 300, "b": 200, "c": 100}
    assert Counter(row["two"] for row in beside) == {"q": 250, "r": 200, "p": 150}


@pytest.mark.parametrize("create", [True, False])
async def test_parents_that_exist_and_parents_that_the_run_makes(create: bool) -> None:
    plane_provider = PlaneProvider()
    if not create:
        await grown(plane_provider, 3)
    provider = FlightProvider(one=ones(), two=planes(create=create, provider=plane_provider, given=Given("one", LAW)))
    rows = await grown(provider)
    assert cells_of(rows) == CELLS
    assert len({row["two"] for row in rows}) == 3


async def test_nulls_have_a_deck_and_are_cards() -> None:
    law = law_of({(0, 0): 250, (0, -1): 50, (1, 0): 50, (-1, 1): 150, (-1, -1): 100})
    one = ValueProvider[Any, Any](distributor_factory(null_weight=250 / 600), values=["a", "b"], weights=[300, 50])
    two = ValueProvider[Any, Any](
        distributor_factory(null_weight=0.25), values=["p", "q"], weights=[300, 150], given=Given("one", law)
    )
    rows = await grown(FlightProvider(one=one, two=two))
    assert cells_of(rows) == {(0, 0): 250, (0, -1): 50, (1, 0): 50, (-1, 1): 150, (-1, -1): 100}


async def test_classes_of_numbers_have_their_shares() -> None:
    law = law_of({(0, 0): 300, (1, 1): 200, (2, 2): 100})
    numbers = ValueProvider[Any, Any](values=list(range(60)), given=Given("one", law, other_by="class"))
    rows = await grown(FlightProvider(one=ones(), two=numbers))
    assert Counter(row["two"] for row in rows) == dict.fromkeys(range(60), 10)
    assert {(row["one"], "abc"[(row["two"] >= 30) + (row["two"] >= 50)]) for row in rows} == {("a", "a"), ("b", "b"), ("c", "c")}


DAYS = QuantileGenerator(["2024-01-01", "2024-07-01", "2025-01-01"])


async def test_times_that_are_drawn_anew_go_by_classes() -> None:
    law = law_of({(0, 0): 300, (1, 1): 200, (2, 2): 100})
    days = ValueProvider[Any, Any](input_generator=DAYS)
    rows = await grown(FlightProvider(one=days, two=ones(given=Given("one", law, given_by="class"))))
    assert Counter(row["two"] for row in rows) == {"a": 300, "b": 200, "c": 100}
    wrong = sum(row["two"] != "abc"[(row["one"] >= DAYS.at(1 / 2)) + (row["one"] >= DAYS.at(5 / 6))] for row in rows)
    assert wrong <= 0.02 * ROWS, "the given column's classes are met closely, so few rows have a card of the next deck"
    following = ValueProvider[Any, Any](
        distributor_factory(null_weight=0.0), input_generator=DAYS, given=Given("one", law, other_by="class")
    )
    rows = await grown(FlightProvider(one=ones(), two=following))
    assert {(row["one"], "abc"[(row["two"] >= DAYS.at(1 / 2)) + (row["two"] >= DAYS.at(5 / 6))]) for row in rows} == {
        ("a", "a"),
        ("b", "b"),
        ("c", "c"),
    }


async def test_a_column_that_follows_is_followed_in_turn() -> None:
    turned = law_of({(0, 0): 250, (1, 1): 150, (1, 2): 50, (2, 1): 50, (2, 2): 100})
    three = ValueProvider[Any, Any](values=["u", "v", "w"], weights=[250, 200, 150], given=Given("two", turned))
    rows = await grown(FlightProvider(one=ones(), two=twos(given=Given("one", LAW)), three=three))
    assert cells_of(rows) == CELLS
    assert cells_of(rows, "two", "three") == {(0, 0): 250, (1, 1): 150, (1, 2): 50, (2, 1): 50, (2, 2): 100}


@pytest.mark.parametrize("kind", ["value beside value", "reference beside value", "value beside reference"])
async def test_lanes_keep_both_columns(kind: str) -> None:
    rows = await grown(FlightProvider(**DECKS[kind]()), lanes=3, batch_size=20)
    found, expected = cells_of(rows), EXPECTED.get(kind, CELLS)
    assert sum(abs(found.get(cell, 0) - expected.get(cell, 0)) for cell in {*found, *expected}) <= 0.02 * ROWS


class Refusing(InMemoryRepository[Thing]):
    """Refuses some rows the first time."""

    def __init__(self, every: int) -> None:
        super().__init__(agg_exporter=Thing.export)
        self.random = Random(5)
        self.every = every

    async def insert(self, session: Any, agg: Thing) -> None:
        if self.random.randrange(self.every) == 0:
            raise ValueError("refused")
        await super().insert(session, agg)


@pytest.mark.parametrize("kind", DECKS)
async def test_rows_that_fail_give_their_cards_back(kind: str) -> None:
    provider = FlightProvider(**DECKS[kind]())
    provider.repository = Refusing(20)
    rows = await grown(provider, on_error="skip", batch_size=30)
    assert len(rows) == ROWS
    assert cells_of(rows) == EXPECTED.get(kind, CELLS)


@pytest.mark.parametrize("at", [{2}, {3}, {4}, {5, 6}, {7}])
@pytest.mark.parametrize("kind", DECKS)
async def test_a_batch_that_is_made_again_has_the_same_rows(kind: str, at: set[int]) -> None:
    runs = []
    for trouble in (Trouble(), Trouble(at)):
        provider = FlightProvider(**DECKS[kind]())
        made = generate(provider, Pool(trouble), ROWS, batch_size=200, seed=1)
        runs.append([flight.export() async for flight in made])
    assert runs[0] == runs[1]


async def test_a_table_is_made_again_too() -> None:
    runs = []
    for trouble in (Trouble(), Trouble({2, 5})):
        provider = FlightProvider(one=ones(), two=ValueProvider(given=Given("one", {one: {"x": 0.5, "y": 0.5} for one in "abc"})))
        made = generate(provider, Pool(trouble), ROWS, batch_size=200, seed=1)
        runs.append([flight.export() async for flight in made])
    assert runs[0] == runs[1]


async def test_a_told_value_keeps_its_row_and_uses_up_its_card() -> None:
    told = 0

    class Telling(FlightProvider):
        async def do_populate(self, session: Any, specification: Any = None) -> None:
            nonlocal told
            told += 1
            if told <= 60:
                self.two.set("r")
            await super().do_populate(session, specification)

    provider = Telling(one=ones(), two=twos(given=Given("one", LAW)))
    rows = [flight.export() async for flight in generate(provider, InMemorySessionPool(), ROWS, seed=1)]
    assert all(row["two"] == "r" for row in rows[:60])
    assert Counter(row["two"] for row in rows) == {"q": 250, "r": 200, "p": 150}


async def test_beside_a_told_value_the_deck_of_that_value_is_dealt() -> None:
    provider = FlightProvider(one=ones(), two=twos(given=Given("one", LAW)))
    session = InMemorySession()
    flights = await provider.create_batch(session, 40, {"one": "b"})
    assert {flight.export()["two"] for flight in flights} == {"r"}
    unknown = await provider.create_batch(session, 5, {"one": "zz"})  # like the rarest
    assert {flight.export()["two"] for flight in unknown} == {"p"}


async def test_a_told_reference_is_looked_up_too() -> None:
    plane_provider = PlaneProvider()
    planes_made = [plane.export()["id"] async for plane in generate(plane_provider, InMemorySessionPool(), 3, seed=1)]
    provider = FlightProvider(one=planes(create=False, provider=plane_provider), two=twos(given=Given("one", LAW.turned())))
    session = InMemorySession()
    found = set()
    for plane in planes_made:
        flights = await provider.create_batch(session, 30, {"one": plane})
        found.add(frozenset(Counter(flight.export()["two"] for flight in flights)))
    assert len(found) == 3


async def test_growing_runs_have_the_shares_beside_each_value() -> None:
    provider = FlightProvider(one=ones(), two=twos(given=Given("one", LAW)))
    session = InMemorySession()
    rows = [flight.export() for flight in await provider.create_batch(session, ROWS)]
    found = Counter((row["one"], row["two"]) for row in rows)
    assert set(found) == {("a", "q"), ("a", "p"), ("b", "r"), ("c", "p")}
    assert found["a", "p"] / found["a", "q"] == pytest.approx(50 / 250, abs=0.03)


async def test_a_rolled_back_transaction_leaves_no_trace_in_the_decks() -> None:
    provider = FlightProvider(one=ones(), two=twos(given=Given("one", LAW)))
    session = InMemorySession()
    async with session.atomic():
        await provider.create_batch(session, 1)
    for _ in range(3):
        async with rolled_back(session):
            await provider.create_batch(session, 100)
    rows = [flight.export() for flight in await provider.create_batch(session, ROWS - 1)]
    assert Counter(row["two"] for row in rows)["q"] == pytest.approx(250, abs=1)


WRONG: dict[str, tuple[Any, str]] = {
    "a part that there is not": (
        lambda: {"two": ValueProvider(given=Given("onee", str))},
        r"FlightProvider\.two is given 'onee', but there is no such part; do you mean 'one'\?",
    ),
    "itself": (lambda: {"two": ValueProvider(given=Given("two", str))}, r"FlightProvider\.two is given 'two', itself"),
    "a circle": (
        lambda: {"one": ValueProvider(given=Given("two", str)), "two": ValueProvider(given=Given("one", str))},
        r"FlightProvider\.(one|two) and FlightProvider\.(one|two) are tied in a circle",
    ),
    "a circle with what is computed": (
        lambda: {"one": ComputedProvider(lambda two: two), "two": ValueProvider(given=Given("one", str))},
        r"FlightProvider\.(one|two).*(circle|computed of it)",
    ),
    "a whole value": (lambda: {"two": ValueProvider(given=Given("route", str))}, r"given 'route', which has parts"),
    "values without ranks": (
        lambda: {"one": ValueProvider(input_generator=str), "two": twos(given=Given("one", LAW))},
        r"FlightProvider\.one has no ranks, so FlightProvider\.two cannot have a captured deck of it",
    ),
    "what is said by a function": (
        lambda: {"one": ValueProvider(given=Given("three", str)), "two": twos(given=Given("one", LAW))},
        r"FlightProvider\.one has no ranks",
    ),
}


@pytest.mark.parametrize("kind", WRONG)
async def test_what_cannot_be_followed_is_told_with_its_path(kind: str) -> None:
    parts, words = WRONG[kind]
    with pytest.raises(ConfigurationError, match=words):
        await grown(FlightProvider(**parts()), 5)
    with pytest.raises(ConfigurationError, match=words):
        await FlightProvider(**parts()).create_batch(InMemorySession(), 1)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Given((), str), "expected the path of a part"),
        (lambda: Given("one", 5), "expected a function, a table of shares"),  # type: ignore[arg-type]
        (lambda: Given("one", {}), "the table of shares is empty"),
        (lambda: Given("one", {"a": 1}), "the table has 1 for 'a'"),  # type: ignore[dict-item]
        (lambda: Given(("one", "two"), LAW), "has one given column, not one, two"),
        (lambda: ValueProvider(given="one"), r"expected Given\(part, how\)"),  # type: ignore[arg-type]
        (lambda: ones(given=Given("one", str)), "says the values by itself"),
        (lambda: ValueProvider(distributor_factory(sequence=True), given=Given("one", LAW)), "none can follow another"),
        (lambda: ValueProvider(given=Given("one", {"a": {"x": -1}})), r"weights\[0\]=-1"),
        (
            lambda: ReferenceProvider(distributor_factory(mean=5), PlaneProvider(), tied={"id": "one"}, given=Given("one", str)),
            "both say what it follows",
        ),
    ],
)
def test_what_cannot_be_declared_is_refused_at_once(make: Any, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        make()


async def test_a_function_that_raises_says_where() -> None:
    def distance(one: str) -> int:
        raise LookupError(f"no distance from {one}")

    provider = FlightProvider(one=ones(), two=ValueProvider(given=Given("one", distance)))
    with pytest.raises(LookupError, match="no distance") as caught:
        await provider.create_batch(InMemorySession(), 1)
    assert any(note.startswith("while FlightProvider.two was asked for, given one=") for note in caught.value.__notes__)
    with pytest.raises(Exception, match=r"FlightProvider\.two|no distance"):
        await grown(provider, 5)


async def test_a_table_without_a_row_for_the_value_says_so() -> None:
    provider = FlightProvider(one=ones(), two=ValueProvider(given=Given("one", {"a": {"x": 1}, "b": {"y": 1}, "cc": {"z": 1}})))
    with pytest.raises(UnsatisfiableError, match=r"FlightProvider\.two, given one='c': .* no row for 'c'; the nearest is 'cc'"):
        await provider.create_batch(InMemorySession(), 50)


async def test_a_function_that_has_to_be_awaited_is_refused() -> None:
    async def distance(one: str) -> int:
        return 1

    with pytest.raises(ConfigurationError, match="has to be awaited"):
        Given("one", distance)
    provider = FlightProvider(one=ones(), two=ValueProvider(given=Given("one", lambda one: distance(one))))
    with pytest.raises(ConfigurationError, match=r"FlightProvider\.two.*has to be awaited"):
        await provider.create_batch(InMemorySession(), 1)


def test_a_law_that_was_read_off_is_taken_as_it_is() -> None:
    law = read_off({(0, 0): 50, (1, 0): 7, (1, 1): 30}, Side.of([50, 37]), Side.of([57, 30]))
    assert Given("one", law).how is law
