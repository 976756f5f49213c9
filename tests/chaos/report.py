"""All that happened: a line for each leg, and a table with one for each kind of event."""

from collections import Counter
from collections.abc import Sequence

from tests.chaos.history import Outcome, Walked
from tests.chaos.plan import History, Leg

__all__ = ("line", "table")

_HEAD = f"{'event':<24}{'struck':>8}{'too late':>10}   exit codes of the runs, and how many"


def line(history: History, leg: Leg, found: Walked) -> str:
    """Give one leg as text."""
    words = [f"{history.number:>4}  lanes {history.lanes}  {history.on_error}  to {leg.count:>6,}"]
    words.append("FAULT" if found.faults else "ok")
    if found.audit is not None:
        words += [f"{found.audit.remembered['authors']} authors", f"{found.audit.unremembered} not remembered"]
    return "  ".join([*words, f"{found.retries} made again", ", ".join(map(_shown, found.outcomes))])


def table(legs: Sequence[Walked]) -> str:
    """Give it as text."""
    outcomes = [outcome for leg in legs for outcome in leg.outcomes]
    names = sorted({outcome.strike.event.name for outcome in outcomes})
    audits = [leg.audit for leg in legs if leg.audit is not None]
    broken: Counter[str] = Counter()
    for audit in audits:
        broken.update({what: number for what, number in audit.broken.items() if number})
    missed = sum(outcome.is_missed for outcome in outcomes)
    return "\n".join(
        [
            _HEAD,
            *(_line(name, [each for each in outcomes if each.strike.event.name == name]) for name in names),
            f"{len(outcomes) - missed} events struck, {missed} came too late; {len(audits)} full checks; "
            f"{sum(leg.retries for leg in legs)} batches made again",
            f"lost, doubled, dangling or otherwise broken: {dict(broken) or 'nothing'}",
            f"legs with a fault: {sum(bool(leg.faults) for leg in legs)} of {len(legs)}",
        ]
    )


def _shown(outcome: Outcome) -> str:
    if outcome.is_missed:
        return f"({outcome.strike.event.name}: too late)"
    return f"{outcome.strike.event.name} at {outcome.strike.share:.0%} → {outcome.code}"


def _line(name: str, outcomes: Sequence[Outcome]) -> str:
    missed = sum(outcome.is_missed for outcome in outcomes)
    codes = Counter(outcome.code for outcome in outcomes if outcome.code is not None)
    shown = ", ".join(f"{code}: {number}" for code, number in sorted(codes.items()))
    return f"{name:<24}{len(outcomes) - missed:>8}{missed:>10}   {shown}"
