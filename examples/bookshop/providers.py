"""The providers: how customers, products and orders come to be, and along which distributions."""

from decimal import Decimal
from typing import Any, ClassVar

from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.generators.input_generators import FakerGenerator
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.composite_value_provider import CompositeValueProvider
from ascetic_ddd.faker.domain.providers.computed_provider import ComputedProvider
from ascetic_ddd.faker.domain.providers.interfaces import ICompositeValueProvider, IReferenceProvider, IValueProvider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.domain.repositories import IExternalRepository
from ascetic_ddd.faker.domain.specification.interfaces import ISpecification
from ascetic_ddd.seedwork.domain.session.interfaces import ISession
from examples.bookshop.domain import (
    Customer,
    CustomerId,
    CustomerStatus,
    Email,
    Money,
    Order,
    OrderId,
    OrderLine,
    OrderStatus,
    Product,
    ProductId,
    ProductStatus,
    Quantity,
)
from examples.bookshop.event_sourcing import EventSourcedOrder
from examples.bookshop.journeys import CUSTOMER, ORDER, PRODUCT

__all__ = ("CustomerProvider", "OrderProvider", "ProductProvider", "export_order")

CITIES = {"Moscow": 0.5, "London": 0.3, "Paris": 0.2}
CUSTOMER_WEIGHTS = [0.7, 0.2, 0.07, 0.03]
ORDER_STATUSES = {"shipped": 0.6, "paid": 0.2, "placed": 0.15, "cancelled": 0.05}


class CustomerProvider(AggregateProvider[dict[str, Any], Customer]):
    _id_attr = "id"

    id: IValueProvider[int, CustomerId]
    name: IValueProvider[str, str]
    email: IValueProvider[str, Email]
    city: IValueProvider[str, str]
    status: IValueProvider[str, CustomerStatus]

    def __init__(
        self, repository: IExternalRepository[Customer], factory: Any = CUSTOMER, exporter: Any = Customer.export
    ) -> None:
        self.id = ValueProvider[int, CustomerId]()  # given by the database
        self.name = ValueProvider[str, str](input_generator=FakerGenerator("name"))
        self.email = ValueProvider[str, Email](
            distributor=distributor_factory(sequence=True),
            input_generator=lambda session, position: f"reader{position}@example.com",
        )
        self.city = ValueProvider[str, str](values=list(CITIES), weights=list(CITIES.values()))
        self.status = ValueProvider[str, CustomerStatus](values=["active", "blocked"], weights=[0.9, 0.1])
        super().__init__(repository, output_factory=factory, output_exporter=exporter)


class ProductProvider(AggregateProvider[dict[str, Any], Product]):
    _id_attr = "id"

    id: IValueProvider[int, ProductId]
    title: IValueProvider[str, str]
    price: IValueProvider[Decimal, Money]
    status: IValueProvider[str, ProductStatus]

    def __init__(self, repository: IExternalRepository[Product], factory: Any = PRODUCT, exporter: Any = Product.export) -> None:
        self.id = ValueProvider[int, ProductId]()
        self.title = ValueProvider[str, str](input_generator=FakerGenerator("sentence", nb_words=3))
        self.price = ValueProvider[Decimal, Money](
            input_generator=FakerGenerator("pydecimal", min_value=1, max_value=99, right_digits=2)
        )
        self.status = ValueProvider[str, ProductStatus](values=["on_sale", "discontinued"], weights=[0.95, 0.05])
        super().__init__(repository, output_factory=factory, output_exporter=exporter)


def export_order(order: Order | EventSourcedOrder) -> dict[str, Any]:
    """The state under the names of the provider's parts."""
    state = order.export()
    lines = [*state.pop("lines"), None]
    return {**state, "line": lines[0], "other_line": lines[1]}


class OrderLineProvider(CompositeValueProvider[dict[str, Any], OrderLine]):
    product_id: IReferenceProvider[int, Product, ProductId]
    quantity: IValueProvider[int, Quantity]
    price: IValueProvider[Decimal, Money]

    def __init__(self, products: ProductProvider, null_weight: float = 0.0) -> None:
        self.product_id = ReferenceProvider[int, Product, ProductId](
            distributor=distributor_factory(skew=2.0, mean=10), aggregate_provider=products
        )
        self.quantity = ValueProvider[int, Quantity](values=[1, 2, 3], weights=[0.8, 0.15, 0.05])
        self.price = ComputedProvider[Decimal, Money](lambda price: price, {"price": "product_id.price"})  # of the day
        super().__init__(null_weight=null_weight)

    async def do_populate(self, session: ISession, specification: ISpecification | None = None) -> None:
        """What is discontinued cannot be ordered."""
        self.product_id.set({"status": "on_sale"})  # type: ignore[arg-type]  # a pattern


class OrderProvider(AggregateProvider[dict[str, Any], Order]):
    """One line always, another one in four orders of ten, of products on sale; by customers who are not blocked."""

    _id_attr = "id"

    id: IValueProvider[int, OrderId]
    customer_id: IReferenceProvider[int, Customer, CustomerId]
    line: ICompositeValueProvider[dict[str, Any], OrderLine]
    other_line: ICompositeValueProvider[dict[str, Any], OrderLine]
    status: IValueProvider[str, OrderStatus]
    tells_ids: ClassVar[bool] = False  # by default the application gives them

    def __init__(
        self,
        repository: IExternalRepository[Any],
        customers: CustomerProvider,
        products: ProductProvider,
        factory: Any = ORDER,
        exporter: Any = export_order,
    ) -> None:
        numbers = distributor_factory(sequence=True, start=1) if self.tells_ids else None
        self.id = ValueProvider[int, OrderId](numbers)
        self.customer_id = ReferenceProvider[int, Customer, CustomerId](
            distributor=distributor_factory(weights=CUSTOMER_WEIGHTS, mean=10), aggregate_provider=customers
        )
        self.line = OrderLineProvider(products)
        self.other_line = OrderLineProvider(products, null_weight=0.6)
        self.status = ValueProvider[str, OrderStatus](values=list(ORDER_STATUSES), weights=list(ORDER_STATUSES.values()))
        super().__init__(repository, output_factory=factory, output_exporter=exporter)

    async def do_populate(self, session: ISession, specification: ISpecification | None = None) -> None:
        """Who is blocked may not order."""
        self.customer_id.set({"status": "active"})  # type: ignore[arg-type]  # a pattern
