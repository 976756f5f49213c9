"""Types with a format of their own: identifiers, addresses of the net, secrets, paths."""

import ipaddress
import os
import pathlib
import re
import uuid
import zoneinfo
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from random import Random
from typing import Any, get_args, get_origin

import pydantic
from pydantic import networks
from pydantic import types as pydantic_types
from pydantic.fields import FieldInfo

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.generators.vocabulary import vocabulary
from ascetic_ddd.faker.schema.reading.facts import derived, expanded
from ascetic_ddd.faker.schema.synthesizers.spaces import ISpace, MappedSpace, RangeSpace
from ascetic_ddd.faker.schema.synthesizers.strings import SynthesizeString
from ascetic_ddd.faker.schema.synthesizers.synthesizer import Synthesizer, Values
from ascetic_ddd.faker.schema.synthesizers.words import SynthesizeWords

__all__ = (
    "SynthesizeAny",
    "SynthesizeDefault",
    "SynthesizeEmail",
    "SynthesizeJson",
    "SynthesizeNumbered",
    "SynthesizeSecret",
    "SynthesizeUrl",
    "SynthesizeUuid",
)

_SCHEMES = ("https", "http")


class SynthesizeDefault(Values):
    """Gives the field's own default; only where a field names this synthesizer."""

    gives_none = True

    def prepare(self) -> None:
        if self.field.is_required():
            raise ConfigurationError(f"{self.place}: the field has no default, which SynthesizeDefault gives")

    def drawn(self, count: int) -> list[Any]:
        return [self.field.get_default(call_default_factory=True) for _ in range(count)]


class SynthesizeAny(SynthesizeString):
    """Gives short texts where everything is allowed."""

    max_default = 8

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        return field.annotation is Any or field.annotation is object


class SynthesizeUuid(Values):
    """Gives UUIDs of version 4, or of the version that the field asks for."""

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        return field.annotation is uuid.UUID

    def prepare(self) -> None:
        versions = [item.uuid_version for item in expanded(self.field.metadata) if hasattr(item, "uuid_version")]
        self._fixed = ((versions[0] if versions else 4) << 76) | (2 << 62)

    def value(self, number: int) -> uuid.UUID:
        """The UUID with these 122 free bits."""
        high, middle, low = number >> 74, (number >> 62) & 0xFFF, number & ((1 << 62) - 1)
        return uuid.UUID(int=(high << 80) | (middle << 64) | low | self._fixed)

    def drawn(self, count: int) -> list[Any]:
        bits = self.random.getrandbits
        return [self.value(bits(122)) for _ in range(count)]

    def space(self, rows: int, random: Random) -> ISpace | None:
        return MappedSpace(RangeSpace(0, 1 << 122), self.value)


class SynthesizeEmail(SynthesizeWords):
    """Gives addresses of electronic mail, at domains that are reserved for examples."""

    subject = "email"

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        return field.annotation in (pydantic.EmailStr, pydantic.NameEmail)

    def drawn(self, count: int) -> list[Any]:
        found = super().drawn(count)
        if self.field.annotation is pydantic.NameEmail:
            return [f"{address.partition('.')[0].title()} <{address}>" for address in found]
        return found


class SynthesizeUrl(Values):
    """Gives addresses with a scheme that the type allows, at hosts that are reserved for examples."""

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        kinds = tuple(filter(None, (getattr(networks, name, None) for name in ("_BaseUrl", "_BaseMultiHostUrl"))))
        if isinstance(field.annotation, type) and kinds and issubclass(field.annotation, kinds):
            return True
        core = {cls.__name__ for cls in getattr(field.annotation, "__mro__", ())} & {"Url", "MultiHostUrl"}
        return bool(core)

    def prepare(self) -> None:
        limits = [item for item in self.field.metadata if isinstance(item, networks.UrlConstraints)]
        own = getattr(self.field.annotation, "_constraints", None)
        limits += [own] if own is not None else []
        schemes = next((item.allowed_schemes for item in limits if item.allowed_schemes), None)
        self._schemes = [scheme for scheme in _SCHEMES if schemes is None or scheme in schemes] or list(schemes or ())
        self._words = [re.sub(r"[^a-z]", "", word.lower()) or "x" for word in vocabulary("word")]
        self._host = "" if self._schemes[0] == "file" else ".example.com"

    def value(self, number: int) -> str:
        """The address with this number."""
        number, scheme = divmod(number, len(self._schemes))
        number, word = divmod(number, len(self._words))
        name = self._words[word]
        return (
            f"{self._schemes[scheme]}://{name + self._host if self._host else ''}/{name}{word if not self._host else ''}/{number}"
        )

    def drawn(self, count: int) -> list[Any]:
        random = self.random.random
        size = 1000 * len(self._schemes) * len(self._words)
        return [self.value(int(random() * size)) for _ in range(count)]


