"""Look two stores over, without writing to them: is what is remembered there, does it hold together, did the laws come out."""

from typing import Any

from ascetic_ddd.faker.application.checking.laws import ScopedWeights, judge_nulls, judge_shape, too_few
from ascetic_ddd.faker.application.checking.model import AggregateCheck, Checked, Fault, Judgement, NotChecked
from ascetic_ddd.faker.application.checking.questions import fits, references_of, scope_keys, tellers, without_law
from ascetic_ddd.faker.application.checking.streamed import StreamedAudit, unknown
from ascetic_ddd.faker.application.linting.stores import refused_by_stores
from ascetic_ddd.faker.application.runs.reconciliation import reconcile_one, referenced_first
from ascetic_ddd.faker.domain.distributors.counts import WeightsCounts
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.facts import id_name, is_choice
from ascetic_ddd.faker.domain.repositories import (
    IAudit,
    IAuditable,
    IConstrained,
    ILookup,
    IMemory,
    IReadable,
    Uses,
    offers,
    sides_of,
)
from ascetic_ddd.seedwork.domain.session.interfaces import ISession, ISessionPool

__all__ = ("check",)

Aggregate = AggregateProvider[Any, Any]

_SEARCHED = 100_000  # remembered aggregates among which an example of a lost one is looked for


async def check(root: Aggregate, session_pool: ISessionPool, *, batch_size: int = 1000) -> Checked:
    """Check the external and the internal repositories of a graph.

    * What is remembered exists outside, and is counted on both sides; what exists and is not remembered is counted, no fault.
    * Ids in the internal store: those of the states, each once, of the shape that the provider's id has.
    * No reference leads to an id that is not remembered; on the application's side no foreign key is broken.
    * What the providers may draw and the application's tables would refuse, see :func:`.lint_stores`; no fault.
    * The laws: per reference, what came out against what its distributor was asked for, where it can be judged.

    What a repository cannot be asked is told in ``not_checked``. Nothing is written, and memory is bounded by the batch size
    where the internal repository can look itself over (``InternalPgRepository``); else the values of one reference at a time
    are kept. No run may be at work meanwhile.

    Args:
        root: the provider of a target.
        session_pool: two sessions are in use at the same time.
        batch_size: aggregates compared at once.

    Raises:
        PersistenceError: a store refused to be read.
    """
    return await _Check(root, session_pool, batch_size).run()


