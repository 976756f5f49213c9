"""Find what TARGET names: ``package.module:callable``."""

import difflib
import importlib
import inspect
import re
import sys
from pathlib import Path

from ascetic_ddd.faker.application.runs.target import Target
from ascetic_ddd.faker.cli.exits import CommandError, Exit
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider

__all__ = ("load_target",)

_SHAPE = "expected package.module:callable, for example examples.library.wiring:target"


def load_target(name: str) -> Target:
    """Import the module, call the callable without arguments, and give the target it returns.

    The current directory can be imported from, as with ``python -m``.

    Raises:
        CommandError: there is no such thing, it fails, or it returns something else.
    """
    module_name, colon, attribute = name.partition(":")
    if not colon or not all(part.isidentifier() for part in (*module_name.split("."), *attribute.split("."))):
        raise _unusable(f"TARGET {name!r} is no target: {_SHAPE}{_meant(name)}")
    found = _imported(module_name, name)
    for part in attribute.split("."):
        if not hasattr(found, part):
            meant = difflib.get_close_matches(part, [known for known in dir(found) if not known.startswith("_")], 1)
            hint = f"; is {meant[0]!r} meant?" if meant else ""
            raise _unusable(f"TARGET {name!r}: module {module_name!r} has no {attribute!r}{hint}")
        found = getattr(found, part)
    if isinstance(found, type) or not callable(found):
        raise _unusable(
            f"TARGET {name!r} is {_described(found)}; expected a function without arguments that returns a Target or an "
            "AggregateProvider"
        )
    try:
        made = found()
    except (Exception, SystemExit) as error:
        raise _unusable(f"TARGET {name!r} failed: {type(error).__name__}: {error}") from error
    if isinstance(made, Target):
        return made
    if isinstance(made, AggregateProvider):
        return Target(made)
    if inspect.iscoroutine(made):
        made.close()
        raise _unusable(f"TARGET {name!r} is a coroutine function; expected a plain one")
    raise _unusable(f"TARGET {name!r} returned {_described(made)}; expected a Target or an AggregateProvider")


def _meant(name: str) -> str:
    """Guess the target behind a path, or behind a name without its colon."""
    path, _, attribute = name.replace("\\", "/").partition(":")
    folder = ""
    if path.startswith(("/", "../", "~")):
        folder, _, path = path.rpartition("/")
    is_file = path.endswith(".py")
    module = ".".join(part for part in path.removesuffix(".py").split("/") if part not in ("", "."))
    if not attribute and not is_file and "." in module:
        module, _, attribute = module.rpartition(".")
    guess = f"{module}:{attribute or 'target'}"
    if guess == name or not all(part.isidentifier() for part in re.split("[.:]", guess)):
        return ""
    return f"; is {guess!r} meant{f', in the folder {folder}' if folder else ''}?"


def _imported(name: str, target: str) -> object:
    here = str(Path.cwd())
    if here not in sys.path and "" not in sys.path:
        sys.path.insert(0, here)
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(f"{error.name}.")):
            raise _unusable(
                f"TARGET: there is no module {error.name!r} here or among the installed ones; {_SHAPE}{_meant(target)}"
            ) from error
        raise _unusable(f"TARGET: module {name!r} needs {error.name!r}, which is not installed") from error
    except (Exception, SystemExit) as error:
        raise _unusable(f"TARGET: importing {name!r} failed: {type(error).__name__}: {error}") from error


def _described(found: object) -> str:
    if isinstance(found, type):
        return f"the class {found.__name__}"
    return "None" if found is None else f"of type {type(found).__name__}"


def _unusable(reason: str) -> CommandError:
    return CommandError(reason, Exit.USAGE)
