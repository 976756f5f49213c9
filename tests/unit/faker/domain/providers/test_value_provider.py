"""A value is drawn, told, reused, or left to the database."""

import dataclasses
from collections import Counter
from typing import Any

import pytest

from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.errors import ConfigurationError, ExhaustedError
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession
from tests.unit.faker.domain.providers.models import BoomError, aggregate, made, made_in_transaction, numbers, rolled_back, value


@dataclasses.dataclass
class Name:
    value: str


async def drawn(provider: Any, count: int) -> list[Any]:
    return [await made(provider, InMemorySession()) for _ in range(count)]


async def test_life_of_one_value(session: InMemorySession) -> None:
    provider = ValueProvider[str, Name](input_generator=["a", "b"])
    assert (provider.get(), provider.is_complete(), provider.is_transient()) == (None, False, False)
    await provider.populate(session)
    assert (provider.get(), provider.is_complete(), provider.is_transient()) == ("a", True, False)
    first = await provider.create(session)
    assert first == Name("a")
    assert await provider.create(session) is first
    provider.reset()
    assert (provider.get(), provider.is_complete()) == (None, False)
    assert await provider.create(session) == Name("b")


async def test_a_told_value_is_kept_and_nothing_is_drawn(session: InMemorySession) -> None:
    provider = numbers()
    provider.set(7)
    assert provider.is_complete()
    await provider.populate(session)
    assert await provider.create(session) == 7
    assert await made(provider, session) == 0


async def test_telling_again_replaces_the_output(session: InMemorySession) -> None:
    provider = ValueProvider[str, Name](input_generator=["a"])
    provider.set("x")
    await provider.create(session)
    provider.set("y")
    assert await provider.create(session) == Name("y")


async def test_told_none_is_null_and_the_factory_is_not_called(session: InMemorySession) -> None:
    provider = ValueProvider[str, Name](output_factory=Name, input_generator=["a"])
    provider.set(None)
    await provider.populate(session)
    assert await provider.create(session) is None
    assert not provider.is_transient()


async def test_populating_twice_draws_once(session: InMemorySession) -> None:
    provider = numbers()
    await provider.populate(session)
    await provider.populate(session)
    assert provider.get() == 0


async def test_a_value_given_by_the_database_is_made_of_none_and_transient(session: InMemorySession) -> None:
    provider = ValueProvider[str, Name](output_factory=Name)
    assert provider.is_complete()
    assert provider.is_transient()
    await provider.populate(session)
    assert await provider.create(session) == Name(None)  # type: ignore[arg-type]


async def test_a_value_given_by_the_database_may_be_told(session: InMemorySession) -> None:
    provider = ValueProvider[int, int]()
    provider.set(41)
    assert not provider.is_transient()
    assert await provider.create(session) == 41
    provider.reset()
    assert provider.is_transient()


async def test_the_class_in_the_type_parameters_is_the_factory(session: InMemorySession) -> None:
    class NameProvider(ValueProvider[str, Name]):
        pass

    assert await made(NameProvider(input_generator=["a"]), session) == Name("a")
    assert await made(ValueProvider[str, Name](input_generator=["a"]), session) == Name("a")
    assert await made(ValueProvider[str, str](input_generator=["a"]), session) == "a"
    assert await made(ValueProvider[str, Name](output_factory=str.upper, input_generator=["a"]), session) == "A"  # type: ignore[arg-type]


async def test_an_exporter_gives_the_input_back() -> None:
    assert ValueProvider[str, Name](output_exporter=lambda name: name.value).export(Name("a")) == "a"
    assert ValueProvider[str, str]().export("a") == "a"


async def test_a_clone_is_empty_and_draws_from_the_same_source(session: InMemorySession) -> None:
    provider = numbers()
    provider.set(7)
    clone = provider.clone()
    assert clone.get() is None
    assert await made(clone, session) == 0
    assert provider.get() == 7
    assert await made(provider, session) == 1


async def test_an_overridden_populate_is_called_wherever_the_value_stands(session: InMemorySession) -> None:
    class Shouted(ValueProvider[str, str]):
        async def populate(self, session: Any, specification: Any = None) -> None:
            await super().populate(session)
            self.set(f"{self.get()}!")

    assert await made(Shouted(input_generator=["a"]), session) == "a!"
    assert (await made(aggregate(title=Shouted(input_generator=["b"])), session)).title == "b!"


async def test_an_overridden_create_is_called_wherever_the_value_stands(session: InMemorySession) -> None:
    class Doubled(ValueProvider[int, int]):
        async def create(self, session: Any) -> int:
            return 2 * await super().create(session)

    assert (await made(aggregate(number=Doubled(input_generator=[4])), session)).number == 8


async def test_a_sequence_counts_from_zero_without_a_generator(session: InMemorySession) -> None:
    assert await drawn(ValueProvider[int, int](distributor_factory(sequence=True)), 3) == [0, 1, 2]


