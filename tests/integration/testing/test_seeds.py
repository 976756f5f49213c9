"""What a test draws follows from the seed of the run and the test's name: not from order, worker or neighbours."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.integration.testing.conftest import Run

pytest_plugins = ["pytester"]

MANY = """
    import json, os, pathlib
    import pytest

    @pytest.mark.parametrize("n", range({count}))
    async def test_three(request, session, shop, n):
        made = await shop.customers.create_batch(session, 3)
        drawn = [customer.export() for customer in made]
        path = pathlib.Path(os.environ["DRAWN"]) / f"{{request.module.__name__}}-{{n}}"
        path.write_text(json.dumps(drawn))
"""


def _drawn(folder: Path) -> dict[str, Any]:
    return {path.name: json.loads(path.read_text()) for path in folder.iterdir()}


def test_two_hundred_tests_draw_the_same_wherever_they_run(
    pytester: pytest.Pytester, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In random order on two workers, which share an embedded server; in order in one process; and one of them alone."""
    conftest = pytester.path / "conftest.py"
    pytester.makepyfile(test_a=MANY.format(count=100), test_b=MANY.format(count=100))
    found = []
    for name, options, passed in (
        ("random", ("-p", "randomly", "--randomly-seed=3", "-n", "2"), 200),
        ("ordered", (), 200),
        ("alone", ("test_b.py::test_three[7]",), 1),
    ):
        folder = tmp_path / name
        folder.mkdir()
        monkeypatch.setenv("DRAWN", str(folder))
        own_server = conftest.read_text()
        if name == "random":
            conftest.write_text(own_server.replace('os.environ["SERVER_DSN"]', "None"))
        run("--faker-seed=7", *options, apart=name == "random").assert_outcomes(passed=passed)
        conftest.write_text(own_server)
        found.append(_drawn(folder))
    random, ordered, alone = found
    assert random == ordered
    assert alone == {"test_b-7": ordered["test_b-7"]}
    assert len({json.dumps(drawn) for drawn in ordered.values()}) == 200


FAILING = """
    import pytest

    @pytest.mark.xdist_group("g")
    @pytest.mark.parametrize("n", range(3))
    async def test_name(session, shop, n):
        shop.customers.reset()
        customer = await shop.customers.create(session)
        assert customer.export()["name"] == "Nobody"
"""


def test_a_failure_tells_how_to_repeat_it(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(test_a=FAILING)
    outcome = run("-p", "randomly", "--randomly-seed=5", "-n", "1", "--dist", "loadgroup", apart=True)
    outcome.assert_outcomes(failed=3)
    text = outcome.stdout.str()
    words = re.findall(r'^pytest "(.*)" --faker-seed=(\d+)$', text, re.MULTILINE)
    assert sorted(words) == [(f"test_a.py::test_name[{n}]", "5") for n in range(3)]
    names = sorted(re.findall(r"^E +AssertionError: assert ('.*') == 'Nobody'", text, re.MULTILINE))
    assert len(set(names)) == 3
    again = run("test_a.py::test_name[1]", "--faker-seed=5")
    again.assert_outcomes(failed=1)
    (name,) = re.findall(r"^E +AssertionError: assert ('.*') == 'Nobody'", again.stdout.str(), re.MULTILINE)
    assert name in names


def test_pytest_randomly_seeds_what_nobody_seeded(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        test_a="""
        from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
        from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySessionPool
        from examples.bookshop.domain import Customer
        from examples.bookshop.providers import CustomerProvider

        async def test_name():
            customers = CustomerProvider(InMemoryRepository(agg_exporter=Customer.export))
            async with InMemorySessionPool().session() as session:
                print("name:", (await customers.create(session)).export()["name"])
        """
    )
    outcomes = [run("-p", "randomly", "--randomly-seed=5", "-s", apart=True), run("-s")]
    names = [re.findall(r"name: (.+)", outcome.stdout.str()) for outcome in outcomes]
    assert len(names[0]) == 1
    assert names[0] != names[1]
