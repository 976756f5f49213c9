"""Where the console script begins: nothing is imported yet that an extra brings."""

from collections.abc import Sequence

from ascetic_ddd.faker.cli.printing import print_error
from ascetic_ddd.faker.cli.streams import outputs

__all__ = ("main",)

_EXTRA = {"typer", "rich"}
_UNWRITTEN = 74  # "input/output error" in sysexits.h


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit code; without the extra ``cli``, say in one line how to get it."""
    with outputs() as streams:
        code = _run(arguments)
    if streams.error is not None:
        print_error(f"ascetic-ddd: error: what was to be told could not be written: {streams.error.strerror}")
        return code or _UNWRITTEN
    return code


def _run(arguments: Sequence[str] | None) -> int:
    try:
        from ascetic_ddd.faker.cli.app import run

        return run(arguments)
    except ImportError as error:
        missing = (error.name or "").partition(".")[0]
        if missing in _EXTRA:
            return _refused(f"the command needs {missing}, which is not installed: pip install 'ascetic-ddd[cli]'")
        if "pq wrapper" in str(error):
            return _refused("no PostgreSQL driver library is found: pip install 'psycopg[binary]', or install libpq")
        raise
    except KeyboardInterrupt:
        print_error("error: interrupted")
        return 130


def _refused(reason: str) -> int:
    print_error(f"ascetic-ddd: error: {reason}")
    return 2
