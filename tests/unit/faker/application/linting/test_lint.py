"""What ``lint`` finds, and what it leaves alone."""

from bisect import bisect_right
from enum import Enum
from random import Random
from typing import Any

from ascetic_ddd.faker.application.linting.lint import lint
from ascetic_ddd.faker.domain.distributors.counts import SkewCounts, WeightsCounts
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.generators.input_generators import FakerGenerator
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.composite_value_provider import CompositeValueProvider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

WEIGHTS = [0.7, 0.2, 0.07, 0.03]


class Plain(AggregateProvider[Any, Any]):
    _id_attr = "id"

    def __init__(self) -> None:
        super().__init__(InMemoryRepository(agg_exporter=dict), dict, dict)


def reference(target: AggregateProvider[Any, Any], **asked: Any) -> ReferenceProvider[Any, Any, Any]:
    return ReferenceProvider(distributor_factory(**asked), target)


class TenantProvider(Plain):
    id: ValueProvider[int, int]

    def __init__(self) -> None:
        self.id = ValueProvider()
        super().__init__()


class TenantScopedId(CompositeValueProvider[Any, Any]):
    tenant_id: ReferenceProvider[Any, Any, Any]
    number: ValueProvider[int, int]

    def __init__(self, tenants: AggregateProvider[Any, Any], **asked: Any) -> None:
        self.tenant_id = reference(tenants, **asked)
        self.number = ValueProvider()
        super().__init__(dict, dict)


class AuthorProvider(Plain):
    id: TenantScopedId

    def __init__(self, tenants: AggregateProvider[Any, Any], **asked: Any) -> None:
        self.id = TenantScopedId(tenants, **asked)
        super().__init__()


class BookProvider(Plain):
    """The seed's: the author is of the book's tenant."""

    id: TenantScopedId
    author_id: ReferenceProvider[Any, Any, Any]

    def __init__(
        self, tenants: AggregateProvider[Any, Any], authors: AggregateProvider[Any, Any], tenant: Any, author: Any
    ) -> None:
        self.id = TenantScopedId(tenants, **tenant)
        self.author_id = reference(authors, **author)
        super().__init__()

    async def do_populate(self, session: ISession, specification: Any = None) -> None:
        await self.id.populate(session)
        self.author_id.set({"tenant_id": self.id.tenant_id.get()})
        await super().do_populate(session)


def books(tenant: Any, author: Any, authors: Any) -> BookProvider:
    tenants = TenantProvider()
    return BookProvider(tenants, AuthorProvider(tenants, **authors), tenant, author)


def test_the_contradiction_of_the_seed_is_found() -> None:
    (finding,) = lint(
        books({"weights": WEIGHTS, "mean": 50}, {"weights": WEIGHTS, "mean": 50}, {"skew": 2.0, "mean": 10}),
    )
    assert finding.path == "BookProvider.id.tenant_id"
    assert str(finding) == (
        "BookProvider.id.tenant_id: asked 50 rows per Tenant; but 50 rows per Author (BookProvider.author_id) × 10 rows per "
        "Tenant (AuthorProvider.id.tenant_id) imply 500, if the Author is one of the same Tenant. Ask for mean=500 here, or "
        "mean=5 at BookProvider.author_id, or mean=1 at AuthorProvider.id.tenant_id."
    )


def test_the_mended_numbers_are_let_pass() -> None:
    assert lint(books({"weights": WEIGHTS, "mean": 500}, {"weights": WEIGHTS, "mean": 50}, {"skew": 2.0, "mean": 10})) == []


def test_rounded_figures_are_let_pass() -> None:
    assert lint(books({"mean": 487.3}, {"mean": 50}, {"mean": 10})) == []


def test_nulls_and_unused_values_are_reckoned_with() -> None:
    half_null = {"mean": 50, "null_weight": 0.5}  # 100 books, null or not, per author
    assert lint(books({"mean": 1000}, half_null, {"mean": 10})) == []
    assert len(lint(books({"mean": 500}, half_null, {"mean": 10}))) == 1
    half_unused = {"histogram": [(0, 10), (50, 10)]}  # each second author has no book: 25 books per author
    assert lint(books({"mean": 250}, half_unused, {"mean": 10})) == []
    assert len(lint(books({"mean": 500}, half_unused, {"mean": 10}))) == 1


def test_references_that_ask_for_no_number_contradict_nothing() -> None:
    assert lint(books({}, {"mean": 50}, {"mean": 10})) == []
    assert lint(books({"mean": 50}, {}, {"mean": 10})) == []
    assert lint(books({"mean": 50}, {"mean": 50}, {})) == []


