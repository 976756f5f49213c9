"""Models as aggregates that providers make one by one: the way into ``generate``, repositories, restarts and comparison."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from ascetic_ddd.faker.domain.errors import CycleError
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.repositories import IExternalRepository
from ascetic_ddd.faker.schema.aggregates.field_providers import distinct_alone, null_weight_of_group
from ascetic_ddd.faker.schema.aggregates.model_aggregate import ModelAggregate, aggregates_of
from ascetic_ddd.faker.schema.aggregates.model_provider import DistinctProvider, ModelProvider, TiedProvider, may_reject
from ascetic_ddd.faker.schema.keys.grouping import Group
from ascetic_ddd.faker.schema.rows.model_synthesizer import ModelSynthesizer

__all__ = ("ISchema", "Repositories", "providers")

Repositories = Callable[[ModelAggregate], IExternalRepository[Any]]
"""Gives the repository of a model."""


class ISchema(Protocol):
    """Models that refer to each other, as a ``SchemaSynthesizer`` has them."""

    @property
    def schema(self) -> Mapping[str, ModelSynthesizer]:
        """The models' synthesizers by the models' names."""
        ...


def providers(schema: ISchema, repositories: Repositories) -> dict[str, ModelProvider]:
    """Give an aggregate provider for each model of a schema, wired to each other.

    Key fields have the values that the schema's rows have, by running number, so that a resumed run does not repeat them; the
    other fields draw from their synthesizers, references reuse or create by the field's distribution. Where a field tells no
    mean, it is the quotient of the models' numbers of rows. What the model's validators reject is drawn again.

    Args:
        schema: the models, with their numbers of rows.
        repositories: gives a model's repository; ``export`` and ``id_attr`` of what it is called with are what a repository
            wants to know.

    Returns:
        By name of the model.

    Raises:
        ConfigurationError: a model has no primary key, or a reference that does not lead to one.
        CycleError: references that may not be None go round in a circle: none of the aggregates could be the first.

    Example::

        found = providers(schema, lambda model: InMemoryRepository(agg_exporter=model.export, id_attr=model.id_attr))
        async for employee in generate(found["Employee"], session_pool, 1000): ...
    """
    aggregates = aggregates_of(schema.schema)
    _check_circles(aggregates)
    made: dict[str, ModelProvider] = {}
    for aggregate in _targets_first(aggregates):
        cls = _class_of(aggregate)
        made[aggregate.name] = cls(aggregate, repositories(aggregate), made)
    return {name: made[name] for name in schema.schema}


def _class_of(aggregate: ModelAggregate) -> type[ModelProvider]:
    names = [name for name in (*aggregate.values, *aggregate.references) if name not in aggregate.id_parts]
    if aggregate.id_parts:
        names.insert(0, aggregate.id_attr)
    base: type[ModelProvider] = ModelProvider
    if not distinct_alone(aggregate):
        base = DistinctProvider
    elif aggregate.scoped or may_reject(aggregate.model):
        base = TiedProvider
    return type(
        f"{aggregate.name}Provider", (base,), {"__annotations__": dict.fromkeys(names, Provider), "_id_attr": aggregate.id_attr}
    )


def _targets_first(aggregates: Mapping[str, ModelAggregate]) -> Iterator[ModelAggregate]:
    """Each model behind those that it refers to, as far as that can be."""
    done: set[str] = set()

    def visit(name: str) -> Iterator[ModelAggregate]:
        if name not in done:
            done.add(name)
            for part in aggregates[name].references.values():
                yield from visit(part.group.target.name)
            yield aggregates[name]

    for name in aggregates:
        yield from visit(name)


def _check_circles(aggregates: Mapping[str, ModelAggregate]) -> None:
    clear: set[str] = set()

    def visit(name: str, path: list[tuple[str, Group]]) -> None:
        names = [owner for owner, _ in path]
        if name in names:
            raise _circle([group for _, group in path[names.index(name) :]])
        if name not in clear:
            for part in aggregates[name].references.values():
                if not null_weight_of_group(part.group):
                    visit(part.group.target.name, [*path, (name, part.group)])
            clear.add(name)

    for name in aggregates:
        visit(name, [])


def _circle(groups: list[Group]) -> CycleError:
    fields = " → ".join(f"{group.owner.name}.{next(iter(group.fields))}" for group in groups)
    return CycleError(
        f"{fields} → {groups[0].owner.name}: none of these aggregates could be the first, because each needs another one to "
        "refer to. Make one of the references optional, with a null_weight above 0; or write the rows with write_rows, which "
        "serves circles"
    )
