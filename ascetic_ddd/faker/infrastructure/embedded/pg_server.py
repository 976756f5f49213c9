"""Databases on a PostgreSQL server, the embedded one or another: made, found, renamed, dropped."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from ascetic_ddd.faker.domain.errors import PersistenceError

__all__ = ("PgServer",)


class PgServer:
    """Makes and drops databases on a server.

    Args:
        dsn: connection string of a database to administer from, e.g. ``postgres``.
    """

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    def dsn(self, database: str) -> str:
        """Give the connection string of a database on this server."""
        return make_conninfo(self._dsn, dbname=database)

    def create_database(self, name: str, template: str | None = None) -> str:
        """Create a database, as a copy of the template if one is told, and give its connection string.

        Raises:
            PersistenceError: there is one of this name, or the template is in use.
        """
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if template is not None:
            statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
        self._execute(statement, f"create database {name!r}")
        return self.dsn(name)

    def drop_database(self, name: str) -> None:
        """Drop a database and end the connections to it; does nothing if it is not there."""
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        self._execute(statement, f"drop database {name!r}")

    def has_database(self, name: str) -> bool:
        """Tell whether there is a database of this name."""
        with self._connected(f"look for database {name!r}") as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
        return found is not None

    def databases(self, prefix: str) -> list[str]:
        """Give the names of the databases that begin so."""
        with self._connected("list the databases") as connection:
            rows = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", (prefix,)).fetchall()
        return sorted(row[0] for row in rows)

    def rename_database(self, name: str, new_name: str) -> None:
        """Rename a database that nobody is connected to.

        Raises:
            PersistenceError: there is none, there is one of the new name, or it is in use.
        """
        statement = sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(name), sql.Identifier(new_name))
        self._execute(statement, f"rename database {name!r}")

    @contextmanager
    def exclusively(self) -> Iterator[None]:
        """Let nobody else into a block of this kind on this server, other processes included."""
        with self._connected("wait for other processes") as connection:
            connection.execute("SELECT pg_advisory_lock(0)")
            yield

    def configure(self, settings: dict[str, str]) -> None:
        """Set server parameters that a reload puts into effect; they stay with the server's data folder."""
        for name, value in settings.items():
            statement = sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(value))
            self._execute(statement, f"set {name!r}")
        self._execute(sql.SQL("SELECT pg_reload_conf()"), "reload the configuration")

    def _execute(self, statement: sql.Composable, what: str) -> None:
        with self._connected(what) as connection:
            connection.execute(sql.Composed([statement]))

    @contextmanager
    def _connected(self, what: str) -> Iterator[psycopg.Connection[Any]]:
        try:
            with psycopg.connect(self._dsn, autocommit=True) as connection:
                yield connection
        except psycopg.Error as error:
            raise PersistenceError(f"Cannot {what}: {error}") from error
