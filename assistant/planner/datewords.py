"""Single date phrases: the period each one means."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from assistant.planner import forward
from assistant.planner.dates import DAY, Clock, Period, last_complete, period_of, rolling
from assistant.planner.words import words
from semantic_layer.calendar import period_end, period_start, shift
from semantic_layer.query import Grain

_UNITS: tuple[Grain, ...] = ("day", "week", "month", "quarter", "year")


@dataclass(frozen=True, slots=True)
class Said:
    """The named parts of a matched phrase; `latest` is the last day a yearless date may fall on."""

    parts: dict[str, str]
    clock: Clock
    latest: date

    @property
    def year(self) -> int | None:
        """The year that was named, if any."""
        if "y" in self.parts:
            return int(self.parts["y"])
        if "lasty" in self.parts:
            return self.clock.today.year - 1
        return self.clock.today.year if "thisy" in self.parts else None

    @property
    def grain(self) -> Grain:
        """The unit that was named."""
        for unit in _UNITS:
            if unit in self.parts or unit in (self.parts.get("td"), self.parts.get("sf")):
                fiscal = "fiscal" in self.parts and unit in ("quarter", "year")
                return f"fiscal_{unit}" if fiscal else unit  # type: ignore[return-value]
        return "day"


def resolve(name: str, match: "re.Match[str]", clock: Clock, latest: date | None = None) -> Period | None:
    """Turn a matched phrase into a period; a yearless one is the latest begun by `latest`."""
    handler = _HANDLERS.get(name)
    parts = {k: v for k, v in match.groupdict().items() if v is not None}
    try:
        if name.startswith("f_"):
            return forward.resolve(name, parts, clock)
        return handler(Said(parts, clock, latest or clock.as_of)) if handler else None
    except ValueError:
        return None


def step_of(match: "re.Match[str]") -> Grain | None:
    """Return the unit that "the quarter before" names; "the one before" names none."""
    return next((u for u in _UNITS if match.groupdict().get(u)), None)


def _iso(said: Said) -> Period:
    return period_of(date.fromisoformat(said.parts["iso"]), "day", said.clock)


def _slash(said: Said) -> Period:
    a, b, year = (int(x) for x in re.split(r"[/.]", said.parts["slash"]))
    day, month = (a, b) if said.clock.day_first else (b, a)
    if month > 12:
        day, month = month, day
    return period_of(date(year + 2000 if year < 100 else year, month, day), "day", said.clock)


def _day(said: Said) -> Period:
    month, day = words().raw["months"][said.parts["mon"]], int(said.parts["d"])
    return _begun(said, lambda year: date(year, month, day), "day")


def _days(said: Said) -> Period:
    first, last = _day(said), _day(replace(said, parts={**said.parts, "d": said.parts["d2"]}))
    label = f"{first.start.day} to {last.label}"
    return replace(first, end=last.end, label=label, assumed=f"no year was named: {label}" if first.assumed else "")


def _week_of(said: Said) -> Period:
    day = _day(said)
    return replace(period_of(day.start, "week", said.clock), assumed=day.assumed)


def _month(said: Said) -> Period:
    month = words().raw["months"][said.parts["mon"]]
    return _begun(said, lambda year: date(year, month, 1), "month")


def _season(said: Said) -> Period:
    first, last = words().raw["seasons"][said.parts["season"]]
    begun = _begun(said, lambda year: date(year, first, 1), "month")
    end = shift(begun.start, "month", (last - first) % 12 + 1) - DAY
    label = f"{begun.start:%B %Y} to {end:%B %Y}"
    assumed = f"{said.parts['season']} read as {label}"
    return replace(begun, end=end, label=label, assumed=assumed, count=3)


def _nth_week(said: Said) -> Period:
    """Return seven days of a month: the first week is days 1 to 7."""
    month = _month(said)
    start = month.start + 7 * (int(words().raw["ordinals"][said.parts["o"]]) - 1) * DAY
    end = start + 6 * DAY
    return replace(month, start=start, end=end, grain="day", count=0, label=f"{start.day} to {end.day} {end:%B %Y}")


def _half_year(said: Said) -> Period:
    return rolling(said.clock, "month", 6)


def _weekend(said: Said) -> Period:
    """Return the last Saturday and Sunday that are over."""
    sunday = said.clock.as_of - (said.clock.as_of.weekday() + 1) % 7 * DAY
    saturday = sunday - DAY
    return Period(saturday, sunday, "day", f"weekend of {saturday.day} {saturday:%B %Y}", count=0)


def _part(said: Said) -> Period:
    """Return a third of a month, a month of a quarter, a quarter of a year; the very end is a month of a year."""
    part = words().raw["parts_of"][said.parts["part"]]
    whole = _whole(said)
    start, end = whole.start, whole.end
    months = (end.year - start.year) * 12 + end.month - start.month + 1
    if months == 1:
        first = start + 10 * part * DAY
        last = end if part == 2 else first + 9 * DAY
    else:
        width = 1 if months == 3 or said.parts["part"].endswith("of") else 3
        first = shift(start, "month", (0, (months - width) // 2, months - width)[part])
        last = shift(first, "month", width) - DAY
    label = f"{first.day} {first:%B %Y} to {last.day} {last:%B %Y}"
    assumed = f"'{said.parts['part']} {whole.label}' read as {label}"
    return Period(first, last, "day" if months == 1 else "month", label, assumed, count=0, within=whole)


def _whole(said: Said) -> Period:
    p = said.parts
    if "mon" in p:
        return _month(said)
    if "q" in p:
        return _quarter(replace(said, parts={"q": p["q"], **({"y": p["qy"]} if "qy" in p else {})}))
    if "wholey" in p:
        return _calendar_year(replace(said, parts={"y": p["wholey"]}))
    return last_complete(said.clock, next(u for u in _UNITS if p["lastu"] in words().raw["time"][u]))


def _until(said: Said) -> Period:
    """Return so many days, weeks or months that end on a day: "the 8 weeks up to 27 September"."""
    p = said.parts
    end = _day(replace(said, parts={**p, "mon": p.get("mon") or p["mon2"], "d": p.get("d") or p["d2"]})).end
    start = shift(end + DAY, said.grain, -int(p["n"]))
    return Period(start, end, "day", f"{p['n']} {said.grain}s to {end.day} {end:%B %Y}", count=0)


def _start_of(said: Said) -> Period:
    """Return the first month of a year or quarter, else all of the period so far."""
    whole = _this(said)
    return period_of(whole.start, "month", said.clock) if said.grain not in ("week", "month", "day") else whole


def _holiday(said: Said) -> Period:
    month, day = words().raw["holidays"][said.parts["hol"]]
    return _begun(said, lambda year: date(year, month, day), "day")


def _last_month(said: Said) -> Period:
    return replace(_month(said), yearless=False)


def _quarter(said: Said) -> Period:
    p = said.parts
    number = int(p.get("q") or p.get("q2") or words().raw["ordinals"][p["o"]])
    if number > 4:
        raise ValueError("a year has four quarters")
    if not {"fiscal", "f2", "fy"} & set(p):
        return _begun(said, lambda year: date(year, 3 * number - 2, 1), "quarter")
    if "fy" in p:
        said = replace(said, parts={**p, "y": str(_fiscal_number(p["fy"]))})
    return _begun(said, lambda year: shift(_fiscal_start(year, said.clock), "month", 3 * number - 3), "fiscal_quarter")


def _half(said: Said) -> Period:
    half = int(said.parts.get("h") or words().raw["ordinals"][said.parts["o"]])
    first = _begun(said, lambda year: date(year, 6 * half - 5, 1), "month")
    label = f"H{half} {first.start.year}"
    assumed = f"no year was named: {label}" if first.assumed else ""
    return replace(first, end=shift(first.start, "month", 6) - DAY, label=label, assumed=assumed, count=6)


def _fiscal_year(said: Said) -> Period:
    year = _fiscal_number(said.parts["fy"]) if "fy" in said.parts else int(said.parts["y"])
    return period_of(_fiscal_start(year, said.clock), "fiscal_year", said.clock)


def _fiscal_number(text: str) -> int:
    return int(text) + (2000 if len(text) == 2 else 0)


def _fiscal_start(year: int, clock: Clock) -> date:
    return date(year if clock.fiscal_start == 1 else year - 1, clock.fiscal_start, 1)


def _calendar_year(said: Said) -> Period:
    return period_of(date(int(said.parts["y"]), 1, 1), "year", said.clock)


def _week_number(said: Said) -> Period:
    number = int(said.parts["n"])
    return _begun(said, lambda year: date.fromisocalendar(year, number, 1), "week")


def _last_n(said: Said) -> Period:
    grain, count = said.grain, int(said.parts["n"])
    if count == 0:
        raise ValueError("no period has length zero")
    return rolling(said.clock, "month", 12 * count) if grain == "year" else rolling(said.clock, grain, count)


def _last(said: Said) -> Period:
    if said.grain == "year" and said.parts["word"] in words().raw["time"]["rolling"]:
        return rolling(said.clock, "month", 12)
    return last_complete(said.clock, said.grain)


def _this(said: Said) -> Period:
    found = period_of(said.clock.today, said.grain, said.clock)
    return replace(found, label=f"{found.label} so far") if found.end > said.clock.as_of else found


def _next(said: Said) -> Period:
    if "nmon" in said.parts:
        later = shift(said.latest, "year", 1)
        return _month(Said({"mon": said.parts["nmon"]}, said.clock, later))
    grain, clock = said.grain, said.clock
    start = period_start(clock.today, grain, clock.fiscal_start)
    if count := int(said.parts.get("n") or 0):
        start = start if start == clock.today else shift(start, grain, 1)
        end = period_end(shift(start, grain, count - 1), grain, clock.fiscal_start)
        return Period(start, end, grain, f"next {count} {grain.replace('_', ' ')}s", count=count)
    return period_of(shift(start, grain, 1), grain, clock)


def _ago(said: Said) -> Period:
    number = said.parts["n"]
    count = int(number) if number.isdigit() else 1 if number in ("a", "an") else 3
    if said.grain == "day":
        return period_of(said.clock.today - count * DAY, "day", said.clock)
    return last_complete(said.clock, said.grain, count)


def _before_last(said: Said) -> Period:
    return last_complete(said.clock, said.grain, 2)


def _days_back(count: int) -> Callable[[Said], Period]:
    return lambda said: period_of(said.clock.today - count * DAY, "day", said.clock)


def _weekday(said: Said) -> Period:
    wanted = words().list_of("weekdays").index(said.parts.get("wday") or said.parts["wday2"])
    back = (said.clock.as_of.weekday() - wanted) % 7
    return period_of(said.clock.as_of - back * DAY, "day", said.clock)


def _all(said: Said) -> Period:
    return Period(said.clock.first, said.clock.as_of, "month", "all the data", count=0)


def _begun(said: Said, make: Callable[[int], date], grain: Grain) -> Period:
    """Return the period in the named year; else the last one begun, or the next that is not over, saying so."""
    if said.year is not None:
        return period_of(make(said.year), grain, said.clock)
    ahead = said.clock.prefer == "future"
    years = range(said.latest.year - 1, said.latest.year + 9)
    for year in years if ahead else reversed(range(said.latest.year - 8, said.latest.year + 2)):
        try:
            day = make(year)
        except ValueError:
            continue
        found = period_of(day, grain, said.clock)
        if found.end >= said.clock.today if ahead else day <= said.latest:
            return replace(found, assumed=f"no year was named: {found.label}", yearless=True)
    raise ValueError("no such day")


_HANDLERS: dict[str, Callable[[Said], Period]] = {
    "iso": _iso, "slash": _slash, "week_of": _week_of, "dmy": _day, "mdy": _day, "span_dmy": _days, "span_mdy": _days,
    "month": _month, "lastmonth": _last_month, "season": _season, "holiday": _holiday,
    "quarter_y": _quarter, "y_quarter": _quarter,
    "half": _half,
    "fiscal_year": _fiscal_year, "week_no": _week_number, "year": _calendar_year, "day_before": _days_back(2),
    "before_last": _before_last, "ago": _ago, "last_n": _last_n, "last": _last, "so_far": _this,
    "part": _part, "n_until": _until,
    "start_of": _start_of, "nth_week": _nth_week, "half_year": _half_year, "running": _this,
    "weekend": _weekend, "to_date": _this,
    "this": _this, "next_n": _next, "yesterday": _days_back(1), "today": _days_back(0), "tomorrow": _days_back(-1),
    "weekday": _weekday, "all": _all,
}  # fmt: skip
