"""A small application over HTTP, in memory, and the providers of its orders: what the benchmark of transports speaks to."""

from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Response
from pydantic import BaseModel

from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.infrastructure.repositories.composite_repository import CompositeAutoPkRepository
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.faker.infrastructure.transports.drafts import Draft, draft_of
from ascetic_ddd.faker.infrastructure.transports.http.sources import Body, Location
from ascetic_ddd.faker.infrastructure.transports.route import Route

__all__ = ("ROUTES", "app", "make_app", "orders_by")


class NewCustomer(BaseModel):
    name: str


class NewOrder(BaseModel):
    number: int
    amount: int


def make_app() -> FastAPI:
    """Give an empty shop."""
    app = FastAPI()
    customers: list[NewCustomer] = []
    orders: list[NewOrder] = []

    @app.post("/customers")
    async def add(body: NewCustomer) -> Response:
        customers.append(body)
        return Response(status_code=201, headers={"Location": f"/customers/{len(customers)}"})

    @app.post("/customers/{customer_id}/orders", status_code=201)
    async def place(customer_id: int, body: NewOrder) -> dict[str, int]:
        orders.append(body)
        return {"id": len(orders)}

    return app


app = make_app()


@dataclass(frozen=True)
class AddCustomer:
    name: str


@dataclass(frozen=True)
class PlaceOrder:
    customer_id: int
    number: int
    amount: int


ROUTES = (
    Route(AddCustomer, "POST /customers", id=Location("/customers/{id}", int)),
    Route(PlaceOrder, "POST /customers/{customer_id}/orders", id=Body("/id")),
)


class _Customers(AggregateProvider[dict[str, Any], Draft[AddCustomer]]):
    _id_attr = "id"
    id: ValueProvider[int, int]
    name: ValueProvider[str, str]

    def __init__(self, repository: Any) -> None:
        self.id = ValueProvider[int, int]()
        self.name = ValueProvider[str, str](
            distributor_factory(sequence=True), input_generator=lambda session, position: f"customer {position}"
        )
        super().__init__(repository, draft_of(AddCustomer), Draft.export)


class _Orders(AggregateProvider[dict[str, Any], Draft[PlaceOrder]]):
    _id_attr = "id"
    id: ValueProvider[int, int]
    customer_id: ReferenceProvider[int, Draft[AddCustomer], int]
    number: ValueProvider[int, int]
    amount: ValueProvider[int, int]

    def __init__(self, repository: Any, customers: _Customers) -> None:
        self.id = ValueProvider[int, int]()
        self.customer_id = ReferenceProvider(distributor_factory(weights=[0.6, 0.25, 0.1, 0.05], mean=20), customers)
        self.number = ValueProvider[int, int](distributor_factory(sequence=True))
        self.amount = ValueProvider[int, int](values=list(range(1, 11)))
        super().__init__(repository, draft_of(PlaceOrder), Draft.export)


def orders_by(external: Any) -> _Orders:
    """The graph on one external repository, remembered in memory."""

    def remembered() -> CompositeAutoPkRepository[Draft[Any]]:
        internal = InMemoryRepository[Draft[Any]](agg_exporter=Draft.export)
        return CompositeAutoPkRepository(external_repository=external, internal_repository=internal)

    return _Orders(remembered(), _Customers(remembered()))
