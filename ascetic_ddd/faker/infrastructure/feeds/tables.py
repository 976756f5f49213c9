"""The models of a schema as tables: columns, keys and references, in PostgreSQL's terms. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.feeds.pg_types import PgType, pg_type
from ascetic_ddd.faker.infrastructure.postgres.names import TableName, check_name, check_table
from ascetic_ddd.faker.schema.keys.grouping import Group, grouped
from ascetic_ddd.faker.schema.reading.facts import extra_of, is_nullable, unfold
from ascetic_ddd.faker.schema.rows.model_synthesizer import ModelSynthesizer

__all__ = ("Column", "Reference", "Table", "snake_case", "tables_of")


@dataclass(frozen=True, slots=True)
class Column:
    """A field as a column.

    Attributes:
        name: of the column: ``json_schema_extra={"sql": {"column": …}}``, else the field's own.
        field: name of the field.
        aliases: other names by which an existing table may know it.
        type: of its values.
        nullable: whether it may be None.
        comment: the field's description.
    """

    name: str
    field: str
    aliases: tuple[str, ...]
    type: PgType
    nullable: bool
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """Fields that refer to a row of another table, or of the same.

    Attributes:
        fields: by own field, the target's: the target's primary key in its order, or one unique field. Empty if they are only a
            part of a key; SQL has no foreign key for that.
        all_fields: those, and what else goes with them.
        target: name of the model that is referred to.
    """

    fields: Mapping[str, str]
    all_fields: tuple[str, ...]
    target: str


@dataclass(frozen=True, slots=True)
class Table:
    """A model as a table.

    Attributes:
        model: name of the model.
        names: of the table: schema and table, or the table alone.
        columns: by field.
        key: fields of the primary key.
        unique: fields that are unique by themselves, beside the key.
        references: to other tables, or to itself.
        comment: what the model's docstring says first.
    """

    model: str
    names: tuple[str, ...]
    columns: Mapping[str, Column]
    key: tuple[str, ...]
    unique: tuple[str, ...]
    references: tuple[Reference, ...]
    comment: str | None = None


def tables_of(models: Mapping[str, ModelSynthesizer], names: Mapping[str, TableName] | None = None) -> dict[str, Table]:
    """Describe the tables of a schema's models, by name of the model.

    A table is named as ``names`` says, else by the model's ``__tablename__`` or its ``model_config = {"json_schema_extra":
    {"sql": {"table": …}}}``, else as the class, in snake case. Column types of references are those of the keys.

    Args:
        models: a schema's, ``SchemaSynthesizer.schema``.
        names: by name of the model, the table's.

    Raises:
        ConfigurationError: two models or fields have one name, a name is none, or ``names`` knows more models than there are.
    """
    told = dict(names or {})
    unknown = set(told) - set(models)
    if unknown:
        raise ConfigurationError(
            f"there is no model {', '.join(sorted(unknown))} to give a table's name; there are {', '.join(models)}"
        )
    groups = {name: list(_groups(model, models)) for name, model in models.items()}
    types = _types(models, [group for found in groups.values() for group in found])
    found = {
        name: _table(model, check_table(told.get(name) or _name_of(model)), types, list(map(_reference, groups[name])))
        for name, model in models.items()
    }
    for name, table in found.items():
        same = [other for other, each in found.items() if each.names == table.names and other != name]
        if same:
            raise ConfigurationError(
                f"{name} and {same[0]} would both be the table {'.'.join(table.names)}; give one another name"
            )
    return found


def snake_case(name: str) -> str:
    """Spell a class's name as a table's.

    Example:
        >>> snake_case("Employee"), snake_case("OrderLine"), snake_case("HTTPLog")
        ('employee', 'order_line', 'http_log')
    """
    name = re.sub(r"\W+", "_", name).strip("_")
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _name_of(model: ModelSynthesizer) -> TableName:
    cls = model.model_class
    told: Any = getattr(cls, "__tablename__", None)
    extra = (getattr(cls, "model_config", None) or {}).get("json_schema_extra")
    words = extra.get("sql") if isinstance(extra, Mapping) else None
    if isinstance(words, Mapping) and words.get("table"):
        told = words["table"]
    if isinstance(told, list):
        told = tuple(told)
    return told if isinstance(told, (str, tuple)) and told else snake_case(model.name)


def _groups(model: ModelSynthesizer, models: Mapping[str, ModelSynthesizer]) -> Iterator[Group]:
    plain, scoped = grouped(model, models)
    yield from plain
    for scope in scoped:
        if scope.driver is not None:
            yield scope.driver
        yield from scope.groups


def _reference(group: Group) -> Reference:
    """What SQL can say of a reference: its target must be the whole primary key, or one unique field."""
    target = group.target
    own = {part: field for field, part in group.fields.items()}
    if target.key and set(target.key) <= own.keys():
        parts: tuple[str, ...] = target.key
    else:
        parts = tuple(part for part in own if part in target.unique)[:1]
    return Reference({own[part]: part for part in parts}, tuple(group.fields), target.name)


def _types(models: Mapping[str, ModelSynthesizer], groups: Iterable[Group]) -> dict[tuple[str, str], PgType]:
    """By model and field; a reference has the type of the key it leads to."""
    leads_to = {(group.owner.name, field): (group.target.name, part) for group in groups for field, part in group.fields.items()}
    found: dict[tuple[str, str], PgType] = {}
    for name, model in models.items():
        for field in model.shape.fields:
            place, seen = (name, field), {(name, field)}
            while place in leads_to and leads_to[place] not in seen:
                place = leads_to[place]
                seen.add(place)
            found[name, field] = pg_type(models[place[0]].shape.fields[place[1]], ".".join(place))
    return found


def _table(
    model: ModelSynthesizer, names: tuple[str, ...], types: Mapping[tuple[str, str], PgType], references: list[Reference]
) -> Table:
    columns: dict[str, Column] = {}
    for field, info in model.shape.fields.items():
        sql = extra_of(info).get("sql")
        told = sql.get("column") if isinstance(sql, Mapping) else None
        name = check_name(told or field, f"the column of {model.name}.{field}")
        taken = [column.field for column in columns.values() if column.name == name]
        if taken:
            raise ConfigurationError(
                f"{model.name}: {taken[0]} and {field} would both be the column {name!r}; give one another name"
            )
        aliases = (
            ()
            if told
            else tuple(dict.fromkeys(str(key) for key in (model.shape.keys.get(field), info.serialization_alias) if key))
        )
        nullable = field in model.nullable or _may_be_none(info, f"{model.name}.{field}")
        columns[field] = Column(name, field, aliases, types[model.name, field], nullable, info.description)
    unique = tuple(field for field in model.unique if (field,) != tuple(model.key))
    return Table(model.name, names, columns, tuple(model.key), unique, tuple(references), _first_line(model.model_class))


def _may_be_none(info: Any, place: str) -> bool:
    annotation = unfold(info, place).annotation
    if annotation in (Any, object, None, type(None)):
        return True
    return is_nullable(annotation) or (get_origin(annotation) is Literal and None in get_args(annotation))


def _first_line(cls: Any) -> str | None:
    """The first sentence of a docstring that somebody wrote; dataclasses have one that nobody did."""
    text = (cls.__dict__.get("__doc__") or "").strip() if hasattr(cls, "__dict__") else ""
    return text.splitlines()[0] if text and not text.startswith(f"{getattr(cls, '__name__', '')}(") else None
