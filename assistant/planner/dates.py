"""Single points and periods in words, resolved on the data's own clock."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import Any

from assistant.planner.words import any_of, words
from semantic_layer.calendar import period_end, period_label, period_start, shift
from semantic_layer.query import Grain

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Clock:
    """The data's calendar: `as_of` is the freshest complete day, "today" the day after it."""

    as_of: date
    first: date
    fiscal_start: int = 1
    day_first: bool = True

    @property
    def today(self) -> date:
        """The day after the as-of date."""
        return self.as_of + DAY


@dataclass(frozen=True, slots=True)
class Period:
    """Days from start to end as they were asked for; `assumed` says what was filled in.

    `so_far` marks a period that was asked for while it runs; `count` of grains for rolling periods.
    """

    start: date
    end: date
    grain: Grain
    label: str
    assumed: str = ""
    count: int = 1
    yearless: bool = False

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


@cache
def patterns() -> tuple[tuple[str, "re.Pattern[str]"], ...]:
    """Compile the date phrases once; earlier ones win where both match."""
    raw = words().raw
    t = {name: any_of(tuple(str(w) for w in group)) for name, group in raw["time"].items()}
    units = "|".join(f"(?P<{u}>{t[u]})" for u in ("day", "week", "month", "quarter", "year"))
    names = any_of(tuple(raw["months"]))
    year, ordinal = r"(?P<y>(?:19|20)\d\d)", any_of(tuple(raw["ordinals"]))
    fiscal = rf"(?:(?P<fiscal>{t['fiscal']})\s)?"
    kind = rf"(?:(?:{t['complete']}|{t['calendar']})\s)?{fiscal}(?:(?:{t['complete']}|{t['calendar']})\s)?"
    of = r"(?:\s(?:of|in|,))*"
    relative = rf"(?:(?:the\s)?(?:(?P<lasty>{t['last']})|(?P<thisy>{t['this']}))\s{t['year']})"
    sources = {
        "iso": r"(?P<iso>\d{4}-\d{2}-\d{2})",
        "slash": r"(?P<slash>\d{1,2}[/.]\d{1,2}[/.]\d{2,4})",
        "week_of": rf"week\s(?:of|starting|beginning|commencing)(?:\sthe)?\s(?P<wd>\d{{1,2}})(?:\sof)?\s(?P<mon>{names})(?:{of}\s{year})?",
        "span_dmy": rf"(?P<d>\d{{1,2}})\s(?:to|and|until|through)\s(?P<d2>\d{{1,2}})(?:\sof)?\s(?P<mon>{names})(?:{of}\s{year})?",
        "span_mdy": rf"(?P<mon>{names})\s(?P<d>\d{{1,2}})\s(?:to|and|until|through)\s(?P<d2>\d{{1,2}})(?:{of}\s{year})?",
        "dmy": rf"(?P<d>\d{{1,2}})(?:\sof)?\s(?P<mon>{names})(?:{of}\s(?:{year}|{relative}))?",
        "mdy": rf"(?P<mon>{names})\s(?:the\s)?(?P<d>\d{{1,2}})(?:{of}\s(?:{year}|{relative}))?",
        "my": rf"(?P<mon>{names})(?:{of}\s(?:{year}|{relative}))",
        "lastmonth": rf"(?:(?P<lastm>{t['last']})|{t['this']})\s(?P<mon>{names})",
        "month": rf"(?P<mon>{names})",
        "quarter_y": rf"{fiscal}(?:q(?P<q>[1-4])|(?P<o>{ordinal})\squarter|quarter\s(?P<q2>[1-4]))(?:{of}\s(?:fy\s?(?P<fy>\d{{2,4}})|(?:(?P<f2>{t['fiscal']})\s(?:year\s)?)?{year}|{relative}))?",
        "y_quarter": rf"(?:fy\s?(?P<fy>\d{{2,4}})|{year})\sq(?P<q>[1-4])",
        "half": rf"(?:h(?P<h>[12])|(?P<o>{ordinal})\shalf)(?:{of}\s(?:{year}|{relative}|the\s{t['year']}))?",
        "fiscal_year": rf"(?:fy\s?(?P<fy>\d{{2,4}})|{t['fiscal']}\s(?:{t['year']}\s)?{year})",
        "week_no": rf"(?:(?:calendar|iso)\s)?(?:week\s(?:number\s)?|[wk]{{1,2}})(?P<n>\d{{1,2}})(?:{of}\s{year})?",
        "day_before": r"(?:the\s)?day\sbefore\syesterday",
        "before_last": rf"(?:the\s)?(?:{units})\sbefore\slast",
        "year_ago": rf"(?:the\s|in\sthe\s)?same\s(?:month|period|quarter|week|time|day|point|months|weeks)(?:\s(?:of|in))?(?:\s(?:the|a))?\s(?:{t['last']}\syear|year\s(?:before|ago|earlier))|an?\syear\s(?:ago|earlier|before)|(?:the\s)?year\s(?:before|earlier)|one\syear\s(?:ago|earlier)|1\syear\s(?:ago|earlier|before)|(?:the\s)?same\s(?:month|period|quarter|week)",
        "previous": rf"(?:the\s)?(?:(?:previous|prior|preceding|last)\speriod|(?:period|month|quarter|week|day)\s(?:before|earlier|prior)|(?:a|1|one)\s(?:month|quarter|week)\s(?:before|earlier))",
        "ago": rf"(?P<n>\d+|an?|a\sfew)\s(?:{units})\s(?:{t['ago']})",
        "last_n": rf"(?:the\s)?{t['last']}\s(?:few\s)?(?P<n>\d+)\s(?:of\s)?{kind}(?:{units})",
        "last": rf"(?:the\s)?(?P<word>{t['last']})\s{kind}(?:{units})",
        "so_far": rf"(?:{t['this']}|the)\s{kind}(?:{units})\s(?:{t['so_far']})",
        "to_date": rf"{fiscal}(?P<td>week|month|quarter|year)\sto\sdate|so\sfar\s(?:{t['this']}|the)\s(?P<sf>week|month|quarter|year)",
        "this": rf"(?:{t['this']}|today's|todays)\s{kind}(?:{units})",
        "next_n": rf"(?:the\s)?{t['next']}\s(?:(?P<n>\d+)\s)?{kind}(?:{units}|(?P<nmon>{names}))",
        "yesterday": r"yesterday",
        "today": r"today|tonight",
        "tomorrow": r"tomorrow",
        "weekday": rf"(?:last|this|past)\s(?P<wday>{any_of(tuple(raw['weekdays']))})",
        "all": t["all"],
        "year": rf"(?:(?:{t['calendar']}|the)\s)*(?:{t['year']}\s)?{year}",
    }
    return tuple((name, re.compile(rf"(?<!\S)(?:{source})(?!\S)")) for name, source in sources.items())


