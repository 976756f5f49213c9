"""The object that an aggregate provider is at, stored: singly or with others, and who hears of its id."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from ascetic_ddd.faker.domain.blueprint.slot import NOTHING
from ascetic_ddd.faker.domain.errors import DuplicateError, PersistenceError
from ascetic_ddd.faker.domain.providers.dependent_provider import DependentProvider
from ascetic_ddd.faker.domain.providers.given import given_parts
from ascetic_ddd.faker.domain.providers.kinds import memory_of
from ascetic_ddd.faker.domain.providers.made_object import MadeObject
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.running_numbers import explained
from ascetic_ddd.faker.domain.repositories import IBulkRepository, IExternalRepository, offers
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("StoredObject",)

I = TypeVar("I")  # noqa: E741
A = TypeVar("A")

_WATCHED = 2  # the first aggregates of a repository, whose ids are looked at whether or not somebody asks


class StoredObject(MadeObject[I, A]):
    """The part of an aggregate provider that knows how its objects are stored, and which ids they got."""

    repository: IExternalRepository[A]

    @property
    def can_store_many(self) -> bool:
        """True if built aggregates may wait and be stored together: nobody else needs or makes them, and nothing follows each."""
        self.parts()
        if self.memory.has_readers or self._dependents or self._overrides_create or not offers(self.repository, IBulkRepository):
            return False
        # by references not used yet, or as a child
        return not any(memory_of(target) is self.memory for provider in self.walk() for target in provider.leads_to())

    @property
    def can_make_many(self) -> bool:
        """True if a :class:`~ascetic_ddd.faker.domain.providers.compiling.BatchMaker` makes what one by one would be made."""
        self.parts()
        return self._plain and not self._is_taken_by_its_word

    async def store_many(self, session: ISession, aggs: Sequence[A]) -> None:
        """Store aggregates that were built, all or none; only if :attr:`can_store_many`.

        Raises:
            PersistenceError: one of them could not be stored; none is.
        """
        try:
            await self.repository.insert_many(session, aggs)  # type: ignore[attr-defined]  # can_store_many has seen to it
        except DuplicateError as error:
            state = self._state_of(aggs[0]) if len(aggs) == 1 else None
            raise explained(error, self, state) from error.__cause__
        self.memory.created_together(session, len(aggs))

    def _tell_stored(self, session: ISession, was_asked: bool) -> None:
        """The aggregate is in its repository: let references hear of it."""
        memory = self.memory
        if memory.needs_states:
            memory.created(session, self._read_id())
        else:
            if memory.made < _WATCHED:
                self._read_id()
            memory.created(session, None, was_asked=was_asked)

    @property
    def exported_id(self) -> Any:
        """The id of the aggregate that was created, as it is exported; None before."""
        if self._exported_id is None and self._is_stored:
            self._read_id()
        return self._exported_id

    def _read_id(self) -> Mapping[str, Any]:
        """Read the id that the database gave. Nobody asks most roots of a run for it, so this is done when somebody does.

        Raises:
            PersistenceError: the repository left the aggregate without an id.
        """
        state = self._state_of(self._slot.output)
        self._exported_id = id = state[self._id_attr]
        if not self._given:
            self._id_provider._adopt(id)
        for path, part in self._given:
            for key in path:
                id = id[key]
            if id is None:
                self._slot.output, self._is_stored = NOTHING, False
                raise PersistenceError(
                    f"{self.path}: {type(self.repository).__name__}.insert left the id {self._exported_id!r} incomplete; "
                    "it must put the id that the database gives into the aggregate"
                )
            part._adopt(id)
            id = self._exported_id
        return state

    def _parts_found(self, parts: dict[str, Provider[Any, Any]]) -> None:
        super()._parts_found(parts)
        self._given = tuple(given_parts(self._id_provider))
        self._dependents = {name: part for name, part in parts.items() if isinstance(part, DependentProvider) and part.is_stored}

    def _for_factory(self) -> Iterable[tuple[str, Provider[Any, Any]]]:
        return [(name, part) for name, part in self.parts().items() if name not in self._dependents]

    def _learn_id(self) -> None:
        _ = self.exported_id

    def _stores_in(self) -> Any:
        return self.repository

    def _forget(self) -> None:
        self.memory.forget()
        super()._forget()
