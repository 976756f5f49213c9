"""What a composite must do with a side of one's own: add it to the suite of an internal or external repository."""

from typing import Any

import pytest

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.repositories import (
    ICleanUp,
    ILookup,
    IMemory,
    INumbering,
    IObservable,
    IReadable,
    ISetUp,
    IUpdatable,
    methods_of,
    offers,
)
from ascetic_ddd.faker.infrastructure.repositories.composite_repository import CompositeRepository
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("CompositeContract",)

_OF_THE_INTERNAL = (ICleanUp, ILookup, IMemory, INumbering, IObservable, IReadable, ISetUp)


class CompositeContract:
    """A pytest suite for a pair of repositories, whatever each of them can do beyond ``insert``.

    A subclass overrides the fixtures ``session`` and :meth:`sides` and the method ``make_aggregate``.
    """

    pytestmark = pytest.mark.asyncio

    @pytest.fixture
    def sides(self) -> tuple[Any, Any]:
        """Give an external and an internal repository, empty; to be overridden."""
        pytest.fail(f"{type(self).__name__} must override the fixture sides")

    @pytest.fixture
    def composite(self, sides: tuple[Any, Any]) -> CompositeRepository[Any]:
        """The two as one."""
        return CompositeRepository(external_repository=sides[0], internal_repository=sides[1])

    def make_aggregate(self) -> Any:
        """Make a new aggregate, unlike all before; to be overridden."""
        pytest.fail(f"{type(self).__name__} must override make_aggregate")

    async def test_it_offers_what_its_sides_allow(self, composite: Any, sides: tuple[Any, Any]) -> None:
        """Of what is remembered, what the internal one does; changes, only if both do."""
        for port in _OF_THE_INTERNAL:
            assert offers(composite, port) is offers(sides[1], port), port
        assert offers(composite, IUpdatable) is all(offers(side, IUpdatable) for side in sides)

    async def test_it_offers_the_same_as_a_side_of_another_composite(self, composite: Any, sides: tuple[Any, Any]) -> None:
        """Whatever stands on it."""
        outer = CompositeRepository[Any](external_repository=sides[0], internal_repository=composite)
        for port in (*_OF_THE_INTERNAL, IUpdatable):
            assert offers(outer, port) is offers(composite, port), port

    async def test_both_sides_store_one_and_many(self, composite: Any, session: ISession) -> None:
        """Setting up is harmless where there is nothing to set up."""
        await composite.setup(session)
        async with session.atomic():
            await composite.insert(session, self.make_aggregate())
            await composite.insert_many(session, [self.make_aggregate(), self.make_aggregate()])
        if offers(composite, IReadable):
            assert len([state async for state in composite.find(session)]) == 3
        if offers(composite, IMemory):
            assert await composite.count(session) == 3

    async def test_what_it_does_not_offer_names_the_side_that_lacks_it(self, composite: Any, session: ISession) -> None:
        """If it is called all the same."""
        calls: dict[Any, Any] = {
            ILookup: lambda: composite.get(session, 1),
            IMemory: lambda: composite.count(session),
            IUpdatable: lambda: composite.update(session, self.make_aggregate()),
        }
        for port, call in calls.items():
            if not offers(composite, port):
                with pytest.raises(
                    ConfigurationError, match=rf"(in|ex)ternal repository .*({'|'.join(methods_of(port))}|{port.__name__})"
                ):
                    await call()
        for port, synchronous in {IReadable: composite.find, IObservable: composite.subscribe}.items():
            if not offers(composite, port):
                with pytest.raises(ConfigurationError, match=rf"internal repository .*({methods_of(port)[0]}|{port.__name__})"):
                    synchronous(session)
