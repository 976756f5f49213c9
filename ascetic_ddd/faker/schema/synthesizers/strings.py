"""Strings without a meaning: random letters of an alphabet."""

import string
from enum import Enum
from random import Random
from typing import Any

from pydantic.fields import FieldInfo

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.schema.reading.facts import constraints_of
from ascetic_ddd.faker.schema.synthesizers.spaces import ISpace, TextSpace
from ascetic_ddd.faker.schema.synthesizers.synthesizer import Values

__all__ = ("SynthesizeBytes", "SynthesizeString")


class SynthesizeString(Values):
    """Gives random letters; subclass it and change ``domain`` for another alphabet.

    Attributes:
        domain: the letters.
        min_default: least length where the field has none.
        max_default: greatest length where the field has none; more if its least length is greater.
    """

    domain = string.ascii_letters + string.punctuation
    min_default = 1
    max_default = 32

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        return isinstance(field.annotation, type) and issubclass(field.annotation, str) and not issubclass(field.annotation, Enum)

    def prepare(self) -> None:
        found = constraints_of(self.field)
        least, most = found.min_length, found.max_length
        if least is None:
            least = self.min_default if most is None else min(self.min_default, most)
        if most is None:
            most = max(self.max_default, least)
        if least > most:
            raise ConfigurationError(f"{self.place}: min_length={least} is greater than max_length={most}")
        self.min_length, self.max_length = least, most
        self._letters = _Letters(self.domain)

    def drawn(self, count: int) -> list[Any]:
        low, size = self.min_length, self.max_length - self.min_length + 1
        random = self.random.random
        lengths = [low + int(random() * size) for _ in range(count)]
        text = self._letters.drawn(sum(lengths), self.random)
        found, start = [], 0
        for length in lengths:
            found.append(text[start : start + length])
            start += length
        return found

    def space(self, rows: int, random: Random) -> ISpace | None:
        return TextSpace(self.domain, self.min_length, self.max_length, rows, random)


class _Letters:
    """Draws letters of an alphabet, all with the same probability, many at a time."""

    def __init__(self, alphabet: str) -> None:
        if not alphabet:
            raise ConfigurationError("domain='': expected at least one letter")
        self._alphabet = alphabet
        size = len(alphabet)
        self._is_ascii = alphabet.isascii() and size <= 256
        if self._is_ascii:
            usable = 256 - 256 % size
            self._table = (alphabet * (usable // size)).encode("ascii").ljust(256, b"\0")
            self._beyond = bytes(range(usable, 256))
            self._usable = usable

    def drawn(self, count: int, random: Random) -> str:
        if not self._is_ascii:
            return "".join(random.choices(self._alphabet, k=count))
        found = b""
        while len(found) < count:
            more = (count - len(found)) * 256 // self._usable + 1
            found += random.randbytes(more).translate(self._table, self._beyond)
        return found[:count].decode("ascii")


class SynthesizeBytes(Values):
    """Gives random bytes."""

    max_default = 32

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        return field.annotation in (bytes, bytearray)

    def prepare(self) -> None:
        found = constraints_of(self.field)
        self.min_length = found.min_length or 0
        self.max_length = max(self.max_default, self.min_length) if found.max_length is None else found.max_length
        if self.min_length > self.max_length:
            raise ConfigurationError(f"{self.place}: min_length={self.min_length} is greater than max_length={self.max_length}")

    def drawn(self, count: int) -> list[Any]:
        low, size, random = self.min_length, self.max_length - self.min_length + 1, self.random
        kind: Any = self.field.annotation
        return [kind(random.randbytes(low + int(random.random() * size))) for _ in range(count)]
