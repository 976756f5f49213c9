"""Aggregate providers of models."""

from collections.abc import Mapping
from typing import Any

import pydantic

from ascetic_ddd.faker.domain.errors import UnsatisfiableError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.repositories import IExternalRepository
from ascetic_ddd.faker.domain.specification.interfaces import ISpecification
from ascetic_ddd.faker.schema.aggregates.field_providers import distinct_alone, id_provider, reference_provider, value_provider
from ascetic_ddd.faker.schema.aggregates.given_keys import GivenKeys, NotGiven
from ascetic_ddd.faker.schema.aggregates.model_aggregate import ModelAggregate
from ascetic_ddd.faker.schema.keys.grouping import Group
from ascetic_ddd.faker.schema.reading.facts import constraints_of
from ascetic_ddd.faker.schema.rows.model_synthesizer import ModelSynthesizer
from ascetic_ddd.faker.schema.rows.records import words_of
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("DistinctProvider", "ModelProvider", "TiedProvider", "may_reject")

_TRIES = 1_000
_PATIENCE = 20  # keys that were given before, until another one is looked for
_BY_FIELD = 20  # tries in which only the fields that were complained of are drawn again


class ModelProvider(AggregateProvider[dict[str, Any], Any]):
    """Provides instances of a model; made by :func:`providers`.

    Args:
        aggregate: the model.
        repository: stores the instances.
        made: the providers of the models that it refers to, as far as there are; the others come later.
    """

    def __init__(
        self, aggregate: ModelAggregate, repository: IExternalRepository[Any], made: "Mapping[str, ModelProvider]"
    ) -> None:
        self._aggregate = aggregate
        unique = set(distinct_alone(aggregate))
        id_parts: dict[str, Provider[Any, Any]] = {}
        for part, field in aggregate.values.items():
            provider = value_provider(aggregate.model, field, is_unique=field in unique)
            self._keep(part, provider, id_parts)
        for part, reference in aggregate.references.items():
            self._keep(part, reference_provider(aggregate, reference, made), id_parts)
        if aggregate.id_parts:
            setattr(self, aggregate.id_attr, id_provider(aggregate, id_parts))
        super().__init__(repository=repository, output_factory=aggregate.make, output_exporter=aggregate.export)

    def _keep(self, part: str, provider: Provider[Any, Any], id_parts: dict[str, Provider[Any, Any]]) -> None:
        if part in self._aggregate.id_parts:
            id_parts[part] = provider
        else:
            setattr(self, part, provider)

    def _flat_parts(self) -> dict[str, Provider[Any, Any]]:
        """The parts by name, those of the id beside the others."""
        found = dict(self.parts())
        if self._aggregate.id_parts:
            found |= found.pop(self._id_attr).parts()
        return found


class TiedProvider(ModelProvider):
    """Ties references that share a part, and draws again what validators reject."""

    async def do_populate(self, session: ISession, specification: ISpecification | None = None) -> None:
        told = {name for name, part in self._flat_parts().items() if part.is_complete()}
        await self._tie(session)
        await super().do_populate(session, specification)
        if may_reject(self._aggregate.model):
            await self._settle_values(session, told)

    async def _tie(self, session: ISession) -> None:
        parts, aggregate = self._flat_parts(), self._aggregate
        for scope in aggregate.scoped:
            known: dict[str, Any] = {}
            for field in scope.shared:
                path = aggregate.fields[field]
                decider = parts[path[1] if aggregate.id_parts and path[0] == aggregate.id_attr else path[0]]
                if not (isinstance(decider, ReferenceProvider) and len(self._group_of(field).fields) > 1):
                    await decider.populate(session)
                    known[field] = decider.get()
            for group in scope.groups:
                part = next(part for part in aggregate.references.values() if part.group is group)
                reference = parts[part.name]
                pattern = {theirs: known[own] for own, theirs in part.shared.items() if known.get(own) is not None}
                if not reference.is_complete() and pattern:
                    reference.set(pattern)
                await reference.populate(session)
                found = reference.get()
                if isinstance(found, Mapping):
                    known |= {own: found[theirs] for own, theirs in part.shared.items() if own not in known}

    def _group_of(self, field: str) -> Group:
        return next(part.group for part in self._aggregate.references.values() if field in part.group.fields)

    async def _settle_values(self, session: ISession, told: set[str]) -> None:
        aggregate = self._aggregate
        parts = self._flat_parts()
        free = {
            name: parts[name]
            for name, field in aggregate.values.items()
            if name not in told and field not in aggregate.model.unique
        }
        for attempt in range(_TRIES):
            outputs = {name: await part.create(session) for name, part in self.parts().items()}
            try:
                aggregate.make(**outputs)
            except pydantic.ValidationError as error:
                names = aggregate.model.shape.names_of(error) if attempt < _BY_FIELD else set()
                again = {name: part for name, part in free.items() if aggregate.values[name] in names} or free
                if not again:
                    raise
                if attempt == _TRIES - 1:
                    raise UnsatisfiableError(
                        f"{self.path}: {_TRIES:,} tries gave no {aggregate.name} that its validators accept. The last one was "
                        f"{self.get()!r}; they say: {words_of(error)}. Narrow the fields' constraints to what the validators "
                        "want, or write a synthesizer"
                    ) from error
                for part in again.values():
                    part.reset()
                    await part.populate(session)
            else:
                return


class DistinctProvider(TiedProvider):
    """Makes sure that a composite key is not given twice, where its parts alone do not."""

    def __init__(self, aggregate: ModelAggregate, *args: Any) -> None:
        super().__init__(aggregate, *args)
        self._given_keys = GivenKeys(aggregate)

    async def populate(self, session: ISession, specification: ISpecification | None = None) -> None:
        if specification is None and not self.is_complete():
            await self._given_keys.look_up(self.repository, session)
            specification = NotGiven(self._given_keys, session)
        await super().populate(session, specification)

    async def do_populate(self, session: ISession, specification: ISpecification | None = None) -> None:
        if self._given_keys.misses >= _PATIENCE:  # what a plan has left at its end may be combinations that are given
            await self._given_keys.tell_another(self.id_provider.parts(), session)
        await super().do_populate(session, specification)


def may_reject(model: ModelSynthesizer) -> bool:
    """Whether the model has validators of its own, which may refuse what the fields' constraints allow."""
    cls = model.model_class
    decorators = getattr(cls, "__pydantic_decorators__", None)
    told = ("validators", "field_validators", "root_validators", "model_validators")
    if any(getattr(decorators, name, None) for name in told) or hasattr(cls, "__post_init__"):
        return True
    return any(constraints_of(field).others for field in model.shape.fields.values())
