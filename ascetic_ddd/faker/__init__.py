"""What a first page needs, in one import; each name is loaded when it is first asked for.

The names are those of the modules where they live, which remain the places to import from as well.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ascetic_ddd.faker.application.generation import generate
    from ascetic_ddd.faker.application.lint import lint
    from ascetic_ddd.faker.application.target import Target
    from ascetic_ddd.faker.declaring.classes import Aggregate, Composite, Entity
    from ascetic_ddd.faker.declaring.exporting import exported
    from ascetic_ddd.faker.declaring.graph import Providers
    from ascetic_ddd.faker.declaring.kinds import by_kind
    from ascetic_ddd.faker.declaring.recipes import children, computed, given, one_of, reference, value
    from ascetic_ddd.faker.domain.distributors.joint.given import Given
    from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
    from ascetic_ddd.faker.domain.distributors.o2m.factory import children_factory
    from ascetic_ddd.faker.domain.errors import ConfigurationError, ContradictionError, FakerError
    from ascetic_ddd.faker.domain.generators.input_generators import FakerGenerator
    from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
    from ascetic_ddd.faker.domain.providers.choice_provider import ChoiceProvider
    from ascetic_ddd.faker.domain.providers.composite_value_provider import CompositeValueProvider
    from ascetic_ddd.faker.domain.providers.computed_provider import ComputedProvider
    from ascetic_ddd.faker.domain.providers.dependent_provider import DependentProvider
    from ascetic_ddd.faker.domain.providers.entity_provider import EntityProvider
    from ascetic_ddd.faker.domain.providers.interfaces import (
        IAggregateProvider,
        ICompositeValueProvider,
        IDependentProvider,
        IEntityProvider,
        IReferenceProvider,
        IValueProvider,
    )
    from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
    from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
    from ascetic_ddd.faker.domain.specification.equality import EqualSpecification
    from ascetic_ddd.faker.domain.specification.predicate import PredicateSpecification
    from ascetic_ddd.faker.infrastructure.repositories.composite_repository import CompositeAutoPkRepository
    from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
    from ascetic_ddd.faker.infrastructure.repositories.internal_pg_repository import InternalPgRepository
    from ascetic_ddd.faker.infrastructure.repositories.pg_repositories import pg_repositories
    from ascetic_ddd.faker.infrastructure.repositories.pg_repository import PgRepository
    from ascetic_ddd.faker.infrastructure.session.pg_session import ExternalPgSessionPool, InternalPgSessionPool
    from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSessionPool
    from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySessionPool

__all__ = (
    "Aggregate",
    "AggregateProvider",
    "ChoiceProvider",
    "Composite",
    "CompositeAutoPkRepository",
    "CompositeSessionPool",
    "CompositeValueProvider",
    "ComputedProvider",
    "ConfigurationError",
    "ContradictionError",
    "DependentProvider",
    "Entity",
    "EntityProvider",
    "EqualSpecification",
    "ExternalPgSessionPool",
    "FakerError",
    "FakerGenerator",
    "Given",
    "IAggregateProvider",
    "ICompositeValueProvider",
    "IDependentProvider",
    "IEntityProvider",
    "IReferenceProvider",
    "IValueProvider",
    "InMemoryRepository",
    "InMemorySessionPool",
    "InternalPgRepository",
    "InternalPgSessionPool",
    "PgRepository",
    "PredicateSpecification",
    "Providers",
    "ReferenceProvider",
    "Target",
    "ValueProvider",
    "by_kind",
    "children",
    "children_factory",
    "computed",
    "distributor_factory",
    "exported",
    "generate",
    "given",
    "lint",
    "one_of",
    "pg_repositories",
    "reference",
    "value",
)

_HOMES = {
    "ascetic_ddd.faker.declaring.kinds": ("by_kind",),
    "ascetic_ddd.faker.domain.providers.choice_provider": ("ChoiceProvider",),
    "ascetic_ddd.faker.domain.providers.computed_provider": ("ComputedProvider",),
    "ascetic_ddd.faker.infrastructure.repositories.pg_repositories": ("pg_repositories",),
    "ascetic_ddd.faker.declaring.recipes": (
        "children",
        "computed",
        "given",
        "one_of",
        "reference",
        "value",
    ),
    "ascetic_ddd.faker.declaring.graph": ("Providers",),
    "ascetic_ddd.faker.declaring.exporting": ("exported",),
    "ascetic_ddd.faker.declaring.classes": (
        "Aggregate",
        "Composite",
        "Entity",
    ),
    "ascetic_ddd.faker.application.generation": ("generate",),
    "ascetic_ddd.faker.application.lint": ("lint",),
    "ascetic_ddd.faker.application.target": ("Target",),
    "ascetic_ddd.faker.domain.distributors.joint.given": ("Given",),
    "ascetic_ddd.faker.domain.distributors.m2o.factory": ("distributor_factory",),
    "ascetic_ddd.faker.domain.distributors.o2m.factory": ("children_factory",),
    "ascetic_ddd.faker.domain.errors": (
        "ConfigurationError",
        "ContradictionError",
        "FakerError",
    ),
    "ascetic_ddd.faker.domain.generators.input_generators": ("FakerGenerator",),
    "ascetic_ddd.faker.domain.providers.aggregate_provider": ("AggregateProvider",),
    "ascetic_ddd.faker.domain.providers.composite_value_provider": ("CompositeValueProvider",),
    "ascetic_ddd.faker.domain.providers.dependent_provider": ("DependentProvider",),
    "ascetic_ddd.faker.domain.providers.entity_provider": ("EntityProvider",),
    "ascetic_ddd.faker.domain.providers.interfaces": (
        "IAggregateProvider",
        "ICompositeValueProvider",
        "IDependentProvider",
        "IEntityProvider",
        "IReferenceProvider",
        "IValueProvider",
    ),
    "ascetic_ddd.faker.domain.providers.reference_provider": ("ReferenceProvider",),
    "ascetic_ddd.faker.domain.providers.value_provider": ("ValueProvider",),
    "ascetic_ddd.faker.domain.specification.equality": ("EqualSpecification",),
    "ascetic_ddd.faker.domain.specification.predicate": ("PredicateSpecification",),
    "ascetic_ddd.faker.infrastructure.repositories.composite_repository": ("CompositeAutoPkRepository",),
    "ascetic_ddd.faker.infrastructure.repositories.in_memory_repository": ("InMemoryRepository",),
    "ascetic_ddd.faker.infrastructure.repositories.internal_pg_repository": ("InternalPgRepository",),
    "ascetic_ddd.faker.infrastructure.repositories.pg_repository": ("PgRepository",),
    "ascetic_ddd.faker.infrastructure.session.pg_session": (
        "ExternalPgSessionPool",
        "InternalPgSessionPool",
    ),
    "ascetic_ddd.seedwork.infrastructure.session.composite_session": ("CompositeSessionPool",),
    "ascetic_ddd.seedwork.infrastructure.session.in_memory_session": ("InMemorySessionPool",),
}

if not TYPE_CHECKING:  # what is not here shall be an error for type checkers, too

    def __getattr__(name: str) -> Any:
        for module, names in _HOMES.items():
            if name in names:
                from importlib import import_module

                found = globals()[name] = getattr(import_module(module), name)
                return found
        from ascetic_ddd.faker.domain.values.names import there_is

        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; {there_is(name, __all__)}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
