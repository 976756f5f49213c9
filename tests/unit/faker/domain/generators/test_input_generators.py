"""Whatever draws an input is called with what it asks for."""

import functools
from collections.abc import Iterator
from typing import Any

import pytest
from faker import Faker

from ascetic_ddd.faker.domain.errors import ConfigurationError, ExhaustedError
from ascetic_ddd.faker.domain.generators.input_generators import FakerGenerator, make_input_generator, seed_generator
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession
from tests.unit.faker.domain.providers.models import aggregate, made

SESSION = InMemorySession()


def no_parameters() -> Any:
    return ()


def one_parameter(session: Any) -> Any:
    return (session,)


def two_parameters(session: Any, position: int) -> Any:
    return session, position


def with_defaults(session: Any, low: int = 1, *, high: int = 6) -> Any:
    return session, low, high


def only_defaults(low: int = 1, high: int = 6) -> Any:
    return low, high


def any_number(*args: Any, **kwargs: Any) -> Any:
    return args, kwargs


class Callable:
    def __call__(self, session: Any, position: int) -> Any:
        return session, position

    def method(self, session: Any) -> Any:
        return (session,)

    @staticmethod
    def static() -> Any:
        return ()


@pytest.mark.parametrize(
    ("source", "drawn"),
    [
        (no_parameters, ()),
        (one_parameter, (SESSION,)),
        (two_parameters, (SESSION, 5)),
        (with_defaults, (SESSION, 1, 6)),
        (only_defaults, (1, 6)),
        (any_number, ((), {})),
        (lambda: 1, 1),
        (lambda s: s, SESSION),
        (lambda s, p: p, 5),
        (Callable(), (SESSION, 5)),
        (Callable().method, (SESSION,)),
        (Callable.static, ()),
        (functools.partial(two_parameters, position=9), (SESSION, 9)),
        (functools.partial(two_parameters, "first"), ("first", SESSION)),
        (dict, {}),
    ],
)
def test_a_callable_gets_as_many_arguments_as_it_requires(source: Any, drawn: Any) -> None:
    assert make_input_generator(source)(SESSION, 5) == drawn


async def test_a_callable_may_be_async_whatever_it_requires() -> None:
    async def none() -> str:
        return "none"

    async def one(session: Any) -> Any:
        return session

    async def both(session: Any, position: int) -> int:
        return position

    class Object:
        async def __call__(self) -> str:
            return "object"

    drawn = [await made(ValueProvider[Any, Any](input_generator=source), SESSION) for source in (none, one, both, Object())]
    assert drawn == ["none", SESSION, 0, "object"]


def three(a: Any, b: Any, c: Any) -> None: ...


def keyword_only(session: Any, *, low: int) -> None: ...


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (three, r"three at .* requires 3 parameters \(a, b, c\); expected 0, 1 \(session\) or 2 \(session, position\)"),
        (keyword_only, r"requires 2 parameters \(session, low\)"),
        (
            "abc",
            r"input_generator='abc': expected a callable with 0, 1 \(session\) or 2 .* an iterable of inputs, or a Faker method",
        ),
        (b"abc", "input_generator=b'abc'"),
        (5, "input_generator=5"),
    ],
)
def test_anything_else_is_refused_with_what_is_possible(source: Any, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        make_input_generator(source)


def countdown() -> Iterator[int]:
    yield from (2, 1)


@pytest.mark.parametrize("source", [[2, 1], (2, 1), {2: "a", 1: "b"}, countdown(), range(2, 0, -1), iter([2, 1])])
async def test_an_iterable_gives_its_values_once_and_then_names_the_provider(source: Any) -> None:
    provider = aggregate(size=ValueProvider[int, int](input_generator=source))
    assert [(await made(provider, SESSION)).size for _ in range(2)] == [2, 1]
    with pytest.raises(ExhaustedError, match=r"^AggProvider\.size: the iterable .* is exhausted after 2 values; give it more"):
        await made(provider, SESSION)


async def test_an_exhausted_provider_can_still_be_told() -> None:
    provider = ValueProvider[int, int](input_generator=[])
    with pytest.raises(ExhaustedError, match="after 0 values"):
        await made(provider, SESSION)
    assert await made(provider, SESSION, 7) == 7


def drawn(generator: Any, count: int = 5) -> list[Any]:
    return [generator(SESSION, position) for position in range(count)]


def test_a_bound_faker_method_is_seeded_apart_from_the_users_faker() -> None:
    fake = Faker()
    generator = make_input_generator(fake.first_name)
    seed_generator(generator, 1)
    first = drawn(generator)
    fake.seed_instance(5)
    expected = [fake.last_name() for _ in range(5)]
    fake.seed_instance(5)
    seed_generator(generator, 1)
    found = []
    for position in range(5):
        assert generator(SESSION, position) == first[position]
        found.append(fake.last_name())
    assert found == expected
    seed_generator(generator, 2)
    assert drawn(generator) != first


def test_two_generators_of_one_faker_do_not_disturb_each_other() -> None:
    fake = Faker()
    one, other = make_input_generator(fake.pyint), make_input_generator(fake.pyint)
    seed_generator(one, 1)
    alone = drawn(one)
    seed_generator(one, 1)
    mixed = [(one(SESSION, 0), other(SESSION, 0))[0] for _ in range(5)]
    assert mixed == alone


def test_a_failing_faker_method_leaves_the_users_faker_as_it_was() -> None:
    fake = Faker()
    before = fake.random
    with pytest.raises(ValueError, match="'x'"):
        FakerGenerator(fake.pyint, min_value="x")(None, 0)
    assert fake.random is before


def test_a_faker_method_is_named_with_its_arguments() -> None:
    generator = FakerGenerator("pyint", min_value=3, max_value=4)
    assert set(drawn(generator, 40)) == {3, 4}
    german = FakerGenerator("state", locale="de_DE")
    german.seed(1)
    assert "Bayern" in drawn(german, 200)


@pytest.mark.parametrize(
    ("method", "message"), [("no_such_thing", "Faker has no method 'no_such_thing'"), (len, "is not a Faker method")]
)
def test_what_is_no_faker_method_is_refused(method: Any, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        FakerGenerator(method)


def test_a_callable_object_with_a_seed_is_seeded() -> None:
    class Counting:
        def __init__(self) -> None:
            self.at = 0

        def seed(self, seed: int) -> None:
            self.at = seed

        def __call__(self) -> int:
            self.at += 1
            return self.at

    generator = make_input_generator(Counting())
    seed_generator(generator, 40)
    assert drawn(generator, 2) == [41, 42]


def test_a_callable_without_a_seed_is_left_alone() -> None:
    generator = make_input_generator(no_parameters)
    seed_generator(generator, 1)
    assert generator(SESSION, 0) == ()
