"""The system users at both ends of the socket: who calls, and who runs the server."""

import os
import pwd
import subprocess
from dataclasses import dataclass

from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = ("Account", "caller", "server_account")

_SERVER = "pgserver"


@dataclass(frozen=True)
class Account:
    """A system user."""

    name: str
    uid: int
    gid: int


def caller() -> Account:
    """Give the user of this process.

    Raises:
        ConfigurationError: it has no name, as in a container that is run with any user id; PostgreSQL goes by the name.
    """
    uid = os.geteuid()
    found = _found(uid)
    if found is None:
        raise ConfigurationError(f"The embedded PostgreSQL needs a user with a name: add user {uid} to /etc/passwd.")
    return found


def server_account() -> Account:
    """Give the user that shall run the server: the caller; for root, whom PostgreSQL refuses, ``pgserver``, made if needed.

    Raises:
        ConfigurationError: root has no such user, and it cannot be made.
    """
    if os.geteuid() != 0:
        return caller()
    return _found(_SERVER) or _made()


def _found(user: int | str) -> Account | None:
    try:
        entry = pwd.getpwuid(user) if isinstance(user, int) else pwd.getpwnam(user)
    except KeyError:
        return None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _made() -> Account:
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", _SERVER]
    try:
        reason = subprocess.run(command, capture_output=True, text=True, check=False).stderr.strip()
    except OSError as error:
        reason = str(error)
    made = _found(_SERVER)
    if made is None:
        raise ConfigurationError(
            f"PostgreSQL does not run as root, and the system user {_SERVER!r} could not be made ({reason}): "
            "make it, or run this as another user."
        )
    return made
