"""Provider graphs whose rows are kept: each kind of provider and distributor stands in one of them."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ascetic_ddd.faker.application.profile.model import Profile
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.distributors.o2m.factory import children_factory
from ascetic_ddd.faker.domain.generators.input_generators import FakerGenerator
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.composite_value_provider import CompositeValueProvider
from ascetic_ddd.faker.domain.providers.dependent_provider import DependentProvider
from ascetic_ddd.faker.domain.providers.entity_provider import EntityProvider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.domain.specification.interfaces import ISpecification
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.faker.schema import SchemaSynthesizer
from ascetic_ddd.faker.schema.aggregates.providers import providers
from ascetic_ddd.seedwork.domain.session.interfaces import ISession
from examples.flights.providers import AirlineProvider, AirportProvider, FlightProvider, PlaneProvider
from examples.library.providers import AuthorProvider, BookProvider, TenantProvider, export
from tests.integration import staff

__all__ = ("FLIGHTS_PROFILE", "flights", "library", "library_aggregates", "models", "shop")

FLIGHTS_PROFILE = Path(__file__).with_name("flights.json")
"""What was captured of the first 3,000 flights of the example's data."""

Row = dict[str, Any]


def library() -> BookProvider:
    """The example of the documentation, in memory."""
    tenants = TenantProvider(InMemoryRepository(agg_exporter=export))
    authors = AuthorProvider(InMemoryRepository(agg_exporter=export), tenants)
    return BookProvider(InMemoryRepository(agg_exporter=export), tenants, authors)


def library_aggregates(books: BookProvider) -> dict[str, AggregateProvider[Any, Any]]:
    """Its three providers, parents first."""
    authors = books.author_id.source.aggregate_provider  # type: ignore[attr-defined]  # a reference of ours
    tenants = books.id.tenant_id.source.aggregate_provider  # type: ignore[attr-defined]
    return {"tenants": tenants, "authors": authors, "books": books}


def flights() -> dict[str, AggregateProvider[Any, Any]]:
    """The example of captured distributions, in memory, with the rows that each table is to have."""
    profile = Profile.load(FLIGHTS_PROFILE)

    def kept(agg_exporter: Callable[[Any], Row], id_attr: str) -> InMemoryRepository[Any]:
        return InMemoryRepository(agg_exporter=agg_exporter, id_attr=id_attr)

    airlines = AirlineProvider(kept(lambda agg: agg.export(), "carrier"), profile.table("airlines"))
    planes = PlaneProvider(kept(lambda agg: agg.export(), "tailnum"), profile.table("planes"))
    airports = AirportProvider(kept(lambda agg: agg.export(), "faa"), profile.table("airports"))
    flown = FlightProvider(kept(lambda agg: agg.export(), "flight_id"), profile, airlines, planes, airports)
    return {"airlines": airlines, "planes": planes, "airports": airports, "flights": flown}


def models() -> dict[str, AggregateProvider[Any, Any]]:
    """Pydantic models that refer to each other in a circle, in memory."""
    schema = SchemaSynthesizer(seed=5)
    schema.add(staff.Employee, 400)
    schema.add(staff.Manager, 20)
    found = providers(schema, lambda aggregate: InMemoryRepository(agg_exporter=aggregate.export, id_attr=aggregate.id_attr))
    return dict(found)


@dataclasses.dataclass
class Line:
    number: int
    product: str
    price: int


@dataclasses.dataclass
class Address:
    city: str
    street: str


class Plain(AggregateProvider[Any, Row]):
    _id_attr = "id"

    def __init__(self) -> None:
        super().__init__(InMemoryRepository(agg_exporter=_plain, set_id=_set_id), dict, _plain)


def _set_id(agg: Row, id: int) -> None:
    agg["id"] = id


def _plain(agg: Row) -> Row:
    return {key: _part(part) for key, part in agg.items()}


def _part(value: Any) -> Any:
    if isinstance(value, list):
        return [_part(item) for item in value]
    return dataclasses.asdict(value) if dataclasses.is_dataclass(value) and not isinstance(value, type) else value


