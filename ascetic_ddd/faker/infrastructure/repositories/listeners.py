"""Who wants to hear what a repository stored."""

from collections.abc import Mapping
from typing import Any

from ascetic_ddd.faker.domain.repositories import StoredListener
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("Observable",)


class Observable:
    """The part of a repository that implements ``IObservable``; costs one truth test where nobody listens."""

    def __init__(self) -> None:
        self._listeners: tuple[StoredListener, ...] = ()

    def subscribe(self, listener: StoredListener) -> None:
        """Have ``listener`` called after each insert and update, inside the transaction. Twice the same: once.

        The state it gets is the repository's own: it must not change it.
        """
        if listener not in self._listeners:
            self._listeners = (*self._listeners, listener)

    def _announce(self, session: ISession, state: Mapping[str, Any]) -> None:
        for listener in self._listeners:
            listener(session, state)
