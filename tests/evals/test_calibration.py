"""Probabilities are measured, never invented; each score is checked against a value known beforehand."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.calibration import MEASURED_ON_DEMO, SHIPPED, load_calibration
from assistant.confidence import label_of, probability_of
from evals import reliability as rel
from evals.abstain import certify, upper_bound
from evals.calibrate import calibrate, shipped_model, write
from evals.platt import Judged, cross_fitted, fit, terms_of
from semantic_layer.errors import UserError


def answers(n: int = 600, *, slope: float = -2.0, seed: int = 1) -> list[Judged]:
    """Judged answers whose true logit is 3 + slope · doubt; `noise` says nothing."""
    random = np.random.default_rng(seed)
    doubt, noise = random.integers(0, 3, n), random.random(n)
    right = random.random(n) < 1 / (1 + np.exp(-(3 + slope * doubt)))
    return [
        Judged(features={"doubt": float(d), "noise": float(x)}, right=bool(y), family=f"f{i // 4}")
        for i, (d, x, y) in enumerate(zip(doubt, noise, right, strict=True))
    ]


def arrays(judged: list[Judged]) -> tuple[rel.Floats, rel.Floats]:
    return cross_fitted(judged), np.array([j.right for j in judged], dtype=float)


def test_the_model_finds_the_logit_that_made_the_data() -> None:
    model = fit(answers(6000))
    assert model.intercept == pytest.approx(3, abs=0.25)
    assert model.weights["doubt"] == pytest.approx(-2, abs=0.2)
    assert model.weights["noise"] == pytest.approx(0, abs=0.3)


def test_a_parameter_needs_ten_errors() -> None:
    few = [Judged(features={"doubt": float(i % 2)}, right=i >= 9, family=str(i)) for i in range(100)]
    enough = [Judged(features={"doubt": float(i % 2)}, right=i >= 10, family=str(i)) for i in range(100)]
    assert terms_of(few) == ()
    assert terms_of(enough) == ("doubt",)


def test_without_an_error_the_probability_is_still_not_one() -> None:
    judged = [Judged(features={"doubt": 0.0}, right=True, family=str(i)) for i in range(98)]
    assert fit(judged).predict(judged)[0] == pytest.approx(99 / 100, abs=1e-3)


def test_a_few_answers_of_ones_own_move_the_model_only_a_little() -> None:
    start = fit(answers(3000))
    wrong = [Judged(features={"doubt": 0.0, "noise": 0.5}, right=False, family="x")] * 3
    moved = fit(wrong, start)
    assert start.intercept - 3 < moved.intercept < start.intercept


def test_a_family_is_never_judged_by_a_model_that_has_seen_it() -> None:
    judged = answers(200)
    family = judged[0].family
    turned = [replace(j, right=not j.right) if j.family == family else j for j in judged]
    own = [i for i, j in enumerate(judged) if j.family == family]
    assert cross_fitted(judged)[own] == pytest.approx(cross_fitted(turned)[own])


def test_the_brier_score_is_its_three_parts_when_bins_are_pure() -> None:
    p = np.repeat([0.2, 0.8], 50)
    y = np.concatenate([np.arange(50) < 15, np.arange(50) < 40]).astype(float)
    parts = rel.murphy(rel.bins(p, y))
    assert parts.reliability - parts.resolution + parts.uncertainty == pytest.approx(rel.brier(p, y))
    assert parts.reliability == pytest.approx(0.1**2 / 2)


def test_spiegelhalter_rejects_what_is_overconfident_and_keeps_what_is_honest() -> None:
    random = np.random.default_rng(3)
    p = random.uniform(0.3, 0.95, 2000)
    y = (random.random(2000) < p).astype(float)
    honest, boasting = rel.spiegelhalter(p, y), rel.spiegelhalter(np.clip(p + 0.1, 0, 0.99), y)
    assert honest is not None
    assert boasting is not None
    assert honest[1] > 0.01
    assert boasting[1] < 1e-4


def test_the_smooth_error_measures_a_constant_boast() -> None:
    p, y = np.full(1000, 0.9), (np.arange(1000) < 700).astype(float)
    assert rel.smooth_ece(p, y) == pytest.approx(0.2, abs=0.02)


def test_a_perfect_system_lies_within_its_own_band() -> None:
    p, y = arrays(answers(800))
    low, high = rel.null_band(p, draws=100)
    assert rel.smooth_ece(p, y) <= high * 1.2
    assert 0 < low < high


@given(st.lists(st.tuples(st.floats(0.01, 0.99), st.booleans()), min_size=2, max_size=60))
@settings(max_examples=60, deadline=None)
def test_the_auroc_is_the_share_of_pairs_in_the_right_order(pairs: list[tuple[float, bool]]) -> None:
    p, y = np.array([a for a, _ in pairs]), np.array([float(b) for _, b in pairs])
    found = rel.auroc(p, y)
    good, bad = p[y == 1], p[y == 0]
    if not len(good) or not len(bad):
        assert found is None
        return
    truth = np.mean([(g > b) + 0.5 * (g == b) for g in good for b in bad])
    assert found == pytest.approx(truth)


def test_the_surest_answers_come_first_on_the_risk_coverage_curve() -> None:
    curve = rel.risk_coverage(np.array([0.9, 0.9, 0.5, 0.1]), np.array([1.0, 1.0, 0.0, 0.0]))
    assert curve == ((0.5, 1.0), (0.75, pytest.approx(2 / 3)), (1.0, 0.5))


def test_the_bound_of_no_error_in_59_is_five_per_cent() -> None:
    assert upper_bound(0, 59) == pytest.approx(1 - 0.05 ** (1 / 59))
    assert upper_bound(0, 58) > 0.05 > upper_bound(0, 59)


def test_a_risk_that_cannot_be_certified_is_said() -> None:
    families = [str(i) for i in range(40)]
    found = certify(np.full(40, 0.99), np.ones(40), families)
    assert found.threshold is None
    assert "more judged answers" in found.why


def test_a_certified_threshold_leaves_out_the_risky_answers() -> None:
    p = np.concatenate([np.full(400, 0.98), np.full(100, 0.5)])
    y = np.concatenate([np.ones(400), np.arange(100) % 2]).astype(float)
    found = certify(p, y, [str(i) for i in range(500)])
    assert found.threshold == 0.98
    assert found.bound is not None
    assert found.bound <= 0.05


def test_too_few_answers_are_not_made_into_a_probability() -> None:
    with pytest.raises(UserError, match="too few"):
        calibrate(answers(20), on="x")


def test_what_is_written_is_what_confidence_reads(tmp_path: Path) -> None:
    judged = answers()
    found = calibrate(judged, on="measured on a test")
    write(found, tmp_path / "calibration.json")
    read = load_calibration(tmp_path / "calibration.json")
    said = [probability_of(j.features, read) for j in judged]
    assert said == pytest.approx(list(fit(judged).predict(judged)))
    assert read.calibrated_on == "measured on a test"
    assert sum(band.record.n for band in read.bands) == len(judged)


def test_a_workspace_without_a_history_says_where_its_confidence_was_measured(tmp_path: Path) -> None:
    found = load_calibration(tmp_path / "none.json")
    assert found.calibrated_on == MEASURED_ON_DEMO
    assert found.intercept is not None


@pytest.mark.parametrize("text", ["", "[]", "{", '{"intercept": "a"}', '{"intercept": 1}'])
def test_a_broken_calibration_leaves_answers_uncalibrated(tmp_path: Path, text: str) -> None:
    file = tmp_path / "calibration.json"
    file.write_text(text, encoding="utf-8")
    found = load_calibration(file)
    assert probability_of({}, found) is None
    assert label_of(None) == "uncalibrated"


def test_the_shipped_model_holds_no_more_than_its_errors_can_carry() -> None:
    raw = json.loads(SHIPPED.read_text(encoding="utf-8"))
    assert len(raw["weights"]) <= raw["errors"] // 10
    assert all(weight <= 0 for weight in raw["weights"].values())
    assert shipped_model().intercept == raw["intercept"]
