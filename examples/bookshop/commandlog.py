"""The shop's commands written into a log: who asks tells the ids, and the price of the day is the product's."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ascetic_ddd.faker.application.target import Feed
from ascetic_ddd.faker.infrastructure.feeds.commandlog.command_log import CommandLog
from ascetic_ddd.faker.infrastructure.transports.drafts import Draft
from examples.bookshop.providers import CustomerProvider, OrderProvider, ProductProvider
from examples.bookshop.transports import CUSTOMER, ORDER, PRODUCT, ROUTES

__all__ = ("FEED", "orders_of_commands")


class _Shop:
    """Stands for the shop, as far as later commands need what it decides."""

    def __init__(self) -> None:
        self._prices: dict[int, Decimal] = {}

    def added(self, product: Mapping[str, Any]) -> None:
        """A product is on offer."""
        self._prices[product["id"]] = product["price"]

    def placed(self, order: Draft[Any]) -> dict[str, Any]:
        """The lines of an order, at the prices of the day."""
        lines = {name: order.state[name] for name in ("line", "other_line")}
        return {name: line and {**line, "price": self._prices[line["product_id"]]} for name, line in lines.items()}


def orders_of_commands(log: CommandLog) -> OrderProvider:
    """The graph of ``wiring.make_providers`` on the repositories of a log."""
    shop = _Shop()
    customers: Any = log.repository(id_field="customer_id")
    products: Any = log.repository(id_field="product_id", hearing=shop.added)
    orders: Any = log.repository(id_field="order_id", answer=shop.placed)
    customer_provider = CustomerProvider(customers, CUSTOMER, Draft.export)
    product_provider = ProductProvider(products, PRODUCT, Draft.export)
    return OrderProvider(orders, customer_provider, product_provider, ORDER, Draft.export)


FEED = Feed(orders_of_commands, ROUTES)
