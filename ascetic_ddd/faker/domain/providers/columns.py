"""Objects whose parts can all be drawn by column: which they are, and how a batch of them is drawn.

Drawn by column, a batch asks each part for all its rows before it asks the next one. Nobody shall be able to tell: each part
draws from a stream of its own, in the order of the rows; what makes another aggregate must not change what a part before it, or
another reference, chooses from; and of functions of the user's that may share something, there is one at most.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from ascetic_ddd.faker.domain.distributors.m2o.by_law import LawDistributor
from ascetic_ddd.faker.domain.distributors.plan import Plan
from ascetic_ddd.faker.domain.generators.input_generators import given_generator
from ascetic_ddd.faker.domain.generators.purity import is_apart
from ascetic_ddd.faker.domain.providers.composed import Composed, leaves
from ascetic_ddd.faker.domain.providers.dependent_provider import DependentProvider
from ascetic_ddd.faker.domain.providers.kinds import Storing, source_of
from ascetic_ddd.faker.domain.providers.part import Pending
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.root_object import RootObject
from ascetic_ddd.faker.domain.providers.tied_reference import TiedReference
from ascetic_ddd.faker.domain.providers.together import Together
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.domain.specification.equality import freeze
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("can_be_drawn_by_column", "chosen_from", "drawn_columns", "sources_first")

_Any = Provider[Any, Any]


def can_be_drawn_by_column(root: RootObject[Any, Any]) -> bool:
    """Tell whether nobody could notice it."""
    parts = list(leaves(root))
    if not (_has_plain_parts(root) and _is_apart(root) and _leaves_others_alone(parts)):
        return False
    return not root._togethers or all(_finds_one(last) for last, _ in _closings(root, list(sources_first(parts))))


def _closings(root: RootObject[Any, Any], order: list[_Any]) -> Iterator[tuple[_Any, Together]]:
    """What is unique together, each with the part that is drawn last: it takes what the others have not had."""
    places = {id(part): place for place, part in enumerate(order)}
    for together in root._togethers:
        yield max(together.parts, key=lambda part: places[id(part)]), together


def _finds_one(last: _Any) -> bool:
    """Whether a part makes a new value where none will do: else parts before it would have to give way."""
    if isinstance(last, TiedReference) and not last.may_create:
        return False
    ties = set(last.tie_sources()) if isinstance(last, TiedReference) else set()
    if not ties.issuperset(last.follows()):  # what it follows decides
        return False
    return isinstance(last.distributor, LawDistributor) and not last.distributor.is_nullable


def _has_plain_parts(owner: Composed[Any, Any]) -> bool:
    """Whether the parts do what is declared and no more."""
    if owner._overrides_populate or not owner._asks_once:
        return False
    return all(
        _has_plain_parts(part)
        if isinstance(part, Composed)
        else part._is_leaf and not (part._overrides_populate or part._overrides_reset or part._overrides_create)
        for part in owner.parts().values()
    )


def _is_apart(root: _Any) -> bool:
    """Whether of the functions that draw, in the whole graph, one at most may share something with others."""
    suspects: set[int] = set()
    sources: Counter[int] = Counter()
    for provider in root.walk():
        if isinstance(provider, DependentProvider):
            return False
        sources.update(id(source) for source in provider._draws_from())
        if provider._overrides_populate or provider._overrides_create:
            suspects.add(id(provider))
        generator = provider.input_generator if isinstance(provider, ValueProvider) else None
        if generator is not None and not is_apart(given_generator(generator)):
            suspects.add(id(provider))
        following = provider._following
        if following is not None and callable(following.given.how) and not is_apart(following.given.how):
            suspects.add(id(provider))
    return len(suspects) <= 1 and all(users == 1 for users in sources.values())


def _leaves_others_alone(parts: list[_Any]) -> bool:
    """Whether no reference makes what another part of the object chooses from."""
    chosen = Counter(map(chosen_from, parts))
    for part in parts:
        if isinstance(part, TiedReference) and part.may_create:
            made, own = _made_by(part.source.aggregate_provider, set(part._tied)), chosen_from(part)
            if chosen[own] > 1 or any(repository in chosen for repository in made - {own}):
                return False
    return True


def chosen_from(part: _Any) -> int | None:
    """The repository that a reference chooses from; None of any other part."""
    source = source_of(part)
    return None if source is None else id(source.aggregate_provider.repository)


def _made_by(target: _Any, told: set[str], seen: set[int] | None = None) -> set[int | None]:
    """The repositories that grow when one aggregate is made, of which these parts are told."""
    seen = set() if seen is None else seen
    if id(target) in seen:
        return set()
    seen.add(id(target))
    made: set[int | None] = {id(target.repository)} if isinstance(target, Storing) else set()
    for part in leaves(target):
        if isinstance(part, TiedReference) and part.may_create and part._name not in told:
            made |= _made_by(part.source.aggregate_provider, set(part._tied), seen)
    return made


async def drawn_columns(root: RootObject[Any, Any], session: ISession, size: int, plan: Plan | None) -> list[list[Any]]:
    """Draw the inputs of so many objects; one list a leaf, in their order.

    Args:
        root: provides the objects.
        session: where they are drawn.
        size: how many.
        plan: of the run, which has counted none of them yet.
    """
    parts = list(leaves(root))
    columns: dict[int, list[Any]] = {id(part): [] for part in parts}
    done = 0 if plan is None else plan.done
    order = list(sources_first(parts))
    closed: dict[int, list[Together]] = {}
    for last, together in _closings(root, order):
        closed.setdefault(id(last), []).append(together)
        await together.look(session)
    for part in order:
        column = columns[id(part)]
        try:
            sources = part.follows()
            if sources and id(part) not in closed and part._draws_beside():
                column += part._draw_many_beside(session, columns[id(sources[0])])
            elif sources or id(part) in closed:
                await _draw_following(part, column, columns, session, size, plan, closed.get(id(part), ()))
            else:
                await part._draw_column(session, column, size, plan)
        except BaseException:
            for other in parts:  # to tell the place, as far as the row is known
                known = columns[id(other)]
                other._slot.input = known[len(column)] if len(known) > len(column) else None
            raise
        finally:
            if plan is not None:
                plan.done = done
    return [columns[id(part)] for part in parts]


def sources_first(parts: list[_Any]) -> Iterator[_Any]:
    """The parts in order, but what a part follows before it, as when a single object is completed."""
    given: set[int] = set()

    def with_sources(part: _Any) -> Iterator[_Any]:
        if id(part) not in given:
            given.add(id(part))
            for source in part.follows():
                yield from with_sources(source)
            yield part

    for part in parts:
        yield from with_sources(part)


async def _draw_following(
    part: _Any,
    inputs: list[Any],
    columns: dict[int, list[Any]],
    session: ISession,
    size: int,
    plan: Plan | None,
    closed: Sequence[Together],
) -> None:
    """Draw a part row by row, each beside what was drawn for its row, or beside what it has not been with."""
    sources = part.follows()
    beside = [other for together in closed for other in together.parts if other is not part and other not in sources]
    told = [(source._slot, columns[id(source)]) for source in (*sources, *beside)]
    coming = _coming(sources, columns)
    hand = closed[0].hand(part, told[0][1], inputs, session) if len(closed) == len(told) == 1 and not sources else None
    done = 0 if plan is None else plan.done
    try:
        while len(inputs) < size:
            if hand is not None and hand(len(inputs)):
                continue
            row = len(inputs)
            for source_slot, column in told:
                source_slot.input, source_slot.is_done = column[row], True
            for ahead, keys in coming:
                ahead[keys[row]] -= 1
            if plan is not None:
                plan.done = done + row
            pending = _step_anew(part, session)
            if pending is not None:
                await pending
            if closed:
                await _claim(closed, session)
            inputs.append(part._slot.input)
    finally:
        for ahead, keys in coming:
            ahead.subtract(keys[len(inputs) + 1 :])


def _coming(sources: Sequence[_Any], columns: dict[int, list[Any]]) -> list[tuple[Counter[Any], list[Any]]]:
    """Of references that a part follows: what counts their draws for rows whose turn has not come, and these draws."""
    coming = [
        (source_of(source).ahead, [freeze(input) for input in columns[id(source)]])
        for source in sources
        if source_of(source) is not None
    ]
    for ahead, keys in coming:
        ahead.update(keys)
    return coming


def _step_anew(part: _Any, session: ISession) -> Pending:
    """Draw a part for the row at hand, of which what it follows is known."""
    slot = part._slot
    if slot.is_told:
        part.reset()
    slot.input, slot.is_done = None, False
    return part._step(session)


async def _claim(closed: Sequence[Together], session: ISession) -> None:
    """All parts of these are known for the row at hand."""
    for together in closed:
        together.slot.input = None  # that of the row before
        pending = together.settle(session)
        if pending is not None:
            await pending
