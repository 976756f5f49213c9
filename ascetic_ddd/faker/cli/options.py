"""Options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = (
    "COMPLETION",
    "DATA",
    "DOMAIN",
    "BaseUrl",
    "Data",
    "Debug",
    "External",
    "Internal",
    "Json",
    "KeptData",
    "Readable",
    "Target",
    "Transport",
)

COMPLETION = "_ASCETIC_DDD_COMPLETE"
"""By this variable a shell asks what may come next."""

DATA = Path("ascetic-ddd-data")
"""Where an embedded PostgreSQL keeps its databases, if nothing else is told."""

DOMAIN = "domain"
"""The way into the application that needs no name: its domain model."""

Target = Annotated[str, typer.Argument(metavar="TARGET", show_default=False, help="package.module:callable")]
External = Annotated[
    str | None,
    typer.Option(
        "--external-dsn", metavar="DSN", envvar="ASCETIC_DDD_EXTERNAL_DSN", show_default=False, help="The application's database."
    ),
]
Internal = Annotated[
    str | None,
    typer.Option(
        "--internal-dsn",
        metavar="DSN",
        envvar="ASCETIC_DDD_INTERNAL_DSN",
        show_default=False,
        help="The database that remembers what was generated.",
    ),
]
Data = Annotated[Path, typer.Option(metavar="FOLDER", help="Without DSNs: where an embedded PostgreSQL keeps both databases.")]
KeptData = Annotated[Path, typer.Option("--data", metavar="FOLDER", help="Where an embedded PostgreSQL keeps both databases.")]
Transport = Annotated[
    str, typer.Option("--transport", metavar="NAME", help="The way into the application: domain, or one that TARGET names.")
]
BaseUrl = Annotated[
    str | None,
    typer.Option(
        "--base-url", metavar="URL", envvar="ASCETIC_DDD_BASE_URL", show_default=False, help="Where a remote transport goes."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout, all else on stderr.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]

Readable = Annotated[bool, typer.Option("--readable", help="Let others read what is written, as the umask allows.")]
