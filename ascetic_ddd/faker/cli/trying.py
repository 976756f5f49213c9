"""``generate --dry-run``: what a run would come to, without a database."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ascetic_ddd.faker.application.linting.graph import expected_rows
from ascetic_ddd.faker.application.linting.lint import lint
from ascetic_ddd.faker.application.runs.finding import Finding
from ascetic_ddd.faker.application.runs.generation import generate
from ascetic_ddd.faker.application.runs.target import Target
from ascetic_ddd.faker.cli.exits import Exit, exit_of
from ascetic_ddd.faker.cli.outcome import message_of
from ascetic_ddd.faker.domain.providers.rewiring import store_elsewhere
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSessionPool
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySessionPool

__all__ = ("Trial", "tried")

_SAMPLE = 10


@dataclass
class Trial:
    """What came of it.

    Attributes:
        root: path of the provider whose aggregates a run would make.
        findings: what does not hold together.
        expected: by path, about how many of each kind a run would leave.
        sample: exported states of the first aggregates, made by the domain model, and stored nowhere.
        failure: why there are not more of them; None: there are as many as were wanted.
    """

    root: str
    findings: Sequence[Finding] = ()
    expected: Mapping[str, float] = field(default_factory=dict)
    sample: list[Any] = field(default_factory=list)
    failure: BaseException | None = None

    @property
    def code(self) -> Exit:
        """The exit code."""
        if self.failure is not None:
            return exit_of(self.failure)
        return Exit.FAILURES if self.findings else Exit.OK

    def as_lines(self) -> Iterator[str]:
        """For people."""
        for finding in self.findings:
            yield f"does not hold together: {finding}"
        width = max(map(len, self.expected), default=0)
        for path, rows in self.expected.items():
            yield f"{path:<{width}}  {rows:>12,.0f}"
        for state in self.sample:
            yield _json(state)
        yield f"Nothing is stored. {len(self.sample)} of {self.root} were made in memory" + (
            ", then one failed." if self.failure is not None else "." + " Nothing is known to be wrong." * (not self.findings)
        )

    def as_object(self) -> dict[str, Any]:
        """For programs."""
        return {
            "exit_code": int(self.code),
            "error": None if self.failure is None else message_of(self.failure),
            "findings": [str(finding) for finding in self.findings],
            "expected": {path: round(rows) for path, rows in self.expected.items()},
            "sample": [json.loads(_json(state)) for state in self.sample],
        }


async def tried(target: Target, count: int, seed: int) -> Trial:
    """Look a graph over, and make the first aggregates of a run of ``count`` in memory: by the domain model, in no database."""
    provider = target.provider
    trial = Trial(provider.path, lint(provider, count), expected_rows(provider, count))
    store_elsewhere(provider, lambda export, id_attr: InMemoryRepository(agg_exporter=export, id_attr=id_attr))
    provider.seed(seed)
    session_pool = CompositeSessionPool(InMemorySessionPool(), InMemorySessionPool())
    try:
        async for _ in generate(provider, session_pool, min(count, _SAMPLE), batch_size=1):
            pass
    except Exception as error:  # noqa: BLE001  # it is what the trial is for
        trial.failure = error
    repository: Any = provider.repository
    async with session_pool.session() as session:
        trial.sample = [state async for state in repository.find(session)][:_SAMPLE]
    return trial


def _json(state: Any) -> str:
    return json.dumps(state, ensure_ascii=False, default=str)
