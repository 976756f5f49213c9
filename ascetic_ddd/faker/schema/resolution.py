"""Keys first, references after: makes the key tables of all models and the columns of their references."""

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from typing import Any

from ascetic_ddd.faker.domain.errors import ConfigurationError, CycleError
from ascetic_ddd.faker.domain.providers.graph import stream
from ascetic_ddd.faker.schema.behaviors import Pooled
from ascetic_ddd.faker.schema.grouping import Group, ScopedGroups, grouped
from ascetic_ddd.faker.schema.key_parts import IKeyPart, KeyColumn, ListPart, PoolPart
from ascetic_ddd.faker.schema.key_tables import Dimension, key_parts
from ascetic_ddd.faker.schema.model_synthesizer import ModelSynthesizer
from ascetic_ddd.faker.schema.permutation import Permutation
from ascetic_ddd.faker.schema.records import IColumn
from ascetic_ddd.faker.schema.reference_columns import FreeColumn, Pointer, ScopedColumn, ScopedGroup, TicketColumn, tickets_of
from ascetic_ddd.faker.schema.references import SynthesizeReference
from ascetic_ddd.faker.schema.trees import TreeColumn, parents_of
from ascetic_ddd.faker.schema.uses import planned_uses

__all__ = ("ResolvedModel", "resolve")

ColumnFactory = Callable[[Random], IColumn]


class ResolvedModel:
    """What a model's keys and references have become.

    Attributes:
        model: the model.
        plain: its references that stand alone.
        scoped: its references that share a part.
        parts: its key fields, by name.
    """

    def __init__(self, model: ModelSynthesizer, plain: list[Group], scoped: list[ScopedGroups]) -> None:
        self.model, self.plain, self.scoped = model, plain, scoped
        self.parts: dict[str, IKeyPart] = {}
        self.factories: list[tuple[str, ColumnFactory]] = []

    def columns(self) -> Iterator[IColumn]:
        """Fresh columns of all keys and references, for one run through the rows."""
        for name, part in self.parts.items():
            yield _NullableKey.of(self.model, name, part)
        for name, factory in self.factories:
            yield factory(Random(stream(self.model.seed, f"{self.model.name}.{name} references")))

    def groups(self) -> Iterator[Group]:
        """All references, those that are decided first included."""
        yield from self.plain
        for scope in self.scoped:
            if scope.driver is not None:
                yield scope.driver
            yield from scope.groups


def resolve(schema: Mapping[str, ModelSynthesizer]) -> None:
    """Resolve the references of all models, and give each its :class:`ResolvedModel`.

    Raises:
        ConfigurationError: a reference points nowhere, or the numbers of rows, the domains and the distributions contradict each
            other; the message tells model and field.
        CycleError: keys are made of each other in a circle.
    """
    resolver = _Resolver({model.name: ResolvedModel(model, *grouped(model, schema)) for model in schema.values()})
    for model in schema.values():
        resolver.keys_of(model)
    for model in schema.values():
        resolver.add_references(model)
    for name, found in resolver.models.items():
        schema[name].resolved = found


