"""A composite is made of parts: the public annotated attributes, base class first, in order of declaration."""

import dataclasses
from typing import Any, ClassVar

import pytest

from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.composite_value_provider import CompositeValueProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.domain.specification.equality import EqualSpecification
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession
from tests.unit.faker.domain.providers.models import BoomError, composite, made, numbers, value


@dataclasses.dataclass
class Money:
    amount: int
    currency: str


class MoneyProvider(CompositeValueProvider[dict[str, Any], Money]):
    amount: ValueProvider[int, int]
    currency: ValueProvider[str, str]

    def __init__(self) -> None:
        self.amount = numbers()
        self.currency = value("EUR", "USD")
        super().__init__()


async def test_life_of_one_composite(session: InMemorySession) -> None:
    provider = MoneyProvider()
    assert provider.get() == {"amount": None, "currency": None}
    assert not provider.is_complete()
    provider.set({"currency": "CHF"})
    assert provider.get() == {"amount": None, "currency": "CHF"}
    await provider.populate(session)
    assert provider.is_complete()
    first = await provider.create(session)
    assert first == Money(0, "CHF")
    assert await provider.create(session) is first
    provider.reset()
    assert provider.get() == {"amount": None, "currency": None}
    assert await provider.create(session) == Money(1, "EUR")  # not populated before: create does it


async def test_nested_parts_are_told_bit_by_bit(session: InMemorySession) -> None:
    provider = composite(price=MoneyProvider(), count=numbers(), output_factory=lambda price, count: (price, count))
    provider.set({"price": {"amount": 5}})
    provider.set({"price": {"currency": "CHF"}})
    assert not provider.is_complete()
    assert await made_again(provider, session) == (Money(5, "CHF"), 0)


async def made_again(provider: Any, session: InMemorySession) -> Any:
    await provider.populate(session)
    return await provider.create(session)


async def test_telling_every_part_completes_it(session: InMemorySession) -> None:
    provider = MoneyProvider()
    provider.set({"amount": 1, "currency": "EUR"})
    assert provider.is_complete()


async def test_telling_a_part_after_create_makes_another_object(session: InMemorySession) -> None:
    provider = MoneyProvider()
    first = await made(provider, session)
    provider.set({"amount": 99})
    second = await provider.create(session)
    assert (first.amount, second.amount, second.currency) == (0, 99, first.currency)


async def test_told_none_is_null_until_told_otherwise(session: InMemorySession) -> None:
    provider = MoneyProvider()
    provider.set(None)
    assert provider.get() is None
    assert provider.is_complete()
    assert not provider.is_transient()
    assert await made_again(provider, session) is None
    provider.set({"amount": 3})
    assert await made_again(provider, session) == Money(3, "EUR")


