"""The history that a window is held against: which days or months, and what each of its rows counts for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import isfinite
from typing import Literal

import numpy as np

from assistant.analysis.expectation import Expectation, Line, expectation, expected_value
from assistant.intents.extended import with_sums
from assistant.intents.series import history, whole_periods
from assistant.measuring import Bench, is_stock
from assistant.planner.facts import monthly, tables
from assistant.types import Reading
from assistant.windows import DAY, WEEK, labelled, month_start, whole_months
from semantic_layer.calendar import period_end, shift
from semantic_layer.compile.linear import parts
from semantic_layer.errors import UserError
from semantic_layer.model import DimensionSpec
from semantic_layer.query import TimeWindow

WEEKS = (4, 8, 13)
MONTHS = (1, 3)
YEARS = 3
PART = "row_part"
OUT = "left out"
# Weeks after a window tell whether what stood out in it lasted.
AFTER = 4 * WEEK


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """The window of a history; `part` cuts its rows by what counts alike, `weights` are those of its members.

    Without a part every row counts `weights[0]`. `expected` is the value of the whole, of `kind`; `odd` are the
    first days of weeks that were one-offs. `line` are the sums by day from `first` on, where days are known.
    """

    window: TimeWindow
    expectation: Expectation
    expected: float
    kind: Literal["ratio", "additive"]
    part: DimensionSpec | None = None
    members: tuple[str, ...] = ()
    weights: tuple[float, ...]
    odd: tuple[date, ...] = ()
    line: Line | None = None
    first: date | None = None


def past_of(reading: Reading, bench: Bench, window: TimeWindow) -> Past:
    """Choose the history of a window: 13 weeks by weekday, or three months of what is known by the month.

    Raises UserError `short_history`, or `part_month` where only whole months are known.
    """
    spec = bench.catalogue.metric(reading.metrics[0])
    facts = tables(spec, bench.catalogue)
    if is_stock(spec) or not _adds_up(spec.name, bench):
        return _by_values(reading, bench, window, stock=is_stock(spec))
    if len(facts) == 1 and not monthly(spec, bench.catalogue):
        return _by_days(reading, bench, window, facts[0].name)
    return _by_months(reading, bench, window)


def _adds_up(metric: str, bench: Bench) -> bool:
    """Tell whether a metric is a sum or a ratio of sums, as a percentile is not."""
    try:
        parts(metric, bench.catalogue, {})
    except UserError as error:
        if error.code != "not_decomposable":
            raise
        return False
    return True


def _by_days(reading: Reading, bench: Bench, window: TimeWindow, table: str) -> Past:
    weeks = [w for w in (*WEEKS, max(*WEEKS, -(-window.days // 7))) if 7 * w >= window.days]
    _require_data(bench, labelled(window.start - min(weeks) * WEEK, window.start - DAY))
    assert bench.first is not None
    lengths = [7 * w for w in dict.fromkeys(weeks) if window.start - w * WEEK >= bench.first]
    last = max(window.end, min(bench.as_of or window.end, window.end + AFTER))
    days = [bench.first + i * DAY for i in range((last - bench.first).days + 1)]
    line = _line(reading, bench, days, "day")
    start = (window.start - bench.first).days
    told = expectation(line, start, window.days, lengths, years=[(d - bench.first).days for d in _years_ago(window)])
    past = days[start - len(told.weights) : start]
    by_weekday = {str(d.isoweekday()): w for d, w in zip(past, told.weights, strict=True) if w > 0}
    odd = tuple(d for d, w in zip(past[::7], told.weights.reshape(-1, 7), strict=True) if not w.any())
    members = (*sorted(by_weekday), OUT)
    return Past(
        window=labelled(past[0], past[-1]),
        expectation=told,
        expected=_expected(line, start, told),
        kind=_kind(line),
        part=_weekdays(table, odd),
        members=members,
        weights=tuple(by_weekday.get(m, 0.0) for m in members),
        odd=odd if by_weekday else (),
        line=line,
        first=bench.first,
    )


def _by_months(reading: Reading, bench: Bench, window: TimeWindow) -> Past:
    length = _require_months(window)
    _require_data(bench, labelled(month_start(window.start, -max(MONTHS)), window.start - DAY))
    assert bench.first is not None
    first = bench.first if bench.first.day == 1 else month_start(bench.first, 1)
    months = list(_months(first, window.end))
    line = _line(reading, bench, months, "month")
    years = [months.index(d) for d in _years_ago(window) if d in months]
    told = expectation(line, months.index(window.start), length, MONTHS, years=years)
    before = labelled(month_start(window.start, -len(told.weights)), window.start - DAY)
    return _whole(line, months.index(window.start), told, before, float(told.weights[0]))


def _by_values(reading: Reading, bench: Bench, window: TimeWindow, *, stock: bool) -> Past:
    """Judge by the metric's own monthly values what is counted at a point in time, or is no sum."""
    length = _require_months(window)
    lengths = (length,) if stock else (max(MONTHS),)
    _require_data(bench, labelled(month_start(window.start, -max(lengths)), window.start - DAY))
    span = whole_periods(bench, "month", window.end)
    known = history(bench, reading.metrics, reading.filters, span, "month")[reading.metrics[0]] if span else {}
    months = list(_months(min(known, default=window.start), window.end))
    values = np.array([known.get(day) or 0.0 for day in months])
    line = Line(n=values, d=None if stock else np.ones(len(values)), pattern=np.zeros(len(values), int), block=1)
    years = [months.index(d) for d in _years_ago(window) if d in months]
    told = expectation(line, months.index(window.start), length, lengths, years=years)
    before = labelled(month_start(window.start, -lengths[0]), window.start - DAY)
    return _whole(line, months.index(window.start), told, before, 1.0 if stock else length / lengths[0])


