"""Periods on the data's own calendar."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from semantic_layer.calendar import period_end, period_label, period_start, shift
from semantic_layer.query import Grain

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Clock:
    """The data's calendar: `as_of` is the freshest complete day, "today" the day after it.

    `prefer` says which way a date without a year or a month looks: analytics back, bookings forward.
    """

    as_of: date
    first: date
    fiscal_start: int = 1
    day_first: bool = True
    prefer: Literal["past", "future"] = "past"

    @property
    def today(self) -> date:
        """The day after the as-of date."""
        return self.as_of + DAY


@dataclass(frozen=True, slots=True)
class Period:
    """Days from start to end as they were asked for; `assumed` says what was filled in.

    `count` is of grains for rolling periods; `within` is the whole that a part such as "early June" is of.
    """

    start: date
    end: date
    grain: Grain
    label: str
    assumed: str = ""
    count: int = 1
    yearless: bool = False
    within: "Period | None" = None

    def moved(self, years: int) -> "Period":
        """Return the same period in another year."""
        start = shift(self.start, "year", years)
        return replace(self, start=start, end=shift(self.end, "year", years), label=f"{self.label} {start.year}")


def period_of(day: date, grain: Grain, clock: Clock) -> Period:
    """Return the calendar period that holds a day."""
    fiscal = clock.fiscal_start
    label = period_label(day, grain, fiscal)
    return Period(period_start(day, grain, fiscal), period_end(day, grain, fiscal), grain, label)


def last_complete(clock: Clock, grain: Grain, back: int = 1) -> Period:
    """Return the last complete period of a grain, or one further back."""
    start = period_start(clock.today, grain, clock.fiscal_start)
    return period_of(shift(start, grain, -back, clock.fiscal_start), grain, clock)


def rolling(clock: Clock, grain: Grain, count: int) -> Period:
    """Return the last `count` complete periods; days end on the as-of date."""
    last = last_complete(clock, grain)
    start = shift(last.start, grain, 1 - count, clock.fiscal_start)
    name = grain.replace("_", " ")
    label = f"last {count} {name}s" if count > 1 else last.label
    return Period(start, last.end, grain, label, count=count)
