"""Many objects at once: what asks nobody is drawn by column, and the objects are made when all their parts are there."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

from ascetic_ddd.faker.domain.blueprint.construction import Build
from ascetic_ddd.faker.domain.blueprint.slot import NOTHING, Slot
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("Column", "DrawMany", "Rows")

DrawMany: TypeAlias = Callable[[ISession, int], tuple[list[Any], list[Any] | None]]
"""Draws so many inputs, in order; gives them, and what was chosen for each, if it can be given back."""


class Column:
    """The draws of one part for many rows.

    Args:
        session: where they are drawn.
        slot: the part's, for the row at hand.
        draw_many: draws for rows that wait.
        took: hears what was chosen for the row at hand, so that it can be given back.
        reset: forgets what the part was told of the row at hand.
        beside: of a part that is drawn beside another one: that one's column, what draws for so many rows, given its inputs, and
            what draws for the row at hand alone.
    """

    def __init__(
        self,
        session: ISession,
        slot: Slot,
        draw_many: DrawMany,
        took: Callable[[ISession, Any], object],
        reset: Callable[[], object],
        beside: "tuple[Column, Callable[..., list[Any]], Callable[[ISession], object]] | None" = None,
    ) -> None:
        self._beside = beside
        self.slot = slot
        self.reset = reset
        self._session = session
        self._draw_many = draw_many
        self._took = took
        self.waiting: list[int] = []  # rows that nobody has drawn for
        self.inputs: dict[int, Any] = {}  # by row

    def draw(self) -> None:
        """Draw for the rows that wait."""
        waiting, self.waiting = self.waiting, []
        if waiting and self._beside is not None:
            column, draw_many, _ = self._beside
            column.draw()
            inputs = draw_many(self._session, [column.inputs[row] for row in waiting], len(waiting) - 1)
            self.inputs.update(zip(waiting, inputs, strict=True))
        elif waiting:
            inputs, _ = self._draw_many(self._session, len(waiting))
            self.inputs.update(zip(waiting, inputs, strict=True))

    def settle(self) -> None:
        """Somebody asks for the row at hand: draw for those before, and for this one."""
        self.draw()
        if self._beside is not None:
            self.slot.is_put_off = self.slot.is_done = False
            self._beside[2](self._session)
            return
        (input,), choices = self._draw_many(self._session, 1)
        if choices is not None:
            self._took(self._session, choices[0])
        self.slot.input = input
        self.slot.is_put_off = False


class Rows:
    """The objects of one batch.

    A row is completed as a single object is, but the parts of the columns are put off. They are drawn at the end, column by
    column, each in the order of the rows: nobody can tell this from drawing row by row, since each column draws from a stream of
    its own, and none of them asks a store or the user's code.

    Args:
        complete: begins a row and completes it; what cannot be done without waiting is returned.
        columns: the parts that are put off.
        keep: gives what is known of the row at hand, but for these parts.
        row: makes an object of that, and of the inputs of these parts.
        build: makes the object of the row at hand.
        build_rest: does so where parts of it have been made before.
    """

    def __init__(
        self,
        complete: Callable[[], "Awaitable[None] | None"],
        columns: Sequence[Column],
        keep: Callable[[], tuple[Any, ...]],
        row: Callable[..., Any],
        build: Build,
        build_rest: Build,
    ) -> None:
        self.complete = complete
        self._columns = columns
        self._keep = keep
        self._row = row
        self._build = build
        self._build_rest = build_rest
        self._is_asked = False
        self._kept: list[Any] = []

    def keep(self) -> Any:
        """The row at hand is complete. Gives its object, or ``NOTHING`` if something was put off: :meth:`make` gives it later."""
        if self._is_asked:
            return self._made_at_once()
        if not self._columns:
            return self._build()
        row = len(self._kept)
        for column in self._columns:
            slot = column.slot
            if slot.is_put_off:
                column.waiting.append(row)
                slot.is_put_off = slot.is_done = False
            else:
                column.inputs[row] = slot.input
                column.reset()
        self._kept.append(self._keep())
        return NOTHING

    def make_at_once(self) -> None:
        """Somebody makes a part of the row at hand before the whole: draw what was put off, and make this object singly."""
        self._is_asked = True
        self._settle()

    def _settle(self) -> None:
        for column in self._columns:
            if column.slot.is_put_off:
                column.settle()

    def _made_at_once(self) -> Any:
        self._is_asked = False
        self._settle()  # what was put off after somebody had asked
        made = self._build_rest()
        for column in self._columns:
            column.reset()
        if not self._columns:
            return made
        self._kept.append(_Made(made))
        return NOTHING

    def make(self) -> Iterator[Any]:
        """Draw what was put off, and make the objects that were kept, in order.

        Raises:
            Exception: a factory raised; the slots are those of its row.
        """
        for column in self._columns:
            column.draw()
        columns = [column.inputs for column in self._columns]
        make = self._row
        for row, kept in enumerate(self._kept):
            yield kept.object if type(kept) is _Made else make(*kept, *[inputs[row] for inputs in columns])


class _Made(NamedTuple):
    """An object that was made before the others."""

    object: Any
