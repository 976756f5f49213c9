"""From a captured column to a provider of its values."""

from collections.abc import Callable
from typing import Any

from ascetic_ddd.faker.application.profile.model import ColumnProfile
from ascetic_ddd.faker.domain.distributors.joint.given import Given
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.generators.support_points import support_points
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from examples.flights.domain import ClockTime

__all__ = ("EVERYWHERE", "Among", "clock", "code")

_LETTERS = 26
_LAST_MINUTE = 24 * 60 - 1


class Among:
    """The rows in which a column is not null, and the other columns among these rows.

    Args:
        column: one that is null where the optional part of the row is missing; None: all rows.
    """

    def __init__(self, column: ColumnProfile | None = None) -> None:
        self.absent = 0.0 if column is None else column.null_share

    def null_weight(self, column: ColumnProfile) -> float:
        """The share of nulls among these rows; the others are null anyway."""
        return max(0.0, (column.null_share - self.absent) / (1.0 - self.absent))

    def number(self, column: ColumnProfile, given: Given | None = None) -> ValueProvider[Any, Any]:
        """Numbers along the captured quantiles, repeated as the captured ones are."""
        nulls = distributor_factory(null_weight=self.null_weight(column))
        return ValueProvider(**{**column.invented(), "distributor": nulls}, given=given)

    def choice(self, column: ColumnProfile, given: Given | None = None) -> ValueProvider[Any, Any]:
        """The captured values with their shares."""
        nulls = distributor_factory(null_weight=self.null_weight(column))
        return ValueProvider(**{**column.choices(), "distributor": nulls}, given=given)

    def text(self, column: ColumnProfile, given: Given | None = None) -> ValueProvider[Any, Any]:
        """Invented words of the captured width, repeated as the captured ones are."""
        word, nulls = words(column), distributor_factory(null_weight=self.null_weight(column))
        weights = [rows for rows, values in reversed(column.histogram or ()) for _ in range(values)]
        if max(weights, default=1) == 1:
            return ValueProvider(distributor_factory(**column.parameters()), input_generator=word)
        return ValueProvider(nulls, values=[word(None, number) for number in range(len(weights))], weights=weights, given=given)


EVERYWHERE = Among()
_SCRAMBLE = 618_033_989  # has no factor in common with a power of ten, so no word comes up twice


def words(column: ColumnProfile) -> Callable[[object, int], str]:
    """Words of the captured width, in no alphabetical order."""
    width = max(2, round(column.width or 8.0) - 1)  # one byte tells the length
    digits = min(width - 1, 9)
    return lambda session, position: f"{position * _SCRAMBLE % 10**digits:0{digits}d}".rjust(width, "x")


def clock(column: ColumnProfile) -> ValueProvider[int, ClockTime]:
    """Times of the day, which are written so that ten past six is 610, and between 659 and 700 lies nothing."""
    clocks = [round(float(each)) for each in column.quantiles or ()]
    minutes = [min(hhmm // 100 * 60 + min(hhmm % 100, 59), _LAST_MINUTE) for hhmm in clocks]
    values, weights = support_points(minutes, column.histogram or (), decimals=0)
    return ValueProvider[int, ClockTime](
        values=[int(value) for value in values], weights=weights, output_factory=lambda minute: ClockTime(0).later(minute)
    )


def code(kind: Any, *, letters: int) -> ValueProvider[str, Any]:
    """Codes in alphabetical order, from AA on."""

    def spelled(session: object, position: int) -> str:
        text = ""
        for _ in range(letters):
            position, letter = divmod(position, _LETTERS)
            text = chr(ord("A") + letter) + text
        return text

    return ValueProvider(distributor_factory(sequence=True), kind, input_generator=spelled)
