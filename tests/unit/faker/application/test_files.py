"""Files that are whole or not there: modes, links that others laid, and what is in the way."""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ascetic_ddd.faker.application.files import begin_file, replace_file


@pytest.fixture
def umask() -> Iterator[Callable[[int], int]]:
    before = os.umask(0o022)
    yield os.umask
    os.umask(before)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(("mask", "private", "readable"), [(0o022, 0o600, 0o644), (0, 0o600, 0o666), (0o077, 0o600, 0o600)])
def test_only_the_owner_reads_a_file_unless_told(
    tmp_path: Path, umask: Callable[[int], int], mask: int, private: int, readable: int
) -> None:
    umask(mask)
    for is_readable, mode in ((False, private), (True, readable), (False, private)):
        replace_file(tmp_path / "a", "text\n", readable=is_readable)
        assert mode_of(tmp_path / "a") == mode
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_the_part_has_its_mode_before_its_first_byte(tmp_path: Path, umask: Callable[[int], int]) -> None:
    umask(0)
    part, stream = begin_file(tmp_path / "a")
    with stream:
        assert mode_of(part) == 0o600
        assert part.parent == tmp_path


def test_a_link_in_the_way_of_the_part_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    monkeypatch.setattr("secrets.token_hex", lambda _: "guessed")
    (tmp_path / ".a.guessed.part").symlink_to(victim)
    with pytest.raises(FileExistsError):
        replace_file(tmp_path / "a", "text")
    assert victim.read_text() == "mine"


def test_a_link_is_replaced_and_its_target_stays(tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("mine")
    (tmp_path / "a").symlink_to(tmp_path / "victim")
    replace_file(tmp_path / "a", "text")
    assert ((tmp_path / "victim").read_text(), (tmp_path / "a").read_text()) == ("mine", "text")
    assert not (tmp_path / "a").is_symlink()


def test_what_is_no_file_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for place in (tmp_path / "pipe", tmp_path):
        with pytest.raises(OSError, match="no regular file"):
            replace_file(place, "text")
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


def test_a_long_name_has_a_part_too(tmp_path: Path) -> None:
    path = tmp_path / ("😀" * 60 + ".json")
    replace_file(path, "text")
    assert path.read_text() == "text"


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UnicodeEncodeError):
        replace_file(tmp_path / "a", "\udc80")
    assert list(tmp_path.iterdir()) == []
