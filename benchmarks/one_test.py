"""What three stored objects cost a test, beside an empty one in the same run: ``python -m benchmarks.one_test``."""

import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Generator
from pathlib import Path

import pytest

from ascetic_ddd.faker.testing import plugin

__all__ = ("main",)

_CONFTEST = """
from ascetic_ddd.faker.testing import fixtures
from examples.bookshop.wiring import create_application_schema, make_providers

store = fixtures.databases(create_schema=create_application_schema, providers=make_providers)
session = fixtures.rolled_back_session()
shop = fixtures.provider(make_providers)
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


def main() -> int:
    """Print the median of each kind of test, set-up and teardown included, in milliseconds."""
    clock = _Clock()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "conftest.py").write_text(_CONFTEST)
        (Path(folder) / "test_it.py").write_text(_TESTS)
        options = ["-q", "-p", "no:randomly", "-p", "no:cacheprovider", "--rootdir", folder, "-c", "/dev/null", folder]
        asyncio = ["-o", "asyncio_mode=auto", "-o", "asyncio_default_fixture_loop_scope=function"]
        code = pytest.main([*options, *asyncio], plugins=[clock, plugin])
    medians = {name: statistics.median(taken) * 1000 for name, taken in clock.taken.items()}
    for name, median in medians.items():
        print(f"{name:<20}{median:6.2f} ms")
    print(f"{'three objects cost':<20}{medians['test_three_objects'] - medians['test_empty']:6.2f} ms")
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
