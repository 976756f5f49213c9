"""Provides the id of another aggregate: one that exists, or a new one (M:1)."""

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar, cast

from ascetic_ddd.faker.domain.blueprint.nodes import Id, Node
from ascetic_ddd.faker.domain.blueprint.slot import NOTHING
from ascetic_ddd.faker.domain.distributors.joint.given import Given
from ascetic_ddd.faker.domain.distributors.m2o.factory import checked_distributor, distributor_factory
from ascetic_ddd.faker.domain.distributors.m2o.interfaces import IM2ODistributor
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.following import checked_given
from ascetic_ddd.faker.domain.providers.following_reference import FollowingReference
from ascetic_ddd.faker.domain.providers.patterns import check_depth
from ascetic_ddd.faker.domain.providers.plain import copied
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.reference_source import ReferenceSource, Wanted
from ascetic_ddd.faker.domain.providers.telling import overrules, told_by
from ascetic_ddd.faker.domain.providers.tied_reference import checked_ties
from ascetic_ddd.faker.domain.providers.use import at_work, refuse_original
from ascetic_ddd.faker.domain.providers.wishes import Telling, add_up, understood
from ascetic_ddd.faker.domain.specification.interfaces import ISpecification
from ascetic_ddd.faker.domain.stock.scope import Pool, Scope
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("ReferenceProvider",)

I = TypeVar("I")  # noqa: E741
A = TypeVar("A")
O = TypeVar("O")  # noqa: E741


