"""What came out, counted by SQL of our own; and what ``ascetic-ddd check`` says of the same two databases."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

from ascetic_ddd.faker.infrastructure.embedded import PgServer
from examples.library.measured import broken_promises, count_of
from examples.library.providers import AUTHOR_WEIGHTS, BOOKS_PER_AUTHOR, BOOKS_PER_TENANT
from tests.chaos.run import ROOT, ascetic_ddd

__all__ = ("Audit", "audited", "contradictions")

Connection = psycopg.Connection[Any]

_MEAN_BAR = 0.02
_LEAST_BAR = {"authors": 2.0, "tenants": 1.0}  # values: the newest ones, of tenants and of each tenant's authors, are not full
_WEIGHTS_BAR = 0.03
_PROVIDERS = {"TenantProvider": "tenants", "AuthorProvider": "authors", "BookProvider": "books"}

# Of what is remembered.
_SQL = {
    "ids that come again": b"""
        SELECT (SELECT count(*) - count(DISTINCT id) FROM tenants) + (SELECT count(*) - count(DISTINCT id) FROM authors)
             + (SELECT count(*) - count(DISTINCT id->'author_id') FROM authors)
             + (SELECT count(*) - count(DISTINCT id->'book_id') FROM books)""",
    "positions that come again": b"""
        SELECT (SELECT count(*) - count(DISTINCT position) FROM tenants)
             + (SELECT count(*) - count(DISTINCT position) FROM authors)
             + (SELECT count(*) - count(DISTINCT position) FROM books)""",
    "names of tenants that come again": b"SELECT count(*) - count(DISTINCT state->'name') FROM tenants",
    "books of an author or a tenant that is not remembered": b"""
        SELECT count(*) FROM books b WHERE NOT EXISTS (SELECT FROM authors a WHERE a.id = b.state->'author_id')
            OR NOT EXISTS (SELECT FROM tenants t WHERE t.id = b.id->'tenant_id')""",
    "authors of a tenant that is not remembered": b"""
        SELECT count(*) FROM authors a WHERE NOT EXISTS (SELECT FROM tenants t WHERE t.id = a.id->'tenant_id')""",
    "remembered books of an author of another tenant": b"""
        SELECT count(*) FROM books WHERE id->'tenant_id' <> state->'author_id'->'tenant_id'""",
}
_REMEMBERED_BOOKS = b"""
SELECT (id->>'tenant_id')::bigint, (id->>'book_id')::bigint, (state->'author_id'->>'author_id')::bigint, state->>'title'
FROM books
"""
_STORED_BOOKS = b"SELECT tenant_id, book_id, author_id, title FROM books"
# The shares of their tenant's books that the authors have, in four equal parts, over all tenants with as many authors.
_WEIGHTS = b"""
WITH per_author AS (SELECT id->'tenant_id' AS tenant, count(*) AS c FROM books GROUP BY 1, state->'author_id'),
     parts AS (SELECT c, ntile(4) OVER (PARTITION BY tenant ORDER BY c DESC) AS part,
                      count(*) OVER (PARTITION BY tenant) AS authors FROM per_author)
SELECT sum(c) / sum(sum(c)) OVER () FROM parts WHERE authors >= 4 GROUP BY part ORDER BY part
"""


@dataclass(frozen=True)
class Audit:
    """Two databases of the library, after a run that reached its count.

    Attributes:
        stored: rows of each of the application's tables.
        remembered: of each of ours.
        broken: what must not be there, and how much of it is there.
        weights: shares of books by authors, most first.
    """

    stored: dict[str, int]
    remembered: dict[str, int]
    broken: dict[str, int]
    weights: tuple[float, ...]

    @property
    def unremembered(self) -> int:
        """Rows that are stored and not remembered: no fault."""
        return sum(self.stored.values()) - sum(self.remembered.values())

    def faults(self, count: int) -> Iterator[str]:
        """What is wrong, where so many books were asked for."""
        yield from (f"{number} {what}" for what, number in self.broken.items() if number)
        if self.remembered["books"] != count:
            yield f"{self.remembered['books']} books are remembered, {count} were asked for"
        for table, mean in (("authors", BOOKS_PER_AUTHOR), ("tenants", BOOKS_PER_TENANT)):
            due = count / mean
            if abs(self.remembered[table] - due) > max(_LEAST_BAR[table], _MEAN_BAR * due):
                yield f"{self.remembered[table]} {table} where {due:.1f} are due (mean {mean})"
        if any(abs(got - asked) > _WEIGHTS_BAR for got, asked in zip(self.weights, AUTHOR_WEIGHTS, strict=True)):
            yield f"weights {self.weights} where {AUTHOR_WEIGHTS} were asked for"


def audited(server: PgServer) -> Audit:
    """Count everything on both sides."""
    with psycopg.connect(server.dsn("application")) as external, psycopg.connect(server.dsn("internal")) as internal:
        tables = _PROVIDERS.values()
        broken = {what: number for what, number in broken_promises(external, internal).items() if _is_fault(what)}
        broken |= {what: int(_rows(internal, query)[0][0]) for what, query in _SQL.items()}
        strange = set(_rows(internal, _REMEMBERED_BOOKS)) - set(_rows(external, _STORED_BOOKS))
        return Audit(
            stored={table: count_of(external, table) for table in tables},
            remembered={table: count_of(internal, table) for table in tables},
            broken={**broken, "books remembered otherwise than stored": len(strange)},
            weights=tuple(round(float(row[0]), 3) for row in _rows(internal, _WEIGHTS)),
        )


def contradictions(audit: Audit, target: str, data: str) -> Iterator[str]:
    """Where ``ascetic-ddd check`` says something else than the audit of the same databases."""
    command = ascetic_ddd(["check", target, "--data", data, "--json"])
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    checked = json.loads(result.stdout) if result.stdout else {}
    if checked.get("error") or "aggregates" not in checked:
        yield f"check ends with {result.returncode}: {checked.get('error') or result.stderr}"
        return
    for provider, table in _PROVIDERS.items():
        told, stored, remembered = checked["aggregates"][provider], audit.stored[table], audit.remembered[table]
        expected = {"external": stored, "internal": remembered, "orphans": stored - remembered}
        if told != expected:
            yield f"check tells {told} of {table}, there are {expected}"
    if bool(checked["faults"]) != any(audit.broken.values()):
        yield f"check finds {checked['faults']}, the audit {[what for what, number in audit.broken.items() if number]}"
    yield from (f"check: {law['path']}: {law['parameter']} is off: {law}" for law in checked["laws"] if not law["is_met"])


def _is_fault(promise: str) -> bool:
    """What was stored by a run that was killed before it was remembered is merely unused."""
    return "not remembered" not in promise and "without a book" not in promise


def _rows(connection: Connection, query: bytes) -> list[Any]:
    return connection.execute(query).fetchall()
