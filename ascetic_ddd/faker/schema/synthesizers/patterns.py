"""Strings that match a regular expression."""

import re
import string
import warnings
from collections.abc import Collection
from random import Random
from typing import Any

import rstr
from pydantic.fields import FieldInfo

from ascetic_ddd.faker.domain.errors import ConfigurationError, UnsatisfiableError
from ascetic_ddd.faker.schema.reading.facts import constraints_of
from ascetic_ddd.faker.schema.synthesizers.strings import SynthesizeString

__all__ = ("SynthesizePattern", "limited")

_TRIAL, _TRIES = 40, 1_000
_LIMITS = (0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 256, 512, 1024)
_LONGEST = 64
_COUNTED = re.compile(r"\{(\d*)(,?)(\d*)\}")


def limited(pattern: str, limit: int) -> str:
    """The pattern with every repetition that may go on for longer limited to ``limit`` times, or its own minimum if that is more.

    Example:
        >>> limited(r"^[a-z*]+@\\w{2,}\\.x?$", 4)
        '^[a-z*]{1,4}@\\\\w{2,4}\\\\.x{0,1}$'
    """
    found, place, is_in_class = [], 0, False
    while place < len(pattern):
        letter = pattern[place]
        counted = _COUNTED.match(pattern, place) if letter == "{" and not is_in_class else None
        if letter == "\\":
            found.append(pattern[place : place + 2])
            place += 2
            continue
        if is_in_class:
            is_in_class = letter != "]"
        elif letter == "[":
            opened = re.compile(r"\[\^?\]?").match(pattern, place)
            assert opened is not None
            found.append(opened.group())
            place, is_in_class = opened.end(), True
            continue
        elif letter in "*+?" and not (letter == "?" and pattern[place - 1 : place] == "("):
            least = 1 if letter == "+" else 0
            most = 1 if letter == "?" else max(least, limit)
            found.append(f"{{{least},{most}}}")
            place += 1 + (pattern[place + 1 : place + 2] in ("?", "+"))  # lazy and possessive make no difference here
            continue
        elif counted is not None and (counted[1] or counted[3]):
            least = int(counted[1] or 0)
            most = least if not counted[2] else max(least, min(int(counted[3]), limit) if counted[3] else limit)
            found.append(f"{{{least},{most}}}")
            place = counted.end()
            place += pattern[place : place + 1] in ("?", "+")
            continue
        found.append(letter)
        place += 1
    return "".join(found)


_VISIBLE = "".join(filter(str.isprintable, string.printable))
_NOT_WORD = "".join(letter for letter in string.printable if re.match(r"\W", letter))
_NOT_DIGITS = "".join(letter for letter in string.printable if not letter.isdigit())
_FOREIGN = "".join(letter for letter in map(chr, range(0xA1, 0x250)) if letter.isprintable())


def _quiet() -> "warnings.catch_warnings[None]":
    """Without Python's doubts about ``[[:alpha:]]`` and the like: whether pydantic takes the texts is tried."""
    return warnings.catch_warnings(action="ignore", category=FutureWarning)


class _Letters(rstr.Rstr):
    """Draws the letters that a pattern leaves open, in an order that no hash decides, and visible ones where there are any."""

    def __init__(self, random: Random) -> None:
        super().__init__(random, nonword=_NOT_WORD, nondigits=_NOT_DIGITS)
        self._cases = {
            **self._cases,
            "any": lambda _: self._other_than("\n"),
            "not_literal": lambda letter: self._other_than(chr(letter)),
        }

    def _handle_in(self, value: Any) -> Any:
        (first, _), *others = value
        if str(first) == "NEGATE":
            return self._other_than({letter for item in others for letter in self._handle_state(item)})
        found: list[str] = []
        for item in value:
            letters = self._handle_state(item)
            is_kind = str(item[0]) == "CATEGORY"
            found.extend([letter for letter in letters if letter.isprintable()] if is_kind else letters)
        return self._random.choice(found)

    def _other_than(self, excluded: Collection[str]) -> str:
        for letters in (_VISIBLE, string.printable, _FOREIGN):
            left = [letter for letter in letters if letter not in excluded]
            if left:
                return self._random.choice(left)
        raise LookupError("it leaves no letter that is tried")


