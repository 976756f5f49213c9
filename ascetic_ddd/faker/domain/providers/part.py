"""What a provider is inside: what its owner, a batch and a clone ask of it. Users meet none of this."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias

from ascetic_ddd.faker.domain.blueprint.construction import Build, Make, written_build, written_make
from ascetic_ddd.faker.domain.blueprint.nodes import Node
from ascetic_ddd.faker.domain.blueprint.rows import Column, Rows
from ascetic_ddd.faker.domain.blueprint.slot import NOTHING, Slot
from ascetic_ddd.faker.domain.distributors.plan import Plan
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("Part", "Pending")

Pending: TypeAlias = "Awaitable[None] | None"
"""What a step leaves to be awaited; None if it is done."""


class Part(ABC):
    """The inner side of a provider: its place, its slot, and what each kind does in its own way.

    Millions of values are drawn and made, and most have nothing to wait for. So the work is done by two functions that are not
    coroutines: ``_step`` completes the input at once, or returns what has to be awaited; ``_build``, written of the factories,
    makes the output.
    """

    _owner: Any = None
    _name: str = ""
    _overrides_populate = False
    _overrides_create = False
    _overrides_reset = False
    _is_computed = False  # of other parts, and so again when they are drawn again
    _is_done_by_itself = False  # the database gives it
    _is_leaf = False  # has no parts; what is not told of it is all in its slot
    _is_tied = False  # it, or a part of it, is told by another part of the same object
    _is_taken_by_its_word = False  # populate itself is the user's
    _asks_once = True  # each part is populated once per object of this one
    _holds_objects = False  # its parts are objects of their own: what they are told is not told to this one
    _is_hooking = False  # do_populate is under way
    _original: Any = None  # of a clone
    _build: Build  # makes the output of the complete input, once
    _making: tuple[tuple[Any, Any], ...] = ()  # of a root: what asked for it, and for whom, outermost first
    _failure: tuple[BaseException, str, Any] | None = None  # of a root: the last error, and where it came up first
    _shared: frozenset[str] = frozenset()  # attributes whose providers a clone shares
    _output_factory: Any = None
    _following: Any = None  # other parts of the same object beside which it is drawn
    _column: Column | None = None  # of a batch, where it is drawn by column
    _rows: Rows | None = None  # of a root, in a batch
    _together: tuple[Any, ...] = ()  # what it is a part of that is unique together
    distributor: Any = None

    def __init__(self) -> None:
        self._slot = Slot()
        self._compile()

    @property
    def _is_plain(self) -> bool:
        """True if ``_build`` does all that ``create`` does."""
        return not self._overrides_create

    def _fast_step(self) -> Callable[[ISession], Pending]:
        """What does the same as ``_step``, if it is not done, with what does not change looked up beforehand."""
        return self._step

    @abstractmethod
    def _step(self, session: ISession) -> Pending:
        """Complete the input; what cannot be done without waiting is returned, to be awaited once."""

    def _compile(self) -> None:
        """Put off the writing of ``_build`` until it is needed: by then the type parameters are known."""

        def build() -> Any:
            self._build = written_build(self._node(), keeps=True)
            return self._build()

        self._build = build

    @abstractmethod
    def _node(self) -> Node:
        """What the output is made of."""

    def _maker(self) -> Make:
        """A function that makes a fresh output of any complete input; the object at hand is not touched."""
        return written_make(self._node())

    def _draws_from(self) -> tuple[Any, ...]:
        """What is drawn from: whoever shares it draws in turns."""
        return ()

    def follows(self) -> "tuple[Any, ...]":
        """The parts of the same object that are complete before this one is drawn."""
        return ()

    def _prepare_run(self) -> None:  # noqa: B027  # most kinds do nothing
        """A planned run begins; nothing is drawn yet."""

    def _draws_alone(self) -> bool:
        """Tell whether draws ask neither a store nor the user's code, so that many may be drawn at once."""
        return False

    def _draws_beside(self) -> bool:
        """Tell whether draws ask nothing but what one other part drew for the same rows, so that many may be drawn at once."""
        return False

    def _draw_many_beside(self, session: ISession, given: Sequence[Any], behind: int = 0) -> list[Any]:
        """Draw so many inputs beside those of the other part, where :meth:`_draws_beside`."""
        raise NotImplementedError

    def _draw_many(self, session: ISession, count: int) -> tuple[list[Any], list[Any] | None]:
        """Draw so many inputs, where :meth:`_draws_alone`. Gives them, and what :meth:`_took` takes for each."""
        raise NotImplementedError

    def _took(self, session: ISession, choice: Any) -> None:  # noqa: B027  # most kinds do nothing
        """The object at hand has this of what :meth:`_draw_many` chose."""

    async def _draw_column(self, session: ISession, inputs: list[Any], size: int, plan: Plan | None) -> None:
        """Draw for so many rows, one after the other, of which the plan has counted none yet."""
        slot, done = self._slot, 0 if plan is None else plan.done
        for row in range(size):
            slot.input, slot.is_done = None, self._is_done_by_itself
            if plan is not None:
                plan.done = done + row
            pending = None if slot.is_done else self._step(session)
            if pending is not None:
                await pending
            inputs.append(slot.input)

    def _is_open(self) -> bool:
        """Tell whether it was told something, and something is left to draw."""
        return False

    def _settle(self) -> None:
        """Draw what was put off to the end of the batch: somebody asks."""
        if self._slot.is_put_off and self._column is not None:
            self._column.settle()

    def _give_back_unless_made(self, give_back: Callable[..., object], *args: Any) -> None:  # noqa: B027  # most kinds do nothing
        """Something was taken for the object at hand; called if the object is given up before it is made."""

    def _taken(self) -> Any:
        """What :meth:`_give_back` would give back of this provider itself; None if there is nothing."""
        return None

    @abstractmethod
    def _give_back(self) -> None:
        """What was drawn for the object at hand is not used after all."""

    async def _draw_anew(self, session: ISession) -> None:
        """Give back what was drawn of a part without parts, and draw again."""
        self._give_back()
        slot = self._slot
        slot.input, slot.is_done, slot.output = None, False, NOTHING
        pending = self._step(session)
        if pending is not None:
            await pending

    def _adopt(self, input: Any) -> None:  # noqa: B027  # most kinds do nothing
        """Take over the input that the repository completed."""

    def _detach(self) -> None:
        """In a fresh copy: give up what must not be shared with the original."""
        self._slot = Slot()
        self._slot.is_told = True  # as the original may be: forget that, too
        self._failure = None

    def _attach(self) -> None:
        """In a copy whose attributes lead to copies: renew what was made of them."""
        self._compile()

    def _learn_id(self) -> None:  # noqa: B027  # most kinds do nothing
        """The database may have given the id already, and nobody looked."""

    def _hear(self, is_whole: bool) -> bool:
        """A part is told something. Returns True if this one was told to be null as a whole."""
        return False

    def _was_drawn(self) -> bool:
        """Tell whether the input is known, and was not told as a whole."""
        return False

    @abstractmethod
    def _yields(self, teller: Any) -> bool:
        """Tell whether nothing was told of it that ``teller`` may not overrule."""

    @abstractmethod
    def _redraw(self, teller: Any) -> None:
        """Forget what was drawn, and what a hook told that ``teller`` overrules; what else was told stays."""

    def _stores_in(self) -> Any:
        """The repository of the provider itself, if it has one."""
        return None

    @property
    def _is_in_the_making(self) -> bool:
        """True of a root while what it has drawn may be given back."""
        return False
