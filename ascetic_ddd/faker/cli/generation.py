"""``ascetic-ddd generate``: one run, from the databases to the summary."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ascetic_ddd.faker.application.runs.generation import generate
from ascetic_ddd.faker.application.runs.progress import Progress
from ascetic_ddd.faker.application.runs.restoration import restore
from ascetic_ddd.faker.application.runs.target import Target
from ascetic_ddd.faker.cli.databases import Databases
from ascetic_ddd.faker.cli.exits import CommandError, Exit
from ascetic_ddd.faker.cli.interruption import Interruption
from ascetic_ddd.faker.cli.options import DOMAIN
from ascetic_ddd.faker.cli.printing import print_error
from ascetic_ddd.faker.cli.reporting import IReporter
from ascetic_ddd.faker.cli.session_pools import locked_session_pool
from ascetic_ddd.faker.cli.stores import count_remembered, rememberers
from ascetic_ddd.faker.cli.summary import Summary
from ascetic_ddd.faker.cli.transporting import findings_of, own_sessions, requests_of, transport_of, wired
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.randomness import seed_of
from ascetic_ddd.faker.domain.repositories import IObservable, offers
from ascetic_ddd.faker.infrastructure.transports.recovery import recover
from ascetic_ddd.seedwork.domain.session.interfaces import ISession, ISessionPool

__all__ = ("GenerateOptions", "run_generation")


@dataclass(frozen=True)
class GenerateOptions:
    """What the command line says of a run."""

    target: str
    count: int
    seed: int
    batch_size: int
    lanes: int
    resume: bool
    on_error: Literal["stop", "skip"]
    retries: int
    patience_s: float
    transport: str = DOMAIN
    base_url: str | None = None


async def run_generation(
    options: GenerateOptions, target: Target, found: Databases, summary: Summary, reporter: IReporter
) -> None:
    """Make what is still missing; the summary has the account, however the run ends.

    Raises:
        CommandError: something is remembered and the run shall not go on from it; or the run was interrupted.
        GenerationError: an aggregate failed.
    """
    interruption = Interruption()
    transport = transport_of(target, options.transport, options.base_url)
    with interruption.heard():
        async with (
            locked_session_pool(found, options.lanes, options.patience_s, own=own_sessions(target, transport)) as session_pool,
            wired(target, transport, options.base_url, found) as provider,
        ):
            for finding in findings_of(provider):
                print_error(f"warning: {finding}")
            missing = await _prepared(options, provider, session_pool, summary)
            if not missing:
                return
            _count_what_is_made(provider, summary)

            def on_progress(progress: Progress) -> None:
                summary.made[summary.root] = progress.done
                summary.failed = progress.failed
                summary.seconds = progress.seconds
                reporter.report(progress)
                interruption.check()

            found.use.has_begun = True
            reporter.begin(summary.remembered, options.count)
            try:
                with interruption.batches():
                    async for _ in generate(
                        provider,
                        session_pool,
                        missing,
                        batch_size=options.batch_size,
                        lanes=options.lanes,
                        on_error=options.on_error,
                        on_progress=on_progress,
                        on_failure=summary.failure,
                        retries=options.retries,
                        patience_s=options.patience_s,
                        on_repeat=summary.repetition,
                    ):
                        pass
            finally:
                reporter.end()
                summary.requests = requests_of(provider)


async def _prepared(
    options: GenerateOptions, provider: AggregateProvider[Any, Any], session_pool: ISessionPool, summary: Summary
) -> int:
    """Set up the stores, take up what they remember, seed the graph; give how many are to be made."""
    summary.root = provider.path
    async with session_pool.session() as session, session.atomic():
        await provider.setup(session)
    if options.resume:
        await recover(provider, session_pool)
    async with session_pool.session() as session, session.atomic():
        if options.resume:
            summary.before = await restore(provider, session)
        else:
            summary.before = await count_remembered(provider, session)
    summary.made = dict.fromkeys(summary.before, 0)
    remembered = summary.before[summary.root]
    if not options.resume:
        if any(summary.before.values()):
            raise CommandError(_refusal(summary.before), Exit.REFUSED)
        provider.seed(options.seed)
    else:
        # With the seed of the first run the generators would begin anew and repeat its values, names and numbers that may have to
        # be unique among them. So each run has streams of its own, told by the seed and by how many were remembered at its
        # beginning: the same history of runs gives the same rows.
        provider.seed(seed_of(options.seed, f"after {remembered}"))
    return max(0, options.count - remembered)


def _refusal(remembered: Mapping[str, int]) -> str:
    what = ", ".join(f"{number:,} of {path}" for path, number in remembered.items() if number)
    return f"the internal database remembers aggregates already ({what}); --resume goes on from them"


def _count_what_is_made(provider: AggregateProvider[Any, Any], summary: Summary) -> None:
    """Count what references create; aggregates of the root are counted by the run."""
    made = summary.made

    def count(path: str) -> None:
        made[path] = made.get(path, 0) + 1

    def listener_for(path: str) -> Any:
        def stored(session: ISession, state: Mapping[str, Any]) -> None:
            session.on_commit(count, path)

        return stored

    for found in rememberers(provider):
        if found is not provider and offers(found.repository, IObservable):
            found.repository.subscribe(listener_for(found.path))