class SynthesizePattern(SynthesizeString):
    """Gives texts that match the field's ``pattern`` and have its length.

    Repetitions without an end are given several ends, to suit the field's lengths; ends that hardly ever give a text of the
    right length are left out.
    """

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        return SynthesizeString.match(field) and constraints_of(field).pattern is not None

    def prepare(self) -> None:
        super().prepare()
        found = constraints_of(self.field)
        self.pattern = found.pattern or ""
        self._low, self._high = found.min_length or 0, _LONGEST if found.max_length is None else found.max_length
        self._high = max(self._high, self._low)
        readable = self.pattern.replace(r"\z", r"\Z")
        try:
            with _quiet():
                self._checked = re.compile(readable)
                self._kinds = self._useful(readable)
        except (re.error, LookupError, RecursionError, OverflowError) as error:
            raise ConfigurationError(
                f"{self.place}: pattern={self.pattern!r} cannot be turned into texts ({error}); simplify it, or write a "
                "synthesizer and name it in the field's json_schema_extra={'synthesizer': …}"
            ) from error
        if not self._kinds:
            raise ConfigurationError(
                f"{self.place}: no text was found that matches pattern={self.pattern!r} and has {self._low} to {self._high} "
                "letters; write a synthesizer and name it in the field's json_schema_extra={'synthesizer': …}"
            )

    def _useful(self, pattern: str) -> list[str]:
        random = Random(0)
        ratings: list[tuple[int, str]] = []
        for limit in sorted({*_LIMITS, self._low, self._high}):
            if limit > self._high and ratings:
                break
            kind = limited(pattern, limit)
            if ratings and ratings[-1][1] == kind:
                continue
            made = [self._made(kind, random) for _ in range(_TRIAL)]
            ratings.append((sum(map(self._is_right, made)), kind))
        best = max(right for right, _ in ratings)
        if not best:  # a rare one, perhaps
            return [kind for _, kind in ratings if any(self._is_right(self._made(kind, random)) for _ in range(_TRIES))]
        return [kind for right, kind in ratings if right * 4 >= best]

    def _made(self, pattern: str, random: Random) -> str:
        return self._padded(str(_Letters(random).xeger(pattern)), random)

    def _padded(self, text: str, random: Random) -> str:
        """Too short a text with letters around it, which a pattern without anchors does not mind."""
        missing = self._low - len(text)
        if missing <= 0:
            return text
        letters = "".join(random.choices(string.ascii_lowercase, k=missing))
        before = random.randrange(missing + 1)
        sides = (f"{letters[:before]}{text}{letters[before:]}", f"{text}{letters}", f"{letters}{text}")
        return next((padded for padded in sides if self._checked.search(padded) is not None), text)

    def _is_right(self, text: str) -> bool:
        return self._low <= len(text) <= self._high and self._checked.search(text) is not None

    def drawn(self, count: int) -> list[Any]:
        with _quiet():
            return self._drawn(count)

    def _drawn(self, count: int) -> list[Any]:
        kinds, random = self._kinds, self.random
        found = []
        for _ in range(count):
            for _ in range(_TRIES):
                text = self._made(kinds[int(random.random() * len(kinds))], random)
                if self._is_right(text):
                    break
            else:
                raise UnsatisfiableError(
                    f"{self.place}: {_TRIES:,} tries gave no text that matches pattern={self.pattern!r} and has {self._low} to "
                    f"{self._high} letters; write a synthesizer and name it in the field's json_schema_extra={{'synthesizer': …}}"
                )
            found.append(text)
        return found

    def space(self, rows: int, random: Random) -> None:
        return None
