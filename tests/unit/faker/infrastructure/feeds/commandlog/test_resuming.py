"""A feed that was killed: nothing looks whole, and going on gives the bytes of an uninterrupted one."""

import errno
from pathlib import Path
from typing import Any

import pytest

from ascetic_ddd.faker.domain.errors import ConfigurationError, PersistenceError
from ascetic_ddd.faker.infrastructure.feeds.commandlog import writer
from ascetic_ddd.faker.infrastructure.feeds.commandlog.reading import read_feed
from ascetic_ddd.faker.infrastructure.feeds.commandlog.unfinished import UnfinishedFolder
from ascetic_ddd.faker.infrastructure.feeds.folder import OccupiedError
from tests.unit.faker.infrastructure.feeds.commandlog import graph

COUNT = 2_000


class Killed(BaseException):
    """As a signal: nothing of ours handles it."""


def killed_after(path: Path, batches: int, **told: Any) -> None:
    seen = []

    def on_progress(progress: object) -> None:
        seen.append(progress)
        if len(seen) == batches:
            raise Killed

    with pytest.raises(Killed):
        feed(path, on_progress=on_progress, **told)


def feed(path: Path, **told: Any) -> None:
    graph.feed(path, COUNT, **{"shards": 3, "slack_s": 0.5, **told})


def bytes_of(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in path.iterdir()}


@pytest.fixture(autouse=True)
def _checkpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "_A_CHECKPOINT", 700)


def test_a_killed_feed_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    feed(tmp_path / "whole")
    killed_after(tmp_path / "feed", 2)
    killed_after(tmp_path / "feed", 3, resume=True)
    assert not (tmp_path / "feed").exists()
    feed(tmp_path / "feed", resume=True)
    assert bytes_of(tmp_path / "feed") == bytes_of(tmp_path / "whole")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["feed", "whole"]


def test_what_was_written_before_the_kill_is_not_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    feed(tmp_path / "whole")
    killed_after(tmp_path / "feed", 3)
    written = []
    write = UnfinishedFolder.write

    def counted(self: UnfinishedFolder, name: str, data: bytes) -> None:
        written.append(len(data))
        write(self, name, data)

    monkeypatch.setattr(UnfinishedFolder, "write", counted)
    feed(tmp_path / "feed", resume=True)
    assert sum(written) < 0.7 * sum(map(len, bytes_of(tmp_path / "whole").values()))
    assert bytes_of(tmp_path / "feed") == bytes_of(tmp_path / "whole")


def test_bytes_beyond_the_checkpoint_do_not_count(tmp_path: Path) -> None:
    feed(tmp_path / "whole")
    killed_after(tmp_path / "feed", 3)
    for file in (tmp_path / ".feed.part").glob("*.jsonl"):
        file.write_bytes(file.read_bytes() + b'{"half":')
    feed(tmp_path / "feed", resume=True)
    assert bytes_of(tmp_path / "feed") == bytes_of(tmp_path / "whole")


def test_what_a_kill_left_of_a_replaced_feed_stops_no_other_one(tmp_path: Path) -> None:
    feed(tmp_path / "feed")
    (tmp_path / ".feed.replaced.part").mkdir()
    (tmp_path / ".feed.replaced.part" / "feed.json").touch()
    feed(tmp_path / "feed", force=True, shards=2)
    assert len(read_feed(tmp_path / "feed").account.shards) == 2
    assert [file.name for file in tmp_path.iterdir()] == ["feed"]


def test_files_of_a_feed_that_was_killed_at_its_end_are_not_in_the_next_one(tmp_path: Path) -> None:
    """Without a checkpoint nobody knows of how many shards they were."""
    feed(tmp_path / "whole", shards=2)
    killed_after(tmp_path / "feed", 3)
    (tmp_path / ".feed.part" / "checkpoint.json").unlink()
    feed(tmp_path / "feed", resume=True, shards=2)
    assert bytes_of(tmp_path / "feed") == bytes_of(tmp_path / "whole")


def test_files_that_were_to_be_given_a_name_are_in_no_feed(tmp_path: Path) -> None:
    """Checkpoint and account are written beside, and then renamed; a kill leaves what has no name yet."""
    feed(tmp_path / "whole")
    killed_after(tmp_path / "feed", 3)
    for name in (".checkpoint.json.0123.part", ".feed.json.4567.part", "feed.json"):
        (tmp_path / ".feed.part" / name).touch()
    feed(tmp_path / "feed", resume=True)
    assert bytes_of(tmp_path / "feed") == bytes_of(tmp_path / "whole")


def test_what_cannot_be_written_at_all_has_left_nothing_to_go_on_with(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PersistenceError, match=r"Not a directory; take a folder that can be written to$"):
        feed(tmp_path / "file" / "feed")


def test_an_unfinished_feed_is_not_taken_for_nothing(tmp_path: Path) -> None:
    killed_after(tmp_path / "feed", 2)
    with pytest.raises(ConfigurationError, match=r"has no feed\.json, so it is no whole feed"):
        read_feed(tmp_path / ".feed.part")
    with pytest.raises(OccupiedError, match="go on with it"):
        feed(tmp_path / "feed")
    with pytest.raises(ConfigurationError, match="was begun with other options"):
        feed(tmp_path / "feed", seed=8, resume=True)
    graph.feed(tmp_path / "feed", 10, force=True)
    assert read_feed(tmp_path / "feed").manifest.count == 10


def test_a_checkpoint_that_the_files_do_not_reach_is_refused(tmp_path: Path) -> None:
    killed_after(tmp_path / "feed", 3)
    (tmp_path / ".feed.part" / "commands.01.jsonl").write_bytes(b"")
    with pytest.raises(ConfigurationError, match="shorter than its checkpoint says"):
        feed(tmp_path / "feed", resume=True)


def test_a_full_disk_leaves_something_to_go_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    feed(tmp_path / "whole")
    room = [10]  # pieces

    class Full:
        def __init__(self, stream: Any) -> None:
            self._stream = stream

        def write(self, data: bytes) -> int:
            room[0] -= 1
            if room[0] < 0:
                raise OSError(errno.ENOSPC, "No space left on device")
            return int(self._stream.write(data))

        def __getattr__(self, name: str) -> Any:
            return getattr(self._stream, name)

    begin = UnfinishedFolder._begin

    def narrow(self: Any, names: Any) -> Any:
        begun = begin(self, names)
        self._streams = {name: Full(stream) for name, stream in self._streams.items()}
        return begun

    with monkeypatch.context() as patched:
        patched.setattr(UnfinishedFolder, "_begin", narrow)
        with pytest.raises(PersistenceError, match=r"No space left on device; make room, and go on with --resume.*\.feed\.part"):
            feed(tmp_path / "feed")
    assert not (tmp_path / "feed").exists()
    feed(tmp_path / "feed", resume=True)
    assert bytes_of(tmp_path / "feed") == bytes_of(tmp_path / "whole")
