"""A sentence of a scenario, understood: how many of what, called what, with which parts."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.testing.languages import Language

__all__ = ("Adjective", "Noun", "Phrase", "Quantity", "Sentence", "Words", "understand")

_NAME = re.compile(r"[«“\"](?P<name>[^»”\"]+)[»”\"]")
_ARTICLE = re.compile(r"the\s+", re.IGNORECASE)


@dataclass(frozen=True)
class Noun:
    """What a kind of aggregate is called; ``name``: the part that a quoted name tells."""

    key: str
    forms: tuple[str, ...]
    name: str | None


@dataclass(frozen=True)
class Adjective:
    """A word before a noun; ``meaning``: a pattern, or a specification."""

    key: str
    forms: tuple[str, ...]
    meaning: Any


@dataclass(frozen=True)
class Phrase:
    """Words after a noun, with ``{placeholders}`` that the meaning has, too."""

    key: str
    template: str
    regex: re.Pattern[str]
    meaning: Any


@dataclass(frozen=True)
class Quantity:
    """How many: from the lowest to the highest number, which None leaves open; ``form`` of the noun, None: any."""

    low: int
    high: int | None
    form: int | None
    words: str


@dataclass(frozen=True)
class Sentence:
    """What was understood; ``parts``: the meanings, each with the words that told it and the values of its placeholders."""

    noun: Noun
    form: int
    quantity: Quantity | None
    name: str | None
    parts: tuple[tuple[str, Any, Mapping[str, str]], ...]


@dataclass(frozen=True)
class Words:
    """All that is known of one language."""

    language: Language
    nouns: list[Noun]
    adjectives: list[Adjective]
    phrases: list[Phrase]


def understand(words: Words, text: str) -> Sentence:
    """Understand a sentence.

    Raises:
        ConfigurationError: a word is not known, a number and a noun do not agree, or it can be understood in two ways (that
            with more of the templates' own letters counts, if there is one). The message tells what is near.
    """
    rest = _without(words.language.there, " ".join(text.split()).rstrip(":").rstrip())
    quantity, rest = _quantity(words.language, rest)
    if quantity is None:
        rest = _ARTICLE.sub("", rest, count=1) if _ARTICLE.match(rest) else rest
    noun, form, adjectives, rest = _noun(words, rest, text)
    _check_agreement(words.language, noun, form, quantity, adjectives, text)
    found = _NAME.match(rest)
    name = found["name"] if found else None
    rest = rest[found.end() :].strip() if found else rest
    readings = sorted(_phrases(words, noun, rest), key=_literals, reverse=True)
    if not readings:
        raise _unknown(text, rest, [phrase.template for phrase in words.phrases if phrase.key == noun.key])
    if len(readings) > 1 and _literals(readings[0]) == _literals(readings[1]):
        ways = " or ".join(" + ".join(repr(phrase.template) for phrase, _ in reading) for reading in readings[:2])
        raise ConfigurationError(f"{text!r} can be understood in two ways, as {ways}; say it in other words")
    parts: list[tuple[str, Any, Mapping[str, str]]] = [(each.forms[0], each.meaning, {}) for each in adjectives]
    parts += [(phrase.template, phrase.meaning, values) for phrase, values in readings[0]]
    return Sentence(noun, form, quantity, name, tuple(parts))


def _without(beginnings: tuple[str, ...], text: str) -> str:
    for words in beginnings:
        if text.lower().startswith(f"{words} "):
            return text[len(words) + 1 :]
    return text


def _quantity(language: Language, text: str) -> tuple[Quantity | None, str]:
    last = language.forms - 1
    for pattern in language.ranges:
        if found := re.match(rf"{pattern}\s+", text, re.IGNORECASE):
            low, high = int(found[1]), int(found[2])
            if low > high:
                raise ConfigurationError(f"{found[0].strip()!r} is no quantity: the first number is the greater one")
            return Quantity(low, high, last, found[0].strip()), text[found.end() :]
    word, _, rest = text.partition(" ")
    if word.isdecimal() or word.lower() in language.numerals:
        number = int(word) if word.isdecimal() else language.numerals[word.lower()]
        return Quantity(number, number, language.form_of(number), word), rest
    if word.lower() in language.some:
        return Quantity(1, None, last, word), rest
    if word.lower() in language.none:
        return Quantity(0, 0, None, word), rest
    return None, text


def _noun(words: Words, rest: str, text: str) -> tuple[Noun, int, list[Adjective], str]:
    """The noun and what stands before it."""
    before: list[list[Adjective]] = []
    while True:
        for noun in words.nouns:
            for form, said in enumerate(noun.forms):
                if _begins(rest, said):
                    return noun, form, [_of(noun, found, text) for found in before], rest[len(said) :].strip()
        known = [each for each in words.adjectives if any(_begins(rest, said) for said in each.forms)]
        if not known:
            forms = [*(noun.forms for noun in words.nouns), *(each.forms for each in words.adjectives)]
            said_words = [said for each in forms for said in each]
            raise _unknown(text, rest.partition(" ")[0], said_words)
        length = max(len(said) for each in known for said in each.forms if _begins(rest, said))
        before.append([each for each in known if rest[:length].lower() in (said.lower() for said in each.forms)])
        rest = rest[length:].strip()


def _of(noun: Noun, adjectives: list[Adjective], text: str) -> Adjective:
    for adjective in adjectives:
        if adjective.key == noun.key:
            return adjective
    raise ConfigurationError(f"{text!r}: {adjectives[0].forms[0]!r} is said of {adjectives[0].key}, not of {noun.key}")


def _begins(text: str, words: str) -> bool:
    length = len(words)
    return text[:length].lower() == words.lower() and not (
        text[length : length + 1].isalnum() or text[length : length + 1] == "-"
    )


def _check_agreement(
    language: Language, noun: Noun, form: int, quantity: Quantity | None, adjectives: list[Adjective], text: str
) -> None:
    if quantity is None or quantity.form is None:
        return
    if noun.forms[form].lower() != noun.forms[quantity.form].lower():
        raise ConfigurationError(
            f"{text!r}: {quantity.words!r} does not agree with {noun.forms[form]!r}; expected {noun.forms[quantity.form]!r}"
        )
    for adjective in adjectives:
        allowed = {adjective.forms[min(quantity.form, len(adjective.forms) - 1)]}
        if quantity.form == 1:
            allowed.add(adjective.forms[-1])  # «3 активные компании» and «3 активных компании» are both right
        if not any(re.search(rf"\b{re.escape(said)}\b", text, re.IGNORECASE) for said in allowed):
            said = ", ".join(map(repr, sorted(allowed)))
            raise ConfigurationError(f"{text!r}: {quantity.words!r} does not agree with {adjective.forms[0]!r}; expected {said}")


def _phrases(words: Words, noun: Noun, rest: str) -> Iterator[list[tuple[Phrase, dict[str, str]]]]:
    """All readings of what stands behind the noun, as phrases one after the other."""
    if not rest:
        yield []
        return
    rest = _without(words.language.joiners, rest.removeprefix(",").strip())
    for end in [found.start() for found in re.finditer(r"\s|,|$", rest)]:
        said, behind = rest[:end], rest[end:].removeprefix(",").strip()
        if not said or said.count('"') % 2 or said.count("«") != said.count("»") or said.count("“") != said.count("”"):
            continue
        for phrase in words.phrases:
            found = phrase.regex.fullmatch(said) if phrase.key == noun.key else None
            if found is not None:
                values = {name: value.strip('«»“”"') for name, value in found.groupdict().items()}
                for reading in _phrases(words, noun, behind):
                    yield [(phrase, values), *reading]


def _literals(reading: list[tuple[Phrase, dict[str, str]]]) -> int:
    """How many letters the templates themselves have in a reading."""
    return sum(len(re.sub(r"\{\w+\}", "", phrase.template)) for phrase, _ in reading)


def _unknown(text: str, words: str, known: list[str]) -> ConfigurationError:
    near = get_close_matches(words.lower(), known, n=3, cutoff=0.5) or sorted(set(known))[:8]
    return ConfigurationError(f"{text!r}: {words!r} is not known; near: {', '.join(map(repr, near)) or 'nothing'}")
