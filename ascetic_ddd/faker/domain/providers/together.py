"""Parts of an object whose combination comes once: the last to be drawn takes what the others have not had yet."""

from collections.abc import Callable, Hashable, Sequence
from functools import partial
from typing import Any, cast

from ascetic_ddd.faker.domain.blueprint.slot import Slot
from ascetic_ddd.faker.domain.distributors.m2o.by_law import LawDistributor
from ascetic_ddd.faker.domain.distributors.m2o.selecting import Beside
from ascetic_ddd.faker.domain.providers.composed import Composed, leaves
from ascetic_ddd.faker.domain.providers.kinds import Referring
from ascetic_ddd.faker.domain.providers.none_left import none_left
from ascetic_ddd.faker.domain.providers.part import Pending
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.specification.equality import freeze
from ascetic_ddd.faker.domain.stock.combinations import Combinations, Key
from ascetic_ddd.faker.domain.stock.scope import Scope
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("Together", "beside_of", "free_for")

_Any = Provider[Any, Any]

_TRIES = 64  # values of a part that gives way, before we say that no combination is left


class Together:
    """Parts of one provider's object, unique together.

    Args:
        root: the aggregate provider, or a lane of it.
        parts: without parts of their own, in the order of the paths.
        given: the combinations that lanes share.

    Attributes:
        slot: holds the combination that the object at hand has claimed.
    """

    def __init__(self, root: Any, parts: Sequence[_Any], given: Combinations) -> None:
        self.parts = tuple(parts)
        self.given = given
        self.slot = Slot()
        self._root = root
        self._tried: tuple[_Any, set[Hashable]] | None = None  # a part that gives way, and what it was
        self._partners: dict[int, Any] = {}  # by part
        self._are_of_all = self._have_same_ties = False

    def free_for(self, part: _Any) -> Callable[[Any], bool] | None:
        """What tells whether an input will do for a part; None as long as another part is not known, or is null."""
        if self._tried is not None and self._tried[0] is part:
            tried = self._tried[1]
            return lambda input: freeze(input) not in tried
        for other in self.parts:
            slot = other._slot
            if other is not part and (slot.input is None or not (slot.is_done or other.is_complete())):
                return None
        values = [None if other is part else freeze(other._slot.input) for other in self.parts]
        place = self.parts.index(part)
        given = self.given

        def is_free(input: Any) -> bool:
            values[place] = freeze(input)
            return given.is_free(given.key(values))

        return is_free

    def beside(self, part: Any, scope: Scope) -> Beside | None:
        """What a reference will be combined with, if both are asked for the same rows, so that they can be planned together."""
        if id(part) not in self._partners:
            self._partners[id(part)] = self._partner_of(part)
        other = self._partners[id(part)]
        if other is None or (chosen_from := other._chosen_from()) is None:
            return None
        if not (self._are_of_all or self._have_same_ties) or (scope is scope.pool.everything) is not self._are_of_all:
            return None
        number = other.source.population.number_of(other._slot.input)
        if number is None:
            return None
        rest = tuple(each._slot.input for each in self.parts) if len(self.parts) > 2 else ()
        return Beside(other.distributor, chosen_from, number, partial(self._were_combined, other, part, rest))

    def hand(self, part: Any, column: Sequence[Any], inputs: list[Any], session: ISession) -> Callable[[int], int] | None:
        """What draws and claims for as many rows of a batch as were planned together, from a row on; None if none are.

        Args:
            part: one of two references, both chosen among all.
            column: what the other one is in each row.
            inputs: takes what is drawn.
            session: where it is drawn.
        """
        if id(part) not in self._partners:
            self._partners[id(part)] = self._partner_of(part)
        other = self._partners[id(part)]
        laws = (
            isinstance(part.distributor, LawDistributor) and other is not None and isinstance(other.distributor, LawDistributor)
        )
        if not laws or not self._are_of_all or len(self.parts) > 2 or part.distributor.is_nullable:
            return None
        theirs, ours, given = other.source.population, part.source.population, self.given
        numbers = list(map(theirs.number_of, column))
        is_first = other is self.parts[0]

        def hand(row: int) -> int:
            if part.source.memory is None or part.source.memory.is_behind:
                return 0
            keys: list[Key] = []

            def claim(first: int, second: int) -> bool:
                one, two = freeze(theirs.id_of(first)), freeze(ours.id_of(second))
                key = (one, two) if is_first else (two, one)
                is_free = given.take(key)
                if is_free:
                    keys.append(key)
                return is_free

            found = part.distributor.draw_beside(
                session, ours.everything, other.distributor, theirs.everything, numbers[row:] if row else numbers, claim
            )
            if keys:
                given.took(session, keys)
            inputs.extend(map(ours.id_of, found))
            return len(found)

        return hand

    def _partner_of(self, part: _Any) -> Any:
        """The other one of two references to different kinds, which nothing else shares; other parts follow from these."""
        sources = {id(source) for each in self.parts if isinstance(each, Referring) for source in each.tie_sources()}
        rest = [each for each in self.parts if id(each) not in sources]
        if len(rest) != 2 or not all(isinstance(each, Referring) for each in rest) or part not in rest:
            return None
        first, second = cast("list[Any]", rest)
        ties = [set(map(id, each.tie_sources())) for each in (first, second)]
        self._are_of_all, self._have_same_ties = not any(ties), ties[0] == ties[1]
        is_shared = first.distributor is second.distributor or first.source.population is second.source.population
        return None if is_shared else first if second is part else second

    def _were_combined(self, other: Any, part: Any, inputs: tuple[Any, ...], first: int, second: int) -> bool:
        """Tell of the numbers of two values whether they have been given together, beside the other parts' inputs."""
        new = {id(other): other.source.population.id_of(first), id(part): part.source.population.id_of(second)}
        found = (new.get(id(each), inputs[place] if inputs else None) for place, each in enumerate(self.parts))
        return not self.given.is_free(self.given.key_of(found))

    def settle(self, session: ISession) -> Pending:
        """The parts are complete: claim their combination; if somebody has it, parts that were drawn give way."""
        key = self.given.key_of(part._slot.input for part in self.parts)
        claimed = self.slot.input
        if key == claimed:
            return None
        if claimed is not None:
            self._unclaim(session, claimed)
        if key is None:
            return None
        if self.given.is_late:
            return self._look(session)
        if not self.given.is_free(key) and not self._is_reserved(session, key):
            return self._give_way(session)
        self._claim(session, key)
        return None

    def _is_reserved(self, session: ISession, key: Key) -> bool:
        """Whether a reference has reserved it for this very object, which was told."""
        is_ours = self.given.reserved.get(key) is session and self.given.is_ungiven(key)
        return is_ours and not any(_was_drawn(part) for part in self.parts)

    def _claim(self, session: ISession, key: Key) -> None:
        self.given.claim(session, key)
        self.slot.input = key
        session.on_rollback(self._unclaim, session, key)
        self._root._give_back_unless_made(self._unclaim, session, key)

    def _unclaim(self, session: ISession, key: Key) -> None:
        self.given.release(session, key)
        if self.slot.input == key:
            self.slot.input = None

    async def look(self, session: ISession) -> None:
        """Look at what the store has."""
        await self.given.look(session, self._root._stores_in())

    async def _look(self, session: ISession) -> None:
        await self.look(session)
        pending = self.settle(session)
        if pending is not None:
            await pending

    async def _give_way(self, session: ISession) -> None:
        """Draw parts anew that were drawn, the last first, until their combination is free."""
        parts = self._movable()
        for part in parts:
            if await self._is_free_with(part, session):
                return
        for part in parts[1:]:
            self._tried = (part, set())
            try:
                for _ in range(_TRIES):
                    self._tried[1].add(freeze(part._slot.input))
                    await part._draw_anew(session)
                    if freeze(part._slot.input) in self._tried[1]:
                        break  # there is no other
                    if await self._is_free_with(parts[0], session):
                        return
            finally:
                self._tried = None
        raise none_left(self._root, self.parts, self.given, session)

    async def _is_free_with(self, part: _Any, session: ISession) -> bool:
        """Draw a part anew; claim the combination if it is free now."""
        await part._draw_anew(session)
        key = self.given.key_of(each._slot.input for each in self.parts)
        is_free = self.given.is_free(key)
        if is_free and key is not None:
            self._claim(session, key)
        return is_free

    def _movable(self) -> list[_Any]:
        """The parts that were drawn, and of which no other part takes anything, last first.

        What a hook takes from whom nobody knows: with a hook, what it told something, and what is drawn last.
        """
        sources = {id(source) for part in leaves(self._root) for source in part.follows()}
        drawn = [part for part in reversed(self.parts) if _was_drawn(part) and id(part) not in sources]
        if not _has_hook(self._root):
            return drawn
        return [part for part in drawn if part is self.parts[-1] or part._is_open()]


def free_for(part: _Any) -> Callable[[Any], bool] | None:
    """What tells whether an input will do for a part, as far as others are known; None if any will do."""
    if len(part._together) == 1:
        found: Callable[[Any], bool] | None = part._together[0].free_for(part)
        return found
    known = [is_free for together in part._together if (is_free := together.free_for(part)) is not None]
    if not known:
        return None
    return lambda input: all(is_free(input) for is_free in known)


def beside_of(part: _Any, scope: Scope) -> Beside | None:
    """What a part will be combined with, if that alone tells what will do."""
    return part._together[0].beside(part, scope) if len(part._together) == 1 else None


def _has_hook(owner: Composed[Any, Any]) -> bool:
    return owner._overrides_populate or any(map(_has_hook, owner._composed))


def _was_drawn(part: _Any) -> bool:
    return part._was_drawn()
