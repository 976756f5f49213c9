"""Rows of pydantic models into files and tables: rate, and the most memory, in a process of its own for each destination."""

import multiprocessing
import resource
import tempfile
from pathlib import Path
from typing import Any

from ascetic_ddd.faker.infrastructure.embedded import embedded_postgres
from ascetic_ddd.faker.infrastructure.feeds.csv_folder import CsvFolder
from ascetic_ddd.faker.infrastructure.feeds.destinations import IDestination, write_rows
from ascetic_ddd.faker.infrastructure.feeds.jsonl_folder import JsonlFolder
from ascetic_ddd.faker.infrastructure.feeds.pg_tables import PgTables
from ascetic_ddd.faker.schema import SchemaSynthesizer
from benchmarks.schema import Employee, Manager

__all__ = ("run",)

_KIB_A_MIB = 1024


def run(rows: int = 100_000) -> None:
    """Print a line for each destination, for two numbers of rows: memory must not grow with them."""
    with tempfile.TemporaryDirectory() as folder, embedded_postgres(Path(folder) / "server", durable=False) as server:
        for number in (rows, 2 * rows):
            for kind in ("nowhere", "csv", "jsonl", "postgresql"):
                place = str(Path(folder) / f"{kind}{number}")
                if kind == "postgresql":
                    place = server.create_database(f"{kind}{number}")
                rate, peak = _in_process(kind, place, number)
                print(f"{kind:<11} {number:>9,} rows: {rate:8,.0f} rows/s, at most {peak:5.1f} MiB")


def _in_process(kind: str, place: str, rows: int) -> tuple[float, float]:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found: tuple[float, float] = pool.apply(_measured, (kind, place, rows))
    return found


def _measured(kind: str, place: str, rows: int) -> tuple[float, float]:
    schema = SchemaSynthesizer(seed=1)
    schema.add(Employee, rows)
    schema.add(Manager, rows // 100)
    written = write_rows(schema, _destination(kind, place))
    return written.rate, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KIB_A_MIB


def _destination(kind: str, place: str) -> IDestination:
    if kind == "csv":
        return CsvFolder(place)
    if kind == "jsonl":
        return JsonlFolder(place)
    return PgTables(place, create=True) if kind == "postgresql" else _Nowhere()


class _Nowhere:
    """Takes rows and forgets them: what the making alone costs."""

    def rows_of(self, model: Any) -> Any:
        return model.instances()

    def opened(self, models: Any, tables: Any) -> Any:
        self.order = list(tables)
        return self

    def table(self, model: str) -> Any:
        return self

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *error: object) -> None:
        return None

    def __call__(self, rows: Any) -> None:
        return None
