"""The repository of one provider whose aggregates become chains of commands in a log."""

from collections.abc import AsyncIterator, Callable, Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, Generic, Protocol, TypeVar

from ascetic_ddd.faker.application.runs.stored_parts import values_at
from ascetic_ddd.faker.domain.errors import ConfigurationError, CycleError, DuplicateError
from ascetic_ddd.faker.domain.repositories import INumbering, offers
from ascetic_ddd.faker.domain.specification.interfaces import ISpecification
from ascetic_ddd.faker.infrastructure.feeds.commandlog.chains import Chain, Said
from ascetic_ddd.faker.infrastructure.feeds.commandlog.words import CommandForm, json_of, word_of
from ascetic_ddd.faker.infrastructure.repositories.exported_id import Identities, is_incomplete
from ascetic_ddd.faker.infrastructure.transports.drafts import Draft, Receipt, completed
from ascetic_ddd.faker.infrastructure.transports.plain import plain
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("Answer", "CommandLogRepository", "Hearing", "ILog")

C = TypeVar("C")

Answer = Callable[[Draft[Any]], Mapping[str, Any]]
"""Gives parts of an aggregate that the application would decide; the draft may lack its id yet."""

Hearing = Callable[[Mapping[str, Any]], object]
"""Is told the state of an aggregate that exists from now on."""

Path = tuple[str, ...]


class ILog(Protocol):
    """What collects chains."""

    def form(self, command_class: type) -> CommandForm:
        """Give what turns commands of this class into words."""
        ...

    def collect(self, chain: Chain) -> None:
        """Take the commands of an aggregate."""
        ...

    def drop(self) -> None:
        """Give up what was collected last: its transaction rolls back."""
        ...


