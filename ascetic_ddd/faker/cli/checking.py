"""The command ``check``: both stores looked over, and nothing written."""

import asyncio
from collections.abc import Iterator

import typer

from ascetic_ddd.faker.application.checking.check import check
from ascetic_ddd.faker.application.checking.model import Checked, Judgement, as_json
from ascetic_ddd.faker.application.runs.target import Target as RunTarget
from ascetic_ddd.faker.cli.databases import DatabaseOptions, Databases, databases
from ascetic_ddd.faker.cli.exits import Exit, exit_codes, exit_of
from ascetic_ddd.faker.cli.interruption import Interruption
from ascetic_ddd.faker.cli.options import DATA, Data, Debug, External, Internal, Json, Target
from ascetic_ddd.faker.cli.outcome import attempt, message_of, secrets_of, tell
from ascetic_ddd.faker.cli.printing import print_json, print_lines
from ascetic_ddd.faker.cli.session_pools import locked_session_pool
from ascetic_ddd.faker.cli.targets import load_target

__all__ = ("register",)

_EXIT_CODES = exit_codes("""\
    0  clean: nothing is lost or broken, and laws that can be judged came out
    1  not clean; what is wrong is told
    2  wrong usage: options, connection string, TARGET, nothing there to check
    3  a fault of the program or of the target, or a statement failed
    4  a database is unreachable, or was lost
    5  refused: a run is at work
""")
_SESSIONS = 2  # one reads, one compares


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("check", epilog=_EXIT_CODES)(_check)


def _check(
    target: Target,
    external_dsn: External = None,
    internal_dsn: Internal = None,
    data: Data = DATA,
    is_json: Json = False,
    debug: Debug = False,
) -> int:
    """Check what was generated, in both databases, without writing.

    Counts both sides; looks for what is remembered and not there, for
    references to nothing, for states that contradict their ids; and holds
    what came out against what the distributors were asked for. What the
    providers may draw and the tables would refuse is told, and so is what
    cannot be checked, with the reason. Nothing is created, either.
    """
    secrets = secrets_of(external_dsn, internal_dsn)
    results: list[Checked] = []

    def work() -> None:
        found = load_target(target)
        with databases(DatabaseOptions(external_dsn, internal_dsn, data), found, create=False) as dsns:
            results.append(asyncio.run(_checked(found, dsns)))

    error = attempt(work)
    if error is not None:
        code = exit_of(error)
        if is_json:
            print_json({"exit_code": int(code), "error": message_of(error)}, secrets.masked)
        tell(error, secrets, debug=debug)
        return code
    checked = results[0]
    code = Exit.OK if checked.is_clean else Exit.FAILURES
    if is_json:
        print_json({"exit_code": int(code), "error": None, **as_json(checked)})
    else:
        print_lines(*_lines(checked))
    return code


async def _checked(target: RunTarget, found: Databases) -> Checked:
    """Check under the lock of a run: while one is at work, what is not remembered may be about to be."""
    with Interruption().heard():
        async with locked_session_pool(found, _SESSIONS, is_read_only=True, own=target.sessions) as session_pool:
            return await check(target.provider, session_pool)


def _lines(checked: Checked) -> Iterator[str]:
    width = max(len(each.path) for each in checked.aggregates)
    for each in checked.aggregates:
        sides = f"{_number(each.external):>12} outside, {_number(each.internal):>12} remembered"
        yield f"{each.path:<{width}}  {sides}, {_number(each.orphans)} not remembered"
    if checked.judgements:
        yield ""
        width = max(len(each.path) for each in checked.judgements)
        for judged in checked.judgements:
            if any((*judged.asked, *judged.measured)):  # that nothing is null where nothing shall be goes without saying
                yield f"{judged.path:<{width}}  {_law(judged)}"
    if checked.findings:
        yield ""
        yield from (f"may be refused: {each}" for each in checked.findings)
    if checked.not_checked:
        yield ""
        yield from (f"not checked: {each.path}: {each.what}: {each.why}" for each in checked.not_checked)
    yield ""
    for fault in checked.faults:
        example = f", such as {fault.example}" if fault.example else ""
        yield f"FAULT: {fault.path}: {fault.number:,} {fault.what}{example}"
    yield from (f"FAULT: {each.path}: {_law(each)}" for each in checked.judgements if not each.is_met)
    if checked.is_clean:
        orphans = any(each.orphans for each in checked.aggregates)
        yield "Clean." + " What is not remembered is merely unused; `reconcile --adopt` lets later runs use it." * orphans


def _law(judged: Judgement) -> str:
    word = "ok" if judged.is_met else "off"
    return (
        f"{judged.parameter} asked {_figures(judged.asked)}, measured {_figures(judged.measured)}: "
        f"{word}, {judged.distance:.3g} apart, at most {judged.tolerance:.3g}"
    )


def _figures(numbers: tuple[float, ...]) -> str:
    return " / ".join(f"{number:.3g}" for number in numbers)


def _number(number: int | None) -> str:
    return "?" if number is None else f"{number:,}"