class _Check:
    """One check, and what it has found so far."""

    def __init__(self, root: Aggregate, session_pool: ISessionPool, batch_size: int) -> None:
        self._root = root
        self._pool = session_pool
        self._batch_size = batch_size
        self._found = Checked()
        self._aggregates = referenced_first([each for each in root.walk() if isinstance(each, AggregateProvider)])
        self._tellers = tellers(root)
        self._audits: dict[int, IAudit] = {}
        self._remembered: dict[int, int] = {}

    async def run(self) -> Checked:
        async with self._pool.session() as session, session.atomic():
            for provider in self._aggregates:
                await self._open(session, provider)
        for provider in self._aggregates:
            await self._check_both(provider)
        async with self._pool.session() as session, session.atomic():
            for provider in self._aggregates:
                await self._check_internal(session, provider)
                await self._check_external(session, provider)
            self._found.findings += await refused_by_stores(self._root, session)
        return self._found

    async def _open(self, session: ISession, provider: Aggregate) -> None:
        _, internal = sides_of(provider.repository)
        audit: IAudit | None = None
        if offers(internal, IAuditable):
            audit = internal.audit()
        elif offers(internal, IReadable):
            audit = StreamedAudit(internal, id_name(provider))
        if audit is None:
            name = type(internal or provider.repository).__name__
            self._skip(provider.path, "everything that is remembered", f"{name} has neither `audit` nor `find`")
        elif not await audit.is_there(session):
            self._fault(provider.path, "internal stores that are not there; is it the right database?", 1)
        else:
            self._audits[id(provider.memory)] = audit
            self._remembered[id(provider.memory)] = await audit.count(session)

    async def _check_both(self, provider: Aggregate) -> None:
        """Compare both sides, by ids."""
        external, internal = sides_of(provider.repository)
        remembered = self._remembered.get(id(provider.memory))
        outside = orphans = None
        if not await self._is_there(provider, external):
            self._fault(provider.path, "tables of the application that are not there", 1)
        elif external is None:
            self._skip(
                provider.path, "the application's side", f"{type(provider.repository).__name__} has no external repository"
            )
        elif remembered is not None and offers(external, IReadable):
            try:
                both = await reconcile_one(provider, self._pool, adopt=False, batch_size=self._batch_size)
            except ConfigurationError as error:
                self._skip(provider.path, "whether what is remembered exists", str(error))
            else:
                outside, orphans = both.outside, both.not_remembered
                lost = remembered - (outside - orphans)
                if lost > 0:
                    example = await self._lost(external, internal, provider)
                    self._fault(provider.path, "remembered, and not there outside", lost, example)
        elif remembered is not None:
            name = type(external).__name__
            self._skip(provider.path, "whether what is remembered exists, and what is not remembered", f"{name} has no `find`")
        self._found.aggregates.append(AggregateCheck(provider.path, outside, remembered, orphans))

    async def _is_there(self, provider: Aggregate, external: object) -> bool:
        if not offers(external, IConstrained):
            return True
        async with self._pool.session() as session, session.atomic():
            return await external.is_there(session)

    async def _lost(self, external: Any, internal: Any, provider: Aggregate) -> str:
        """One of those that are remembered and do not exist, if it is near and can be looked up."""
        if not offers(internal, IReadable) or not (offers(external, ILookup) or offers(external, IMemory)):
            return ""
        async with self._pool.session() as session, session.atomic():
            number = 0
            async for state in internal.find(session):
                id = state.get(id_name(provider))
                try:
                    is_lost = await unknown(external, session, [id])
                except ConfigurationError:  # it does not even look like an id of the table
                    is_lost = [id]
                if is_lost:
                    return repr(id)
                number += 1
                if number == _SEARCHED:
                    break
        return ""

    async def _check_internal(self, session: ISession, provider: Aggregate) -> None:
        audit = self._audits.get(id(provider.memory))
        if audit is None or not self._remembered[id(provider.memory)]:
            return
        for what, number in (await audit.faults(session)).items():
            self._fault(provider.path, what, number)
        if isinstance(audit, StreamedAudit):
            self._skip(provider.path, "positions, and ids beside the states", "the internal repository has no `audit`")
        shapes = await audit.id_shapes(session)
        for number, example in shapes:
            if not fits(provider.id_provider, example):
                self._fault(provider.path, f"ids that do not fit {provider.id_provider.path}", number, repr(example))
        usual = [example for _, example in shapes if fits(provider.id_provider, example)]
        if len(usual) > 1:
            rest = sum(number for number, example in shapes if example in usual[1:])
            self._fault(provider.path, "ids of another type than most", rest, f"{usual[1]!r} beside {usual[0]!r}")
        for reference, path in references_of(provider):
            target = self._audits.get(id(reference.source.aggregate_provider.memory))
            await self._check_reference(session, audit, target, reference, path)
            if why := without_law(provider, reference):
                self._skip(reference.path, "its law", why)
            else:
                uses = await audit.uses(session, path)
                failed = self._judge(reference, uses, self._remembered.get(id(reference.source.aggregate_provider.memory)))
                await self._explain(session, audit, reference, path, failed)

    async def _check_reference(
        self, session: ISession, audit: IAudit, target: IAudit | None, reference: Any, path: tuple[str, ...]
    ) -> None:
        lost = None if target is None else await audit.dangling(session, path, target)
        if lost is None:
            why = "what it leads to cannot be asked for ids in the same store"
            self._skip(reference.path, "dangling references", why)
        elif lost[0]:
            self._fault(reference.path, "references to what is not remembered", lost[0], repr(lost[1]))

    def _judge(self, reference: Any, uses: Uses, existing: int | None) -> list[Judgement]:
        """Judge what came out over all; give what is off and need not be wrong."""
        values = sum(uses.histogram.values())
        counts = reference.distributor.counts
        judged: list[Judgement] = []
        if values:
            judged += judge_shape(reference.path, counts, uses, max(0, (existing or values) - values))
            if why := too_few(counts, values):
                self._skip(reference.path, "the shape of its law", why)
        if (values or uses.nulls) and not is_choice(reference):  # of which another one has been chosen where this is null
            judged.append(judge_nulls(reference.path, reference.distributor.null_weight, uses))
        is_told = id(reference) in self._tellers
        self._found.judgements += [each for each in judged if each.is_met or not is_told]
        return [each for each in judged if not each.is_met and is_told]

    async def _explain(
        self, session: ISession, audit: IAudit, reference: Any, path: tuple[str, ...], failed: list[Judgement]
    ) -> None:
        """Look at the scopes of a reference that may be told; what is off there, too, may have been told otherwise."""
        keys, counts = scope_keys(reference), reference.distributor.counts
        for each in failed:
            scoped = None
            if each.parameter == "weights" and keys and isinstance(counts, WeightsCounts):
                scopes = ScopedWeights(reference.path, ", ".join(keys), counts)
                async for uses in audit.uses_within(session, path, keys):
                    scopes.add(uses)
                scoped = scopes.judge()
            if scoped is not None and scoped.is_met:
                self._found.judgements.append(scoped)
            else:
                numbers = f"asked {each.asked}, measured {tuple(round(part, 4) for part in each.measured)}"
                self._skip(each.path, f"its {each.parameter} ({numbers})", self._tellers[id(reference)])

    async def _check_external(self, session: ISession, provider: Aggregate) -> None:
        external, _ = sides_of(provider.repository)
        if offers(external, IConstrained):
            for name, number in (await external.dangling_rows(session)).items():
                self._fault(provider.path, f"rows that break the foreign key {name!r}", number)
        elif external is not None:
            self._skip(provider.path, "the application's foreign keys", f"{type(external).__name__} has no `dangling_rows`")

    def _fault(self, path: str, what: str, number: int, example: str = "") -> None:
        if number:
            self._found.faults.append(Fault(path, what, number, example))

    def _skip(self, path: str, what: str, why: str) -> None:
        self._found.not_checked.append(NotChecked(path, what, why))
