"""docs/feeds.md as a user runs it: its Python blocks, one after the other, in an empty folder."""

import re
from pathlib import Path

import pytest

from ascetic_ddd.faker.infrastructure.feeds.commandlog.asking import LOG
from ascetic_ddd.faker.infrastructure.feeds.commandlog.renderings.registry import RENDERINGS

_DOCUMENT = (Path(__file__).parents[2] / "docs" / "feeds.md").read_text("utf-8")


def test_the_blocks_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "feeds"}
    blocks = re.findall(r"^```python\n(.*?)^```", _DOCUMENT, re.DOTALL | re.MULTILINE)
    assert len(blocks) == 2
    for block in blocks:
        exec(compile(block, "docs/feeds.md", "exec"), names)  # noqa: S102  # our own text
    assert {path.name for path in tmp_path.iterdir()} == {"feed"}


def test_every_form_has_a_row() -> None:
    rows = re.findall(r"^\| (`[^|]+) \|", _DOCUMENT.partition("## Forms")[2], re.MULTILINE)
    assert sorted(re.findall(r"`(\w+)`", " ".join(rows))) == sorted([LOG, *RENDERINGS])
