"""A month is held against its own history, and against its season where that could be told."""

import pytest

from assistant.intents.usual import _judged

CALM = [100.0, 101.0, 99.0, 100.5, 99.5, 100.0, 101.0, 99.0, 100.2, 99.8, 100.4, 99.6, 100.1, 99.9, 100.3]


def test_a_month_like_the_others_is_within_usual_swings() -> None:
    told = _judged([*CALM, 100.6], logs=False)
    assert told is not None
    assert told[0].p_value > 0.05
    assert told[1] == "its own history"


def test_a_jump_is_unusual_where_the_year_before_had_none() -> None:
    told = _judged([*CALM, 130.0], logs=False)
    assert told is not None
    assert told[0].p_value < 0.05


@pytest.mark.parametrize("logs", [False, True])
def test_a_jump_that_the_year_before_had_too_is_the_season(logs: bool) -> None:
    values = [*CALM[:3], 130.0, *CALM[:11], 130.5]
    told = _judged(values, logs=logs)
    assert told is not None
    assert told[0].p_value > 0.05
    assert told[1] == "its own history and season"
    assert told[0].expected == pytest.approx(130, abs=2)


def test_without_a_year_of_history_a_jump_may_be_the_season_and_nothing_is_said() -> None:
    assert _judged([*CALM[:13], 130.0], logs=False) is None
