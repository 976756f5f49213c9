"""Makes the key tables of all models, those first that others are made of."""

from array import array
from collections.abc import Mapping
from random import Random
from typing import Any

from ascetic_ddd.faker.domain.errors import ConfigurationError, CycleError
from ascetic_ddd.faker.domain.randomness import seed_of
from ascetic_ddd.faker.schema.keys.combinations import Combinations, CombinedPart
from ascetic_ddd.faker.schema.keys.grouping import Group, ScopedGroups
from ascetic_ddd.faker.schema.keys.key_parts import IKeyPart, ListPart, PoolPart
from ascetic_ddd.faker.schema.keys.key_tables import Dimension, key_parts
from ascetic_ddd.faker.schema.keys.resolved import ResolvedModel
from ascetic_ddd.faker.schema.rows.model_synthesizer import ModelSynthesizer
from ascetic_ddd.faker.schema.synthesizers.behaviors import Pooled
from ascetic_ddd.faker.schema.synthesizers.references import SynthesizeReference

__all__ = ("KeyResolver",)


class KeyResolver:
    """Makes keys.

    Args:
        models: all of the schema, by name; their ``parts`` are filled.
    """

    def __init__(self, models: Mapping[str, ResolvedModel]) -> None:
        self.models = models
        self._done: set[str] = set()
        self._path: list[str] = []

    def keys_of(self, model: ModelSynthesizer) -> dict[str, IKeyPart]:
        """The key fields of a model; those of models that they are made of are made first."""
        found = self.models[model.name]
        if model.name in self._done:
            return found.parts
        if model.name in self._path:
            circle = [*self._path[self._path.index(model.name) :], model.name]
            raise CycleError(
                f"{' → '.join(circle)}: these primary keys are made of each other in a circle; give one of the models a "
                "key of its own"
            )
        self._path.append(model.name)
        try:
            self._make_keys(model, found)
        finally:
            self._path.pop()
        self._done.add(model.name)
        return found.parts

    def _make_keys(self, model: ModelSynthesizer, found: ResolvedModel) -> None:
        if model.key:
            found.parts.update(key_parts(model, self._dimensions(model, found), _random(model, "key")))
        for name in model.unique:
            if name in found.parts:
                continue
            synth = model.fields[name]
            if isinstance(synth, SynthesizeReference):
                found.parts[name] = self._one_to_one(model, self._group_of(found, name))[name]
            elif isinstance(synth.behavior, Pooled):
                found.parts[name] = PoolPart(synth.behavior.pool)

    def _dimensions(self, model: ModelSynthesizer, found: ResolvedModel) -> list[Dimension]:
        left = list(model.key)
        dimensions: list[Dimension] = []
        for scope in found.scoped:
            inside = [group for group in scope.groups if set(group.own) & set(model.key)]
            if inside:
                dimensions.append(self._junction(model, scope, inside))
                left = [name for name in left if name not in dimensions[-1].names]
                continue
            if set(scope.shared) <= set(left):
                dimensions.append(self._scope_dimension(model, scope))
                left = [name for name in left if name not in scope.shared]
        for group in found.plain:
            if set(group.fields) & set(left):
                if not set(group.fields) <= set(left):
                    raise ConfigurationError(
                        f"{group}: only a part of it belongs to the key of {model.name}; expected all or nothing"
                    )
                parts = self.target_parts(group)
                size, listed = self.population(group, parts)
                dimensions.append(Dimension(tuple(group.fields), size, listed, group.law))
                left = [name for name in left if name not in group.fields]
        dimensions += [Dimension((name,), None, {}, {}, model.fields[name]) for name in left]
        return dimensions

    def _scope_dimension(self, model: ModelSynthesizer, scope: ScopedGroups) -> Dimension:
        values = self.scope_values(scope)
        if not values:
            raise ConfigurationError(
                f"{', '.join(map(str, scope.groups))}: no value of {', '.join(scope.shared)} is common to what is referred to; "
                "ask for more rows of it"
            )
        listed: dict[str, IKeyPart] = {
            name: ListPart([value[place] for value in values]) for place, name in enumerate(scope.shared)
        }
        return Dimension(scope.shared, len(values), listed, scope.law)

    def _junction(self, model: ModelSynthesizer, scope: ScopedGroups, inside: list[Group]) -> Dimension:
        """References in a key that share a part: all combinations within each value of it are numbered."""
        names = (*scope.shared, *(name for group in inside for name in group.own))
        place = " and ".join(map(str, inside))
        if not set(names) <= set(model.key):
            raise ConfigurationError(f"{place}: only a part of it belongs to the key of {model.name}; expected all or nothing")
        if scope.law or any(group.law for group in inside):
            raise ConfigurationError(
                f"{place}: share {', '.join(scope.shared)} within the key of {model.name}, where each combination is equally "
                "likely; leave out the distribution, or give the model a key of its own"
            )
        values = self.scope_values(scope)
        numbers = {value: number for number, value in enumerate(values)}
        members = [self.members(group, scope, numbers) for group in inside]
        parts: dict[str, IKeyPart] = {}
        combinations = Combinations([[len(found[number]) for found in members] for number in range(len(values))])
        for number, name in enumerate(scope.shared):
            parts[name] = CombinedPart(combinations, None, ListPart([value[number] for value in values]))
        for number, (group, found) in enumerate(zip(inside, members, strict=True)):
            for name in group.own:
                target = self.keys_of(group.target)[group.fields[name]]
                parts[name] = CombinedPart(combinations, number, target, found)
        return Dimension(names, combinations.size, parts, {})

    def members(self, group: Group, scope: ScopedGroups, numbers: Mapping[tuple[Any, ...], int]) -> list["array[int]"]:
        """By number of the shared part's value: the numbers of the target's rows that have it."""
        parts = self.keys_of(group.target)
        found = [array("I") for _ in numbers]
        fields = [group.fields[name] for name in scope.shared]
        for row, value in enumerate(zip(*(parts[field].at_many(range(group.target.rows or 0)) for field in fields), strict=True)):
            number = numbers.get(value)
            if number is not None:
                found[number].append(row)
        return found

    def scope_values(self, scope: ScopedGroups) -> list[tuple[Any, ...]]:
        """The values of the shared part in which every reference finds something, in the order of their first occurrence."""
        found: dict[tuple[Any, ...], None] | None = None
        groups = [*([scope.driver] if scope.driver is not None else []), *scope.groups]
        for group in groups:
            if group.target.name in self._path and group is not scope.driver:
                continue  # not known yet, as its own model; rows of an empty scope are complained of later
            parts = self.keys_of(group.target)
            fields = [group.fields[name] for name in scope.shared]
            rows = group.target.rows or 0
            values = dict.fromkeys(zip(*(parts[field].at_many(range(rows)) for field in fields), strict=True))
            found = values if found is None else {value: None for value in found if value in values}
        if found is None:  # all of it is being made: a circle of keys
            self.keys_of(groups[0].target)
        return list(found or ())

    def _group_of(self, found: ResolvedModel, name: str) -> Group:
        for group in found.plain:
            if name in group.fields:
                return group
        raise ConfigurationError(
            f"{found.model.name}.{name}: is unique and shares references with others; expected one or the other"
        )

    def _one_to_one(self, model: ModelSynthesizer, group: Group) -> dict[str, IKeyPart]:
        parts = self.target_parts(group)
        size, listed = self.population(group, parts)
        return key_parts(model, [Dimension(tuple(group.fields), size, listed, {})], _random(model, str(group)))

    def target_parts(self, group: Group) -> dict[str, IKeyPart]:
        """By own field, the key field that is referred to."""
        parts = self.keys_of(group.target)
        return {name: parts[target] for name, target in group.fields.items()}

    def population(self, group: Group, parts: dict[str, IKeyPart]) -> tuple[int, dict[str, IKeyPart]]:
        """How many different targets there are, and their values by number."""
        target, rows = group.target, group.target.rows or 0
        used = set(group.fields.values())
        if used >= set(target.key) or used & set(target.unique):
            return rows, parts
        values = list(dict.fromkeys(zip(*(part.at_many(range(rows)) for part in parts.values()), strict=True)))
        return len(values), {name: ListPart([value[place] for value in values]) for place, name in enumerate(parts)}


def _random(model: ModelSynthesizer, what: str) -> Random:
    return Random(seed_of(model.seed, f"{model.name} {what}"))
