"""Provides an aggregate: makes it through the domain's own factory and stores it in its repository."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any, Self, TypeVar, cast

from ascetic_ddd.faker.domain.distributors.m2o.distributors import NewDistributor
from ascetic_ddd.faker.domain.errors import ConfigurationError, DuplicateError, PersistenceError, UnsatisfiableError
from ascetic_ddd.faker.domain.providers import graph, use
from ascetic_ddd.faker.domain.providers.dependent_provider import DependentProvider
from ascetic_ddd.faker.domain.providers.entity_provider import EntityProvider
from ascetic_ddd.faker.domain.providers.kinds import Storing, memory_of
from ascetic_ddd.faker.domain.providers.patterns import place
from ascetic_ddd.faker.domain.providers.provider import NOTHING, Provider, is_awaitable, noted
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.domain.repositories import IBulkRepository, IExternalRepository, offers
from ascetic_ddd.faker.domain.specification.equality import EqualSpecification
from ascetic_ddd.faker.domain.specification.interfaces import ISpecification
from ascetic_ddd.faker.domain.stock.aggregate_stock import AggregateStock
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("AggregateProvider",)

I = TypeVar("I")  # noqa: E741
A = TypeVar("A")

_WATCHED = 2  # the first aggregates of a repository, whose ids are looked at whether or not somebody asks
_TRIES = 100  # aggregates made before we say that none satisfies a specification


class AggregateProvider(EntityProvider[I, A], Storing[I, A]):
    """Provides an aggregate, and stores it once.

    Subclass it, annotate the parts, name the id's part in ``_id_attr``, and set the parts in ``__init__`` before calling
    ``super().__init__``. Everything that was drawn follows the session: after a rollback it is as if it had not been asked.
    Outside a transaction there is no rollback, and what was drawn for an object that failed stays drawn.

    :meth:`populate` takes a specification of what the aggregate shall look like: an equality is told to the parts; any other is
    held against the finished aggregate before it is stored, and another one is drawn until it fits.

    Args:
        repository: stores the aggregates; only ``insert`` is needed.
        output_factory: makes the aggregate from the parts' outputs by name, sync or async.
        output_exporter: gives the aggregate's state as plain data, keyed as the parts are.

    Raises:
        ConfigurationError: the class does not say which part is the id, or an argument is missing.

    Example::

        book_provider.reset()
        book_provider.set({"title": "Emma"})     # optional
        await book_provider.populate(session)
        book = await book_provider.create(session)
    """

    repository: IExternalRepository[A]
    memory: AggregateStock

    def __init__(
        self,
        repository: IExternalRepository[A],
        output_factory: Callable[..., A | Awaitable[A]] | None = None,
        output_exporter: Callable[[A], I] | None = None,
    ) -> None:
        super().__init__(output_factory, output_exporter)  # type: ignore[arg-type]  # may be async here
        if not offers(repository, IExternalRepository):
            raise ConfigurationError(f"{type(self).__name__}: repository={repository!r} has no insert(session, aggregate)")
        if output_exporter is None:
            raise ConfigurationError(
                f"{type(self).__name__} has no output_exporter; give a function that returns the aggregate's state as a dict"
            )
        self.repository = repository
        self._exported_id: Any = None
        self.memory = AggregateStock(repository, self._id_attr)
        self._wanted: ISpecification | None = None
        self._built: Any = NOTHING
        self._life = 0  # counts the objects made one after the other
        self._is_drawn = False  # something, for the object at hand
        self._is_lost = False
        self._is_fitting = False
        self._told: list[Any] = []
        self._kept: list[tuple[Callable[..., object], tuple[Any, ...]]] = []
        self._claims = use.Claims()

    def seed(self, seed: int) -> Self:
        """Seed the whole graph: each provider path draws from a stream of its own, derived from the seed and the path.

        A part that is added does not move what the others draw. Returns self.
        """
        graph.seed(self, seed)
        return self

    def set(self, input: I | None) -> None:
        if input is None:
            raise ConfigurationError(f"{self.path} was told None; an aggregate cannot be null, only a reference to one can")
        self._claims.join(self)
        super().set(input)
        self._built = NOTHING
        self._told.append(input)

    def reset(self) -> None:
        claims = self._claims
        if claims.users:
            claims.check(self)
        claims.current += 1
        claims.mine.set(claims.current)
        if self._kept:
            self._settle_kept()
        if self._is_drawn:
            if self._output is NOTHING and self._is_in_the_making:
                self._give_back()  # the object was not made
            self._is_drawn = False
        super().reset()
        self._wanted = None
        if self._told:
            self._told = []
        self._built = NOTHING
        self._exported_id = None
        self._life += 1
        self._is_lost = False

    def _redraw(self, teller: Provider[Any, Any] | None) -> None:
        if self._kept:
            self._settle_kept()
        super()._redraw(teller)
        self._built = NOTHING
        self._exported_id = None
        self._life += 1
        self._is_lost = False

    def _hear(self, is_whole: bool) -> bool:
        self._built = NOTHING
        return super()._hear(is_whole)

    def _give_back_unless_made(self, give_back: Callable[..., object], *args: Any) -> None:
        self._kept.append((give_back, args))

    def _settle_kept(self) -> None:
        kept, self._kept = self._kept, []
        if self._output is NOTHING and self._built is NOTHING:
            for give_back, args in reversed(kept):
                give_back(*args)

    @property
    def _is_in_the_making(self) -> bool:
        return self._is_drawn and self._output is NOTHING and self._built is NOTHING and not self._is_lost

    def _prepare(self, session: ISession, specification: ISpecification | None) -> bool:
        if self._is_lost:
            raise self._lost()
        if not hasattr(session, "on_rollback"):
            raise ConfigurationError(f"{self.path} was given session={session!r}; expected what session_pool.session() gives")
        session.on_rollback(self._lose, self._life)
        self._is_drawn = True
        if not self.memory.is_seeded:
            graph.seed(self, graph.DEFAULT_SEED, only_new=True)
        if specification is not None and not isinstance(specification, EqualSpecification):
            self._wanted = specification
        return self._wanted is not None and not self._is_fitting  # parts are drawn where a misfit can be taken back

    def _lose(self, life: int) -> None:
        """The transaction in which an object was drawn rolls back."""
        if life == self._life:
            self._is_lost = True
            self._done = False  # so that populate looks, too

    def _lost(self) -> ConfigurationError:
        return ConfigurationError(
            f"{self.path}: the transaction in which this object was drawn was rolled back, and what it refers to may be gone; "
            "call reset() before making the next one"
        )

    def _tell(self, pattern: Mapping[str, Any]) -> None:
        self.set(place(self, pattern, self))  # type: ignore[arg-type]  # a dict of parts

    async def create(self, session: ISession) -> A:
        """Make the aggregate and insert it; a second call returns the same aggregate.

        Raises:
            ConfigurationError: the transaction in which it was drawn was rolled back, and nobody called :meth:`reset` since.
            UnsatisfiableError: no aggregate that was drawn satisfies the specification given to :meth:`populate`.
            PersistenceError: the repository left the aggregate without an id.
        """
        if self._is_lost:
            raise self._lost()
        before = use.begin(self)
        try:
            if self._output is NOTHING:
                if self._done and self._plain and self._wanted is None and self._built is NOTHING:
                    agg = self._call_factory(self._plain_outputs())
                    if is_awaitable(agg):
                        agg = await agg
                else:
                    agg = await self.build(session)
                was_asked = self.memory.has_readers
                try:
                    await self.repository.insert(session, agg)
                except DuplicateError as error:
                    raise self._duplicate(error, agg) from error.__cause__
                self._output = agg
                self._stored(session, was_asked)
                for dependent in self._dependents.values():
                    await dependent.create_for(session, self.exported_id)
        finally:
            use.end(self, before)
        return self._output  # type: ignore[no-any-return]

    _enter = use.begin
    _leave = use.end

    async def build(self, session: ISession) -> A:
        """Make the aggregate without storing it; a second call returns the same, and :meth:`create` stores that one.

        What it refers to is created and stored, as for :meth:`create`.

        Raises:
            UnsatisfiableError: no aggregate that was drawn satisfies the specification given to :meth:`populate`.
        """
        if self._is_lost:
            raise self._lost()
        if self._output is not NOTHING:
            return self._output  # type: ignore[no-any-return]
        if self._built is NOTHING:
            before = use.begin(self)
            try:
                if self._wanted is not None:
                    self._built = await self._made_to_fit(session, self._wanted)
                else:
                    self._built = await self._made(session)
            finally:
                use.end(self, before)
        return self._built  # type: ignore[no-any-return]

    @property
    def can_store_many(self) -> bool:
        """True if built aggregates may wait and be stored together: nobody else needs or makes them, and nothing follows each."""
        self.parts()
        if self.memory.has_readers or self._dependents or self._overrides_create or not offers(self.repository, IBulkRepository):
            return False
        asked = (
            target for provider in self.walk() for target in provider.leads_to()
        )  # by references not used yet, or as a child
        return not any(memory_of(target) is self.memory for target in asked)

    async def store_many(self, session: ISession, aggs: Sequence[A]) -> None:
        """Store aggregates that were built, all or none; only if :attr:`can_store_many`.

        Raises:
            PersistenceError: one of them could not be stored; none is.
        """
        try:
            await self.repository.insert_many(session, aggs)  # type: ignore[attr-defined]  # can_store_many has seen to it
        except DuplicateError as error:
            raise self._duplicate(error, aggs[0] if len(aggs) == 1 else None) from error.__cause__
        self.memory.created_together(session, len(aggs))

    def _duplicate(self, error: DuplicateError, agg: A | None) -> DuplicateError:
        """The store's refusal, and which running numbers may have met rows that somebody else made."""
        state = None if agg is None else self._state_of(agg)
        drawn = list(_sequences(self, state))
        if not drawn:
            return error
        return DuplicateError(
            f"{error} {' and '.join(drawn)} came of a running number, which may have met a row that was made elsewhere: start "
            "behind it by distributor_factory(sequence=True, start=…) or distributor.positions.skip_to(…), "
            "or let the memory know it by `ascetic-ddd reconcile --adopt`."
        )

    async def create_batch(
        self, session: ISession, size: int | None = None, input: I | Sequence[I | None] | None = None
    ) -> list[A]:
        """Make aggregates one after the other. Returns them in order.

        Args:
            session: the session they are stored in.
            size: how many; may be left out where there is an input for each.
            input: what each is told; or a list or tuple with one input for each, None for one that is told nothing.

        Raises:
            ConfigurationError: there are more or fewer inputs than ``size``, or neither.

        Example::

            await books.create_batch(session, 3, {"title": "Emma"})
            await books.create_batch(session, input=[{"title": "Emma"}, {"title": "Persuasion"}])
        """
        made = []
        for told in self._inputs(size, input):
            self.reset()
            if told is not None:
                self.set(told)
            made.append(await self.create(session))
        return made

    def _inputs(self, size: int | None, input: I | Sequence[I | None] | None) -> Sequence[I | None]:
        if isinstance(input, (list, tuple)):
            if size is not None and size != len(input):
                raise ConfigurationError(f"{self.path}: size={size!r}, but input has {len(input)} inputs; leave out size")
            return input
        if isinstance(size, bool) or not isinstance(size, int) or size < 0:
            raise ConfigurationError(f"{self.path}: size={size!r}; expected a number of aggregates, or a list of inputs")
        return [cast("I | None", input)] * size

    async def _made(self, session: ISession) -> Any:
        if not self._done:
            await self.populate(session, self._wanted)
        agg = self._call_factory(self._plain_outputs() if self._plain else await self._outputs(session))
        if is_awaitable(agg):
            try:
                agg = await agg
            except Exception as error:
                noted(error, self, self._known())
                raise
        return agg

    async def _made_to_fit(self, session: ISession, wanted: ISpecification) -> Any:
        for _ in range(_TRIES):
            self._is_fitting = True
            try:
                async with session.atomic():  # what a misfit drew and created is given back
                    agg = await self._made(session)
                    if not wanted.is_satisfied_by(self._state_of(agg)):
                        raise _MisfitError
                    return agg
            except _MisfitError:
                self._redraw(self)
            finally:
                self._is_fitting = False
        raise UnsatisfiableError(
            f"{self.path}: none of {_TRIES} aggregates satisfies {wanted!r}; the last one that was told {self._told!r} did not; "
            "tell the parts that the specification looks at, or give them generators that can meet it"
        )

    def _stored(self, session: ISession, was_asked: bool) -> None:
        """The aggregate is in its repository: let references hear of it."""
        memory = self.memory
        if memory.needs_states:
            memory.created(session, self._settle())
        else:
            if memory.made < _WATCHED:
                self._settle()
            memory.created(session, None, was_asked=was_asked)

    @property
    def exported_id(self) -> Any:
        """The id of the aggregate that was created, as it is exported; None before."""
        if self._exported_id is None and self._output is not NOTHING:
            self._settle()
        return self._exported_id

    def _settle(self) -> Mapping[str, Any]:
        """Read the id that the database gave. Nobody asks most roots of a run for it, so this is done when somebody does.

        Raises:
            PersistenceError: the repository left the aggregate without an id.
        """
        state = self._state_of(self._output)
        self._exported_id = id = state[self._id_attr]
        if not self._given:
            self._id_provider._adopt(id)
        for path, part in self._given:
            for key in path:
                id = id[key]
            if id is None:
                self._output = NOTHING
                raise PersistenceError(
                    f"{self.path}: {type(self.repository).__name__}.insert left the id {self._exported_id!r} incomplete; "
                    "it must put the id that the database gives into the aggregate"
                )
            part._adopt(id)
            id = self._exported_id
        return state

    def _state_of(self, agg: Any) -> Mapping[str, Any]:
        state = self._output_exporter(agg)  # type: ignore[misc]  # __init__ has seen to it
        if not (type(state) is dict or isinstance(state, Mapping)) or self._id_attr not in state:
            raise ConfigurationError(
                f"{self.path}: output_exporter gave {state!r}; expected a dict with the key {self._id_attr!r}"
            )
        return state

    async def _outputs(self, session: ISession) -> dict[str, Any]:
        outputs = await super()._outputs(session)
        for name in self._dependents:
            del outputs[name]
        return outputs

    def _parts_found(self, parts: dict[str, Provider[Any, Any]]) -> None:
        super()._parts_found(parts)
        self._given = tuple(_given_parts(self._id_provider))
        self._dependents = {name: part for name, part in parts.items() if isinstance(part, DependentProvider) and part.is_stored}

    def _detach(self) -> None:
        super()._detach()
        self._making = ()
        self._kept = []
        self._is_drawn = False  # the twin has drawn nothing
        self._claims = use.Claims()

    def _learn_id(self) -> None:
        _ = self.exported_id

    def _stores_in(self) -> Any:
        return self.repository

    def _forget(self) -> None:
        self.memory.forget()
        super()._forget()

    def _begin(self, session: ISession) -> Awaitable[None] | None:
        return None if self._done else self.populate(session)

    def _make(self, input: Any) -> Any:
        raise ConfigurationError(f"{self.path} makes aggregates only by create(session)")

    @property
    def _is_plain(self) -> bool:
        return False


class _MisfitError(Exception):
    """Rolls back a savepoint; never leaves this module."""


def _given_parts(
    provider: Provider[Any, Any], path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Provider[Any, Any]]]:
    """The parts of an id that the database gives, with their paths in the exported id."""
    if isinstance(provider, ValueProvider) and provider.is_given:
        yield path, provider
    for name, part in provider.parts().items():
        yield from _given_parts(part, (*path, name))


def _sequences(provider: Provider[Any, Any], state: Any) -> Iterator[str]:
    """The parts that a sequence makes, with their values where the state is told."""
    for name, part in provider.parts().items():
        value = state.get(name) if isinstance(state, Mapping) else None
        if isinstance(part, ValueProvider):
            if isinstance(part.distributor, NewDistributor) and part.distributor.is_sequence:
                yield part.path if value is None else f"{part.path}={value!r}"
        elif not isinstance(part, AggregateProvider):
            yield from _sequences(part, value)
