"""What is to be called when a transaction commits or rolls back: the log behind every session."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from typing_extensions import ParamSpec

from ascetic_ddd.seedwork.domain.errors import SessionError, add_note

__all__ = ("LoggedSession", "TransactionLog")

P = ParamSpec("P")


class TransactionLog:
    """Remembers callbacks under nested marks: the outermost mark is the transaction, the inner ones its savepoints.

    Rolling back runs the callbacks registered since the mark, newest first. Committing an inner mark hands its
    callbacks to the mark around it; committing the outermost runs the commit callbacks, oldest first.
    An entry is three items appended to one flat list: this is on the path of every generated value, and a long
    transaction keeps millions of them, over which the garbage collector walks.
    """

    __slots__ = ("_commit_entries", "_marks", "_rollback_entries")

    def __init__(self) -> None:
        self._marks: list[tuple[int, int]] = []
        self._commit_entries: list[Any] = []
        self._rollback_entries: list[Any] = []

    @property
    def is_open(self) -> bool:
        """True between the outermost :meth:`begin` and its end."""
        return bool(self._marks)

    @property
    def depth(self) -> int:
        """How many marks are set."""
        return len(self._marks)

    def begin(self) -> None:
        """Set a mark."""
        self._marks.append((len(self._commit_entries), len(self._rollback_entries)))

    def commit(self) -> None:
        """Take the innermost mark away, keeping what was registered since; after the last one run the commit callbacks.

        Raises:
            SessionError: commit callbacks raised. All of them were called, and the transaction is committed.
        """
        self._marks.pop()
        if self._marks:
            return
        self._rollback_entries.clear()
        if self._commit_entries:
            entries, self._commit_entries = self._commit_entries, []
            failures = _call(entries)
            if failures:
                message = f"Committed, but {len(failures)} commit callback(s) raised, first: {failures[0]!r}."
                raise SessionError(message) from failures[0]

    def rollback(self, cause: BaseException) -> None:
        """Take the innermost mark away and undo: run what was registered since with ``on_rollback``, newest first.

        All callbacks are called; what they raise becomes a note of ``cause``, so that the first error travels.
        """
        commit_mark, rollback_mark = self._marks.pop()
        del self._commit_entries[commit_mark:]
        # Cut off first: what a callback registers belongs to the transaction around this one.
        entries = self._rollback_entries[rollback_mark:]
        del self._rollback_entries[rollback_mark:]
        for failure in _call(entries, newest_first=True):
            add_note(cause, f"A rollback callback raised {failure!r}; what it should have undone may remain.")

    def on_commit(self, callback: Callable[..., object], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Register for the outermost commit; with no mark set, call now."""
        if self._marks:
            self._commit_entries += (callback, args, kwargs or None)
        else:
            callback(*args, **kwargs)

    def on_rollback(self, callback: Callable[..., object], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Register for a rollback of the innermost mark, or any around it; with no mark set, forget."""
        if self._marks:
            self._rollback_entries += (callback, args, kwargs or None)


class LoggedSession:
    """The part of ``ISession`` that is the same for every store: the hooks, kept in a log."""

    __slots__ = ("_log",)

    def __init__(self) -> None:
        self._log = TransactionLog()

    @property
    def is_atomic(self) -> bool:
        """True between entering and leaving the outermost ``atomic``."""
        return self._log.is_open

    @contextmanager
    def inside_another(self) -> Iterator[None]:
        """For the time of the block, be inside a transaction that somebody else has opened and will roll back.

        Each ``atomic`` is a savepoint in it; in the end, what was registered ``on_rollback`` is called.
        """
        self._log.begin()
        cause = RuntimeError("The transaction around this session was rolled back.")
        try:
            yield
        finally:
            self._log.rollback(cause)

    def on_commit(self, callback: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
        """Call ``callback`` once the outermost transaction has committed; at once when none is open."""
        self._log.on_commit(callback, args, kwargs)

    def on_rollback(self, callback: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
        """Call ``callback`` if the innermost open transaction, or any around it, rolls back."""
        log = self._log  # not by the log's own method: one call less on the path of every generated value
        if log._marks:  # noqa: SLF001
            log._rollback_entries += (callback, args, kwargs or None)  # noqa: SLF001


def _call(entries: list[Any], *, newest_first: bool = False) -> list[Exception]:
    failures = []
    starts = range(0, len(entries), 3)
    for start in reversed(starts) if newest_first else starts:
        callback, args, kwargs = entries[start : start + 3]
        try:
            callback(*args, **kwargs or {})
        except Exception as error:  # noqa: BLE001 - the others must still be called; the caller reports it
            failures.append(error)
    return failures
