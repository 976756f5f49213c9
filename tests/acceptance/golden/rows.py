"""The rows that seeds give, as text; ``python -m tests.acceptance.golden.rows`` writes the kept files anew."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from ascetic_ddd.faker.application.profile.model import Profile
from ascetic_ddd.faker.application.runs.generation import generate
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession, InMemorySessionPool
from tests.acceptance.golden import graphs

__all__ = ("CASES", "FOLDER", "Kept", "kept", "text_of")

FOLDER = Path(__file__).parent
_SHOWN = 12  # rows of each table that are kept as they are, to see what moved; of the others the digest

Kept = dict[str, Any]
Providers = Mapping[str, AggregateProvider[Any, Any]]


def text_of(row: Any) -> str:
    """A row as one line that says all of it."""
    return json.dumps(row, default=lambda value: f"{type(value).__name__} {value}", sort_keys=True, ensure_ascii=False)


def kept(rows: Mapping[str, Iterable[Any]]) -> Kept:
    """What is kept of the rows of each table: their number, the first, and a digest of all."""
    found: Kept = {}
    for table, of_table in rows.items():
        lines = [text_of(row) for row in of_table]
        digest = hashlib.blake2b("\n".join(lines).encode(), digest_size=16).hexdigest()
        found[table] = {"rows": len(lines), "digest": digest, "first": lines[:_SHOWN]}
    return found


async def _stored(providers: Providers) -> Kept:
    session = InMemorySession()
    rows: dict[str, list[Any]] = {}
    for name, provider in providers.items():
        repository: Any = provider.repository
        rows[name] = [state async for state in repository.find(session)]
    return kept(rows)


async def _run(provider: AggregateProvider[Any, Any], count: int, seed: int, batch_size: int) -> None:
    async for _ in generate(provider, InMemorySessionPool(), count, batch_size=batch_size, seed=seed):
        pass


async def _one_by_one(provider: AggregateProvider[Any, Any], count: int, seed: int) -> None:
    provider.seed(seed)
    pool = InMemorySessionPool()
    for _ in range(count):
        async with pool.session() as session, session.atomic() as ts_session:
            provider.reset()
            await provider.populate(ts_session)
            await provider.create(ts_session)


async def library_planned(batch_size: int = 100) -> Kept:
    books = graphs.library()
    await _run(books, 2_000, 7, batch_size)
    return await _stored(graphs.library_aggregates(books))


async def library_growing() -> Kept:
    books = graphs.library()
    await _one_by_one(books, 700, 3)
    return await _stored(graphs.library_aggregates(books))


async def library_topped_up() -> Kept:
    books = graphs.library()
    await _run(books, 600, 1, 50)
    await _one_by_one(books, 50, 2)
    await _run(books, 900, 3, 200)
    return await _stored(graphs.library_aggregates(books))


async def flights_planned() -> Kept:
    providers = graphs.flights()
    profile = Profile.load(graphs.FLIGHTS_PROFILE)
    for name, provider in providers.items():
        await _run(provider, min(profile.table(name).rows, 3_000), 5, 500)
    return await _stored(providers)


async def models_planned() -> Kept:
    providers = graphs.models()
    await _run(providers["Employee"], 400, 11, 64)
    return await _stored(providers)


async def shop_planned() -> Kept:
    providers = graphs.shop()
    await _run(providers["orders"], 500, 4, 30)
    return await _stored(providers)


async def shop_growing() -> Kept:
    providers = graphs.shop()
    await _one_by_one(providers["orders"], 300, 9)
    return await _stored(providers)


CASES: dict[str, Callable[[], Awaitable[Kept]]] = {
    "library_planned": library_planned,
    "library_growing": library_growing,
    "library_topped_up": library_topped_up,
    "flights_planned": flights_planned,
    "models_planned": models_planned,
    "shop_planned": shop_planned,
    "shop_growing": shop_growing,
}


async def _all() -> dict[str, Kept]:
    return {name: await case() for name, case in CASES.items()}


if __name__ == "__main__":
    text = json.dumps(asyncio.run(_all()), indent=1, ensure_ascii=False) + "\n"
    (FOLDER / "rows.json").write_text(text, encoding="utf-8")
