"""What the user can do after a run that ended early: the command that helps, and none that does not."""

import shlex
from collections.abc import Mapping, Sequence

import psycopg
from psycopg import errors

from ascetic_ddd.faker.cli.exits import Exit
from ascetic_ddd.faker.cli.generation import GenerateOptions
from ascetic_ddd.faker.cli.summary import Summary
from ascetic_ddd.faker.domain.errors import ConfigurationError, CycleError, ExhaustedError, GenerationError
from ascetic_ddd.seedwork.domain.session.faults import chain_of

__all__ = ("next_steps",)

# Another aggregate would fail the same way: what is asked, the target, or the tables have to be mended.
_OF_ALL = (ConfigurationError, CycleError, ExhaustedError, psycopg.ProgrammingError)


def next_steps(error: BaseException, options: GenerateOptions, summary: Summary, told: Mapping[str, str]) -> list[str]:
    """Give lines that end with a command each; connection strings among what was ``told`` come without their passwords.

    Only where something is remembered a run is resumed; else the same command begins again, and gives the rows of its seed.
    """
    if not summary.root or summary.code in (Exit.USAGE, Exit.REFUSED):
        return []
    if summary.code is not Exit.STOPPED:
        return [f"to go on: {_generate(options, summary, told)}"]
    found = list(chain_of(error))
    is_of_one = isinstance(error, GenerationError) and not any(isinstance(each, _OF_ALL) for each in found)
    if not is_of_one or options.on_error == "skip":
        return [f"once that is mended: {_generate(options, summary, told)}"]
    steps = [f"to go on without what fails: {_generate(options, summary, told, '--on-error', 'skip')}"]
    if any(isinstance(each, errors.UniqueViolation) for each in found):
        adopt = _command("reconcile", options.target, _databases(told), "--adopt")
        steps.insert(0, f"if an earlier run was killed, first: {adopt}")
    steps.append(f"or with other values: {_generate(options, summary, told, seed=options.seed + 1)}")
    return steps


def _generate(options: GenerateOptions, summary: Summary, told: Mapping[str, str], *more: str, seed: int | None = None) -> str:
    words = ["--count", str(options.count), "--seed", str(options.seed if seed is None else seed)]
    words += ["--batch-size", str(options.batch_size)]
    if options.lanes > 1:
        words += ["--lanes", str(options.lanes)]
    if options.on_error != "stop" and not more:
        words += ["--on-error", options.on_error]
    remembers = any(summary.before.values()) or any(summary.made.values())
    return _command("generate", options.target, words, *_databases(told), *more, *(["--resume"] if remembers else []))


def _databases(told: Mapping[str, str]) -> list[str]:
    return [word for option, value in told.items() for word in (option, value)]


def _command(name: str, target: str, words: Sequence[str], *more: str) -> str:
    return shlex.join(["ascetic-ddd", name, target, *words, *more])
