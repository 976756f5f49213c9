"""Declared providers keep the contract: orders whose parts follow from others, and what is one of several kinds."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest

from ascetic_ddd.faker import Providers
from ascetic_ddd.faker.testing.provider_contract import ProviderContract
from ascetic_ddd.seedwork.domain.session.interfaces import ISession, ISessionPool
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySessionPool
from tests.unit.faker.declaring.orders import OrderProvider
from tests.unit.faker.declaring.shop import in_memory
from tests.unit.faker.declaring.test_kinds import HouseProvider


class InMemory:
    @pytest.fixture
    def session_pool(self) -> ISessionPool:
        return InMemorySessionPool()


class TestOrders(InMemory, ProviderContract):
    @pytest.fixture
    def provider(self) -> Any:
        return Providers(in_memory)[OrderProvider]

    def inputs(self) -> Sequence[Mapping[str, Any]]:
        return {"status": "paid"}, {"customer_id": {"currency": "EUR"}}, {"customer_id": {"currency": "USD"}, "status": "placed"}

    async def check(self, provider: Any, session: ISession, state: Mapping[str, Any]) -> None:
        customers = provider.customer_id.source.aggregate_provider.repository
        customer = await customers.get(session, state["customer_id"])
        assert state["currency"] == customer["currency"]
        assert state["created_at"] >= customer["created_at"]
        assert state["total"] == sum((line["price"] * line["quantity"] for line in state["lines"]), Decimal())
        assert len({line["product_id"] for line in state["lines"]}) == len(state["lines"])


class TestOneOfSeveral(InMemory, ProviderContract):
    @pytest.fixture
    def provider(self) -> Any:
        return Providers(in_memory)[HouseProvider]

    def inputs(self) -> Sequence[Mapping[str, Any]]:
        return {"owner": {"person": {"name": "Ann"}}}, {"owner": {"firm": {"name": "Acme"}}}

    async def check(self, provider: Any, session: ISession, state: Mapping[str, Any]) -> None:
        owner = state["owner"]
        assert (owner["person"] is None) is not (owner["firm"] is None)
