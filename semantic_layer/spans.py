"""Lengths of time as people write them: `7d`, `28 days`, `1 year`."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from pydantic import BeforeValidator

from semantic_layer.calendar import shift

_WRITTEN = re.compile(r"(\d+) *(d|w|m|q|y|days?|weeks?|months?|quarters?|years?)")
_DAYS = {"d": 1, "w": 7}
_MONTHS = {"m": 1, "q": 3, "y": 12}
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """So many months and so many days."""

    months: int = 0
    days: int = 0

    def __bool__(self) -> bool:
        return bool(self.months or self.days)

    def __add__(self, other: "Span") -> "Span":
        return Span(self.months + other.months, self.days + other.days)

    def __str__(self) -> str:
        unit, count = ("day", self.days) if self.days else ("month", self.months)
        if self.months and self.days:
            return f"{self.months} months and {self.days} days"
        if unit == "month" and count % 12 == 0 and count:
            unit, count = "year", count // 12
        return f"{count} {unit}{'' if count == 1 else 's'}"

    def before(self, day: date) -> date:
        """Return the day that lies this long before another."""
        return shift(day, "month", -self.months) - timedelta(days=self.days)

    def before_end(self, day: date) -> date:
        """Return the last day of what ended this long before; the end of a month stays one."""
        if (day + DAY).day == 1:
            return shift(day + DAY, "month", -self.months) - timedelta(days=self.days + 1)
        return self.before(day)


NO_SPAN = Span()


def _written(value: object) -> object:
    if not isinstance(value, str):
        return value
    found = _WRITTEN.fullmatch(value.strip().lower())
    if not found or int(found[1]) == 0:
        raise ValueError("write a number and a unit, such as '28 days' or '1 year'")
    count, unit = int(found[1]), found[2][0]
    return Span(days=count * _DAYS[unit]) if unit in _DAYS else Span(months=count * _MONTHS[unit])


WrittenSpan = Annotated[Span, BeforeValidator(_written)]
