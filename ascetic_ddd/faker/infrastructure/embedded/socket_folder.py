"""The folder of the server's socket: made anew under a name nobody can foretell, closed to others."""

import os
import re
import shutil
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.embedded.account import Account

__all__ = ("make_socket_folder", "remove_socket_folder", "trusted_socket_folder")

_PREFIX = "ascetic_ddd-"
_ROOM = 103 - len(f"/{_PREFIX}01234567/.s.PGSQL.5432")  # macOS takes 103 bytes for the path of a socket, Linux 107
_PLAIN = re.compile(r"/[\w./+-]*")  # a comma would be a second folder


def make_socket_folder(account: Account, fill: Callable[[Path], None] | None = None) -> Path:
    """Make a folder for the server's user alone, in the temporary directory, or in a shorter one if that one's path is too long.

    Args:
        account: the server's user.
        fill: puts something into the folder while it still is the caller's own, so that no link can lead it elsewhere.

    Raises:
        ConfigurationError: there is no temporary directory that will do.
    """
    parents = dict.fromkeys(Path(parent).resolve() for parent in (tempfile.gettempdir(), "/tmp", "/var/tmp"))
    for parent in parents:
        if _will_do(parent, account):
            folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
            try:
                if fill is not None:
                    fill(folder)
                os.chown(folder, account.uid, account.gid)
            except BaseException:
                remove_socket_folder(folder)
                raise
            return folder
    raise ConfigurationError(
        f"No place for the socket of the embedded server in {', '.join(map(str, parents))}: its path has to be short and plain, "
        f"open to {account.name!r}, and sticky where others can write. Set TMPDIR."
    )


def trusted_socket_folder(told: str | None, account: Account) -> Path | None:
    """Give the folder that was remembered, if it still is what was made: the user's own, no link, closed to others."""
    if told is None:
        return None
    path = Path(told)
    try:
        status = path.lstat()
    except (OSError, ValueError):
        return None
    is_private = stat.S_ISDIR(status.st_mode) and stat.S_IMODE(status.st_mode) == 0o700 and status.st_uid == account.uid
    return path if is_private and path.is_absolute() and path.name.startswith(_PREFIX) else None


def remove_socket_folder(path: Path) -> None:
    """Remove the folder and what is in it; it may be gone."""
    shutil.rmtree(path, ignore_errors=True)


def _will_do(parent: Path, account: Account) -> bool:
    try:
        mode = parent.stat().st_mode
        ways = [mode, *(above.stat().st_mode for above in parent.parents)]
    except OSError:
        return False
    return (
        len(os.fsencode(parent)) <= _ROOM
        and os.access(parent, os.W_OK | os.X_OK)
        and _PLAIN.fullmatch(str(parent)) is not None
        and (not mode & stat.S_IWOTH or bool(mode & stat.S_ISVTX))
        and (account.uid == os.geteuid() or all(way & stat.S_IXOTH for way in ways))
    )
