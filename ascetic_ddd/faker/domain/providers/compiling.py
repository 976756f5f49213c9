"""From a graph of providers to the objects of a batch: by column where nobody could tell, else row by row."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Generic, TypeVar

from ascetic_ddd.faker.domain.blueprint.construction import Build, written_build, written_keep, written_row
from ascetic_ddd.faker.domain.blueprint.rows import Column, Rows
from ascetic_ddd.faker.domain.blueprint.slot import NOTHING, Slot
from ascetic_ddd.faker.domain.distributors.plan import Plan
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.columns import can_be_drawn_by_column, chosen_from, drawn_columns, sources_first
from ascetic_ddd.faker.domain.providers.composed import Composed, leaves
from ascetic_ddd.faker.domain.providers.kinds import Storing
from ascetic_ddd.faker.domain.providers.parents_first import written_behind
from ascetic_ddd.faker.domain.providers.plain import is_awaitable
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.tied_reference import TiedReference
from ascetic_ddd.faker.domain.repositories import WritingBehind
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("BatchMaker",)

A = TypeVar("A")

_Any = Provider[Any, Any]


class BatchMaker(Generic[A]):
    """Makes objects of one root provider in batches. What is the same in all of them is found once.

    Args:
        root: provides the objects; its parts have no ``create`` of their own.
    """

    def __init__(self, root: AggregateProvider[Any, A]) -> None:
        self._root = root
        self._is_known = False  # what follows holds for the parts that the root has now
        self._is_columnar = False
        self._behind: WritingBehind | None = None  # of what references make
        self._candidates: list[_Any] = []
        self._leaves: list[_Any] = []
        self._late: tuple[_Any, ...] = ()
        self._wholes: tuple[Slot, ...] = ()  # of objects that may be null
        self._slots: tuple[Slot, ...] = ()  # of parts that have none of their own
        self._keep: Callable[[], tuple[Any, ...]]
        self._row: Callable[..., Any]
        self._build: Build

    async def make(self, session: ISession, size: int, plan: Plan | None, count: Callable[[], object]) -> list[A]:
        """Make so many objects.

        Args:
            session: where they are drawn.
            size: how many.
            plan: of the run, which has counted none of them yet.
            count: is called for each.
        """
        root = self._root
        if root._look_for_parts() or not self._is_known:
            self._look_at_graph()
        if self._behind is not None:
            self._behind.begin(session)
        before = root._begin_rows(session)
        try:
            if not self._is_columnar:
                return await self._made_by_row(session, size, count)
            made = await self._made_by_column(session, size, plan)
            for _ in made:
                count()
            return made
        finally:
            root._end_rows(before)

    async def write_out(self, session: ISession) -> None:
        """Have the aggregates written that references made and their repositories put off: before the objects are stored."""
        behind = self._behind
        if behind is not None:
            try:
                await behind.write_out(session)
            except Exception as error:
                if behind.refused is not None:
                    self._root._failure = (error, behind.refused, None)
                raise

    def _look_at_graph(self) -> None:
        root = self._root
        self._is_columnar = can_be_drawn_by_column(root)
        if self._is_columnar:
            kinds = written_behind(root)
            self._behind = WritingBehind(kinds) if kinds else None
        else:
            self._behind = None
            self._build = written_build(root._node(), keeps=False)
            self._candidates = _drawn_apart(root)
            self._leaves = list(leaves(root))
        self._lay_out(())
        self._is_known = True

    def _lay_out(self, late: tuple[_Any, ...]) -> None:
        """What objects are made of: first what is kept of a row, then these parts."""
        kept = [part for part in leaves(self._root) if part not in late]
        node = self._root._node()
        self._wholes = () if self._is_columnar else tuple(part._slot for part in _composed(self._root))
        self._slots = tuple(part._slot for part in (*kept, *late))
        self._row = written_row(node, (*self._wholes, *self._slots), self._load)
        self._keep = written_keep(node, (*self._wholes, *self._slots[: len(kept)]))
        self._late = late

    def _load(self, told: tuple[Any, ...]) -> None:
        """Have the slots hold what an object was made of, to tell the place of an error."""
        count = len(self._wholes)
        for slot, is_null in zip(self._wholes, told[:count], strict=True):
            slot.is_null = is_null
        for slot, input in zip(self._slots, told[count:], strict=True):
            slot.input = input

    async def _made_by_column(self, session: ISession, size: int, plan: Plan | None) -> list[A]:
        """Objects of which all parts can be drawn by column."""
        columns = await drawn_columns(self._root, session, size, plan)
        made = []
        for inputs in zip(*columns, strict=True):
            agg = self._row(*inputs)
            if is_awaitable(agg):  # at once: one that fails must not leave others behind that nobody awaits
                self._load(inputs)
                agg = await self._root._awaited(agg)
            made.append(agg)
        return made

    async def _made_by_row(self, session: ISession, size: int, count: Callable[[], object]) -> list[A]:
        """Objects that are completed one by one, but for parts that ask nobody: they are put off to the end of the batch."""
        made: list[A] = []
        with self._putting_off(session) as rows:
            for _ in range(size):
                pending = rows.complete()
                if pending is not None:
                    await pending
                agg = rows.keep()
                if agg is not NOTHING:
                    made.append(await self._root._awaited(agg) if is_awaitable(agg) else agg)
                count()
            made += [await self._root._awaited(agg) if is_awaitable(agg) else agg for agg in rows.make()]
        return made

    @contextmanager
    def _putting_off(self, session: ISession) -> Iterator[Rows]:
        root = self._root
        late = _late(self._candidates, self._leaves)
        if late != self._late:
            self._lay_out(late)
        columns: dict[int, Column] = {}
        for part in late:  # what is followed stands before what follows
            beside = None
            if part._draws_beside():
                beside = columns[id(part.follows()[0])], part._draw_many_beside, part._step
            column = Column(session, part._slot, part._draw_many, part._took, part.reset, beside)
            columns[id(part)] = column
            part.reset()  # of an object that was made singly before
            part._column = column
        if late:
            root._put_off(late)
        complete = partial(root._complete_row, session)
        root._rows = Rows(complete, list(columns.values()), self._keep, self._row, self._build, root._build)
        try:
            yield root._rows
        finally:
            root._rows = None
            if late:
                root._put_off(())
            for part in late:
                part._column = None
                part.reset()


def _composed(owner: Composed[Any, Any]) -> Iterator[Composed[Any, Any]]:
    """The object itself, and the composite values and entities in it."""
    yield owner
    for part in owner._composed:
        yield from _composed(part)


def _drawn_apart(root: Composed[Any, Any]) -> list[_Any]:
    """The parts that may be put off, as far as nobody else draws from what they draw from."""
    parts = list(leaves(root))
    own = set(map(id, parts))
    told = {id(part) for each in root.walk() if id(each) not in own for part in _with_parts(each.follows())}
    users = Counter(id(source) for part in parts for source in part._draws_from())
    grown = _grown(root)
    return [
        part
        for part in parts
        if id(part) not in told
        and not part._together
        and chosen_from(part) not in grown
        and all(users[id(source)] == 1 for source in part._draws_from())
    ]


def _late(candidates: list[_Any], parts: list[_Any]) -> tuple[_Any, ...]:
    """Those that can be put off now: each alone, or beside one that is put off; what others are told in their rows is not."""
    late = {id(part): part for part in candidates if part._draws_alone() or part._draws_beside()}
    count = -1
    while len(late) != count:
        count = len(late)
        needed = {id(source) for part in parts if id(part) not in late for source in _with_parts(part.follows())}
        late = {
            key: part for key, part in late.items() if key not in needed and all(id(source) in late for source in part.follows())
        }
    return tuple(sources_first(list(late.values())))


def _with_parts(parts: Iterable[_Any]) -> Iterator[_Any]:
    for part in parts:
        yield part
        yield from _with_parts(part.parts().values())


def _grown(root: _Any) -> set[int]:
    """The repositories that may grow while objects are drawn: what is chosen from them is not put off to the end."""
    return {
        id(target.repository)
        for provider in root.walk()
        for target in provider.leads_to()
        if isinstance(target, Storing) and not (isinstance(provider, TiedReference) and not provider.may_create)
    }
