"""Recipes: what a part of a declared provider shall be, said on the class. They hold no state; each graph gets its own providers.

The functions return ``Any``, as ``dataclasses.field`` does, so that a part may be annotated by what it becomes:
``title: IValueProvider[str, BookTitle] = value("sentence")``.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ascetic_ddd.faker.declaring.exporting import exported
from ascetic_ddd.faker.declaring.reading import collection_of, enum_class, hints_of, item_of, value_class
from ascetic_ddd.faker.declaring.recipe import Place, Recipe, as_recipe
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.distributors.o2m.factory import children_factory
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.generators.input_generators import FakerGenerator
from ascetic_ddd.faker.domain.generators.uuids import UuidGenerator
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.choice_provider import ChoiceProvider
from ascetic_ddd.faker.domain.providers.computed_provider import ComputedProvider
from ascetic_ddd.faker.domain.providers.dependent_provider import DependentProvider
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.siblings import UniqueParts
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider

if TYPE_CHECKING:
    from ascetic_ddd.faker.domain.distributors.joint.given import Given
    from ascetic_ddd.faker.domain.distributors.m2o.interfaces import IM2ODistributor
    from ascetic_ddd.faker.domain.distributors.o2m.interfaces import IO2MDistributor

__all__ = ("children", "computed", "constant", "given", "one_of", "reference", "value")

_UNTOLD = (None, False, 0.0)


def given(*, factory: Callable[[Any], Any] | None = None) -> Any:
    """A value that the database gives, or the domain itself: it is read back when the aggregate is stored. Or a child's number.

    Where the aggregate's factory takes no parameter of this name, it is left out.

    Args:
        factory: makes the output of None, and of the value; by default the class that the model's type hint names.
    """
    return _Given(factory)


def value(
    source: Any = None,
    *,
    values: Sequence[Any] | None = None,
    weights: Sequence[float] | None = None,
    skew: float | None = None,
    mean: float | None = None,
    null_weight: float = 0.0,
    sequence: bool = False,
    start: int | None = None,
    histogram: Iterable[tuple[int, int]] | Mapping[int, int] | None = None,
    distributor: "IM2ODistributor | None" = None,
    given: "Given | None" = None,
    factory: Callable[[Any], Any] | None = None,
    exporter: Callable[[Any], Any] | None = None,
    hidden: bool = False,
    **arguments: Any,
) -> Any:
    """A value that is drawn.

    Args:
        source: what its inputs are: the name of a Faker method (``"sentence"``, with its arguments: ``nb_words=3``); a function
            with 0, 1 (session) or 2 (session, position) parameters, sync or async; a list, or a dict with the share of each
            (``{"active": 0.9, "blocked": 0.1}``); an enum, whose members' values they are; ``UUID``; an iterator.
        values: instead of a source: a list.
        weights: with a list, the share of each; else those of a distributor.
        skew: of a value that is used again: as ``distributor_factory`` takes it.
        mean: uses of a value: likewise; 1 makes each unique.
        null_weight: the probability of None.
        sequence: each value is new, and unique; without a source it is its number.
        start: the first number of a sequence.
        histogram: a captured one.
        distributor: one that is made already, instead of these.
        given: parts of the same object that this one follows, as ``ValueProvider`` takes them.
        factory: makes the output of an input; by default the class that the model's type hint names, if it is one of yours.
        exporter: gives the input of an output; by default as :func:`~ascetic_ddd.faker.declaring.exporting.exported` does.
        hidden: only other parts see it, not the factory of the object.
        arguments: of the Faker method.
    """
    law = {"weights": weights, "skew": skew, "mean": mean, "sequence": sequence, "start": start, "histogram": histogram}
    return _Value(source, values, law, null_weight, distributor, factory, exporter, arguments, hidden, given)


def reference(
    provider: Any,
    *,
    weights: Sequence[float] | None = None,
    skew: float | None = None,
    mean: float | None = None,
    null_weight: float = 0.0,
    histogram: Iterable[tuple[int, int]] | Mapping[int, int] | None = None,
    spread: float | None = None,
    correlation: float | None = None,
    within: Iterable[tuple[float, Iterable[tuple[int, int]]]] | None = None,
    distributor: "IM2ODistributor | None" = None,
    tied: Mapping[str, str] | None = None,
    given: "Given | None" = None,
    create: bool = True,
    strict: bool = True,
    hidden: bool = False,
) -> Any:
    """The id of another aggregate: one that exists, or a new one.

    Args:
        provider: the class that provides it, declared or written by hand; its name, where the class comes later in the module; a
            function that returns it; or a provider.
        weights: shares of the rows, as ``distributor_factory`` takes them.
        skew: likewise.
        mean: rows for each aggregate that is referred to.
        null_weight: the probability of None.
        histogram: a captured one.
        spread: how far the rows of one lie apart.
        correlation: instead of it, the captured one.
        within: captured histograms of scopes.
        distributor: one that is made already, instead of these.
        tied: parts of the aggregate that other parts of this object tell, as ``ReferenceProvider`` takes them.
        given: parts of this object that it follows, likewise.
        create: False: only what exists is referred to.
        strict: a full id told that is not known is looked up.
        hidden: only other parts see it, not the factory of the object.
    """
    law: dict[str, Any] = {"weights": weights, "skew": skew, "mean": mean, "histogram": histogram, "spread": spread}
    law |= {"correlation": correlation, "within": within}
    options = {"create": create, "strict": strict, "tied": tied, "given": given}
    return _Reference(provider, law, null_weight, distributor, options, hidden)


def children(
    provider: Any,
    fixed: int | None = None,
    *,
    low: int | None = None,
    high: int | None = None,
    mean: float | None = None,
    skew: float | None = None,
    weights: Sequence[float] | None = None,
    histogram: Iterable[tuple[int, int]] | None = None,
    rvs: Any = None,
    distributor: "IO2MDistributor | None" = None,
    reference: str | None = None,
    templates: Sequence[tuple[float, Mapping[str, Any]]] = (),
    number: str | None = None,
    unique: UniqueParts = (),
    hidden: bool = False,
) -> Any:
    """The many that belong to one. The factory is given the collection of its type hint, ``tuple[Line, ...]``; else a list.

    Args:
        provider: of one of them: the class of an entity, a composite value or an aggregate; a recipe; or a provider.
        fixed: how many, always.
        low: the fewest, together with ``high``.
        high: the most.
        mean: how many on average.
        skew: as ``children_factory`` takes it.
        weights: likewise.
        histogram: a captured one.
        rvs: an object with ``rvs(size=…)``.
        distributor: one that is made already, instead of these.
        reference: of aggregates: their part that refers to the parent.
        templates: pairs of a weight and what is told to a child of that kind.
        number: the part that is told the child's number, 1, 2, …
        unique: what no two children of one parent have in common, as ``DependentProvider`` takes it.
        hidden: only other parts see them.
    """
    law = {"fixed": fixed, "low": low, "high": high, "mean": mean, "skew": skew, "weights": weights, "histogram": histogram}
    law["rvs"] = rvs
    options = {"reference": reference, "templates": templates, "number": number, "unique": unique}
    return _Children(provider, law, distributor, options, hidden)


def computed(
    source: Callable[..., Any] | str,
    /,
    *,
    factory: Callable[[Any], Any] | None = None,
    exporter: Callable[[Any], Any] | None = None,
    hidden: bool = False,
    **paths: str,
) -> Any:
    """A value that follows from other parts, and from the state of what references refer to; unless it is told.

    Args:
        source: computes the input; its parameters are names of parts, or have a path in ``paths``. Or a path, whose value it is.
        factory: makes the output of an input; by default the class that the model's type hint names, if it is one of yours.
        exporter: gives the input of an output.
        hidden: only other parts see it, not the factory of the object.
        paths: where parameters lead: ``currency="account_id.currency"`` is the currency of the account referred to.

    Example::

        total = computed(lambda lines: sum(line["price"] * line["quantity"] for line in lines))
        currency = computed("account_id.currency")
        shipped_at = computed(lambda placed, random: placed + timedelta(days=random.random()), placed="order_id.placed_at")
    """
    if isinstance(source, str):
        return _Computed(_itself, {"input": source, **paths}, factory, exporter, hidden)
    return _Computed(source, paths, factory, exporter, hidden)


def one_of(
    shares: Mapping[str, float] | None = None,
    /,
    *,
    null_weight: float = 0.0,
    factory: Callable[..., Any] | None = None,
    exporter: Callable[[Any], Any] | None = None,
    **kinds: Any,
) -> Any:
    """One of several kinds, each a part: references to aggregates of different classes, each along its own law.

    The state has the chosen kind's part, and None for the others: ``{"person": 5, "company": None}``.

    Args:
        shares: of the kinds, by name; by default equal.
        null_weight: the probability that it is none.
        factory: takes the kinds by name, all but one None; by default the class that the model's type hint names, if it is one
            class of yours; else the chosen kind's output is taken as it is.
        exporter: gives the input of an output.
        kinds: their recipes by name.

    Example::

        owner = one_of({"person": 0.7, "company": 0.3}, person=reference(PersonProvider), company=reference(CompanyProvider))
    """
    return _OneOf(shares, null_weight, factory, exporter, kinds)


@dataclass(frozen=True)
class _Given(Recipe):
    factory: Callable[[Any], Any] | None
    is_given = True

    def resolved(self, place: Place) -> Provider[Any, Any]:
        return ValueProvider(output_factory=self.factory or value_class(place.hint), output_exporter=exported)

    def told(self, input: Any) -> Recipe:
        return constant(input, self.factory)


@dataclass(frozen=True)
class _Value(Recipe):
    source: Any
    values: Sequence[Any] | None
    law: Mapping[str, Any]
    null_weight: float
    distributor: "IM2ODistributor | None"
    factory: Callable[[Any], Any] | None
    exporter: Callable[[Any], Any] | None
    arguments: Mapping[str, Any]
    hidden: bool = False
    given: "Given | None" = None

    def resolved(self, place: Place) -> Provider[Any, Any]:
        law = dict(self.law)
        listed, shares, generator = self._inputs(place, law)
        factory = self.factory or value_class(place.hint)
        if factory is None and place.hint is None:
            factory = enum_class(self.source)
        return ValueProvider(
            distributor=_distributor(self.distributor, law, self.null_weight, place),
            output_factory=factory,
            output_exporter=self.exporter or exported,
            input_generator=generator,
            values=listed,
            weights=shares,
            given=self.given,
        )

    def told(self, input: Any) -> Recipe:
        return replace(constant(input, self.factory), exporter=self.exporter, hidden=self.hidden)

    def _inputs(self, place: Place, law: dict[str, Any]) -> tuple[Sequence[Any] | None, Any, Any]:
        """The list of values with their shares, or the generator. Takes from the law what is of the list."""
        source, listed = self.source, self.values
        if self.arguments and not isinstance(source, str):
            raise ConfigurationError(
                f"{place}: value() takes no {', '.join(self.arguments)}, but with the name of a Faker method"
            )
        if listed is not None:
            if source is not None:
                raise ConfigurationError(f"{place}: values and source={source!r} are two sources of the same input; give one")
            return listed, law.pop("weights", None), None
        if enum_class(source) is not None:
            return [member.value for member in source], law.pop("weights", None), None
        if isinstance(source, Mapping):
            return list(source), list(source.values()), None
        if isinstance(source, Sequence) and not isinstance(source, (str, bytes)):
            return source, law.pop("weights", None), None
        return None, None, self._generator(place)

    def _generator(self, place: Place) -> Any:
        source = self.source
        if isinstance(source, str):
            return FakerGenerator(source, **self.arguments)
        if source is UUID:
            return UuidGenerator()
        if isinstance(source, type) or (source is None and not self.law["sequence"] and self.given is None):
            raise ConfigurationError(
                f"{place}: value({'' if source is None else source.__name__}) does not say what is drawn; give the name of a "
                "Faker method, a function, a list, a dict of shares, an enum or UUID; given() is what the database gives"
            )
        return source


@dataclass(frozen=True)
class _Reference(Recipe):
    provider: Any
    law: Mapping[str, Any]
    null_weight: float
    distributor: "IM2ODistributor | None"
    options: Mapping[str, Any]
    hidden: bool = False

    def resolved(self, place: Place) -> Provider[Any, Any]:
        distributor = _distributor(self.distributor, self.law, self.null_weight, place)
        target = place.providers.target(self.provider, place)
        return ReferenceProvider(distributor=distributor, aggregate_provider=target, **self.options)


@dataclass(frozen=True)
class _Children(Recipe):
    provider: Any
    law: Mapping[str, Any]
    distributor: "IO2MDistributor | None"
    options: Mapping[str, Any]
    hidden: bool = False

    def resolved(self, place: Place) -> Provider[Any, Any]:
        law = {name: given for name, given in self.law.items() if given is not None}
        if law and self.distributor is not None:
            raise ConfigurationError(f"{place}: distributor and {', '.join(law)} both say how many there are; give one of them")
        distributor = self.distributor or children_factory(**law)
        return DependentProvider(distributor, self._child(place), collection=collection_of(place.hint), **self.options)

    def _child(self, place: Place) -> Provider[Any, Any]:
        child = self.provider
        if isinstance(child, Recipe):
            return child.resolved(replace(place, name=f"{place.name}.item", hint=item_of(place.hint)))
        if isinstance(child, type) and issubclass(child, Provider) and not issubclass(child, AggregateProvider):
            return child(place.providers)  # type: ignore[call-arg]  # a declared one
        if isinstance(child, Provider) and not isinstance(child, AggregateProvider):
            return child
        found = place.providers.target(child, place)
        if not isinstance(found, AggregateProvider):
            raise ConfigurationError(f"{place}: {child!r} is being made, and cannot have itself among its children")
        return found


@dataclass(frozen=True)
class _Computed(Recipe):
    function: Callable[..., Any]
    paths: Mapping[str, str]
    factory: Callable[[Any], Any] | None
    exporter: Callable[[Any], Any] | None
    hidden: bool = False

    def resolved(self, place: Place) -> Provider[Any, Any]:
        factory = self.factory or value_class(place.hint)
        return ComputedProvider(self.function, self.paths, output_factory=factory, output_exporter=self.exporter or exported)

    def told(self, input: Any) -> Recipe:
        return replace(constant(input, self.factory), exporter=self.exporter, hidden=self.hidden)


@dataclass(frozen=True)
class _OneOf(Recipe):
    shares: Mapping[str, float] | None
    null_weight: float
    factory: Callable[..., Any] | None
    exporter: Callable[[Any], Any] | None
    kinds: Mapping[str, Recipe]

    def resolved(self, place: Place) -> Provider[Any, Any]:
        factory = self.factory or value_class(place.hint)
        hints = {} if factory is None else hints_of(factory)
        parts: dict[str, Provider[Any, Any]] = {}
        for name, said in self.kinds.items():
            kind = as_recipe(said)
            if kind is None:
                raise ConfigurationError(f"{place}: {name}={said!r} is no recipe; give reference(…), or a Composite")
            parts[name] = kind.resolved(replace(place, name=f"{place.name}.{name}", hint=hints.get(name)))
        cls = type("OneOf", (_Kinds,), {"__annotations__": dict.fromkeys(parts, Provider), "__module__": place.owner.__module__})
        made: Provider[Any, Any] = cls(parts, self, factory)
        return made


class _Kinds(ChoiceProvider[Any, Any]):
    """Of one recipe; its subclasses have the parts."""

    def __init__(self, parts: Mapping[str, Provider[Any, Any]], recipe: _OneOf, factory: Callable[..., Any] | None) -> None:
        vars(self).update(parts)
        super().__init__(recipe.shares, factory, recipe.exporter or exported, null_weight=recipe.null_weight)


def _itself(input: Any) -> Any:
    return input


def constant(input: Any, factory: Callable[[Any], Any] | None = None) -> _Value:
    """A value that is always the same, unless another is told."""
    return _Value(None, [exported(input)], {}, 0.0, None, factory, None, {})


def _distributor(
    told: "IM2ODistributor | None", law: Mapping[str, Any], null_weight: float, place: Place
) -> "IM2ODistributor | None":
    parameters = {name: given for name, given in {**law, "null_weight": null_weight}.items() if given not in _UNTOLD}
    if told is not None:
        if parameters:
            raise ConfigurationError(
                f"{place}: distributor and {', '.join(parameters)} both say how values come; give one of them"
            )
        return told
    return distributor_factory(**parameters) if parameters else None
