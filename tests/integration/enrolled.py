"""The target of docs/combinations.md; with ``DIES_AT=n`` it is killed between the two commits of its n-th batch."""

import os
import re
from pathlib import Path
from typing import Any

from ascetic_ddd.faker.application.runs.target import Target
from tests.integration.unique_names import die_between_the_commits

__all__ = ("names_of_the_document", "target")

DOCUMENT = Path(__file__).parents[2] / "docs" / "combinations.md"


def names_of_the_document() -> dict[str, Any]:
    """What the blocks of the document define, one after the other."""
    blocks = re.findall(r"^```python\n(.*?)^```", DOCUMENT.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    names: dict[str, Any] = {"__name__": "enrolments"}
    for block in blocks:
        exec(compile(block, str(DOCUMENT), "exec"), names)  # noqa: S102  # our own text
    return names


def target() -> Target:
    """What the command is told."""
    if "DIES_AT" in os.environ:
        die_between_the_commits(int(os.environ["DIES_AT"]))
    found: Target = names_of_the_document()["target"]()
    return found
