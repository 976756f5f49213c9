"""From a graph of providers to the columns of a batch: the one place that tells which parts can be drawn by column."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from ascetic_ddd.faker.domain.blueprint.construction import written_row
from ascetic_ddd.faker.domain.blueprint.rows import Column, Rows
from ascetic_ddd.faker.domain.distributors.plan import Plan
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.columns import can_be_drawn_by_column, drawn_columns, leaves
from ascetic_ddd.faker.domain.providers.composed import Composed
from ascetic_ddd.faker.domain.providers.kinds import Storing, source_of
from ascetic_ddd.faker.domain.providers.plain import is_awaitable
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.tied_reference import TiedReference
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("by_column", "can_be_drawn_by_column", "drawn_by_column")

_Any = Provider[Any, Any]


async def drawn_by_column(root: AggregateProvider[Any, Any], session: ISession, size: int, plan: Plan | None) -> list[Any]:
    """Make so many objects of which all parts can be drawn by column, see :func:`can_be_drawn_by_column`.

    Args:
        root: provides the objects.
        session: where they are drawn.
        size: how many.
        plan: of the run, which has counted none of them yet.
    """
    before = root._begin_rows(session)
    slots = [part._slot for part in leaves(root)]

    def load(inputs: tuple[Any, ...]) -> None:
        for slot, input in zip(slots, inputs, strict=True):
            slot.input = input

    try:
        columns = await drawn_columns(root, session, size, plan)
        row = written_row(root._node(), load)
        made = []
        for inputs in zip(*columns, strict=True):
            agg = row(*inputs)
            if is_awaitable(agg):  # at once: one that fails must not leave others behind that nobody awaits
                load(inputs)
                agg = await root._awaited(agg)
            made.append(agg)
        return made
    finally:
        root._end_rows(before)


@contextmanager
def by_column(root: AggregateProvider[Any, Any], session: ISession) -> Iterator[Rows]:
    """Make objects of a root provider in a batch: in this block, parts that ask nobody are put off to its end.

    Args:
        root: provides the objects.
        session: where they are drawn.
    """
    before = root._begin_rows(session)
    composed = list(_composed(root))
    late = {id(part): part for part in _drawn_alone(root)}
    for part in late.values():
        part.reset()  # of an object that was made singly before
        part._column = Column(session, part._slot, part._draw_many, part._took, part.reset)
    for owner in reversed(composed):  # the object itself last
        owner._put_off([part for part in owner.parts().values() if id(part) in late])
    slots = [owner._slot for owner in composed]
    slots += [part._slot for part in leaves(root) if id(part) not in late]
    columns = [part._column for part in late.values() if part._column is not None]
    root._rows = Rows(partial(root._complete_row, session), slots, columns, root._node())
    try:
        yield root._rows
    finally:
        root._end_rows(before)
        root._rows = None
        for owner in reversed(composed):
            owner._put_off(())
        for part in late.values():
            part._column = None
            part.reset()


def _composed(owner: Composed[Any, Any]) -> Iterator[Composed[Any, Any]]:
    """The object itself, and the composite values and entities in it."""
    yield owner
    for part in owner.parts().values():
        if isinstance(part, Composed):
            yield from _composed(part)


def _drawn_alone(root: Composed[Any, Any]) -> list[_Any]:
    """The parts that draw from streams of their own, and ask neither a store nor the user's code."""
    parts = list(leaves(root))
    told = {id(source) for part in parts if isinstance(part, TiedReference) for source in part.tie_sources()}
    users = Counter(id(source) for part in parts for source in part._draws_from())
    grown = _grown(root)
    alone = [part for part in parts if part._draws_alone() and id(part) not in told and _chosen_from(part) not in grown]
    return [part for part in alone if all(users[id(source)] == 1 for source in part._draws_from())]


def _grown(root: _Any) -> set[int]:
    """The repositories that may grow while objects are drawn: what is chosen from them is not put off to the end."""
    return {
        id(target.repository)
        for provider in root.walk()
        for target in provider.leads_to()
        if isinstance(target, Storing) and not (isinstance(provider, TiedReference) and not provider.may_create)
    }


def _chosen_from(part: _Any) -> int | None:
    source = source_of(part)
    return None if source is None else id(source.aggregate_provider.repository)
