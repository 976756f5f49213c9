"""What three stored objects cost a test, beside an empty one in the same run."""

import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Generator
from pathlib import Path

import pytest

from ascetic_ddd.faker.testing import plugin

__all__ = ("run",)

_CONFTEST = """
from ascetic_ddd.faker.testing import fixtures
from examples.bookshop.wiring import create_application_schema, make_providers

store = fixtures.databases(create_schema=create_application_schema, providers=make_providers)
session = fixtures.rolled_back_session()
shop = fixtures.provider(make_providers)


def pytest_collection_modifyitems(items):  # the three kinds by turns: what else the machine does meets all alike
    items.sort(key=lambda item: item.callspec.params["n"])
"""

_TESTS = """
import pytest

each = pytest.mark.parametrize("n", range(200))

@each
async def test_empty(n): pass

@each
async def test_session(session, n): pass

@each
async def test_three_objects(session, shop, n):
    assert len(await shop.customers.create_batch(session, 3)) == 3
"""


class _Clock:
    def __init__(self) -> None:
        self.taken: dict[str, list[float]] = defaultdict(list)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        start = time.perf_counter()
        result = yield
        self.taken[item.name.partition("[")[0]].append(time.perf_counter() - start)
        return result


def run() -> None:
    """Print for each kind of test, set-up and teardown included, the median and what the quickest tenth take, in milliseconds."""
    clock = _Clock()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "conftest.py").write_text(_CONFTEST)
        (Path(folder) / "test_it.py").write_text(_TESTS)
        quiet = ["-qq", "--no-summary", "-p", "no:randomly", "-p", "no:cacheprovider"]
        place = ["--rootdir", folder, "-c", "/dev/null", folder]
        asyncio = ["-o", "asyncio_mode=auto", "-o", "asyncio_default_fixture_loop_scope=function"]
        if pytest.main([*quiet, *place, *asyncio], plugins=[clock, plugin]):
            raise RuntimeError("the tests failed")
    found = {name: (statistics.median(taken), statistics.quantiles(taken, n=10)[0]) for name, taken in clock.taken.items()}
    empty, three = found["test_empty"], found["test_three_objects"]
    found["three objects cost"] = (three[0] - empty[0], three[1] - empty[1])
    print(f"{'':<20}{'median':>9}{'quickest tenth':>16}")
    for name, (median, quickest) in found.items():
        print(f"{name:<20}{median * 1000:6.2f} ms{quickest * 1000:13.2f} ms")


if __name__ == "__main__":
    run()
