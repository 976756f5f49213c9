# mypy: disable-error-code="untyped-decorator"
"""The steps that are not of the vocabulary, by behave."""

from decimal import Decimal
from typing import Any

from behave import then, when

from ascetic_ddd.faker.testing.behave import awaited
from examples.bookshop.ordering import order

__all__ = ("due", "ordered", "refused")


@when("«{customer}» orders {quantity:d} of «{product}»")
@when("«{customer}» заказывает {quantity:d} «{product}»")
@awaited
async def ordered(context: Any, customer: str, quantity: int, product: str) -> None:
    context.outcome = await order(context.session.connections, context.scenario_words, customer, product, quantity)


@then("{amount} are due")
def due(context: Any, amount: str) -> None:
    assert context.outcome == Decimal(amount), context.outcome


@then("заказ не принят")
def refused(context: Any) -> None:
    assert context.outcome is None