def resolve(name: str, match: "re.Match[str]", clock: Clock, latest: date | None = None) -> Period | None:
    """Turn a matched phrase into a period; a yearless one is the latest begun by `latest`."""
    g = {k: v for k, v in match.groupdict().items() if v is not None}
    handler = _HANDLERS.get(name)
    try:
        return handler(g, clock, latest or clock.as_of) if handler else None
    except ValueError:
        return None


def _unit(g: dict[str, str]) -> Grain:
    for unit in ("day", "week", "month", "quarter", "year"):
        if unit in g:
            fiscal = "fiscal" in g and unit in ("quarter", "year")
            return f"fiscal_{unit}" if fiscal else unit  # type: ignore[return-value]
    return "day"


def _year(g: dict[str, str], clock: Clock) -> int | None:
    if "y" in g:
        return int(g["y"])
    if "lasty" in g:
        return clock.today.year - 1
    return clock.today.year if "thisy" in g else None


def _iso(g: dict[str, str], clock: Clock, latest: date) -> Period:
    return period_of(date.fromisoformat(g["iso"]), "day", clock)


def _slash(g: dict[str, str], clock: Clock, latest: date) -> Period:
    a, b, year = (int(x) for x in re.split(r"[/.]", g["slash"]))
    day, month = (a, b) if clock.day_first else (b, a)
    if month > 12:
        day, month = month, day
    return period_of(date(year + 2000 if year < 100 else year, month, day), "day", clock)


def _day(g: dict[str, str], clock: Clock, latest: date) -> Period:
    month, day, year = words().raw["months"][g["mon"]], int(g["d"]), _year(g, clock)
    found = period_of(_latest(lambda y: date(y, month, day), year, latest), "day", clock)
    return _assumed(found, year)


def _days(g: dict[str, str], clock: Clock, latest: date) -> Period:
    first, last = _day(g, clock, latest), _day({**g, "d": g["d2"]}, clock, latest)
    return replace(first, end=last.end, label=f"{first.start.day} to {last.label}")


def _month(g: dict[str, str], clock: Clock, latest: date) -> Period:
    month, year = words().raw["months"][g["mon"]], _year(g, clock)
    found = period_of(_latest(lambda y: date(y, month, 1), year, latest), "month", clock)
    return _assumed(found, year)


def _last_month(g: dict[str, str], clock: Clock, latest: date) -> Period:
    return replace(_month(g, clock, latest), yearless=False)


def _quarter(g: dict[str, str], clock: Clock, latest: date) -> Period:
    number = int(g.get("q") or g.get("q2") or words().raw["ordinals"][g.get("o", "first")])
    if number > 4:
        raise ValueError("a year has four quarters")
    fiscal = "fiscal" in g or "f2" in g or "fy" in g
    year = _fiscal_number(g["fy"]) if "fy" in g else _year(g, clock)
    grain: Grain = "fiscal_quarter" if fiscal else "quarter"
    found = period_of(_latest(lambda y: _quarter_start(y, number, fiscal, clock), year, latest), grain, clock)
    return _assumed(found, year)


def _quarter_start(year: int, number: int, fiscal: bool, clock: Clock) -> date:
    if not fiscal:
        return date(year, 3 * number - 2, 1)
    return shift(_fiscal_year_start(year, clock), "month", 3 * (number - 1))


