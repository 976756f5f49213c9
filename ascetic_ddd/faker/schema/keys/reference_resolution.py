"""Plans the references that are no keys: free, by a law, within a scope, as a tree."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from pydantic import ValidationError

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.randomness import seed_of
from ascetic_ddd.faker.schema.keys.grouping import Group, ScopedGroups
from ascetic_ddd.faker.schema.keys.key_resolution import KeyResolver
from ascetic_ddd.faker.schema.keys.reference_columns import FreeColumn, ScopedColumn, ScopedGroup
from ascetic_ddd.faker.schema.keys.resolved import ColumnFactory, ResolvedModel
from ascetic_ddd.faker.schema.keys.trees import TreeColumn, parents_of
from ascetic_ddd.faker.schema.reading.field_checks import field_check
from ascetic_ddd.faker.schema.rows.model_synthesizer import ModelSynthesizer
from ascetic_ddd.faker.schema.rows.records import IColumn, words_of
from ascetic_ddd.faker.schema.rows.tickets import Pointer, TicketColumn, tickets_of
from ascetic_ddd.faker.schema.rows.uses import planned_uses
from ascetic_ddd.faker.schema.synthesizers.permutation import Permutation
from ascetic_ddd.faker.schema.synthesizers.references import SynthesizeReference

__all__ = ("ReferenceResolver",)


class ReferenceResolver:
    """Adds the columns of references.

    Args:
        models: all of the schema, by name, with their keys; their ``factories`` are filled.
        keys: what made the keys.
    """

    def __init__(self, models: Mapping[str, ResolvedModel], keys: KeyResolver) -> None:
        self.models, self._keys = models, keys

    def add_references(self, model: ModelSynthesizer) -> None:
        """Make the columns of all references that are no keys."""
        found = self.models[model.name]
        for group in found.plain:
            if not set(group.fields) & set(found.parts):
                name = next(iter(group.fields))
                found.factories.append((name, self._plain(model, group)))
        for scope in found.scoped:
            groups = [group for group in scope.groups if not set(group.own) & set(found.parts)]
            if groups:
                self._add_scoped(model, replace(scope, groups=groups))
        for group in found.groups():
            self._check_types(model, group)
            for name, target in group.fields.items():
                synth = model.fields[name]
                if isinstance(synth, SynthesizeReference) and (group.target.name, target) == (synth.model_ref, synth.field_ref):
                    synth.source = group.target.fields[target]

    def _plain(self, model: ModelSynthesizer, group: Group) -> ColumnFactory:
        words = [model.words[name] for name in group.fields]
        parts = self._keys.target_parts(group)
        if any(word.is_tree for word in words):
            return self._tree(model, group, next(iter(group.fields)), [array("I", range(model.rows or 0))])
        size, listed = self._keys.population(group, parts)
        weight = self._null_weight(model, list(group.fields))
        self._check_population(model, group, size, weight)
        pointer = Pointer(
            list(group.fields), list(listed.values()), [name in model.nullable for name in group.fields], size, weight
        )
        if not group.law or model.rows is None:
            if group.law:
                raise ConfigurationError(
                    f"{group}: a planned distribution needs a number of rows; tell it, e.g. add(…, rows=1000)"
                )
            return lambda random: FreeColumn(pointer, random)
        nulls = round(model.rows * weight)
        random = _random(model, str(group))
        uses = self._uses(group, model.rows - nulls, size, random)
        order = Permutation(size, random) if size else None
        return lambda random: TicketColumn(pointer, tickets_of(uses, order or (), nulls, size), random)

    def _uses(self, group: Group | ScopedGroups, rows: int, size: int, random: Random, *, is_strict: bool = True) -> list[int]:
        try:
            return planned_uses(group.law, rows, size, random, is_strict=is_strict)
        except ConfigurationError as error:
            raise ConfigurationError(f"{group}: {error}") from error

    def _null_weight(self, model: ModelSynthesizer, names: Sequence[str]) -> float:
        return max((model.null_weights[name] for name in names if name in model.nullable), default=0.0)

    def _check_population(self, model: ModelSynthesizer, group: Group, size: int, weight: float) -> None:
        if not size and model.rows != 0 and weight < 1.0:
            raise ConfigurationError(
                f"{group}: there is no {group.target.name} to refer to, because it has 0 rows; ask for at least one, or "
                "for null_weight=1"
            )

    def _check_types(self, model: ModelSynthesizer, group: Group) -> None:
        """Whether the fields take the keys that they refer to."""
        for name, part in self._keys.target_parts(group).items():
            check = field_check(model.model_class, name)
            if check is None or check.is_own or not group.target.rows:
                continue
            (value,) = part.at_many((0,))
            try:
                check.validate(value)
            except ValidationError as error:
                raise ConfigurationError(
                    f"{model.name}.{name}: refers to {group.target.name}.{group.fields[name]}, whose values it does not take, "
                    f"{value!r} for example: {words_of(error)}; give both fields one type"
                ) from error

    def _tree(self, model: ModelSynthesizer, group: Group, name: str, members: list["array[int]"]) -> ColumnFactory:
        """A tree among the rows of each scope; the whole model is one where nothing is shared."""
        if group.target is not model or len(group.own) > 1:
            raise ConfigurationError(f"{group}: tree=True is for one field that refers to its own model")
        part = self._keys.keys_of(model)[group.fields[name]]
        total, nullable = model.rows or 0, name in model.nullable
        random = _random(model, str(group))
        is_strict = len(members) == 1
        plans = []
        for inside in members:
            rows = len(inside)
            roots = min(self._roots(model, name, rows), rows)
            plans.append((roots, self._uses(group, rows - roots, rows, random, is_strict=is_strict) if group.law else None))

        def column(random: Random) -> IColumn:
            parents = array("Q", (total,)) * total
            for inside, (roots, children) in zip(members, plans, strict=True):
                rows = len(inside)
                if children is not None:
                    places: Sequence[int] = parents_of(children, rows, roots, random)
                else:
                    draw = random.random
                    places = [rows if row < roots else int(draw() * row) for row in range(rows)]
                for row, place in enumerate(places):
                    if place != rows:
                        parents[inside[row]] = inside[place]
            return TreeColumn(name, part, parents, nullable=nullable)

        return column

    def _roots(self, model: ModelSynthesizer, name: str, rows: int) -> int:
        told = model.words[name].roots
        if told is not None:
            return told
        return max(1, round(rows * model.null_weights[name]) if model.tells_nulls(name) else 1)

    def _add_scoped(self, model: ModelSynthesizer, scope: ScopedGroups) -> None:
        """Add the columns of references that share a part."""
        factories = self.models[model.name].factories
        trees = [group for group in scope.groups if any(model.words[name].is_tree for name in group.own)]
        for group in trees:
            if not set(scope.shared) <= set(model.key):
                raise ConfigurationError(
                    f"{group}: a tree that shares {', '.join(scope.shared)} needs it in the key of {model.name}; make it "
                    "a part of it"
                )
            parts = self.models[model.name].parts
            values = dict.fromkeys(zip(*(parts[name].at_many(range(model.rows or 0)) for name in scope.shared), strict=True))
            members = self._keys.members(group, scope, {value: number for number, value in enumerate(values)})
            factories.append((group.own[0], self._tree(model, group, group.own[0], members)))
        others = [group for group in scope.groups if group not in trees]
        if others:
            name = others[0].own[0] if others[0].own else scope.shared[0]
            factories.append((name, self._scoped(model, replace(scope, groups=others))))

    def _scoped(self, model: ModelSynthesizer, scope: ScopedGroups) -> ColumnFactory:
        rows = model.rows
        if rows is None:
            raise ConfigurationError(
                f"{', '.join(map(str, scope.groups))}: needs a number of rows; tell it, e.g. add(…, rows=1000)"
            )
        told_by_key = set(scope.shared) <= set(model.key)
        own_parts = self.models[model.name].parts
        values = (
            list(dict.fromkeys(zip(*(own_parts[name].at_many(range(rows)) for name in scope.shared), strict=True)))
            if told_by_key
            else self._keys.scope_values(scope)
        )
        numbers = {value: number for number, value in enumerate(values)}
        if rows and not values:
            raise ConfigurationError(
                f"{', '.join(map(str, scope.groups))}: no value of {', '.join(scope.shared)} is common to all that is referred to"
            )
        members = [self._keys.members(group, scope, numbers) for group in scope.groups]
        self._check_scopes(model, scope, values, members)
        weights = [self._null_weight(model, group.own) for group in scope.groups]
        pointers = [
            Pointer(
                group.own,
                [self._keys.keys_of(group.target)[group.fields[name]] for name in group.own],
                [name in model.nullable for name in group.own],
                group.target.rows or 0,
                weight,
            )
            for group, weight in zip(scope.groups, weights, strict=True)
        ]
        uses = None
        if scope.law and not told_by_key:
            uses = self._uses(scope, rows, len(values), _random(model, str(scope.shared)))

        def column(random: Random) -> IColumn:
            if told_by_key:
                scopes: Sequence[int] = array(
                    "I",
                    (
                        numbers[value]
                        for value in zip(*(own_parts[name].at_many(range(rows)) for name in scope.shared), strict=True)
                    ),
                )
            elif uses is not None:
                tickets = tickets_of(uses, Permutation(len(values), random), 0, len(values))
                random.shuffle(tickets)
                scopes = tickets
            else:
                draw, size = random.random, len(values)
                scopes = array("I", (int(draw() * size) for _ in range(rows)))
            shared = (
                [] if told_by_key else [(name, [value[place] for value in values]) for place, name in enumerate(scope.shared)]
            )
            groups = [
                ScopedGroup(pointer, inside, _scope_tickets(group, scopes, inside, pointer, random) if group.law else None)
                for group, pointer, inside in zip(scope.groups, pointers, members, strict=True)
            ]
            return ScopedColumn(scopes, shared, groups, random)

        return column

    def _check_scopes(
        self,
        model: ModelSynthesizer,
        scope: ScopedGroups,
        values: Sequence[tuple[Any, ...]],
        members: Sequence[Sequence[Sequence[int]]],
    ) -> None:
        for group, inside in zip(scope.groups, members, strict=True):
            empty = next((value for value, found in zip(values, inside, strict=True) if not found), None)
            if empty is not None and not all(name in model.nullable for name in group.own):
                told = ", ".join(f"{name}={part!r}" for name, part in zip(scope.shared, empty, strict=True))
                raise ConfigurationError(
                    f"{group}: there is no {group.target.name} with {told}, which rows of {model.name} have; ask for more rows "
                    f"of {group.target.name}, or make {', '.join(group.own)} optional"
                )


def _scope_tickets(
    group: Group, scopes: Sequence[int], members: Sequence[Sequence[int]], pointer: Pointer, random: Random
) -> list["array[int]"]:
    """By scope, one target a row of it, by the group's law in each scope."""
    rows = [0] * len(members)
    for scope in scopes:
        rows[scope] += 1
    found = []
    for count, inside in zip(rows, members, strict=True):
        nulls = count if not inside else round(count * pointer.null_weight)
        uses = planned_uses(group.law, count - nulls, len(inside), random, is_strict=False) if inside else []
        order = Permutation(len(inside), random).at_many(range(len(uses))) if inside else []
        found.append(tickets_of(uses, [inside[place] for place in order], nulls, pointer.size))
    return found


def _random(model: ModelSynthesizer, what: str) -> Random:
    return Random(seed_of(model.seed, f"{model.name} {what}"))
