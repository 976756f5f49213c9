"""Nobody else gets into the embedded server, its data or its socket, and no folder is opened for it.

Where root runs the tests, ``nobody`` tries; elsewhere those tests are skipped, and what anybody could try is seen in the modes.
"""

import os
import pwd
import shutil
import signal
import stat
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.embedded import embedded_postgres, server
from ascetic_ddd.faker.infrastructure.embedded.account import caller, server_account
from ascetic_ddd.faker.infrastructure.embedded.programs import Programs, bundled_programs, copied_programs, copy_programs
from ascetic_ddd.faker.infrastructure.embedded.socket_folder import make_socket_folder
from tests.integration.test_embedded import postmaster, socket_folder

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can try as another user")
NOBODY = pwd.getpwnam("nobody")


def fails_for_nobody(action: Callable[[], object]) -> bool:
    """Tell whether the action is refused, done as ``nobody`` in a forked child; the interpreter may be out of reach for it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads of other tests: the child does not need them
        pid = os.fork()
    if pid == 0:
        code = 2
        try:
            os.setgroups([])
            os.setgid(NOBODY.pw_gid)
            os.setuid(NOBODY.pw_uid)
            action()
            code = 0
        except (OSError, psycopg.Error):
            code = 1
        finally:
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert code in (0, 1), f"the attempt broke: {code}"
    return code == 1


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def open_place() -> Iterator[Path]:
    """A folder that everybody may look into, unlike pytest's."""
    path = Path(tempfile.mkdtemp(prefix="place-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture(params=["data", "deep" * 25 + "/data"], ids=["short", "long"])
def folder(open_place: Path, copy_data: Callable[[Path], None], request: pytest.FixtureRequest) -> Path:
    path: Path = open_place / request.param
    path.parent.mkdir(exist_ok=True)
    path.parent.chmod(0o755)
    copy_data(path)
    return path


def test_everything_is_closed_to_others_and_no_parent_is_opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", "sesame")
    monkeypatch.setenv("ASCETIC_DDD_EXTERNAL_DSN", "postgresql://ann:sesame@host/db")
    monkeypatch.setenv("PGPORT", "6000")
    way = folder.parent
    way.chmod(0o700)
    before = {path: mode(path) for path in (way, *way.parents)}
    with embedded_postgres(folder) as found:
        told = conninfo_to_dict(found.dsn("postgres"))
        sockets = Path(str(told["host"]))
        assert [mode(path) for path in (folder, sockets, sockets / ".s.PGSQL.5432")] == [0o700] * 3
        assert {path: mode(path) for path in before} == before
        assert "password" not in told
        assert told["requirepeer"] == server_account().name
        environment = Path(f"/proc/{postmaster(folder)}/environ")
        assert not environment.exists() or b"sesame" not in environment.read_bytes()
        with psycopg.connect(found.dsn("postgres")) as connection:
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
            rules = connection.execute("SELECT type, auth_method FROM pg_hba_file_rules").fetchall()
            assert rules == [("local", "peer")]
    assert {path: mode(path) for path in before} == before


@as_root
def test_another_user_can_neither_connect_nor_read_nor_stop_the_server(folder: Path) -> None:
    with embedded_postgres(folder) as found:
        dsn = found.dsn("postgres")
        pid = postmaster(folder)
        assert fails_for_nobody(lambda: psycopg.connect(dsn))
        assert fails_for_nobody(lambda: list(folder.iterdir()))
        assert fails_for_nobody(lambda: (folder / "PG_VERSION").read_text())
        assert fails_for_nobody(lambda: list(socket_folder(dsn).iterdir()))
        assert fails_for_nobody(lambda: os.kill(pid, signal.SIGINT))
        # Were the folder of the socket open, the operating system's word on who connects would still stand.
        sockets = socket_folder(dsn)
        sockets.chmod(0o755)
        (sockets / ".s.PGSQL.5432").chmod(0o777)
        for user in ("postgres", "nobody"):
            assert fails_for_nobody(lambda user=user: psycopg.connect(make_conninfo(dsn, user=user)))  # type: ignore[misc]
        sockets.chmod(0o700)
        assert found.has_database("postgres")


def test_a_folder_of_an_earlier_version_is_closed_when_it_is_opened(data_folder: Path) -> None:
    folder = data_folder
    (folder / "pg_hba.conf").write_text("local all all trust\nhost all all 0.0.0.0/0 trust\n")
    with (folder / "postgresql.auto.conf").open("a") as configuration:
        configuration.write("listen_addresses = '*'\nport = 5433\nunix_socket_permissions = 0777\n")
    folder.chmod(0o750)
    with embedded_postgres(folder) as found, psycopg.connect(found.dsn("postgres")) as connection:
        assert mode(folder) == 0o700
        assert connection.execute("SELECT type, auth_method FROM pg_hba_file_rules").fetchall() == [("local", "peer")]
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert mode(socket_folder(found.dsn("postgres")) / ".s.PGSQL.5432") == 0o700


@pytest.mark.parametrize("trap", ["link", "open", "file", "elsewhere"])
def test_a_remembered_folder_that_is_not_what_was_made_is_not_used(data_folder: Path, tmp_path: Path, trap: str) -> None:
    folder = data_folder
    with embedded_postgres(folder) as found:
        sockets = socket_folder(found.dsn("postgres"))
    evil = tmp_path / "evil"
    evil.mkdir(mode=0o700)
    if trap == "link":
        sockets.symlink_to(evil)
    elif trap == "open":
        sockets.mkdir(mode=0o755)
    elif trap == "file":
        sockets.touch()
    (folder / "ascetic_ddd.socket").write_text(str(evil if trap == "elsewhere" else sockets))
    try:
        with embedded_postgres(folder) as found:
            assert socket_folder(found.dsn("postgres")) not in (sockets, evil)
            assert not list(evil.iterdir())
        assert evil.exists()
        assert trap == "elsewhere" or sockets.exists()
    finally:
        if trap == "open":
            sockets.rmdir()
        else:
            sockets.unlink(missing_ok=True)


def test_a_folder_with_something_else_in_it_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "letter").touch()
    with pytest.raises(ConfigurationError, match="holds no data of PostgreSQL"), embedded_postgres(tmp_path):
        pass
    assert (mode(tmp_path), tmp_path.stat().st_uid) == (0o755, os.geteuid())


@as_root
def test_a_folder_or_link_of_another_user_is_refused_and_left_as_it_is(open_place: Path) -> None:
    theirs = open_place / "theirs"
    theirs.mkdir(mode=0o755)
    os.chown(theirs, NOBODY.pw_uid, NOBODY.pw_gid)
    with pytest.raises(ConfigurationError, match="belongs to 'nobody'"), embedded_postgres(theirs):
        pass
    assert (mode(theirs), theirs.stat().st_uid) == (0o755, NOBODY.pw_uid)
    link = open_place / "link"
    link.symlink_to(theirs)
    os.lchown(link, NOBODY.pw_uid, NOBODY.pw_gid)
    for path in (link, link / "data"):
        with pytest.raises(ConfigurationError, match="is a link of another user"), embedded_postgres(path):
            pass
    assert not list(theirs.iterdir())


@as_root
def test_one_users_server_does_not_stop_anothers_from_starting(open_place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    account = server_account()
    if not Programs(bundled_programs(None), account).are_in_reach():
        pytest.skip("the bundled programs are out of reach for other users")
    open_place.chmod(0o1777)
    monkeypatch.setattr(tempfile, "tempdir", str(open_place))
    monkeypatch.setenv("TMPDIR", str(open_place))

    def start() -> None:
        with embedded_postgres() as theirs:
            assert theirs.has_database("postgres")

    with embedded_postgres() as found:
        assert not fails_for_nobody(start)
        assert found.has_database("postgres")
    assert not list(open_place.iterdir())


@as_root
def test_programs_out_of_reach_of_the_servers_user_are_lent_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = tmp_path / "closed"
    programs = copied_programs(bundled_programs(None), closed)
    copy_programs(bundled_programs(None), closed, caller())
    closed.chmod(0o700)
    monkeypatch.setattr(server, "bundled_programs", lambda version: programs)
    with embedded_postgres() as found:
        assert found.has_database("postgres")
        sockets = socket_folder(found.dsn("postgres"))
    assert not sockets.exists()
    assert mode(closed) == 0o700


@pytest.mark.parametrize("name", ["deep" * 25, "with a space", "with,comma", "anybodys"])
def test_the_socket_is_never_where_it_cannot_be_or_others_could_move_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    place = tmp_path / name
    place.mkdir()
    if name == "anybodys":
        place.chmod(0o777)
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    made = make_socket_folder(server_account())
    try:
        assert made.parent != place
        assert mode(made) == 0o700
    finally:
        made.rmdir()
