"""Strings with a meaning: names, addresses, companies, whatever Faker knows."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from random import Random
from typing import Any, NamedTuple

from pydantic.fields import FieldInfo

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.generators.input_generators import FakerGenerator
from ascetic_ddd.faker.domain.generators.vocabulary import has_faker_method, vocabulary
from ascetic_ddd.faker.schema.reading.domains import domain_of_name
from ascetic_ddd.faker.schema.reading.facts import constraints_of, derived, extra_of, is_nullable, not_null, unfold
from ascetic_ddd.faker.schema.synthesizers.spaces import ISpace, ItemsSpace, MappedSpace, ProductSpace, RangeSpace
from ascetic_ddd.faker.schema.synthesizers.strings import SynthesizeString

__all__ = ("SynthesizeName", "SynthesizeWords", "guessed_domain")

_HOSTS = ("example.com", "example.org", "example.net")
_TRIES, _SAMPLE = 100, 200


class _Recipe(NamedTuple):
    """How a domain's values are made of vocabularies, and of a number where there must be more of them."""

    vocabularies: tuple[str, ...]
    joined: Callable[..., str]
    numbered: Callable[..., str]


def _plain(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.lower()) or "x"


def _email(first: str, last: str, number: object = "") -> str:
    return f"{_plain(first)}.{_plain(last)}{number}@{_HOSTS[len(last) % len(_HOSTS)]}"


def _login(first: str, last: str, number: object = "") -> str:
    return f"{_plain(first)}.{_plain(last)}{number}"


def _numbered(word: str, number: object) -> str:
    return f"{word} {number}"


_RECIPES = {
    "name": _Recipe(("first_name", "last_name"), "{} {}".format, "{0} {1} {2}".format),
    "email": _Recipe(("first_name", "last_name"), _email, _email),
    "user_name": _Recipe(("first_name", "last_name"), _login, _login),
    "label": _Recipe(("word", "word"), lambda a, b: f"{a.title()} {b}", lambda a, b, n: f"{a.title()} {b} {n}"),
    "url": _Recipe(
        ("word", "word"),
        lambda a, b: f"https://{_plain(a)}.example.com/{b}",
        lambda a, b, n: f"https://{_plain(a)}.example.com/{b}/{n}",
    ),
    **{
        method: _Recipe((method,), str, _numbered)
        for method in (
            "first_name",
            "last_name",
            "city",
            "country",
            "company",
            "job",
            "street_name",
            "sentence",
            "word",
            "color_name",
        )
    },
}
_METHODS = {"phone": "phone_number"}


def guessed_domain(name: str, field: FieldInfo, model_name: str) -> str | None:
    """The domain of a text field by its name, where nothing else is told about it and the words fit its length."""
    if is_nullable(field.annotation):
        field = unfold(derived(field, not_null(field.annotation)), name)
    extra = extra_of(field)
    if field.annotation is not str or any(key in extra for key in ("domain", "synthesizer", "distribution", "values")):
        return None
    found = constraints_of(field)
    if found.pattern is not None:
        return None
    domain = domain_of_name(name, model_name)
    if domain is None:
        return None
    return domain if _Words(domain, None, found.min_length, found.max_length).fits() else None


@lru_cache(maxsize=256)
def _parts(domain: str, locale: str | None) -> tuple[Sequence[str], ...]:
    if domain in _RECIPES:
        return tuple(vocabulary(method, locale=locale) for method in _RECIPES[domain].vocabularies)
    return (vocabulary(_METHODS.get(domain, domain), locale=locale, size=_SAMPLE),)


