"""What a shell is told that asks what may come next."""

import os
import subprocess
import sys

import pytest

from ascetic_ddd.faker.cli.main import main
from ascetic_ddd.faker.cli.options import COMPLETION


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_each_shell_gets_a_script_of_its_own(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert COMPLETION in script
    assert f"complete_{shell}" in script


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("ascetic-ddd c", ["check", "compare", "capture", "completion"]),
        ("ascetic-ddd generate --re", ["--resume", "--retries"]),
    ],
)
def test_commands_and_options_are_completed(typed: str, expected: list[str]) -> None:
    program = "from ascetic_ddd.faker.cli.main import main; main()"
    variables = {COMPLETION: "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split()) - 1)}
    environment = {**os.environ, **variables}
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    assert run.stdout.split() == expected


def test_another_shell_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "tcsh"]) == 2
    assert "'bash', 'zsh', 'fish', 'powershell'" in capsys.readouterr().err
