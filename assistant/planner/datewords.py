"""Single date phrases: their patterns, and the period each one means."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from assistant.planner.dates import DAY, Clock, Period, last_complete, period_of, rolling
from assistant.planner.words import any_of, words
from semantic_layer.calendar import period_end, period_start, shift
from semantic_layer.query import Grain


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
        for unit in ("day", "week", "month", "quarter", "year"):
            if unit in self.parts or unit in (self.parts.get("td"), self.parts.get("sf")):
                fiscal = "fiscal" in self.parts and unit in ("quarter", "year")
                return f"fiscal_{unit}" if fiscal else unit  # type: ignore[return-value]
        return "day"


def resolve(name: str, match: "re.Match[str]", clock: Clock, latest: date | None = None) -> Period | None:
    """Turn a matched phrase into a period; a yearless one is the latest begun by `latest`."""
    handler = _HANDLERS.get(name)
    parts = {k: v for k, v in match.groupdict().items() if v is not None}
    try:
        return handler(Said(parts, clock, latest or clock.as_of)) if handler else None
    except ValueError:
        return None


@cache
def patterns() -> tuple[tuple[str, "re.Pattern[str]"], ...]:
    """Compile the date phrases once; earlier ones win where both match."""
    sources = {**_absolute(), **_relative()}
    return tuple((name, re.compile(rf"(?x)(?<!\S)(?:{source})(?!\S)")) for name, source in sources.items())


def _lists() -> dict[str, str]:
    return {name: any_of(tuple(str(w) for w in group)) for name, group in words().raw["time"].items()}


def _absolute() -> dict[str, str]:
    """Return the patterns of dates, months, quarters, halves, years and numbered weeks."""
    t = _lists()
    names, ordinal = any_of(tuple(words().raw["months"])), any_of(tuple(words().raw["ordinals"]))
    seasons = any_of(tuple(words().raw["seasons"]))
    named = r"(?P<y>(?:19|20)\d\d)"
    relative = rf"(?:the\s)?(?:(?P<lasty>{t['last']})|(?P<thisy>{t['this']}))\s{t['year']}"
    of = r"(?:\s(?:of|in|,))*\s"
    year = rf"(?:{of}(?:{named}|{relative}))?"
    month, day, to = rf"(?P<mon>{names})", r"(?P<d>\d{1,2})", r"(?:to|and|until|through)"
    return {
        "iso": r"(?P<iso>\d{4}-\d{2}-\d{2})",
        "slash": r"(?P<slash>\d{1,2}[/.]\d{1,2}[/.]\d{2,4})",
        "week_of": rf"week\s(?:of|starting|beginning|commencing)(?:\sthe)?\s{day}(?:\sof)?\s{month}{year}",
        "span_dmy": rf"{day}\s{to}\s(?P<d2>\d{{1,2}})(?:\sof)?\s{month}{year}",
        "span_mdy": rf"{month}\s{day}\s{to}\s(?P<d2>\d{{1,2}}){year}",
        "dmy": rf"{day}(?:\sof)?\s{month}{year}",
        "mdy": rf"{month}\s(?:the\s)?{day}{year}",
        "month": rf"{month}{year}",
        "season": rf"(?:(?:the|this|{t['last']})\s)*(?P<season>{seasons}){year}",
        "lastmonth": rf"(?:{t['last']}|{t['this']})\s{month}",
        "quarter_y": rf"""
            (?:(?P<fiscal>{t["fiscal"]})\s)?
            (?:q(?P<q>[1-4])|(?P<o>{ordinal})\squarter|quarter\s(?P<q2>[1-4]))
            (?:{of}(?:fy\s?(?P<fy>\d{{2,4}})|(?:(?P<f2>{t["fiscal"]})\s(?:year\s)?)?{named}|{relative}))?""",
        "y_quarter": rf"(?:fy\s?(?P<fy>\d{{2,4}})|{named})\sq(?P<q>[1-4])",
        "half": rf"(?:h(?P<h>[12])|(?P<o>{ordinal})\shalf)(?:{of}(?:{named}|{relative}|the\s{t['year']}))?",
        "fiscal_year": rf"fy\s?(?P<fy>\d{{2,4}})|{t['fiscal']}\s(?:{t['year']}\s)?{named}",
        "week_no": rf"(?:(?:calendar|iso)\s)?(?:week\s(?:number\s)?|wk?)(?P<n>\d{{1,2}}){year}",
        "year": rf"(?:(?:{t['calendar']}|the)\s)*(?:{t['year']}\s)?{named}",
    }


def _relative() -> dict[str, str]:
    """Return the patterns of periods told from today."""
    t = _lists()
    units = "|".join(f"(?P<{u}>{t[u]})" for u in ("day", "week", "month", "quarter", "year"))
    whole = rf"(?:(?:{t['complete']}|{t['calendar']})\s)?"
    kind = rf"{whole}(?:(?P<fiscal>{t['fiscal']})\s)?{whole}"
    weekdays, months = any_of(tuple(words().raw["weekdays"])), any_of(tuple(words().raw["months"]))
    return {
        "day_before": r"(?:the\s)?day\sbefore\syesterday",
        "before_last": rf"(?:the\s)?(?:{units})\sbefore\slast",
        "year_ago": rf"""
            (?:the\s|in\sthe\s)?same\s(?:month|period|quarter|week|time|day|point|months|weeks)(?:\s(?:of|in))?
                (?:\s(?:the|a))?\s(?:{t["last"]}\syear|year\s(?:before|ago|earlier))
            |(?:an?|one|1)\syear\s(?:ago|earlier|before)|(?:the\s)?year\s(?:before|earlier)
            |(?:the\s)?same\s(?:month|period|quarter|week)""",
        "previous": r"""
            (?:the\s)?(?:(?:previous|prior|preceding|last)\speriod|(?:period|month|quarter|week|day)\s(?:before|earlier|prior)
            |(?:a|1|one)\s(?:month|quarter|week)\s(?:before|earlier))""",
        "ago": rf"(?P<n>\d+|an?|a\sfew)\s(?:{units})\s(?:{t['ago']})",
        "last_n": rf"(?:the\s)?{t['last']}\s(?:few\s)?(?P<n>\d+)\s(?:of\s)?{kind}(?:{units})",
        "last": rf"(?:the\s)?(?P<word>{t['last']})\s{kind}(?:{units})",
        "so_far": rf"(?:{t['this']}|the)\s{kind}(?:{units})\s(?:{t['so_far']})",
        "start_of": rf"(?:the\s)?(?:{t['start']})\sof\s(?:the|{t['this']})\s{kind}(?:{units})",
        "to_date": rf"""
            (?:(?P<fiscal>{t["fiscal"]})\s)?(?P<td>week|month|quarter|year)\sto\sdate
            |so\sfar\s(?:{t["this"]}|the)\s(?P<sf>week|month|quarter|year)""",
        "this": rf"(?:{t['this']}|today's|todays)\s{kind}(?:{units})",
        "next_n": rf"(?:the\s)?{t['next']}\s(?:(?P<n>\d+)\s)?{kind}(?:{units}|(?P<nmon>{months}))",
        "yesterday": r"yesterday",
        "today": r"today|tonight",
        "tomorrow": r"tomorrow",
        "weekday": rf"(?:last|this|past)\s(?P<wday>{weekdays})",
        "all": t["all"],
    }


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
    wanted = words().list_of("weekdays").index(said.parts["wday"])
    back = (said.clock.as_of.weekday() - wanted) % 7
    return period_of(said.clock.as_of - back * DAY, "day", said.clock)


def _all(said: Said) -> Period:
    return Period(said.clock.first, said.clock.as_of, "month", "all the data", count=0)


def _begun(said: Said, make: Callable[[int], date], grain: Grain) -> Period:
    """Return the period in the named year, or the last one begun, saying so."""
    if said.year is not None:
        return period_of(make(said.year), grain, said.clock)
    for year in range(said.latest.year + 1, said.latest.year - 9, -1):
        try:
            day = make(year)
        except ValueError:
            continue
        if day <= said.latest:
            found = period_of(day, grain, said.clock)
            return replace(found, assumed=f"no year was named: {found.label}", yearless=True)
    raise ValueError("no such day")


_HANDLERS: dict[str, Callable[[Said], Period]] = {
    "iso": _iso, "slash": _slash, "week_of": _week_of, "dmy": _day, "mdy": _day, "span_dmy": _days, "span_mdy": _days,
    "month": _month, "lastmonth": _last_month, "season": _season, "quarter_y": _quarter, "y_quarter": _quarter,
    "half": _half,
    "fiscal_year": _fiscal_year, "week_no": _week_number, "year": _calendar_year, "day_before": _days_back(2),
    "before_last": _before_last, "ago": _ago, "last_n": _last_n, "last": _last, "so_far": _this,
    "start_of": _this, "to_date": _this,
    "this": _this, "next_n": _next, "yesterday": _days_back(1), "today": _days_back(0), "tomorrow": _days_back(-1),
    "weekday": _weekday, "all": _all,
}  # fmt: skip
