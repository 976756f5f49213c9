"""Every distributor of ours keeps the contract, growing and planned."""

from typing import Any

import pytest

from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.distributors.m2o.shares import SharesDistributor
from ascetic_ddd.faker.testing.distributor_contract import DistributorContract, MakeDistributor

LAWS: dict[str, dict[str, Any]] = {
    "mean": {"mean": 10},
    "skew": {"skew": 2.0, "mean": 10},
    "weights": {"weights": [0.7, 0.2, 0.07, 0.03], "mean": 10},
    "histogram": {"histogram": [(0, 10), (1, 20), (4, 8), (25, 2)]},
    # laws of several scopes each: one that was measured in a single scope goes to one scope, so those are not independent
    "within": {"mean": 10, "within": [(3, [(5, 10)]), (30, [(10, 90)])]},
}


class TestNewDistributor(DistributorContract):
    @pytest.fixture
    def make(self) -> MakeDistributor:
        return lambda null_weight: distributor_factory(null_weight=null_weight)


class TestSharesDistributor(DistributorContract):
    fixed = 3

    @pytest.fixture
    def make(self) -> MakeDistributor:
        return lambda null_weight: SharesDistributor([5, 3, 2], null_weight)


class TestPlannedSharesDistributor(TestSharesDistributor):
    is_planned = True


class TestLawDistributor(DistributorContract):
    @pytest.fixture(params=LAWS)
    def make(self, request: pytest.FixtureRequest) -> MakeDistributor:
        return lambda null_weight: distributor_factory(**LAWS[request.param], null_weight=null_weight)


class TestPlannedLawDistributor(TestLawDistributor):
    is_planned = True
