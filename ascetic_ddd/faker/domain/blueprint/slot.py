"""One object's state, apart from what is declared of it: a slot for each part."""

from typing import Any

__all__ = ("NOTHING", "Slot")

NOTHING: Any = object()
"""Stands for an output that has not been made, since None is a possible one."""


class Slot:
    """What is known of one part of the object at hand.

    Attributes:
        input: plain data that was told or drawn.
        output: what was made of it.
        is_done: nothing is left to draw.
        is_null: the part, which has parts of its own, is None as a whole.
        is_put_off: drawn, but by column, at the end of the batch, or when somebody asks.
        is_told: somebody told something of it; its provider has to be asked to forget that.
        drawn: what was drawn for it, to be given back if the object is given up.
    """

    __slots__ = ("drawn", "input", "is_done", "is_null", "is_put_off", "is_told", "output")

    def __init__(self) -> None:
        self.input: Any = None
        self.output: Any = NOTHING
        self.is_done = self.is_null = self.is_put_off = self.is_told = False
        self.drawn: Any = None
