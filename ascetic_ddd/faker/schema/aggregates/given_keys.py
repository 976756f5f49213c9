"""Composite keys that only all of their parts together make distinct: which of them are given."""

from collections.abc import Mapping
from random import Random
from typing import Any

from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.randomness import seed_of
from ascetic_ddd.faker.domain.repositories import IReadable, offers
from ascetic_ddd.faker.domain.specification.equality import freeze
from ascetic_ddd.faker.schema.aggregates.model_aggregate import ModelAggregate
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("GivenKeys", "NotGiven")

_TRIES = 1_000


class GivenKeys:
    """The keys that are given. Shared by the clones of a provider.

    Attributes:
        misses: how many keys, one after the other, were given before.
    """

    def __init__(self, aggregate: ModelAggregate) -> None:
        self.name, self.id_attr = aggregate.name, aggregate.id_attr
        self.keys: set[Any] = set()
        self.misses = 0
        self._random = Random(seed_of(aggregate.model.seed, f"{aggregate.name} given keys"))
        self._has_looked = False

    async def look_up(self, repository: Any, session: ISession) -> None:
        """Take in those that an earlier run stored."""
        if not self._has_looked:
            self._has_looked = True
            if offers(repository, IReadable):
                async for state in repository.find(session):
                    self.keys.add(freeze(state[self.id_attr]))

    async def tell_another(self, parts: Mapping[str, Provider[Any, Any]], session: ISession) -> None:
        """Tell the references in a key a combination that is not given: of what exists, or else with a new one of its kind.

        That keys are distinct goes before the means that were asked of their references.
        """
        open_parts = {name: part for name, part in parts.items() if not part.is_complete()}
        references = {name: part for name, part in open_parts.items() if isinstance(part, ReferenceProvider)}
        told = {name: part.get() for name, part in parts.items() if name not in open_parts}
        for _ in range(_TRIES):
            found = {name: self._anyone(part) for name, part in references.items()}
            if None in found.values():
                return  # somebody has to be the first
            if len(references) < len(open_parts) or freeze({**told, **found}) not in self.keys:
                for name, id in found.items():
                    references[name].set(id)
                return
        newest = min(references.values(), key=lambda part: len(part.source.population.everything.members), default=None)
        if newest is not None:
            newest.set(await _created(newest, session))

    def _anyone(self, reference: ReferenceProvider[Any, Any, Any]) -> Any:
        population = reference.source.population
        members = population.everything.members
        for _ in range(_TRIES if members else 0):
            number = int(self._random.random() * len(members))
            if number in members:
                return population.id_of(number)
        return None


async def _created(reference: ReferenceProvider[Any, Any, Any], session: ISession) -> Any:
    """A new aggregate for a reference. Returns its id."""
    lane = reference.source.borrow()
    try:
        lane.reset()
        await lane.populate(session)
        await lane.create(session)
        return lane.exported_id
    finally:
        reference.source.return_(lane)


class NotGiven:
    """Satisfied by a state whose key was not given before; it is given then, until the session rolls back."""

    def __init__(self, given: GivenKeys, session: ISession) -> None:
        self._given, self._session = given, session

    def is_satisfied_by(self, state: Mapping[str, Any]) -> bool:
        given = self._given
        key = freeze(state[given.id_attr])
        if key in given.keys:
            given.misses += 1
            return False
        given.misses //= 2
        given.keys.add(key)
        self._session.on_rollback(given.keys.discard, key)
        return True

    def __repr__(self) -> str:
        return f"a key that no other {self._given.name} has"
