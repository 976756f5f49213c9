"""Watching what providers do, for a report: the methods of our classes are wrapped as long as it is asked for, and only then."""

from collections import Counter
from collections.abc import Awaitable, Callable, Hashable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from time import perf_counter
from typing import Any

from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.composite_value_provider import CompositeValueProvider
from ascetic_ddd.faker.domain.providers.drawn_value import DrawnValue
from ascetic_ddd.faker.domain.providers.made_reference import MadeReference
from ascetic_ddd.faker.domain.providers.plain import is_awaitable
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.specification.equality import freeze
from ascetic_ddd.faker.testing.tally import Tally

__all__ = ("Observer",)


class _Frame:
    """Something that takes time, within something else."""

    __slots__ = ("began", "inner")

    def __init__(self) -> None:
        self.began = perf_counter()
        self.inner = 0.0


_frame: ContextVar[_Frame | None] = ContextVar("frame", default=None)


class Observer:
    """Counts into a tally what providers make, reuse and wait for.

    Args:
        tally: what is counted into.
    """

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self._made: dict[int, Any] = {}  # by reference, the id of what it made for the object at hand
        self._uses: dict[int, tuple[Any, str, Counter[Hashable]]] = {}  # by what the clones share, its uses in this test

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch for the time of the block."""
        with ExitStack() as stack:
            for watched, name, wrap in (
                (AggregateProvider, "create", self._creating),
                (AggregateProvider, "store_many", self._storing),
                (CompositeValueProvider, "populate", self._populating),
                (MadeReference, "_create_one", self._making),
                (DrawnValue, "_generate", self._generating),
            ):
                owner = next(cls for cls in watched.__mro__ if name in vars(cls))
                original = vars(owner)[name]
                stack.callback(setattr, owner, name, original)
                setattr(owner, name, wrap(original))
            yield

    def settle(self) -> None:
        """A test is over: another one has aggregates of its own."""
        for _, name, uses in self._uses.values():
            self.tally.of(name).commonest += max(uses.values())
        self._uses.clear()
        self._made.clear()

    def _creating(self, create: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def observed(provider: AggregateProvider[Any, Any], session: Any, **told: Any) -> Any:
            is_another = bool(told) or not provider._is_stored  # noqa: SLF001
            with self._timed(provider.path, times=is_another):
                agg = await create(provider, session, **told)
            if is_another:
                self.tally.of(provider.path).created += 1
                for reference in _references(provider):
                    self._count(reference)
            return agg

        return observed

    def _storing(self, store_many: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        async def observed(provider: AggregateProvider[Any, Any], session: Any, aggs: Any) -> None:
            with self._timed(provider.path, times=len(aggs)):
                await store_many(provider, session, aggs)
            self.tally.of(provider.path).created += len(aggs)

        return observed

    def _populating(self, populate: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        async def observed(provider: Provider[Any, Any], *args: Any, **kwargs: Any) -> None:
            if isinstance(provider, AggregateProvider):
                with self._timed(provider.path, times=0):
                    await populate(provider, *args, **kwargs)
            else:
                await populate(provider, *args, **kwargs)

        return observed

    def _making(self, create_one: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def observed(reference: MadeReference[Any, Any], *args: Any) -> Any:
            began = perf_counter()
            made = await create_one(reference, *args)
            root: Any = reference._root()  # noqa: SLF001
            way = [asker.path for asker, _ in root._making] + [reference.path, reference.source.aggregate_provider.path]  # noqa: SLF001
            self.tally.led_to(" → ".join(way), perf_counter() - began)
            self._made[id(reference)] = made
            return made

        return observed

    def _generating(self, generate: Callable[..., Any]) -> Callable[..., Any]:
        def observed(provider: Provider[Any, Any], *args: Any) -> Any:
            with self._timed(provider.path):
                drawn = generate(provider, *args)
            return self._awaited(provider.path, drawn) if is_awaitable(drawn) else drawn

        return observed

    async def _awaited(self, path: str, drawn: Awaitable[Any]) -> Any:
        with self._timed(path, times=0):
            return await drawn

    def _count(self, reference: ReferenceProvider[Any, Any, Any]) -> None:
        """How a reference of a stored aggregate came to what it is."""
        used = reference._slot.input  # noqa: SLF001
        target = reference.source.aggregate_provider
        numbers = self.tally.of(target.path)
        made = self._made.pop(id(reference), None)
        if used is None:
            numbers.null += 1
            return
        if made == used:
            numbers.made += 1
        elif reference._is_told or reference._used is not None:  # noqa: SLF001
            numbers.told += 1
        else:
            numbers.reused += 1
        _, _, uses = self._uses.setdefault(id(target.memory), (target.memory, target.path, Counter()))
        uses[freeze(used)] += 1

    @contextmanager
    def _timed(self, path: str, *, times: int = 1) -> Iterator[None]:
        outer, frame = _frame.get(), _Frame()
        token = _frame.set(frame)
        try:
            yield
        finally:
            _frame.reset(token)
            seconds = perf_counter() - frame.began
            self.tally.took(path, seconds - frame.inner, times=times)
            if outer is not None:
                outer.inner += seconds


def _references(provider: Provider[Any, Any]) -> Iterator[ReferenceProvider[Any, Any, Any]]:
    """The references among the parts of one aggregate, as it stands; those in lists of entities are gone."""
    for part in provider.parts().values():
        if isinstance(part, ReferenceProvider):
            yield part
        elif not part._slot.is_null:  # noqa: SLF001
            yield from _references(part)
