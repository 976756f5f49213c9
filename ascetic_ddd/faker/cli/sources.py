"""What a command is told to read: a profile's file, or a database by its connection string."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ascetic_ddd.faker.application.profile.model import Profile
from ascetic_ddd.faker.cli.addresses import check_address
from ascetic_ddd.faker.cli.exits import CommandError, Exit
from ascetic_ddd.faker.domain.errors import ConfigurationError, ProfileError
from ascetic_ddd.faker.infrastructure.profile.capture import capture
from ascetic_ddd.faker.infrastructure.profile.combinations import Lacking, with_combinations
from ascetic_ddd.faker.infrastructure.profile.options import CaptureOptions

__all__ = ("Source", "is_dsn", "source_of")

_PARAMETER = re.compile(r"\s*\w+\s*=")
_DEFAULTS = {"connect_timeout": "10", "application_name": "ascetic-ddd"}


@dataclass(frozen=True, slots=True)
class Source:
    """A profile's file, or a database.

    Attributes:
        label: what to call it; no user, no password.
        path: the file.
        dsn: the connection string.
    """

    label: str
    path: Path | None = None
    dsn: str | None = None

    def profile(self, options: CaptureOptions, report: Callable[[int, int, str], None] | None = None) -> Profile:
        """Load the file, or capture the database.

        Raises:
            CommandError: the file is no profile, or there is no such schema or table.
            PersistenceError: the database cannot be reached.
        """
        try:
            if self.path is not None:
                return Profile.load(self.path)
            assert self.dsn is not None
            return asyncio.run(capture(self.dsn, options, report=report))
        except (ProfileError, ConfigurationError) as error:
            raise CommandError(f"{self.label}: {error}", Exit.USAGE) from error

    def with_combinations(self, profile: Profile, wanted: Lacking, options: CaptureOptions) -> Profile:
        """Give the profile with further combinations; of a file, as it is.

        Args:
            profile: of this source.
            wanted: what another profile tells and this one does not.
            options: those of the capture.

        Raises:
            PersistenceError: the database cannot be reached.
        """
        if self.dsn is None:
            return profile
        return asyncio.run(with_combinations(self.dsn, profile, wanted, options))


def is_dsn(text: str) -> bool:
    """Tell whether a word is meant as a connection string, and not as a file.

    Example:
        >>> is_dsn("postgresql://localhost/books"), is_dsn("dbname=books"), is_dsn("books.json")
        (True, True, False)
    """
    return "://" in text or bool(_PARAMETER.match(text) and not Path(text).exists())


def source_of(name: str, text: str) -> Source:
    """Read what A or B is.

    Args:
        name: of the argument, for the error.
        text: as told.

    Raises:
        CommandError: there is no such file, or the connection string cannot be read; it is not repeated.
    """
    if not is_dsn(text):
        path = Path(text)
        if not path.is_file():
            raise CommandError(
                f"{name}: there is no file {text!r}; expected a profile's file, or a connection string such as "
                "postgresql://user@host:port/database",
                Exit.USAGE,
            )
        return Source(path.name, path=path)
    try:
        told = conninfo_to_dict(text)
    except psycopg.Error as error:
        raise CommandError(
            f"{name} is no connection string; expected postgresql://user@host:port/database, or host=… port=… dbname=… user=…",
            Exit.USAGE,
        ) from error
    check_address(name, text, told)
    dsn = make_conninfo(text, **{key: value for key, value in _DEFAULTS.items() if key not in told})
    database = str(told.get("dbname") or told.get("service") or told.get("user") or "database")
    host = str(told.get("host") or "")
    where = f" at {host}" if host and not host.startswith(("/", "@")) else ""
    port = f":{told['port']}" if where and told.get("port") else ""
    return Source(f"{database}{where}{port}", dsn=dsn)
