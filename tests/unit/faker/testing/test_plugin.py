"""The plugin costs the start of pytest nothing: it imports nothing before its use."""

import subprocess
import sys


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
