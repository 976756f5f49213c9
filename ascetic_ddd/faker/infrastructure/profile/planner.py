"""Ask the planners of two databases the same questions."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from psycopg import Connection
from psycopg.pq import TransactionStatus

from ascetic_ddd.faker.application.comparison.latency import judge_latency
from ascetic_ddd.faker.application.comparison.missing import Missing
from ascetic_ddd.faker.application.comparison.names import Names, resolve
from ascetic_ddd.faker.application.comparison.planner import PlannerComparison, ProbeResult, TableState, judge_planner
from ascetic_ddd.faker.application.comparison.thresholds import Thresholds
from ascetic_ddd.faker.application.profile.model import Profile
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.profile.latency import timed
from ascetic_ddd.faker.infrastructure.profile.planned_database import PlannedDatabase, opened
from ascetic_ddd.faker.infrastructure.profile.planner_catalog import Relation, planner_settings, read_state
from ascetic_ddd.faker.infrastructure.profile.probes import Asked, probes

__all__ = ("PlannerOptions", "compare_planners")

_SHORTEST_S = 0.05
_NOTES_OF_A_KIND = 5
_STALE = 0.1  # of the rows changed: autovacuum would analyse by its defaults
_Results = list[tuple[Asked, ProbeResult]]


@dataclass(frozen=True, slots=True)
class PlannerOptions:
    """How far to go.

    Attributes:
        budget_s: seconds that each database may spend on executing probes, cheapest first; 0: plan only.
        timeout_s: seconds that any one statement may take.
        is_analyze_allowed: whether to ANALYZE both databases first, and A twice.
        most_probes: probes beyond this number are left out, evenly, and a note says so.
        is_latency_asked: whether to run the probes several times in both, by turns, for as long as the budget is.
    """

    budget_s: float = 20.0
    timeout_s: float = 30.0
    is_analyze_allowed: bool = False
    most_probes: int = 600
    is_latency_asked: bool = False


def compare_planners(
    connections: tuple[Connection[Any], Connection[Any]],
    profiles: tuple[Profile, Profile],
    *,
    mapping: Iterable[str] = (),
    thresholds: Thresholds | None = None,
    options: PlannerOptions | None = None,
) -> PlannerComparison:
    """Plan the same probes in A and in B, execute those that the budget allows, and judge the answers.

    All in read-only transactions with timeouts. Only if it is allowed, both databases are analysed first, and at the end A
    once more in a transaction that is rolled back, which gives the noise floor: how well A agrees with itself.

    Args:
        connections: to A and to B, in autocommit mode and outside a transaction; settings are left as they are.
        profiles: of A and of B.
        mapping: as for :func:`~ascetic_ddd.faker.application.comparison.compare.compare`.
        thresholds: for the plans and the q-errors.
        options: how far to go.

    Raises:
        ConfigurationError: the mapping names what is not there, or a connection is in a transaction.
        psycopg.OperationalError: a connection is lost.
    """
    options = options or PlannerOptions()
    for side, connection in zip("AB", connections, strict=True):
        if not connection.autocommit or connection.info.transaction_status != TransactionStatus.IDLE:
            raise ConfigurationError(f"the connection to {side} is not in autocommit mode, or in a transaction; expected neither")
    names = resolve(*profiles, mapping)
    a, b = _both(connections, profiles, names, options)
    notes = a.notes  # of both
    shared = _found_in(_shared(profiles, names), a.relations, b.relations)
    states = read_state(a.connection, a.relations.values()), read_state(b.connection, b.relations.values())
    targets, differing = _settings(a.connection, b.connection)
    notes += [*_stale(states), *differing] if not options.is_analyze_allowed else differing
    is_analyzed = options.is_analyze_allowed and sum(each.analyze() for each in (a, b)) == 2  # both, whatever the first says
    with a.reading(), b.reading():
        found = list(probes(shared, (a.picker, b.picker), a.statistics))
        results = _planned(_limited(found, options.most_probes, notes), a, b)
        results = _executed(results, a, b, options, notes)
        if options.is_latency_asked:
            results = timed(results, a, b, options.budget_s, notes)
    if is_analyzed:
        results = _planned_again(results, a)
    elif not options.is_analyze_allowed:
        notes.append("A's noise floor was not measured: that takes an ANALYZE, which was not allowed (--analyze).")
    answers = tuple(result for _, result in results)
    thresholds = thresholds or Thresholds()
    return PlannerComparison(
        answers,
        states,
        targets,
        is_analyzed,
        judge_planner(answers, thresholds),
        tuple(_shortened(notes)),
        (*_other_indexes(a, b), *_other_statistics(a, b)),
        judge_latency(answers, thresholds) if options.is_latency_asked else (),
    )


def _both(
    connections: tuple[Connection[Any], Connection[Any]],
    profiles: tuple[Profile, Profile],
    names: Names,
    options: PlannerOptions,
) -> tuple[PlannedDatabase, PlannedDatabase]:
    """Both databases, which speak of tables and columns by A's names."""
    back = names.reversed()
    notes: list[str] = []
    a = opened(
        connections[0],
        "A",
        profiles[0].schema,
        {table: table for table in names.tables},
        lambda _, column: column,
        lambda _, column: column,
        options.timeout_s,
        notes,
    )
    b = opened(
        connections[1],
        "B",
        profiles[1].schema,
        {table_b: table for table, table_b in names.tables.items()},
        names.column,
        lambda table, column: back.column(names.tables[table], column),
        options.timeout_s,
        notes,
    )
    return a, b


