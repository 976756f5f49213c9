"""The folder of the data: whose it is, who uses it now, and its few files that are ours."""

import fcntl
import os
import pwd
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.embedded.account import Account

__all__ = ("DataFolder",)

_USERS = "ascetic_ddd.lock"
_FLAGS = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


class DataFolder:
    """A data folder of PostgreSQL, reached by its descriptor; its files are not reached through links.

    Root looks into a folder that belongs to somebody else, so a name in it may be anything by now.
    """

    def __init__(self, path: Path, descriptor: int, account: Account) -> None:
        self.path = path
        self.descriptor = descriptor
        self._account = account
        self._users: int | None = None

    @classmethod
    @contextmanager
    def opened(cls, path: Path, account: Account) -> Iterator["DataFolder"]:
        """Open a folder, made if it is not there, and close it to everybody but the account.

        Raises:
            ConfigurationError: it belongs to somebody else, or the way to it does, or its name cannot be used.
        """
        path = _resolved(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError):
                path.mkdir(mode=0o700)
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | _FLAGS)
        except OSError as error:
            raise ConfigurationError(f"folder={str(path)!r} cannot be used: {error.strerror}.") from error
        try:
            folder = cls(path, descriptor, account)
            with folder.exclusively():  # another process may just be filling it
                _close_to_others(path, descriptor, account)
            yield folder
        finally:
            os.close(descriptor)

    @contextmanager
    def exclusively(self) -> Iterator[None]:
        """Let nobody else start or stop the server during a block; the lock ends with the process at the latest."""
        fcntl.flock(self.descriptor, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self.descriptor, fcntl.LOCK_UN)

    def join(self) -> None:
        """Count this block among the users of the server, until it leaves or its process ends, however it does."""
        self._users = os.open(_USERS, os.O_RDWR | os.O_CREAT | _FLAGS, 0o600, dir_fd=self.descriptor)
        fcntl.flock(self._users, fcntl.LOCK_SH)

    def leave(self) -> bool:
        """End that, and tell whether nobody else uses the server."""
        if self._users is None:
            return False
        try:
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        finally:
            # Said aloud: a forked child may still have the descriptor.
            fcntl.flock(self._users, fcntl.LOCK_UN)
            os.close(self._users)
            self._users = None
        return True

    def read(self, name: str, since: int = 0) -> str | None:
        """Give the text of a file, from a place in bytes on; None if there is no such file."""
        try:
            descriptor = os.open(name, os.O_RDONLY | _FLAGS, dir_fd=self.descriptor)
        except OSError:
            return None
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return None
            file.seek(since)
            return file.read().decode(errors="replace")

    def size(self, name: str) -> int:
        """Give the length of a file in bytes; 0 if there is none."""
        try:
            return os.stat(name, dir_fd=self.descriptor, follow_symlinks=False).st_size
        except OSError:
            return 0

    def write(self, name: str, text: str) -> None:
        """Replace a file as a whole; the account alone can read it."""
        part = f"{name}.part"
        self.remove(part)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FLAGS, 0o600, dir_fd=self.descriptor)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            if self._account.uid != os.geteuid():
                os.fchown(descriptor, self._account.uid, self._account.gid)
            file.write(text)
        os.replace(part, name, src_dir_fd=self.descriptor, dst_dir_fd=self.descriptor)

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=self.descriptor)


def _resolved(path: Path) -> Path:
    """Follow links, but none that another user has laid, as anybody can in a temporary directory."""
    path = Path.cwd() / path.expanduser()
    # The server's start command has the path in double quotes, and its file of the process has it in a line.
    if not str(path).isprintable() or any(character in '"\\$`' for character in str(path)):
        raise ConfigurationError(
            f"folder={str(path)!r}: the embedded PostgreSQL cannot use a path with quotes, $, \\ or control characters; "
            "choose another folder (for temporary ones: set TMPDIR)."
        )
    for part in (path, *path.parents):
        if part.is_symlink() and part.lstat().st_uid not in (0, os.geteuid()):
            raise ConfigurationError(f"folder={str(path)!r}: {str(part)!r} is a link of another user; choose another folder.")
    return path.resolve()


def _close_to_others(path: Path, descriptor: int, account: Account) -> None:
    status = os.fstat(descriptor)
    names = os.listdir(descriptor)
    if names and "PG_VERSION" not in names:
        raise ConfigurationError(f"folder={str(path)!r} is not empty and holds no data of PostgreSQL; choose another folder.")
    is_adopted = os.geteuid() == 0 == status.st_uid and not names
    if status.st_uid != account.uid and not is_adopted:
        raise ConfigurationError(
            f"folder={str(path)!r} belongs to {_name_of(status.st_uid)}, the embedded PostgreSQL runs as {account.name!r}; "
            "choose another folder, or change the owner of this one and of all in it."
        )
    if is_adopted:
        os.fchown(descriptor, account.uid, account.gid)
    if stat.S_IMODE(status.st_mode) != 0o700:
        os.fchmod(descriptor, 0o700)


def _name_of(uid: int) -> str:
    try:
        return repr(pwd.getpwuid(uid).pw_name)
    except KeyError:
        return f"user {uid}"
