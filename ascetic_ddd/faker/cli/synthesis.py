"""What ``synthesize`` does, once pydantic is known to be there: models, a schema, a destination."""

import difflib
import importlib
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from ascetic_ddd.faker.cli.addresses import checked_dsn
from ascetic_ddd.faker.cli.exits import CommandError, Exit
from ascetic_ddd.faker.cli.reporting import IReporter
from ascetic_ddd.faker.domain.errors import CycleError, ExhaustedError
from ascetic_ddd.faker.infrastructure.feeds.csv_folder import CsvFolder
from ascetic_ddd.faker.infrastructure.feeds.destinations import IDestination, Written, write_rows
from ascetic_ddd.faker.infrastructure.feeds.folder import OccupiedError
from ascetic_ddd.faker.infrastructure.feeds.jsonl_folder import JsonlFolder
from ascetic_ddd.faker.infrastructure.feeds.pg_ddl import ddl_of
from ascetic_ddd.faker.infrastructure.feeds.pg_tables import PgTables
from ascetic_ddd.faker.infrastructure.feeds.tables import tables_of
from ascetic_ddd.faker.infrastructure.postgres.names import TableName
from ascetic_ddd.faker.schema import SchemaSynthesizer
from ascetic_ddd.faker.schema.reading.shapes import has_fields

__all__ = ("SynthesizeOptions", "statements", "synthesize")


@dataclass(frozen=True)
class SynthesizeOptions:
    """What the command line says.

    Attributes:
        module: name of the module with the models.
        rows: as told, ``Model=N`` each.
        to: where to, as told.
        seed: of the run.
        tables: as told, ``Model=table`` each.
        null: stands for None in CSV.
        is_forced: what is there may be replaced.
        creates_tables: make the tables.
        noise: probability that a field is broken.
        is_spreadsheet_safe: no text of a CSV file looks like a formula.
        is_readable: others may read the files.
    """

    module: str
    rows: Sequence[str]
    to: str | None
    seed: int
    tables: Sequence[str]
    null: str
    is_forced: bool
    creates_tables: bool
    noise: float
    is_spreadsheet_safe: bool = False
    is_readable: bool = False


def synthesize(options: SynthesizeOptions, reporter: IReporter, note: Callable[[str], None]) -> Written:
    """Write the rows.

    Args:
        options: what the command line says.
        reporter: is told how far it is.
        note: is told what is doubtful in the models, and what was to be said of the writing.

    Raises:
        CommandError: something that was told is wrong, or the destination is occupied.
        ConfigurationError: the models, or what is asked of them, cannot be.
        PersistenceError: the destination failed; nothing is left.
    """
    rows, table_names = _rows(options.rows), _table_names(options.tables)
    models = _models(_imported(options.module), options.module, rows)
    destination = _destination(options)
    schema = _schema(options, zip(models, rows.values(), strict=True))
    total = sum(model.rows or 0 for model in schema.schema.values())
    _tell(schema, note)
    try:
        schema.prepare()
        if not total:
            return write_rows(schema, destination, table_names=table_names)
        reporter.begin(0, total)
        try:
            written = write_rows(schema, destination, table_names=table_names, on_progress=reporter.report)
        finally:
            reporter.end()
        for text in written.notes:
            note(text)
        return written
    except OccupiedError as error:
        raise CommandError(str(error), Exit.REFUSED) from error
    except (ExhaustedError, CycleError) as error:
        raise CommandError(str(error), Exit.USAGE) from error


def statements(options: SynthesizeOptions, note: Callable[[str], None]) -> str:
    """The ``CREATE TABLE`` statements of the models that were told, or of all the module's own."""
    module = _imported(options.module)
    rows = _rows(options.rows) or dict.fromkeys(_own(module), 1)
    schema = _schema(options, zip(_models(module, options.module, rows), rows.values(), strict=True))
    _tell(schema, note)
    return str(ddl_of(tables_of(schema.schema, _table_names(options.tables))))


def _tell(schema: SchemaSynthesizer, note: Callable[[str], None]) -> None:
    for finding in schema.lint():
        note(str(finding))


def _schema(options: SynthesizeOptions, models: Iterable[tuple[Any, int]]) -> SchemaSynthesizer:
    schema = SchemaSynthesizer(seed=options.seed)
    for model, number in models:
        schema.add(model, number)
    return schema


