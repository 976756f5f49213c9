"""The language of a domain, for steps of scenarios: nouns, adjectives and phrases that are patterns or specifications.

Example::

    words = Vocabulary("en")
    words.noun("companies", "company", "companies", name="name")
    words.adjective("companies", "active", meaning={"status": "active"})
    words.phrase("companies", "from {city}", {"city": "{city}"})
    words.phrase("employees", "of {company}", {"company_id": named("companies", "{company}")})

    Given 3 active companies from Moscow
    And the company «Acme»
    And 2 employees of «Acme»
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.testing.languages import LANGUAGES
from ascetic_ddd.faker.testing.sentences import Adjective, Noun, Phrase, Sentence, Words, understand

__all__ = ("Named", "Vocabulary", "named")


@dataclass(frozen=True)
class Named:
    """In a pattern: the id of what has this name in the scenario."""

    key: str
    name: str


def named(key: str, name: str) -> Named:
    """In the pattern of a phrase, stand for the id of what the scenario has named.

    Args:
        key: of the noun.
        name: with a placeholder of the phrase, ``"{company}"``.
    """
    return Named(key, name)


class Vocabulary:
    """The words of one language.

    Args:
        language: ``en`` or ``ru``.
    """

    def __init__(self, language: str = "en") -> None:
        if language not in LANGUAGES:
            raise ConfigurationError(f"language={language!r} is not known; expected one of {', '.join(LANGUAGES)}")
        self._words = Words(LANGUAGES[language], [], [], [])

    def noun(self, key: str, *forms: str, name: str | None = None) -> None:
        """Call the aggregates of one provider.

        Args:
            key: of the provider among those that the scenario is given.
            forms: of the noun: in English of one and of many; in Russian of 1, of 2 and of 5. One more is that of many without a
                number, where it is none of these: «заказ», «заказа», «заказов», «заказы».
            name: the part that a name in quotes tells; None: they have no names.
        """
        wanted = self._words.language.forms
        if len(forms) not in (wanted, wanted + 1):
            raise ConfigurationError(f"noun {forms!r} has {len(forms)} forms; expected {wanted}, or one more")
        for other in self._words.nouns:
            if shared := set(map(str.lower, forms)) & set(map(str.lower, other.forms)):
                raise ConfigurationError(f"noun {shared.pop()!r} is said of {key} and of {other.key}")
        self._words.nouns.append(Noun(key, forms, name))
        self._words.nouns.sort(key=lambda noun: -max(map(len, noun.forms)))

    def adjective(self, key: str, *forms: str, meaning: Any) -> None:
        """Say something of what a noun means, before it.

        Args:
            key: of the noun.
            forms: as many as of the noun, or one for all.
            meaning: a pattern, or a specification.
        """
        if len(forms) not in (1, self._words.language.forms):
            raise ConfigurationError(f"adjective {forms!r} has {len(forms)} forms; expected 1 or {self._words.language.forms}")
        self._check_meaning(forms[:1], meaning)
        self._words.adjectives.append(Adjective(key, forms, meaning))

    def phrase(self, key: str, template: str, meaning: Any) -> None:
        """Say something of what a noun means, behind it.

        Args:
            key: of the noun.
            template: words with ``{placeholders}``, which take one or more words, or what is in quotes.
            meaning: a pattern, in whose values the placeholders may stand, or a specification.
        """
        self._check_meaning(template, meaning)
        parts = re.split(r"\{(\w+)\}", template)
        regex = "".join(rf"(?P<{part}>.+?)" if index % 2 else re.escape(part) for index, part in enumerate(parts))
        self._words.phrases.append(Phrase(key, template, re.compile(regex, re.IGNORECASE), meaning))

    def understand(self, text: str) -> Sentence:
        """Understand a sentence without its keyword.

        Raises:
            ConfigurationError: it cannot be understood, or in more than one way; the message tells what is near.
        """
        return understand(self._words, text)

    def concerns(self, text: str) -> bool:
        """Tell whether a sentence is of this vocabulary: a quantity, «there are», or nothing, then one of its nouns."""
        language = self._words.language
        nouns = "|".join(re.escape(form) for noun in self._words.nouns for form in noun.forms)
        quantities = [*language.ranges, r"\d+", *language.numerals, *language.some, *language.none, "the"]
        there = "|".join(language.there)
        quantity = "|".join(quantities)
        pattern = rf"(?:(?:{there}) )?(?:(?:{quantity}) )?(?:[\w-]+ ){{0,4}}?(?:{nouns})\b.*"
        bare = rf"(?:[\w-]+ )?(?:{nouns})(?: [«“\"].*|:)?"
        says_so = re.match(rf"(?:{there}|{quantity})\s", text, re.IGNORECASE) is not None
        return re.fullmatch(pattern if says_so else bare, text.strip(), re.IGNORECASE) is not None

    def _check_meaning(self, words: object, meaning: Any) -> None:
        if not isinstance(meaning, Mapping) and not callable(getattr(meaning, "is_satisfied_by", None)):
            raise ConfigurationError(f"{words!r} means {meaning!r}; expected a pattern (a dict of parts) or a specification")
