"""Single date phrases: how they are written."""

import re
from functools import cache

from assistant.planner import forward
from assistant.planner.words import any_of, words


@cache
def patterns(prefer: str = "past") -> tuple[tuple[str, "re.Pattern[str]"], ...]:
    """Compile the date phrases once; earlier ones win where both match."""
    ahead = forward.patterns() if prefer == "future" else {}
    sources = {**ahead, **_absolute(), **_relative()}
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
    weekday = rf"(?:{any_of(tuple(words().raw['weekdays']))}\s(?:the\s)?)?"
    return {
        "iso": r"(?P<iso>\d{4}-\d{2}-\d{2})",
        "slash": r"(?P<slash>\d{1,2}[/.]\d{1,2}[/.]\d{2,4})",
        "week_of": rf"week\s(?:of|starting|beginning|commencing)(?:\sthe)?\s{day}(?:\sof)?\s{month}{year}",
        "span_dmy": rf"{day}\s{to}\s(?P<d2>\d{{1,2}})(?:\sof)?\s{month}{year}",
        "span_mdy": rf"{month}\s{day}\s{to}\s(?P<d2>\d{{1,2}}){year}",
        "dmy": rf"{weekday}{day}(?:\sof)?\s{month}{year}",
        "mdy": rf"{weekday}{month}\s(?:the\s)?{day}{year}",
        "nth_week": rf"(?:the\s)?(?P<o>{ordinal})\sweek\s(?:of|in)\s{month}{year}",
        "month": rf"{month}{year}",
        "holiday": rf"(?P<hol>{any_of(tuple(words().raw['holidays']))}){year}",
        "season": rf"(?:(?:the|this|{t['last']})\s)*(?P<season>{seasons}){year}",
        "lastmonth": rf"(?:{t['last']}|{t['this']})\s{month}",
        "part": rf"(?P<part>{any_of(tuple(words().raw['parts_of']))})\s(?:the\s)?(?:{_whole(month, year)})",
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


def _whole(month: str, year: str) -> str:
    """Return the pattern of a period that has an early and a late part: a month, a quarter, a year."""
    t = _lists()
    last = rf"(?:{t['last']})\s(?P<lastu>{t['month']}|{t['quarter']}|{t['year']})"
    return rf"{month}{year}|q(?P<q>[1-4])(?:\s(?:of\s)?(?P<qy>(?:19|20)\d\d))?|{last}|(?P<wholey>(?:19|20)\d\d)"


def _end_day() -> str:
    """Return the pattern of the day that a number of weeks ends on."""
    months = any_of(tuple(words().raw["months"]))
    day = rf"(?P<d>\d{{1,2}})(?:\sof)?\s(?P<mon>{months})|(?P<mon2>{months})\s(?P<d2>\d{{1,2}})"
    return rf"(?:on\s)?(?:the\s)?(?:{day})(?:\s(?P<y>(?:19|20)\d\d))?"


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
        "previous": rf"""
            (?:the\s)?(?:(?:previous|prior|preceding|last)\speriod|(?:(?:a|1)\s)?(?:{units}|period|one)\s(?:before|earlier|prior)(?:\sthat)?)
            |before\sthat|(?:(?<=vs\s)|(?<=versus\s)|(?<=against\s)|(?<=than\s))(?:the\s)?last(?=\s*$)""",
        "ago": rf"(?P<n>\d+|an?|a\sfew)\s(?:{units})\s(?:{t['ago']})",
        "last_n": rf"(?:the\s)?{t['last']}\s(?:few\s)?(?P<n>\d+)\s(?:of\s)?{kind}(?:{units})",
        "last": rf"(?:the\s)?(?P<word>{t['last']})\s{kind}(?:{units})",
        "running": rf"(?:for|over|during)\sthe\s(?:(?P<quarter>{t['quarter']})|(?P<year>{t['year']}))",
        "half_year": rf"(?:the\s)?{t['last']}\shalf\s(?:an?\s|of\sa\s)?{t['year']}",
        "weekend": rf"(?:the\s)?(?:{t['last']}|{t['this']})\sweekend",
        "so_far": rf"(?:{t['this']}|the)\s{kind}(?:{units})\s(?:{t['so_far']})",
        "start_of": rf"(?:the\s)?(?:{t['start']})\sof\s(?:(?:the|{t['this']})\s)?{kind}(?:{units})",
        "to_date": rf"""
            (?:(?P<fiscal>{t["fiscal"]})\s)?(?P<td>week|month|quarter|year)\sto\sdate
            |so\sfar\s(?:{t["this"]}|the)\s(?P<sf>week|month|quarter|year)""",
        "this": rf"(?:{t['this']}|today's|todays)\s{kind}(?:{units})",
        "next_n": rf"(?:the\s)?{t['next']}\s(?:(?P<n>\d+)\s)?{kind}(?:{units}|(?P<nmon>{months}))",
        "yesterday": r"yesterday",
        "today": r"today|tonight",
        "tomorrow": r"tomorrow",
        "weekday": rf"""
            (?:last|this|past|on|(?:the\s)?(?:{t["prior"]}))\s(?P<wday>{weekdays})
            |the\s(?P<wday2>{weekdays})\sbefore(?:\sthat)?""",
        "n_until": rf"(?P<n>\d+)\s(?:{units})\s(?:to|until|till|up\sto|ending|ended|before)\s{_end_day()}",
        "all": t["all"],
    }
