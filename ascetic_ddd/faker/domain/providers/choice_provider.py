"""Provides one of several: the owner is a person or a company, by shares, and each is chosen along a law of its own."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from ascetic_ddd.faker.domain.distributors.m2o.shares import SharesDistributor
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.composite_value_provider import CompositeValueProvider
from ascetic_ddd.faker.domain.providers.part import Pending
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.telling import contradict, told_by
from ascetic_ddd.faker.domain.stock.scope import Pool
from ascetic_ddd.faker.domain.values.names import there_is
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("ChoiceProvider",)

I = TypeVar("I")  # noqa: E741
O = TypeVar("O")  # noqa: E741

_NO_SCOPE = Pool().everything
_TRIES = 1_000


class ChoiceProvider(CompositeValueProvider[I, O]):
    """Provides what one of its parts provides; the others are None, and nothing is drawn of them.

    Subclass it, annotate the parts, one a kind, and set them in ``__init__``: references to aggregates of different classes, or
    composite values. The input, and the exported state, has the kind's part and None for the others:
    ``{"person": 5, "company": None}``. Told a part (``{"company": {"name": "Acme"}}``) it is of that kind.

    Args:
        shares: of the kinds, by the names of the parts; by default equal.
        output_factory: makes the output of the parts' outputs by name, of which all but one are None; by default the output is
            that one.
        output_exporter: gives the input back from an output.
        null_weight: probability that it is none of them, where nothing was told of it.

    Raises:
        ConfigurationError: ``shares`` are not those of the parts.

    Example::

        class OwnerProvider(ChoiceProvider[dict, PersonId | CompanyId]):
            person: IReferenceProvider[int, Person, PersonId]
            company: IReferenceProvider[int, Company, CompanyId]

            def __init__(self, persons, companies):
                self.person = ReferenceProvider(distributor_factory(skew=2, mean=3), persons)
                self.company = ReferenceProvider(distributor_factory(mean=10), companies)
                super().__init__({"person": 0.7, "company": 0.3})
    """

    _asks_once = False

    def __init__(
        self,
        shares: Mapping[str, float] | None = None,
        output_factory: Callable[..., O] | None = None,
        output_exporter: Callable[[O], I] | None = None,
        *,
        null_weight: float = 0.0,
    ) -> None:
        super().__init__(output_factory or _the_one, output_exporter, null_weight=null_weight)
        names = list(self.parts())
        told = dict.fromkeys(names, 1.0) if shares is None else dict(shares)
        for name in (*told, *names):
            if name not in told or name not in names:
                raise ConfigurationError(
                    f"{type(self).__name__}: shares={shares!r}; expected one for each part, and {name!r} has not both; "
                    f"{there_is(name, names)}"
                )
        self._dealer = SharesDistributor([told[name] for name in names])

    @property
    def dealer(self) -> SharesDistributor:
        """Deals out the kinds, by the places of their parts."""
        return self._dealer

    def _complete(self, session: ISession) -> Pending:
        self._choose(session)
        return super()._complete(session)

    def _choose(self, session: ISession) -> None:
        """Have all parts but one be None."""
        parts = self._named
        told = [name for name, part in parts if part._slot.is_told and not _is_null(part)]
        if len(told) > 1:
            contradict(self, told[0], told[1], told_by(self))
        chosen = told[0] if told else self._drawn(session)
        self._is_hooking = True  # as a hook would tell them
        try:
            for name, part in parts:
                if name != chosen and not part._slot.is_done:
                    part.set(None)
        finally:
            self._is_hooking = False

    def _drawn(self, session: ISession) -> str:
        """A kind that was not told to be None."""
        if self._slot.drawn is not None:
            number: int = self._slot.drawn[1]
            return self._named[number][0]
        rejected: list[int] = []
        try:
            for _ in range(_TRIES):
                number = self._dealer.draw(session, _NO_SCOPE) or 0
                name, part = self._named[number]
                if not part._slot.is_told:
                    self._slot.drawn = (session, number)
                    return name
                rejected.append(number)
        finally:
            for number in reversed(rejected):
                self._dealer.undraw(session, _NO_SCOPE, number)
        raise ConfigurationError(f"{self.path}: each kind was told to be None; tell the whole None, and give it a null_weight")

    def _clear_own(self) -> None:
        super()._clear_own()
        self._slot.drawn = None

    def _redraw(self, teller: Any) -> None:
        self._slot.drawn = None
        super()._redraw(teller)

    def _give_back(self) -> None:
        drawn, self._slot.drawn = self._slot.drawn, None
        if drawn is not None and self._root()._is_in_the_making:
            self._dealer.undraw(drawn[0], _NO_SCOPE, drawn[1])
        super()._give_back()


def _is_null(part: Provider[Any, Any]) -> bool:
    slot = part._slot
    return slot.is_null or (slot.is_done and slot.input is None and not part.parts())


def _the_one(**outputs: Any) -> Any:
    return next((output for output in outputs.values() if output is not None), None)
