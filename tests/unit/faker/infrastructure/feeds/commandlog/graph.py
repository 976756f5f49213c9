"""A small application: tenants, their projects, and tasks with a life of their own."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.interfaces import IReferenceProvider, IValueProvider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.infrastructure.feeds.commandlog.arrivals import Arrivals
from ascetic_ddd.faker.infrastructure.feeds.commandlog.command_log import CommandLog
from ascetic_ddd.faker.infrastructure.feeds.commandlog.feeding import FeedOptions, write_log
from ascetic_ddd.faker.infrastructure.feeds.commandlog.manifest import Account
from ascetic_ddd.faker.infrastructure.transports.drafts import Draft, draft_of
from ascetic_ddd.faker.infrastructure.transports.journey import Journey, Step
from ascetic_ddd.faker.infrastructure.transports.route import Route


@dataclass(frozen=True)
class OpenTenant:
    tenant_id: int | None
    name: str


@dataclass(frozen=True)
class BeginProject:
    project_id: int | None
    tenant_id: int
    title: str


@dataclass(frozen=True)
class AddTask:
    task_id: int | None
    project_id: int
    tenant_id: int
    words: str


@dataclass(frozen=True)
class FinishTask:
    task_id: int
    note: str | None = None


class TenantProvider(AggregateProvider[dict[str, Any], Draft[Any]]):
    _id_attr = "id"
    id: IValueProvider[int, int]
    name: IValueProvider[str, str]

    def __init__(self, repository: Any) -> None:
        self.id = ValueProvider[int, int]()
        self.name = ValueProvider[str, str](input_generator=lambda session, position: f"tenant «{position}»")
        super().__init__(repository, draft_of(OpenTenant, tenant_id="id"), Draft.export)


class ProjectProvider(AggregateProvider[dict[str, Any], Draft[Any]]):
    _id_attr = "id"
    id: IValueProvider[int, int]
    tenant_id: IReferenceProvider[int, Draft[Any], int]
    title: IValueProvider[str, str]

    def __init__(self, repository: Any, tenants: TenantProvider, weights: Sequence[float]) -> None:
        self.id = ValueProvider[int, int]()
        self.tenant_id = ReferenceProvider[int, Draft[Any], int](
            distributor=distributor_factory(weights=list(weights), mean=5), aggregate_provider=tenants
        )
        self.title = ValueProvider[str, str](input_generator=lambda session, position: f'"{position}"\n')
        super().__init__(repository, draft_of(BeginProject, project_id="id"), Draft.export)


class TaskProvider(AggregateProvider[dict[str, Any], Draft[Any]]):
    _id_attr = "id"
    id: IValueProvider[int, int]
    project_id: IReferenceProvider[int, Draft[Any], int]
    tenant_id: IReferenceProvider[int, Draft[Any], int]
    words: IValueProvider[str, str]
    status: IValueProvider[str, str]

    def __init__(self, repository: Any, projects: ProjectProvider, tenants: TenantProvider, journey: Any) -> None:
        self.id = ValueProvider[int, int]()
        self.project_id = ReferenceProvider[int, Draft[Any], int](
            distributor=distributor_factory(mean=4), aggregate_provider=projects
        )
        self.tenant_id = ReferenceProvider[int, Draft[Any], int](
            distributor=distributor_factory(mean=20), aggregate_provider=tenants
        )
        self.words = ValueProvider[str, str](input_generator=lambda session, position: f"do {position}")
        self.status = ValueProvider[str, str](values=["open", "done"], weights=[0.5, 0.5])
        super().__init__(repository, journey, Draft.export)

    async def do_populate(self, session: Any, specification: Any = None) -> None:
        """A task is of its project's tenant."""
        await self.tenant_id.populate(session)
        self.project_id.set({"tenant_id": self.tenant_id.get()})  # type: ignore[arg-type]  # a pattern


ADD = Step(AddTask, task_id="id")
JOURNEY = Journey("status", {"open": [ADD], "done": [ADD, Step(FinishTask, task_id="id")]})
WEIGHTS = (0.4, 0.3, 0.2, 0.1)

ROUTES = (
    Route(OpenTenant, "PUT /tenants/{tenant_id}"),
    Route(BeginProject, "POST /projects"),
    Route(AddTask, "POST /projects/{project_id}/tasks", headers={"X-Client": "feed"}),
    Route(FinishTask, "POST /tasks/{task_id}/end", body=lambda finish: {"because": finish.note}),
)


def wire(log: CommandLog, journey: Any = JOURNEY, weights: Sequence[float] = WEIGHTS) -> TaskProvider:
    tenants = TenantProvider(log.repository(id_field="tenant_id"))
    projects = ProjectProvider(log.repository(id_field="project_id"), tenants, weights)
    return TaskProvider(log.repository(id_field="task_id"), projects, tenants, journey)


def feed(path: Path, count: int = 200, wire: Any = wire, **told: Any) -> Account:
    """Write a log."""
    kept = {name: told.pop(name) for name in ("resume", "force", "needs_routes", "on_progress") if name in told}
    options = FeedOptions(count, **{"seed": 7, "arrivals": Arrivals.poisson(100), "by": "tenant_id", **told})
    return asyncio.run(write_log(wire, path, options, routes=ROUTES, **kept))


def lines(path: Path) -> list[dict[str, Any]]:
    """All events of all shards, without the manifests, in the order of the log."""
    found = []
    for file in sorted(path.glob("commands.*.jsonl")):
        found += [json.loads(line) for line in file.read_text("utf-8").split("\n")[1:-1]]
    return sorted(found, key=lambda event: str(event["sequence"]))


def planned(begin: datetime, *after: timedelta) -> list[datetime]:
    """The times of a journey."""
    return [begin, *(begin + each for each in after)]


NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
