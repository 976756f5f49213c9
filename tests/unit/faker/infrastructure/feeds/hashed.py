"""A model with everything that a hash could put in another order; run, it prints what its rows are when written.

``PYTHONHASHSEED=1 python -m tests.unit.faker.infrastructure.feeds.hashed``
"""

import asyncio
import collections
import dataclasses
import datetime
import enum
import hashlib
import re
import sys
import tempfile
import typing
from collections.abc import Iterator, MutableSet
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, Json, SecretStr

from ascetic_ddd.faker.application.runs.generation import generate
from ascetic_ddd.faker.infrastructure.feeds.csv_folder import CsvFolder
from ascetic_ddd.faker.infrastructure.feeds.destinations import IDestination, write_rows
from ascetic_ddd.faker.infrastructure.feeds.jsonl_folder import JsonlFolder
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.faker.schema import SchemaSynthesizer
from ascetic_ddd.faker.schema.aggregates.model_aggregate import ModelAggregate
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySessionPool


class Colour(enum.Enum):
    RED, GREEN, BLUE = "red", "green", "blue"


class Badge(BaseModel, frozen=True):
    name: str
    colours: frozenset[Colour] = frozenset()


@dataclasses.dataclass(frozen=True)
class Mark:
    text: str
    words: frozenset[str]


class Box(BaseModel):
    names: set[str]
    inner: dict[str, frozenset[str]]


class Hashed(BaseModel):
    id: Annotated[str, Field(json_schema_extra={"sql": {"key": "primary"}})]
    seat: Annotated[frozenset[str], Field(min_length=2, json_schema_extra={"sql": {"key": "unique"}})]
    tags: Annotated[set[str], Field(json_schema_extra={"sql": {"key": "unique"}}, min_length=2)]
    shared: Annotated[set[str], Field(json_schema_extra={"mean": 10})]
    numbers: set[int]
    floats: set[float]
    texts: frozenset[str]
    days: set[datetime.date]
    colours: set[Colour]
    words: set[Literal["a", "b", "c"]]
    mixed: set[int | str]
    secrets: set[SecretStr]
    raw: set[bytes]
    pairs: set[tuple[str, int]]
    sets: set[frozenset[str]]
    badges: set[Badge]
    marks: frozenset[Mark]
    abstract: typing.AbstractSet[str]
    mutable: MutableSet[str]
    optional: set[str] | None
    either: set[str] | list[str]
    lists: list[set[str]]
    dicts: dict[str, set[str]]
    keyed: dict[frozenset[str], int]
    counted: collections.Counter[str]
    lined: collections.deque[frozenset[str]]
    fixed: tuple[set[str], frozenset[int]]
    box: Box
    boxes: list[Box]
    document: Json[dict[str, list[int]]]
    anything: Any
    pattern: re.Pattern[str]


def digests() -> Iterator[str]:
    """One of each kind of file, of what repositories keep, and of rows that were broken on purpose."""
    for noise in (0.0, 0.2):
        kinds: dict[str, type[CsvFolder] | type[JsonlFolder]] = {"csv": CsvFolder, "jsonl": JsonlFolder}
        for suffix, kind in kinds.items():
            folder = Path(tempfile.mkdtemp())
            destination: IDestination = kind(folder, noise=noise)
            write_rows(schema_of(), destination)
            yield hashlib.sha256((folder / f"Hashed.{suffix}").read_bytes()).hexdigest()
    yield hashlib.sha256(repr(asyncio.run(_states())).encode()).hexdigest()


def schema_of() -> SchemaSynthesizer:
    schema = SchemaSynthesizer(seed=3)
    schema.add(Hashed, 70)
    return schema


async def _states() -> list[Any]:
    """What a repository keeps of the rows."""
    exported: list[Any] = []

    def repository(model: ModelAggregate) -> Any:
        def export(row: Any) -> Any:
            exported.append(model.export(row))
            return exported[-1]

        return InMemoryRepository(agg_exporter=export, id_attr=model.id_attr)

    async for _ in generate(schema_of().providers(repository)["Hashed"], InMemorySessionPool(), 20):
        pass
    return exported


if __name__ == "__main__":
    sys.stdout.write("\n".join(digests()))