class _Resolver:
    def __init__(self, models: dict[str, ResolvedModel]) -> None:
        self.models = models
        self._done: set[str] = set()
        self._path: list[str] = []

    # ------------------------------------------------------------------ keys

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
            found.parts.update(key_parts(model, self._dimensions(model, found), self._random(model, "key")))
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
                raise ConfigurationError(
                    f"{inside[0]}: is a part of the key of {model.name} and shares {', '.join(scope.shared)} with other "
                    "references; "
                    "keys like that are not made here: leave out the references to the shared part, or write a synthesizer"
                )
            if set(scope.shared) <= set(left):
                dimensions.append(self._scope_dimension(model, scope))
                left = [name for name in left if name not in scope.shared]
        for group in found.plain:
            if set(group.fields) & set(left):
                if not set(group.fields) <= set(left):
                    raise ConfigurationError(
                        f"{group}: only a part of it belongs to the key of {model.name}; expected all or nothing"
                    )
                parts = self._target_parts(group)
                size, listed = self._population(group, parts)
                dimensions.append(Dimension(tuple(group.fields), size, listed, group.law))
                left = [name for name in left if name not in group.fields]
        dimensions += [Dimension((name,), None, {}, {}, model.fields[name]) for name in left]
        return dimensions

    def _scope_dimension(self, model: ModelSynthesizer, scope: ScopedGroups) -> Dimension:
        values = self._scope_values(scope)
        if not values:
            raise ConfigurationError(
                f"{', '.join(map(str, scope.groups))}: no value of {', '.join(scope.shared)} is common to what is referred to; "
                "ask for more rows of it"
            )
        listed: dict[str, IKeyPart] = {
            name: ListPart([value[place] for value in values]) for place, name in enumerate(scope.shared)
        }
        return Dimension(scope.shared, len(values), listed, scope.driver.law if scope.driver else {})

    def _scope_values(self, scope: ScopedGroups) -> list[tuple[Any, ...]]:
        """The values of the shared part in which every reference finds something, in the order of their first occurrence."""
        found: dict[tuple[Any, ...], None] | None = None
        groups = [*([scope.driver] if scope.driver is not None else []), *scope.groups]
        for group in groups:
            if group.target is group.owner and group is not scope.driver:
                continue  # within its own model a row finds at least itself
            if group.target.name in self._path and group is not scope.driver:
                continue  # not known yet; rows of an empty scope are complained of later
            parts = self.keys_of(group.target)
            fields = [group.fields[name] for name in scope.shared]
            rows = group.target.rows or 0
            values = dict.fromkeys(zip(*(parts[field].at_many(range(rows)) for field in fields), strict=True))
            found = values if found is None else {value: None for value in found if value in values}
        return list(found or ())

    def _group_of(self, found: ResolvedModel, name: str) -> Group:
        for group in found.plain:
            if name in group.fields:
                return group
        raise ConfigurationError(
            f"{found.model.name}.{name}: is unique and shares references with others; expected one or the other"
        )

    def _one_to_one(self, model: ModelSynthesizer, group: Group) -> dict[str, IKeyPart]:
        parts = self._target_parts(group)
        size, listed = self._population(group, parts)
        return key_parts(model, [Dimension(tuple(group.fields), size, listed, {})], self._random(model, str(group)))

    def _target_parts(self, group: Group) -> dict[str, IKeyPart]:
        """By own field, the key field that is referred to."""
        parts = self.keys_of(group.target)
        return {name: parts[target] for name, target in group.fields.items()}

    def _population(self, group: Group, parts: dict[str, IKeyPart]) -> tuple[int, dict[str, IKeyPart]]:
        """How many different targets there are, and their values by number."""
        target, rows = group.target, group.target.rows or 0
        used = set(group.fields.values())
        if used >= set(target.key) or used & set(target.unique):
            return rows, parts
        values = list(dict.fromkeys(zip(*(part.at_many(range(rows)) for part in parts.values()), strict=True)))
        return len(values), {name: ListPart([value[place] for value in values]) for place, name in enumerate(parts)}

    def _random(self, model: ModelSynthesizer, what: str) -> Random:
        return Random(stream(model.seed, f"{model.name} {what}"))

    # ------------------------------------------------------------ references

    def add_references(self, model: ModelSynthesizer) -> None:
        """Make the columns of all references that are no keys."""
        found = self.models[model.name]
        for group in found.plain:
            if not set(group.fields) & set(found.parts):
                name = next(iter(group.fields))
                found.factories.append((name, self._plain(model, group)))
        for scope in found.scoped:
            found.factories.append(
                (scope.groups[0].own[0] if scope.groups[0].own else scope.shared[0], self._scoped(model, scope))
            )
        for group in found.groups():
            for name, target in group.fields.items():
                synth = model.fields[name]
                if isinstance(synth, SynthesizeReference) and (group.target.name, target) == (synth.model_ref, synth.field_ref):
                    synth.source = group.target.fields[target]

    def _plain(self, model: ModelSynthesizer, group: Group) -> ColumnFactory:
        words = [model.words[name] for name in group.fields]
        parts = self._target_parts(group)
        if any(word.is_tree for word in words):
            return self._tree(model, group, parts)
        size, listed = self._population(group, parts)
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
        random = self._random(model, str(group))
        uses = self._uses(group, model.rows - nulls, size, random)
        order = Permutation(size, random) if size else None
        return lambda random: TicketColumn(pointer, tickets_of(uses, order or (), nulls, size), random)

    def _uses(self, group: Group, rows: int, size: int, random: Random) -> list[int]:
        try:
            return planned_uses(group.law, rows, size, random)
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

    def _tree(self, model: ModelSynthesizer, group: Group, parts: dict[str, IKeyPart]) -> ColumnFactory:
        if group.target is not model or len(group.fields) > 1:
            raise ConfigurationError(f"{group}: tree=True is for one field that refers to its own model")
        ((name, part),) = parts.items()
        rows = model.rows or 0
        words = model.words[name]
        nullable = name in model.nullable
        told = (
            words.roots
            if words.roots is not None
            else max(1, round(rows * model.null_weights[name]) if _tells_nulls(model, name) else 1)
        )
        roots = min(told, rows)
        random = self._random(model, str(group))
        children: list[int] | None = self._uses(group, rows - roots, rows, random) if group.law else None

        def column(random: Random) -> IColumn:
            if children is not None:
                parents: Sequence[int] = parents_of(children, rows, roots, random)
            else:
                draw = random.random
                parents = array("Q", (rows if row < roots else int(draw() * row) for row in range(rows)))
            return TreeColumn(name, part, parents, nullable=nullable)

        return column

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
            else self._scope_values(scope)
        )
        numbers = {value: number for number, value in enumerate(values)}
        if rows and not values:
            raise ConfigurationError(
                f"{', '.join(map(str, scope.groups))}: no value of {', '.join(scope.shared)} is common to all that is referred to"
            )
        members = [self._members(group, scope, numbers) for group in scope.groups]
        self._check_scopes(model, scope, values, members)
        weights = [self._null_weight(model, group.own) for group in scope.groups]
        pointers = [
            Pointer(
                group.own,
                [self.keys_of(group.target)[group.fields[name]] for name in group.own],
                [name in model.nullable for name in group.own],
                group.target.rows or 0,
                weight,
            )
            for group, weight in zip(scope.groups, weights, strict=True)
        ]
        law = scope.driver.law if scope.driver is not None and not told_by_key else {}
        uses = (
            self._uses(scope.driver, rows, len(values), self._random(model, str(scope.shared))) if law and scope.driver else None
        )

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

    def _members(self, group: Group, scope: ScopedGroups, numbers: Mapping[tuple[Any, ...], int]) -> list["array[int]"]:
        parts = self.keys_of(group.target)
        found = [array("I") for _ in numbers]
        fields = [group.fields[name] for name in scope.shared]
        for row, value in enumerate(zip(*(parts[field].at_many(range(group.target.rows or 0)) for field in fields), strict=True)):
            number = numbers.get(value)
            if number is not None:
                found[number].append(row)
        return found

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
                    f"{group}: there is no {group.target.name} with {told}, which rows of {model.name} have; ask for "
                    "more rows of "
                    f"{group.target.name}, or make {', '.join(group.own)} optional"
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


def _tells_nulls(model: ModelSynthesizer, name: str) -> bool:
    return "null_weight" in repr(model.fields[name].json_schema_extra)


class _NullableKey(KeyColumn):
    """A unique field of which some rows have none."""

    def __init__(self, name: str, part: IKeyPart, weight: float, random: Random) -> None:
        super().__init__(name, part)
        self._weight, self._draw = weight, random.random

    @staticmethod
    def of(model: ModelSynthesizer, name: str, part: IKeyPart) -> KeyColumn:
        """The column of a key field, with its share of None if it may be None."""
        weight = model.null_weights[name]
        if name not in model.nullable or not weight:
            return KeyColumn(name, part)
        return _NullableKey(name, part, weight, Random(stream(model.seed, f"{model.name}.{name} nulls")))

    def take(self, count: int) -> list[Sequence[Any]]:
        (values,) = super().take(count)
        return [[None if self._draw() < self._weight else value for value in values]]