async def test_a_sequences_rolled_back_positions_are_not_given_again() -> None:
    provider = ValueProvider[str, str](distributor_factory(sequence=True), input_generator=lambda session, n: f"T{n}")
    assert await made_in_transaction(provider) == "T0"
    session = InMemorySession()
    async with rolled_back(session):
        assert await made(provider, session) == "T1"
        assert await made(provider, session) == "T2"
    assert [await made_in_transaction(provider) for _ in range(3)] == ["T3", "T4", "T5"]


async def test_a_mean_reuses_values_each_different_from_the_others() -> None:
    cities = Counter(await drawn(value(*"aabbccddeeffgghhiijj", mean=10), 60))
    assert len(cities) == 6
    assert set(cities.values()) <= set(range(8, 13))


async def test_mean_1_makes_every_value_unique_though_the_generator_repeats_itself() -> None:
    assert sorted(await drawn(value(*"aaabbbcccddd", mean=1), 4)) == list("abcd")


async def test_a_generator_without_a_new_value_is_named_with_reached_and_wanted(session: InMemorySession) -> None:
    provider = aggregate(isbn=value("a", "b", mean=1))
    await made(provider, session)
    await made(provider, session)
    with pytest.raises(ExhaustedError, match=r"^AggProvider\.isbn: .*2 different values were reached, 3 are wanted.*mean"):
        await made(provider, session)


async def test_after_an_exhausted_draw_the_provider_can_still_be_told(session: InMemorySession) -> None:
    provider = value("a", mean=1)
    await made(provider, session)
    with pytest.raises(ExhaustedError):
        await made(provider, session)
    assert await made(provider, session, "told") == "told"


async def test_a_unique_value_that_was_rolled_back_may_be_drawn_again() -> None:
    provider = value("a", mean=1)
    session = InMemorySession()
    async with rolled_back(session):
        assert await made(provider, session) == "a"
    assert await made_in_transaction(provider) == "a"


async def test_a_fixed_list_keeps_its_shares() -> None:
    provider = ValueProvider[str, str](values=["active", "blocked"], weights=[0.9, 0.1])
    shares = Counter(await drawn(provider, 1600))  # whole blocks
    assert shares.keys() == {"active", "blocked"}
    assert abs(shares["blocked"] - 160) <= 1
    assert abs(Counter(await drawn(ValueProvider[str, str](values=["a", "b"]), 128))["a"] - 64) <= 1


async def test_null_weight_gives_none_on_a_list_and_on_drawn_values() -> None:
    for provider in (
        ValueProvider[str, str](distributor_factory(null_weight=0.25), values=["a", "b"]),
        ValueProvider[str, str](distributor_factory(null_weight=0.25), input_generator=lambda: "a"),
        ValueProvider[str, str](distributor_factory(mean=5, null_weight=0.25), input_generator=numbers().input_generator),
    ):
        nulls = sum(found is None for found in await drawn(provider, 2000))
        assert 430 <= nulls <= 570, provider.distributor


async def test_null_weight_0_and_1_are_exact() -> None:
    assert await drawn(value("a", null_weight=0), 20) == ["a"] * 20
    assert await drawn(value("a", null_weight=1), 20) == [None] * 20


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"weights": [1.0]}, "give values"),
        ({"values": []}, r"values=\[\]: expected a non-empty list"),
        ({"values": "ab"}, "values='ab': expected a non-empty list"),
        ({"values": [1], "input_generator": [1]}, "two sources"),
        ({"values": [1, 2], "weights": [1.0]}, "1 weights for 2 values"),
        ({"values": [1, 2], "weights": [1.0, -1.0]}, r"weights\[1\]=-1\.0"),
        ({"distributor": distributor_factory(mean=5)}, "nothing to distribute: give input_generator or values"),
        ({"distributor": distributor_factory(null_weight=0.5)}, "nothing to distribute"),
        ({"input_generator": "abc"}, "input_generator='abc'"),
        ({"input_generator": 5}, "input_generator=5"),
        ({"input_generator": lambda a, b, c: 1}, r"requires 3 parameters \(a, b, c\); expected 0, 1 \(session\) or 2"),
    ],
)
def test_contradicting_arguments_are_refused_at_construction(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        ValueProvider[Any, Any](**arguments)


async def test_an_error_of_the_users_code_travels_unchanged_with_place_and_input(session: InMemorySession) -> None:
    def fail(input: Any) -> Any:
        raise BoomError(input)

    provider = aggregate(total=ValueProvider[int, Any](output_factory=fail, input_generator=[5]))
    with pytest.raises(BoomError) as caught:
        await made(provider, session)
    assert "while AggProvider.total made an object of 5" in caught.value.__notes__

    def draw(session: Any, position: int) -> Any:
        raise BoomError

    with pytest.raises(BoomError) as caught:
        await made(aggregate(total=ValueProvider[int, Any](input_generator=draw)), session)
    assert "while AggProvider.total drew input number 0" in caught.value.__notes__
