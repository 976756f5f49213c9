"""The plugin costs the start of pytest nothing: it imports nothing before its use."""

import subprocess
import sys

from ascetic_ddd.faker.testing.seeds import seed_graphs
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySessionPool
from tests.unit.faker.testing.staff import make_staff


def test_the_plugin_imports_no_part_of_the_library() -> None:
    script = """
import sys, pytest
before = set(sys.modules)
import ascetic_ddd.faker.testing.plugin
new = sorted(set(sys.modules) - before)
print(new)
"""
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    packages = ["ascetic_ddd", "ascetic_ddd.faker", "ascetic_ddd.faker.testing", "ascetic_ddd.faker.testing.plugin"]
    assert found.stdout.strip() == repr(packages)


async def test_several_graphs_are_seeded_as_one_after_the_other() -> None:
    drawn = []
    for at_once in (True, False):
        async with InMemorySessionPool().session() as session:
            staff = make_staff()
            if at_once:
                seed_graphs(staff, 7)
            else:
                for graph in staff:
                    graph.seed(7)
            drawn.append([await provider.create_batch(session, 5) for provider in (staff.employees, staff.companies)])
    assert drawn[0] == drawn[1]
