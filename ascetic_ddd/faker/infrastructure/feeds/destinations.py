"""Where rows can go: what each destination promises, and how a schema's rows get there."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Protocol

from ascetic_ddd.faker.application.runs.progress import Clock, Progress
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.feeds.tables import Table, tables_of
from ascetic_ddd.faker.infrastructure.postgres.names import TableName
from ascetic_ddd.faker.schema.rows.model_synthesizer import ModelSynthesizer
from ascetic_ddd.faker.schema.schema_synthesizer import Order

__all__ = ("IDestination", "ISink", "Written", "columns_of", "write_rows")

_ROWS_A_BATCH = 1_000
_BATCHES_A_REPORT = 10


class ISink(Protocol):
    """Takes the rows of one model after the other."""

    @property
    def order(self) -> Sequence[str]:
        """The models, in the order in which their rows are wanted."""
        ...

    def table(self, model: str) -> AbstractContextManager[Callable[[Sequence[Any]], None]]:
        """In the block, the function that is given takes rows of this model."""
        ...

    @property
    def notes(self) -> Sequence[str]:
        """What the user should know of what was written; complete when the sink is left."""
        ...


class IDestination(Protocol):
    """Opens a sink. Left with an error, the sink leaves nothing behind; else all of it is there, at once."""

    def rows_of(self, model: ModelSynthesizer) -> Iterator[Any]:
        """The rows that are wanted of a model: usually its own."""
        ...

    def opened(self, models: Mapping[str, ModelSynthesizer], tables: Mapping[str, Table]) -> AbstractContextManager[ISink]:
        """Begin to write rows of these models; the tables stand in the order in which references want them."""
        ...


@dataclass
class Written:
    """What was written.

    Attributes:
        rows: by name of the model.
        seconds: the time it took.
        notes: what the user should know, in words.
    """

    rows: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    notes: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """Rows of all models."""
        return sum(self.rows.values())

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.total / self.seconds if self.seconds else 0.0


class ISchema(Protocol):
    """A :class:`~ascetic_ddd.faker.schema.SchemaSynthesizer`, as far as it is needed."""

    @property
    def schema(self) -> Mapping[str, ModelSynthesizer]: ...

    def prepare(self) -> None: ...

    def order(self) -> Order: ...


def write_rows(
    schema: ISchema,
    destination: IDestination,
    *,
    table_names: Mapping[str, TableName] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Written:
    """Write all rows of a schema. A thousand of them are in memory at a time, whatever their number.

    Args:
        schema: models with their numbers of rows.
        destination: e.g. ``CsvFolder``, ``JsonlFolder``, ``PgTables``.
        table_names: by name of the model, its table or file; see ``tables_of``.
        on_progress: called every ten thousand rows, and at the end; an error it raises ends the writing.

    Raises:
        ConfigurationError: a model has no number of rows, or its rows cannot be made or written.
        PersistenceError: the destination refused something. Nothing is left of what was begun.
    """
    for model in schema.schema.values():
        if model.rows is None:
            raise ConfigurationError(f"{model.name} has no number of rows; tell it, e.g. add({model.name}, rows=1000)")
        for name, info in model.shape.fields.items():
            if info.init_var:
                raise ConfigurationError(
                    f"{model.name}.{name}: an InitVar is not kept by the instance, so it cannot be written; make it a field"
                )
    schema.prepare()
    models = schema.schema
    tables = tables_of(models, table_names)
    tables = {name: tables[name] for name in schema.order().models}
    total = sum(model.rows or 0 for model in models.values())
    written = Written(dict.fromkeys(models, 0))
    clock = Clock()

    def report() -> None:
        written.seconds = clock.seconds
        if on_progress is not None:
            on_progress(Progress(written.total, 0, total, written.seconds))

    with destination.opened(models, tables) as sink:
        batches = 0
        for name in sink.order:
            rows = destination.rows_of(models[name])
            with sink.table(name) as take:
                while batch := list(islice(rows, _ROWS_A_BATCH)):
                    take(batch)
                    written.rows[name] += len(batch)
                    batches += 1
                    if batches % _BATCHES_A_REPORT == 0:
                        report()
        report()
    written.seconds, written.notes = clock.seconds, tuple(sink.notes)
    return written


def columns_of(model: ModelSynthesizer, rows: Sequence[Any]) -> dict[str, list[Any]]:
    """Turn rows of a model, of any kind that a schema makes, into columns by field."""
    if not rows:
        return {name: [] for name in model.shape.fields}
    first = rows[0]
    if isinstance(first, dict):
        return {name: [row.get(name) for row in rows] for name in model.shape.fields}
    if hasattr(first, "__dict__"):
        found = [row.__dict__ for row in rows]
        if found[0].keys() >= model.shape.fields.keys():
            return {name: [row[name] for row in found] for name in model.shape.fields}
    return {name: [getattr(row, name) for row in rows] for name in model.shape.fields}
