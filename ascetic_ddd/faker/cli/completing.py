"""The command ``completion``."""

from enum import StrEnum
from typing import Annotated

import typer
from typer.completion import get_completion_script  # type: ignore[attr-defined]  # it is there, and has no other place

from ascetic_ddd.faker.cli.exits import Exit
from ascetic_ddd.faker.cli.options import COMPLETION
from ascetic_ddd.faker.cli.printing import print_data

__all__ = ("register",)


class Shell(StrEnum):
    """A shell whose completion is known."""

    bash = "bash"
    zsh = "zsh"
    fish = "fish"
    powershell = "powershell"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("completion")(_completion)


def _completion(shell: Annotated[Shell, typer.Argument(show_default=False, help="Whose words they are.")]) -> int:
    """Print what teaches a shell to complete commands and options.

    For bash, in ~/.bashrc: eval "$(ascetic-ddd completion bash)"; likewise
    for zsh, after compinit. For fish, in ~/.config/fish/config.fish:
    ascetic-ddd completion fish | source.
    """
    print_data(get_completion_script(prog_name="ascetic-ddd", complete_var=COMPLETION, shell=shell.value) + "\n")
    return Exit.OK
