"""Providers for the fields of a model: values, keys, references."""

from collections.abc import Callable, Mapping
from typing import Any

from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.composite_value_provider import CompositeValueProvider
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.schema.aggregates.field_generators import FieldGenerator, KeyGenerator, values_of
from ascetic_ddd.faker.schema.aggregates.model_aggregate import ModelAggregate, ReferencePart
from ascetic_ddd.faker.schema.keys.grouping import Group
from ascetic_ddd.faker.schema.rows.model_synthesizer import ModelSynthesizer

__all__ = ("distinct_alone", "id_provider", "null_weight_of_group", "reference_provider", "value_provider")

Aggregate = AggregateProvider[Any, Any]
_MEAN = 50  # the library's own, where nobody knows better


class _IdProvider(CompositeValueProvider[dict[str, Any], dict[str, Any]]):
    def __init__(self, parts: Mapping[str, Provider[Any, Any]]) -> None:
        for name, part in parts.items():
            setattr(self, name, part)
        super().__init__(output_factory=dict, output_exporter=dict)


def id_provider(aggregate: ModelAggregate, parts: Mapping[str, Provider[Any, Any]]) -> _IdProvider:
    """The provider of a composite key, made of the providers of its parts."""
    cls = type(f"{aggregate.name}IdProvider", (_IdProvider,), {"__annotations__": dict.fromkeys(aggregate.id_parts, Provider)})
    found: _IdProvider = cls({name: parts[name] for name in aggregate.id_parts})
    return found


def distinct_alone(aggregate: ModelAggregate) -> list[str]:
    """Fields that are distinct by themselves; none of the key's, if only all of these together are."""
    model = aggregate.model
    found = [name for name in model.unique if name in aggregate.values.values()]
    if len(model.key) == 1 or set(found) & set(model.key):
        return found or list(model.key)
    sizes = {name: values_of(model.fields[name]) for name in model.key if name in aggregate.values.values()}
    enough = {name: size for name, size in sizes.items() if size is not None and size >= (model.rows or 1)}
    return [*found, max(enough, key=lambda name: enough[name])] if enough else []


def value_provider(model: ModelSynthesizer, field: str, *, is_unique: bool) -> ValueProvider[Any, Any]:
    """The provider of a field that refers to nothing; a unique one gives each value once."""
    synth = model.fields[field]
    if not is_unique:
        return ValueProvider(input_generator=FieldGenerator(synth))
    null_weight = model.null_weights[field] if field in model.nullable else 0.0
    if values_of(synth) is None:  # drawn until it is another one
        return ValueProvider(distributor_factory(mean=1, null_weight=null_weight), input_generator=FieldGenerator(synth))
    return ValueProvider(distributor_factory(sequence=True, null_weight=null_weight), input_generator=KeyGenerator(synth))


def reference_provider(
    aggregate: ModelAggregate, reference: ReferencePart, made: Mapping[str, Aggregate]
) -> ReferenceProvider[Any, Any, Any]:
    """The provider of fields that refer to an aggregate; one that is not ``made`` yet is looked up when it is needed."""
    group = reference.group
    target = group.target.name
    found: Aggregate | Callable[[], Aggregate] = made[target] if target in made else lambda: made[target]
    return ReferenceProvider(distributor_factory(**_law(aggregate.model, group), null_weight=null_weight_of_group(group)), found)


def _law(model: ModelSynthesizer, group: Group) -> dict[str, Any]:
    """The distribution, with a mean; where none is told, as many rows a target as the numbers of rows say."""
    fields = set(group.fields)
    if fields == set(model.key) or (len(fields) == 1 and fields & set(model.unique)):
        return {"mean": 1}
    law = dict(group.law)
    if "mean" in law or "histogram" in law or model.rows is None or not group.target.rows:
        return law or {"mean": _MEAN}
    weights = law.get("weights")
    least = max(float(law.get("skew") or 1.0), sum(weights) / (min(weights) * len(weights)) * (1 + 1e-9) if weights else 1.0)
    return {**law, "mean": max(least, model.rows * (1.0 - null_weight_of_group(group)) / group.target.rows)}


def null_weight_of_group(group: Group) -> float:
    """The share of rows in which the fields refer to nothing."""
    model = group.owner
    nullable = [name for name in group.own or group.fields if name in model.nullable]
    words = [model.words[name] for name in group.fields]
    is_tree = any(each.is_tree for each in words) and not any(_tells_nulls(model, name) for name in nullable)
    if is_tree and nullable and model.rows:
        roots = next((each.roots for each in words if each.roots is not None), 1)
        return min(1.0, max(1, roots) / model.rows)
    return max((model.null_weights[name] for name in nullable), default=0.0)


def _tells_nulls(model: ModelSynthesizer, name: str) -> bool:
    """Whether a share of None was asked for; that of a tree is else the share of its roots."""
    return "null_weight" in repr(model.fields[name].json_schema_extra)
