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
    for texts in (["k7:a"], ["k6"], ["k6:"], ["k6:a", "log:a"]):
        with pytest.raises(ConfigurationError, match="--to"):
            forms_of(texts)
