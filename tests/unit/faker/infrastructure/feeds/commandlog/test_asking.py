"""What is written on a command line becomes laws and forms."""

from pathlib import Path

import pytest

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.feeds.commandlog.arrivals import DAY, WEEK, Arrivals
from ascetic_ddd.faker.infrastructure.feeds.commandlog.asking import arrivals_of, forms_of


def test_laws_are_told_by_name_and_rate() -> None:
    assert arrivals_of("steady:2") == Arrivals.steady(2)
    assert arrivals_of("poisson:0.5") == Arrivals.poisson(0.5)
    assert arrivals_of("diurnal:1000") == Arrivals.diurnal(1000)
    assert arrivals_of("weekly:1000") == Arrivals.diurnal(1000, DAY, WEEK)


@pytest.mark.parametrize("text", ["", "poisson", "poisson:", "poisson:x", "often:3", "measured:a.json", "measured:#a.b"])
def test_what_is_no_law_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"arrivals .*expected"):
        arrivals_of(text)


def test_forms_go_to_folders_of_their_own() -> None:
    assert forms_of(["log:a", "k6:b:c"]) == {Path("a"): "log", Path("b:c"): "k6"}
    for texts in (["k7:a"], ["k6"], ["k6:"]):
        with pytest.raises(ConfigurationError, match="--to"):
            forms_of(texts)


def test_no_form_goes_to_the_folder_of_another_or_into_it() -> None:
    same = ["k6:a", f"k6:{Path('a').absolute()}", "k6:b/../a"]
    for text in same:
        with pytest.raises(ConfigurationError, match="log is in the same folder"):
            forms_of(["log:a", text])
        with pytest.raises(ConfigurationError, match="log is in the same folder"):  # it would be replaced by what is made of it
            forms_of([text], Path("a"))
    for texts in (["log:a", "csv:a/csv"], ["log:a/log", "csv:a"], ["log:a", "csv:."]):
        with pytest.raises(ConfigurationError, match="one of the folders is in the other"):
            forms_of(texts)


def test_a_log_is_not_made_of_a_log() -> None:
    with pytest.raises(ConfigurationError, match="--to 'log:b': a is a log already"):
        forms_of(["log:b"], Path("a"))
