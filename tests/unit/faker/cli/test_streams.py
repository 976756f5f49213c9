"""Streams that can no longer be written: the command goes on and says so at the end, where somebody wants to know."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ascetic_ddd.faker.cli.streams import outputs

PRINTS = (
    "import sys\n"
    "from ascetic_ddd.faker.cli import main as module\n"
    "def run(arguments):\n"
    "    for number in range(20_000): print('line', number, flush=number % 100 == 0)\n"
    "    print('went on', file=sys.stderr)\n"
    "    return 0\n"
    "import ascetic_ddd.faker.cli.app as app\n"
    "app.run = run\n"
    "sys.exit(module.main([]))\n"
)


def command(**streams: object) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", PRINTS], stderr=subprocess.PIPE, text=True, **streams)  # type: ignore[call-overload, no-any-return]


def test_a_reader_that_leaves_does_not_end_the_work() -> None:
    with command(stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "line 0\n"
        process.stdout.close()
        _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "went on\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no disk that is always full")
def test_a_full_disk_is_told_at_the_end() -> None:
    with Path("/dev/full").open("w") as full, command(stdout=full) as process:
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 74
    assert errors == f"went on\nascetic-ddd: error: what was to be told could not be written: {os.strerror(28)}\n"


def test_a_stream_that_is_closed_is_none_and_leads_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    with outputs() as found:
        sys.stdout.write("nobody reads this")
        assert not sys.stdout.isatty()
    assert found.error is None
    assert sys.stdout is None
