"""A reference whose parts are told by other parts of the same object: a book's author is of the book's own tenant."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from ascetic_ddd.faker.domain.distributors.m2o.by_law import LawDistributor
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.chosen_reference import ChosenReference
from ascetic_ddd.faker.domain.providers.composed import Composed
from ascetic_ddd.faker.domain.providers.kinds import source_of
from ascetic_ddd.faker.domain.providers.part import Pending
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.sources import check_circle, object_of
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.domain.stock.scope import Scope
from ascetic_ddd.faker.domain.values.names import there_is
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("TiedReference", "checked_ties")

I = TypeVar("I")  # noqa: E741
O = TypeVar("O")  # noqa: E741

_Any = Provider[Any, Any]


class TiedReference(ChosenReference[I, O]):
    """The part of a reference provider that follows what it is tied to. It does what a hook would: complete that, and tell it."""

    _tied: Mapping[str, str]
    _ties: tuple[tuple[str, _Any], ...] | None = None  # what is told, and by which part; found when it is first needed

    def _step(self, session: ISession) -> Pending:
        if self._tied and not self._slot.is_done:
            return self._follow(session)
        return ChosenReference._step(self, session)

    def _fast_step(self) -> Callable[[ISession], Pending]:
        return super()._fast_step() if not self._tied or self._overrides_populate else self._follow

    def _follow(self, session: ISession) -> Pending:
        ties = self._ties
        if ties is None:
            ties = self._ties = _resolved(self)
        for _, part in ties:
            if not part._slot.is_done:
                pending = part._step(session)
                if pending is not None:
                    return self._follow_later(session, pending)
        pattern = {key: part._known() for key, part in ties}
        if self._slot.is_told:
            self.set(pattern)  # type: ignore[arg-type]  # a pattern; what contradicts it is followed back
            return ChosenReference._step(self, session)
        self._wanted = wanted = self.source.wanted(pattern, None, self)
        self._tellings = [(self._owner, pattern)]
        self._pattern = pattern
        return self._choose(session, wanted)

    async def _follow_later(self, session: ISession, pending: Pending) -> None:
        while pending is not None:
            await pending
            pending = self._follow(session)

    def _chosen_from(self) -> Scope | None:
        if not self._tied:
            return super()._chosen_from()
        if self._slot.is_told:
            return None
        pattern = {key: part._known() for key, part in self._ties or ()}
        return self.source.wanted(pattern, None, self).scope

    def tie_sources(self) -> Iterator[_Any]:
        """The parts that it is tied to.

        Raises:
            ConfigurationError: there is no such part, or the ties lead back to where they began.
        """
        if self._ties is None:
            self._ties = _resolved(self)
        return iter([part for _, part in self._ties])

    def follows(self) -> tuple[_Any, ...]:
        if self._ties is None and self._tied:
            top = object_of(self)
            return tuple(_part_at(top, path, self) for path in self._tied.values())
        return tuple(part for _, part in self._ties or ())

    def _prepare_run(self) -> None:
        """The one reference that it is tied to may have to know how large the scopes are."""
        if len(self._tied) != 1:
            return
        ((key, _),), (part,) = self._tied.items(), self.tie_sources()
        outer = source_of(part)
        if outer is None or not (isinstance(self.distributor, LawDistributor) and isinstance(part.distributor, LawDistributor)):
            return

        def members() -> dict[int, int]:
            if self.source.aggregate_provider.memory.is_behind:
                return {}
            ids = {number: outer.population.id_of(number) for number in outer.population.everything.members}
            scopes = {number: self.source.wanted({key: id}, None, self).scope for number, id in ids.items()}
            return {number: len(scope.members) for number, scope in scopes.items()}

        part.distributor.be_shared(self.distributor, members)

    def _draws_alone(self) -> bool:
        return not self._tied and super()._draws_alone()

    def _detach(self) -> None:
        super()._detach()
        self._ties = None


def checked_ties(tied: Any) -> dict[str, str]:
    """What a reference is tied to, as it was given.

    Raises:
        ConfigurationError: it is no dict of names and paths.
    """
    if tied is None:
        return {}
    if not isinstance(tied, Mapping) or not all(isinstance(each, str) and each for pair in tied.items() for each in pair):
        raise ConfigurationError(
            f"tied={tied!r}: expected a dict of parts of the referenced aggregate, each with the path of the part that tells it, "
            "such as {'tenant_id': 'id.tenant_id'}"
        )
    return dict(tied)


def _resolved(reference: TiedReference[Any, Any]) -> tuple[tuple[str, _Any], ...]:
    top = object_of(reference)
    ties = tuple((key, _part_at(top, path, reference)) for key, path in reference._tied.items())
    check_circle(reference)
    return ties


def _part_at(top: _Any, path: str, reference: TiedReference[Any, Any]) -> _Any:
    part = top
    for name in path.split("."):
        parts = part.parts() if isinstance(part, Composed) else {}
        if name not in parts:
            raise ConfigurationError(
                f"{reference.path} is tied to {path!r}, but {part.path} has no part {name!r}; {there_is(name, parts)}"
            )
        part = parts[name]
    is_given = isinstance(part, ValueProvider) and part.is_given
    if part is reference or isinstance(part, Composed) or is_given:
        reason = "which the database gives" if is_given else "which is no value and no other reference"
        raise ConfigurationError(f"{reference.path} is tied to {path!r}, {reason}; tie it to a part that is drawn before it")
    return part
