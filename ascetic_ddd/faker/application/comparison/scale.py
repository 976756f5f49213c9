"""How large B shall be: as A, a stated part of it, or as it happens to be."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = ("Scale",)


@dataclass(frozen=True, slots=True)
class Scale:
    """Rows of B for one row of A.

    Attributes:
        default: of the tables that are not told; None: any number.
        told: by A's name of the table.
    """

    default: float | None = 1.0
    told: Mapping[str, float | None] = field(default_factory=dict)

    @classmethod
    def parse(cls, texts: Iterable[str]) -> Self:
        """Read ``0.1``, ``any``, ``countries=1``.

        Raises:
            ConfigurationError: a text is none of these.

        Example:
            >>> scale = Scale.parse(["0.1", "countries=1"])
            >>> scale.of("books"), scale.of("countries")
            (0.1, 1.0)
        """
        default: float | None = 1.0
        told: dict[str, float | None] = {}
        for text in texts:
            table, equals, number = text.rpartition("=")
            if equals and not table:
                raise ConfigurationError(f"scale {text!r}: no table before the =; expected FACTOR or TABLE=FACTOR")
            value = _factor(number.strip(), text)
            if equals:
                told[table.strip()] = value
            else:
                default = value
        return cls(default, told)

    @property
    def is_other(self) -> bool:
        """Whether some table of B shall be larger or smaller."""
        return any(factor != 1.0 for factor in (self.default, *self.told.values()))

    def of(self, table: str) -> float | None:
        """The factor of a table."""
        return self.told.get(table, self.default)

    def check_tables(self, tables: Iterable[str]) -> None:
        """Refuse factors of tables that there are not.

        Raises:
            ConfigurationError: one is told for a table that is not compared.
        """
        known = list(tables)
        unknown = [table for table in self.told if table not in known]
        if unknown:
            raise ConfigurationError(
                f"scale is told for {', '.join(unknown)}, which is not compared; compared are {', '.join(known)}"
            )


def _factor(number: str, text: str) -> float | None:
    if number == "any":
        return None
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    if not 0.0 < value < math.inf:
        raise ConfigurationError(f"scale {text!r}: expected a number above 0, or any; for example 0.1 or countries=1")
    return value
