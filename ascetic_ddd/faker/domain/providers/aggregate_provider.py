"""Provides an aggregate: makes it through the domain's own factory and stores it in its repository."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Self, TypeVar, cast

from ascetic_ddd.faker.domain.blueprint.slot import NOTHING
from ascetic_ddd.faker.domain.errors import ConfigurationError, DuplicateError
from ascetic_ddd.faker.domain.providers import graph
from ascetic_ddd.faker.domain.providers.keywords import tellings
from ascetic_ddd.faker.domain.providers.part import Pending
from ascetic_ddd.faker.domain.providers.patterns import place
from ascetic_ddd.faker.domain.providers.plain import is_awaitable
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.running_numbers import explained
from ascetic_ddd.faker.domain.providers.stored_object import StoredObject
from ascetic_ddd.faker.domain.providers.unique_together import Names, checked_names, togethers_of
from ascetic_ddd.faker.domain.repositories import IExternalRepository, offers
from ascetic_ddd.faker.domain.stock.aggregate_stock import AggregateStock
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("AggregateProvider",)

I = TypeVar("I")  # noqa: E741
A = TypeVar("A")


class AggregateProvider(StoredObject[I, A]):
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
        unique_together: paths of parts of which no combination comes twice, drawn or told: ``("student_id", "course_id")``, or
            several such combinations. None: what the class has as ``unique_together``. See docs/combinations.md.

    Raises:
        ConfigurationError: the class does not say which part is the id, or an argument is missing.

    Example::

        book_provider.reset()
        book_provider.set({"title": "Emma"})     # optional
        await book_provider.populate(session)
        book = await book_provider.create(session)
    """

    repository: IExternalRepository[A]
    unique_together: Names = ()

    def __init__(
        self,
        repository: IExternalRepository[A],
        output_factory: Callable[..., A | Awaitable[A]] | None = None,
        output_exporter: Callable[[A], I] | None = None,
        *,
        unique_together: Names | None = None,
    ) -> None:
        super().__init__(output_factory, output_exporter)
        self.unique_together = checked_names(self, self.unique_together if unique_together is None else unique_together)
        if not offers(repository, IExternalRepository):
            raise ConfigurationError(f"{type(self).__name__}: repository={repository!r} has no insert(session, aggregate)")
        if output_exporter is None:
            raise ConfigurationError(
                f"{type(self).__name__} has no output_exporter; give a function that returns the aggregate's state as a dict"
            )
        self.repository = repository
        self.memory = AggregateStock(repository, self._id_attr)

    def seed(self, seed: int) -> Self:
        """Seed the whole graph: each provider path draws from a stream of its own, derived from the seed and the path.

        A part that is added does not move what the others draw. Returns self.
        """
        graph.seed(self, seed)
        return self

    def _tell(self, pattern: Mapping[str, Any]) -> None:
        self.set(place(self, pattern, self))  # type: ignore[arg-type]  # a dict of parts

    async def create(self, session: ISession, **told: Any) -> A:
        """Make the aggregate and insert it; a second call returns the same aggregate.

        Args:
            session: the session it is stored in.
            told: inputs of parts, as :meth:`set` takes them, by name: ``title="Emma"``; parts of parts, and of what a reference
                refers to, by names joined by ``__``: ``author_id__name="Jane Austen"``. They add to what was told by :meth:`set`;
                if the object at hand is stored already, or was told by such a call, they begin another one.

        Raises:
            ContradictionError: a part is told twice, and not the same.
            ConfigurationError: the transaction in which it was drawn was rolled back, and nobody called :meth:`reset` since.
            UnsatisfiableError: no aggregate that was drawn satisfies the specification given to :meth:`populate`.
            PersistenceError: the repository left the aggregate without an id.
        """
        if told:
            self._begin_told(told)
        if self._is_lost:
            raise self._lost()
        before = self._enter()
        try:
            if not self._is_stored:
                slot = self._slot
                was_built = slot.output is not NOTHING
                if self._plain and slot.is_done and self._wanted is None:
                    agg = self._build()
                    if is_awaitable(agg):
                        agg = await self._awaited(agg)
                else:
                    agg = await self._made(session)
                was_asked = self.memory.has_readers
                try:
                    await self.repository.insert(session, agg)
                except BaseException as error:
                    if not was_built:
                        slot.output = NOTHING
                    if isinstance(error, DuplicateError):
                        raise explained(error, self, self._state_of(agg)) from error.__cause__
                    raise
                self._is_stored = True
                self._tell_stored(session, was_asked)
                for dependent in self._dependents.values():
                    await dependent.create_for(session, self.exported_id)
        finally:
            self._leave(before)
        return self._slot.output  # type: ignore[no-any-return]

    async def create_batch(
        self, session: ISession, size: int | None = None, input: I | Sequence[I | None] | None = None, **told: Any
    ) -> list[A]:
        """Make aggregates one after the other. Returns them in order.

        Args:
            session: the session they are stored in.
            size: how many; may be left out where there is an input for each.
            input: what each is told; or a list or tuple with one input for each, None for one that is told nothing.
            told: what each is told, too, by names as :meth:`create` takes them.

        Raises:
            ConfigurationError: there are more or fewer inputs than ``size``, or neither.
            ContradictionError: a part is told twice, and not the same.

        Example::

            await books.create_batch(session, 3, title="Emma")
            await books.create_batch(session, 3, {"title": "Emma"})
            await books.create_batch(session, input=[{"title": "Emma"}, {"title": "Persuasion"}])
        """
        made = []
        for each in self._inputs(size, input):
            self.reset()
            for telling in tellings(self, each, told):
                self.set(telling)
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

    def _parts_found(self, parts: dict[str, Provider[Any, Any]]) -> None:
        super()._parts_found(parts)
        self._unite(tuple(togethers_of(self, checked_names(self, self.unique_together))))

    def _step(self, session: ISession) -> Pending:
        return None if self._slot.is_done else self.populate(session)

    @property
    def _is_plain(self) -> bool:
        return False
