"""Up to which day the data of several tables can be taken as complete."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from semantic_layer.calendar import period_end
from semantic_layer.starter.profile import TableProfile, day

ABOUT_TOGETHER = timedelta(days=31)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedTable:
    """A table, the column that dates its rows, and whether that column holds firsts of months."""

    profile: TableProfile
    time: str
    monthly: bool


def last_day(tables: Sequence[DatedTable]) -> date | None:
    """Return the as-of day to set where the tables do not end together, else None.

    What other tables refer to (customers, with a date each signed up) is not measured by its dates, and a table that
    ends more than a month before the latest has stopped; the others decide together.
    """
    ends = {t.profile.name: end for t in tables if (end := _end(t)) is not None}
    referred = {other for t in tables for _, other, _ in t.profile.contained}
    facts = [end for name, end in ends.items() if name not in referred] or list(ends.values())
    if not facts:
        return None
    chosen = min(end for end in facts if end >= max(facts) - ABOUT_TOGETHER)
    return None if chosen == min(ends.values()) else chosen


def _end(table: DatedTable) -> date | None:
    column = next(c for c in table.profile.columns if c.name == table.time)
    last = day(column.high)
    return period_end(last, "month") if last and table.monthly else last
