"""Numbers that fit the columns they go to: made so where a field leaves it open, refused where it does not."""

from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.feeds.pg_catalogue import PgColumn, PgFacts
from ascetic_ddd.faker.infrastructure.feeds.tables import Table
from ascetic_ddd.faker.infrastructure.postgres.names import shown
from ascetic_ddd.faker.schema.keys.resolution import resolve
from ascetic_ddd.faker.schema.rows.model_synthesizer import ModelSynthesizer
from ascetic_ddd.faker.schema.synthesizers.numbers import SynthesizeStepped

__all__ = ("fit",)

_Place = tuple[str, str]  # model and field


def fit(models: Mapping[str, ModelSynthesizer], tables: Mapping[str, Table], facts: PgFacts) -> None:
    """See to it that whole numbers and decimals fit their columns; those of references, that the keys do they lead to.

    Ends that a field leaves open are drawn in: to what the column holds, or, where a sequence gives its numbers to the
    application, to the lower half, which leaves that one the other half.

    Args:
        models: prepared; they are prepared again where something was drawn in.
        tables: theirs.
        facts: what the database says of the tables.

    Raises:
        ConfigurationError: values of a field do not fit, or are too few for a key; column, limits and numbers are told.
    """
    is_narrowed = False
    for (model, field), owner, column in _columns(models, facts):
        assert column.limits is not None
        synth = _synth(models[model], field)
        if synth is None or (_fits(synth, column.limits) and synth.max_value <= _soft(column, models[model], synth)[1]):
            continue
        _narrow(models[model], field, synth, column, shown(tables[owner].names))
        is_narrowed = True
    if is_narrowed:
        resolve(models)


def _columns(models: Mapping[str, ModelSynthesizer], facts: PgFacts) -> Iterator[tuple[_Place, str, PgColumn]]:
    """Columns with limits: the field whose values they hold, and the model of their own."""
    leads_to: dict[_Place, _Place] = {}
    for name, model in models.items():
        for group in model.resolved.groups() if model.resolved is not None else ():
            for field, part in group.fields.items():
                leads_to.setdefault((name, field), (group.target.name, part))
    for name, columns in facts.columns.items():
        for column in columns:
            place, seen = (name, column.field), set[_Place]()
            while place in leads_to and place not in seen:
                seen.add(place)
                place = leads_to[place]
            if column.limits is not None:
                yield place, name, column


def _synth(model: ModelSynthesizer, field: str) -> SynthesizeStepped | None:
    synth: Any = model.fields[field]
    found = getattr(synth, "inner", synth)
    return found if isinstance(found, SynthesizeStepped) else None


def _fits(synth: SynthesizeStepped, limits: tuple[int, int]) -> bool:
    return limits[0] <= int(synth.min_value) and int(synth.max_value) <= limits[1]


def _soft(column: PgColumn, model: ModelSynthesizer, synth: SynthesizeStepped) -> tuple[int, int]:
    """The limits where the field leaves the ends open."""
    assert column.limits is not None
    least, greatest = column.limits
    if column.sequence is None:
        return least, greatest
    greatest = min(greatest, column.sequence.greatest)
    half = greatest // 2
    return least, half if half - max(0, synth.min_value) >= (model.rows or 0) else greatest


def _narrow(model: ModelSynthesizer, field: str, synth: SynthesizeStepped, column: PgColumn, table: str) -> None:
    assert column.limits is not None
    least, greatest = column.limits
    before = synth.min_value, synth.max_value
    place = f"{model.name}.{field}"
    holds = f"the column {column.name} of table {table} is {column.type}, which holds {least:,} to {greatest:,}"
    advice = "give the field bounds that fit, or the column a wider type"
    soft = _soft(column, model, synth)
    if synth.limits is not None:  # of another column
        soft = max(soft[0], synth.limits[0]), min(soft[1], synth.limits[1])
    try:
        model.narrow(field, *soft)
    except ConfigurationError as error:
        raise ConfigurationError(f"{place}: its values go from {before[0]:,} to {before[1]:,}, and {holds}; {advice}") from error
    if not _fits(synth, column.limits):
        raise ConfigurationError(f"{place}: its values go from {synth.min_value:,} to {synth.max_value:,}, and {holds}; {advice}")
    if field in model.unique and model.rows is not None:
        space = synth.space(model.rows, Random(0))
        if space is not None and space.size < model.rows:
            raise ConfigurationError(
                f"{place}: {model.rows:,} rows need as many distinct values, and {holds}: {space.size:,} of them are left; "
                f"give the column a wider type, or ask for at most {space.size:,} rows"
            )
