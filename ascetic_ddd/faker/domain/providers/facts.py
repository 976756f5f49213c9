"""How providers stand in their graph, for other rooms. Functions: the attributes of a provider are the parts of its user."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.choice_provider import ChoiceProvider
from ascetic_ddd.faker.domain.providers.composed import Composed
from ascetic_ddd.faker.domain.providers.dependent_provider import DependentProvider
from ascetic_ddd.faker.domain.providers.entity_provider import EntityProvider
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider

__all__ = (
    "asks_parts_once",
    "factory_of",
    "holders",
    "id_name",
    "is_choice",
    "is_told_by_others",
    "listed_inputs",
    "name_within",
    "stored_children",
)


def is_told_by_others(provider: Provider[Any, Any]) -> bool:
    """Tell whether other parts say what comes here: it is computed of them, or given by them."""
    has_given = isinstance(provider, (ValueProvider, ReferenceProvider)) and provider._following is not None
    return has_given or provider._is_computed


def holders(provider: Provider[Any, Any]) -> Iterator[Provider[Any, Any]]:
    """The provider, what it is a part of, and so on; the root is the last."""
    found: Provider[Any, Any] | None = provider
    while found is not None:
        yield found
        found = found._owner


def name_within(provider: Provider[Any, Any]) -> str:
    """The name by which its holder has it; empty for a root that nobody named."""
    return provider._name


def asks_parts_once(provider: Provider[Any, Any]) -> bool:
    """Tell whether each part is populated once for an object of this one, as those of a list are not."""
    return provider._asks_once


def factory_of(provider: Composed[Any, Any]) -> Any:
    """What makes the objects of the parts' outputs, as the user gave it; None where the class is inferred."""
    return provider._output_factory


def is_choice(provider: Provider[Any, Any]) -> bool:
    """Tell whether it is one of several kinds, and null where another one is chosen."""
    return isinstance(provider._owner, ChoiceProvider)


def id_name(provider: EntityProvider[Any, Any]) -> str:
    """The name of the part that is the id, also in the exported state."""
    return provider._id_attr


def listed_inputs(provider: ValueProvider[Any, Any]) -> Sequence[Any] | None:
    """The inputs of a fixed list; None where it has none."""
    return provider._pool.inputs if provider._pool.is_fixed else None


def stored_children(provider: AggregateProvider[Any, Any]) -> Mapping[str, DependentProvider[Any, Any]]:
    """The lists of children that are stored apart from the aggregate, by name."""
    return provider._dependents if provider.parts() else {}
