"""A command is a file that registers it, and there is no other way."""

import importlib
import pkgutil

from ascetic_ddd.faker import cli
from ascetic_ddd.faker.cli.app import app


def test_every_command_is_registered_by_a_file_of_its_own() -> None:
    modules = [importlib.import_module(f"{cli.__name__}.{each.name}") for each in pkgutil.iter_modules(cli.__path__)]
    files = [module.__name__ for module in modules if hasattr(module, "register")]
    callbacks = [command.callback for command in app.registered_commands]
    assert sorted(callback.__module__ for callback in callbacks if callback is not None) == sorted(files)
    assert len(files) == 7
