"""Rows into PostgreSQL: by COPY, in one transaction, whichever way the tables refer to each other."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg import Connection, errors

from ascetic_ddd.faker.domain.errors import ConfigurationError, PersistenceError
from ascetic_ddd.faker.infrastructure.feeds.csv_folder import CsvColumn, CsvLines
from ascetic_ddd.faker.infrastructure.feeds.csv_text import CsvText
from ascetic_ddd.faker.infrastructure.feeds.folder import OccupiedError
from ascetic_ddd.faker.infrastructure.feeds.nested import telling_field
from ascetic_ddd.faker.infrastructure.feeds.pg_catalogue import PgColumn, PgFacts, facts_of, missing_tables
from ascetic_ddd.faker.infrastructure.feeds.pg_ddl import Ddl, ddl_of
from ascetic_ddd.faker.infrastructure.feeds.pg_fit import fit
from ascetic_ddd.faker.infrastructure.feeds.pg_plan import LoadPlan, load_plan
from ascetic_ddd.faker.infrastructure.feeds.pg_sequences import moved
from ascetic_ddd.faker.infrastructure.feeds.pg_values import adapter_for
from ascetic_ddd.faker.infrastructure.feeds.tables import Table
from ascetic_ddd.faker.infrastructure.postgres.errors import check_written
from ascetic_ddd.faker.infrastructure.postgres.names import identifier, shown
from ascetic_ddd.faker.schema.rows.model_synthesizer import ModelSynthesizer

__all__ = ("PgTables",)

_ADVICE: tuple[tuple[type[psycopg.Error], str], ...] = (
    (errors.UniqueViolation, "the tables have rows with these keys; take empty ones, or another seed"),
    (errors.ForeignKeyViolation, "rows that are referred to must be written in the same run, or be there"),
    (errors.NotNullViolation, "make the field not optional, or the column NULL"),
    (errors.CheckViolation, "narrow the field's constraints to what the table allows"),
    (errors.StringDataRightTruncation, "give the field the max_length that the column has"),
    (errors.NumericValueOutOfRange, "give the field the bounds that the column has"),
    (errors.InsufficientPrivilege, "grant the right to the user of the connection"),
    (errors.UntranslatableCharacter, "take the character out of the field's pattern or synthesizer"),
    (errors.CharacterNotInRepertoire, "take the character out of the field's pattern or synthesizer; a text has no NUL"),
    (errors.DiskFull, "make room, or ask for fewer rows"),
    (errors.QueryCanceled, "raise statement_timeout, if it is that"),
    (errors.InvalidSchemaName, "create the schema first"),
    (psycopg.DataError, "give the field a type that fits the column's, or the column one that fits the field's"),
    (psycopg.OperationalError, "check the connection, and repeat"),
)


class PgTables:
    """Tables of a database, filled in one transaction: all rows are there, or none.

    Where the tables refer to each other in a circle, foreign keys that are deferrable are checked at the commit; where they are
    not, a column that may be NULL gets its values in a second pass. A column is found by ``json_schema_extra={"sql": {"column":
    …}}``, by the field's name or by its alias. Naive moments are taken as UTC where the column has a time zone.

    Whole numbers and decimals whose fields leave an end open are kept within what the column holds; where it has a sequence,
    in the lower half, and the sequence stands behind them when the rows are committed. What cannot fit is refused before a row
    is made.

    Args:
        dsn: connection string.
        create: make the tables; the foreign keys are added when the rows are there, and the tables are analyzed.
        force: tables of the same names are dropped first, if they shall be made.
    """

    def __init__(self, dsn: str, *, create: bool = False, force: bool = False) -> None:
        self._dsn, self._create, self._force = dsn, create, force

    def rows_of(self, model: ModelSynthesizer) -> Iterator[Any]:
        return model.instances()

    @contextmanager
    def opened(self, models: Mapping[str, ModelSynthesizer], tables: Mapping[str, Table]) -> Iterator["_Sink"]:
        ddl = ddl_of(tables) if self._create else None
        with _errors("connecting to the database"):
            connection = psycopg.connect(self._dsn)
        with connection:
            yield from self._filled(connection, models, tables, ddl)
            with _errors("committing"):
                connection.commit()
            if ddl is not None:
                with suppress(psycopg.Error):  # a favour to the planner; what counts is stored
                    for table in tables.values():
                        connection.execute(f"ANALYZE {identifier(*table.names)}".encode())

    def _filled(
        self, connection: Connection[Any], models: Mapping[str, ModelSynthesizer], tables: Mapping[str, Table], ddl: Ddl | None
    ) -> Iterator["_Sink"]:
        with _errors("reading the catalogue"):
            connection.execute(b"SET LOCAL TimeZone = 'UTC'")
            if ddl is not None:
                self._create_tables(connection, tables, ddl)
            elif missing := missing_tables(connection, tables):
                raise ConfigurationError(
                    f"the database has no table {', '.join(missing)}; migrate it first, or let the tables be "
                    "created (--create-tables)"
                )
            facts = facts_of(connection, tables)
            connection.execute(b"SET CONSTRAINTS ALL DEFERRED")
        fit(models, tables, facts)
        sink = _Sink(connection, models, tables, facts, load_plan(tables, facts))
        yield sink
        sink.fill_in()
        sink.move_sequences()
        for statement in ddl.constraints if ddl is not None else ():
            with _errors(statement.partition("\n")[0]):
                connection.execute(statement.encode())

    def _create_tables(self, connection: Connection[Any], tables: Mapping[str, Table], ddl: Ddl) -> None:
        if self._force:
            with _errors("dropping the tables"):
                connection.execute(ddl.drop.encode())
        elif there := missing_tables(connection, tables, are_missing=False):
            raise OccupiedError(
                f"the database has a table {', '.join(there)} already; do without creating, or force it (--force): the "
                "tables are dropped then"
            )
        for statement in ddl.tables:
            with _errors(statement.partition("\n")[0]):
                connection.execute(statement.encode())


class _Sink:
    def __init__(
        self,
        connection: Connection[Any],
        models: Mapping[str, ModelSynthesizer],
        tables: Mapping[str, Table],
        facts: PgFacts,
        plan: LoadPlan,
    ) -> None:
        self._connection, self._models, self._tables, self._facts, self._plan = connection, models, tables, facts, plan
        self._text = CsvText()
        self.notes: list[str] = []

    @property
    def order(self) -> Sequence[str]:
        return self._plan.order

    @contextmanager
    def table(self, model: str) -> Iterator[Callable[[Sequence[Any]], None]]:
        table, later = self._tables[model], model in self._plan.later
        columns = self._facts.columns[model]
        lines = CsvLines(
            self._models[model],
            [CsvColumn(column.name, column.field, column.is_json, self._adapter(model, column)) for column in columns],
            self._text,
        )
        place = self._staging(model) if later else identifier(*table.names)
        into = ", ".join(identifier(column.name) for column in columns)
        with _errors(f"writing to table {shown(table.names)}"):
            if later:
                self._run(f"CREATE TEMPORARY TABLE {place} (LIKE {identifier(*table.names)}) ON COMMIT DROP")
            statement = f"COPY {place} ({into}) FROM STDIN (FORMAT csv, ENCODING 'UTF8')".encode()
            given = 0
            with self._connection.cursor() as cursor:
                with cursor.copy(statement) as copy:

                    def write(rows: Sequence[Any]) -> None:
                        nonlocal given
                        given += len(rows)
                        copy.write(lines.lines(rows))

                    yield write
                check_written(cursor.rowcount, given, table=shown(table.names), operation="insert")
            if later:
                values = ", ".join(
                    "NULL" if column.name in self._plan.later[model] else identifier(column.name) for column in columns
                )
                stored = self._run(
                    f"INSERT INTO {identifier(*table.names)} ({into}) OVERRIDING SYSTEM VALUE "  # noqa: S608
                    f"SELECT {values} FROM {place}"
                )
                check_written(stored, given, table=shown(table.names), operation="insert")

    def _adapter(self, model: str, column: PgColumn) -> Callable[[Any], Any] | None:
        is_nested = column.is_json or (self._tables[model].columns[column.field].type.is_json and not column.is_array)
        return telling_field(self._models[model], column.field) if is_nested else adapter_for(column)

    def fill_in(self) -> None:
        """The second pass: give the columns that had to wait their values."""
        for model, names in self._plan.later.items():
            table = self._tables[model]
            key = [column.name for column in self._facts.columns[model] if column.field in table.key]
            assignments = ", ".join(f"{identifier(name)} = staged.{identifier(name)}" for name in names)
            condition = " AND ".join(f"filled.{identifier(name)} = staged.{identifier(name)}" for name in key)
            is_told = " OR ".join(f"staged.{identifier(name)} IS NOT NULL" for name in names)
            with _errors(f"writing to table {shown(table.names)}"):
                told = self._connection.execute(
                    f"SELECT count(*) FROM {self._staging(model)} AS staged WHERE {is_told}".encode()  # noqa: S608
                ).fetchone()
                filled = self._run(
                    f"UPDATE {identifier(*table.names)} AS filled SET {assignments} FROM {self._staging(model)} AS staged "  # noqa: S608
                    f"WHERE {condition} AND ({is_told})"
                )
                check_written(filled, told[0] if told else 0, table=shown(table.names), operation="update")

    def move_sequences(self) -> None:
        """Let the sequences stand behind what was written, so that the application's next INSERT gets a number of its own."""
        for model, columns in self._facts.columns.items():
            for column in columns:
                if column.sequence is not None:
                    with _errors(f"moving the sequence {shown(column.sequence.names)}"):
                        self.notes += moved(self._connection, self._tables[model], column.name, column.sequence)

    def _run(self, statement: str) -> int:
        return self._connection.execute(statement.encode()).rowcount

    def _staging(self, model: str) -> str:
        return identifier(f"ascetic_ddd staged {self._plan.order.index(model)}")


@contextmanager
def _errors(deed: str) -> Iterator[None]:
    """Say what was done when the driver complained."""
    try:
        yield
    except psycopg.Error as error:
        words = error.diag.message_primary or (str(error).strip().splitlines() or [type(error).__name__])[0]
        detail = f" ({error.diag.message_detail})" if error.diag.message_detail else ""
        context = (error.diag.context or "").partition("\n")[0]
        place = f", in {context}" if context.startswith("COPY ") else ""
        advice = next((advice for kind, advice in _ADVICE if isinstance(error, kind)), "see the cause")
        raise PersistenceError(f"{deed}: {words}{detail}{place}; {advice}. Nothing has been stored") from error
