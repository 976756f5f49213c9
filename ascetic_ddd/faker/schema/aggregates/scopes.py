"""Scopes as repositories need them: decided by a reference of their own."""

from collections.abc import Mapping
from typing import Any

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.schema.keys.grouping import Group, ScopedGroups
from ascetic_ddd.faker.schema.rows.model_synthesizer import ModelSynthesizer

__all__ = ("driven", "halved")


def halved(group: Group, models: Mapping[str, ModelSynthesizer]) -> ScopedGroups | None:
    """A reference of which only a part may be None, as one within the scope of the other part; None if it is another kind.

    An essay without an author has a tenant all the same: the tenant is a reference of its own then.
    """
    model = group.owner
    firm = [name for name in group.fields if name not in model.nullable]
    if not firm or len(firm) == len(group.fields):
        return None
    driver = _driver(model, firm[0], group.scope_laws.get(firm[0], {}), [group], models)
    if len(firm) > 1 or driver is None:
        raise ConfigurationError(
            f"{group}: {', '.join(firm)} may not be None and the others may; give it a reference of its own, to what "
            f"{group.target.name} refers to there, or write the rows with write_rows"
        )
    scoped = Group(model, group.target, dict(group.fields), {firm[0]: group.fields[firm[0]]}, group.law)
    return ScopedGroups((firm[0],), driver, [scoped])


def driven(scope: ScopedGroups, model: ModelSynthesizer, models: Mapping[str, ModelSynthesizer]) -> ScopedGroups:
    """The scope with the reference that decides it, which has the scope's distribution."""
    driver = scope.driver
    if driver is None and len(scope.shared) == 1:
        driver = _driver(model, scope.shared[0], scope.law, scope.groups, models)
    elif driver is not None and scope.law and not driver.law:
        driver = Group(model, driver.target, dict(driver.fields), law=scope.law)
    if driver is None and scope.law:
        raise ConfigurationError(
            f"{model.name}: {', '.join(scope.shared)} has a distribution, and no reference of its own to something that "
            "repositories know; give it one, or write the rows with write_rows"
        )
    return ScopedGroups(scope.shared, driver, scope.groups)


def _driver(
    model: ModelSynthesizer, field: str, law: Mapping[str, Any], groups: list[Group], models: Mapping[str, ModelSynthesizer]
) -> Group | None:
    """The reference of a field alone, beside those that it is a part of; None if it has none."""
    targets = [group.target.name for group in groups]
    found = [(target, part) for target, part in model.words[field].references if target in models and target not in targets]
    if len(found) != 1:
        return None
    ((target, part),) = found
    return Group(model, models[target], {field: part}, law=law)