def _fiscal_year_start(year: int, clock: Clock) -> date:
    return date(year if clock.fiscal_start == 1 else year - 1, clock.fiscal_start, 1)


def _half(g: dict[str, str], clock: Clock, latest: date) -> Period:
    half, year = int(g.get("h") or words().raw["ordinals"][g["o"]]), _year(g, clock)
    start = _latest(lambda y: date(y, 6 * half - 5, 1), year, latest)
    found = Period(start, shift(start, "month", 6) - DAY, "month", f"H{half} {start.year}", count=6)
    return _assumed(found, year)


def _fiscal_year(g: dict[str, str], clock: Clock, latest: date) -> Period:
    year = _fiscal_number(g["fy"]) if "fy" in g else int(g["y"])
    return period_of(_fiscal_year_start(year, clock), "fiscal_year", clock)


def _fiscal_number(text: str) -> int:
    return int(text) + (2000 if len(text) == 2 else 0)


def _calendar_year(g: dict[str, str], clock: Clock, latest: date) -> Period:
    return period_of(date(int(g["y"]), 1, 1), "year", clock)


def _week_number(g: dict[str, str], clock: Clock, latest: date) -> Period:
    number, year = int(g["n"]), _year(g, clock)
    start = _latest(lambda y: date.fromisocalendar(y, number, 1), year, latest)
    return _assumed(period_of(start, "week", clock), year)


def _week_of(g: dict[str, str], clock: Clock, latest: date) -> Period:
    day = _day({**g, "d": g["wd"]}, clock, latest)
    return replace(period_of(day.start, "week", clock), assumed=day.assumed)


def _last_n(g: dict[str, str], clock: Clock, latest: date) -> Period:
    grain, count = _unit(g), int(g["n"])
    if grain == "year":
        return replace(rolling(clock, "month", 12 * count), label=f"last {12 * count} months")
    return rolling(clock, grain, count)


def _last(g: dict[str, str], clock: Clock, latest: date) -> Period:
    grain = _unit(g)
    if grain == "year" and g["word"] in ("past", "trailing", "rolling"):
        return rolling(clock, "month", 12)
    return last_complete(clock, grain)


def _this(g: dict[str, str], clock: Clock, latest: date) -> Period:
    unit = g.get("td") or g.get("sf")
    grain = _unit({**g, unit: unit} if unit else g)
    found = period_of(clock.today, grain, clock)
    return replace(found, label=f"{found.label} so far") if found.end > clock.as_of else found


def _next(g: dict[str, str], clock: Clock, latest: date) -> Period:
    if "nmon" in g:
        return _month({"mon": g["nmon"]}, clock, shift(latest, "year", 1))
    grain = _unit(g)
    return period_of(shift(period_start(clock.today, grain, clock.fiscal_start), grain, 1), grain, clock)


def _ago(g: dict[str, str], clock: Clock, latest: date) -> Period:
    grain, count = _unit(g), int(g["n"]) if g["n"].isdigit() else (1 if g["n"] in ("a", "an") else 3)
    if grain == "day":
        return period_of(clock.today - count * DAY, "day", clock)
    return last_complete(clock, grain, count)


def _before_last(g: dict[str, str], clock: Clock, latest: date) -> Period:
    return last_complete(clock, _unit(g), 2)


def _days_back(count: int) -> Any:
    return lambda g, clock, latest: period_of(clock.today - count * DAY, "day", clock)


def _weekday(g: dict[str, str], clock: Clock, latest: date) -> Period:
    back = (clock.as_of.weekday() - words().list_of("weekdays").index(g["wday"])) % 7
    return period_of(clock.as_of - back * DAY, "day", clock)


def _all(g: dict[str, str], clock: Clock, latest: date) -> Period:
    return Period(clock.first, clock.as_of, "month", "all the data")


def _latest(make: Any, year: int | None, latest: date) -> date:
    """Return the day in a year, or the last one that is not after `latest`."""
    if year is not None:
        return make(year)  # type: ignore[no-any-return]
    for candidate in range(latest.year + 1, latest.year - 9, -1):
        try:
            day: date = make(candidate)
        except ValueError:
            continue
        if day <= latest:
            return day
    raise ValueError("no such day")


def _assumed(period: Period, year: int | None) -> Period:
    if year is not None:
        return period
    return replace(period, assumed=f"no year was named: {period.label}", yearless=True)


_HANDLERS: dict[str, Any] = {
    "iso": _iso, "slash": _slash, "week_of": _week_of, "dmy": _day, "span_dmy": _days, "span_mdy": _days, "mdy": _day, "my": _month, "month": _month,
    "lastmonth": _last_month, "quarter_y": _quarter, "y_quarter": _quarter, "half": _half, "fiscal_year": _fiscal_year,
    "week_no": _week_number, "day_before": _days_back(2), "before_last": _before_last, "ago": _ago, "last_n": _last_n,
    "last": _last, "so_far": _this, "to_date": _this, "this": _this, "next_n": _next, "yesterday": _days_back(1), "today": _days_back(0),
    "tomorrow": _days_back(-1), "weekday": _weekday, "all": _all, "year": _calendar_year,
}  # fmt: skip
