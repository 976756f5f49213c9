"""Values that follow from others by the user's word: a function, or a table of shares."""

from collections.abc import Callable, Hashable, Mapping
from difflib import get_close_matches
from typing import Any

from ascetic_ddd.faker.domain.distributors.m2o.shares import SharesDistributor
from ascetic_ddd.faker.domain.errors import ConfigurationError, UnsatisfiableError
from ascetic_ddd.faker.domain.randomness import seed_of
from ascetic_ddd.faker.domain.specification.equality import freeze
from ascetic_ddd.faker.domain.stock.scope import Pool
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("FunctionAnswers", "TableAnswers")

_NOBODY = Pool().everything


class FunctionAnswers:
    """Asks a function once for the same inputs. Memory: an answer for each of them."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self._known: dict[Hashable, Any] = {}

    def draw(self, session: ISession, inputs: tuple[Any, ...]) -> tuple[Any, Any]:
        """Give the answer, and what :meth:`undraw` takes."""
        key = freeze(inputs)
        if key not in self._known:
            answer = self.function(*inputs)
            if hasattr(answer, "__await__"):
                if hasattr(answer, "close"):
                    answer.close()
                raise ConfigurationError(f"the function answered {answer!r}, which has to be awaited; expected a value")
            self._known[key] = answer
        return self._known[key], None

    def undraw(self, session: ISession, drawn: Any) -> None:
        """Nothing was counted."""

    def seed(self, seed: int) -> None:
        """The function draws by itself, if it does."""

    def mark(self) -> None:
        """Answers stay."""

    def rewind(self) -> None:
        """What was answered once is answered again."""

    def unmark(self) -> None:
        """A mark costs nothing."""


class TableAnswers:
    """Deals the values of each row of a table in shuffled blocks, so that their shares hold at every moment.

    Args:
        table: shares of the values by given input; several inputs are a tuple.
    """

    def __init__(self, table: Mapping[Any, Mapping[Any, float]]) -> None:
        try:
            self._rows = {freeze(key): (list(shares), SharesDistributor(list(shares.values()))) for key, shares in table.items()}
        except ConfigurationError as error:
            raise ConfigurationError(f"the table of shares: {error}") from None
        self._keys = list(table)

    def draw(self, session: ISession, inputs: tuple[Any, ...]) -> tuple[Any, Any]:
        """Give a value, and what :meth:`undraw` takes.

        Raises:
            UnsatisfiableError: the table has no row for the inputs.
        """
        key = inputs[0] if len(inputs) == 1 else inputs
        row = self._rows.get(freeze(key))
        if row is None:
            near = get_close_matches(repr(key), map(repr, self._keys), n=1)
            there = f"the nearest is {near[0]}" if near else f"it has {', '.join(map(repr, self._keys[:10]))}"
            raise UnsatisfiableError(f"the table of shares has no row for {key!r}; {there}")
        values, distributor = row
        number = distributor.draw(session, _NOBODY)
        return (None if number is None else values[number]), (distributor, number)

    def undraw(self, session: ISession, drawn: tuple[SharesDistributor, int]) -> None:
        """Take a draw back whose object is not made after all."""
        distributor, number = drawn
        distributor.undraw(session, _NOBODY, number)

    def seed(self, seed: int) -> None:
        """Restart the streams, one a row."""
        for number, (_, distributor) in enumerate(self._rows.values()):
            distributor.seed(seed_of(seed, str(number)))

    def mark(self) -> None:
        """Remember this place."""
        for _, distributor in self._rows.values():
            distributor.mark()

    def rewind(self) -> None:
        """Go back to the mark."""
        for _, distributor in self._rows.values():
            distributor.rewind()

    def unmark(self) -> None:
        """Forget the mark."""
        for _, distributor in self._rows.values():
            distributor.unmark()
