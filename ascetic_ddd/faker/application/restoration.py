"""Take up where an earlier run ended: what the internal stores remember becomes the distributors' memory again."""

from collections import Counter
from collections.abc import Hashable, Mapping
from typing import Any

from ascetic_ddd.faker.application.numbering import Numbering
from ascetic_ddd.faker.application.stored_parts import stored_parts, values_at
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.repositories import IReadable, offers
from ascetic_ddd.faker.domain.specification.equality import freeze
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("restore",)


async def restore(provider: AggregateProvider[Any, Any], session: ISession) -> dict[str, int]:
    """Read what the repositories of a graph remember, and let its distributors go on from there.

    One pass over each repository, in order of insertion: states enter the populations, and uses are counted per reference and per
    reused value. Call it before anything is drawn. Uses are counted per value, so a scope that is asked for later takes up the
    uses of its values; that is exact where a reference is always asked under the same kind of pattern. Running numbers go on
    after those that may have been given out, remembered or not.

    Args:
        provider: the root of the graph, fresh.
        session: a session on the internal stores.

    Returns:
        How many aggregates are remembered, by the path of their provider, the root's first; a second one of a class is ``…#2``.

    Raises:
        ConfigurationError: a repository cannot be read, or a state lacks a part that a distributor has to count.
    """
    tallies: list[_Tally] = []
    remembered: dict[str, int] = {}
    _listen(provider)
    for aggregate_provider in [found for found in provider.walk() if isinstance(found, AggregateProvider)]:
        repository: Any = aggregate_provider.repository
        if not offers(repository, IReadable):
            raise ConfigurationError(
                f"{aggregate_provider.path}: {type(repository).__name__} has no find(session); "
                "only a repository that remembers can be taken up from, such as a composite with an internal one"
            )
        own = _tallies_of(aggregate_provider)
        rows = await _read(aggregate_provider, own, session)
        tallies += own
        name, number = aggregate_provider.path, 2
        while name in remembered:  # another provider of the same class
            name, number = f"{aggregate_provider.path}#{number}", number + 1
        remembered[name] = aggregate_provider.memory.made = rows
    for tally in tallies:  # when all populations are known
        tally.hand_over(session)
    await Numbering(provider).begin(session)
    return remembered


def _listen(provider: AggregateProvider[Any, Any]) -> None:
    """Have references listen that could not do so from their construction on: to their own kind, or by a callable."""
    for part in provider.walk():
        if isinstance(part, ReferenceProvider) and part.distributor.keeps_values:
            _ = part.source.population


async def _read(provider: AggregateProvider[Any, Any], tallies: "list[_Tally]", session: ISession) -> int:
    """Let the population and the tallies of an aggregate take in all its states; give their number."""
    repository: Any = provider.repository
    memory = provider.memory
    rows = 0
    async for state in repository.find(session):
        rows += 1
        if memory.is_asked:
            memory.population.stored(session, state)
        for tally in tallies:
            tally.count(state)
    for tally in tallies:
        tally.rows = rows
    if memory.is_asked:
        memory.is_late = False
        session.on_rollback(setattr, memory, "is_late", True)
    return rows


class _Tally:
    """Counts the uses of one distributor's values in the states of one aggregate."""

    def __init__(self, part: Provider[Any, Any], path: tuple[str, ...]) -> None:
        self._part: Any = part
        self._path = path
        self._uses: Counter[Hashable] = Counter()
        self._inputs: dict[Hashable, Any] = {}
        self.rows = 0

    def count(self, state: Mapping[str, Any]) -> None:
        """Count the use, or in a list of parts the uses, in one state."""
        if not self._part.distributor.keeps_values:
            return  # a sequence's values are looked up where they are stored
        try:
            for value in values_at(state, self._path):
                if value is not None:
                    key = freeze(value)
                    self._uses[key] += 1
                    self._inputs.setdefault(key, value)
        except KeyError:
            raise ConfigurationError(
                f"{self._part.path}: the remembered state {dict(state)!r} has no {'.'.join(self._path)!r}; "
                "let the exporter give every part under its attribute name"
            ) from None

    def hand_over(self, session: ISession) -> None:
        """Tell the distributor."""
        part = self._part
        if not part.distributor.keeps_values:
            part.distributor.restore({}, self.rows)
            return
        uses = {}
        for key, count in self._uses.items():
            number = part.number_of(session, self._inputs[key])
            if number is not None:
                uses[number] = count
        part.distributor.restore(uses, len(self._uses))


def _tallies_of(provider: Provider[Any, Any]) -> list[_Tally]:
    """One tally a distributor among the parts of an aggregate, those of its id and of composite values included."""
    found: list[_Tally] = []
    for part, path in stored_parts(provider):
        if isinstance(part, ReferenceProvider) or not part.is_given:
            distributor: Any = part.distributor
            if distributor.keeps_values or getattr(distributor, "is_sequence", False):
                found.append(_Tally(part, path))
    return found
