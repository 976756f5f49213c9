"""An aggregate beside the table of the application that it goes to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ascetic_ddd.faker.application.linting.graph import Aggregate
from ascetic_ddd.faker.application.linting.mentions import is_mentioned
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.dependent_provider import DependentProvider
from ascetic_ddd.faker.domain.providers.facts import is_told_by_others
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.repositories.rules import ColumnRule, Path, StoreRules

__all__ = ("Held", "Stored", "told_by_parents")


@dataclass(frozen=True, slots=True)
class Held:
    """Where the value of a column comes from.

    Attributes:
        column: of the table.
        parts: from the aggregate's own down to the one that has the value; the last one may be a reference to an id that has it.
    """

    column: ColumnRule
    parts: tuple[Provider[Any, Any], ...]

    @property
    def part(self) -> Provider[Any, Any]:
        """The part that draws the value."""
        return self.parts[-1]


@dataclass(frozen=True, slots=True)
class Stored:
    """An aggregate whose store declares what it accepts.

    Attributes:
        aggregate: its provider.
        rules: of its table.
        told: paths of parts that another aggregate tells.
    """

    aggregate: Aggregate
    rules: StoreRules
    told: frozenset[Path]

    def column(self, name: str) -> ColumnRule:
        """Give a column of the table."""
        return next(column for column in self.rules.columns if column.name == name)

    def held(self, name: str) -> Held | None:
        """Tell where the value of a column comes from; None if it is no part, such as what the exporter reckons."""
        column = self.column(name)
        found: list[Provider[Any, Any]] = []
        provider: Provider[Any, Any] = self.aggregate
        for step in column.path or ():
            part = provider.parts().get(step)
            if part is None or isinstance(part, DependentProvider):
                return None
            found.append(part)
            if isinstance(part, ReferenceProvider):
                break
            provider = part
        return Held(column, tuple(found)) if found else None

    def all_held(self) -> Iterator[Held]:
        """Give those of all columns of which it is known."""
        for column in self.rules.columns:
            held = self.held(column.name)
            if held is not None:
                yield held

    def is_told(self, held: Held) -> bool:
        """Tell whether code, another part or another aggregate may say the value of a part: then nothing is known of it."""
        path = held.column.path or ()
        is_by_parent = any(path[: len(told)] == told or told[: len(path)] == path for told in self.told)
        return is_by_parent or any(is_told_by_others(part) or is_mentioned(self.aggregate, part) for part in held.parts)

    def words(self, *names: str) -> str:
        """Columns of the table in a sentence."""
        return f"{self.rules.table} ({', '.join(names)})"


def told_by_parents(root: Provider[Any, Any]) -> Mapping[int, frozenset[Path]]:
    """Paths of the parts that parents tell their children, by the children's memory."""
    found: dict[int, frozenset[Path]] = {}
    for each in root.walk():
        if isinstance(each, DependentProvider) and isinstance(each.provider, AggregateProvider):
            memory = id(each.provider.memory)
            found[memory] = found.get(memory, frozenset()) | {tuple(each.reference.split("."))}
    return found
