"""What a stretch should have been follows from the weekdays, the level and the season before it."""

import numpy as np
import pytest

from assistant.analysis.expectation import Line, expectation, expected_value

WEEK = np.array([10.0, 10, 10, 10, 10, 4, 2])


def _days(weeks: int, noise: float = 0.0, seed: int = 0) -> np.ndarray:
    days = np.tile(WEEK, weeks)
    return days * np.exp(np.random.default_rng(seed).normal(0, noise, len(days)))


def _line(n: np.ndarray, d: np.ndarray | None = None) -> Line:
    return Line(n=n, d=d, pattern=np.arange(len(n)) % 7, block=7)


def _expected(line: Line, start: int, histories: list[int], length: int, years: tuple[int, ...] = ()) -> float:
    told = expectation(line, start, length, histories, years=years)
    past = line.n[start - len(told.weights) : start]
    return float((told.weights * past).sum() * (1 + told.step))


def test_a_weekend_is_expected_to_be_like_weekends() -> None:
    line = _line(_days(30))
    assert _expected(line, 28 * 7 + 5, [28, 56], 2) == pytest.approx(6.0)


def test_a_window_that_starts_in_midweek_counts_its_own_weekdays() -> None:
    line = _line(_days(30))
    assert _expected(line, 20 * 7 + 2, [28], 10) == pytest.approx(line.n[142:152].sum())


def test_an_outage_week_in_the_history_is_no_part_of_what_is_expected() -> None:
    days = _days(30, noise=0.02)
    days[18 * 7 : 19 * 7] *= 3
    line = _line(days)
    assert _expected(line, 20 * 7, [56], 7) == pytest.approx(WEEK.sum(), rel=0.02)
    told = expectation(line, 20 * 7, 7, [56], years=())
    assert (told.weights.reshape(-1, 7) == 0).all(axis=1).sum() == 1


def test_three_odd_weeks_in_a_row_are_another_level_and_stay() -> None:
    days = _days(30, noise=0.02)
    days[17 * 7 : 20 * 7] *= 3
    told = expectation(_line(days), 20 * 7, 7, [91], years=())
    assert (told.weights > 0).all()


def test_the_season_of_earlier_years_moves_what_is_expected() -> None:
    days = _days(120, noise=0.02)
    for year in (52, 104):
        days[(year + 4) * 7 : (year + 5) * 7] *= 1.5
    line = _line(days)
    assert _expected(line, 108 * 7, [28], 7, years=(56 * 7,)) == pytest.approx(1.5 * WEEK.sum(), rel=0.05)


def test_a_step_of_last_year_that_is_no_larger_than_the_noise_is_no_season() -> None:
    steps = [expectation(_line(_days(80, 0.1, seed)), 75 * 7, 7, [28], years=(23 * 7,)).step for seed in range(40)]
    assert np.mean(np.array(steps) == 0) > 0.5
    assert np.abs(steps).max() < 0.2


def test_a_rate_is_expected_by_the_rows_of_its_weekdays() -> None:
    d = _days(20) * 10
    rate = np.tile([0.1, 0.1, 0.1, 0.1, 0.1, 0.3, 0.3], 20)
    told = expectation(_line(rate * d, d), 19 * 7 + 5, 2, [28], years=())
    past = slice(19 * 7 + 5 - 28, 19 * 7 + 5)
    assert (told.weights * (rate * d)[past]).sum() / (told.weights * d[past]).sum() == pytest.approx(0.3)


def test_how_wrong_expectations_are_is_seen_in_the_past_alone() -> None:
    calm, rough = (expectation(_line(_days(60, noise, 3)), 50 * 7, 7, [28], years=()).scale for noise in (0.02, 0.2))
    assert calm is not None
    assert rough is not None
    assert 5 < rough / calm < 20


def test_too_short_a_past_tells_no_swings_and_no_season() -> None:
    told = expectation(_line(_days(8)), 7 * 7, 7, [28], years=(0,))
    assert told.scale is None
    assert told.step == 0


def test_a_rate_without_a_denominator_in_its_history_is_not_expected_to_be_anything():
    d = _days(20)
    d[: 19 * 7] = 0
    line = _line(d / 10, d)
    told = expectation(line, 19 * 7, 7, [28], years=())
    assert np.isnan(expected_value(line, 19 * 7, told))
