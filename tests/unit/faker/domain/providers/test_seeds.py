"""Same seed, same rows; each path draws from a stream of its own."""

import subprocess
import sys
from random import Random
from typing import Any

import pytest
from faker import Faker

from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.distributors.o2m.factory import children_factory
from ascetic_ddd.faker.domain.generators.input_generators import FakerGenerator
from ascetic_ddd.faker.domain.providers.dependent_provider import DependentProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession
from tests.unit.faker.domain.providers.models import aggregate, composite, made, memory, reference, stored


class Dice:
    """A generator of the user's own, with a seed."""

    def __init__(self) -> None:
        self.random = Random(0)

    def seed(self, seed: int) -> None:
        self.random.seed(seed)

    def __call__(self) -> int:
        return self.random.randrange(10**9)


def graph(**added: Any) -> Any:
    people = aggregate(
        memory(), class_name="PersonProvider", name=ValueProvider(input_generator=FakerGenerator("name")), no=dice()
    )
    parts = {
        "buyer_id": reference(people, skew=2, mean=5),
        "seller_id": reference(people, weights=[0.7, 0.3], mean=5, null_weight=0.3),
        "status": ValueProvider(values=["a", "b", "c"]),
        "no": dice(),
        "lines": DependentProvider[Any, Any](children_factory(low=0, high=5), composite(no=dice(), city=dice(mean=3))),
    }
    return aggregate(memory(), class_name="DealProvider", **{**added, **parts})


def dice(**distribution: Any) -> Any:
    return ValueProvider(distributor_factory(**distribution), input_generator=Dice())


async def rows(provider: Any, count: int = 40) -> list[dict[str, Any]]:
    for _ in range(count):
        await made(provider, InMemorySession())
    return await stored(provider.repository)


async def test_same_seed_same_rows_another_seed_other_rows() -> None:
    first = await rows(graph().seed(7))
    assert await rows(graph().seed(7)) == first
    other = await rows(graph().seed(8))
    for name in ("buyer_id", "seller_id", "status", "no", "lines"):
        assert [row[name] for row in other] != [row[name] for row in first], name


async def test_without_a_seed_the_rows_are_the_same_too() -> None:
    assert await rows(graph()) == await rows(graph())


@pytest.mark.parametrize("name", ["added", "a_first", "zz"])
async def test_an_added_field_does_not_move_the_others(name: str) -> None:
    first = await rows(graph().seed(7))
    added = await rows(graph(**{name: dice(mean=2)}).seed(7))
    assert [{**row, name: None} for row in added] == [{**row, name: None} for row in first]


async def test_an_added_reference_does_not_move_the_others() -> None:
    first = await rows(graph().seed(7))
    towns = aggregate(class_name="TownProvider", no=dice())
    added = await rows(graph(town_id=reference(towns, mean=3)).seed(7))
    assert [{**row, "town_id": None} for row in added] == [{**row, "town_id": None} for row in first]


async def test_paths_of_one_graph_have_different_streams() -> None:
    provider = aggregate(left=dice(), right=dice(), inner=composite(left=dice())).seed(7)
    agg = await made(provider, InMemorySession())
    assert len({agg.left, agg.right, agg.inner["left"]}) == 3


async def test_a_shared_aggregate_that_was_used_before_is_not_seeded_again() -> None:
    people = aggregate(memory(), class_name="PersonProvider", no=dice())
    before = [(await made(people, InMemorySession())).no for _ in range(3)]
    deals = aggregate(class_name="DealProvider", person_id=reference(people))
    for _ in range(3):
        await made(deals, InMemorySession())
    numbers = [state["no"] for state in await stored(people.repository)]
    assert numbers[:3] == before
    assert len(set(numbers)) == 6


async def test_a_seed_given_to_a_part_of_the_graph_is_kept() -> None:
    people = aggregate(memory(), class_name="PersonProvider", no=dice()).seed(7)
    deals = aggregate(class_name="DealProvider", person_id=reference(people))
    await made(deals, InMemorySession())
    alone = aggregate(memory(), class_name="PersonProvider", no=dice()).seed(7)
    await made(alone, InMemorySession())
    assert await stored(people.repository) == await stored(alone.repository)


async def test_bound_faker_methods_are_seeded_and_the_users_faker_is_left_alone() -> None:
    def seeded(fake: Faker) -> Any:
        return aggregate(name=ValueProvider(input_generator=fake.name)).seed(7)

    first, second = Faker(), Faker()
    first.seed_instance(1)
    second.seed_instance(2)
    assert [(row["name"]) for row in await rows(seeded(first), 5)] == [(row["name"]) for row in await rows(seeded(second), 5)]
    untouched = Faker()
    untouched.seed_instance(1)
    assert first.name() == untouched.name()


SCRIPT = """
import asyncio
from tests.unit.faker.domain.providers.test_seeds import graph, rows
print(asyncio.run(rows(graph().seed(7))))
"""


def test_rows_are_the_same_in_another_process_with_another_hash_seed() -> None:
    outputs = [
        subprocess.run(
            [sys.executable, "-c", SCRIPT], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    ]
    assert outputs[0] == outputs[1]
    assert outputs[0].count("buyer_id") == 40
