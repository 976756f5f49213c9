"""The README's code runs as it stands, block after block."""

import re
from pathlib import Path

import pytest

_README = Path(__file__).parents[2] / "README.md"


def test_the_code_of_the_readme_runs_in_order_and_prints_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"```python\n(.*?)```", _README.read_text(), flags=re.DOTALL)
    assert len(blocks) >= 5
    namespace: dict[str, object] = {"__name__": "readme"}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), namespace)  # noqa: S102  # our own text
    printed = capsys.readouterr().out.splitlines()
    assert printed[:3] == [f"{{'id': {n}, 'company_id': 1, 'name': 'Jane'}}" for n in (1, 2, 3)]
    assert printed[3:] == ["[0.7, 0.2, 0.07, 0.03]", "[]"]
