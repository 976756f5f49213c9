"""What the tests of a run have made and reused, as numbers that can be added up, and in words."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

__all__ = ("Aggregates", "Tally", "Timed")

_SLOWEST = 5


@dataclass
class Aggregates:
    """The aggregates of one kind, and the references to them.

    Attributes:
        created: stored, rolled back or not.
        made: of these, by references that needed one.
        reused: references to one that was there, by the law.
        told: references whose id was told.
        null: references left empty.
        commonest: of all uses, those of the one used most; that of each test, added up.
    """

    created: int = 0
    made: int = 0
    reused: int = 0
    told: int = 0
    null: int = 0
    commonest: int = 0

    @property
    def uses(self) -> int:
        """References to one."""
        return self.made + self.reused + self.told


@dataclass
class Timed:
    """How often something was done, and how many seconds it took."""

    times: int = 0
    seconds: float = 0.0


@dataclass
class Tally:
    """The numbers of a run.

    Attributes:
        aggregates: by name of their provider.
        providers: by path, the time spent in a provider and in nothing that it asked for.
        cascades: by the references that led to one another, the aggregates made so, with all that they made necessary.
    """

    aggregates: dict[str, Aggregates] = field(default_factory=dict)
    providers: dict[str, Timed] = field(default_factory=dict)
    cascades: dict[str, Timed] = field(default_factory=dict)

    def of(self, name: str) -> Aggregates:
        """The numbers of one kind of aggregate."""
        return self.aggregates.setdefault(name, Aggregates())

    def took(self, path: str, seconds: float, *, times: int = 1) -> None:
        """A provider took that long."""
        timed = self.providers.setdefault(path, Timed())
        timed.times += times
        timed.seconds += seconds

    def led_to(self, way: str, seconds: float) -> None:
        """References led to an aggregate."""
        timed = self.cascades.setdefault(way, Timed())
        timed.times += 1
        timed.seconds += seconds

    def plain(self) -> dict[str, Any]:
        """The numbers as dicts, to travel between processes."""
        return asdict(self)

    def add(self, plain: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Self:
        """Add the numbers of another process."""
        for part, make in (("aggregates", Aggregates), ("providers", Timed), ("cascades", Timed)):
            own = getattr(self, part)
            for name, numbers in plain[part].items():
                sums = own.setdefault(name, make())
                for key, number in numbers.items():
                    setattr(sums, key, getattr(sums, key) + number)
        return self

    def lines(self) -> Iterable[str]:
        """The numbers in words, a table and what took longest; one line if nothing was made."""
        if not self.aggregates:
            yield "nothing was made"
            return
        rows = [("", "created", "reused", "told", "null", "commonest")]
        for name, numbers in sorted(self.aggregates.items(), key=lambda item: -item[1].created):
            drawn = numbers.reused + numbers.made
            reused = f"{numbers.reused} ({_share(numbers.reused, drawn)})" if drawn else "0"
            rows.append(
                (
                    name,
                    str(numbers.created),
                    reused,
                    str(numbers.told),
                    str(numbers.null),
                    _share(numbers.commonest, numbers.uses),
                )
            )
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for first, *others in rows:
            cells = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
            yield "  ".join([first.ljust(widths[0]), *cells]).rstrip()
        yield from _slowest("slowest providers", self.providers)
        yield from _slowest("slowest cascades", self.cascades)


def _slowest(title: str, timed: Mapping[str, Timed]) -> Iterable[str]:
    if timed:
        yield f"{title}:"
    for name, numbers in sorted(timed.items(), key=lambda item: -item[1].seconds)[:_SLOWEST]:
        yield f"  {numbers.seconds * 1000:8.1f} ms  {numbers.times:6d} ×  {name}"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "-"
