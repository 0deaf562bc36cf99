"""The truth about a world: what was planted, and the sizes it really had in the data."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from evals.world.effect import Effect
from evals.world.metrics import METRICS
from evals.world.planter import Planter, Tally
from evals.world.views import between, inside

_MOST_MONTHS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Inclusive days."""

    start: date
    end: date

    def as_dict(self) -> dict[str, str]:
        """Return ISO dates."""
        return {"start": self.start.isoformat(), "end": self.end.isoformat()}


def effect_truth(connection: Any, effect: Effect, planter: Planter, first: date) -> dict[str, Any]:
    """Return an effect as planted and as measured inside its segment, outside, and over all.

    `before` and `after` are complete months (at most three) around its start, or as many days for
    a shorter effect; values are null where the data has none.
    """
    after, before = periods(effect, planter.as_of)
    seen = before if before.start >= first else None
    segment = inside(effect.filters)
    return {
        "id": effect.id,
        "metric": effect.metric,
        "multiply": effect.multiply,
        "add": effect.add,
        "filters": _lists(effect.filters),
        "from": effect.start.isoformat(),
        "to": effect.end.isoformat() if effect.end else None,
        "topics": dict(effect.topics),
        "phrasings": len(effect.phrasings),
        "direction": effect.direction,
        "expect": effect.expect and {"segment": _lists(effect.expect.segment), "direction": effect.expect.direction},
        "before": seen and seen.as_dict(),
        "after": after.as_dict(),
        "measured": {
            name: _measured(connection, effect.metric, where, seen, after)
            for name, where in (("inside", segment), ("outside", f"NOT {segment}"), ("total", "true"))
        },
        "planted": _planted(planter.tallies.get((effect.id, "metric"), Tally())),
    }


def periods(effect: Effect, as_of: date) -> tuple[Period, Period]:
    """Return the days after and before an effect's start that show it cleanly."""
    until = effect.until(as_of)
    months = list(_complete_months(effect.start, until))[:_MOST_MONTHS]
    if months:
        count = len(months)
        start = _first_of(effect.start, -count)
        return Period(start=months[0].start, end=months[-1].end), Period(start=start, end=_last(effect.start, -1))
    if METRICS[effect.metric].fact == "months":
        return _month_of(effect.start, 0), _month_of(effect.start, -1)
    weeks = timedelta(days=-(-((until - effect.start).days + 1) // 7) * 7)
    return Period(start=effect.start, end=until), Period(start=effect.start - weeks, end=until - weeks)


def _complete_months(start: date, end: date) -> Iterator[Period]:
    month = start if start.day == 1 else _first_of(start, 1)
    while _last(month, 0) <= end:
        yield Period(start=month, end=_last(month, 0))
        month = _first_of(month, 1)


def _first_of(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


def _last(day: date, months: int) -> date:
    first = _first_of(day, months)
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def _month_of(day: date, months: int) -> Period:
    return Period(start=_first_of(day, months), end=_last(day, months))


def _measured(
    connection: Any, metric: str, where: str, before: Period | None, after: Period
) -> dict[str, float | None]:
    old = _value(connection, metric, where, before) if before else None
    new = _value(connection, metric, where, after)
    ratio = new / old if old and new is not None else None
    return {"before": _short(old), "after": _short(new), "ratio": _short(ratio)}


def _value(connection: Any, metric: str, where: str, period: Period) -> float | None:
    spec = METRICS[metric]
    days = between(period.start, period.end)
    value = spec.value.replace("{days}", str((period.end - period.start).days + 1))
    found = connection.execute(f"SELECT ({value})::DOUBLE FROM {spec.fact} WHERE {days} AND {where}").fetchone()[0]
    return None if found is None or found != found else float(found)


def _planted(tally: Tally) -> dict[str, float | None]:
    """Return how the effect moved the expected values of the rows it reached."""
    if not tally.rows:
        return {"rows": 0, "without": None, "with": None, "ratio": None}
    ratio = tally.planted / tally.without if tally.without else None
    return {
        "rows": round(tally.rows),
        "without": _short(tally.without / tally.rows),
        "with": _short(tally.planted / tally.rows),
        "ratio": _short(ratio),
    }


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.6g}")


def _lists(filters: Any) -> dict[str, list[str]]:
    return {name: list(values) for name, values in filters.items()}
