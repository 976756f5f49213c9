"""The two databases of a run: those that are told, or two on the embedded server."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from ascetic_ddd.faker.application.runs.target import Target
from ascetic_ddd.faker.cli.addresses import checked_dsn
from ascetic_ddd.faker.cli.exits import CommandError, Exit, exit_of
from ascetic_ddd.faker.domain.errors import PersistenceError
from ascetic_ddd.faker.infrastructure.embedded import PgServer, embedded_postgres

__all__ = ("APPLICATION", "INTERNAL", "DataUse", "DatabaseOptions", "Databases", "databases", "kept_databases")

APPLICATION = "application"
INTERNAL = "internal"


@dataclass(frozen=True)
class DatabaseOptions:
    """What the command line says of databases: both connection strings, or neither and a folder."""

    external_dsn: str | None
    internal_dsn: str | None
    data: Path


@dataclass(frozen=True)
class Databases:
    """Connection strings that can be used."""

    external_dsn: str
    internal_dsn: str
    use: "DataUse" = field(default_factory=lambda: DataUse())


@dataclass
class DataUse:
    """What the data folder is used for.

    Attributes:
        has_begun: something may be stored: the folder stays, whatever becomes of the command.
    """

    has_begun: bool = False


@contextmanager
def databases(options: DatabaseOptions, target: Target, *, create: bool = True, is_remote: bool = False) -> Iterator[Databases]:
    """Give the databases; the embedded server, if it is the one, runs for the time of the block.

    Args:
        options: which ones.
        target: creates the application's tables, where the database is made for it.
        create: False makes nothing: on the embedded server they have to be there.
        is_remote: the application is reached without its database: our own one stands on both sides.

    Raises:
        CommandError: a connection string cannot be read, or one is told without the other; or they shall not be made, and are
            not there; or the embedded server does not start.
    """
    if is_remote and options.internal_dsn is not None:
        internal = checked_dsn("--internal-dsn", options.internal_dsn)
        yield Databases(internal, internal)
        return
    if is_remote or (options.external_dsn is None and options.internal_dsn is None):
        if not create:
            _check_kept(options.data, ", or both connection strings")
        use = DataUse()
        with _without_traces(options.data, use), _embedded(options.data) as server:
            names = (INTERNAL,) if is_remote else (APPLICATION, INTERNAL)
            found = _on_embedded(server, target, names) if create else _there(server, options.data, names)
            yield replace(found, use=use)
        return
    if options.external_dsn is None or options.internal_dsn is None:
        missing = "--external-dsn" if options.external_dsn is None else "--internal-dsn"
        raise CommandError(f"{missing} is missing: tell both connection strings, or neither for the embedded server", Exit.USAGE)
    yield Databases(checked_dsn("--external-dsn", options.external_dsn), checked_dsn("--internal-dsn", options.internal_dsn))


@contextmanager
def kept_databases(data: Path) -> Iterator[dict[str, str]]:
    """Give the connection strings of what runs have kept in an embedded folder, by name; its server runs meanwhile.

    Raises:
        CommandError: nothing is there; or the server does not start.
    """
    _check_kept(data)
    with _embedded(data) as server:
        yield {name: server.dsn(name) for name in (APPLICATION, INTERNAL) if server.has_database(name)}


def _check_kept(data: Path, otherwise: str = "") -> None:
    if not (data.expanduser() / "PG_VERSION").exists():
        raise CommandError(
            f"--data {str(data)!r}: no run has kept anything there; tell the folder that `generate` was told{otherwise}",
            Exit.USAGE,
        )


@contextmanager
def _embedded(folder: Path) -> Iterator[PgServer]:
    with ExitStack() as stack:
        try:
            server = stack.enter_context(embedded_postgres(folder))
        except PersistenceError as error:
            raise CommandError(str(error), Exit.DATABASE) from error
        yield server


@contextmanager
def _without_traces(folder: Path, use: DataUse) -> Iterator[None]:
    """Take a data folder that the command made away again, if the command is refused before it stored anything."""
    folder = folder.expanduser()
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    is_empty = bool(missing) or (folder.is_dir() and not any(folder.iterdir()))
    try:
        yield
    except Exception as error:
        if is_empty and not use.has_begun and exit_of(error) is Exit.USAGE and not (folder / "postmaster.pid").exists():
            for found in folder.iterdir() if folder.is_dir() else ():
                shutil.rmtree(found) if found.is_dir() else found.unlink()
            with suppress(OSError):  # somebody else has put something there
                for path in missing:
                    path.rmdir()
        raise


def _on_embedded(server: PgServer, target: Target, names: Sequence[str]) -> Databases:
    with server.exclusively():  # another process may just begin on the same folder
        if APPLICATION in names and not server.has_database(APPLICATION):
            # Under another name until the tables are there: a crash meanwhile must not leave it half made.
            unfinished = f"{APPLICATION}_unfinished"
            server.drop_database(unfinished)
            dsn = server.create_database(unfinished)
            _create_schema(target, dsn)
            server.rename_database(unfinished, APPLICATION)
        if not server.has_database(INTERNAL):
            server.create_database(INTERNAL)
    return Databases(server.dsn(names[0]), server.dsn(INTERNAL))


def _there(server: PgServer, data: Path, names: Sequence[str]) -> Databases:
    for name in names:
        if not server.has_database(name):
            raise CommandError(f"--data {str(data)!r} has no database {name!r}: no run has come so far there", Exit.USAGE)
    return Databases(server.dsn(names[0]), server.dsn(INTERNAL))


def _create_schema(target: Target, dsn: str) -> None:
    if target.create_schema is None:
        raise CommandError(
            "the target has no create_schema, so an embedded database would have no tables: tell --external-dsn and "
            "--internal-dsn, or let TARGET return Target(provider, create_schema=…)",
            Exit.USAGE,
        )
    try:
        target.create_schema(dsn)
    except Exception as error:
        raise CommandError(f"create_schema of the target failed: {type(error).__name__}: {error}", Exit.USAGE) from error
