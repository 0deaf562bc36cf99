"""Every score of stated probabilities beside another way to compute it: by hand, by scikit-learn, by the textbook."""

import math
from typing import Any

import numpy as np
import pytest
from scipy.stats import beta, norm
from sklearn.metrics import brier_score_loss, roc_auc_score

from evals import reliability as rel
from evals.abstain import RISK, certify, upper_bound
from evals.calibrate import scores

RANDOM = np.random.default_rng(11)
P = np.round(RANDOM.uniform(0.05, 0.99, 300), 2)
Y = (RANDOM.random(300) < P).astype(float)


@pytest.fixture(scope="module")
def stated() -> dict[str, Any]:
    """Every score of the drawn answers."""
    return scores(P, Y)


def test_brier_is_that_of_scikit_learn() -> None:
    assert rel.brier(P, Y) == pytest.approx(brier_score_loss(Y, P))


def test_auroc_is_that_of_scikit_learn() -> None:
    assert rel.auroc(P, Y) == pytest.approx(roc_auc_score(Y, P))


def test_murphy_is_summed_by_hand_over_the_bins() -> None:
    bins = rel.bins(P, Y)
    n, base = sum(b.n for b in bins), Y.mean()
    parts = rel.murphy(bins)
    assert n == len(P)
    assert parts.reliability == pytest.approx(sum(b.n * (b.said - b.right / b.n) ** 2 for b in bins) / n)
    assert parts.resolution == pytest.approx(sum(b.n * (b.right / b.n - base) ** 2 for b in bins) / n)
    assert parts.uncertainty == pytest.approx(base * (1 - base))


def test_murphy_of_single_valued_bins_adds_up_to_brier() -> None:
    p = np.repeat([0.1, 0.4, 0.8], 40)
    y = (np.arange(120) % 3 == 0).astype(float)
    parts = rel.murphy(rel.bins(p, y))
    assert parts.reliability - parts.resolution + parts.uncertainty == pytest.approx(brier_score_loss(y, p))


def test_spiegelhalter_is_the_textbook_sum() -> None:
    top = sum((y - p) * (1 - 2 * p) for p, y in zip(P, Y, strict=True))
    variance = sum((1 - 2 * p) ** 2 * p * (1 - p) for p in P)
    found = rel.spiegelhalter(P, Y)
    assert found is not None
    assert found[0] == pytest.approx(top / math.sqrt(variance))
    assert found[1] == pytest.approx(2 * (1 - norm.cdf(abs(found[0]))))


def test_spiegelhalter_of_honest_probabilities_is_standard_normal() -> None:
    draws = [rel.spiegelhalter(P, (RANDOM.random(300) < P).astype(float)) for _ in range(400)]
    z = np.array([found[0] for found in draws if found])
    assert abs(z.mean()) < 0.15
    assert 0.85 < z.std() < 1.15


def test_calibration_in_the_large_is_the_gap_of_the_means(stated: dict[str, Any]) -> None:
    assert stated["in_the_large"] == pytest.approx(sum(Y) / 300 - sum(P) / 300)


def test_the_smooth_error_at_a_width_is_a_sum_over_images() -> None:
    """The reflected kernel, integrated point by point instead of on the grid."""
    p, y, width = np.array([0.2, 0.7, 0.9]), np.array([1.0, 0.0, 1.0]), 0.15
    at = np.linspace(0, 1, 20_001)

    def kernel(t: float) -> rel.Floats:
        images = (norm.pdf(at, centre, width) for centre in (t, -t, 2 - t))
        return np.asarray(sum(images))

    curve = sum((b - a) * kernel(a) for a, b in zip(p, y, strict=True)) / 3
    assert rel._smoothed(p, y, width) == pytest.approx(float(np.trapezoid(np.abs(curve), at)), abs=1e-4)


def test_the_smooth_error_is_taken_at_the_width_that_equals_it() -> None:
    found = rel.smooth_ece(P, Y)
    assert rel._smoothed(P, Y, found) == pytest.approx(found, abs=2e-3)


def test_the_band_holds_a_perfect_system_nineteen_times_of_twenty() -> None:
    p = np.repeat([0.6, 0.8, 0.9, 0.97], 60)
    low, high = rel.null_band(p)
    inside = [low <= rel.smooth_ece(p, (RANDOM.random(240) < p).astype(float)) <= high for _ in range(100)]
    assert sum(inside) >= 87


def test_the_bars_of_the_diagram_are_wilsons() -> None:
    z = norm.ppf(0.975)
    for b in rel.bins(P, Y):
        share = b.right / b.n
        centre = (share + z**2 / (2 * b.n)) / (1 + z**2 / b.n)
        half = z / (1 + z**2 / b.n) * math.sqrt(share * (1 - share) / b.n + z**2 / (4 * b.n**2))
        assert b.ci == pytest.approx((centre - half, centre + half))
    assert len(rel.bins(P, Y)) == 5


def test_risk_coverage_is_counted_threshold_by_threshold(stated: dict[str, Any]) -> None:
    due = []
    for threshold in sorted(set(P), reverse=True):
        kept = [y for p, y in zip(P, Y, strict=True) if p >= threshold]
        due.append((len(kept) / 300, sum(kept) / len(kept)))
    assert np.array(rel.risk_coverage(P, Y)) == pytest.approx(np.array(due))
    at = stated["accuracy_at"]
    assert at["100%"] == pytest.approx(Y.mean())
    assert at["80%"] == pytest.approx(next(accuracy for coverage, accuracy in due if coverage >= 0.8 - 1e-9))


def test_the_sure_and_wrong_are_counted(stated: dict[str, Any]) -> None:
    sure = [y for p, y in zip(P, Y, strict=True) if p >= 0.9]
    found = stated["high_confidence_wrong"]
    assert (found["n"], found["value"]) == (len(sure), pytest.approx(sure.count(0.0) / len(sure)))


@pytest.mark.parametrize(("wrong", "n"), [(0, 59), (1, 93), (3, 200), (10, 150)])
def test_the_bound_is_clopper_and_pearsons(wrong: int, n: int) -> None:
    assert upper_bound(wrong, n) == pytest.approx(float(beta.ppf(0.95, wrong + 1, n - wrong)))


def test_a_certified_threshold_keeps_the_risk_on_fresh_answers() -> None:
    """Of a hundred worlds whose truth is known, at most a few certificates may be false."""
    false = 0
    for seed in range(100):
        random = np.random.default_rng(seed)
        p = random.choice([0.6, 0.9, 0.94, 0.97, 0.99], 1_200)
        y = (random.random(1_200) < p).astype(float)
        found = certify(p, y, [f"f{i}" for i in range(1_200)])
        if found.threshold is not None:
            kept = p >= found.threshold
            false += float((1 - p[kept]).mean()) > RISK
    assert false <= 10
