"""Aggregates that are made after the root, as its children: each comes right after its own root, by the slack."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.distributors.o2m.factory import children_factory
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.dependent_provider import DependentProvider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.infrastructure.feeds.commandlog.arrivals import Arrivals
from ascetic_ddd.faker.infrastructure.feeds.commandlog.checking import check_feed
from ascetic_ddd.faker.infrastructure.feeds.commandlog.command_log import CommandLog
from ascetic_ddd.faker.infrastructure.transports.drafts import Draft, draft_of
from tests.unit.faker.infrastructure.feeds.commandlog import graph


@dataclass(frozen=True)
class WriteComment:
    task_id: int
    author_id: int


@dataclass(frozen=True)
class JoinAs:
    author_id: int | None


class AuthorProvider(AggregateProvider[dict[str, Any], Draft[Any]]):
    _id_attr = "id"
    id: Any

    def __init__(self, repository: Any) -> None:
        self.id = ValueProvider[int, int]()
        super().__init__(repository, draft_of(JoinAs, author_id="id"), Draft.export)


class CommentProvider(AggregateProvider[dict[str, Any], Draft[Any]]):
    _id_attr = "id"
    id: Any
    task_id: Any
    author_id: Any

    def __init__(self, repository: Any, tasks: Any, authors: AuthorProvider) -> None:
        self.id = ValueProvider[int, int]()
        self.task_id = ReferenceProvider[Any, Any, Any](distributor=distributor_factory(mean=2), aggregate_provider=tasks)
        self.author_id = ReferenceProvider[Any, Any, Any](distributor=distributor_factory(mean=8), aggregate_provider=authors)
        super().__init__(repository, draft_of(WriteComment), Draft.export)


class TalkedOfTaskProvider(graph.TaskProvider):
    comments: Any

    def __init__(self, log: CommandLog, tenants: graph.TenantProvider, projects: graph.ProjectProvider) -> None:
        found: list[Any] = []
        comments = CommentProvider(log.repository(), lambda: found[0], AuthorProvider(log.repository(id_field="author_id")))
        self.comments = DependentProvider[Any, Any](children_factory(2), comments, reference="task_id")
        super().__init__(log.repository(id_field="task_id"), projects, tenants, graph.JOURNEY)
        found.append(self)


def wire(log: CommandLog) -> TalkedOfTaskProvider:
    tenants = graph.TenantProvider(log.repository(id_field="tenant_id"))
    projects = graph.ProjectProvider(log.repository(id_field="project_id"), tenants, graph.WEIGHTS)
    return TalkedOfTaskProvider(log, tenants, projects)


def test_children_come_by_the_slack_after_their_own_root(tmp_path: Path) -> None:
    account = graph.feed(tmp_path / "feed", 120, wire=wire, slack_s=1.0, arrivals=Arrivals.steady(5), shards=3)
    found = check_feed(tmp_path / "feed")
    assert found.is_right, found.faults
    events = graph.lines(tmp_path / "feed")
    tasks = {event["data"]["task_id"]: event for event in events if event["type"].endswith("AddTask")}
    ends = {event["data"]["task_id"]: event for event in events if event["type"].endswith("FinishTask")}
    comments = [event for event in events if event["type"].endswith("WriteComment")]
    assert len(comments) == 240
    late = 0
    for comment in comments:
        task = tasks[comment["data"]["task_id"]]
        done = ends.get(comment["data"]["task_id"], task)
        assert comment["duems"] == done["duems"] + 1000
        assert comment["partitionkey"] == task["partitionkey"]
        late += done is not task
    assert account.shifted == late  # only those whose task has a journey behind it
    authors = {event["data"]["author_id"]: event["duems"] for event in events if event["type"].endswith("JoinAs")}
    assert all(comment["duems"] - authors[comment["data"]["author_id"]] >= 1000 for comment in comments)