class AddressProvider(CompositeValueProvider[Row, Address]):
    city: ValueProvider[str, str]
    street: ValueProvider[str, str]

    def __init__(self) -> None:
        self.city = ValueProvider(distributor_factory(skew=2.0, mean=20), input_generator=FakerGenerator("city"))
        self.street = ValueProvider(input_generator=FakerGenerator("street_name"))
        super().__init__(Address, null_weight=0.25)


class CustomerProvider(Plain):
    id: ValueProvider[int, int]
    email: ValueProvider[str, str]
    kind: ValueProvider[str, str]
    referrer: ReferenceProvider[int, Row, int]
    address: AddressProvider

    def __init__(self) -> None:
        self.id = ValueProvider()
        self.email = ValueProvider(distributor_factory(mean=1), input_generator=FakerGenerator("user_name"))
        self.kind = ValueProvider(values=["private", "company", "state"], weights=[0.6, 0.3, 0.1])
        self.referrer = ReferenceProvider(distributor_factory(skew=3.0, mean=10, null_weight=0.3), lambda: self)
        self.address = AddressProvider()
        super().__init__()


class LineProvider(EntityProvider[Row, Line]):
    _id_attr = "number"
    number: ValueProvider[int, int]
    product: ValueProvider[str, str]
    price: ValueProvider[int, int]

    def __init__(self) -> None:
        self.number = ValueProvider(distributor_factory(sequence=True))
        self.product = ValueProvider(
            distributor_factory(weights=[0.7, 0.2, 0.1], mean=30), input_generator=FakerGenerator("word")
        )
        self.price = ValueProvider(distributor_factory(null_weight=0.1), input_generator=FakerGenerator("pyint", min_value=1))
        super().__init__(Line)


class ReturnProvider(Plain):
    id: ValueProvider[int, int]
    order_id: ReferenceProvider[int, Row, int]
    reason: ValueProvider[str, str]

    def __init__(self, order_provider: "Callable[[], OrderProvider]") -> None:
        self.id = ValueProvider()
        self.order_id = ReferenceProvider(aggregate_provider=order_provider)
        self.reason = ValueProvider(values=["broken", "late", "unwanted"])
        super().__init__()


class OrderProvider(Plain):
    id: ValueProvider[int, int]
    customer_id: ReferenceProvider[int, Row, int]
    payer_id: ReferenceProvider[int, Row, int]
    status: ValueProvider[str, str]
    lines: DependentProvider[Any, Line]
    returns: DependentProvider[Any, Row]

    def __init__(self, customers: CustomerProvider) -> None:
        self.id = ValueProvider()
        self.customer_id = ReferenceProvider(distributor_factory(weights=[0.7, 0.2, 0.07, 0.03], mean=10), customers)
        self.payer_id = ReferenceProvider(distributor_factory(mean=4, null_weight=0.5), customers)
        self.status = ValueProvider(values=["placed", "paid", "shipped"], weights=[0.2, 0.3, 0.5])
        self.lines = DependentProvider(
            children_factory(low=1, high=9, mean=3), LineProvider(), templates=[(0.8, {"price": 5}), (0.2, {})]
        )
        self.returns = DependentProvider(
            children_factory(low=0, high=2, mean=0.2), ReturnProvider(lambda: self), reference="order_id"
        )
        super().__init__()

    async def do_populate(self, session: ISession, specification: ISpecification | None = None) -> None:
        """What is not paid has no payer; one order in so many is of a company."""
        await self.status.populate(session)
        if self.status.get() == "placed":
            self.payer_id.set(None)
        elif self.status.get() == "shipped":
            self.customer_id.set({"kind": "company"})  # type: ignore[arg-type]  # a pattern
        await super().do_populate(session, specification)


def shop() -> dict[str, AggregateProvider[Any, Any]]:
    """Children of both kinds, a circle, values that are reused, unique, listed, null, and a hook."""
    customers = CustomerProvider()
    orders = OrderProvider(customers)
    returns: Any = orders.returns.provider
    return {"customers": customers, "orders": orders, "returns": returns}
