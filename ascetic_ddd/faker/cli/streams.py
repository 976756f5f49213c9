"""The standard streams, of which a command must not die: the reader of a pipe may leave, a disk may be full."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

__all__ = ("Outputs", "outputs")


class Outputs:
    """What became of the streams.

    Attributes:
        error: why something that was told is not there to be read; None where somebody did not want to read it.
    """

    def __init__(self) -> None:
        self.error: OSError | None = None


class _Lasting:
    """A stream that falls silent when it can no longer be written; everything else is the stream's own."""

    def __init__(self, stream: TextIO, outputs: Outputs) -> None:
        self._stream = stream
        self._outputs = outputs

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except OSError as error:
            self._silence(error)
            return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except OSError as error:
            self._silence(error)

    def _silence(self, error: OSError) -> None:
        if not isinstance(error, BrokenPipeError):
            self._outputs.error = self._outputs.error or error
        with suppress(OSError, ValueError):  # what is in the buffers goes there at the end, too
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)
            self._stream.flush()


@contextmanager
def outputs() -> Iterator[Outputs]:
    """Make the standard streams last for the time of the block; one that is closed leads nowhere."""
    found = Outputs()
    before = sys.stdout, sys.stderr
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        lasting: list[Any] = [_Lasting(nowhere if stream is None else stream, found) for stream in before]
        sys.stdout, sys.stderr = lasting
        try:
            yield found
        finally:
            for stream in lasting:
                stream.flush()
            sys.stdout, sys.stderr = before
