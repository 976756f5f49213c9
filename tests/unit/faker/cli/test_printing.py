"""What is printed: a line is a line, JSON is exact, and a stream that cannot have a letter gets another word for it."""

import io
import json
import sys

import pytest

from ascetic_ddd.faker.cli.printing import one_line, print_data, print_error, print_json, print_lines
from ascetic_ddd.faker.cli.terminal import print_styled

EVIL = "a\nb\x1b[31m\u202e\x9b😀"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_line_stays_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_lines(f"table {EVIL}", "two")
    print_error(EVIL)
    captured = capsys.readouterr()
    assert captured.out == "table a\\nb\\x1b[31m\\u202e\\x9b😀\ntwo\n"
    assert captured.err == "a\\nb\\x1b[31m\\u202e\\x9b😀\n"


def test_json_is_exact_and_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"name": EVIL, "half": "\udc80"}, lambda text: text.replace("name", "***"))
    text = capsys.readouterr().out
    assert text.count("\n") == 1
    assert text[:-1].isprintable()
    assert json.loads(text) == {"***": EVIL, "half": "\udc80"}


def test_a_stream_without_unicode_is_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), "latin-1")
    monkeypatch.setattr(sys, "stdout", stream)
    print_lines("é 😀")
    print_json("é 😀")
    print_data("é 😀\n")
    print_styled([[("é 😀", "bold"), ("[/red]\x1b", "")]], stream)
    stream.seek(0)
    assert stream.read() == 'é \\U0001f600\n"\\u00e9 \\ud83d\\ude00"\né \\U0001f600\né \\U0001f600[/red]\\x1b\n'


def test_data_is_exact_in_a_pipe_and_harmless_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream, shown in ((io.StringIO(), "x\x1by\n"), (Terminal(), "x\\x1by\n")):
        monkeypatch.setattr(sys, "stdout", stream)
        print_data("x\x1by\n")
        assert stream.getvalue() == shown


def test_a_servers_lines_become_one_and_its_spaces_stay() -> None:
    assert one_line('no column "a  b"\nLINE 1: SELECT\n         ^\n') == 'no column "a  b" LINE 1: SELECT ^'
