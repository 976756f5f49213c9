"""Connection strings as the command line tells them: read, given time limits, and never repeated."""

import difflib
from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ascetic_ddd.faker.cli.exits import CommandError, Exit

__all__ = ("check_address", "checked_dsn")

# A server that is gone shall be noticed in seconds, not in the two hours of TCP; what the user tells goes first.
_DEFAULTS = {
    "connect_timeout": "5",
    "fallback_application_name": "ascetic-ddd",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
}


def checked_dsn(option: str, dsn: str) -> str:
    """Read a connection string; what cannot be read is not repeated, it may be a password.

    Args:
        option: that tells it, for the message.
        dsn: as told.

    Returns:
        The string, with time limits where it has none of its own.

    Raises:
        CommandError: it cannot be read.
    """
    try:
        told = conninfo_to_dict(dsn)
    except psycopg.Error as error:
        known = [option.keyword.decode() for option in psycopg.pq.Conninfo.get_defaults()]
        unknown = str(error).partition('"')[2].partition('"')[0]
        meant = difflib.get_close_matches(unknown, known, 1)
        hint = f" (there is no {unknown!r}; is {meant[0]!r} meant?)" if meant and meant[0] != unknown else ""
        raise CommandError(
            f"{option} is no connection string{hint}; expected postgresql://user@host:port/database, or "
            "host=… port=… dbname=… user=…",
            Exit.USAGE,
        ) from error
    check_address(option, dsn, told)
    return make_conninfo(dsn, **{name: value for name, value in _DEFAULTS.items() if name not in told})


def check_address(option: str, dsn: str, told: Mapping[str, Any]) -> None:
    """Refuse an address where a part of the password was read as host, port or database, and would be shown as such.

    Args:
        option: that tells it, for the message.
        dsn: as told.
        told: what the driver read.

    Raises:
        CommandError: a character in it has to be quoted.
    """
    head, mark, rest = dsn.partition("://")
    if not mark or "=" in head:
        return
    path = rest.partition("?")[0]
    authority = path.partition("/")[0]
    ports = str(told.get("port") or "").split(",")
    is_misread = authority.count("@") > 1 or ("@" in path and "@" not in authority)
    if is_misread or any(port and not port.isdecimal() for port in ports):
        raise CommandError(
            f"{option}: where the password ends and what the port is cannot be told; in an address write @ : / ? % of a name or "
            "a password as %40 %3A %2F %3F %25, or leave the password to ~/.pgpass",
            Exit.USAGE,
        )