async def test_a_told_composite_may_hold_a_null_part(session: InMemorySession) -> None:
    assert await made(MoneyProvider(), session, {"currency": None}) == Money(0, None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("input", "message"),
    [
        (
            {"amont": 5},
            r"^MoneyProvider was told 'amont'=5, but has no such attribute; it has amount, currency; did you mean 'amount'\?$",
        ),
        (5, r"^MoneyProvider was told 5; expected a dict with any of amount, currency$"),
        ("EUR", "was told 'EUR'; expected a dict"),
    ],
)
def test_telling_what_is_not_there_is_an_error_that_says_what_is(input: Any, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        MoneyProvider().set(input)


def test_an_unknown_part_deep_inside_is_named_by_its_path() -> None:
    with pytest.raises(ConfigurationError, match=r"^PartProvider\.price was told 'sum'=1"):
        composite(price=MoneyProvider()).set({"price": {"sum": 1}})


async def test_an_unknown_part_changes_nothing(session: InMemorySession) -> None:
    provider = MoneyProvider()
    with pytest.raises(ConfigurationError):
        provider.set({"amount": 5, "nothing": 1})
    assert provider.get() == {"amount": None, "currency": None}


async def test_parts_are_drawn_in_order_of_declaration_the_base_classes_first(session: InMemorySession) -> None:
    order: list[str] = []

    def noting(name: str) -> ValueProvider[str, str]:
        def draw() -> str:
            order.append(name)
            return name

        return ValueProvider[str, str](input_generator=draw)

    class Base(CompositeValueProvider[Any, Any]):
        z: ValueProvider[str, str]
        b: ValueProvider[str, str]

    class Derived(Base):
        a: ValueProvider[str, str]
        b: ValueProvider[str, str]

        def __init__(self) -> None:
            self.a, self.b, self.z = noting("a"), noting("b"), noting("z")
            super().__init__(output_factory=lambda **parts: list(parts))

    assert await made(Derived(), session) == ["z", "b", "a"]
    assert order == ["z", "b", "a"]


async def test_private_constant_and_plain_attributes_are_no_parts(session: InMemorySession) -> None:
    class Provider(CompositeValueProvider[Any, Any]):
        limit: ClassVar[int] = 5
        quoted: "ClassVar[int]" = 6
        _hidden: ValueProvider[int, int]
        plain: int
        amount: ValueProvider[int, int]

        def __init__(self) -> None:
            self._hidden, self.unannotated, self.plain, self.amount = numbers(), numbers(), 3, numbers()
            super().__init__(output_factory=dict)

    provider = Provider()
    assert list(provider.parts()) == ["amount"]
    assert await made(provider, session) == {"amount": 0}
    assert provider._hidden.get() is None


def test_an_annotated_part_that_is_not_set_is_named() -> None:
    class Provider(CompositeValueProvider[Any, Any]):
        amount: ValueProvider[int, int]

    provider = Provider(output_factory=dict)
    for _ in range(2):
        with pytest.raises(ConfigurationError, match=r"^Provider declares 'amount', but has no such attribute; set self\.amount"):
            provider.reset()


async def test_a_missing_output_factory_is_named(session: InMemorySession) -> None:
    class Provider(CompositeValueProvider[dict[str, Any], dict[str, Any]]):
        pass

    with pytest.raises(ConfigurationError, match="Provider has no output_factory"):
        await made(Provider(), session)


async def test_a_database_given_part_makes_the_composite_transient(session: InMemorySession) -> None:
    provider = composite(id=ValueProvider[int, int](), other=numbers())
    assert provider.is_transient()
    provider.set({"id": 5})
    assert not provider.is_transient()


async def test_do_populate_ties_parts_together(session: InMemorySession) -> None:
    class SameTwice(MoneyProvider):
        async def do_populate(self, session: Any, specification: Any = None) -> None:
            await self.amount.populate(session)
            self.currency.set(f"C{self.amount.get()}")
            await super().do_populate(session)

    assert await made(SameTwice(), session) == Money(0, "C0")
    outer = composite(price=SameTwice(), output_factory=lambda price: price)
    assert await made(outer, session) == Money(0, "C0")


async def test_an_overridden_create_is_called_inside_a_composite(session: InMemorySession) -> None:
    class Doubled(MoneyProvider):
        async def create(self, session: Any) -> Money:
            money = await super().create(session)
            return Money(money.amount * 2, money.currency)

    assert await made(composite(price=Doubled()), session, {"price": {"amount": 4}}) == {"price": Money(8, "EUR")}


async def test_an_equality_specification_is_told_to_the_parts(session: InMemorySession) -> None:
    provider = MoneyProvider()
    await provider.populate(session, EqualSpecification({"currency": "CHF"}))
    assert await provider.create(session) == Money(0, "CHF")


async def test_a_clone_shares_no_part(session: InMemorySession) -> None:
    provider = composite(price=MoneyProvider(), output_factory=lambda price: price)
    provider.set({"price": {"currency": "CHF"}})
    clone = provider.clone()
    assert clone.get() == {"price": {"amount": None, "currency": None}}
    clone.set({"price": {"amount": 77}})
    assert provider.get() == {"price": {"amount": None, "currency": "CHF"}}
    assert await made_again(provider, session) == Money(0, "CHF")
    assert await made_again(clone, session) == Money(77, "EUR")
    assert clone.parts()["price"].path == "PartProvider.price"


class Invoice(CompositeValueProvider[Any, Any]):
    price: MoneyProvider
    paid: ValueProvider[int, int]

    def __init__(self) -> None:
        self.price = MoneyProvider()
        self.paid = numbers()
        self.alias = self.price  # a part under a private name
        self.deep_alias = self.price.amount  # a part of a part
        super().__init__(output_factory=dict)

    async def do_populate(self, session: Any, specification: Any = None) -> None:
        await self.alias.populate(session)
        self.paid.set(self.deep_alias.get())
        await super().do_populate(session)


async def test_an_alias_of_a_part_or_of_a_part_of_a_part_follows_into_the_clone(session: InMemorySession) -> None:
    provider = Invoice()
    clone = provider.clone()
    assert clone.alias is clone.price
    assert clone.deep_alias is clone.price.amount
    assert provider.deep_alias is provider.price.amount
    assert await made(clone, session, {"price": {"amount": 77}}) == {"price": Money(77, "EUR"), "paid": 77}
    assert provider.get() == {"price": {"amount": None, "currency": None}, "paid": None}


async def test_a_part_that_knows_its_sibling_knows_the_twin_in_the_clone() -> None:
    amount = numbers()
    price = composite(tax=numbers())
    price.sibling = amount
    provider = composite(price=price, amount=amount)
    clone = provider.clone()
    assert clone.price.sibling is clone.amount
    assert clone.amount is not amount


async def test_an_error_of_the_factory_travels_with_path_and_input(session: InMemorySession) -> None:
    def fail(**parts: Any) -> Any:
        raise BoomError

    provider = composite(price=composite(amount=numbers(), output_factory=fail))
    with pytest.raises(BoomError) as caught:
        await made(provider, session)
    assert "while PartProvider.price made an object of {'amount': 0}" in caught.value.__notes__


async def test_after_a_failed_factory_the_same_provider_makes_the_next(session: InMemorySession) -> None:
    def picky(amount: int) -> int:
        if amount == 0:
            raise BoomError
        return amount

    provider = composite(amount=numbers(), output_factory=picky)
    with pytest.raises(BoomError):
        await made(provider, session)
    assert await made(provider, session) == 1


async def test_a_null_drawn_part_is_passed_as_none(session: InMemorySession) -> None:
    never = ValueProvider[str, str](distributor_factory(null_weight=1), input_generator=["a"])
    assert await made(composite(name=never), session) == {"name": None}


class MaybeMoneyProvider(MoneyProvider):
    def __init__(self, null_weight: float) -> None:
        self.amount = numbers()
        self.currency = value("EUR", "USD")
        CompositeValueProvider.__init__(self, null_weight=null_weight)


async def test_an_optional_composite_is_none_as_a_whole_in_its_share(session: InMemorySession) -> None:
    provider = composite(price=MaybeMoneyProvider(0.25), output_factory=lambda price: price)
    found = [await made(provider, session) for _ in range(1024)]
    assert sum(price is None for price in found) == pytest.approx(256, abs=1)
    assert [price.amount for price in found if price is not None] == list(range(sum(price is not None for price in found)))
    assert found[:256] != found[256:512]  # in random order


async def test_an_optional_composite_of_which_something_was_told_is_not_none(session: InMemorySession) -> None:
    provider = MaybeMoneyProvider(1.0)
    for told, wanted in (({"currency": "CHF"}, Money(0, "CHF")), (None, None)):
        provider.reset()
        provider.set(told)
        assert await made_again(provider, session) == wanted
    provider.reset()
    assert await made_again(provider, session) is None
    assert provider.get() is None


async def test_an_optional_composite_decides_once(session: InMemorySession) -> None:
    class Counted(MaybeMoneyProvider):
        async def do_populate(self, session: Any, specification: Any = None) -> None:
            await self.amount.populate(session)
            await super().do_populate(session, specification)

    provider = composite(price=Counted(0.5), output_factory=lambda price: price)
    found = [await made(provider, session) for _ in range(256)]
    assert sum(price is None for price in found) == pytest.approx(128, abs=1)


def test_a_null_weight_that_is_no_probability_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"MaybeMoneyProvider: null_weight=1.5: expected a number from 0 to 1"):
        MaybeMoneyProvider(1.5)
