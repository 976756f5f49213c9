"""The main job, shown: grow the library in an embedded PostgreSQL, then compare what was asked with what came out."""

import argparse
import asyncio
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import psycopg

from ascetic_ddd.faker.application.comparison.compare import compare
from ascetic_ddd.faker.application.comparison.thresholds import Thresholds
from ascetic_ddd.faker.application.comparison.wording import failure_texts, headline
from ascetic_ddd.faker.application.files import replace_file
from ascetic_ddd.faker.application.generation import generate
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.embedded import PgServer, embedded_postgres
from ascetic_ddd.faker.infrastructure.profile.capture import capture
from ascetic_ddd.faker.infrastructure.report.html import html_report
from ascetic_ddd.seedwork.domain.errors import AsceticDddError
from examples.arguments import positive
from examples.library.asked import allowed, asked_profile, without_columns
from examples.library.measured import Row, broken_promises, count_of, measured
from examples.library.providers import (
    AUTHOR_WEIGHTS,
    AUTHORS_PER_TENANT,
    BOOKS_PER_AUTHOR,
    BOOKS_PER_TENANT,
    TENANT_SKEW,
)
from examples.library.wiring import create_application_schema, make_book_provider, session_pools

__all__ = ("main",)

_ASKED = {
    "books.tenant_id": {"skew": f"{TENANT_SKEW:.2f}", "mean": f"{BOOKS_PER_TENANT:.2f}"},
    "books.author_id, within its tenant": {
        "weights": " / ".join(f"{weight:.3f}" for weight in AUTHOR_WEIGHTS),
        "mean": f"{BOOKS_PER_AUTHOR:.2f}",
    },
    "authors.tenant_id": {"skew": f"{TENANT_SKEW:.2f}", "mean": f"{AUTHORS_PER_TENANT:.2f}"},
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo. Returns the exit code: 0 if every promise was kept, 1 if not, 2 if it could not run."""
    options = _parse(arguments)
    try:
        with embedded_postgres(durable=False) as server:
            return _show(server, options.count, options.seed, options.batch_size, options.report)
    except AsceticDddError as error:
        print(f"The demo could not run: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped; the embedded server is shut down and its data removed.", file=sys.stderr)
        return 130


def _show(server: PgServer, count: int, seed: int, batch_size: int, report: Path) -> int:
    external_dsn = server.create_database("application")
    internal_dsn = server.create_database("internal")
    create_application_schema(external_dsn)
    print(f"Growing {count:,} books through their domain model (seed {seed}), {batch_size} in a transaction.")
    seconds = asyncio.run(_grow(external_dsn, internal_dsn, count, seed, batch_size))
    with psycopg.connect(external_dsn) as external, psycopg.connect(internal_dsn) as internal:
        tenants, authors, books = (count_of(external, table) for table in ("tenants", "authors", "books"))
        rows = measured(external, _ASKED)
        broken = broken_promises(external, internal)
    print(f"{tenants:,} tenants, {authors:,} authors and {books:,} books in {seconds:.1f} s ({books / seconds:,.0f} books/s).\n")
    print(_table(rows))
    if count < 10 * BOOKS_PER_TENANT:
        print(f"\nWith {count:,} books there are only {tenants:,} tenants: their shares are coarse. Try --count 10000 or more.")
    faults = {name: number for name, number in broken.items() if number}
    print()
    if faults or books != count:
        print("BROKEN: " + ", ".join(f"{number:,} {name}" for name, number in faults.items()), file=sys.stderr)
        return 1
    print("Every book is by an author of its own tenant; no tenant or author without a book;")
    print("all that is remembered is stored, and all that is stored is remembered.\n")
    _report(external_dsn, count, report)
    return 0


def _report(dsn: str, count: int, path: Path) -> None:
    """Compare the database with what was asked, as one compares a copy with production."""
    found = compare(
        asked_profile(count),
        without_columns(asyncio.run(capture(dsn))),
        thresholds=Thresholds.parse(allowed(count)),
        labels=("as asked", "as grown"),
    )
    print(f"As grown beside as asked, by KS and other distances: {headline(found)}.")
    for name, text in failure_texts(found):
        print(f"  {name}: {text}")
    try:
        replace_file(path, html_report(found))
    except (OSError, ConfigurationError) as error:
        print(f"There is no report: {error}", file=sys.stderr)
    else:
        print(f"The report, with curves: {path.resolve()}")


async def _grow(external_dsn: str, internal_dsn: str, count: int, seed: int, batch_size: int) -> float:
    provider = make_book_provider()
    async with session_pools(external_dsn, internal_dsn) as pool:
        async with pool.session() as session, session.atomic():
            await provider.setup(session)
        start = time.perf_counter()
        done = 0
        async for _ in generate(provider, pool, count, batch_size=batch_size, seed=seed):
            done += 1
            _progress(done, count, start)
    return time.perf_counter() - start


def _progress(done: int, count: int, start: float) -> None:
    """A line that is written over on a terminal; ten lines in a pipe."""
    is_terminal = sys.stdout.isatty()
    if done % max(1, count // (200 if is_terminal else 10)) and done != count:
        return
    rate = done / max(time.perf_counter() - start, 1e-9)
    line = f"{done:>10,} of {count:,} books  {done / count:4.0%}  {rate:7,.0f} books/s  {(count - done) / rate:5.1f} s to go"
    print(f"\r{line}" if is_terminal else line, end="" if is_terminal and done != count else "\n", flush=True)


def _table(rows: Iterable[Row]) -> str:
    lines = [("reference", "parameter", "asked", "came out"), *((r.reference, r.parameter, r.asked, r.measured) for r in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(4)]
    ruled = [lines[0], tuple("-" * width for width in widths), *lines[1:]]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in ruled)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make demo ARGS=", description=main.__doc__)
    parser.add_argument("--count", type=positive, default=10_000, help="books to grow (default: 10000)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the run; same seed, same rows (default: 1)")
    parser.add_argument("--batch-size", type=positive, default=100, help="books in one transaction (default: 100)")
    parser.add_argument("--report", type=Path, default=Path("demo-report.html"), help="file to write (default: demo-report.html)")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
