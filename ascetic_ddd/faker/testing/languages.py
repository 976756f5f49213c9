"""What the vocabulary has to know of a language: numerals, and which form of a noun goes with a number."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

__all__ = ("ENGLISH", "LANGUAGES", "RUSSIAN", "Language")


@dataclass(frozen=True)
class Language:
    """A language.

    Attributes:
        forms: how many forms a noun has; the first is that of one, the last that of an unknown number.
        form_of: number → form.
        numerals: words for numbers; articles that mean one are among them.
        some, none: words for a few, and for none.
        ranges: regular expressions of two groups, the lowest and the highest number.
        there: words that say that something is there, before the quantity.
        joiners: words between two phrases.
    """

    forms: int
    form_of: Callable[[int], int]
    numerals: Mapping[str, int]
    some: tuple[str, ...]
    none: tuple[str, ...]
    ranges: tuple[str, ...]
    there: tuple[str, ...]
    joiners: tuple[str, ...]


def _russian_form(number: int) -> int:
    if number % 10 == 1 and number % 100 != 11:
        return 0
    return 1 if number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14) else 2


ENGLISH = Language(
    forms=2,
    form_of=lambda number: 0 if number == 1 else 1,
    numerals={"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8},
    some=("some", "several"),
    none=("no",),
    ranges=(r"from (\d+) to (\d+)", r"between (\d+) and (\d+)"),
    there=("there is", "there are"),
    joiners=("and",),
)
RUSSIAN = Language(
    forms=3,
    form_of=_russian_form,
    numerals={"один": 1, "одна": 1, "одно": 1, "два": 2, "две": 2, "три": 3, "четыре": 4, "пять": 5},
    some=("несколько",),
    none=("нет",),
    ranges=(r"от (\d+) до (\d+)",),
    there=("есть", "имеется", "имеются"),
    joiners=("и",),
)
LANGUAGES = {"en": ENGLISH, "ru": RUSSIAN}
