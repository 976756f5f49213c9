"""The base of all synthesizers: makes the values of one field of a model."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any, ClassVar

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.randomness import DEFAULT_SEED, seed_of
from ascetic_ddd.faker.schema.reading.facts import expanded, extra_of
from ascetic_ddd.faker.schema.synthesizers.behaviors import Behavior, Independent
from ascetic_ddd.faker.schema.synthesizers.interfaces import IFieldMaker
from ascetic_ddd.faker.schema.synthesizers.spaces import ISpace, ItemsSpace

__all__ = ("Cursor", "Synthesizer", "Values")


_LISTED = 65_536  # values that validators look at beforehand, all of them


class Cursor:
    """Where a run is in one synthesizer's stream: the random numbers, and how many values were drawn."""

    __slots__ = ("count", "random")

    def __init__(self, random: Random) -> None:
        self.random = random
        self.count = 0


class Synthesizer:
    """Makes the values of one field. Subclass it for a type, or a meaning, that the library does not know.

    A subclass writes three methods: ``match(field)`` says whether it is for a field, ``prepare()`` reads the field once, and
    ``__call__(sequence)`` gives a value; ``sequence`` counts from 0 (it may be None when the synthesizer is called by hand).
    Draw from
    ``self.random`` and nothing else: then the same seed gives the same rows.

    Args:
        model: what the field belongs to; None, or anything with ``rows``, will do for a trial by hand.
        field: pydantic's description of the field.
        behavior: :class:`Independent`, or :class:`Pooled` for distinct values.

    Attributes:
        model: as given.
        field: as given; its annotation has no ``Annotated``, aliases or ``None`` around it.
        json_schema_extra: the field's extra words, a mapping, empty if there are none.
        place: the field's name with its model, for messages, e.g. ``"Employee.hire_date"``.
        behavior: the behaviour, made for this synthesizer.
        gives_none: of the class: an optional field that names it leaves ``None`` to it, too; else it is asked for the rest only.
        settle: of a key that the application's validators look at: gives the value as it will be, or raises.

    Example:
        >>> class SynthesizeSku(Synthesizer):
        ...     @classmethod
        ...     def match(cls, field):
        ...         return extra_of(field).get("domain") == "sku"
        ...
        ...     def __call__(self, sequence=None):
        ...         return f"SKU-{self.random.randrange(10**6):06}"
    """

    model_ref = ""
    field_ref = ""
    gives_none = False  # an optional field that names it leaves None to it, too
    priority = 0  # of the library's own: a greater one is asked first
    maker_by_hand: ClassVar[Callable[[], IFieldMaker]]  # field_maker, which knows all synthesizers, puts its own here

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # Whoever says what one value is has not said how to make many of them, or which there are: the base's ways are his.
        if "__call__" in cls.__dict__:
            for name in ("batch", "space"):
                if name not in cls.__dict__:
                    setattr(cls, name, getattr(Synthesizer, name))

    def __init__(self, model: Any, field: FieldInfo, behavior: type[Behavior] = Independent) -> None:
        self.model = model
        self.field = field
        self.json_schema_extra: Any = dict(extra_of(field))
        maker = getattr(model, "maker", None)
        self.seed: int = getattr(model, "seed", DEFAULT_SEED)
        self.place: str = maker.place if maker is not None else ""
        self.parts: dict[str, Synthesizer] = {}
        self.settle: Callable[[Any], Any] | None = None
        self.cursor = Cursor(Random(seed_of(self.seed, self.place)))
        self.prepare()
        self.behavior = behavior(self)

    def __repr__(self) -> str:
        return f"{self.__class__.__name__}({self.model}, {self.field}, {self.behavior})"

    def __iter__(self) -> Iterator[Any]:
        return self.behavior.iterator()

    def __next__(self) -> Any:
        return self.behavior.next()

    def prepare(self) -> None:
        """Read the field. Raise ``ConfigurationError`` if it asks for what cannot be."""

    def __call__(self, sequence: int | None = None) -> Any:
        """Give a value.

        Args:
            sequence: how many values were given before.
        """
        raise NotImplementedError(f"{type(self).__name__}.__call__(sequence) is not written; it gives a value of the field")

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        """Whether this synthesizer is for the field."""
        return False

    def batch(self, start: int, count: int) -> list[Any]:
        """Give ``count`` values at once, the first of which has the sequence number ``start``. For speed."""
        return [self(number) for number in range(start, start + count)]

    def space(self, rows: int, random: Random) -> ISpace | None:
        """All values, countable, of which ``rows`` are needed; None if they can only be drawn."""
        return None

    def accepted_space(self, rows: int, random: Random) -> ISpace | None:
        """:meth:`space`, without what the application's validators reject."""
        if self.settle is None:
            return self.space(rows, random)
        space = self.space(max(rows, _LISTED + 1), random)
        if space is None or space.size > _LISTED:
            return None
        found = dict.fromkeys(value for raw in space.at_many(range(space.size)) for value in self.accepted(raw))
        return ItemsSpace(list(found))

    def accepted(self, value: Any) -> list[Any]:
        """The value as the application's validators leave it, or nothing if they reject it.

        Raises:
            ConfigurationError: they change it each time they see it, so that no reference could be equal to it.
        """
        if self.settle is None:
            return [value]
        try:
            settled = self.settle(value)
            again = self.settle(settled)
        except ValidationError:
            return []
        except Exception:  # noqa: BLE001  # a validator that needs the row's other fields: it will see them when the row is made
            return [value]
        if again != settled:
            raise ConfigurationError(
                f"{self.place}: its validators change {value!r} into {settled!r}, and that into {again!r}; a key must stay "
                "what it is, or no reference could be equal to it"
            )
        return [settled]

    @property
    def random(self) -> Random:
        """The stream of this field: draw from it, and the seed makes the values repeatable."""
        return self.cursor.random

    def get_meta(self, cls_: type[Any], getter: Callable[[Any], Any]) -> Any:
        """A constraint of the field.

        Args:
            cls_: e.g. ``annotated_types.MaxLen``.
            getter: what to take of it, e.g. ``attrgetter("max_length")``.

        Returns:
            None if the field has no such constraint.

        Raises:
            ValueError: it has several.
        """
        matches = [item for item in expanded(self.field.metadata) if isinstance(item, cls_)]
        if len(matches) > 1:
            raise ValueError(f"{self.place}: {matches}: expected one {cls_.__name__}")
        return getter(matches[0]) if matches else None

    def part(self, name: str, field: FieldInfo) -> "Synthesizer":
        """Make the synthesizer of a part of this field's values, such as a list's items."""
        made: Synthesizer = self.maker.make(self.model, field, name)
        self.parts[name] = made
        return made

    @property
    def maker(self) -> IFieldMaker:
        """What chooses synthesizers for parts: the model's, or, of a trial by hand, a new one."""
        maker: IFieldMaker | None = getattr(self.model, "maker", None)
        return type(self).maker_by_hand() if maker is None else maker

    def walk(self) -> Iterator["Synthesizer"]:
        """Go through the synthesizer, its parts, and theirs."""
        yield self
        for part in self.parts.values():
            yield from part.walk()

    def cursors(self, seed: int, path: str) -> list[tuple["Synthesizer", Cursor]]:
        """Fresh streams for this synthesizer and its parts, each made of the seed and its path."""
        found = [(self, Cursor(Random(seed_of(seed, path))))]
        for name, part in self.parts.items():
            found += part.cursors(seed, f"{path}.{name}")
        return found

    def restart(self, random: Random) -> None:
        """Begin new streams, seeded from one."""
        for node, cursor in self.cursors(random.getrandbits(64), self.place):
            node.cursor = cursor

    def draw(self, count: int) -> list[Any]:
        """The next ``count`` values of the stream."""
        cursor = self.cursor
        start = cursor.count
        cursor.count += count
        return self.batch(start, count)


class Values(Synthesizer):
    """A synthesizer that makes many values at once: subclasses write ``drawn(count)``."""

    def drawn(self, count: int) -> list[Any]:
        """Draw ``count`` values."""
        raise NotImplementedError

    def __call__(self, sequence: int | None = None) -> Any:
        return self.drawn(1)[0]

    def batch(self, start: int, count: int) -> list[Any]:
        return self.drawn(count)
