"""The command ``psql``."""

from typing import Annotated

import typer

from ascetic_ddd.faker.cli.children import run_child
from ascetic_ddd.faker.cli.databases import APPLICATION, INTERNAL, kept_databases
from ascetic_ddd.faker.cli.exits import CommandError, Exit, exit_codes, exit_of
from ascetic_ddd.faker.cli.options import DATA, Debug, KeptData
from ascetic_ddd.faker.cli.outcome import attempt, secrets_of, tell

__all__ = ("register",)

_EXIT_CODES = exit_codes("""\
    0  what psql ends with; its 1, 2 and 3 are errors of its own
    2  wrong usage: options, nothing kept in the folder
    4  the embedded server does not start
""")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("psql", epilog=_EXIT_CODES, context_settings={"allow_interspersed_args": False})(_psql)


def _psql(
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="-- OPTION", show_default=False, help="Of psql, as -- -c 'SELECT 1'.")
    ] = None,
    data: KeptData = DATA,
    internal: Annotated[bool, typer.Option("--internal", help="The database that remembers, not the application's.")] = False,
    debug: Debug = False,
) -> int:
    """Open psql on a database of the embedded server, which runs meanwhile.

    It is the psql that comes with the server.
    """
    codes: list[int] = []
    name = INTERNAL if internal else APPLICATION

    def work() -> None:
        from ascetic_ddd.faker.infrastructure.embedded.programs import psql_of  # which needs the extra

        with kept_databases(data) as dsns:
            if name not in dsns:
                raise CommandError(f"--data {str(data)!r} has no database {name!r}, only {', '.join(dsns)}", Exit.USAGE)
            codes.append(run_child([str(psql_of(data.expanduser())), "--dbname", dsns[name], *(arguments or ())], {}))

    error = attempt(work)
    if error is not None:
        tell(error, secrets_of(), debug=debug)
        return exit_of(error)
    return codes[0]
