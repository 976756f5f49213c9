"""The demo ends with a report of what it grew beside what was asked."""

from pathlib import Path

import pytest

from examples.library import demo


def test_the_demo_writes_a_report_and_says_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "report.html"
    assert demo.main(["--count", "600", "--report", str(report)]) == 0
    out = capsys.readouterr().out
    assert out.rstrip().endswith(str(report))
    page = report.read_text("utf-8")
    for words in ("as asked", "as grown", "books(tenant_id, author_id)", "authors.tenant_id"):
        assert words in page
    assert "without a counterpart" not in page


def test_a_report_that_cannot_be_written_does_not_spoil_the_demo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert demo.main(["--count", "50", "--report", str(tmp_path / "none" / "report.html")]) == 0
    captured = capsys.readouterr()
    assert "There is no report" in captured.err
    assert "As grown beside as asked" in captured.out
