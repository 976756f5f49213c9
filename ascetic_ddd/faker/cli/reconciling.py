"""``ascetic-ddd reconcile``: what exists outside and is not remembered."""

from ascetic_ddd.faker.application.runs.reconciliation import Reconciled, reconcile
from ascetic_ddd.faker.application.runs.target import Target
from ascetic_ddd.faker.cli.databases import Databases, locked_session_pool
from ascetic_ddd.faker.cli.interruption import Interruption

__all__ = ("run_reconciliation",)

_SESSIONS = 2  # one reads, one compares and adopts


async def run_reconciliation(target: Target, found: Databases, *, adopt: bool) -> list[Reconciled]:
    """Reconcile under the lock of a run: while one is at work, what is not remembered may be about to be."""
    with Interruption().heard():
        async with locked_session_pool(found, _SESSIONS) as session_pool:
            async with session_pool.session() as session, session.atomic():
                await target.provider.setup(session)
            return await reconcile(target.provider, session_pool, adopt=adopt)
