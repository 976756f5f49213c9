"""Which references of a model point to one object together, and which share a part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.schema.rows.model_synthesizer import ModelSynthesizer

__all__ = ("Group", "ScopedGroups", "grouped")


@dataclass(slots=True, eq=False)
class Group:
    """Fields that refer to one row of a model together.

    Attributes:
        owner: the model that refers.
        target: the model that is referred to.
        fields: by own field, the target's.
        shared: those of them that other references need too; they are decided first.
        law: parameters of the count distribution; empty: each target is equally likely.
        scope_laws: by own field, those of the parts that are decided before.
    """

    owner: ModelSynthesizer
    target: ModelSynthesizer
    fields: dict[str, str]
    shared: dict[str, str] = field(default_factory=dict)
    law: Mapping[str, Any] = field(default_factory=dict)
    scope_laws: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def own(self) -> list[str]:
        """The fields that no other reference decides."""
        return [name for name in self.fields if name not in self.shared]

    def __str__(self) -> str:
        names = ", ".join(f"{self.owner.name}.{name}" for name in self.fields)
        return f"{names} → {self.target.name}({', '.join(self.fields.values())})"


@dataclass(slots=True, eq=False)
class ScopedGroups:
    """References that share a part.

    Attributes:
        shared: the fields of the part.
        driver: the reference of the part itself, if it has one of its own.
        groups: the references that are chosen within it.
        law: of the part; empty: each of its values is equally likely.
    """

    shared: tuple[str, ...]
    driver: Group | None
    groups: list[Group]
    law: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.groups[0].owner.name}.{', '.join(self.shared)}"


def grouped(model: ModelSynthesizer, schema: Mapping[str, ModelSynthesizer]) -> tuple[list[Group], list[ScopedGroups]]:
    """Find the groups of a model's references.

    * Fields that refer to different parts of one composite key go together, unless a ``group`` label says otherwise.
    * A reference to a part of a composite key is completed by the field that refers to what another part refers to:
      ``author_id → Author.id`` by ``tenant_id → Tenant.id``, if ``Author.tenant_id`` refers to ``Tenant.id`` too.
    * A field that several groups need is decided before them.

    Raises:
        ConfigurationError: a reference's target does not exist or is no key, or the rules leave it open what belongs together.
    """
    found = [
        group for (_, target), bucket in _buckets(model, schema).items() for group in _of_bucket(model, schema[target], bucket)
    ]
    for group in found:
        _complete(group, found)
    return _with_scopes(model, _distinct(found))


def _buckets(
    model: ModelSynthesizer, schema: Mapping[str, ModelSynthesizer]
) -> dict[tuple[str | None, str], list[tuple[str, str]]]:
    """By label and target model: pairs (own field, target field)."""
    found: dict[tuple[str | None, str], list[tuple[str, str]]] = {}
    for name, words in model.words.items():
        for told, target_field in words.references:
            target = schema.get(told) or schema.get(told.rpartition(".")[2])
            place = f"{model.name}.{name}: refers to {told}.{target_field}, and"
            if target is None:
                raise ConfigurationError(
                    f"{place} no model {told} was added; add it, or correct the reference. There are: {', '.join(schema)}"
                )
            if target_field not in target.fields:
                raise ConfigurationError(f"{place} {told} has no such field; expected one of its keys: {_keys(target)}")
            if target_field not in target.key and target_field not in target.unique:
                raise ConfigurationError(f"{place} that field is no key; expected one of its keys: {_keys(target)}")
            if target_field in target.nullable:
                raise ConfigurationError(f"{place} that field may be None; expected a key that never is")
            if target.rows is None:
                raise ConfigurationError(f"{place} {told} has no number of rows; tell it, e.g. add({told}, rows=1000)")
            found.setdefault((words.group, target.name), []).append((name, target_field))
    return found


def _keys(target: ModelSynthesizer) -> str:
    return ", ".join(f"{target.name}.{name}" for name in dict.fromkeys((*target.key, *target.unique))) or "it has none"


def _of_bucket(model: ModelSynthesizer, target: ModelSynthesizer, bucket: Sequence[tuple[str, str]]) -> list[Group]:
    """The groups among fields that refer to one model under one label."""
    is_part = len(target.key) > 1
    alone = [(name, part) for name, part in bucket if not is_part or part not in target.key or part in target.unique]
    parts: dict[str, list[str]] = {}
    for name, part in bucket:
        if (name, part) not in alone:
            parts.setdefault(part, []).append(name)
    found = [_group(model, target, {name: part}) for name, part in alone]
    repeated = [part for part, names in parts.items() if len(names) > 1]
    once = {names[0]: part for part, names in parts.items() if len(names) == 1}
    if len(repeated) > 1:
        raise ConfigurationError(
            f"{model.name}: {', '.join(name for part in repeated for name in parts[part])} refer to several parts of the key of "
            f"{target.name}; tell which belong together by a label: {{'reference': …, 'group': 'home'}}"
        )
    if repeated:
        found += [_group(model, target, {name: repeated[0], **once}) for name in parts[repeated[0]]]
    elif once:
        found.append(_group(model, target, once))
    return found


def _group(model: ModelSynthesizer, target: ModelSynthesizer, fields: dict[str, str]) -> Group:
    laws = {name: model.words[name].law for name in fields if model.words[name].law}
    own = {name: law for name, law in laws.items() if len(model.words[name].references) == 1} or laws
    leaves = [name for name in own if not target.words[fields[name]].references] if len(own) > 1 else list(own)
    if len(own) > 1 and len(leaves) != 1:
        raise ConfigurationError(
            f"{model.name}: {' and '.join(own)} refer to one {target.name} together and each have a distribution; give it to one"
        )
    scope_laws = {name: law for name, law in own.items() if name not in leaves}
    return Group(model, target, fields, law=own[leaves[0]] if leaves else {}, scope_laws=scope_laws)


def _distinct(groups: Sequence[Group]) -> list[Group]:
    """Two references that completed each other are one."""
    found: dict[Any, Group] = {}
    for group in groups:
        same = found.setdefault((group.target.name, frozenset(group.fields.items())), group)
        if same is not group and group.law:
            if same.law:
                raise ConfigurationError(f"{group}: two of its fields have a distribution; give it to one")
            same.law = group.law
    return list(found.values())


def _complete(group: Group, groups: Sequence[Group]) -> None:
    """Add the fields that must agree with the other parts of the composite key."""
    target = group.target
    if not set(group.fields.values()) < set(target.key):
        return
    for part in target.key:
        wanted = set(target.words[part].references)
        if part in group.fields.values() or not wanted:
            continue
        fits = [
            name
            for name, words in group.owner.words.items()
            if name not in group.fields and wanted & set(words.references) and words.group is None
        ]
        if len(fits) > 1:
            raise ConfigurationError(
                f"{group}: its {part} could be {' or '.join(fits)}; tell which, by a reference to {target.name}.{part} "
                "beside its own"
            )
        if fits:
            group.fields[fits[0]] = part


def _with_scopes(model: ModelSynthesizer, groups: list[Group]) -> tuple[list[Group], list[ScopedGroups]]:
    """Tell the groups that stand alone from those that share fields, and find what decides those."""
    scoped: dict[tuple[str, ...], ScopedGroups] = {}
    plain = list(groups)
    for group in sorted(groups, key=lambda group: -len(group.fields)):
        if group not in plain or len(group.fields) == 1:
            continue
        shared = tuple(name for name in group.fields if _is_shared(name, group, plain, model))
        if not shared:
            _drop_implied(group, plain)
            continue
        if len(shared) == len(group.fields):  # all of it is decided elsewhere
            shared = tuple(name for name in shared if name in model.key) or shared[:1]
        group.shared = {name: group.fields[name] for name in shared}
        scoped.setdefault(shared, ScopedGroups(shared, None, [])).groups.append(group)
    plain = [group for group in plain if not any(group in scope.groups for scope in scoped.values())]
    for shared, scope in scoped.items():
        drivers = [group for group in plain if set(group.fields) & set(shared)]
        if len(drivers) > 1 or any(set(group.fields) != set(shared) for group in drivers):
            raise ConfigurationError(
                f"{model.name}: {', '.join(map(str, [*drivers, *scope.groups]))} share fields in a way that has no order; "
                "expected one field, such as a tenant, that all of them share"
            )
        if drivers:
            scope.driver = drivers[0]
            plain.remove(drivers[0])
        laws = [law for group in scope.groups for law in group.scope_laws.values()]
        scope.law = scope.driver.law if scope.driver is not None and scope.driver.law else next(iter(laws), {})
    _check_once(model, plain, list(scoped.values()))
    return plain, list(scoped.values())


def _check_once(model: ModelSynthesizer, plain: Sequence[Group], scoped: Sequence[ScopedGroups]) -> None:
    """See to it that each field is decided in one place."""
    places: dict[str, list[str]] = {}
    for group in plain:
        for name in group.fields:
            places.setdefault(name, []).append(str(group))
    for scope in scoped:
        for name in scope.shared:
            places.setdefault(name, []).append(f"{name}, which decides over {', '.join(map(str, scope.groups))}")
        for group in scope.groups:
            for name in group.own:
                places.setdefault(name, []).append(str(group))
    for name, found in places.items():
        if len(found) > 1:
            raise ConfigurationError(
                f"{model.name}.{name}: would be decided in several ways: {'; '.join(found)}. Expected one field, such as a "
                "tenant, that all references share, or labels that tell what belongs together: {'reference': …, 'group': "
                "'home'}"
            )


def _is_shared(name: str, group: Group, groups: Sequence[Group], model: ModelSynthesizer) -> bool:
    others = [other for other in groups if other is not group and name in other.fields]
    if name in group.scope_laws or any(len(other.fields) > 1 or other.law for other in others):
        return True
    return name in model.key and not set(group.fields) <= set(model.key)


def _drop_implied(group: Group, groups: list[Group]) -> None:
    """A tenant that comes with the author needs no reference of its own, if the author's tenant is one."""
    for other in list(groups):
        if other is not group and len(other.fields) == 1 and set(other.fields) <= set(group.fields):
            ((name, part),) = other.fields.items()
            if (other.target.name, part) not in group.target.words[group.fields[name]].references:
                raise ConfigurationError(
                    f"{group.owner.name}.{name}: refers to {other.target.name}.{part} and to "
                    f"{group.target.name}.{group.fields[name]}, which does not refer to {other.target.name}.{part} itself"
                )
            groups.remove(other)
