"""The README's code runs as it stands, block after block."""

import json
import re
from pathlib import Path

import pytest

_README = Path(__file__).parents[2] / "README.md"


_SHOP = {
    "version": 1,
    "tables": [
        {
            "name": "companies",
            "rows": 9,
            "primary_key": ["id"],
            "columns": [
                {"name": "id", "type": "bigint", "rows": 9, "null_share": 0.0, "distinct": 9, "is_unique": True},
                {
                    "name": "status",
                    "type": "text",
                    "rows": 9,
                    "null_share": 0.0,
                    "distinct": 2,
                    "values": [["active", 0.9], ["blocked", 0.1]],
                },
            ],
        },
        {
            "name": "employees",
            "rows": 100,
            "primary_key": ["id"],
            "columns": [
                {"name": "id", "type": "bigint", "rows": 100, "null_share": 0.0, "distinct": 100, "is_unique": True},
                {"name": "company_id", "type": "bigint", "rows": 100, "null_share": 0.0, "distinct": 8},
            ],
        },
    ],
    "references": [
        {
            "table": "employees",
            "columns": ["company_id"],
            "references_table": "companies",
            "references_columns": ["id"],
            "name": "employees_company_id_fkey",
            "rows": 100,
            "null_weight": 0.0,
            "mean": 12.5,
            "weights": [0.7, 0.2, 0.06, 0.04],
            "skew": 3.0,
            "skew_misfit": 0.2,
            "alpha": 1.5,
            "r_squared": 0.9,
            "parents": 9,
            "used": 8,
            "histogram": [[0, 1], [2, 2], [3, 2], [10, 2], [30, 1], [40, 1]],
        }
    ],
}


def test_the_code_of_the_readme_runs_in_order_and_prints_what_it_says(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("shop.json").write_text(json.dumps(_SHOP))
    blocks = re.findall(r"```python\n(.*?)```", _README.read_text(), flags=re.DOTALL)
    assert len(blocks) >= 5
    namespace: dict[str, object] = {"__name__": "readme"}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), namespace)  # noqa: S102  # our own text
    printed = capsys.readouterr().out.splitlines()
    assert printed[:3] == [f"{{'id': {n}, 'company_id': 1, 'name': 'Jane'}}" for n in (1, 2, 3)]
    assert printed[3] == "[0.7, 0.2, 0.07, 0.03]"
    assert printed[4].endswith("(0.7, 0.2, 0.06, 0.04)")
    assert printed[5:] == ["500", "[]"]
