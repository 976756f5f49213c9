"""One scenario: makes and counts what its sentences say, and knows what has a name in it."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from random import Random
from typing import Any

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.kinds import source_of
from ascetic_ddd.faker.domain.randomness import seed_of
from ascetic_ddd.faker.domain.specification.equality import contains
from ascetic_ddd.faker.domain.specification.reference import AndSpecification
from ascetic_ddd.faker.testing.background import KeptBackground
from ascetic_ddd.faker.testing.sentences import Sentence
from ascetic_ddd.faker.testing.tables import cast_pattern, rows_of
from ascetic_ddd.faker.testing.vocabulary import Named, Vocabulary
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("Scenario",)

_FEW = 5
States = Callable[[ISession], AsyncIterator[Mapping[str, Any]]]


class Scenario:
    """What the steps of one scenario share.

    Args:
        words: the vocabulary; or several, of which each sentence takes the first that has its noun.
        session: where things are stored.
        providers: by key of the noun; a dict, or an object with attributes of these names.
        seed: of the quantities that are left open.
        states: by key: gives the states that are counted, asked of the application, say; where there is none, the provider's
            repository is read.
        background: what the scenarios of the feature share; None: nothing.
    """

    def __init__(
        self,
        words: Vocabulary | Sequence[Vocabulary],
        session: ISession,
        providers: Any,
        *,
        seed: int = 0,
        states: Mapping[str, States] | None = None,
        background: KeptBackground | None = None,
    ) -> None:
        self._words = (words,) if isinstance(words, Vocabulary) else tuple(words)
        self._session = session
        self._providers = providers
        self._seed = seed
        self._states = states or {}
        self._steps = 0
        self._background = background
        self._ids: dict[tuple[str, str], Any] = {} if background is None else dict(background.names)

    async def given(self, text: str, table: Sequence[Sequence[str]] | None = None) -> list[Any]:
        """Make what a sentence says; what it refers to is reused or made by the law. Returns the aggregates; of a background
        that has been made, none.

        Raises:
            ConfigurationError: the sentence or the table cannot be understood, or a name is taken or not known.
        """
        if self._background is not None and self._background.has_made(text, table):
            self._steps += not table
            return []
        sentence = self._understood(text)
        provider = self._provider(sentence.noun.key)
        pattern, specification = self._meaning(sentence, provider, text)
        rows = rows_of(provider, table) if table else [{}] * self._number(sentence, text)
        if table and sentence.quantity is not None and not self._agrees(sentence, len(rows)):
            raise ConfigurationError(f"{text!r}: the table has {len(rows)} rows")
        made = []
        for row in rows:
            self._check_name(sentence, row, text)
            provider.reset()
            provider.set(_merged(pattern, row, text))
            await provider.populate(self._session, specification)
            made.append(await provider.create(self._session))
            self._name(sentence, provider.exported_id, row)
        return made

    async def there_are(self, text: str) -> None:
        """See that there are as many as a sentence says.

        Raises:
            AssertionError: there are more, or fewer.
            ConfigurationError: the sentence cannot be understood.
        """
        sentence = self._understood(text)
        provider = self._provider(sentence.noun.key)
        pattern, specification = self._meaning(sentence, provider, text)
        found = 0
        states = self._states.get(sentence.noun.key, provider.repository.find)
        async for state in states(self._session):
            fits = specification is None or specification.is_satisfied_by(state)
            found += fits and await self._matches(provider, pattern, state)
        if not self._agrees(sentence, found):
            raise AssertionError(f"{text!r}: there are {found}")

    def id_of(self, key: str, name: str) -> Any:
        """The exported id of what the scenario has named.

        Raises:
            ConfigurationError: nothing has that name.
        """
        if (key, name) not in self._ids:
            known = ", ".join(f"«{name}»" for other, name in self._ids if other == key) or "none"
            raise ConfigurationError(f"nothing is called «{name}» among the {key} of this scenario; known: {known}")
        return self._ids[key, name]

    def _understood(self, text: str) -> Sentence:
        return next((words for words in self._words if words.concerns(text)), self._words[0]).understand(text)

    def _provider(self, key: str) -> Any:
        provider = self._providers.get(key) if isinstance(self._providers, Mapping) else getattr(self._providers, key, None)
        if provider is None:
            raise ConfigurationError(f"the scenario was given no provider {key!r}, which a noun of the vocabulary means")
        return provider

    def _meaning(self, sentence: Sentence, provider: Any, text: str) -> tuple[dict[str, Any], Any]:
        pattern: dict[str, Any] = {}
        specifications = []
        for _, meaning, values in sentence.parts:
            if isinstance(meaning, Mapping):
                pattern = _merged(pattern, cast_pattern(provider, self._filled(meaning, values)), text)
            else:
                specifications.append(meaning)
        if sentence.name is not None:
            if sentence.noun.name is None:
                raise ConfigurationError(f"{text!r}: {sentence.noun.key} have no names; noun(…, name=part) gives them one")
            pattern = _merged(pattern, {sentence.noun.name: sentence.name}, text)
        if not specifications:
            return pattern, None
        return pattern, specifications[0] if len(specifications) == 1 else AndSpecification(*specifications)

    def _filled(self, meaning: Any, values: Mapping[str, str]) -> Any:
        if isinstance(meaning, Mapping):
            return {key: self._filled(value, values) for key, value in meaning.items()}
        if isinstance(meaning, Named):
            return self.id_of(meaning.key, meaning.name.format_map(values))
        return meaning.format_map(values) if isinstance(meaning, str) else meaning

    def _number(self, sentence: Sentence, text: str) -> int:
        self._steps += 1
        quantity = sentence.quantity
        if quantity is not None:
            if sentence.name is not None and quantity.low != 1:
                raise ConfigurationError(f"{text!r}: {quantity.words} cannot have one name")
            high = max(_FEW, quantity.low) if quantity.high is None else quantity.high
            is_background = self._background is not None and not self._background.is_closed
            seed = self._background.seed if self._background is not None and is_background else self._seed
            return Random(seed_of(seed, f"{self._steps} {text}")).randint(quantity.low, high)
        if sentence.form == 0:
            return 1
        raise ConfigurationError(f"{text!r} does not say how many; tell a number, or a table with a row for each")

    def _agrees(self, sentence: Sentence, number: int) -> bool:
        quantity = sentence.quantity
        low, high = (1, None if sentence.form else 1) if quantity is None else (quantity.low, quantity.high)
        return low <= number and (high is None or number <= high)

    def _check_name(self, sentence: Sentence, row: Mapping[str, Any], text: str) -> None:
        name = sentence.name or row.get(sentence.noun.name or "")
        if name is not None and (sentence.noun.key, name) in self._ids:
            raise ConfigurationError(f"{text!r}: «{name}» is among the {sentence.noun.key} of this scenario already")

    def _name(self, sentence: Sentence, id: Any, row: Mapping[str, Any]) -> None:
        name = sentence.name or row.get(sentence.noun.name or "")
        if name is not None:
            self._ids[sentence.noun.key, name] = id
            if self._background is not None and not self._background.is_closed:
                self._background.names[sentence.noun.key, name] = id

    async def _matches(self, provider: Any, pattern: Mapping[str, Any], state: Mapping[str, Any]) -> bool:
        """Tell whether a state has what the pattern tells, following references."""
        id = state.get("id")
        for key, wanted in pattern.items():
            found = state.get(key, id.get(key) if isinstance(id, Mapping) else None)
            source = source_of(provider.parts().get(key))
            if source is not None and isinstance(wanted, Mapping) and not contains(found, wanted):
                target = source.aggregate_provider
                referred = await target.repository.get(self._session, found) if found is not None else None
                if referred is None or not await self._matches(target, wanted, referred):
                    return False
            elif not contains(found, wanted):
                return False
        return True


def _merged(one: Mapping[str, Any], other: Mapping[str, Any], text: str) -> dict[str, Any]:
    """Both patterns as one.

    Raises:
        ConfigurationError: they tell different things of one part.
    """
    found = dict(one)
    for key, value in other.items():
        if key not in found:
            found[key] = value
        elif isinstance(found[key], Mapping) and isinstance(value, Mapping):
            found[key] = _merged(found[key], value, text)
        elif found[key] != value:
            raise ConfigurationError(f"{text!r} tells {key!r} twice: {found[key]!r} and {value!r}")
    return found
