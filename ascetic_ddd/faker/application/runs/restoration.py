"""Take up where an earlier run ended: what the internal stores remember becomes the distributors' memory again."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from itertools import permutations
from typing import Any

from ascetic_ddd.faker.application.runs.reservations import NumberReservations
from ascetic_ddd.faker.application.runs.stored_parts import stored_parts, values_at
from ascetic_ddd.faker.domain.distributors.m2o.by_law import LawDistributor
from ascetic_ddd.faker.domain.distributors.m2o.facts import is_sequence
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.generators.input_generators import is_iterated
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.following import deck_source, remember_combinations
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
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
        ConfigurationError: a repository cannot be read, a state lacks a part that a distributor has to count, or an input
            generator is an iterable, which would begin anew.
    """
    tallies: list[_Tally] = []
    insides: list[_Inside | _Follower] = []
    remembered: dict[str, int] = {}
    _refuse_iterables(provider)
    _listen(provider)
    for aggregate_provider in [found for found in provider.walk() if isinstance(found, AggregateProvider)]:
        repository: Any = aggregate_provider.repository
        if not offers(repository, IReadable):
            raise ConfigurationError(
                f"{aggregate_provider.path}: {type(repository).__name__} has no find(session); "
                "only a repository that remembers can be taken up from, such as a composite with an internal one"
            )
        own = _tallies_of(aggregate_provider)
        insides += (pairs := _Inside.among(own))
        followers = _Follower.among(aggregate_provider)
        rows = await _read(aggregate_provider, own, [*pairs, *followers], session)
        insides += followers
        tallies += own
        name, number = aggregate_provider.path, 2
        while name in remembered:  # another provider of the same class
            name, number = f"{aggregate_provider.path}#{number}", number + 1
        remembered[name] = aggregate_provider.memory.made = rows
    shared: dict[int, list[_Tally]] = {}
    for tally in tallies:
        shared.setdefault(id(tally.distributor), []).append(tally)
    for own in shared.values():  # when all populations are known
        _hand_over(own, session)
    for inside in insides:
        inside.hand_over(session)
    await NumberReservations(provider).begin(session)
    return remembered


def _refuse_iterables(provider: AggregateProvider[Any, Any]) -> None:
    for part in provider.walk():
        if isinstance(part, ValueProvider) and is_iterated(part.input_generator):
            raise ConfigurationError(
                f"{part.path}: its input_generator is an iterable, which begins anew in each run and cannot be wound forward to "
                "where an earlier one ended, so it does not go together with --resume, or restore(); give a callable, for "
                "example of (session, position), or values="
            )


def _listen(provider: AggregateProvider[Any, Any]) -> None:
    """Have references listen that could not do so from their construction on: to their own kind, or by a callable."""
    for part in provider.walk():
        if isinstance(part, ReferenceProvider) and part.distributor.keeps_values:
            _ = part.source.population


async def _read(
    provider: AggregateProvider[Any, Any], tallies: "list[_Tally]", insides: "Sequence[_Inside | _Follower]", session: ISession
) -> int:
    """Let the population and the tallies of an aggregate take in all its states; give their number."""
    repository: Any = provider.repository
    memory = provider.memory
    rows = 0
    async for state in repository.find(session):
        rows += 1
        if memory.has_readers:
            memory.population.stored(session, state)
        for tally in tallies:
            tally.count(state)
        for inside in insides:
            inside.count(state)
    for tally in tallies:
        tally.rows = rows
    if not memory.has_readers:
        memory.is_behind = rows > 0  # who asks for the first time has to look them up
    else:
        memory.is_behind = False
        session.on_rollback(setattr, memory, "is_behind", True)
    return rows


