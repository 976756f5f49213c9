"""Provides the many that belong to one (1:M)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from ascetic_ddd.faker.domain.blueprint.nodes import Node
from ascetic_ddd.faker.domain.blueprint.slot import NOTHING
from ascetic_ddd.faker.domain.distributors.m2o.shares import SharesDistributor
from ascetic_ddd.faker.domain.distributors.o2m.interfaces import IO2MDistributor
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.failures import placed
from ascetic_ddd.faker.domain.providers.kinds import Storing, source_of
from ascetic_ddd.faker.domain.providers.part import Pending
from ascetic_ddd.faker.domain.providers.plain import nested
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.siblings import Siblings, UniqueParts
from ascetic_ddd.faker.domain.providers.told_children import ToldChildren
from ascetic_ddd.faker.domain.providers.use import at_work, refuse_original
from ascetic_ddd.faker.domain.stock.scope import Pool
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("DependentProvider",)

I = TypeVar("I")  # noqa: E741
O = TypeVar("O")  # noqa: E741


class DependentProvider(ToldChildren[I, O]):
    """Provides the children of one object.

    Children that are values or entities become a list for the parent's factory. Children that are aggregates are created
    and stored after their parent, each told the parent's id; the parent's factory does not see them.

    Args:
        distributor: how many children the next parent has.
        provider: provides one child.
        reference: for aggregates: the child's attribute that refers to the parent, dotted where it is nested (``id.order_id``).
        templates: kinds of children: pairs of a weight and the input told to a child of that kind.
        number: the child's part that is told its number within the parent, 1, 2, …, dotted where it is nested.
        unique: what no two children of one parent have in common: the child's part, dotted where it is nested; a tuple of parts,
            whose combination it is; a list of such; True: the child as a whole. None has nothing in common with another None.
        collection: what the parent's factory is given, made of the list: ``tuple``, ``frozenset``.

    Raises:
        ConfigurationError: an aggregate without ``reference``, something else with one, templates that are no such pairs, or
            ``unique`` of aggregates.

    Example::

        self.lines = DependentProvider[dict, OrderLine](
            distributor=children_factory(low=1, high=100, mean=8),
            provider=OrderLineProvider(),
            templates=[(0.7, {"kind": "goods"}), (0.3, {"kind": "service"})],
        )
    """

    _asks_once = False
    _holds_objects = True

    def __init__(
        self,
        distributor: IO2MDistributor,
        provider: Provider[I, O],
        *,
        reference: str | None = None,
        templates: Sequence[tuple[float, Mapping[str, Any]]] = (),
        number: str | None = None,
        unique: UniqueParts = (),
        collection: Callable[[list[Any]], Any] = list,
    ) -> None:
        super().__init__()
        self.is_stored = isinstance(provider, Storing)
        if self.is_stored and not reference:
            raise ConfigurationError(
                f"{type(provider).__name__} provides aggregates; name the one that refers to their parent: reference='…_id'"
            )
        if reference and not self.is_stored:
            raise ConfigurationError(f"reference={reference!r}: {type(provider).__name__} provides no aggregates; leave it out")
        if self.is_stored and unique:
            raise ConfigurationError(
                f"unique={unique!r}: {type(provider).__name__} provides aggregates; make its own parts unique"
            )
        self._number = None if number is None else tuple(number.split("."))
        self._unique = Siblings.paths(unique)
        self._collection = collection
        self.provider = provider
        self.distributor = distributor
        self._reference = reference or ""
        self._kinds: list[Mapping[str, Any]] = []
        self._dealer: SharesDistributor | None = None
        if templates:
            try:
                shares, self._kinds = [share for share, _ in templates], [dict(kind) for _, kind in templates]
            except (TypeError, ValueError):
                raise ConfigurationError(f"templates={templates!r}: expected pairs (weight, input told to the child)") from None
            self._dealer = SharesDistributor(shares)
        if not self.is_stored:
            provider._owner, provider._name = self, "item"

    @property
    def reference(self) -> str:
        """The path of the children's reference to their parent; empty if they are no aggregates."""
        return self._reference

    @property
    def template_dealer(self) -> SharesDistributor | None:
        """Deals out the templates; None if there are none."""
        return self._dealer

    def seed_templates(self, seed: int) -> None:
        """Restart the stream that deals out the templates."""
        if self._dealer is not None:
            self._dealer.seed(seed)

    def is_complete(self) -> bool:
        return self._slot.is_done

    def is_transient(self) -> bool:
        return False

    def parts(self) -> dict[str, Provider[Any, Any]]:
        return {} if self.is_stored else {"item": self.provider}

    def leads_to(self) -> tuple[Provider[Any, Any], ...]:
        return (self.provider,) if self.is_stored else ()

    async def create_for(self, session: ISession, parent_id: Any) -> list[O]:
        """Create the children of a parent that has just been stored. Returns them in order."""
        root: Any = self._root()
        made: list[O] = []
        for index in range(self._count or 0):
            child = self._child(index, session)
            child._making = (*root._making, (self, root))
            self._refer(session, child, parent_id)
            try:
                made.append(await child.create(session))
            except Exception as error:
                placed(error, child)
                root._failure = child._failure
                raise
        self._slot.output = made
        return made

    def _refer(self, session: ISession, child: Provider[I, O], parent_id: Any) -> None:
        """Tell a child its parent, which is there."""
        reference: Any = child
        for name in self._reference.split("."):
            reference = reference.parts().get(name) if reference is not None else None
        source = source_of(reference)
        if source is not None:
            source.vouch(session, parent_id)
        child.set(nested(tuple(self._reference.split(".")), parent_id))

    async def create(self, session: ISession) -> list[O]:
        if self._slot.output is NOTHING:
            if not self._slot.is_done:
                await self.populate(session)
            made = [] if self.is_stored else [await child.create(session) for child in self._children]
            self._slot.output = made if self._collection is list else self._collection(made)
        return self._slot.output  # type: ignore[no-any-return]

    def _step(self, session: ISession) -> Pending:
        if self._slot.is_done:
            return None
        if self._count is None:
            self._count = self.distributor.draw(session)
        if self.is_stored or not self._count:
            self._slot.is_done = True
            return None
        return self._populate_children(session)

    async def populate(self, session: ISession, specification: Any = None) -> None:
        if at_work.get():
            refuse_original(self)
        pending = DependentProvider._step(self, session)  # a subclass that overrides this one has another _step
        if pending is not None:
            await pending

    async def _populate_children(self, session: ISession) -> None:
        siblings = Siblings(self._unique) if self._unique else None
        for index in range(self._count or 0):
            child = self._child(index, session)
            await child.populate(session)
            if siblings is not None:
                await siblings.add(session, child)
        self._slot.is_done = True

    def _child(self, index: int, session: ISession | None = None) -> Provider[I, O]:
        child = self._idle.pop() if self._idle else self.provider.clone()
        self._children.append(child)
        child.reset()
        if not self.is_stored:
            child._owner, child._name = self, f"item[{index}]"
        told = self._told[index] if self._told is not None else None
        if told is None and self._dealer is not None and session is not None:
            told = self._kinds[self._dealer.draw(session, _NOWHERE) or 0]
        if self._number is not None:
            child.set(nested(self._number, index + 1))
        if told is not None:
            child.set(told)
        return child

    @property
    def _is_plain(self) -> bool:
        return False

    def _node(self) -> Node:
        raise ConfigurationError(f"{self.path} makes its children only by create(session)")

    @property
    def _shared(self) -> frozenset[str]:  # type: ignore[override]
        return frozenset({"provider"} if self.is_stored else ())

    def _detach(self) -> None:
        super()._detach()
        self._children = []
        self._idle = []


_NOWHERE = Pool().everything