def _shared(profiles: tuple[Profile, Profile], names: Names) -> Profile:
    """A's profile without what B has not."""
    a, b = profiles
    tables = []
    for table in a.tables:
        if table.name not in names.tables:
            continue
        there = {column.name for column in b.table(names.tables[table.name]).columns}
        kept = tuple(column for column in table.columns if names.column(table.name, column.name) in there)
        key = table.primary_key if set(table.primary_key) <= {column.name for column in kept} else ()
        decks = tuple(deck for deck in table.decks if {deck.given.column, deck.other.column} <= {column.name for column in kept})
        tables.append(replace(table, columns=kept, primary_key=key, decks=decks))
    have = {(table.name, column.name) for table in tables for column in table.columns}
    references = tuple(
        each
        for each in a.references
        if {(each.table, column) for column in each.columns} <= have
        and {(each.references_table, column) for column in each.references_columns} <= have
    )
    return replace(a, tables=tuple(tables), references=references)


def _found_in(shared: Profile, *relations: dict[str, Relation]) -> Profile:
    """What is a table in both databases: a profile may be older than its database."""
    there = set.intersection(*(set(each) for each in relations))
    tables = tuple(table for table in shared.tables if table.name in there)
    references = tuple(each for each in shared.references if {each.table, each.references_table} <= there)
    return replace(shared, tables=tables, references=references)


def _settings(a: Connection[Any], b: Connection[Any]) -> tuple[tuple[int, int], list[str]]:
    of_a, of_b = planner_settings(a), planner_settings(b)
    name = "default_statistics_target"
    targets = int(of_a.get(name, 100)), int(of_b.get(name, 100))
    shared = of_a.keys() & of_b.keys()
    told = [f"{name}: {of_a[name]} in A, {of_b[name]} in B" for name in sorted(shared) if of_a[name] != of_b[name]]
    return targets, [f"The planners are set differently: {'; '.join(told)}."] if told else []


def _other_indexes(a: PlannedDatabase, b: PlannedDatabase) -> Iterator[Missing]:
    """Few probes may use an index, so that one is missing is told, however many plans are equal."""
    for table in sorted(a.indexes.keys() & b.indexes.keys()):
        for have, lack in ((a, b), (b, a)):
            there, other = have.indexes[table], lack.indexes[table]
            for role in sorted(set(there.roles.values())):
                if role not in other.roles.values():
                    yield Missing("index", role, have.side, f"{lack.side} has no such index")
                elif role in there.unique - other.unique:
                    yield Missing("index", role, have.side, f"it is unique, that of {lack.side} is not")


