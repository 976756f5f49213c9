"""One file after the other, in a folder, all or none of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ascetic_ddd.faker.infrastructure.feeds.folder import Folder, file_error

__all__ = ("FileSink", "Writer", "files_in")

Writer = tuple[bytes, Callable[[Sequence[Any]], bytes]]
"""The beginning of a file, and what turns rows into the bytes that follow."""


class FileSink:
    """Writes one file after the other.

    Args:
        folder: where to.
        writers: by model: the beginning of the file, and what turns rows into bytes.
        suffix: of the files' names.
    """

    def __init__(self, folder: Folder, writers: Mapping[str, Writer], suffix: str) -> None:
        self._folder, self._writers, self._suffix = folder, writers, suffix
        self.notes: Sequence[str] = ()

    @property
    def order(self) -> Sequence[str]:
        return list(self._writers)

    @contextmanager
    def table(self, model: str) -> Iterator[Callable[[Sequence[Any]], None]]:
        name = model + self._suffix
        beginning, encoded = self._writers[model]
        stream = self._folder.begin(name)

        def write(data: bytes) -> None:
            try:
                stream.write(data)
            except OSError as error:
                raise file_error(error, self._folder.path / name) from error

        write(beginning)
        yield lambda rows: write(encoded(rows))
        self._folder.end(name)


@contextmanager
def files_in(path: Path, writers: Mapping[str, Writer], suffix: str, *, force: bool, readable: bool) -> Iterator[FileSink]:
    """Give a sink for files in a folder; left with an error, there are none of them."""
    folder = Folder(path, force=force, readable=readable)
    try:
        yield FileSink(folder, writers, suffix)
        folder.finish()
    finally:
        folder.abandon()
