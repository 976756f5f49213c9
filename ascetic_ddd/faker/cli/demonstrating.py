"""The command ``demo``."""

import importlib
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from ascetic_ddd.faker.cli.exits import Exit
from ascetic_ddd.faker.cli.printing import print_error

__all__ = ("register",)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo")(_demo)


def _demo(
    count: Annotated[int, typer.Option(min=1, metavar="N", help="Books to grow.")] = 10_000,
    seed: Annotated[int, typer.Option(metavar="S", help="Same seed, same rows.")] = 1,
    batch_size: Annotated[int, typer.Option(min=1, metavar="B", help="Books in one transaction.")] = 100,
    report: Annotated[Path, typer.Option(metavar="FILE", help="Where to write the report.")] = Path("demo-report.html"),
) -> int:
    """Grow the example library, then compare what was asked with what came out.

    The example belongs to the source tree, not to the installed package: run
    this, or "make demo", in a checkout.
    """
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        demo: Any = importlib.import_module("examples.library.demo")
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith("examples"):
            raise
        reason = "the example library is not here; it is in the source tree of ascetic-ddd: run this in a checkout"
        print_error(f"error: {reason}")
        return Exit.USAGE
    arguments = ["--count", str(count), "--seed", str(seed), "--batch-size", str(batch_size), "--report", str(report)]
    return int(demo.main(arguments))