class SynthesizeNumbered(Values):
    """Gives values of types that are a number in disguise: addresses of the internet, paths, time zones, complex numbers."""

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        return _numbered(field) is not None

    def prepare(self) -> None:
        self._size, self._value = _NUMBERED[_numbered(self.field)]

    def drawn(self, count: int) -> list[Any]:
        bits, size, value = self.random.randrange, self._size, self._value
        return [value(bits(size)) for _ in range(count)]

    def space(self, rows: int, random: Random) -> ISpace | None:
        return MappedSpace(RangeSpace(0, self._size), self._value)


_ZONES = (
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Tokyo",
    "Asia/Kolkata",
    "Africa/Cairo",
)
_PATHS = (pathlib.Path, pathlib.PurePath, pathlib.PurePosixPath, pathlib.PureWindowsPath, type(pathlib.Path()), os.PathLike)


def _path(kind: Any, number: int) -> Any:
    make = pathlib.Path if kind is os.PathLike else kind
    return make(f"folder{number >> 16:04x}", f"file{number & 0xFFFF:04x}.txt")


_NUMBERED: dict[Any, tuple[int, Callable[[int], Any]]] = {
    ipaddress.IPv4Address: (2**32, ipaddress.IPv4Address),
    ipaddress.IPv6Address: (2**128, ipaddress.IPv6Address),
    ipaddress.IPv4Network: (2**24, lambda number: ipaddress.IPv4Network((number << 8, 24))),
    ipaddress.IPv6Network: (2**64, lambda number: ipaddress.IPv6Network((number << 64, 64))),
    ipaddress.IPv4Interface: (2**32, lambda number: ipaddress.IPv4Interface((number, 24))),
    ipaddress.IPv6Interface: (2**128, lambda number: ipaddress.IPv6Interface((number, 64))),
    networks.IPvAnyAddress: (2**32, ipaddress.IPv4Address),
    networks.IPvAnyNetwork: (2**24, lambda number: ipaddress.IPv4Network((number << 8, 24))),
    networks.IPvAnyInterface: (2**32, lambda number: ipaddress.IPv4Interface((number, 24))),
    **{kind: (2**32, partial(_path, kind)) for kind in _PATHS},
    zoneinfo.ZoneInfo: (len(_ZONES), lambda number: zoneinfo.ZoneInfo(_ZONES[number])),
    Fraction: (2**32, lambda number: Fraction(number, 1000)),
    complex: (2**32, lambda number: complex(number >> 16, number & 0xFFFF)),
    re.Pattern: (2**16, lambda number: f"[a-z]{{{number % 8 + 1}}}{number}"),
    re.Pattern[bytes]: (2**16, lambda number: f"[a-z]{{{number % 8 + 1}}}{number}".encode()),
}


def _numbered(field: FieldInfo) -> Any:
    """The type as a key of the table; None if it is not there, or if a path has to exist."""
    kind: Any = field.annotation
    if get_origin(kind) in (re.Pattern, os.PathLike) and kind not in _NUMBERED:
        kind = get_origin(kind)
    if any(isinstance(item, pydantic_types.PathType) for item in field.metadata):
        return None
    try:
        return kind if kind in _NUMBERED else None
    except TypeError:
        return None


class SynthesizeSecret(Values):
    """Gives ``SecretStr``, ``SecretBytes`` and ``Secret[…]``."""

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        return field.annotation in (pydantic.SecretStr, pydantic.SecretBytes) or get_origin(field.annotation) is pydantic.Secret

    def prepare(self) -> None:
        annotation: Any = self.field.annotation
        inner: Any = {pydantic.SecretStr: str, pydantic.SecretBytes: bytes}.get(annotation)
        self._inner = self.part("secret", derived(self.field, get_args(annotation)[0] if inner is None else inner))

    def drawn(self, count: int) -> list[Any]:
        return self._inner.draw(count)


class SynthesizeJson(Values):
    """Gives documents: texts in JSON for ``Json[…]``, plain data for ``JsonValue``."""

    priority = 1  # the type is the document's, a model's for example; the field's value is a text

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        annotation: Any = field.annotation
        return (
            annotation is pydantic.Json
            or annotation is pydantic.JsonValue
            or any(isinstance(item, pydantic_types.Json) or item is pydantic_types.Json for item in field.metadata)
        )

    def prepare(self) -> None:
        annotation: Any = self.field.annotation
        plain = annotation in (pydantic.Json, pydantic.JsonValue) or annotation is Any
        self._is_text = annotation is not pydantic.JsonValue
        self._inner: Synthesizer = self.part("document", FieldInfo.from_annotation(dict[str, int] if plain else annotation))

    def drawn(self, count: int) -> list[Any]:
        found = self._inner.draw(count)
        if not self._is_text:
            return found
        dump = pydantic.TypeAdapter(Any).dump_json
        return [dump(value).decode() for value in found]
