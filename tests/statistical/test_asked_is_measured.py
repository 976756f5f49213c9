"""What is asked is what comes out: the measured figures of one reference, growing and planned.

All seeds are fixed. Deterministic schedules leave no chance but the rounding of counts, so bounds are absolute, not levels.
"""

from itertools import product

import pytest

from ascetic_ddd.faker.application.measure import histogram, ks, measure, top_share
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from tests.statistical.runs import Run, binomial_band, largest_error, mean_bound, moments, ntile_effect, weights_bound

SKEWS = (1.0, 1.3, 1.7, 2.5, 4.0)
WEIGHTS = (
    (0.7, 0.3),
    (0.5, 0.3, 0.2),
    (0.7, 0.2, 0.07, 0.03),
    (0.25, 0.25, 0.25, 0.25),
    (0.4, 0.25, 0.15, 0.12, 0.08),
    (0.55, 0.15, 0.1, 0.08, 0.06, 0.04, 0.02),
    (0.3, 0.2, 0.15, 0.1, 0.07, 0.06, 0.05, 0.03, 0.02, 0.02),
)
SIZES = (1_000, 10_000, 100_000)
MODES = ("growing", "planned")


def run(mode: str, uses: int, seed: int = 1, **asked: object) -> Run:
    return Run(distributor_factory(**asked), seed, uses if mode == "planned" else None).draw(uses)  # type: ignore[arg-type]


def feasible(weights: tuple[float, ...], mean: float, uses: int) -> bool:
    return min(weights) * len(weights) * mean >= 1.0 and uses / mean >= 5 * len(weights)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("uses", SIZES)
@pytest.mark.parametrize("skew", SKEWS)
def test_the_skew_that_was_asked_is_measured(skew: float, uses: int, mode: str) -> None:
    """Skew by Σp² within 0.03 (0.1 below 1.5), mean within 2 % (1 % from 10,000 on) or one value; n = 10^3…10^5, mean 10…200."""
    for mean in {1_000: (10,), 10_000: (10, 50), 100_000: (200,)}[uses]:
        counts = run(mode, uses, skew=skew, mean=mean).counts
        found = measure(counts)
        assert abs(found.skew - skew) <= (0.03 if skew >= 1.5 else 0.1)
        assert abs(found.mean - mean) <= mean_bound(counts, mean)
        assert min(counts) >= 1, "a value that was made by need has a use"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("uses", SIZES)
@pytest.mark.parametrize("weights", WEIGHTS)
def test_the_weights_that_were_asked_are_measured(weights: tuple[float, ...], uses: int, mode: str) -> None:
    """Each weight within 0.01 (0.02 below 2,000 uses) plus the ntile effect, mean as above; n = 10^3…10^5, mean 10…200."""
    for mean in {1_000: (10, 50), 10_000: (10, 50), 100_000: (200,)}[uses]:
        if not feasible(weights, mean, uses):
            continue
        counts = run(mode, uses, weights=weights, mean=mean).counts
        assert largest_error(counts, weights) <= weights_bound(uses) + ntile_effect(weights, len(counts))
        assert abs(measure(counts).mean - mean) <= mean_bound(counts, mean)
        assert min(counts) >= 1


@pytest.mark.parametrize("weights", [weights for weights in WEIGHTS if len(set(weights)) > 1])
def test_planned_weights_are_exact_where_the_parts_are_equal(weights: tuple[float, ...]) -> None:
    """Planned at n values that divide into the parts, each weight within 0.002: n = 40 values a part, mean 50."""
    uses = 40 * len(weights) * 50
    assert largest_error(run("planned", uses, weights=weights, mean=50).counts, weights) <= 0.002