class ReferenceProvider(FollowingReference[I, O], Generic[I, A, O]):
    """Provides the id of another aggregate.

    Nothing told: the distributor decides reuse or create among all that exist. A full id told: that id. A part told, as a
    pattern (``{"tenant_id": 7}``, ``{"tenant_id": {"status": "active"}}``) or as a specification: one that matches, by the law
    among those that match, else a new one made with those parts. The decision comes before anything is built.

    What only one aggregate can have (a unique part's value such as ``{"email": "boss@x"}``, or a whole id) finds that one, or
    makes it once, whatever the law; a lane waits for another that is making it. If the rest of the pattern contradicts, that is
    an error.
    What is told adds up until :meth:`reset`: an id stays when a pattern is told after it, if it satisfies the pattern; else that
    is an error which names both. Told None it is null, whatever pattern a hook tells of it.

    A nullable reference that only hooks told a pattern may come out null, so that ties in ``do_populate`` keep the null share;
    told a pattern by the caller, or a full id or such a value by anybody, it never does.

    Each output is a fresh id object, made of the remembered plain id, so nobody else can change it.

    Args:
        distributor: reuse or create, and null; by default each reference creates a new aggregate.
        aggregate_provider: the provider of the referenced aggregate, or a callable that returns it, for cycles.
        create: False never creates: only what exists is referred to (reference data, an aggregate generated before).
        strict: a full id told that is not known here is looked up, once, where the repository can look (it has ``get`` and
            ``find``; of a composite repository the external one is asked); one that does not exist is an error. False takes it
            as it is.
        tied: parts of the aggregate that other parts of the same object tell, by their paths: ``{"tenant_id": "id.tenant_id"}``
            has a book refer to an author of the book's own tenant. It does what a ``do_populate`` would that completes the one
            and tells the other, and costs less.
        given: parts of the same object that this one follows: by a function or a table, which say an id or a pattern, or by a
            captured deck. What is told of the reference stays.

    Raises:
        ConfigurationError: ``aggregate_provider`` is neither, ``tied`` is no dict of names and paths, or ``given`` is something
            else, or stands beside ``tied``.
    """

    def __init__(
        self,
        distributor: IM2ODistributor | None = None,
        aggregate_provider: "AggregateProvider[Any, A] | Callable[[], AggregateProvider[Any, A]] | None" = None,
        *,
        create: bool = True,
        strict: bool = True,
        tied: Mapping[str, str] | None = None,
        given: Given | None = None,
    ) -> None:
        super().__init__()
        self.distributor: IM2ODistributor = distributor_factory() if distributor is None else checked_distributor(distributor)
        self.source = ReferenceSource(aggregate_provider)
        self._is_nullable = self.distributor.is_nullable
        self.may_create = create
        if (
            isinstance(aggregate_provider, AggregateProvider)
            and self.distributor.keeps_values
            and "memory" in vars(aggregate_provider)
        ):
            _ = aggregate_provider.memory.population  # listen from the start
        self._nobody = Pool().everything
        self._strict = strict
        self._tied = checked_ties(tied)
        self._is_tied = bool(self._tied)
        self._following = checked_given(given)
        if self._tied and self._following is not None:
            raise ConfigurationError(
                f"tied={tied!r} and given={self._following.given!r} both say what it follows; give one of them"
            )
        self._tellings: list[Telling] = []
        self._is_told = False
        self._pattern: dict[str, Any] | None = None
        self._specification: ISpecification | None = None
        self._wanted: Wanted | None = None
        self._used: tuple[ISession, Scope, int] | None = None  # by it, as it was told

    def reset(self) -> None:
        self._slot.drawn = self._used = self._card = self._answered = None
        self._slot.input = None
        self._slot.is_done = self._slot.is_told = False
        self._is_told = False
        self._pattern = None
        self._specification = None
        self._wanted = None
        self._slot.output = NOTHING
        if self._tellings:
            self._tellings = []

    def set(self, input: I | None) -> None:
        """Tell the full id, or a pattern, or a specification; None makes the reference null. What is told adds up.

        Raises:
            ConfigurationError: it is none of these, or names a part that the aggregate does not have.
            ContradictionError: it contradicts what was told since :meth:`reset`. A pattern that a hook tells of a reference that
                was told to be null does not matter.
        """
        if at_work.get():
            refuse_original(self)
        self._settle()
        self._slot.is_told = True
        owner = self._owner
        teller = owner if owner is not None and owner._is_hooking else told_by(self)
        if type(input) is dict and not self._tellings and len(input) != self.source.id_parts:
            # what ties in do_populate tell a million times; it is kept longer than the caller may leave it as it is
            try:
                told = {key: part if isinstance(part, (int, str)) else copied(part) for key, part in input.items()}
            except RecursionError:
                check_depth(input, self)
                raise
            self._wanted = self.source.wanted(told, None, self)
            if self._slot.drawn is not None or self._used is not None:
                self._give_back()
            self._tellings = [(teller, told)]
            self._slot.output = NOTHING
            self._slot.input = None
            self._slot.is_done = False
            self._pattern = told
        else:
            self._take((teller, understood(self, input)))

    def _take(self, telling: Telling) -> None:
        """Let a telling add to the others."""
        self._slot.is_told = True
        wish, self._tellings = add_up(self, self._tellings, telling)
        if self._slot.drawn is not None or self._used is not None:
            self._give_back()
        is_open = wish.pattern is not None or wish.specification is not None
        self._wanted = self.source.wanted(wish.pattern, wish.specification, self) if is_open else None
        self._pattern, self._specification = wish.pattern, wish.specification
        self._slot.input = wish.id
        self._is_told = wish.id is not None  # and done when it has been counted as a use
        self._slot.is_done = wish.is_null
        self._slot.output = NOTHING

    def _yields(self, teller: Provider[Any, Any] | None) -> bool:
        return all(overrules(teller, other) for other, _ in self._tellings)

    def _was_drawn(self) -> bool:
        self._settle()
        return self._slot.is_done and not self._is_told and self._slot.input is not None

    def _redraw(self, teller: Provider[Any, Any] | None) -> None:
        self._slot.is_put_off = False
        kept = [telling for telling in self._tellings if not overrules(teller, telling[0])]
        self.reset()
        for telling in kept:
            self._take(telling)

    def _known(self) -> I | None:
        self._settle()
        if self._slot.is_done or self._is_told:
            if isinstance(self._slot.input, (int, str)):
                return cast(I, self._slot.input)
            return cast("I | None", copied(self._slot.input))
        return cast("I | None", copied(self._pattern))

    async def state(self, session: ISession) -> Mapping[str, Any] | None:
        """The exported state of the aggregate that it refers to, reused or new; None if it is null. It is completed first.

        For hooks: ``account = await self.account_id.state(session)``. The dict is the caller's own copy.

        Raises:
            UnsatisfiableError: an id was told whose state nobody knows.
        """
        if not self._slot.is_done:
            await self.populate(session)
        id = self._slot.input
        return None if id is None else cast("Mapping[str, Any]", copied(await self.source.state(session, id, self)))

    def is_complete(self) -> bool:
        return self._slot.is_done or self._is_told

    def is_transient(self) -> bool:
        return False

    def number_of(self, session: ISession, input: Any) -> int | None:
        """The number under which the distributor knows an aggregate, by its exported id; None if it is not known."""
        return self.source.population.number_of(input)

    def leads_to(self) -> tuple[Provider[Any, Any], ...]:
        return (self.source.aggregate_provider,)

    async def populate(self, session: ISession, specification: ISpecification | None = None) -> None:
        """Choose the referenced aggregate, or create it.

        Raises:
            UnsatisfiableError: nothing matches and nothing may be created, or what was created does not match.
            CycleError: making it would need, again and again, another of its kind.
        """
        if at_work.get():
            refuse_original(self)
        if self._column is not None:
            self._column.draw()  # first for the rows before
        if self._slot.is_done:
            return
        if specification is not None:
            self.set(cast(I, specification))
        pending = ReferenceProvider._step(self, session)
        if pending is not None:
            await pending

    def _node(self) -> Node:
        return Id(self._slot, self.source.make_id)

    def _adopt(self, input: Any) -> None:
        self._slot.input = input
        self._slot.is_done = True