class _Tally:
    """Counts the uses of one distributor's values in the states of one aggregate."""

    def __init__(self, part: Provider[Any, Any], path: tuple[str, ...]) -> None:
        self._part: Any = part
        self._path = path
        self._uses: Counter[Hashable] = Counter()
        self._inputs: dict[Hashable, Any] = {}
        self._latest: Hashable = None
        self.rows = 0

    @property
    def distributor(self) -> Any:
        """The distributor whose uses are counted."""
        return self._part.distributor

    @property
    def values(self) -> int:
        """How many values have a use."""
        return len(self._uses)

    @property
    def is_lawful_reference(self) -> bool:
        """True of a reference whose values are reused by a law."""
        return isinstance(self._part, ReferenceProvider) and isinstance(self._part.distributor, LawDistributor)

    @property
    def latest(self) -> Hashable:
        """The value used in the state that was counted last; None if it has none."""
        return self._latest

    def count(self, state: Mapping[str, Any]) -> None:
        """Count the use, or in a list of parts the uses, in one state."""
        self._latest = None
        if not self._part.distributor.keeps_values:
            return  # a sequence's values are looked up where they are stored
        try:
            for value in values_at(state, self._path):
                if value is not None:
                    key = self._latest = freeze(value)
                    self._uses[key] += 1
                    self._inputs.setdefault(key, value)
        except KeyError:
            raise ConfigurationError(
                f"{self._part.path}: the remembered state {dict(state)!r} has no {'.'.join(self._path)!r}; "
                "let the exporter give every part under its attribute name"
            ) from None

    def uses(self, session: ISession) -> Counter[int]:
        """Uses by number of the value."""
        numbers = ((self.number_of(session, key), count) for key, count in self._uses.items())
        return Counter({number: count for number, count in numbers if number is not None})

    def number_of(self, session: ISession, key: Hashable) -> int | None:
        """The number of a value that was counted."""
        number: int | None = self._part.number_of(session, self._inputs[key])
        return number


class _Inside:
    """Two references of one object: each value of the one was always used beside the same value of the other, so far.

    Then the one is told the other's value, as a book's author is told the tenant. Who was born there is owed uses, and only both
    together tell how many.
    """

    def __init__(self, whole: _Tally, part: _Tally) -> None:
        self._whole = whole
        self._part = part
        self._beside: dict[Hashable, Hashable] | None = {}

    @classmethod
    def among(cls, tallies: list[_Tally]) -> "list[_Inside]":
        """All pairs of references by a law."""
        lawful = [tally for tally in tallies if tally.is_lawful_reference]
        return [cls(whole, part) for whole, part in permutations(lawful, 2)]

    def count(self, state: Mapping[str, Any]) -> None:
        """Take the latest state in."""
        part = self._part.latest
        if self._beside is not None and part is not None:
            whole = self._whole.latest
            if self._beside.setdefault(part, whole) != whole or whole is None:
                self._beside = None

    def hand_over(self, session: ISession) -> None:
        """Tell the distributor, if it is so."""
        if self._beside:
            pairs = self._beside.items()
            numbers = {self._part.number_of(session, part): self._whole.number_of(session, whole) for part, whole in pairs}
            self._whole.distributor.lead(self._part.distributor, numbers.get)


class _Follower:
    """Counts what one part had beside the part that it follows by a captured deck."""

    def __init__(self, part: Provider[Any, Any], given: tuple[str, ...], own: tuple[str, ...]) -> None:
        self._part = part
        self._paths = given, own
        self._rows: Counter[tuple[Hashable, Hashable]] = Counter()
        self._inputs: dict[Hashable, Any] = {}

    @classmethod
    def among(cls, provider: Provider[Any, Any]) -> "list[_Follower]":
        """All of an aggregate whose states have both parts."""
        paths = {id(part): path for part, path in stored_parts(provider)}
        found = []
        for part, path in stored_parts(provider):
            given = deck_source(part)
            if given is not None and id(given) in paths:
                found.append(cls(part, paths[id(given)], path))
        return found

    def count(self, state: Mapping[str, Any]) -> None:
        """Take a state in."""
        try:
            given, own = (next(values_at(state, path), None) for path in self._paths)
        except KeyError:
            return  # a computed part may not be exported
        key = freeze(given), freeze(own)
        self._rows[key] += 1
        self._inputs.setdefault(key[0], given)
        self._inputs.setdefault(key[1], own)

    def hand_over(self, session: ISession) -> None:
        """Tell the deck."""
        inputs = self._inputs
        remember_combinations(self._part, [(inputs[given], inputs[own], rows) for (given, own), rows in self._rows.items()])


def _hand_over(tallies: list[_Tally], session: ISession) -> None:
    """Tell a distributor what was counted of it, in however many references."""
    distributor = tallies[0].distributor
    if distributor.keeps_values:
        uses = sum((tally.uses(session) for tally in tallies), Counter[int]())
        distributor.restore(uses, max(len(uses), *(tally.values for tally in tallies)))
    else:
        distributor.restore({}, sum(tally.rows for tally in tallies))


def _tallies_of(provider: Provider[Any, Any]) -> list[_Tally]:
    """One tally a distributor among the parts of an aggregate, those of its id and of composite values included."""
    found: list[_Tally] = []
    for part, path in stored_parts(provider):
        if isinstance(part, ReferenceProvider) or not part.is_given:
            distributor: Any = part.distributor
            if distributor.keeps_values or is_sequence(distributor):
                found.append(_Tally(part, path))
    return found
