"""Periods told from another one: the one before it, the same one a step earlier."""

from dataclasses import replace
from datetime import date

from assistant.planner.dates import DAY, Clock, Period, period_of
from semantic_layer.calendar import period_end, period_start, shift
from semantic_layer.query import Grain, TimeWindow

Back = Grain | tuple[str, Grain | None]
"""The same period a grain earlier, or the period before, of the period's own grain or of the one named."""
BEFORE: Back = ("before", None)
_GRAINS: tuple[Grain, ...] = ("day", "week", "month", "quarter", "year", "fiscal_quarter", "fiscal_year")


def as_period(window: TimeWindow, clock: Clock) -> Period:
    """Return a window as the calendar period it is, else as whole months or days."""
    start, end, fiscal = window.start, window.end, clock.fiscal_start
    for grain in _GRAINS:
        if (start, end) == (period_start(start, grain, fiscal), period_end(start, grain, fiscal)):
            return Period(start, end, grain, window.label)
    if start.day == 1 and end == period_end(end, "month"):
        months = (end.year - start.year) * 12 + end.month - start.month + 1
        return Period(start, end, "month", window.label, count=months)
    return Period(start, end, "day", window.label, count=0)


def earlier(period: Period, back: Back, clock: Clock) -> Period:
    """Return the period before, or the same one a step earlier; before a day lies the same weekday."""
    if not isinstance(back, tuple):
        return _moved_back(period, back, 1, clock)
    if back[1] is not None:
        return _last_before(period.start, back[1], clock)
    partial = period.count == 1 and period.end != period_end(period.start, period.grain, clock.fiscal_start)
    if period.count == 0 or partial:
        return _as_long(period)
    if period.grain == "day":
        return _moved_back(period, "week", 1, clock)
    return _moved_back(period, period.grain, period.count, clock)


def _moved_back(period: Period, grain: Grain, count: int, clock: Clock) -> Period:
    fiscal = clock.fiscal_start
    start, end = (shift(day, grain, -count, fiscal) for day in (period.start, period.end))
    if period.count == 1 and period.end == period_end(period.start, period.grain, fiscal):
        return period_of(start, period.grain, clock)
    if grain not in ("day", "week") and period.end == period_end(period.end, "month"):
        end = period_end(end, "month")
    return replace(period, start=start, end=end, label=f"{_plain(start)} to {_plain(end)}", assumed="")


def _last_before(day: date, grain: Grain, clock: Clock) -> Period:
    """Return the last whole period of a grain that ends before a day."""
    last = period_of(day - DAY, grain, clock)
    return last if last.end < day else period_of(last.start - DAY, grain, clock)


def _as_long(period: Period) -> Period:
    """Return as many whole months, or else days, as the period has, right before it."""
    end = period.start - DAY
    if period.start.day == 1 and period.end == period_end(period.end, "month"):
        months = (period.end.year - period.start.year) * 12 + period.end.month - period.start.month + 1
        start = shift(period.start, "month", -months)
    else:
        start = end - (period.end - period.start)
    return replace(period, start=start, end=end, label=f"{_plain(start)} to {_plain(end)}", assumed="", count=0)


def _plain(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
