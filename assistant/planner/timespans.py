"""Time phrases of a question: where they stand and which days they mean."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import Literal

from assistant.planner.datepatterns import patterns
from assistant.planner.dates import DAY, Clock, Period, period_of
from assistant.planner.datewords import resolve, step_of
from assistant.planner.text import Token
from assistant.planner.words import any_of, words
from semantic_layer.calendar import shift
from semantic_layer.query import Grain

Role = Literal["period", "range", "before_after", "year_ago", "previous"]


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """Tokens `first` to `last` (exclusive) and what they mean; a range keeps its two ends.

    A `previous` one names the grain of its `step` and, for "the previous month", the period it is by itself.
    """

    first: int
    last: int
    role: Role
    period: Period | None = None
    ends: tuple[Period, Period] | None = None
    since: bool = False
    step: Grain | None = None

    def absolute(self) -> "TimeSpan":
        """Return it as told from today, where nothing else is named that it could be told from."""
        return replace(self, role="period") if self.role == "previous" and self.period else self


@dataclass(slots=True)
class _Atom:
    name: str
    match: "re.Match[str]"
    first: int
    last: int
    year: str | None = None


def find_times(tokens: Sequence[Token], clock: Clock) -> tuple[TimeSpan, ...]:
    """Return the time phrases in order; impossible dates are left unread."""
    line, starts = _canonical(tokens)
    atoms = _atoms(line, starts, tokens, clock.prefer)
    _inherit_years(line, atoms)
    out: list[TimeSpan] = []
    i = 0
    while i < len(atoms):
        pair = _range(line, atoms[i : i + 2], clock)
        span = pair or _single(line, atoms[i], clock)
        if span:
            out.append(_widen(span, tokens))
        i += 2 if pair else 1
    return tuple(out)


def _canonical(tokens: Sequence[Token]) -> tuple[str, dict[int, int]]:
    numbers = words().numbers
    line, starts = "", {}
    for i, token in enumerate(tokens):
        starts[len(line)] = i
        digits = numbers.get(token.word) if token.word != "one" else None
        line += f"{digits if digits else token.word} "
    starts[len(line)] = len(tokens)
    return line, starts


def _atoms(line: str, starts: dict[int, int], tokens: Sequence[Token], prefer: str) -> list[_Atom]:
    found = [
        (m.start() - m.end(), order, name, m)
        for order, (name, pattern) in enumerate(patterns(prefer))
        for m in pattern.finditer(line)
    ]
    taken: list[_Atom] = []
    for _, _, name, match in sorted(found, key=lambda f: f[:2]):
        atom = _Atom(name, match, starts[match.start()], starts[match.end() + 1], match.groupdict().get("y"))
        if any(a.first < atom.last and atom.first < a.last for a in taken) or not _stands_for_date(
            name, atom, tokens, prefer
        ):
            continue
        taken.append(atom)
    return sorted(taken, key=lambda a: a.first)


def _stands_for_date(name: str, atom: _Atom, tokens: Sequence[Token], prefer: str) -> bool:
    """Tell the month from the verb, and the 16th from sixteen: `may` needs a capital or a neighbour that dates."""
    if name in ("f_ordinal", "f_weekday_day"):
        return any(t.raw[:1].isdigit() and t.raw[-1:].isalpha() for t in tokens[atom.first : atom.last])
    if name == "month" and prefer == "future" and tokens[atom.first].raw[:1].isupper():
        return True
    if name == "part":
        return atom.first == 0 or tokens[atom.first - 1].word not in words().list_of("ends_at")
    if name != "month" or tokens[atom.first].word not in ("may", "march", "mar", "dec"):
        return True
    time = words().raw["time"]
    before = tokens[atom.first - 1].word if atom.first else ""
    after = tokens[atom.last].word if atom.last < len(tokens) else ""
    if after in time["modal_after"]:
        return False
    return tokens[atom.first].capital or before in time["modal_before"] or after in time["to"]


def _inherit_years(line: str, atoms: list[_Atom]) -> None:
    for left, right in pairwise(atoms):
        between = set(line[left.match.end() : right.match.start()].split())
        same = left.match.group().split()[0] == right.match.group().split()[0]
        if left.year is None and right.year and left.name in _YEARLESS and between <= _joiners() and not same:
            left.year = right.year


@cache
def _joiners() -> frozenset[str]:
    """Words between two dates that share the year of the second."""
    time = words().raw["time"]
    return frozenset(w for name in ("to", "since", "article") for text in time[name] for w in text.split()) | {
        *words().list_of("joiners")
    }


_YEARLESS = frozenset(("dmy", "mdy", "month", "quarter_y", "half", "week_no"))


def _period(atom: _Atom, clock: Clock, before: Period | None = None) -> Period | None:
    period = resolve(atom.name, atom.match, clock, before.start if before else None)
    if period and atom.year and period.yearless:
        moved = period.moved(int(atom.year) - period.start.year)
        relabelled = period_of(moved.start, moved.grain, clock).label if moved.count == 1 else moved.label
        return replace(moved, label=relabelled, assumed="", yearless=False)
    return period


@cache
def _prefixes() -> tuple[tuple[str, "re.Pattern[str]"], ...]:
    time = words().raw["time"]
    before, after = any_of(tuple(time["before"])), any_of(tuple(time["after"]))
    kinds = {
        "before_after": rf"(?:{before}|{after})\s(?:and|vs|versus|or|to)\s(?:{after}|{before})",
        "since": any_of(tuple(time["since"])),
        "before": before,
        "after": after,
        "until": any_of(tuple(time["until"])),
        "between": "between",
        "from": "from",
    }
    edge = {
        "until": r"(?:end\sof\s)?",
        "since": r"(?:(?:start|beginning)\sof\s)?",
        "from": r"(?:(?:start|beginning)\sof\s)?",
    }
    return tuple(
        (k, re.compile(rf"(?:^|(?<=\s)){p}\s(?:the\s)?{edge.get(k, '')}(?:the\s)?$")) for k, p in kinds.items()
    )


def _prefix(line: str, atom: _Atom) -> tuple[str, int]:
    """Return the kind of preposition before a date and how many words it has."""
    left = line[: atom.match.start()]
    for kind, pattern in _prefixes():
        if found := pattern.search(left):
            return kind, len(found.group().split())
    return "", 0


def _range(line: str, pair: list[_Atom], clock: Clock) -> TimeSpan | None:
    if len(pair) < 2:
        return None
    kind, width = _prefix(line, pair[0])
    between = line[pair[0].match.end() : pair[1].match.start()].strip()
    between = re.sub(r"\s*\bthe(?:\send\sof)?$", "", between)
    allowed = words().raw["time"]["to"]
    loose = between in allowed and between not in ("and", "vs") and (kind or not _compares(line))
    if not (loose or (kind == "between" and between == "and")) or kind in ("since", "before_after"):
        return None
    end = _period(pair[1], clock)
    start = _period(pair[0], clock, end)
    if start is None or end is None:
        return None
    if end.yearless and not start.yearless and end.start < start.start:
        end = _period(pair[1], clock, replace(start, start=shift(start.start, "year", 1))) or end
    if start.start > end.start and pair[0].year:
        start = start.moved(-1)
    if start.start > end.end:
        return None
    assumed = " and ".join(p.assumed for p in (start, end) if p.assumed)
    whole = Period(start.start, end.end, end.grain, f"{start.label} to {end.label}", assumed)
    extra = width if kind in ("between", "from") else 0
    return TimeSpan(pair[0].first - extra, pair[1].last, "range", whole, (start, end))


def _compares(line: str) -> bool:
    """Tell whether "A to B" sets two periods against each other."""
    return any(word in words().cues["compare"] for word in line.split())


def _single(line: str, atom: _Atom, clock: Clock) -> TimeSpan | None:
    kind, width = _prefix(line, atom)
    if atom.name == "year_ago":
        return TimeSpan(atom.first, atom.last, "year_ago")
    if atom.name == "previous":
        return TimeSpan(atom.first, atom.last, "previous", step=step_of(atom.match))
    period = _period(atom, clock)
    if period is None:
        return None
    if atom.name == "last" and atom.match.group("word") in words().raw["time"]["prior"] and not kind:
        return TimeSpan(atom.first, atom.last, "previous", period, step=period.grain)
    first, last = atom.first - width, atom.last
    now = re.match(
        r"\s(?:to|until|till|up\sto|through)\s(?:now|today|date|the\spresent)(?!\S)", line[atom.match.end() :]
    )
    onwards = now or re.match(r"\s(?:on(?=\s*$)|onward|onwards|forward)(?!\S)", line[atom.match.end() :])
    if kind == "since" or onwards:
        last += len(onwards.group().split()) if onwards else 0
        return TimeSpan(first, last, "period", _since(period, clock), since=True)
    if kind == "before_after":
        return TimeSpan(first, last, "before_after", period, _before_after(period, clock))
    if kind in ("before", "after", "until"):
        return TimeSpan(first, last, "period", _open(kind, period, clock))
    tail = re.match(r"\sso\sfar(?!\S)", line[atom.match.end() :])
    return TimeSpan(atom.first, last + (2 if tail else 0), "period", period)


def from_event(kind: str, first: int, last: int, period: Period, clock: Clock) -> TimeSpan:
    """Return the time since, before, or before and after a dated event; "after" it means since."""
    if kind == "before_after":
        return TimeSpan(first, last, "before_after", period, _before_after(period, clock))
    if kind == "before":
        return TimeSpan(first, last, "period", _open(kind, period, clock))
    return TimeSpan(first, last, "period", _since(period, clock), since=True)


def _since(period: Period, clock: Clock) -> Period:
    return replace(period, end=max(clock.as_of, period.start), label=f"since {period.label}", count=0)


def _open(kind: str, period: Period, clock: Clock) -> Period:
    if kind == "after":
        start = period.end + DAY
        return replace(period, start=start, end=max(start, clock.as_of), label=f"after {period.label}", count=0)
    end = period.end if kind == "until" else period.start - DAY
    return replace(period, start=min(clock.first, end), end=end, label=f"{kind} {period.label}", count=0)


def _before_after(period: Period, clock: Clock) -> tuple[Period, Period]:
    """Return as much time before as there is after; a day belongs to the time after it."""
    start = period.start if period.grain == "day" else period.end + DAY
    days = (clock.as_of - start).days + 1
    after = replace(period, start=start, end=clock.as_of, label=f"from {start.isoformat()}", count=0)
    before = replace(period, start=period.start - days * DAY, end=period.start - DAY, count=0)
    return replace(before, label=f"{days} days before {period.label}"), after


def _widen(span: TimeSpan, tokens: Sequence[Token]) -> TimeSpan:
    """Take in the prepositions before a time phrase."""
    soft, first = words().raw["time"]["soft"], span.first
    while first and tokens[first - 1].word in soft and span.first - first < 3:
        first -= 1
    return replace(span, first=first)
