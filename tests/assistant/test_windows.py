"""Which window a window is compared with, and how it is called."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.windows import around_shift, labelled, last_months, month_start, months_of, previous, when
from semantic_layer.query import TimeWindow


def window(start: str, end: str) -> TimeWindow:
    return labelled(date.fromisoformat(start), date.fromisoformat(end))


@pytest.mark.parametrize(
    ("now", "before"),
    [
        (("2026-10-01", "2026-10-31"), ("2026-09-01", "2026-09-30")),
        (("2026-03-01", "2026-03-31"), ("2026-02-01", "2026-02-28")),
        (("2026-07-01", "2026-09-30"), ("2026-04-01", "2026-06-30")),
        (("2026-01-01", "2026-12-31"), ("2025-01-01", "2025-12-31")),
        (("2026-10-19", "2026-10-25"), ("2026-10-12", "2026-10-18")),
        (("2026-10-01", "2026-10-12"), ("2026-09-01", "2026-09-12")),
        (("2026-03-01", "2026-03-30"), ("2026-02-01", "2026-02-28")),
        (("2026-10-31", "2026-10-31"), ("2026-10-24", "2026-10-24")),
        (("2026-10-26", "2026-10-31"), ("2026-10-19", "2026-10-24")),
    ],
)
def test_the_window_before_is_comparable(now: tuple[str, str], before: tuple[str, str]) -> None:
    assert previous(window(*now)) == window(*before)


@given(st.dates(date(2000, 1, 1), date(2050, 1, 1)), st.integers(0, 800))
def test_the_window_before_ends_before_the_window_begins(start: date, days: int) -> None:
    now = labelled(start, date.fromordinal(start.toordinal() + days))
    assert previous(now).end < now.start


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (("2026-10-01", "2026-10-31"), "in October 2026"),
        (("2026-07-01", "2026-09-30"), "in Q3 2026"),
        (("2025-01-01", "2025-12-31"), "in 2025"),
        (("2026-10-31", "2026-10-31"), "on 31 October 2026"),
        (("2026-10-19", "2026-10-25"), "from 19 to 25 October 2026"),
        (("2026-08-01", "2026-10-31"), "from August to October 2026"),
        (("2025-11-01", "2026-10-31"), "from November 2025 to October 2026"),
    ],
)
def test_windows_are_said_inside_a_sentence(days: tuple[str, str], said: str) -> None:
    assert when(window(*days)) == said


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (("2026-04-01", "2026-06-30"), "April to June 2026"),
        (("2026-06-01", "2026-06-30"), "June 2026"),
        (("2025-12-01", "2026-02-28"), "December 2025 to February 2026"),
        (("2025-01-01", "2025-12-31"), "2025"),
    ],
)
def test_windows_side_by_side_are_named_by_months(days: tuple[str, str], said: str) -> None:
    assert months_of(window(*days)) == said


def test_the_last_complete_months_leave_out_a_part_of_one() -> None:
    assert last_months(date(2026, 10, 30), 2) == window("2026-08-01", "2026-09-30")
    assert last_months(date(2026, 10, 31), 2) == window("2026-09-01", "2026-10-31")


def test_a_shift_leaves_out_its_month_and_compares_as_many_before() -> None:
    periods = [month_start(date(2025, 11, 1), n) for n in range(12)]
    assert around_shift(periods, 8) == (window("2026-08-01", "2026-10-31"), window("2026-04-01", "2026-06-30"))
    assert around_shift(periods, 10) == (window("2026-10-01", "2026-10-31"), window("2026-08-01", "2026-08-31"))


@pytest.mark.parametrize("index", [0, 11])
def test_a_shift_at_the_edge_cannot_be_compared(index: int) -> None:
    assert around_shift([month_start(date(2025, 11, 1), n) for n in range(12)], index) is None
