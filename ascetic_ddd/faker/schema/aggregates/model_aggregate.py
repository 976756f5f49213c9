"""A model as an aggregate: its parts, its id, its exported state. What providers and repositories have to agree on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.schema.aggregates.scopes import driven, halved
from ascetic_ddd.faker.schema.keys.grouping import Group, ScopedGroups, grouped
from ascetic_ddd.faker.schema.reading.plain import plain
from ascetic_ddd.faker.schema.rows.model_synthesizer import ModelSynthesizer

__all__ = ("ModelAggregate", "ReferencePart", "aggregates_of")

_TAKEN = frozenset(dir(AggregateProvider)) | {"memory", "repository", "distributor"}


@dataclass(frozen=True, slots=True)
class ReferencePart:
    """Fields that refer to one aggregate.

    Attributes:
        name: of the part.
        group: the fields and what they refer to.
        shared: part names of the id that is referred to, by own fields that others decide.
    """

    name: str
    group: Group
    shared: Mapping[str, str]


class ModelAggregate:
    """A model seen as an aggregate.

    The exported state has a key for each field, except that the fields of a composite key are together in a dict under
    :attr:`id_attr`, and fields that refer to a composite key together are a dict under one name, keyed as that key's parts are.

    Attributes:
        model: the model's synthesizer.
        id_attr: the key of the id.
        values: by name of the part, fields that are drawn.
        references: by name of the part.
        id_parts: names of the parts that are the id's, if it is composite; else empty.
        scoped: references that share a part.
    """

    def __init__(self, model: ModelSynthesizer, models: Mapping[str, ModelSynthesizer]) -> None:
        self.model = model
        if not model.key:
            raise ConfigurationError(
                f"{model.name} has no primary key, by which repositories know it; give a field json_schema_extra="
                "{'sql': {'key': 'primary'}}, or write its rows with write_rows"
            )
        plain_groups, scoped = grouped(model, models)
        halves = {id(group): halved(group, models) for group in plain_groups}
        plain_groups = [group for group in plain_groups if halves[id(group)] is None]
        self.scoped = [
            *(driven(scope, model, models) for scope in scoped),
            *(half for half in halves.values() if half is not None),
        ]
        self.references = {part.name: part for part in map(self._part, [*plain_groups, *_groups_of(self.scoped)])}
        referring = {name for part in self.references.values() for name in part.group.fields}
        self.values = {_part_name(name): name for name in model.shape.fields if name not in referring}
        own = {name: part for part, name in self.values.items()}
        own |= {name: part.name for part in self.references.values() for name in part.group.fields if name not in part.shared}
        self._check_key(own)
        self.id_parts: tuple[str, ...] = ()
        self.id_attr = own[model.key[0]]
        if len(model.key) > 1:
            self.id_parts = tuple(dict.fromkeys(own[name] for name in model.key))
            self.id_attr = "id" if "id" not in {*self.values, *self.references} else "key"
            while self.id_attr in {*self.values, *self.references, *_TAKEN}:
                self.id_attr += "_"
        self._places = self._found_places(own)

    @property
    def name(self) -> str:
        """The model's name."""
        return self.model.name

    @property
    def fields(self) -> Mapping[str, tuple[str, ...]]:
        """By field, its path in the exported state."""
        return self._places

    def export(self, agg: Any) -> dict[str, Any]:
        """The state of an instance, as a fresh dict of plain data."""
        return self.state(agg, plain)

    def state(self, agg: Any, convert: Callable[[Any], Any]) -> dict[str, Any]:
        """The state of an instance, each value converted."""
        read: Any = agg.get if isinstance(agg, dict) else lambda name: getattr(agg, name)
        found: dict[str, Any] = {self.id_attr: {}} if self.id_parts else {}
        inside: dict[str, Any] = found[self.id_attr] if self.id_parts else found
        for part, name in self.values.items():
            (inside if part in self.id_parts else found)[part] = convert(read(name))
        for part, reference in self.references.items():
            fields = reference.group.fields
            target = inside if part in self.id_parts else found
            if len(fields) == 1:
                target[part] = convert(read(next(iter(fields))))
            else:
                values = {_part_name(theirs): convert(read(own)) for own, theirs in fields.items()}
                target[part] = None if any(value is None for value in values.values()) else values
        return found

    def told(self, parts: Mapping[str, Any]) -> dict[str, Any]:
        """The fields' values, from the outputs of the parts."""
        outputs = dict(parts)
        if self.id_parts:
            outputs |= outputs.pop(self.id_attr)
        found = {name: outputs[part] for part, name in self.values.items()}
        for part, reference in self.references.items():
            fields, output = reference.group.fields, outputs[part]
            if len(fields) == 1:
                found[next(iter(fields))] = output
            else:
                for own, theirs in fields.items():
                    if own not in reference.shared or found.get(own) is None:
                        found[own] = None if output is None else output[_part_name(theirs)]
        return found

    def make(self, **parts: Any) -> Any:
        """Make an instance from the outputs of the parts; pydantic validates it."""
        shape = self.model.shape
        values = self.told(parts)
        (told,) = shape.inputs({name: [values[name]] for name in shape.fields}, 1)
        return shape.validate(told)

    def _part(self, group: Group) -> ReferencePart:
        target, parts = group.target, set(group.fields.values())
        if parts != set(target.key):
            raise ConfigurationError(
                f"{group}: a reference through repositories leads to an aggregate by its whole primary key "
                f"({', '.join(target.key) or 'it has none'}); refer to that, or write the rows with write_rows"
            )
        fields = list(group.fields)
        name = _part_name(fields[0] if len(fields) == 1 else "_and_".join(group.own or fields))
        return ReferencePart(name, group, {own: _part_name(group.fields[own]) for own in group.shared})

    def _check_key(self, own: Mapping[str, str]) -> None:
        lost = [name for name in self.model.key if name not in own]
        if lost:
            raise ConfigurationError(
                f"{self.name}: the key field {', '.join(lost)} is decided by several references together; repositories need one "
                "that decides it, so write the rows with write_rows"
            )

    def _found_places(self, own: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for name in self.model.shape.fields:
            part = own.get(name)
            if part is None:  # several references share it, and none has it alone
                part = next(part.name for part in self.references.values() if name in part.group.fields)
            path: tuple[str, ...] = (self.id_attr, part) if part in self.id_parts else (part,)
            reference = self.references.get(part)
            if reference is not None and len(reference.group.fields) > 1:
                path = (*path, _part_name(reference.group.fields[name]))
            found[name] = path
        return found


def aggregates_of(models: Mapping[str, ModelSynthesizer]) -> dict[str, ModelAggregate]:
    """All models of a schema as aggregates, by name.

    Raises:
        ConfigurationError: a model has no primary key, or a reference that does not lead to one.
    """
    return {name: ModelAggregate(model, models) for name, model in models.items()}


def _groups_of(scoped: list[ScopedGroups]) -> list[Group]:
    return [group for scope in scoped for group in ([scope.driver] if scope.driver is not None else []) + scope.groups]


def _part_name(field: str) -> str:
    """The field's own name, unless a provider has something else of that name."""
    return f"{field}_" if field in _TAKEN else field
