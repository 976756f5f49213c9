"""What is written later in a transaction than it is told."""

from collections.abc import Iterable
from typing import Generic, TypeVar

from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("PutOff",)

R = TypeVar("R")


class PutOff(Generic[R]):
    """Rows that are still to be written, by session, in order. A savepoint that is rolled back takes back what is its own."""

    def __init__(self) -> None:
        self._rows: dict[ISession, list[R]] = {}

    def begin(self, session: ISession) -> None:
        """From now on put off, in the transaction that is open; outside one nothing is put off."""
        if session.is_atomic and session not in self._rows:
            self._rows[session] = []
            session.on_rollback(self._rows.pop, session, None)

    def is_begun(self, session: ISession) -> bool:
        """Tell whether rows of this session are put off."""
        return session in self._rows

    def add(self, session: ISession, row: R) -> None:
        """Put a row off; only if :meth:`is_begun`."""
        rows = self._rows[session]
        rows.append(row)
        session.on_rollback(_drop, rows, row)

    def take(self, session: ISession) -> list[R]:
        """Give what is still to be written, to write it now."""
        rows = self._rows.get(session)
        if not rows:
            return []
        taken = list(rows)
        rows.clear()
        session.on_rollback(_put_back, rows, taken)  # before it is written: it may be the writing that fails
        return taken

    def end(self, session: ISession) -> None:
        """Put off no more."""
        self._rows.pop(session, None)


def _put_back(rows: list[R], taken: Iterable[R]) -> None:
    """What was written in a savepoint that is rolled back is still to be written."""
    rows[:0] = taken


def _drop(rows: list[R], row: R) -> None:
    """Forget a row whose insert is rolled back; those that came later are forgotten by now."""
    if rows and rows[-1] is row:
        rows.pop()
