"""Dates of a scenario: ISO, or relative to the as-of date."""

import calendar
import re
from datetime import date, datetime, timedelta
from typing import Any

_PATTERN = re.compile(r"as_of((?:[+-]\d+(?:mo|d|w|q|y))*)", re.IGNORECASE)
_STEP = re.compile(r"([+-]\d+)(mo|d|w|q|y)", re.IGNORECASE)
_MONTHS = {"mo": 1, "q": 3, "y": 12}
FORMS = "2026-07-15, as_of, as_of-3mo (that month's first day, its last as `to`), as_of-3mo+14d, as_of-10d, as_of-2w"


def resolve(value: Any, as_of: date, *, last: bool = False) -> date:
    """Resolve a date; months count from the as-of month. Raises ValueError.

    `as_of-3mo` is the first day of the third month before, or its last day with `last`.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = str(value).strip()
    found = _PATTERN.fullmatch(text.replace(" ", ""))
    if found is None:
        return date.fromisoformat(text)
    steps = [(int(count), unit.lower()) for count, unit in _STEP.findall(found[1])]
    months = sum(count * _MONTHS[unit] for count, unit in steps if unit in _MONTHS)
    days = sum(count * (7 if unit == "w" else 1) for count, unit in steps if unit not in _MONTHS)
    if not any(unit in _MONTHS for _, unit in steps):
        return as_of + timedelta(days=days)
    number = as_of.year * 12 + as_of.month - 1 + months
    year, month = divmod(number, 12)
    day = calendar.monthrange(year, month + 1)[1] if last and not days else 1
    return date(year, month + 1, day) + timedelta(days=days)
