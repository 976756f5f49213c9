"""Providers of models: parts that nobody declared follow from types, constraints, names and foreign keys."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import cache
from types import new_class
from typing import Any

from ascetic_ddd.faker.declaring.classes import Aggregate, Composite
from ascetic_ddd.faker.declaring.field_recipes import FieldRecipes
from ascetic_ddd.faker.declaring.readers.field import Field
from ascetic_ddd.faker.declaring.readers.known_readers import reader_of
from ascetic_ddd.faker.declaring.recipe import Recipe
from ascetic_ddd.faker.declaring.recipes import constant
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.parts import taken_names
from ascetic_ddd.faker.domain.values.names import there_is

__all__ = ("derived", "derived_class")


def derived_class(base: type[Any], model: Any, told: Mapping[str, Any], id_attr: str | None) -> type[Any]:
    """A declared provider of a model, whose parts are those told, and for all other fields what the model says.

    Args:
        base: :class:`Aggregate` or :class:`Composite`, or a subclass.
        model: the class of the objects.
        told: recipes by the names of parts; a plain value is a part that is always this.
        id_attr: which field is the id; None: ``id``, or what the model says is its primary key.

    Raises:
        ConfigurationError: no reader knows the model, or nothing is known to draw of a field; it says what to do.
    """
    fields = _fields_of(model)
    keys = [field.name for field in fields if field.is_key]
    _check_told(model, told, fields, keys)
    is_aggregate = issubclass(base, Aggregate)
    id_attr = _id_attr(model, told, fields, keys, id_attr) if is_aggregate else None
    recipes = FieldRecipes(model, taken_names(base), _composite_of, derived)
    body = {
        field.name: recipes.recipe(replace(field, is_key=field.is_key or field.name == id_attr))
        for field in fields
        if field.name not in told
    }
    body = {name: recipe for name, recipe in body.items() if recipe is not None}
    body |= {name: each if _is_recipe(each) else constant(each) for name, each in told.items()}
    factory = reader_of(model).factory(model)  # type: ignore[union-attr]  # it has told the fields
    if is_aggregate:
        body["_id_attr"] = id_attr
        if len(keys) > 1:
            factory = _with_key(model, keys, body)
    return new_class(f"{model.__name__}Provider", (base[model],), {"factory": factory}, lambda space: space.update(body))


@cache
def derived(model: Any) -> type[Aggregate[Any]]:
    """The provider of a model of which nothing is declared: one class for each model."""
    return derived_class(Aggregate, model, {}, None)


def _composite_of(model: Any, null_weight: float) -> type[Any]:
    inner = derived_class(Composite, model, {}, None)
    return new_class(inner.__name__, (inner,), {"null_weight": null_weight}) if null_weight else inner


def _fields_of(model: Any) -> list[Field]:
    reader = reader_of(model)
    if reader is None:
        raise ConfigurationError(
            f"{model!r} is no dataclass, no class of attrs, pydantic or msgspec, no TypedDict and no mapped class of SQLAlchemy: "
            "its fields are not known; declare its parts in a subclass of Aggregate"
        )
    try:
        return list(reader.fields(model))
    except NameError as error:
        raise ConfigurationError(f"the types of {model.__name__} cannot be read: {error}; import it at run time") from error


def _check_told(model: Any, told: Mapping[str, Any], fields: Collection[Field], keys: Collection[str]) -> None:
    known = {*(field.name for field in fields), *(["id"] if len(keys) > 1 else [])}
    for name, said in told.items():
        if name not in known and not getattr(said, "hidden", False):
            raise ConfigurationError(f"{model.__name__} has no field {name!r}; {there_is(name, known)}")


def _id_attr(model: Any, told: Mapping[str, Any], fields: Collection[Field], keys: Collection[str], id_attr: str | None) -> str:
    found = id_attr or (next(iter(keys)) if len(keys) == 1 else "id")
    if len(keys) < 2 and found not in {*(field.name for field in fields), *told}:
        raise ConfigurationError(f"{model.__name__} has no field {found!r}; name its id, as id_attr='code'")
    return found


def _is_recipe(said: Any) -> bool:
    return isinstance(said, Recipe) or isinstance(getattr(said, "_as_recipe", None), Recipe)


def _with_key(model: Any, keys: Collection[str], body: dict[str, Any]) -> Callable[..., Any]:
    """Put the parts of a primary key of several columns together, as ``id``. Returns what makes the objects then."""
    if "id" not in body:
        parts = {name: body.pop(name) for name in keys}
        base: Any = Composite[dict[str, Any]]
        body["id"] = new_class(f"{model.__name__}Id", (base,), {"factory": dict}, lambda inner: inner.update(parts))

    def made(id: Mapping[str, Any], **others: Any) -> Any:
        return model(**id, **others)

    return made
