"""The independent model: what is committed, and what open transactions have stored, as plain dicts."""

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ("Ledger", "Rows", "frozen", "leaves")

Rows = dict[str, dict[Any, dict[str, Any]]]
"""Exported states by the name of their kind, and by their id."""


class Ledger:
    """Keeps account of one store. It hears of transactions from the session itself, and of rows from the repository."""

    def __init__(self) -> None:
        self.committed: Rows = {}
        self.open: dict[Any, list[Rows]] = {}  # by session: the rows of each open savepoint, outermost first

    def begin(self, session: Any) -> None:
        self.open.setdefault(session, []).append({})

    def commit(self, session: Any) -> None:
        rows = self._end(session)
        around = self.open[session][-1] if session in self.open else self.committed
        for kind, states in rows.items():
            around.setdefault(kind, {}).update(states)

    def rollback(self, session: Any) -> None:
        self._end(session)

    def stored(self, session: Any, kind: str, state: Mapping[str, Any]) -> None:
        frames = self.open.get(session)
        rows = frames[-1] if frames else self.committed
        rows.setdefault(kind, {})[frozen(state["id"])] = dict(state)

    def seen_by(self, session: Any, kind: str) -> dict[Any, dict[str, Any]]:
        """The committed rows of a kind, and those of the session's own transaction."""
        seen = dict(self.committed.get(kind, {}))
        for frame in self.open.get(session, ()):
            seen.update(frame.get(kind, {}))
        return seen

    def stored_by(self, session: Any, kind: str) -> set[Any]:
        """The ids of the rows of a kind that the session's open transaction has stored."""
        return {id for frame in self.open.get(session, ()) for id in frame.get(kind, ())}

    def everything(self, kind: str) -> dict[Any, dict[str, Any]]:
        """The rows of a kind, committed or not."""
        rows = dict(self.committed.get(kind, {}))
        for frames in self.open.values():
            for frame in frames:
                rows.update(frame.get(kind, {}))
        return rows

    def _end(self, session: Any) -> Rows:
        frames = self.open[session]
        rows = frames.pop()
        if not frames:
            del self.open[session]
        return rows


def frozen(value: Any) -> Any:
    """A hashable stand-in for plain data."""
    if isinstance(value, Mapping):
        return tuple(sorted((key, frozen(part)) for key, part in value.items()))
    return tuple(map(frozen, value)) if isinstance(value, list) else value


def leaves(state: Any, path: tuple[str, ...]) -> Iterator[Any]:
    """What a state has at a path that is not null; of a list, of each of its items."""
    if isinstance(state, list):
        for item in state:
            yield from leaves(item, path)
    elif not path:
        if state is not None:
            yield state
    elif state is not None:
        yield from leaves(state[path[0]], path[1:])
