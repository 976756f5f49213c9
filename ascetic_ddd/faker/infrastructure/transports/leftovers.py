"""What commands have done that a rollback cannot undo: kept, to be taken up again instead of being done twice."""

from collections.abc import Hashable
from typing import Any

from ascetic_ddd.faker.domain.specification.equality import freeze
from ascetic_ddd.faker.infrastructure.transports.drafts import Draft
from ascetic_ddd.faker.infrastructure.transports.plain import plain
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("Leftovers",)


class Leftovers:
    """Answers to commands whose transaction was rolled back here, by what the commands said.

    A batch that is repeated draws the same again (ADR 16), so the same commands come again: each takes its answer from here,
    and the application is not asked twice. What is not taken up is outside and not remembered: ``len()`` of it.
    """

    def __init__(self) -> None:
        self._answers: dict[Hashable, list[Any]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._answers.values()))

    def take(self, draft: Draft[Any]) -> Any:
        """Give what was answered to the same command before, and is left; None if there is nothing. Who takes it watches it."""
        if not self._answers:
            return None
        said = _words(draft.command)
        answers = self._answers.get(said)
        if not answers:
            return None
        answer = answers.pop(0)
        if not answers:
            del self._answers[said]
        return answer

    def watch(self, session: ISession, draft: Draft[Any], answer: Any) -> None:
        """Keep the answer if the transaction that is open rolls back."""
        session.on_rollback(self._leave, _Said(draft), answer)

    def leave(self, draft: Draft[Any], answer: Any) -> None:
        """Keep an answer at once, in whatever transaction."""
        self._leave(_words(draft.command), answer)

    def _leave(self, said: Hashable, answer: Any) -> None:
        self._answers.setdefault(said.found() if isinstance(said, _Said) else said, []).append(answer)


class _Said:
    """What a command says, found only if somebody asks: most are committed."""

    __slots__ = ("_command",)

    def __init__(self, draft: Draft[Any]) -> None:
        self._command = draft.command

    def found(self) -> Hashable:
        return _words(self._command)


def _words(command: Any) -> Hashable:
    return type(command), freeze(plain(command))
