"""What is made where the aggregate itself lives elsewhere: the command that asks for it, and what is known of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from ascetic_ddd.faker.application.runs.finding import Finding
from ascetic_ddd.faker.domain.errors import PersistenceError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.infrastructure.repositories.exported_id import is_incomplete, missing_parts
from ascetic_ddd.faker.infrastructure.transports.errors import TransportError
from ascetic_ddd.faker.infrastructure.transports.filling import FieldSource, Filling, unfilled
from ascetic_ddd.faker.infrastructure.transports.plain import plain, plain_parts
from ascetic_ddd.seedwork.domain.session.faults import Fault
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("Draft", "IDraftFactory", "Receipt", "completed", "draft_of")

C = TypeVar("C")

_NOTHING: Mapping[str, Any] = {}


class Receipt(NamedTuple):
    """What the application answered to a command.

    Attributes:
        id: the aggregate's id, or the part of it that the application gives; None if the command told it.
        version: by which the next command can say what it was written for: an ETag, a number.
        state: parts that the application has decided; they replace what is remembered.
    """

    id: Any = None
    version: Any = None
    state: Mapping[str, Any] | None = None


class Draft(Generic[C]):
    """A command, and the state of the aggregate that it asks for.

    Args:
        command: what the application is sent.
        state: plain data by the names of the provider's parts.

    Attributes:
        command: the last command of this aggregate; one that follows is put here, and sent by the repository's ``update``.
        version: of the last receipt.
        steps: give the commands that follow the first one, each made of the draft as it is by then; see :class:`.Journey`.
        times: when each command is due, the first one included; empty where nobody says.
    """

    __slots__ = ("_given", "_state", "command", "steps", "times", "version")

    def __init__(
        self,
        command: C,
        state: Mapping[str, Any],
        steps: Sequence[Callable[["Draft[Any]"], Any]] = (),
        times: Sequence[datetime] = (),
    ) -> None:
        self.command: Any = command
        self.version: Any = None
        self.steps = steps
        self.times = times
        self._state = plain_parts(state)
        self._given: dict[str, Any] = {}

    def export(self) -> dict[str, Any]:
        """Give the state, as far as it is known, as plain data: the ``output_exporter`` and ``agg_exporter`` of drafts."""
        return plain_parts(self._state)

    @property
    def state(self) -> Mapping[str, Any]:
        """What :meth:`export` gives, the draft's own: not to be changed."""
        own: dict[str, Any] = self._state
        return own

    def take(self, session: ISession, receipt: Receipt, id_attr: str = "id") -> None:
        """Learn what the application answered; after a rollback it is forgotten again.

        Raises:
            TransportError: the id is still incomplete; nothing changed.
            PersistenceError: it is another one than was told; nothing changed.
        """
        given = receipt.state or _NOTHING
        state = {**self._state, **plain_parts(given)}
        told = self._state.get(id_attr)
        if receipt.id is not None:
            state[id_attr] = completed(state.get(id_attr), plain(receipt.id), id_attr)
        id = state.get(id_attr)
        if is_incomplete(id):
            raise TransportError(
                f"{type(self.command).__name__} was answered without an id, and none was told: it is {id!r}; say where the "
                "answer has it, or let a provider tell it",
                Fault.STORE,  # the next answer would have none, either
            )
        if told != id and not is_incomplete(told):
            raise PersistenceError(f"{type(self.command).__name__} told the id {told!r}, and was answered with {id!r}")
        session.on_rollback(self._forget, self.command, self._state, self._given, self.version)
        self._state = state
        self._given = {**self._given, **given, id_attr: id}
        self.version = receipt.version if receipt.version is not None else self.version

    def with_given(self, known: Mapping[str, Any]) -> dict[str, Any]:
        """Give what is known, and what the application has told since: the id, parts that it has decided, and ``version``."""
        return {**known, **self._given, "version": self.version}

    def _forget(self, command: Any, state: dict[str, Any], given: dict[str, Any], version: Any) -> None:
        self.command, self._state, self._given, self.version = command, state, given, version

    def __repr__(self) -> str:
        return f"Draft({self.command!r}, {self._state!r})"


class IDraftFactory(Protocol):
    """An ``output_factory`` of drafts that can be looked through before a run."""

    def fillings(self) -> Sequence[Filling[Any]]:
        """Give how each command is made that its drafts may have, each once."""
        ...


def draft_of(command_class: Callable[..., C], **fields: FieldSource) -> Callable[..., Draft[C]]:
    """Give an ``output_factory`` that makes drafts: the command is made of the outputs of the parts of the same names.

    A part that the command does not ask for is remembered and not sent, such as an id that the application gives.

    Args:
        command_class: makes the command from keyword arguments; its signature says which.
        fields: where a field of the command is no part of its name: the name of the part, or a function of all outputs by name.

    Raises:
        ConfigurationError: the command has no such field, or needs one (at the first draft) that no part gives.

    Example:
        >>> from dataclasses import dataclass
        >>> @dataclass
        ... class AddBook:
        ...     title: str
        >>> draft_of(AddBook)(id=None, title="Emma")
        Draft(AddBook(title='Emma'), {'id': None, 'title': 'Emma'})
    """
    return _OneCommand(Filling(command_class, fields, "draft_of"))


class _OneCommand(Generic[C]):
    """What :func:`draft_of` gives."""

    def __init__(self, fill: Filling[C]) -> None:
        self._fill = fill

    def __call__(self, **parts: Any) -> Draft[C]:
        return Draft(self._fill(parts), parts)

    def fillings(self) -> list[Filling[Any]]:
        return [self._fill]

    def findings(self, provider: AggregateProvider[Any, Any]) -> Iterator[Finding]:
        yield from unfilled(self._fill, provider, provider.parts())


def completed(told: Any, given: Any, id_attr: str) -> Any:
    """Give the id with what the application gave of it.

    Raises:
        PersistenceError: one part was given, and not one is missing.
    """
    if not isinstance(told, Mapping) or isinstance(given, Mapping):
        return {**told, **given} if isinstance(told, Mapping) else given
    missing = [path for path in missing_parts(told, ()) if len(path) == 1]
    if len(missing) != 1:
        raise PersistenceError(
            f"The application gave {given!r} for the {id_attr} {told!r}, which lacks {len(missing)} parts; "
            "let the receipt give them by name"
        )
    return {**told, missing[0][0]: given}
