"""The object that an aggregate provider is at: what was drawn for it follows its transaction, and goes back if it is given up."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from ascetic_ddd.faker.domain.blueprint.slot import NOTHING
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers import graph, use
from ascetic_ddd.faker.domain.providers.keywords import tellings
from ascetic_ddd.faker.domain.providers.part import Pending
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.united_object import UnitedObject
from ascetic_ddd.faker.domain.randomness import default_seed
from ascetic_ddd.faker.domain.specification.equality import EqualSpecification
from ascetic_ddd.faker.domain.specification.interfaces import ISpecification
from ascetic_ddd.faker.domain.stock.aggregate_stock import AggregateStock
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("RootObject",)

I = TypeVar("I")  # noqa: E741
A = TypeVar("A")


class RootObject(UnitedObject[I, A]):
    """The part of an aggregate provider that knows whether its object is in the making, made, stored or lost."""

    _is_root = True
    memory: AggregateStock

    def __init__(self, output_factory: Any, output_exporter: Any) -> None:
        super().__init__(output_factory, output_exporter)
        self._exported_id: Any = None
        self._wanted: ISpecification | None = None
        self._life = 0  # counts the objects made one after the other
        self._is_drawn = False  # something, for the object at hand
        self._is_stored = False
        self._is_lost = False
        self._is_fitting = False
        self._is_told_by_keywords = False
        self._told: list[Any] = []
        self._kept: list[tuple[Callable[..., object], tuple[Any, ...]]] = []
        self._claims = use.Claims()

    def reset(self) -> None:
        claims = self._claims
        if claims.users:
            claims.check(self)
        claims.current += 1
        claims.mine.set(claims.current)
        super().reset()

    def _clear(self) -> None:
        if self._kept:
            self._settle_kept()
        if self._is_drawn:
            if self._is_in_the_making:
                self._give_back()  # the object was not made
            self._is_drawn = False
        super()._clear()
        self._wanted = None
        if self._told:
            self._told = []
            self._is_told_by_keywords = False
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._exported_id = None
        self._life += 1
        self._is_lost = self._is_stored = False

    def set(self, input: I | None) -> None:
        if input is None:
            raise ConfigurationError(f"{self.path} was told None; an aggregate cannot be null, only a reference to one can")
        self._claims.join(self)
        if isinstance(input, Mapping) and input.get(self._id_attr, NOTHING) is None and self.parts()[self._id_attr].parts():
            raise ConfigurationError(
                f"{self.path} was told {input!r}; an id of several parts cannot be null: "
                f"leave {self._id_attr!r} out to have it made"
            )
        super().set(input)
        self._is_stored = False
        self._told.append(input)

    def _redraw(self, teller: Provider[Any, Any] | None) -> None:
        if self._kept:
            self._settle_kept()
        super()._redraw(teller)
        self._begin_anew()

    def _give_back_unless_made(self, give_back: Callable[..., object], *args: Any) -> None:
        self._kept.append((give_back, args))

    def _settle_kept(self) -> None:
        kept, self._kept = self._kept, []
        if self._slot.output is NOTHING:
            for give_back, args in reversed(kept):
                give_back(*args)

    @property
    def _is_in_the_making(self) -> bool:
        return self._is_drawn and self._slot.output is NOTHING and not self._is_lost

    def _prepare(self, session: ISession, specification: ISpecification | None) -> bool:
        if self._is_lost:
            raise self._lost()
        if not hasattr(session, "on_rollback"):
            raise ConfigurationError(f"{self.path} was given session={session!r}; expected what session_pool.session() gives")
        session.on_rollback(self._lose, self._life)
        self._is_drawn = True
        self._seed_by_default()
        if specification is not None and not isinstance(specification, EqualSpecification):
            self._wanted = specification
        return self._wanted is not None and not self._is_fitting  # parts are drawn where a misfit can be taken back

    def _seed_by_default(self) -> None:
        if not self.memory.is_seeded:
            graph.seed(self, default_seed(), only_new=True)

    def _begin_rows(self, session: ISession) -> Any:
        """Begin a batch. Returns what :meth:`_leave` takes."""
        before = self._enter()
        self._clear()
        session.on_rollback(self._lose_rows)
        self._seed_by_default()
        return before

    def _end_rows(self, before: Any) -> None:
        """The batch is made, or rolled back: nothing is given back."""
        self._use_up()
        self._leave(before)

    def _use_up(self) -> None:
        """What was drawn for the row at hand is used."""
        self._is_drawn = False
        if self._kept:
            self._kept = []

    def _complete_row(self, session: ISession) -> Pending:
        """Begin a row of a batch, and complete it."""
        self._use_up()
        if self._overrides_reset:
            self.reset()
        else:
            self._clear()
        self._is_drawn = True
        return self._populate_parts(session) if self._overrides_populate else self._complete(session)

    def _lose_rows(self) -> None:
        self._lose(self._life)

    def _lose(self, life: int) -> None:
        """The transaction in which an object was drawn rolls back."""
        if life == self._life:
            self._is_lost = True
            self._slot.is_done = False  # so that populate looks, too

    def _lost(self) -> ConfigurationError:
        return ConfigurationError(
            f"{self.path}: the transaction in which this object was drawn was rolled back, and what it refers to may be gone; "
            "call reset() before making the next one"
        )

    def _begin_told(self, told: Mapping[str, Any]) -> None:
        """Tell keywords: of another object, if the one at hand is stored, lost or of the keywords before."""
        if self._is_stored or self._is_lost or self._is_told_by_keywords:
            self.reset()
        for telling in tellings(self, None, told):
            self.set(telling)
        self._is_told_by_keywords = True

    def _detach(self) -> None:
        super()._detach()
        self._making = ()
        self._kept = []
        self._is_drawn = self._is_stored = False  # the twin has drawn nothing
        self._claims = use.Claims()

    _enter = use.begin
    _leave = use.end
