"""``--faker-report``: what the tests have made and reused; of all workers together, and nothing of it where nobody asks."""

import re

import pytest

from tests.integration.testing.conftest import Run

pytest_plugins = ["pytester"]

CONFTEST = """
import pytest
from ascetic_ddd.faker.testing import fixtures
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession
from tests.unit.faker.testing.staff import make_staff

@pytest.fixture
def session():
    with (session := InMemorySession()).inside_another():
        yield session

staff = fixtures.provider(make_staff)
"""
TESTS = """
    import pytest

    @pytest.mark.parametrize("n", range(4))
    async def test_made(session, staff, n):
        acme = await staff.companies.create(session, name="Acme")
        await staff.employees.create_batch(session, 3, {"company_id": acme.id.value})
        await staff.employees.create_batch(session, 10)
        await staff.employees.create_batch(session, 2, {"company_id": {"city": "Oslo"}})
        await staff.employees.create(session)  # the last one again
"""


def _table(text: str) -> dict[str, list[str]]:
    lines = re.findall(r"^(\w+Provider) +(\d+)  +(\S.*\S)$", text, re.MULTILINE)
    return {name: [created, *re.split(r"  +", rest)] for name, created, rest in lines}


@pytest.mark.parametrize("workers", [0, 2])
def test_what_was_made_and_reused_is_told(pytester: pytest.Pytester, run: Run, workers: int) -> None:
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(test_a=TESTS)
    options = ["-n", str(workers)] if workers else []
    outcome = run("--faker-report", *options, apart=bool(workers))
    outcome.assert_outcomes(passed=4)
    text = outcome.stdout.str()
    table = _table(text)
    assert set(table) == {"EmployeeProvider", "CompanyProvider"}
    assert table["EmployeeProvider"] == ["60", "0", "0", "0", "-"]
    created, reused, told, null, commonest = table["CompanyProvider"]
    made = int(created) - 4
    assert (told, null) == ("12", "0")
    assert reused == f"{48 - made} ({(48 - made) / 48:.0%})"
    assert made >= 4  # one in Oslo in each test
    assert 20 <= int(commonest.rstrip("%")) < 100
    assert re.search(rf"slowest cascades:\n.* ms +{made} ×  EmployeeProvider.company_id → CompanyProvider\n", text)
    assert re.search(rf"slowest providers:\n(.*\n)*.* ms +{created} ×  CompanyProvider\n", text)
    assert re.search(rf"slowest providers:\n(.*\n)*.* ms +{made} ×  CompanyProvider.name\n", text)


def test_nobody_watches_where_nobody_asks(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeconftest(CONFTEST)
    for options, is_own in ((("--faker-report",), False), ((), True)):
        pytester.makepyfile(
            test_a=f"""
            from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider

            def test_a():
                assert (AggregateProvider.create.__module__ == AggregateProvider.__module__) == {is_own}
            """
        )
        outcome = run(*options)
        outcome.assert_outcomes(passed=1)
        assert ("nothing was made" in outcome.stdout.str()) != is_own


def test_what_failed_is_not_counted(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(
        test_a="""
        import pytest

        async def test_fails(session, staff):
            await staff.companies.create(session)
            staff.employees.set({"age": 30})
            with pytest.raises(Exception, match="no such"):
                await staff.employees.create_batch(session, 1, {"company_id": 77})
            raise AssertionError

        async def test_makes_one(session, staff):
            await staff.employees.create(session)
        """
    )
    outcome = run("--faker-report")
    outcome.assert_outcomes(passed=1, failed=1)
    assert _table(outcome.stdout.str())["CompanyProvider"][0] == "2"
