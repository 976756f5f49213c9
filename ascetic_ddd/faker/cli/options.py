"""Options that several commands have."""

from typing import Annotated

import typer

__all__ = ("Readable",)

Readable = Annotated[bool, typer.Option("--readable", help="Let others read what is written, as the umask allows.")]