def test_a_closed_reference_asks_for_no_number() -> None:
    found = books({"mean": 50}, {"mean": 50}, {"mean": 10})
    found.id.tenant_id = ReferenceProvider(
        distributor_factory(mean=50), found.id.tenant_id.source.aggregate_provider, create=False
    )
    assert lint(found.clone()) == []


class OrderProvider(Plain):
    """Ships to a country; its customer lives in one, any one."""

    id: ValueProvider[int, int]
    country_id: ReferenceProvider[Any, Any, Any]
    customer_id: ReferenceProvider[Any, Any, Any]
    chosen_id: ReferenceProvider[Any, Any, Any]

    def __init__(self, countries: AggregateProvider[Any, Any], customers: AggregateProvider[Any, Any]) -> None:
        self.id = ValueProvider()
        self.country_id = reference(countries, mean=50)
        self.customer_id = reference(customers, mean=4)
        self.chosen_id = reference(countries, mean=70)
        super().__init__()


class CustomerProvider(Plain):
    id: ValueProvider[int, int]
    country_id: ReferenceProvider[Any, Any, Any]

    def __init__(self, countries: AggregateProvider[Any, Any]) -> None:
        self.id = ValueProvider()
        self.country_id = reference(countries, mean=1000)
        super().__init__()


class TiedOrderProvider(OrderProvider):
    """Ships to where the customer lives."""

    async def do_populate(self, session: ISession, specification: Any = None) -> None:
        await self.country_id.populate(session)
        self.customer_id.set({"country_id": self.country_id.get()})
        await super().do_populate(session)


def test_references_that_nothing_ties_are_let_pass() -> None:
    countries = TenantProvider()
    assert lint(OrderProvider(countries, CustomerProvider(countries))) == []


def test_only_the_tied_one_of_several_references_is_found() -> None:
    countries = TenantProvider()
    found = lint(TiedOrderProvider(countries, CustomerProvider(countries)))
    assert [finding.path for finding in found] == ["TiedOrderProvider.country_id"]
    assert "imply 4000" in found[0].implies


class RegionProvider(CustomerProvider):
    """One more step on the way."""


class LineProvider(Plain):
    id: ValueProvider[int, int]
    region_id: ReferenceProvider[Any, Any, Any]
    order_id: ReferenceProvider[Any, Any, Any]

    def __init__(self, regions: AggregateProvider[Any, Any], orders: AggregateProvider[Any, Any]) -> None:
        self.id = ValueProvider()
        self.region_id = reference(regions, mean=3)
        self.order_id = reference(orders, mean=2)
        super().__init__()

    async def do_populate(self, session: ISession, specification: Any = None) -> None:
        await self.order_id.populate(session)
        self.region_id.set(self.order_id.get())
        await super().do_populate(session)


def test_longer_chains_are_followed() -> None:
    countries = TenantProvider()
    found = lint(LineProvider(countries, OrderProvider(countries, CustomerProvider(countries))))
    assert {finding.implies.split(" imply ")[1].split(",")[0] for finding in found} == {"100", "8000", "140"}


def test_scopes_with_fewer_values_than_parts_are_found() -> None:
    (finding,) = lint(books({"mean": 100}, {"weights": WEIGHTS, "mean": 50}, {"mean": 2}))
    assert finding.path == "BookProvider.author_id"
    assert "one Tenant has about 2 Author to choose from" in finding.implies


class NodeProvider(Plain):
    id: ValueProvider[int, int]
    parent_id: ReferenceProvider[Any, Any, Any]

    def __init__(self, null_weight: float) -> None:
        self.id = ValueProvider()
        self.parent_id = ReferenceProvider(distributor_factory(mean=5, null_weight=null_weight), lambda: self)
        super().__init__()


class RootedNodeProvider(NodeProvider):
    """Its hook sees to the first one."""

    async def do_populate(self, session: ISession, specification: Any = None) -> None:
        if self.parent_id.source.aggregate_provider is self:
            self.parent_id.set(None)
        await super().do_populate(session)


def test_a_self_reference_that_may_not_be_null_is_found() -> None:
    (finding,) = lint(NodeProvider(0.0))
    assert finding.path == "NodeProvider.parent_id"
    assert "null_weight" in finding.advice
    assert lint(NodeProvider(0.1)) == []
    assert lint(RootedNodeProvider(0.0)) == []


class CompanyProvider(Plain):
    id: ValueProvider[int, int]
    owner_id: ReferenceProvider[Any, Any, Any]

    def __init__(self) -> None:
        self.id = ValueProvider()
        self.owner_id = ReferenceProvider(distributor_factory(mean=2), lambda: self.people)
        super().__init__()
        self.people = PersonProvider(self)


