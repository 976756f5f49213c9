"""How the parts of an object are forgotten, completed one after the other, and put off to the end of a batch."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, TypeAlias, TypeVar

from ascetic_ddd.faker.domain.blueprint.slot import NOTHING, Slot
from ascetic_ddd.faker.domain.providers.part import Pending
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.specification.interfaces import ISpecification
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("Layout", "Stepped")

I = TypeVar("I")  # noqa: E741
O = TypeVar("O")  # noqa: E741

_Cleared: TypeAlias = tuple[tuple[Slot, bool, Callable[[], None]], ...]
_Clears: TypeAlias = tuple[Callable[[], None], ...]
_Steps: TypeAlias = tuple[tuple[Slot, Callable[[ISession], Pending]], ...]
Layout: TypeAlias = tuple[_Steps, _Cleared, _Clears]


class Stepped(Provider[I, O]):
    """A provider with parts, as far as it goes through them; all that does not change is looked up beforehand."""

    _parts: dict[str, Provider[Any, Any]] | None = None
    _named: tuple[tuple[str, Provider[Any, Any]], ...] = ()
    _steps: _Steps = ()
    _cleared: _Cleared = ()  # slots of parts, and parts of these
    _clears: _Clears = ()
    _layouts: dict[tuple[Provider[Any, Any], ...], Layout]
    _may_clash = False  # a reference is told, and the hook may tell it something else

    def _clear(self) -> None:
        """Forget the object at hand, whose parts are known."""
        self._clear_own()
        for slot, is_done, forget in self._cleared:
            if slot.is_told:
                forget()
            else:
                slot.input = slot.drawn = None
                slot.output = NOTHING
                slot.is_done = is_done
        for clear in self._clears:
            clear()

    def _clear_own(self) -> None:
        """Forget the object, but for its parts."""
        slot = self._slot
        slot.is_done = slot.is_null = False
        slot.output = NOTHING

    def _put_off(self, late: tuple[Provider[Any, Any], ...]) -> None:
        """Until this is called again: complete the other parts, and put these off unless they were told something.

        Args:
            late: parts of this one, and parts of these.
        """
        for part in self.parts().values():
            if isinstance(part, Stepped):
                part._put_off(late)
        layout = self._layouts.get(late)
        if layout is None:
            layout = self._layouts[late] = self._laid_out(late)
        self._steps, self._cleared, self._clears = layout

    def _laid_out(self, late: tuple[Provider[Any, Any], ...]) -> Layout:
        own = [part for _, part in self._named if part in late]
        others = [part for _, part in self._named if part not in late]
        cleared, clears = _to_clear(others)
        steps: _Steps = tuple((part._slot, part._fast_step()) for part in others)
        if own:
            done = Slot()
            steps += ((done, partial(self._put_off_unless_told, done, own)),)
            cleared += ((done, False, self._clear_own),)
        return steps, cleared, clears

    def _lay_out_anew(self) -> None:
        """What the steps look up beforehand has changed."""
        for part in self.parts().values():
            if isinstance(part, Stepped):
                part._lay_out_anew()
        self._layouts = {}
        self._put_off(())

    def _put_off_unless_told(self, done: Slot, late: Sequence[Provider[Any, Any]], session: ISession) -> Pending:
        done.is_done = True
        told = []
        for part in late:
            slot = part._slot
            if not slot.is_done:
                if self._may_clash or part._is_open():
                    told.append(part)
                else:
                    slot.is_done = slot.is_put_off = True
        return self._complete_now(told, session) if told else None

    def _complete_now(self, parts: Sequence[Provider[Any, Any]], session: ISession) -> Pending:
        """Complete parts of the row at hand, after those of the rows before."""
        for part in parts:
            if part._column is not None:
                part._column.draw()
        steps = iter([(part._slot, part._step) for part in parts])
        pending = _next(session, steps)
        return None if pending is None else _finish(session, pending, steps)

    async def do_populate(self, session: ISession, specification: ISpecification | None = None) -> None:
        """Complete the parts, in order of declaration. Override it to tie parts together, and call it at the end."""
        if self._parts is None:
            self.parts()
        for slot, step in self._steps:
            if not slot.is_done:
                pending = step(session)
                if pending is not None:
                    await pending

    def _complete(self, session: ISession) -> Pending:
        """Complete the parts; what cannot be done without waiting is returned."""
        if self._parts is None:
            self.parts()
        steps = iter(self._steps)
        for slot, step in steps:
            if not slot.is_done:
                pending = step(session)
                if pending is not None:
                    return self._complete_later(session, pending, steps)
        self._slot.is_done = True
        return None

    async def _complete_later(self, session: ISession, pending: Pending, steps: Iterator[Any]) -> None:
        await _finish(session, pending, steps)
        self._slot.is_done = True


def _to_clear(parts: Sequence[Provider[Any, Any]]) -> tuple[_Cleared, _Clears]:
    """The slots that are forgotten in one loop, and what has to be called to forget the rest."""
    cleared: list[tuple[Slot, bool, Callable[[], None]]] = []
    clears: list[Callable[[], None]] = []
    for part in parts:
        if part._overrides_reset or (part._is_tied and part._is_leaf):
            clears.append(part.reset)
        elif part._is_leaf:
            cleared.append((part._slot, part._is_done_by_itself, part.reset))
        elif isinstance(part, Stepped) and part.distributor is None:
            cleared.append((part._slot, False, part._clear_own))
            cleared += part._cleared
            clears += part._clears
        else:
            clears.append(part._clear if isinstance(part, Stepped) else part.reset)
    return tuple(cleared), tuple(clears)


def _next(session: ISession, steps: Iterator[Any]) -> Pending:
    """Take the steps that are left, up to one that leaves something to be awaited."""
    for slot, step in steps:
        if not slot.is_done:
            pending: Pending = step(session)
            if pending is not None:
                return pending
    return None


async def _finish(session: ISession, pending: Pending, steps: Iterator[Any]) -> None:
    """Wait, and take the steps that are left."""
    while pending is not None:
        await pending
        pending = _next(session, steps)