class CommandLogRepository(Generic[C]):
    """Writes down each draft's commands, and stands for the application: gives ids, and what it would decide.

    Made by :meth:`.CommandLog.repository`. Remembered is, of what others refer to, when it is done; what nobody refers to costs
    no memory.
    """

    def __init__(
        self,
        log: ILog,
        ids: Callable[[int], Any],
        id_field: str,
        id_attr: str,
        answer: Answer | None,
        hearing: Hearing | None,
    ) -> None:
        self._log = log
        self._ids = ids
        self._id_field = id_field
        self._answer = answer
        self._hearing = hearing
        self._last_number = 0
        self._stored_upto = 0  # the greatest id, if ids are numbers, that was stored before the feed
        self._identities = Identities()
        self._chains: dict[Hashable, Chain | None] = {}  # None: stored before the feed
        self._is_referred_to = False
        self._telling: set[type] = set()  # commands that tell the id
        self._key: Path | None = None
        self._is_key = False
        self._before: Any = None
        self.id_attr = id_attr
        self.path = self.prefix = ""
        self.level = 0
        self.references: Sequence[tuple[Path, CommandLogRepository[Any]]] = ()

    def attach(self, path: str, prefix: str, references: "Sequence[tuple[Path, CommandLogRepository[Any]]]") -> None:
        """Learn whose repository this is, how its ids begin, and where its states refer to others."""
        self.path, self.prefix, self.references = path, prefix, references
        for _, target in references:
            target._is_referred_to = True  # noqa: SLF001  # one family

    def share_key(self, path: Path, owner: "CommandLogRepository[Any] | None") -> None:
        """Learn where the key stands: at the path, or where a reference leads to the owner, whose id it is."""
        self._is_key = owner is self
        if owner is None:
            self._key = path
        else:
            self._key = next((found for found, target in self.references if target is owner), None)

    def follow(self, before: Any) -> None:
        """Go on from what another repository remembers: that is stored already, and who refers to it waits for nothing."""
        self._before = before

    async def find(self, session: ISession, specification: ISpecification | None = None) -> AsyncIterator[dict[str, Any]]:
        """Iterate over what was stored before the feed."""
        if self._before is not None:
            async for state in self._before.find(session, specification):
                id = state[self.id_attr]
                self._chains.setdefault(self._identities.of(id))
                if type(id) is int and id > self._stored_upto:
                    self._stored_upto = id  # the next ones follow
                if self._hearing is not None:
                    self._hearing(state)
                yield state

    async def reserved(self, session: ISession) -> dict[str, int]:
        """Give the running numbers that may have been given out before."""
        return await self._before.reserved(session) if offers(self._before, INumbering) else {}

    async def reserve(self, session: ISession, numbers: Mapping[str, int]) -> None:
        """Keep none: the same feed is to be made again."""

    async def insert(self, session: ISession, agg: Draft[C]) -> None:
        """Write the draft's commands down, and give it the id it lacks.

        Raises:
            ConfigurationError: the id cannot be told to the application, or a reference leads to nothing.
        """
        self._take(session, agg)

    async def insert_many(self, session: ISession, aggs: Sequence[Draft[C]]) -> None:
        """The same, one after the other."""
        async with session.atomic():
            for agg in aggs:
                self._take(session, agg)

    def _take(self, session: ISession, draft: Draft[C]) -> None:
        number = self._last_number + 1
        is_lacking = is_incomplete(draft.state.get(self.id_attr))
        first = draft.command
        given = self._ids(self._stored_upto + number) if is_lacking else None
        draft.take(session, Receipt(given, state=self._answer(draft) if self._answer is not None else None), self.id_attr)
        state = draft.state
        if is_lacking and type(first) not in self._telling and (draft.steps or self._is_referred_to):
            self._see_that_it_is_told(first, given)
        commands = [self._said(first, given, state, 0.0)]
        steps = draft.steps
        if steps:
            pauses = _pauses_ms(draft.times, len(steps)) if draft.times else None
            for number_of_step, step in enumerate(steps):
                draft.command = command = step(draft)
                commands.append(self._said(command, None, state, 0.0 if pauses is None else pauses[number_of_step]))
        id = state[self.id_attr]
        needs = self._needs(state, id)
        told = word_of(id, self.path)
        chain = Chain(
            f"{self.prefix}{number}", f"{self.path}/{told}", self._key_of(state, id, needs), self.level, needs, commands
        )
        identity = self._identities.of(id) if self._is_referred_to else None
        if self._is_referred_to and identity in self._chains:
            raise self._twice(id)
        session.on_rollback(self._give_up, identity)
        self._last_number = number
        if self._is_referred_to:
            self._chains[identity] = chain
        self._log.collect(chain)
        if self._hearing is not None:
            self._hearing(state)

    def _give_up(self, identity: Hashable) -> None:
        """The transaction of the last draft that was taken rolls back."""
        self._last_number -= 1
        self._chains.pop(identity, None)
        self._log.drop()

    def _said(self, command: Any, given: Any, state: Mapping[str, Any], after_ms: float) -> Said:
        form = self._log.form(type(command))
        data = form.data(command)
        if given is not None and self._id_field in data:
            data[self._id_field] = self._told(data[self._id_field], given, state, form)
        return Said(form, json_of(data, form.type), form.request(command, data, state), after_ms)

    def _told(self, value: Any, given: Any, state: Mapping[str, Any], form: CommandForm) -> Any:
        """The field of the command that tells the id, with what is given of it."""
        if value is None:
            return given
        value = plain(value)
        if is_incomplete(value):
            return completed(value, given, self._id_field)
        if form.command_class in self._telling and value not in (plain(given), state[self.id_attr]):
            raise ConfigurationError(
                f"{self.path}: {form.name} tells {value!r} in its field {self._id_field!r}, and the log gives the id {given!r}, "
                "which later commands name; let the factory leave the field None, or let the provider tell the id"
            )
        return value

    def _see_that_it_is_told(self, command: Any, given: Any) -> None:
        if not self._log.form(type(command)).has_field(self._id_field, command):
            raise ConfigurationError(
                f"{self.path}: {type(command).__name__} has no field {self._id_field!r}, so the application is not told the id "
                f"{given!r}, and later commands name it; let the command tell it (log.repository(id_field=…)), or store these "
                "aggregates before the feed (--after)"
            )
        self._telling.add(type(command))

    def _needs(self, state: Mapping[str, Any], id: Any) -> list[Chain]:
        found: list[Chain] = []
        for path, target in self.references:
            for value in (
                (state[path[0]],) if len(path) == 1 else _at_two(state, path) if len(path) == 2 else values_at(state, path)
            ):
                if value is None:
                    continue
                if target is self and value == id:
                    raise self._circle(id, path)
                chain = target.done(value, self.path, path)
                if chain is not None and chain not in found:
                    found.append(chain)
        return found

    def done(self, id: Any, user: str, path: Path) -> Chain | None:
        """Give the chain of the aggregate with this id; None if it was stored before the feed.

        Raises:
            ConfigurationError: there is none.
        """
        try:
            return self._chains[self._identities.of(id)]
        except KeyError:
            raise ConfigurationError(
                f"{user}.{'.'.join(path)} refers to {self.path} {id!r}, which is neither in the log nor stored before it; let a "
                "provider make it, or store it before (--after)"
            ) from None

    def _twice(self, id: Any) -> DuplicateError:
        return DuplicateError(
            f"{self.path}: the id {id!r} is in the log already, or stored before it; ids have to be unique: let the provider "
            "draw new ones (distributor_factory(sequence=True)), or log.repository(ids=…) give them"
        )

    def _circle(self, id: Any, path: Path) -> CycleError:
        return CycleError(
            f"{self.path}.{'.'.join(path)} of {id!r} refers to itself, which is done before it is begun: let the reference "
            "be null, or let a later command set it"
        )

    def _key_of(self, state: Mapping[str, Any], id: Any, needs: Sequence[Chain]) -> str | None:
        key = None
        if self._is_key:
            key = id
        elif self._key is not None:
            path = self._key
            key = state.get(path[0]) if len(path) == 1 else next((each for each in _found(state, path) if each is not None), None)
        if key is not None:
            return word_of(key, self.path)
        return next((need.key for need in needs if need.key is not None), None)


def _at_two(state: Mapping[str, Any], path: Path) -> Iterable[Any]:
    """What is at a path of two names, the commonest one that is not one name: without a generator."""
    part = state[path[0]]
    return (part[path[1]],) if type(part) is dict else values_at(part, path[1:])


def _found(state: Mapping[str, Any], path: Path) -> Iterable[Any]:
    try:
        return list(values_at(state, path))
    except KeyError:
        return ()


def _pauses_ms(times: Sequence[datetime], steps: int) -> list[float]:
    if len(times) != steps + 1:
        return [0.0] * steps
    return [max(0.0, (late - early).total_seconds() * 1000) for early, late in pairwise(times)]
