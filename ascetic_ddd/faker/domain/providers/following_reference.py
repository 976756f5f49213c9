"""How a reference is drawn that follows other parts of its object."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from ascetic_ddd.faker.domain.distributors.joint.follower import Card, Column, Follower
from ascetic_ddd.faker.domain.distributors.m2o.by_law import LawDistributor
from ascetic_ddd.faker.domain.errors import ConfigurationError, UnsatisfiableError
from ascetic_ddd.faker.domain.providers.chosen_reference import ChosenReference
from ascetic_ddd.faker.domain.providers.following import Following
from ascetic_ddd.faker.domain.providers.part import Pending
from ascetic_ddd.faker.domain.providers.plain import copied
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.sources import Source, direct_sources
from ascetic_ddd.faker.domain.providers.tied_reference import TiedReference
from ascetic_ddd.faker.domain.stock.scope import Scope
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("FollowingReference",)

I = TypeVar("I")  # noqa: E741
O = TypeVar("O")  # noqa: E741


class FollowingReference(TiedReference[I, O]):
    """The part of a reference provider that draws beside other parts."""

    _following: Following | None
    _followed: tuple[Source, ...] | None = None  # found when they are first needed
    _columns: tuple[Column, Column] | None = None  # of a captured deck, the given one and its own
    _card: Card | None = None
    _answered: tuple[ISession, Any] | None = None  # of a function or a table

    def _step(self, session: ISession) -> Pending:
        if self._following is None or self._slot.is_done:
            return TiedReference._step(self, session)
        if self._slot.is_told and not (self._is_told and self._uses_cards):
            return TiedReference._step(self, session)  # what matches a pattern, by the law; or what was told
        return self._follow_given(session, self._following)

    def _fast_step(self) -> Callable[[ISession], Pending]:
        return super()._fast_step() if self._following is None else self._step

    @property
    def _uses_cards(self) -> bool:
        """True if what is told is taken from a deck."""
        return self._following is not None and isinstance(self._following.joint, Follower)

    def _follow_given(self, session: ISession, following: Following) -> Pending:
        sources = self._followed
        if sources is None:
            sources = self._followed = following.sources(self)
        for source in sources:
            pending = source.complete(session)
            if pending is not None:
                return self._follow_given_later(session, pending)
        memory = self.source.memory or self.source.aggregate_provider.memory
        if memory.is_behind:
            return self._follow_given_later(session, memory.catch_up(session))
        if not isinstance(following.joint, Follower):
            return self._be_told(session, following, tuple(source.input for source in sources))
        if self._is_told or self._is_of_its_kind(memory):
            return TiedReference._step(self, session)
        return self._deal(session, following.joint, sources[0])

    async def _follow_given_later(self, session: ISession, pending: Pending) -> None:
        while pending is not None:
            await pending
            pending = None if self._slot.is_done else self._step(session)

    def _be_told(self, session: ISession, following: Following, inputs: tuple[Any, ...]) -> Pending:
        """Refer to what the function or the table says: an id, a pattern, or nobody."""
        answer, drawn = following.answer(self, session, inputs)
        slot = self._slot
        slot.is_told = True  # there is more to forget than the slot
        self._answered = (session, drawn)
        if answer is None:
            slot.is_done = True
        elif self.source.is_full_id(answer):
            slot.input = copied(answer)
            self._is_told = True
        elif isinstance(answer, Mapping):
            pattern = copied(answer)
            self._wanted = self.source.wanted(pattern, None, self)
            self._tellings = [(self._owner, pattern)]
            self._pattern = pattern
        else:
            raise ConfigurationError(
                f"{self.path}, given {', '.join(following.given.parts)}: {answer!r} is no id of "
                f"{self.source.aggregate_provider.path}; answer a whole id, a dict of its attributes, or None"
            )
        return None if slot.is_done else ChosenReference._step(self, session)

    def _deal(self, session: ISession, joint: Follower, source: Source) -> Pending:
        number, is_null, (given, own) = self._place(source)
        try:
            choice, card = joint.draw(session, number, is_null, given, own)
        except UnsatisfiableError as error:
            raise UnsatisfiableError(f"{self.path}: {error}") from None
        self._card = card
        self._slot.is_told = True  # there is a card to forget
        return self._decided(session, None, own.scope, choice)

    def _place(self, source: Source) -> tuple[int | None, bool, tuple[Column, Column]]:
        if self._columns is None:
            self._columns = self._following.columns(source, self)  # type: ignore[union-attr]  # callers have looked
        input = source.input
        return (None if input is None else self._columns[0].number_of(input)), input is None, self._columns

    def _count_told(self, session: ISession, scope: Scope, number: int) -> None:
        if self._uses_cards and self._followed is not None:
            joint: Any = self._following.joint  # type: ignore[union-attr]
            given, is_null, columns = self._place(self._followed[0])
            if joint.use(session, given, is_null, *columns, number):
                return
        super()._count_told(session, scope, number)

    def _give_back(self) -> None:
        (card, answered), self._card, self._answered = (self._card, self._answered), None, None
        if answered is not None and self._following is not None and self._root()._is_in_the_making:
            self._following.give_back(*answered)
        drawn = self._slot.drawn
        if card is None or drawn is None:
            super()._give_back()
            return
        self._slot.drawn = None
        if self._root()._is_in_the_making:
            joint: Any = self._following.joint  # type: ignore[union-attr]
            joint.undraw(card, self._columns[1], drawn[2])  # type: ignore[index]

    def _prepare_run(self) -> None:
        super()._prepare_run()
        if self._following is not None:
            self._following.prepare(self)

    def _draws_beside(self) -> bool:
        if not self._uses_cards or self.may_create or self._overrides_populate or self._overrides_create:
            return False
        memory = self.source.aggregate_provider.memory
        return not memory.is_behind and not self._is_of_its_kind(memory) and isinstance(self.distributor, LawDistributor)

    def _draw_many_beside(self, session: ISession, given: Sequence[Any], behind: int = 0) -> list[Any]:
        following: Any = self._following
        if self._columns is None:
            self._columns = following.columns(following.sources(self)[0], self)
        source, own = self._columns
        try:
            choices = following.joint.draw_many(session, source.numbers_of(given), source, own, behind)
        except UnsatisfiableError as error:
            raise UnsatisfiableError(f"{self.path}: {error}") from None
        return [None if choice is None else own.input_of(choice) for choice in choices]

    def _draws_alone(self) -> bool:
        return self._following is None and super()._draws_alone()

    def follows(self) -> tuple[Provider[Any, Any], ...]:
        given = () if self._following is None else tuple(direct_sources(self, self._following.given))
        return (*super().follows(), *given)

    def _detach(self) -> None:
        super()._detach()
        self._followed = self._columns = self._card = self._answered = None
