"""How a value is drawn that follows other parts of its object."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from ascetic_ddd.faker.domain.distributors.joint.follower import Card, Column, Follower
from ascetic_ddd.faker.domain.distributors.m2o.new import NewDistributor
from ascetic_ddd.faker.domain.distributors.m2o.shares import SharesDistributor
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.following import Following
from ascetic_ddd.faker.domain.providers.part import Pending
from ascetic_ddd.faker.domain.providers.plain import copied
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.sources import Source, direct_sources
from ascetic_ddd.faker.domain.providers.unique_value import UniqueValue
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("FollowingValue",)

I = TypeVar("I")  # noqa: E741
O = TypeVar("O")  # noqa: E741


class _Drawn(NamedTuple):
    """What was drawn beside other parts, to be given back."""

    give_back: Callable[..., None]
    arguments: tuple[Any, ...]


class FollowingValue(UniqueValue[I, O]):
    """The part of a value provider that draws beside other parts."""

    _following: Following | None
    _followed: tuple[Source, ...] | None = None  # found when they are first needed
    _columns: tuple[Column, Column] | None = None  # of a captured deck, the given one and its own

    @property
    def _uses_cards(self) -> bool:
        """True if what is told is taken from a deck."""
        return self._following is not None and isinstance(self._following.joint, Follower)

    def _check_following(self, values: object, input_generator: object, distributor: object) -> None:
        """Refuse what contradicts ``given=``.

        Raises:
            ConfigurationError: a function or a table is not the only one that says the values, or they must be different.
        """
        if self._following is None:
            return
        if self._is_unique:
            raise ConfigurationError(
                f"given={self._following.given!r} and {self.distributor!r}: where each value comes once, none can follow another"
            )
        if not self._uses_cards and not (values is None and input_generator is None and distributor is None):
            raise ConfigurationError(
                f"given={self._following.given!r} says the values by itself; leave distributor, values and input_generator out"
            )

    def _draw(self, session: ISession) -> Pending:
        if self._following is None:
            return super()._draw(session)
        sources = self._followed
        if sources is None:
            sources = self._followed = self._following.sources(self)
        for source in sources:
            pending = source.complete(session)
            if pending is not None:
                return self._draw_later(session, pending)
        if self._uses_cards:
            return self._deal(session, sources[0])
        input, drawn = self._following.answer(self, session, tuple(source.input for source in sources))
        self._slot.input = copied(input)
        self._slot.drawn = _Drawn(self._following.give_back, (session, drawn))
        self._slot.is_done = True
        return None

    async def _draw_later(self, session: ISession, pending: Pending) -> None:
        while pending is not None:
            await pending
            pending = self._draw(session)

    def _deal(self, session: ISession, source: Source) -> Pending:
        joint, slot = self._joint, self._slot
        columns = self._columns
        if columns is None:
            columns = self._columns = self._following.columns(source, self)  # type: ignore[union-attr]
        given = source.input
        number = None if given is None else columns[0].number_of(given)
        if slot.input is not None:  # told
            joint.use(session, number, given is None, *columns, columns[1].number_of(slot.input))
            slot.is_done = True
            return None
        choice, card = joint.draw(session, number, given is None, *columns)
        if choice is not None and not isinstance(choice, int):
            return self._make_beside(session, choice, card)
        slot.input = None if choice is None else copied(columns[1].input_of(choice))
        self._keep(session, card, choice)
        slot.is_done = True
        return None

    async def _make_beside(self, session: ISession, choice: Any, card: Card | None) -> None:
        await self._make_new(session, choice)
        self._keep(session, card, self._slot.drawn[1])

    def _keep(self, session: ISession, card: Card | None, choice: int | None) -> None:
        if card is None:
            self._slot.drawn = (session, choice)
        else:
            self._slot.drawn = _Drawn(self._joint.undraw, (card, self._columns[1], choice))  # type: ignore[index]

    def _give_back(self) -> None:
        drawn = self._slot.drawn
        if not isinstance(drawn, _Drawn):
            super()._give_back()
            return
        self._slot.drawn = None
        if self._root()._is_in_the_making:
            drawn.give_back(*drawn.arguments)

    def _prepare_run(self) -> None:
        if self._following is not None:
            self._following.prepare(self)

    @property
    def _joint(self) -> Any:
        """The deck; callers have looked whether there is one."""
        return self._following.joint  # type: ignore[union-attr]

    def _is_open(self) -> bool:
        return self._uses_cards and self._slot.input is not None  # told, and not taken from its deck

    def _draws_beside(self) -> bool:
        return (
            self._uses_cards
            and isinstance(self.distributor, SharesDistributor | NewDistributor)
            and not (self._overrides_populate or self._overrides_create)
        )

    def _draw_many_beside(self, session: ISession, given: Sequence[Any], behind: int = 0) -> list[Any]:
        following: Any = self._following
        if self._columns is None:
            self._columns = following.columns(following.sources(self)[0], self)
        source, own = self._columns
        choices = following.joint.draw_many(session, source.numbers_of(given), source, own, behind)
        return [None if choice is None else copied(own.input_of(choice)) for choice in choices]

    def _draws_alone(self) -> bool:
        return self._following is None and super()._draws_alone()

    def follows(self) -> tuple[Provider[Any, Any], ...]:
        return () if self._following is None else tuple(direct_sources(self, self._following.given))

    def _detach(self) -> None:
        super()._detach()
        self._followed = self._columns = None
