"""Lists, sets, tuples and mappings of what has a synthesizer."""

import collections
import collections.abc
import typing
from random import Random
from typing import Any, get_args, get_origin

from pydantic.fields import FieldInfo

from ascetic_ddd.faker.domain.errors import ConfigurationError, UnsatisfiableError
from ascetic_ddd.faker.schema.reading.facts import constraints_of, type_name
from ascetic_ddd.faker.schema.reading.field_checks import READ_ONCE
from ascetic_ddd.faker.schema.synthesizers.interfaces import DepthError
from ascetic_ddd.faker.schema.synthesizers.synthesizer import Synthesizer, Values

__all__ = ("SynthesizeList", "SynthesizeMapping", "SynthesizeReadOnce", "SynthesizeSet", "SynthesizeTuple")

_TRIES = 1_000
_LISTS = {
    list,
    collections.deque,
    collections.abc.Sequence,
    collections.abc.MutableSequence,
    collections.abc.Collection,
}
_READ_ONCE = {collections.abc.Iterable, collections.abc.Iterator, collections.abc.Generator}
_SETS = {set, frozenset, collections.abc.Set, collections.abc.MutableSet}
_MAPPINGS = {
    dict,
    collections.OrderedDict,
    collections.defaultdict,
    collections.Counter,
    collections.abc.Mapping,
    collections.abc.MutableMapping,
}


def _kind(field: FieldInfo) -> Any:
    """What the field's type is a list, set … in Python's own terms: ``list`` of ``list[int]`` and of ``typing.List``."""
    return get_origin(field.annotation) or field.annotation


def _item(field: FieldInfo, place: int) -> Any:
    args = get_args(field.annotation)
    return args[place] if len(args) > place else Any


class _Sized(Values):
    """Something with a number of items: ``min_length`` and ``max_length`` of the field; without, from 0 to 4."""

    default_least = 0
    default_more = 4

    def prepare(self) -> None:
        found = constraints_of(self.field)
        self.min_length = self.default_least if found.min_length is None else found.min_length
        self.max_length = self.min_length + self.default_more if found.max_length is None else found.max_length
        self.min_length = min(self.min_length, self.max_length) if found.min_length is None else self.min_length
        if self.min_length > self.max_length:
            raise ConfigurationError(f"{self.place}: min_length={self.min_length} is greater than max_length={self.max_length}")

    def item(self, name: str, place: int) -> Synthesizer | None:
        """The synthesizer of the items; None if a model contains itself here, and this is deep enough."""
        try:
            return self.part(name, FieldInfo.from_annotation(_item(self.field, place)))
        except DepthError:
            if self.min_length:
                raise
            self.max_length = 0
            return None

    def room(self, source: Synthesizer | None) -> None:
        """See to it that there are enough distinct items."""
        space = None if source is None else source.space(self.max_length, Random(0))
        if space is not None and space.size < self.min_length:
            raise ConfigurationError(
                f"{self.place}: min_length={self.min_length} distinct items are asked, and there are {space.size}; "
                "lower min_length, or widen the type of the items"
            )
        if space is not None:
            self.max_length = min(self.max_length, space.size)

    def sizes(self, count: int) -> list[int]:
        """Draw the numbers of items."""
        low, size, random = self.min_length, self.max_length - self.min_length + 1, self.random.random
        return [low + int(random() * size) for _ in range(count)]

    def distinct(self, source: Synthesizer, size: int) -> list[Any]:
        """Draw so many distinct items; as many as there are, if that is enough."""
        found: dict[Any, None] = dict.fromkeys(source.draw(size))
        tries = 0
        while len(found) < size and tries < _TRIES:
            before = len(found)
            found.update(dict.fromkeys(source.draw(1)))
            tries = 0 if len(found) > before else tries + 1
            if tries > 20 * (len(found) + 1) and len(found) >= self.min_length:
                break
        if len(found) < self.min_length:
            raise UnsatisfiableError(
                f"{self.place}: min_length={self.min_length} distinct items are asked, and {type(source).__name__} gave "
                f"{len(found)} and then nothing new {tries:,} times"
            )
        return list(found)


