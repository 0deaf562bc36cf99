"""Periods of the ISO and the fiscal calendar: where they start, end, and what they are called."""

from calendar import monthrange
from datetime import date, timedelta

from semantic_layer.query import Grain

_MONTHS: dict[Grain, int] = {"month": 1, "quarter": 3, "year": 12, "fiscal_quarter": 3, "fiscal_year": 12}


def period_start(day: date, grain: Grain, fiscal_year_start: int = 1) -> date:
    """Return the first day of the period that holds a day."""
    if grain == "day":
        return day
    if grain == "week":
        return day - timedelta(days=day.weekday())
    offset = fiscal_year_start - 1 if grain.startswith("fiscal") else 0
    months = day.year * 12 + day.month - 1 - offset
    return _first_of(months - months % _MONTHS[grain] + offset)


def period_end(day: date, grain: Grain, fiscal_year_start: int = 1) -> date:
    """Return the last day of the period that holds a day."""
    start = period_start(day, grain, fiscal_year_start)
    return shift(start, grain, 1, fiscal_year_start) - timedelta(days=1)


def shift(day: date, grain: Grain, n: int, fiscal_year_start: int = 1) -> date:
    """Move a day by n periods; a day the target month lacks becomes its last."""
    del fiscal_year_start  # a fiscal period is as long as a calendar one
    if grain in ("day", "week"):
        return day + timedelta(days=n * (7 if grain == "week" else 1))
    first = _first_of(day.year * 12 + day.month - 1 + n * _MONTHS[grain])
    return first.replace(day=min(day.day, monthrange(first.year, first.month)[1]))


def period_label(day: date, grain: Grain, fiscal_year_start: int = 1) -> str:
    """Name the period that holds a day; a fiscal year is named after the year in which it ends."""
    start = period_start(day, grain, fiscal_year_start)
    if grain == "day":
        return f"{start.day} {start:%B %Y}"
    if grain == "week":
        return f"week of {start.day} {start:%B %Y}"
    if grain == "month":
        return f"{start:%B %Y}"
    if grain == "quarter":
        return f"Q{start.month // 3 + 1} {start.year}"
    if grain == "year":
        return str(start.year)
    year = period_end(start, "fiscal_year", fiscal_year_start).year
    if grain == "fiscal_year":
        return f"FY{year}"
    return f"Q{(start.month - fiscal_year_start) % 12 // 3 + 1} FY{year}"


def _first_of(months: int) -> date:
    return date(months // 12, months % 12 + 1, 1)
