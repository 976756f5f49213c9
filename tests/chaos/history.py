"""One history: run, strike, go on, until the count is there; look; top up."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ascetic_ddd.faker.cli.exits import Exit
from tests.chaos.audit import Audit, audited, contradictions
from tests.chaos.place import Place
from tests.chaos.plan import History, Leg, Strike
from tests.chaos.run import Ended, Run

__all__ = ("Outcome", "Walked", "command", "walked")

_LIMIT_S = 180.0
_PATIENT_S, _IMPATIENT_S = 60.0, 1.0  # a server that is killed is not started by anybody, so nobody waits for it
_ROOT_PATH = "BookProvider"


@dataclass
class Outcome:
    """What a strike came to.

    Attributes:
        strike: it.
        code: with which the run ended that it struck; None: it did not end, or was over before.
        is_missed: it was over before.
    """

    strike: Strike
    code: int | None = None
    is_missed: bool = False


@dataclass
class Walked:
    """A leg that was walked.

    Attributes:
        outcomes: of its strikes.
        faults: all that must not be; empty if all is well.
        audit: what is there at the end; None if the end was not reached.
        retries: batches that were made again, as the runs told.
    """

    outcomes: list[Outcome] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    audit: Audit | None = None
    retries: int = 0


def command(history: History, leg: Leg, place: Place) -> list[str]:
    """The words of the command that walks a leg."""
    words = ["generate", target(history), "--count", str(leg.count), "--batch-size", str(history.batch), "--seed", "7"]
    words += ["--lanes", str(history.lanes), "--on-error", history.on_error, "--data", str(place.data), "--resume"]
    ends = any(strike.event.ends_the_run for strike in leg.strikes)
    return [*words, "--patience", str(_IMPATIENT_S if ends else _PATIENT_S)]


def target(history: History) -> str:
    """What is generated."""
    return f"tests.chaos.targets:{'refusing' if history.on_error == 'skip' else 'library'}"


def walked(history: History, place: Place, *, is_compared: bool = True) -> Iterator[Walked]:
    """Walk a history's legs, up to the first fault.

    Args:
        history: it.
        place: where; the data of an empty server, or nothing.
        is_compared: whether ``check`` is asked, too, and compared.
    """
    before, told = 0, 0
    for number, leg in enumerate(history.legs):
        walk = _Walk(history, leg, place, f"leg{number:02}", before, told)
        try:
            walk.go()
            if not walk.result.faults:
                walk.look(is_compared=is_compared)
        except Exception as error:  # noqa: BLE001  # a server that cannot be reached is a finding, too
            walk.result.faults.append(f"{type(error).__name__}: {error}")
        yield walk.result
        if walk.result.faults:
            return
        before = told = leg.count


class _Walk:
    """One leg.

    Args:
        before: books that were there at its beginning.
        told: books that a run has said are there: they must be, from then on.
    """

    def __init__(self, history: History, leg: Leg, place: Place, log: str, before: int, told: int) -> None:
        self.result = Walked([Outcome(strike) for strike in leg.strikes])
        self._history, self._leg, self._place = history, leg, place
        self._log, self._before, self._told = log, before, told
        self._pending = list(self.result.outcomes)

    def go(self) -> None:
        """Run and strike until the count is reached."""
        words = command(self._history, self._leg, self._place)
        for number in range(len(self._leg.strikes) + 1):
            with Run(words, self._place.folder / f"{self._log}-run{number}") as run:
                struck = self._struck(run)
                ended = run.end(_LIMIT_S)
            for outcome in struck:
                outcome.code = ended.code
            self._judge(ended, struck)
            if self.result.faults or ended.code in self._good:
                break
            words = ended.go_on or words
        for outcome in self._pending:
            outcome.is_missed = True

    def look(self, *, is_compared: bool) -> None:
        """Look over both databases."""
        found = self.result.faults
        if self._place.postmaster is not None:
            found.append("the last run left the server running")
        with self._place.server() as server:
            audit = self.result.audit = audited(server)
            found.extend(audit.faults(self._leg.count))
            if is_compared:
                found.extend(contradictions(audit, target(self._history), str(self._place.data)))

    @property
    def _good(self) -> set[int]:
        return {int(Exit.OK)} | ({int(Exit.FAILURES)} if self._history.on_error == "skip" else set())

    def _struck(self, run: Run) -> list[Outcome]:
        """Strike the run until it is over, or should be."""
        struck: list[Outcome] = []
        while self._pending:
            strike = self._pending[0].strike
            way = self._leg.count - self._before
            count = self._before + int(strike.share * way) if strike.share else 0
            if not run.reaches(count, strike.later_s):
                break
            struck.append(self._pending.pop(0))
            strike.act(run, self._place)
            if strike.event.ends_the_run:
                break
        return struck

    def _judge(self, ended: Ended, struck: list[Outcome]) -> None:
        found = self.result.faults
        may = self._good | {code for outcome in struck for code in outcome.strike.event.codes}
        self.result.retries += ended.summary.get("retries", 0) + ended.summary.get("reconnects", 0)
        if ended.code is None:
            found.append(f"no end after {_LIMIT_S:.0f} s")
        elif ended.code not in may:
            found.append(f"exit code {ended.code} where {sorted(may)} may be: {ended.last_words}")
        if "Traceback" in ended.errors:
            found.append(f"a traceback: {ended.last_words}")
        is_early = ended.summary.get("exit_code") not in {*self._good, None}  # a signal may come when all is done and told
        if is_early and ended.summary["root"] and ended.go_on is None:
            found.append("a run that ended early did not tell how to go on")
        self._remember(ended)

    def _remember(self, ended: Ended) -> None:
        """What a run told must be there must be what the next one finds."""
        book = ended.summary.get("aggregates", {}).get(_ROOT_PATH)
        if book is not None:
            if book["remembered_before"] < self._told:
                self.result.faults.append(f"{self._told} were told, {book['remembered_before']} are remembered")
            self._told = max(self._told, book["remembered_before"] + book["made"])
        self._told = max(self._told, ended.reached)
