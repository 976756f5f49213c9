"""docs/first-domain.md and docs/recipes.md as a user runs them: block after block; what is printed is what they say."""

import re
from pathlib import Path
from typing import Any

import pytest

_DOCS = Path(__file__).parents[2] / "docs"


def blocks(name: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", (_DOCS / name).read_text("utf-8"), re.DOTALL | re.MULTILINE)


def run(name: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": name.removesuffix(".md").replace("-", "_")}
    for block in blocks(name):
        exec(compile(block, name, "exec"), names)  # noqa: S102  # our own text
    return names


def test_the_first_domain_runs_and_prints_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    run("first-domain.md")
    assert capsys.readouterr().out == "True 2 3 Status.PAID\n"


def test_the_recipes_print_what_they_say(capsys: pytest.CaptureFixture[str]) -> None:
    run("recipes.md")
    said = [
        line.rpartition("  # ")[2] for block in blocks("recipes.md") for line in block.splitlines() if line.startswith("print(")
    ]
    assert len(said) == 7
    assert capsys.readouterr().out.splitlines() == said


def test_the_file_for_the_command_stands_alone() -> None:
    texts = blocks("first-domain.md")
    names: dict[str, Any] = {"__name__": "shop"}
    exec(compile(texts[0] + texts[1] + texts[3], "shop.py", "exec"), names)  # noqa: S102  # our own text
    assert names["target"]().provider.path == "OrderProvider"


def test_a_new_user_needs_no_more_than_eighty_lines() -> None:
    """Providers and wiring of the first domain: all but the model, the schema and the use in a test."""
    texts = blocks("first-domain.md")
    lines = (texts[1] + texts[3]).splitlines()
    assert len([line for line in lines if line.strip()]) < 80
