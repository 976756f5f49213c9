import io

from ascetic_ddd.faker.application.runs.progress import Progress
from ascetic_ddd.faker.cli.reporting import reporter


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_in_a_pipe_a_line_comes_every_twentieth_or_five_seconds() -> None:
    stream = io.StringIO()
    lines = reporter(stream)
    lines.begin(0, 1000)
    for number in range(1, 101):
        lines.report(Progress(done=number * 10, failed=0, total=1000, seconds=number / 100))
    lines.end()
    assert len(stream.getvalue().splitlines()) == 20
    lines.begin(0, 1_000_000)
    for number in range(1, 31):
        lines.report(Progress(done=number, failed=0, total=1_000_000, seconds=number + 1.0))
    assert len(stream.getvalue().splitlines()) == 26
    assert max(map(len, stream.getvalue().splitlines())) <= 80


def test_a_resumed_run_is_shown_against_the_whole() -> None:
    stream = io.StringIO()
    lines = reporter(stream)
    lines.begin(50_000, 60_000)
    lines.report(Progress(done=4_900, failed=100, total=10_000, seconds=1.0))
    assert stream.getvalue().split() == ["54,900", "of", "60,000", "92%", "4,900/s", "0:00:01", "to", "go", "100", "failed"]


def test_on_a_terminal_there_is_a_bar() -> None:
    stream = Terminal()
    bar = reporter(stream)
    bar.begin(0, 100)
    bar.report(Progress(done=100, failed=0, total=100, seconds=1.0))
    bar.end()
    bar.end()
    assert "100/100" in stream.getvalue()
    assert "100/s" in stream.getvalue()