class SynthesizeList(_Sized):
    """Gives lists."""

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        return _kind(field) in _LISTS

    def prepare(self) -> None:
        super().prepare()
        self._item = self.item("item", 0)
        self._make: Any = collections.deque if _kind(self.field) is collections.deque else list

    def drawn(self, count: int) -> list[Any]:
        sizes = self.sizes(count)
        values = iter(self._item.draw(sum(sizes)) if self._item is not None else ())
        return [self._make([next(values) for _ in range(size)]) for size in sizes]


class SynthesizeSet(_Sized):
    """Gives sets."""

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        return _kind(field) in _SETS

    def prepare(self) -> None:
        super().prepare()
        self._item = self.item("item", 0)
        self.room(self._item)
        self._make: Any = frozenset if _kind(self.field) is frozenset else set

    def drawn(self, count: int) -> list[Any]:
        if self._item is None:
            return [self._make() for _ in range(count)]
        return [self._make(self.distinct(self._item, size)) for size in self.sizes(count)]


class SynthesizeMapping(_Sized):
    """Gives mappings."""

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        return _kind(field) in _MAPPINGS

    def prepare(self) -> None:
        super().prepare()
        self._key = self.item("key", 0)
        self.room(self._key)
        if _kind(self.field) is collections.Counter:
            self._value: Synthesizer | None = self.part("value", FieldInfo.from_annotation(int))
        else:
            self._value = self.item("value", 1)

    def drawn(self, count: int) -> list[Any]:
        if self._key is None or self._value is None:
            return [{} for _ in range(count)]
        keys = [self.distinct(self._key, size) for size in self.sizes(count)]
        values = iter(self._value.draw(sum(map(len, keys))))
        return [{key: next(values) for key in some} for some in keys]


class SynthesizeTuple(_Sized):
    """Gives tuples, of a fixed number of items or ``tuple[X, ...]``, and named tuples."""

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        return _kind(field) is tuple or _is_named(field.annotation)

    def prepare(self) -> None:
        super().prepare()
        annotation = self.field.annotation
        if _is_named(annotation):
            hints = typing.get_type_hints(annotation, include_extras=True)
            named = {name: hints.get(name, Any) for name in annotation._fields}  # type: ignore[union-attr]
        else:
            args = get_args(annotation)
            if annotation in (tuple, typing.Tuple):  # noqa: UP006  # the other way to write it
                args = (Any, ...)
            if len(args) == 2 and args[1] is ...:
                self._item = self.item("item", 0)
                self._fixed: list[Synthesizer] | None = None
                return
            named = {str(place): arg for place, arg in enumerate(args)}
        if any(get_origin(arg) is typing.Unpack for arg in named.values()):
            raise ConfigurationError(f"{self.place}: no synthesizer for the type {type_name(annotation)}")
        self._fixed = [self.part(name, FieldInfo.from_annotation(arg)) for name, arg in named.items()]

    def drawn(self, count: int) -> list[Any]:
        if self._fixed is None:
            sizes = self.sizes(count)
            values = iter(self._item.draw(sum(sizes)) if self._item is not None else ())
            return [tuple([next(values) for _ in range(size)]) for size in sizes]
        if not self._fixed:
            return [()] * count
        rows = zip(*(part.draw(count) for part in self._fixed), strict=True)
        annotation: Any = self.field.annotation
        return [annotation(*row) for row in rows] if _is_named(annotation) else list(rows)


class SynthesizeReadOnce(Values):
    """Refuses what pydantic gives as an iterator of its own, whatever it was told."""

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        return _kind(field) in _READ_ONCE

    def prepare(self) -> None:
        raise ConfigurationError(f"{self.place}: {type_name(self.field.annotation)}: {READ_ONCE}")


def _is_named(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, tuple) and hasattr(annotation, "_fields")