@pytest.mark.parametrize(
    "asked",
    [{"skew": 1.3, "mean": 10}, {"skew": 4.0, "mean": 20}, *({"weights": weights, "mean": 50} for weights in WEIGHTS)],
    ids=str,
)
def test_growing_holds_at_any_moment_of_stopping(asked: dict[str, object]) -> None:
    """One run of 20,000 uses read at 18 random moments from 1,000 on: the same bounds, and the newest value's worth."""
    grown = Run(distributor_factory(**asked), seed=3)  # type: ignore[arg-type]
    mean, weights, skew = float(str(asked["mean"])), asked.get("weights"), asked.get("skew")
    for moment in moments(seed=5, number=18, least=1_000, most=20_000):
        counts = grown.draw(moment - len(grown.drawn)).counts
        assert abs(measure(counts).mean - mean) <= mean_bound(counts, mean)
        newest = weights[-1] * len(weights) / len(counts) if isinstance(weights, tuple) else 0.0  # it is being filled
        if isinstance(weights, tuple) and len(counts) >= 5 * len(weights):
            assert largest_error(counts, weights) <= weights_bound(moment) + ntile_effect(weights, len(counts)) + newest
        if isinstance(skew, float):
            assert abs(measure(counts).skew - skew) <= (0.03 if skew >= 1.5 else 0.1)


@pytest.mark.parametrize(("mode", "null_weight"), list(product(MODES, (0.05, 0.4))))
def test_the_null_share_lies_in_the_binomial_band(mode: str, null_weight: float) -> None:
    """Nulls ~ Binomial(20,000, w): within the 99.9 % band growing; planned exactly; the rest keeps skew and mean."""
    ran = run(mode, 20_000, skew=2.5, mean=10, null_weight=null_weight)
    share = ran.nulls / 20_000
    assert abs(share - null_weight) <= (binomial_band(20_000, null_weight) if mode == "growing" else 1e-4)
    assert abs(measure(ran.counts).skew - 2.5) <= 0.03
    assert abs(measure(ran.counts).mean - 10) <= 0.1


CAPTURED = {
    "heavy tail, half unused": [(0, 2000), (1, 1200), (2, 400), (3, 150), (7, 80), (20, 30), (90, 8), (700, 2)],
    "narrow": [(4, 500), (5, 900), (6, 600)],
    "one giant": [(1, 3000), (2, 500), (4000, 1)],
    "all used, smooth": [(max(1, 3000 // rank), 1) for rank in range(1, 900)],
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("captured", CAPTURED.values(), ids=CAPTURED)
def test_a_captured_histogram_is_replayed(captured: list[tuple[int, int]], mode: str) -> None:
    """With as many uses KS ≤ 0.01 and the top share within 2 %; with a tenth KS ≤ 0.03."""
    rows = sum(uses * values for uses, values in captured)
    full = run(mode, rows, histogram=captured).counts
    assert ks(captured, histogram(full)) <= 0.01
    top = max(uses for uses, _ in captured) / rows
    assert abs(top_share(full) / top - 1.0) <= 0.02
    assert ks(captured, histogram(run(mode, rows // 10, histogram=captured).counts)) <= 0.03


@pytest.mark.parametrize("mode", MODES)
def test_the_seed_decides_and_another_seed_differs(mode: str) -> None:
    first, again, other = (run(mode, 2_000, seed, skew=2.0, mean=10).drawn for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_a_top_up_ends_where_one_run_would() -> None:
    """Two planned runs of 5,000 after each other: weights within 0.01, mean within 1 % at 10,000."""
    distributor = distributor_factory(weights=[0.7, 0.2, 0.07, 0.03], mean=20)
    ran = Run(distributor, seed=1, total=5_000).draw(5_000)
    distributor.plan(None)
    topped = Run(distributor, seed=2, total=5_000)
    topped.pool, topped.values, topped.drawn = ran.pool, ran.values, ran.drawn
    topped.draw(5_000)
    assert largest_error(topped.counts, [0.7, 0.2, 0.07, 0.03]) <= 0.01
    assert abs(measure(topped.counts).mean - 20) <= 0.2
