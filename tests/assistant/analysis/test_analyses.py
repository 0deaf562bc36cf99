"""The analyses against data whose truth is known, and against data without any effect."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.analysis.association import associate
from assistant.analysis.effect import difference_in_differences
from assistant.analysis.forecast import forecast
from assistant.analysis.moments import Moments
from assistant.analysis.movement import beyond_noise, both, swing_p
from assistant.analysis.risk import worst_groups
from assistant.analysis.supposition import supposed_total, supposed_value
from assistant.analysis.surprise import judged
from assistant.types import Supposed
from semantic_layer.query import Cube


def share(n: float, d: float) -> Moments:
    """The sums of d rows of which n have it."""
    return Moments(rows=d, n=n, d=d, nn=n, nd=n, dd=d)


def binary_cube(cells: dict[tuple[int, ...], tuple[int, int]], members: Sequence[Sequence[str]]) -> Cube:
    """A cube of the current period: codes to (hits, rows)."""
    codes = np.array(list(cells), dtype=np.int32)
    hits, rows = (np.array([c[i] for c in cells.values()], dtype=float) for i in (0, 1))
    return Cube(
        metric="rate", kind="ratio", dimensions=tuple(f"d{i}" for i in range(len(members))),
        members=tuple(map(tuple, members)), codes=codes, period=np.ones(len(codes), dtype=np.int8),
        rows=rows, n=hits, d=rows, nn=hits, nd=hits, dd=rows,
    )  # fmt: skip


def test_a_change_within_a_metrics_usual_swings_is_no_movement():
    rng = np.random.default_rng(1)
    series = 100 + rng.normal(0, 5, 24)
    assert swing_p(series, 4.0) > 0.05
    assert swing_p(series, 60.0) < 0.001


def test_many_metrics_at_once_name_none_on_noise_and_keep_what_is_sure():
    rng = np.random.default_rng(2)
    false = sum(bool(beyond_noise(rng.uniform(size=12).tolist())) for _ in range(400))
    assert false / 400 <= 0.08
    assert beyond_noise([0.9, 1e-6, None, 0.5]) == (1,)


def test_a_movement_must_pass_both_tests():
    assert both(0.001, 0.4) == 0.4
    assert both(None, 0.4) == 0.4
    assert both(None, None) is None


def weeks(seed: int, *, peak: float = 0.0) -> list[float]:
    """Two years of weeks with a summer, a level and noise of two percent; a peak in the last week but one."""
    rng = np.random.default_rng(seed)
    t = np.arange(104)
    y = 1000 * (1 + 0.1 * np.sin(2 * np.pi * t / 52)) * np.exp(rng.normal(0, 0.02, 104))
    y[102] *= 1 + peak
    return list(map(float, y))


def test_a_peak_is_a_surprise_and_a_season_is_none():
    found = judged(weeks(3, peak=0.5), [101, 102, 103], season=52, level=8, logs=True)
    sure = [one.index for one in found if one.p_value < 1e-4]
    assert sure == [102]
    peak = next(one for one in found if one.index == 102)
    assert peak.value > peak.high > peak.expected


def test_weeks_without_any_surprise_are_called_surprising_as_rarely_as_promised():
    flagged = [
        bool(beyond_noise([s.p_value for s in judged(weeks(seed), range(99, 103), season=52, level=8, logs=True)]))
        for seed in range(120)
    ]
    assert np.mean(flagged) <= 0.1


def test_too_short_a_history_judges_nothing():
    assert judged([1.0, 2.0, 3.0], [2], season=52, level=8, logs=False) == []


def seasonal(months: int, *, noise: float, seed: int = 0) -> list[float]:
    rng = np.random.default_rng(seed)
    t = np.arange(months)
    return list(map(float, 1000 * (1 + 0.3 * (t % 12 == 1)) * np.exp(rng.normal(0, noise, months))))


def test_a_season_seen_twice_is_forecast_to_come_again():
    made = forecast(seasonal(36, noise=0.01), 3, season=12, logs=True)
    assert made is not None
    assert made.values[1] == pytest.approx(1300, rel=0.1)
    assert made.values[0] == pytest.approx(1000, rel=0.1)


def test_bounds_hold_what_comes_about_as_often_as_they_say():
    inside = []
    for seed in range(150):
        rng = np.random.default_rng(seed)
        y = 0.02 + rng.normal(0, 0.001, 27)
        made = forecast(list(y[:24]), 3, season=12)
        assert made is not None
        inside += [low <= v <= high for v, low, high in zip(y[24:], made.low, made.high, strict=True)]
    assert 0.9 <= np.mean(inside) <= 1.0


def test_a_short_history_is_not_forecast():
    assert forecast([1.0] * 7, 3, season=12) is None


def test_a_planted_effect_is_measured_against_those_not_reached():
    before = dict.fromkeys(range(6), 0.1)
    after = {i: 0.05 + 0.001 * (i % 2) for i in range(6, 12)}
    found = difference_in_differences(
        (share(2000, 10_000), share(1400, 10_000)), (share(1000, 10_000), share(1100, 10_000)),
        (before, after), kind="ratio",
    )  # fmt: skip
    assert found is not None
    assert found.expected == pytest.approx(0.21)
    assert found.change == pytest.approx(-0.07)
    assert found.ci is not None
    assert found.ci[0] < -0.07 < found.ci[1] < 0


def test_both_groups_moving_alike_is_no_effect():
    gaps = ({i: 0.1 + 0.002 * (-1) ** i for i in range(6)}, {i: 0.1 + 0.002 * (-1) ** i for i in range(6)})
    found = difference_in_differences(
        (share(2000, 10_000), share(2500, 10_000)), (share(1000, 10_000), share(1500, 10_000)), gaps, kind="ratio"
    )
    assert found is not None
    assert found.p_value is not None
    assert found.p_value > 0.9


def test_groups_that_drifted_apart_before_are_told():
    rising = {i: 0.01 * i + 0.0005 * (-1) ** i for i in range(10)}
    found = difference_in_differences(
        (share(2000, 10_000), share(2500, 10_000)), (share(1000, 10_000), share(1000, 10_000)),
        (rising, {10: 0.1, 11: 0.1, 12: 0.11}), kind="ratio",
    )  # fmt: skip
    assert found is not None
    assert found.drift_p is not None
    assert found.drift_p < 0.001


def test_sums_are_compared_by_their_growth():
    def count(n: float) -> Moments:
        return Moments(rows=n, n=n, d=0.0, nn=n, nd=0.0, dd=0.0)

    found = difference_in_differences(
        (count(100), count(300)), (count(1000), count(1500)),
        ({1: -2.3, 2: -2.31, 3: -2.29}, {4: -1.6, 5: -1.61, 6: -1.59}), kind="additive",
    )  # fmt: skip
    assert found is not None
    assert found.expected == pytest.approx(150)
    assert found.change == pytest.approx(150)


BINS, QUEUES = ("low", "high"), ("easy", "hard")


def test_what_only_the_mix_makes_vanishes_like_with_like():
    cells = {(0, 0): (720, 900), (0, 1): (40, 100), (1, 0): (80, 100), (1, 1): (360, 900)}
    found = associate(binary_cube(cells, (BINS, QUEUES)), bins=(0, 1), candidates=(1,))
    assert found is not None
    assert found.crude.change == pytest.approx(-0.32)
    assert found.adjusted is not None
    assert found.adjusted.change == pytest.approx(0.0, abs=1e-12)
    assert found.dimensions == (1,)


def test_what_holds_within_every_group_stays():
    cells = {(0, 0): (720, 900), (0, 1): (50, 100), (1, 0): (60, 100), (1, 1): (270, 900)}
    found = associate(binary_cube(cells, (BINS, QUEUES)), bins=(0, 1), candidates=(1,))
    assert found is not None
    assert found.adjusted is not None
    assert found.adjusted.change == pytest.approx(-0.2)
    assert found.adjusted.ci is not None
    assert found.adjusted.ci[1] < 0


def test_unrelated_rows_are_called_related_in_one_of_twenty():
    wrong = 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        cells = {(b, q): (int(rng.binomial(200, 0.3 + 0.2 * q)), 200) for b in range(5) for q in range(3)}
        found = associate(binary_cube(cells, (tuple("abcde"), tuple("xyz"))), bins=range(5), candidates=(1,))
        assert found is not None
        assert found.adjusted is not None
        wrong += (found.adjusted.p_value or 1.0) < 0.05
    assert 0.02 <= wrong / 300 <= 0.09


def test_too_few_rows_relate_nothing():
    assert associate(binary_cube({(0,): (5, 10), (1,): (5, 10)}, (BINS,)), bins=(0, 1), candidates=()) is None


def test_the_group_at_risk_is_named_at_its_own_grain():
    cells = {(s, r): (20, 1000) for s in range(3) for r in range(3)} | {(1, 2): (90, 1000)}
    groups = worst_groups(binary_cube(cells, (("A", "B", "C"), ("X", "Y", "Z"))), high_is_bad=True)
    assert groups[0].members == ((0, 1), (1, 2))
    assert (groups[0].value, groups[0].rest) == (pytest.approx(0.09), pytest.approx(0.02))
    assert len(groups) == 1


def test_noise_has_no_group_at_risk():
    named = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        cells = {(s, r): (int(rng.binomial(500, 0.05)), 500) for s in range(4) for r in range(4)}
        cube = binary_cube(cells, (tuple("ABCD"), tuple("WXYZ")))
        named += bool(worst_groups(cube, high_is_bad=True))
    assert named <= 8


@given(
    st.lists(st.tuples(st.integers(1, 400), st.integers(0, 400)), min_size=2, max_size=6),
    st.floats(0, 1, allow_nan=False),
)
def test_a_supposed_part_changes_the_whole_by_its_weight(parts, value):
    d = [a + b for a, b in parts]
    n = [b for _, b in parts]
    inside, whole = share(n[0], d[0]), share(sum(n), sum(d))
    other = (sum(n[1:]) + value * d[0]) / sum(d)
    assert supposed_total(inside, whole, value, "ratio") == pytest.approx(other)
    assert supposed_total(inside, whole, n[0] / d[0], "ratio") == pytest.approx(whole.n / whole.d)


def test_what_is_supposed_is_a_level_a_step_or_a_factor():
    assert supposed_value(0.03, Supposed(how="to", value=0.02)) == 0.02
    assert supposed_value(300.0, Supposed(how="by", value=-30.0)) == 270.0
    assert supposed_value(300.0, Supposed(how="times", value=0.9)) == pytest.approx(270.0)
