"""Windows compared with windows: the one before, the months around a shift, how much of a period there is."""

from collections.abc import Sequence
from datetime import date, timedelta

from semantic_layer.calendar import period_end, period_start, shift
from semantic_layer.query import TimeWindow

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)


def month_start(day: date, months: int = 0) -> date:
    """Return the first day of the month that lies `months` after the day's."""
    return shift(period_start(day, "month"), "month", months)


def month_end(day: date, months: int = 0) -> date:
    """Return the last day of the month that lies `months` after the day's."""
    return period_end(month_start(day, months), "month")


def months_window(start: date, months: int) -> TimeWindow:
    """Cover whole months from the day's month on."""
    return labelled(month_start(start), month_end(start, months - 1))


def whole_months(window: TimeWindow) -> int | None:
    """Count the months of a window made of whole ones, else None."""
    if window.start.day != 1 or window.end != month_end(window.end):
        return None
    return (window.end.year - window.start.year) * 12 + window.end.month - window.start.month + 1


def previous(window: TimeWindow) -> TimeWindow:
    """Return the comparable window just before.

    As many whole months, the same days of a part month, the same weekdays of the week before for less than a week,
    else as many days.
    """
    months = whole_months(window)
    if months:
        return months_window(month_start(window.start, -months), months)
    if window.start.day == 1 and window.end < month_end(window.start):
        first = month_start(window.start, -1)
        return labelled(first, min(first + (window.end - window.start), month_end(first)))
    if window.days < WEEK.days:
        return labelled(window.start - WEEK, window.end - WEEK)
    return labelled(window.start - timedelta(days=window.days), window.start - DAY)


def last_months(as_of: date, months: int) -> TimeWindow:
    """Cover the last complete months up to the as-of date."""
    last = as_of if as_of == month_end(as_of) else month_end(as_of, -1)
    return months_window(month_start(last, 1 - months), months)


def around_shift(periods: Sequence[date], index: int, *, most: int = 3) -> tuple[TimeWindow, TimeWindow] | None:
    """Compare the complete months after the month of a shift with as many before it.

    `periods` are month starts, `periods[index]` the first month of the new level, which may be
    the month the shift fell into: it is left out. Returns (now, before), or None without room.
    """
    months = min(len(periods) - 1 - index, index, most)
    if months < 1:
        return None
    now = months_window(periods[len(periods) - months], months)
    before = months_window(periods[index - months], months)
    return now, before


def labelled(start: date, end: date) -> TimeWindow:
    """Name a window by the months or days it covers."""
    return TimeWindow(start=start, end=end, label=_label(start, end))


def _label(start: date, end: date) -> str:
    months = whole_months(TimeWindow(start=start, end=end))
    if months == 1:
        return f"{start:%B} {start.year}"
    if months == 12 and start.month == 1:
        return str(start.year)
    if months == 3 and start.month % 3 == 1:
        return f"Q{start.month // 3 + 1} {start.year}"
    if months and start.year == end.year:
        return f"{start:%B} to {end:%B} {end.year}"
    if months:
        return f"{start:%B} {start.year} to {end:%B} {end.year}"
    if start == end:
        return f"{start.day} {start:%B} {start.year}"
    head = f"{start.day}" if (start.year, start.month) == (end.year, end.month) else f"{start.day} {start:%B}"
    head = head if start.year == end.year else f"{start.day} {start:%B} {start.year}"
    return f"{head} to {end.day} {end:%B} {end.year}"


def when(window: TimeWindow) -> str:
    """Say a window inside a sentence: in October 2026, from 3 to 9 October 2026."""
    label = _label(window.start, window.end)
    if " to " in label:
        return f"from {label}"
    return f"on {label}" if window.start == window.end else f"in {label}"


def name_of(window: TimeWindow) -> str:
    """Name a window by the months or days it covers."""
    return _label(window.start, window.end)


def months_of(window: TimeWindow) -> str:
    """Name a window by its first and last month, a quarter too."""
    same_year = window.start.year == window.end.year
    if whole_months(window) in (None, 1) or (same_year and window.start.month == 1 and window.end.month == 12):
        return name_of(window)
    first = f"{window.start:%B}" if same_year else f"{window.start:%B %Y}"
    return f"{first} to {window.end:%B %Y}"
