"""The examples of docs/schema.md run as they stand there."""

import doctest
from pathlib import Path

_DOCUMENT = Path(__file__).parents[2] / "docs" / "schema.md"


def test_the_examples_run_and_print_what_they_say() -> None:
    result = doctest.testfile(str(_DOCUMENT), module_relative=False, optionflags=doctest.ELLIPSIS, encoding="utf-8")
    assert result.attempted > 50
    assert result.failed == 0
