"""A command is a file that registers it, and there is no other way."""

import importlib
import pkgutil
import subprocess
import sys

import pytest

from ascetic_ddd.faker import cli
from ascetic_ddd.faker.cli.app import COMMANDS
from ascetic_ddd.faker.cli.main import main


def test_every_command_is_registered_by_a_file_of_its_own() -> None:
    modules = [importlib.import_module(f"{cli.__name__}.{each.name}") for each in pkgutil.iter_modules(cli.__path__)]
    files = [module.__name__.rpartition(".")[2] for module in modules if hasattr(module, "register")]
    assert sorted(file for file, _ in COMMANDS.values()) == sorted(files)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_loaded_when_it_is_typed(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    assert f"Usage: ascetic-ddd {name} " in capsys.readouterr().out


def test_the_help_loads_no_command() -> None:
    program = (
        "import sys\n"
        "from ascetic_ddd.faker.cli.main import main\n"
        "assert main(['--help']) == 0\n"
        "print([name for name in ('psycopg', 'faker', 'pydantic', 'ascetic_ddd.faker.application') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    listed = done.stdout.partition("Commands:")[2]
    assert all(f"  {name} " in listed and words in listed for name, (_, words) in COMMANDS.items())
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_misspelt_command_is_told_what_may_be_meant(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["genrate"]) == 2
    assert "No such command 'genrate'. Did you mean 'generate'?" in capsys.readouterr().err