def _other_statistics(a: PlannedDatabase, b: PlannedDatabase) -> Iterator[Missing]:
    """Estimates of conditions on several columns rest on them."""
    for table in sorted(a.statistics.keys() & b.statistics.keys()):
        for have, lack in ((a, b), (b, a)):
            for of, kinds in sorted(have.statistics[table].items()):
                lacking = kinds - lack.statistics[table].get(of, frozenset())
                if lacking:
                    reason = f"{lack.side} has no such CREATE STATISTICS ({', '.join(sorted(lacking))})"
                    yield Missing("statistics", f"{table} ({', '.join(of)})", have.side, reason)


def _stale(states: Iterable[Sequence[TableState]]) -> list[str]:
    notes = []
    for side, found in zip("AB", states, strict=True):
        never = [state.table for state in found if state.analyzed is None and not state.has_statistics]
        unknown = [state.table for state in found if state.analyzed is None and state.has_statistics]
        changed = [state.table for state in found if state.analyzed and state.modified > _STALE * max(state.rows, 1.0)]
        if never:
            notes.append(f"{side}: never analysed, so its plans are guesses: {', '.join(never)} (ANALYZE, or --analyze).")
        if unknown:
            notes.append(f"{side}: statistics of unknown age, copied or restored: {', '.join(unknown)} (ANALYZE, or --analyze).")
        if changed:
            notes.append(f"{side}: a tenth of the rows has changed since ANALYZE: {', '.join(changed)}.")
    return notes


def _limited(asked: list[Asked], most: int, notes: list[str]) -> list[Asked]:
    if len(asked) <= most:
        return asked
    notes.append(f"{len(asked):,} probes would be made; {most:,} of them, evenly chosen, were.")
    return [asked[index * len(asked) // most] for index in range(most)]


def _planned(asked: Iterable[Asked], a: PlannedDatabase, b: PlannedDatabase) -> _Results:
    results: _Results = []
    for each in asked:
        plans = a.plan(each.a, each.probe.text), b.plan(each.b, each.probe.text)
        if plans[0] is not None and plans[1] is not None:
            results.append((each, ProbeResult(each.probe, plans[0], plans[1])))
    return results


def _executed(results: _Results, a: PlannedDatabase, b: PlannedDatabase, options: PlannerOptions, notes: list[str]) -> _Results:
    """Execute in both, cheapest first, until a database has spent its budget."""
    spent = {"A": 0.0, "B": 0.0}
    order = sorted(range(len(results)), key=lambda index: max(results[index][1].a.cost, results[index][1].b.cost))
    left_out = 0
    for index in order:
        asked, result = results[index]
        if result.probe.is_limited:
            continue
        plans = []
        for database, statement in ((a, asked.a), (b, asked.b)):
            left_s = options.budget_s - spent[database.side]
            if left_s < _SHORTEST_S:
                break
            start = time.perf_counter()
            plans.append(database.execute(statement, asked.probe.text, min(left_s, options.timeout_s)))
            spent[database.side] += time.perf_counter() - start
        executed = [plan for plan in plans if plan is not None]
        if len(executed) < 2:
            left_out += 1
            continue
        results[index] = asked, replace(result, a=executed[0], b=executed[1])
    if left_out:
        notes.append(f"{left_out:,} of {len(results):,} probes were planned, not executed: the budget is {options.budget_s:g} s.")
    return results


def _planned_again(results: _Results, a: PlannedDatabase) -> _Results:
    with a.reading():
        if not a.analyze_here():
            return results
        return [(asked, replace(result, again=a.plan(asked.a, asked.probe.text))) for asked, result in results]


def _shortened(notes: Iterable[str]) -> list[str]:
    """A table that cannot be read fails every probe of it; a few of them tell it."""
    kept: list[str] = []
    numbers: Counter[tuple[str, str]] = Counter()
    for note in notes:
        kind = note.partition(": ")[0], note.rpartition(": ")[2]
        numbers[kind] += 1
        if numbers[kind] <= _NOTES_OF_A_KIND:
            kept.append(note)
    more = ((kind, number - _NOTES_OF_A_KIND) for kind, number in numbers.items() if number > _NOTES_OF_A_KIND)
    return [*kept, *(f"{side}: {number:,} more: {reason}" for (side, reason), number in more)]