def _whole(line: Line, start: int, told: Expectation, before: TimeWindow, weight: float) -> Past:
    """Return a history every row of which counts alike."""
    expected = _expected(line, start, told)
    return Past(window=before, expectation=told, expected=expected, kind=_kind(line), weights=(weight,))


def _expected(line: Line, start: int, told: Expectation) -> float:
    expected = expected_value(line, start, told)
    if not isfinite(expected):
        raise UserError(
            "the history before it has nothing to divide by", code="no_denominator", hint="widen the filter"
        )
    return expected


def _kind(line: Line) -> Literal["ratio", "additive"]:
    return "additive" if line.d is None else "ratio"


def _line(reading: Reading, bench: Bench, days: Sequence[date], grain: Literal["day", "month"]) -> Line:
    """Read the metric's sums unit by unit up to the end of the window."""
    bench, above, below = with_sums(bench, reading.metrics[0])
    names = [name for _, name in above] + ([below] if below else [])
    known = history(bench, names, reading.filters, labelled(days[0], period_end(days[-1], grain)), grain)
    if bench.catalogue.small_cells and any(v is None for name in names for v in known[name].values()):
        raise UserError("some of its history is withheld in this role", code="withheld", hint="widen the filter")
    sums = {name: np.array([known[name].get(day) or 0.0 for day in days]) for name in names}
    n = np.sum([factor * sums[name] for factor, name in above], axis=0)
    weekly = grain == "day"
    pattern = np.array([day.weekday() if weekly else 0 for day in days])
    return Line(n=n, d=sums[below] if below else None, pattern=pattern, block=7 if weekly else 1)


def _weekdays(table: str, odd: Sequence[date]) -> DimensionSpec:
    """Return the dimension of a row's weekday (1 is Monday), the weeks that were one-offs apart."""
    spans = "".join(f" WHEN @row_date BETWEEN DATE '{d}' AND DATE '{d + WEEK - DAY}' THEN '{OUT}'" for d in odd)
    weekday = "CAST(isodow(@row_date) AS VARCHAR)"
    expr = f"CASE{spans} ELSE {weekday} END" if odd else weekday
    return DimensionSpec(name=PART, label="Weekday", table=table, expr=expr, hidden=True)


def _years_ago(window: TimeWindow) -> Iterator[date]:
    """Yield where the same stretch began in earlier years: the same months, or the same weekdays."""
    for years in range(1, YEARS + 1):
        whole = whole_months(window) is not None
        yield shift(window.start, "year", -years) if whole else window.start - years * timedelta(weeks=52)


def _months(first: date, last: date) -> Iterator[date]:
    day = month_start(first)
    while day <= last:
        yield day
        day = month_start(day, 1)


def _require_months(window: TimeWindow) -> int:
    months = whole_months(window)
    if months is None:
        raise UserError(
            "it is known by the month, and the period is no whole month", code="part_month", hint="name a month"
        )
    return months


def _require_data(bench: Bench, before: TimeWindow) -> None:
    if bench.first is None or before.start < bench.first:
        raise UserError(
            f"it would take data from {before.start.isoformat()} on, and there are none before"
            f" {bench.first.isoformat() if bench.first else 'the period'}",
            code="short_history",
            hint="compare with the period before",
        )
