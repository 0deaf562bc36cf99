"""Numbers, days and cells of a card; wording is `assistant.phrases`', so that sentences and tables agree."""

from datetime import date, datetime

from assistant.phrases import show, show_change
from semantic_layer.query import TimeWindow


def number(value: float | None, unit: str | None) -> str:
    """Write a value in its unit; a missing one is a dash."""
    return "–" if value is None else show(value, unit or "score")


def change(value: float | None, unit: str | None) -> str:
    """Write a difference with its sign; differences of ratios are in points."""
    return "–" if value is None else show_change(value, unit or "score")


def interval(bounds: tuple[float, float], unit: str | None) -> str:
    """Write a confidence interval of a change: +0.35 to +0.47 points."""
    low, high = change(bounds[0], unit), change(bounds[1], unit)
    return f"{low.removesuffix(' points')} to {high}"


def percent(share: float | None, digits: int = 0) -> str:
    """Write a fraction as a signed percentage: 26 %, −3 %."""
    if share is None:
        return "–"
    return f"{'−' if share < 0 else ''}{abs(share) * 100:,.{digits}f} %"


def day(value: date | None) -> str:
    """Write a day: 31 Oct 2026."""
    return "–" if value is None else f"{value.day} {value:%b %Y}"


def moment(value: datetime | None) -> str:
    """Write a moment's day, or nothing."""
    return "" if value is None else day(value.date())


def window(value: TimeWindow | None) -> str:
    """Write a window by its label and its days."""
    if value is None:
        return "all data"
    days = day(value.start) if value.start == value.end else f"{day(value.start)} – {day(value.end)}"
    return f"{value.label} ({days})" if value.label and value.label != days else days


def cell(value: object, unit: str | None) -> str:
    """Write a table's cell: a number in its unit, anything else as text."""
    if isinstance(value, int | float) and not isinstance(value, bool) and unit:
        return number(float(value), unit)
    return "–" if value is None else str(value)


def clean(text: str) -> str:
    """Drop control characters, so that a transcript cannot steer a terminal."""
    return "".join(c for c in text if c in "\n\t" or c.isprintable())