def _rows(told: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for word in told:
        name, equals, number = word.partition("=")
        if not name or not equals or not number.replace("_", "").isdecimal():
            raise CommandError(f"--rows {word!r}: expected Model=N, for example --rows Employee=100000", Exit.USAGE)
        if name in found:
            raise CommandError(f"--rows tells {name} twice; expected each model once", Exit.USAGE)
        found[name] = int(number)
    return found


def _table_names(told: Sequence[str]) -> dict[str, TableName]:
    found: dict[str, TableName] = {}
    for word in told:
        model, equals, name = word.partition("=")
        schema, dot, table = name.partition(".")
        if not model or not equals or not name or (dot and not table):
            raise CommandError(f"--table {word!r}: expected Model=table, or Model=schema.table", Exit.USAGE)
        found[model] = (schema, table) if dot else name
    return found


def _destination(options: SynthesizeOptions) -> IDestination:
    to = options.to
    if not to:
        raise CommandError(
            "--to is missing: expected csv:FOLDER, jsonl:FOLDER, or a connection string; or ask for --ddl", Exit.USAGE
        )
    kind, _, folder = to.partition(":")
    is_database = kind not in ("csv", "jsonl")
    if options.creates_tables and not is_database:
        raise CommandError("--create-tables is for a database; files need none", Exit.USAGE)
    if options.is_spreadsheet_safe and kind != "csv":
        raise CommandError("--spreadsheet-safe is for csv:; nothing else is read by spreadsheets", Exit.USAGE)
    if is_database:
        if "=" not in to and not to.startswith(("postgresql://", "postgres://")):
            raise CommandError("--to: expected csv:FOLDER, jsonl:FOLDER, postgresql://…, or host=… dbname=…", Exit.USAGE)
        if options.noise:
            raise CommandError("--noise is for csv: and jsonl:; a database would refuse such rows", Exit.USAGE)
        if options.is_readable:
            raise CommandError("--readable is for files; who reads a database is ruled by its GRANTs", Exit.USAGE)
        return PgTables(checked_dsn("--to", to), create=options.creates_tables, force=options.is_forced)
    if not folder:
        raise CommandError(f"--to {to!r}: expected a folder behind it, for example {kind}:out", Exit.USAGE)
    if kind == "jsonl":
        return JsonlFolder(Path(folder), force=options.is_forced, noise=options.noise, readable=options.is_readable)
    return CsvFolder(
        Path(folder),
        force=options.is_forced,
        null=options.null,
        noise=options.noise,
        readable=options.is_readable,
        spreadsheet_safe=options.is_spreadsheet_safe,
    )


def _imported(name: str) -> ModuleType:
    here = str(Path.cwd())
    if here not in sys.path and "" not in sys.path:
        sys.path.insert(0, here)
    guess = name.removesuffix(".py").replace("\\", "/").strip("./").replace("/", ".").partition(":")[0]
    meant = f"; is {guess!r} meant?" if guess != name else ""
    shape = f"expected the name of a module, for example examples.staff{meant}"
    if not all(part.isidentifier() for part in name.split(".")):
        raise CommandError(f"MODULE {name!r} is no module: {shape}", Exit.USAGE)
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(f"{error.name}.")):
            raise CommandError(
                f"there is no module {error.name!r} here or among the installed ones; {shape}", Exit.USAGE
            ) from error
        raise CommandError(f"module {name!r} needs {error.name!r}, which is not installed", Exit.USAGE) from error
    except (Exception, SystemExit) as error:
        raise CommandError(f"importing {name!r} failed: {type(error).__name__}: {error}", Exit.USAGE) from error


def _models(module: ModuleType, name: str, rows: Mapping[str, int]) -> list[Any]:
    """The classes by their names.

    Raises:
        CommandError: there is no such class; the message has those that there are.
    """
    there = _own(module) or [found for found, value in vars(module).items() if _is_model(value)]
    listed = ", ".join(there) or "none"
    if not rows:
        example = " ".join(f"--rows {found}=1000" for found in there[:2])
        raise CommandError(f"--rows is missing: how many of each model? {name} has {listed}; e.g. {example}", Exit.USAGE)
    found = []
    for wanted in rows:
        value: Any = module
        for part in wanted.split("."):
            value = getattr(value, part, None)
        if value is None:
            close = difflib.get_close_matches(wanted, there, 1)
            meant = f"; is {close[0]} meant?" if close else ""
            raise CommandError(f"--rows {wanted}: {name} has no such model, only {listed}{meant}", Exit.USAGE)
        if not _is_model(value):
            kind = f"the class {value.__name__}" if isinstance(value, type) else f"of type {type(value).__name__}"
            raise CommandError(f"--rows {wanted}: is {kind}, and no pydantic model or dataclass; {name} has {listed}", Exit.USAGE)
        found.append(value)
    return found


def _own(module: ModuleType) -> list[str]:
    """Names of the models that the module itself defines."""
    return [name for name, value in vars(module).items() if _is_model(value) and value.__module__ == module.__name__]


def _is_model(value: Any) -> bool:
    return isinstance(value, type) and has_fields(value) and not value.__module__.startswith("pydantic")
