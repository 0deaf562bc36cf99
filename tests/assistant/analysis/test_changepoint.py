"""A series is a step, a spike, a trend or quiet; a step is dated no more surely than the points allow."""

import numpy as np
import pytest

from assistant.analysis.changepoint import course, level_shift
from assistant.analysis.expectation import Line
from assistant.analysis.spikes import spikes

LENGTH = 24


def _runs(count: int = 200):
    for seed in range(count):
        rng = np.random.default_rng(seed)
        yield rng.normal(0, 1, LENGTH), int(rng.integers(3, LENGTH - 3))


def _share(kind: str, plant) -> float:
    return float(np.mean([course(plant(y, at)) == kind for y, at in _runs()]))


def _step(size: float):
    return lambda y, at: y + size * (np.arange(len(y)) >= at)


@pytest.mark.parametrize(
    ("kind", "plant", "least"),
    [
        ("step", _step(4), 0.9),
        ("spike", lambda y, at: y + 7 * (np.arange(len(y)) == at), 0.9),
        ("trend", lambda y, _at: y + np.linspace(0, 6, len(y)), 0.9),
        ("quiet", lambda y, _at: y, 0.93),
    ],
)
def test_what_was_planted_is_what_a_series_is_taken_for(kind, plant, least):
    assert _share(kind, plant) >= least


def test_the_set_of_dates_holds_the_true_one_and_is_wide_where_the_step_is_faint():
    widths = {}
    for size in (1.5, 5.0):
        shifts = [(level_shift(_step(size)(y, at)), at) for y, at in _runs()]
        found = [(s, at) for s, at in shifts if s is not None and s.p_value < 0.01]
        assert np.mean([s.first <= at <= s.last for s, at in found]) >= 0.9
        widths[size] = np.mean([s.last - s.first for s, _ in found])
    assert widths[1.5] > 3
    assert widths[5.0] < 0.5


def test_a_spike_of_two_points_is_no_step():
    y = np.random.default_rng(5).normal(0, 1, LENGTH)
    y[9:11] += 9
    assert course(y) == "spike"
    assert level_shift(y) is None


def _weeks(level: np.ndarray) -> Line:
    days = np.repeat(level, 7) * np.tile([1.2, 1.1, 1, 1, 1, 0.5, 0.2], len(level))
    return Line(n=days, d=None, pattern=np.arange(len(days)) % 7, block=7)


def test_a_week_of_its_own_is_found_inside_a_month_that_as_a_whole_fell():
    level = np.random.default_rng(3).normal(100, 2, 40)
    level[20:] -= 10
    level[22] += 40
    (found,) = spikes(_weeks(level), [(20 * 7, 24 * 7 - 1)])
    assert found.start == 22 * 7
    assert found.value == pytest.approx(level[22] * 6)


def test_a_step_and_quiet_weeks_have_no_week_that_stands_out():
    found = 0
    for seed in range(100):
        level = np.random.default_rng(seed).normal(100, 3, 40)
        level[20:] += 30 * (seed % 2)
        found += bool(spikes(_weeks(level), [(16 * 7, 26 * 7 - 1)]))
    assert found <= 2
