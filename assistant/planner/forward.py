"""Day phrases that bookings use and analytics do not: weekdays, days of the month and distances, looking ahead."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from assistant.planner.dates import DAY, Clock, Period, period_of
from assistant.planner.words import any_of, words
from semantic_layer.calendar import shift

Parts = dict[str, str]


def patterns() -> dict[str, str]:
    """Return the patterns by name; a number stands for an ordinal too."""
    raw, time = words().raw, {n: any_of(tuple(map(str, g))) for n, g in words().raw["time"].items()}
    names, months = any_of(tuple(raw["weekdays"])), any_of(tuple(raw["months"]))
    units = "|".join(f"(?P<{u}>{time[u]})" for u in ("day", "week", "month", "year"))
    weekday, day = rf"(?P<wday>{names})", r"(?:the\s)?(?P<d>\d{1,2})"
    return {
        "f_weekday_date": rf"""
            {weekday}\s(?:{day}(?:\sof)?\s(?P<mon>{months})|(?P<mon2>{months})\s(?:the\s)?(?P<d2>\d{{1,2}}))""",
        "f_next_week": rf"""
            {weekday}\s(?:of\s)?{time["next"]}\s{time["week"]}|(?:on\s)?{time["next"]}\s(?P<wday2>{names})""",
        "f_last_week": rf"{weekday}\s(?:of\s)?{time['last']}\s{time['week']}",
        "f_weekday_day": rf"{weekday}\s{day}",
        "f_weekday": rf"(?:(?:this|that|the|on)\s)*{weekday}(?P<later>\sin\sa\sweek)?",
        "f_ordinal": rf"{day}(?:\sof\s(?:the|this)\smonth)?",
        "f_in": rf"in\s(?P<n>\d+|an?)\s(?:{units})(?:\stime)?",
        "f_fortnight": r"(?:an?|1)\sfortnight(?:\s(?:today|from\stoday|from\snow))?|in\s(?:an?|1)\sfortnight",
        "f_ago": rf"(?:an?\s)?(?P<n>\d+|an?)\s(?:of\s)?(?:{units})\s(?:{time['ago']})",
        "f_last_days": rf"(?:the\s)?{time['last']}\s(?P<n>\d+)\s(?:{time['day']})",
        "f_few_days": rf"(?:the\s)?{time['next']}\sfew\s(?:{time['day']})",
        "f_yesterday": r"last\s(?:night|evening)",
        "f_today": r"this\s(?:morning|afternoon|evening)|now",
    }


def resolve(name: str, parts: Parts, clock: Clock) -> Period:
    """Turn a matched phrase into days; raise ValueError for a date that does not exist."""
    today = clock.today
    if name == "f_weekday":
        day = _next(today, lambda d: d > today and d.weekday() == _weekday(parts))
        return _day(day + timedelta(days=7 if "later" in parts else 0), clock)
    if name in ("f_next_week", "f_last_week"):
        monday = today - timedelta(days=today.weekday()) + timedelta(days=7 if name == "f_next_week" else -7)
        return _day(monday + timedelta(days=_weekday(parts)), clock)
    if name in ("f_ordinal", "f_weekday_day", "f_weekday_date"):
        return _day(_next(today, lambda d: _fits(d, parts)), clock)
    if name in ("f_in", "f_ago"):
        count = int(parts["n"]) if parts["n"].isdigit() else 1
        unit = next(u for u in ("day", "week", "month", "year") if u in parts)
        return _day(shift(today, unit, count if name == "f_in" else -count), clock)
    if name == "f_fortnight":
        return _day(today + timedelta(days=14), clock)
    if name == "f_last_days":
        return Period(today - timedelta(days=int(parts["n"])), today, "day", f"last {parts['n']} days", count=0)
    if name == "f_few_days":
        return Period(today + DAY, today + 4 * DAY, "day", "next few days", count=0)
    return _day(today - DAY if name == "f_yesterday" else today, clock)


def _day(day: date, clock: Clock) -> Period:
    return period_of(day, "day", clock)


def _fits(day: date, parts: Parts) -> bool:
    month = words().raw["months"].get(parts.get("mon") or parts.get("mon2"))
    same_day = day.day == int(parts.get("d") or parts["d2"])
    return same_day and month in (None, day.month) and ("wday" not in parts or day.weekday() == _weekday(parts))


def _weekday(parts: Parts) -> int:
    return words().list_of("weekdays").index(parts.get("wday") or parts["wday2"])


def _next(start: date, fits: Callable[[date], bool]) -> date:
    """Return the first day from `start` on that fits, within the 28 years after which weekdays repeat."""
    for day in _days(start, 28 * 366):
        if fits(day):
            return day
    raise ValueError("no such day")


def _days(start: date, count: int) -> Iterator[date]:
    return (start + timedelta(days=i) for i in range(count))
