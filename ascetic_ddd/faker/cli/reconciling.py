"""The command ``reconcile``: what exists outside and is not remembered."""

import asyncio
from typing import Annotated

import typer

from ascetic_ddd.faker.application.runs.reconciliation import Reconciled, reconcile
from ascetic_ddd.faker.application.runs.target import Target as RunTarget
from ascetic_ddd.faker.application.runs.target import Transport as Way
from ascetic_ddd.faker.cli.databases import DatabaseOptions, Databases, databases
from ascetic_ddd.faker.cli.exits import Exit, exit_codes, exit_of
from ascetic_ddd.faker.cli.interruption import Interruption
from ascetic_ddd.faker.cli.options import DATA, DOMAIN, BaseUrl, Data, Debug, External, Internal, Json, Target, Transport
from ascetic_ddd.faker.cli.outcome import attempt, message_of, secrets_of, tell
from ascetic_ddd.faker.cli.printing import print_json, print_lines
from ascetic_ddd.faker.cli.session_pools import locked_session_pool
from ascetic_ddd.faker.cli.targets import load_target
from ascetic_ddd.faker.cli.transporting import own_sessions, transport_of, wired

__all__ = ("register",)

_EXIT_CODES = exit_codes("""\
    0  done, also if something is not remembered
    2  wrong usage: options, connection string, TARGET, nothing there to read
    3  a fault of the program or of the target, or a statement failed
    4  a database is unreachable, was lost, only reads, or has no room left
    5  refused: a run is at work
""")
_SESSIONS = 2  # one reads, one compares and adopts


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("reconcile", epilog=_EXIT_CODES)(_reconcile)


def _reconcile(
    target: Target,
    external_dsn: External = None,
    internal_dsn: Internal = None,
    data: Data = DATA,
    transport: Transport = DOMAIN,
    base_url: BaseUrl = None,
    adopt: Annotated[bool, typer.Option("--adopt", help="Remember what exists and is not remembered.")] = False,
    is_json: Json = False,
    debug: Debug = False,
) -> int:
    """Count what exists in the application's database and is not remembered.

    A run that was killed may leave a batch that the application's database
    has and the internal one does not remember. It is merely unused; --adopt
    lets later runs use it. The external repositories must have find.
    """
    secrets = secrets_of(external_dsn, internal_dsn, base_url)
    results: list[Reconciled] = []

    def work() -> None:
        found = load_target(target)
        way = transport_of(found, transport, base_url)
        is_remote = way is not None and way.is_remote
        options = DatabaseOptions(external_dsn, internal_dsn, data)
        with databases(options, found, create=False, is_remote=is_remote) as dsns:
            results.extend(asyncio.run(_reconciled(found, way, base_url, dsns, adopt=adopt)))

    error = attempt(work)
    code = Exit.OK if error is None else exit_of(error)
    message = None if error is None else secrets.masked(message_of(error))
    if is_json:
        aggregates = {
            each.path: {"outside": each.outside, "not_remembered": each.not_remembered, "adopted": each.adopted}
            for each in results
        }
        print_json({"exit_code": int(code), "error": message, "aggregates": aggregates}, secrets.masked)
    else:
        width = max((len(each.path) for each in results), default=0)
        for each in results:
            adopted = f", {each.adopted:,} adopted" if adopt else ""
            print_lines(f"{each.path:<{width}}  {each.outside:>12,} outside, {each.not_remembered:,} not remembered{adopted}")
    if error is not None:
        tell(error, secrets, debug=debug)
    return code


async def _reconciled(
    target: RunTarget, way: Way | None, base_url: str | None, found: Databases, *, adopt: bool
) -> list[Reconciled]:
    """Reconcile under the lock of a run: while one is at work, what is not remembered may be about to be."""
    with Interruption().heard():
        async with (
            locked_session_pool(found, _SESSIONS, own=own_sessions(target, way)) as session_pool,
            wired(target, way, base_url, found) as provider,
        ):
            async with session_pool.session() as session, session.atomic():
                await provider.setup(session)
            return await reconcile(provider, session_pool, adopt=adopt)
