"""What the steps of both runners do: a customer orders, by the application's command."""

from decimal import Decimal
from typing import Any

from ascetic_ddd.faker.testing.scenario import Scenario
from examples.bookshop.application import Bookshop, IConnections
from examples.bookshop.commands import OrderedItem, PlaceOrder
from examples.bookshop.domain import DomainError

__all__ = ("order",)


async def order(connections: IConnections, scenario: Scenario, customer: str, product: str, quantity: int) -> Decimal | None:
    """Place an order of so many of one product, both by their names. Returns what is due; None: it is refused."""
    item = OrderedItem(product_id=scenario.id_of("products", product), quantity=quantity)
    command = PlaceOrder(customer_id=scenario.id_of("customers", customer), items=(item,))
    try:
        reply = await Bookshop(connections).handle(command)
    except DomainError:
        return None
    lines: list[dict[str, Any]] = (reply.state or {})["lines"]
    return sum((line["quantity"] * line["price"] for line in lines), Decimal(0))
