"""The command ``dsn``."""

import threading
from typing import Annotated
from urllib.parse import quote, urlencode

import typer
from psycopg.conninfo import conninfo_to_dict

from ascetic_ddd.faker.cli.children import run_child
from ascetic_ddd.faker.cli.databases import APPLICATION, INTERNAL, kept_databases
from ascetic_ddd.faker.cli.exits import Exit, exit_codes, exit_of
from ascetic_ddd.faker.cli.interruption import InterruptionError
from ascetic_ddd.faker.cli.options import DATA, Debug, KeptData
from ascetic_ddd.faker.cli.outcome import attempt, secrets_of, tell
from ascetic_ddd.faker.cli.printing import print_data, print_error

__all__ = ("register",)

_EXIT_CODES = exit_codes("""\
    0  ended by Ctrl-C; with COMMAND, what that ends with
    2  wrong usage: options, nothing kept in the folder
    4  the embedded server does not start
""")
_VARIABLES = {APPLICATION: "ASCETIC_DDD_EXTERNAL_DSN", INTERNAL: "ASCETIC_DDD_INTERNAL_DSN"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("dsn", epilog=_EXIT_CODES, context_settings={"allow_interspersed_args": False})(_dsn)


def _dsn(
    command: Annotated[
        list[str] | None, typer.Argument(metavar="COMMAND", show_default=False, help="Run this meanwhile, then stop.")
    ] = None,
    data: KeptData = DATA,
    debug: Debug = False,
) -> int:
    """Run the embedded server, and print the addresses of its databases.

    It runs until Ctrl-C; other commands on the same folder may use it.
    With COMMAND, until that has ended: its environment has the addresses in
    ASCETIC_DDD_EXTERNAL_DSN and ASCETIC_DDD_INTERNAL_DSN.
    """
    codes: list[int] = []

    def work() -> None:
        with kept_databases(data) as dsns:
            addresses = {_VARIABLES[name]: _address(dsn) for name, dsn in dsns.items()}
            if command:
                codes.append(run_child(command, addresses))
                return
            print_data("".join(f"{name}='{address}'\n" for name, address in addresses.items()))
            print_error("The server runs until Ctrl-C.")
            threading.Event().wait()

    error = attempt(work)
    if isinstance(error, InterruptionError):
        return Exit.OK
    if error is not None:
        tell(error, secrets_of(), debug=debug)
        return exit_of(error)
    return codes[0]


def _address(dsn: str) -> str:
    """As an address: libpq, psycopg and SQLAlchemy read it, and a shell."""
    parts = {name: str(value) for name, value in conninfo_to_dict(dsn).items()}
    user, database = parts.pop("user", ""), parts.pop("dbname", "")
    return f"postgresql://{quote(user, safe='')}@/{quote(database, safe='')}?{urlencode(parts, quote_via=quote, safe='/')}"
