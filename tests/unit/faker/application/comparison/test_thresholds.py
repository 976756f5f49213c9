"""Thresholds and scales as a user writes them."""

import math

import pytest

from ascetic_ddd.faker.application.comparison.scale import Scale
from ascetic_ddd.faker.application.comparison.thresholds import DEFAULTS, Thresholds
from ascetic_ddd.faker.domain.errors import ConfigurationError


def test_the_narrower_one_goes_first() -> None:
    thresholds = Thresholds.parse(["ks=0.5", "books(tenant_id, author_id).ks = 0.1", "s.books.author_id.ks=off"])
    assert thresholds.of("books.tenant_id", "ks") == 0.5
    assert thresholds.of("books(tenant_id, author_id)", "ks") == 0.1
    assert thresholds.of("s.books.author_id", "ks") == math.inf
    assert thresholds.of("books.tenant_id", "w1") == DEFAULTS["w1"].value


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Thresholds.parse(["kss=1", "ks=-1", "ks=much", "0.1", "ks=nan"])
    message = str(caught.value)
    assert "'kss' (is 'ks' meant?)" in message
    for word in ("'-1'", "'much'", "'0.1'", "'nan'"):
        assert word in message


@pytest.mark.parametrize("text", ["0", "-1", "ten", "inf", "nan", "=0.1", "books=", ""])
def test_a_scale_is_a_number_above_0(text: str) -> None:
    with pytest.raises(ConfigurationError, match="expected"):
        Scale.parse([text])


def test_a_scale_of_a_table_that_is_not_there_is_refused() -> None:
    scale = Scale.parse(["any", "boks=1"])
    assert scale.of("books") is None
    assert scale.is_other
    assert not Scale().is_other
    with pytest.raises(ConfigurationError, match="boks, which is not compared; compared are books"):
        scale.check_tables(["books"])