class PersonProvider(Plain):
    id: ValueProvider[int, int]
    employer_id: ReferenceProvider[Any, Any, Any]

    def __init__(self, companies: CompanyProvider) -> None:
        self.id = ValueProvider()
        self.employer_id = reference(companies, mean=20)
        super().__init__()


def test_a_circle_through_two_aggregates_is_found_once() -> None:
    (finding,) = lint(CompanyProvider())
    assert "CompanyProvider.owner_id → PersonProvider.employer_id leads back to Company" in finding.implies


class EnrolmentId(CompositeValueProvider[Any, Any]):
    student_id: ReferenceProvider[Any, Any, Any]
    course_id: ReferenceProvider[Any, Any, Any]

    def __init__(self, student: Any, course: Any) -> None:
        self.student_id = reference(TenantProvider(), **student)
        self.course_id = reference(TenantProvider(), **course)
        super().__init__(dict, dict)


class EnrolmentProvider(Plain):
    id: EnrolmentId

    def __init__(self, student: Any, course: Any) -> None:
        self.id = EnrolmentId(student, course)
        super().__init__()


def test_an_id_of_reused_references_only_is_told_with_the_number_of_repeats() -> None:
    (finding,) = lint(EnrolmentProvider({"mean": 50}, {"mean": 50}), 100_000)
    assert finding.path == "EnrolmentProvider.id"
    assert "student_id and EnrolmentProvider.id.course_id are reused, so about 1240 rows" in str(finding)  # 50 · 50 / 2 pairs
    (skewed,) = lint(EnrolmentProvider({"skew": 2, "mean": 50}, {"mean": 50}), 100_000)
    assert _repeats(skewed) > 2 * 1240


def _repeats(finding: Any) -> float:
    return float(finding.implies.split("about ")[1].split()[0])


def test_an_id_whose_parts_are_unique_together_does_not_repeat() -> None:
    provider: Any = EnrolmentProvider({"mean": 50}, {"mean": 50})
    provider.unique_together = ("id.student_id", "id.course_id")
    assert not lint(provider, 100_000)


def test_the_number_of_repeats_is_that_of_a_run() -> None:
    random, rows = Random(7), 20_000
    (finding,) = lint(EnrolmentProvider({"skew": 2, "mean": 20}, {"weights": WEIGHTS, "mean": 40}), rows)
    cells = [SkewCounts(2, 20).cumulative(rows // 20), WeightsCounts(WEIGHTS, 40).cumulative(rows // 40)]
    pairs = {tuple(bisect_right(points, random.random()) for points in cells) for _ in range(rows)}
    assert abs(_repeats(finding) - (rows - len(pairs))) < 0.1 * (rows - len(pairs))


def test_an_id_with_a_part_of_its_own_is_left_alone() -> None:
    assert lint(EnrolmentProvider({"mean": 50}, {"mean": 1}), 100_000) == []
    assert lint(EnrolmentProvider({"mean": 50}, {}), 100_000) == []
    assert lint(AuthorProvider(TenantProvider(), mean=50), 100_000) == []


class CodeProvider(Plain):
    id: ValueProvider[Any, Any]
    code: ValueProvider[Any, Any]

    def __init__(self, code: Any, id: Any = None) -> None:
        self.id = id or ValueProvider()
        self.code = ValueProvider(distributor_factory(mean=1), input_generator=code)
        super().__init__()


def test_an_id_from_a_fixed_list_comes_again() -> None:
    (finding,) = lint(CodeProvider(int, ValueProvider(values=[1, 2, 3])))
    assert "CodeProvider.id is reused, so about 9997 rows" in str(finding)


def test_unique_parts_with_too_few_values_are_told_where_that_is_known() -> None:
    for code, space in (
        (["a", "b"], 2),
        (FakerGenerator("boolean"), 2),
        (FakerGenerator("enum", enum_cls=Color), 2),
        (FakerGenerator("random_element", elements="abc"), 3),
        (FakerGenerator("random_int", min=1, max=7, step=2), 4),
    ):
        (finding,) = lint(CodeProvider(code), 5)
        assert str(finding).startswith(f"CodeProvider.code: asked 5 different values; but there are only {space}.")
        assert lint(CodeProvider(code), space) == []
        assert lint(CodeProvider(code)) == []
    assert lint(CodeProvider(lambda: 1), 5) == []


class Color(Enum):
    RED = 1
    BLUE = 2
