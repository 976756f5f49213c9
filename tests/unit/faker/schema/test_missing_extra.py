"""Without the extra, importing the package says what to install."""

import subprocess
import sys

import pytest

_PROGRAM = """
import sys
sys.modules["{missing}"] = None
try:
    import ascetic_ddd.faker.schema
except ImportError as error:
    print(error, error.name)
"""


@pytest.mark.parametrize("missing", ["pydantic", "rstr"])
def test_what_is_missing_is_named_with_the_command_that_installs_it(missing: str) -> None:
    program = _PROGRAM.format(missing=missing)
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert f"needs {missing}, which is not installed: pip install 'ascetic-ddd[pydantic]' {missing}" in told