class _Words:
    """A domain's values within a range of lengths."""

    def __init__(self, domain: str, locale: str | None, shortest: int | None, longest: int | None) -> None:
        self._low, self._high = shortest or 0, longest
        recipe = _RECIPES.get(domain)
        parts = _parts(domain, locale)
        self.joined: Callable[..., str] = recipe.joined if recipe else str
        self.numbered: Callable[..., str] = recipe.numbered if recipe else _numbered
        self.parts: tuple[Sequence[str], ...] = parts
        self._is_spaced = recipe is _RECIPES["name"]
        self._faker: FakerGenerator | None = None
        if recipe is None and len(set(parts[0])) > 0.95 * len(parts[0]):  # numbers and the like: each one is its own
            self._faker = FakerGenerator(_METHODS.get(domain, domain), locale=locale)
        self.is_free = self._is_never_too_long()

    def _is_never_too_long(self) -> bool:
        if self._faker is not None:
            return not self._low and self._high is None
        longest = self.joined(*(max(part, key=len) for part in self.parts))
        shortest = self.joined(*(min(part, key=len) for part in self.parts))
        return self._low <= len(shortest) and (self._high is None or len(longest) <= self._high)

    def fits(self) -> bool:
        """Whether enough of the values have the right length."""
        if self.is_free:
            return True
        random = Random(0)
        return sum(map(self.is_right, self._any(_SAMPLE, random))) * 20 >= _SAMPLE

    def is_right(self, value: str) -> bool:
        """Whether the value has the right length."""
        return self._low <= len(value) and (self._high is None or len(value) <= self._high)

    def drawn(self, count: int, random: Random) -> list[str]:
        """Draw values of the right length."""
        found = self._any(count, random)
        if not self.is_free:
            for place, value in enumerate(found):
                tries = 0
                while not self.is_right(value) and tries < _TRIES:
                    (value,) = self._any(1, random)
                    tries += 1
                found[place] = value
        return found

    def _any(self, count: int, random: Random) -> list[str]:
        if self._faker is not None:
            faker = self._faker
            faker.stream = random
            return [str(faker(None, 0)) for _ in range(count)]
        if len(self.parts) == 1:
            words, size, draw = self.parts[0], len(self.parts[0]), random.random
            return [words[int(draw() * size)] for _ in range(count)]
        columns = [random.choices(part, k=count) for part in self.parts]
        if self._is_spaced:
            return list(map(" ".join, zip(*columns, strict=True)))
        return list(map(self.joined, *columns))

    def space(self, rows: int) -> ISpace | None:
        """The distinct values, with a number behind where there are too few."""
        if self._faker is not None or not self.is_free:
            return None
        parts = [ItemsSpace(sorted({word for word in part if word.isalpha() or len(self.parts) == 1})) for part in self.parts]
        if self.joined in (_email, _login) or (self.joined is not str and self.numbered is not _RECIPES["name"].numbered):
            parts = [ItemsSpace(sorted({_plain(word) for word in part.items})) for part in parts]
        product = ProductSpace(parts)
        if product.size >= rows:
            return MappedSpace(product, lambda words: self.joined(*words))
        if self._high is not None or any(word[-1:].isdigit() for part in parts for word in part.items):
            return None
        numbered = ProductSpace([*parts, RangeSpace(1, -(-rows // product.size))])
        return MappedSpace(numbered, lambda words: self.numbered(*words))


class SynthesizeWords(SynthesizeString):
    """Gives texts of a domain: ``json_schema_extra={"domain": "city"}``, where the field's name does not tell already.

    Known domains: name, first_name, last_name, email, phone, user_name, city, country, company, job, street_address,
    postcode, url,
    label (a short title), sentence …, and every Faker method that gives a text. ``"locale": "de_DE"`` beside it changes the
    language.
    """

    subject: str | None = None

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        domain = extra_of(field).get("domain")
        return cls is SynthesizeWords and domain not in (None, "text") and SynthesizeString.match(field)

    def prepare(self) -> None:
        super().prepare()
        domain = self.subject or self.json_schema_extra.get("domain")
        if not isinstance(domain, str) or not (domain in _RECIPES or domain in _METHODS or has_faker_method(domain)):
            raise ConfigurationError(
                f"{self.place}: domain={domain!r}: expected one of {', '.join(sorted({*_RECIPES, *_METHODS}))}, the name of a "
                "Faker method, 'text' for random letters, or a synthesizer of yours whose match(field) is true"
            )
        found = constraints_of(self.field)
        self._words = _Words(domain, self.json_schema_extra.get("locale"), found.min_length, found.max_length)
        if not self._words.fits():
            raise ConfigurationError(
                f"{self.place}: next to no value of the domain {domain!r} has between {found.min_length or 0} and "
                f"{found.max_length} letters; allow more, or take the domain 'text' for random letters"
            )

    def drawn(self, count: int) -> list[Any]:
        return list(self._words.drawn(count, self.random))

    def space(self, rows: int, random: Random) -> ISpace | None:
        return self._words.space(rows)


class SynthesizeName(SynthesizeWords):
    """Gives names of people; for fields called ``name``, and for the domain ``"name"``."""

    subject = "name"

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        return extra_of(field).get("domain") == "name" and SynthesizeString.match(field)
