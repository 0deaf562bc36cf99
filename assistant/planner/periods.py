"""Chooses the window and the period it is compared with, inside the data."""

from dataclasses import replace
from datetime import date, timedelta

from assistant.phrases import NO_PERIOD
from assistant.planner import facts
from assistant.planner.calendars import read_calendar
from assistant.planner.dates import Clock, Period, last_complete, period_of, rolling
from assistant.planner.draft import Draft, Stop, ask_back, refuse
from assistant.planner.earlier import BEFORE, Back, as_period, earlier
from assistant.planner.timespans import TimeSpan
from assistant.spoken import speak
from assistant.types import Reading
from semantic_layer.calendar import period_end, period_start, shift
from semantic_layer.query import Grain, TimeWindow

DAY = timedelta(days=1)
_STEPS: dict[str, Grain] = {"yoy": "year", "mom": "month", "qoq": "quarter", "wow": "week"}
Pair = tuple[Period, Period | None]


def collect_times(draft: Draft) -> None:
    """Gather the time phrases; without dates or a calendar's columns every one of them is a refusal."""
    if draft.metrics and not any(facts.has_time(draft.metric(m), draft.catalogue) for m in draft.metrics):
        read_calendar(draft)
    spans = [(i, item.time) for i, item in enumerate(draft.items) if item.time is not None and i not in draft.used]
    if draft.context.clock is None:
        grains = draft.grain or draft.has(*_STEPS)
        if spans or grains:
            if any(t.time for t in draft.catalogue.tables):
                raise refuse("no_data", "The dated tables hold no rows yet: fill the warehouse, then ask again.")
            named = f" ('{draft.items[spans[0][0]].text}')" if spans else ""
            raise refuse("no_data", f"The data have no dates, so a period{named} cannot be answered.")
        return
    anchored = draft.anchor or any(span.period and span.role != "previous" for _, span in spans)
    draft.times = [span if anchored else span.absolute() for _, span in spans]
    draft.used.update(i for i, _ in spans)


def choose(draft: Draft, *, compares: bool, trend: bool) -> None:
    """Set window and baseline; `compares` asks for a second period, `trend` for a longer first one."""
    clock = draft.context.clock
    dated = [m for m in draft.metrics if facts.has_time(draft.metric(m), draft.catalogue)]
    if clock is None or (draft.metrics and not dated):
        if draft.times or compares or trend or draft.by_period or draft.has(*_STEPS):
            if dated:
                raise refuse("no_data", f"{_label(draft)} has no rows yet: fill the warehouse, then ask again.")
            raise refuse("no_data", f"{_label(draft)} has no dates, so changes and periods cannot be answered.")
        return
    now, before = _pair(draft, clock, compares=compares, trend=trend)
    window = inside(draft, now, clock)
    if before is not None:
        baseline = inside(draft, _fair(draft, before, now, clock), clock, compared=True)
        if baseline.start > window.start:
            window, baseline = baseline, window
        if (baseline.start, baseline.end) == (window.start, window.end):
            raise refuse("no_data", f"{_label(draft)} is measured by the month, so the two cannot be told apart.")
        draft.baseline = baseline
    elif now.end > clock.as_of and now.count == 1:
        draft.usual = _same_part(draft, now, clock)
    draft.window = window
    monthly = any(facts.monthly(draft.metric(m), draft.catalogue) for m in draft.metrics)
    told = (p for p in (now, before) if p is not None and not (monthly and p.within and p.grain == "day"))
    draft.assumptions += [p.assumed for p in told if p.assumed]


def _same_part(draft: Draft, now: Period, clock: Clock) -> TimeWindow | None:
    """Return as much of the period before as there is of one that is still running."""
    before = earlier(now, BEFORE, clock)
    if before.start < clock.first:
        return None
    return inside(draft, _fair(draft, before, now, clock), clock, compared=True)


def _pair(draft: Draft, clock: Clock, *, compares: bool, trend: bool) -> Pair:
    periods = [s for s in draft.times if s.role in ("period", "range")]
    split = next((s for s in draft.times if s.role == "before_after"), None)
    if split and split.ends:
        return split.ends[1], split.ends[0]
    step = next((g for cue, g in _STEPS.items() if draft.cues(cue)), None)
    stepped = draft.take(*_STEPS)
    if step is None and any(s.role == "year_ago" for s in draft.times):
        step = "year"
    previous = next((s for s in draft.times if s.role == "previous"), None)
    back: Back | None = step or (("before", previous.step) if previous else None)
    named = [s for s in periods if not s.since]
    if len(periods) == 3 and len(named) == 2 and draft.has("compare", "vs", "difference"):
        periods = named
        draft.assumptions.append("compared are the two periods named as such")
    if len(periods) == 2 and (cut := _without(draft, periods[0], periods[1], clock)):
        return cut, (earlier(cut, BEFORE, clock) if compares else None)
    if len(periods) > 2:
        raise ask_back("The question names more than two periods.", _offers(draft, periods[:3]))
    if len(periods) == 2:
        return _two(draft, periods, compares=compares, trend=trend)
    if not periods and back and draft.anchor:
        now = as_period(draft.anchor, clock)
        before = earlier(now, back, clock)
        both = stepped or draft.has("why", "up", "down", "better", "worse", "change")
        if both or draft.has("vs", "compare", "difference", "more", "less"):
            return now, before
        return before, earlier(before, BEFORE, clock) if compares else None
    if not periods:
        usual = step or (previous.step if previous else None)
        now = _default(draft, clock, usual, trend=trend and not back, compares=compares)
        return now, (earlier(now, back or BEFORE, clock) if back or compares else None)
    return _one(draft, periods[0], clock, back, compares=compares, trend=trend)


def _without(draft: Draft, whole: TimeSpan, part: TimeSpan, clock: Clock) -> Period | None:
    """Return "the last 6 months, not including October"; None where nothing is left out."""
    place = next(i for i, item in enumerate(draft.items) if item.time and item.time.first == part.first)
    before = draft.before(place)
    if not draft.cue(before, "not") or whole.period is None or part.period is None:
        return None
    draft.used.add(before)
    kept, out = whole.period, part.period
    label = f"{kept.label} without {out.label}"
    if out.end >= min(kept.end, clock.as_of) and kept.start < out.start:
        return replace(kept, end=min(kept.end, out.start - DAY), label=label, count=0)
    if out.start <= kept.start and out.end < kept.end:
        return replace(kept, start=out.end + DAY, label=label, count=0)
    raise refuse("out_of_scope", f"I can't leave {out.label} out of the middle of {kept.label}.")


def _two(draft: Draft, spans: list[TimeSpan], *, compares: bool, trend: bool) -> Pair:
    a, b = (s.period for s in spans)
    assert a is not None
    assert b is not None
    if (a.start, a.end) == (b.start, b.end):
        b = b.moved(-1) if a.yearless or a.grain != "day" else replace(b, start=b.start - 7 * DAY, end=b.end - 7 * DAY)
        b = period_of(b.start, b.grain, draft.context.clock) if b.count == 1 and draft.context.clock else b
    a, b = _same_year(a, b, draft.context.clock)
    if compares or draft.has("vs", "compare", "difference"):
        draft.take("vs", "compare", "difference")
        return (a, b) if a.start >= b.start else (b, a)
    first, last = (a, b) if a.start < b.start else (b, a)
    if (trend or draft.take("together")) and first.end + DAY == last.start:
        return replace(first, end=last.end, label=f"{first.label} to {last.label}", count=0), None
    raise ask_back("Two periods are named: together, or one against the other?", _offers(draft, spans))


def _same_year(a: Period, b: Period, clock: Clock | None) -> tuple[Period, Period]:
    """Move one that is still running back a year where that brings it next to the other: Q2 against Q1."""
    if clock is None or not (a.yearless and b.yearless) or a.grain != b.grain:
        return a, b
    moved = tuple(_year_back(p, clock) if p.end > clock.as_of else p for p in (a, b))
    nearer = abs((moved[0].start - moved[1].start).days) < abs((a.start - b.start).days)
    return (moved[0], moved[1]) if nearer else (a, b)


def _year_back(period: Period, clock: Clock) -> Period:
    back = period_of(shift(period.start, "year", -1), period.grain, clock)
    return replace(back, assumed=f"no year was named: {back.label}", yearless=True)


def _offers(draft: Draft, spans: list[TimeSpan]) -> list[tuple[str, str]]:
    named = sorted((s.period for s in spans if s.period), key=lambda p: p.start)
    first, last = named[0], named[-1]
    return [
        (f"{first.label} to {last.label}", _said(draft, replace(first, end=last.end))),
        (f"{last.label} against {first.label}", _said(draft, last, first)),
    ]


def _said(draft: Draft, now: Period, before: Period | None = None) -> str:
    """Say what is asked for one period, or for one against another."""
    window, baseline = (TimeWindow(start=p.start, end=p.end) if p else None for p in (now, before))
    reading = Reading(
        intent="compare" if before else "value",
        metrics=tuple(draft.metrics),
        by=tuple(draft.by),
        filters=(*draft.filters, *draft.versus),
        window=window,
        baseline=baseline,
    )
    return speak(reading, draft.catalogue)


def _one(draft: Draft, span: TimeSpan, clock: Clock, back: Back | None, *, compares: bool, trend: bool) -> Pair:
    period = span.period
    assert period is not None
    if span.since and compares and not trend and not draft.has("why") and period.grain != "day":
        return last_complete(clock, period.grain), period_of(period.start, period.grain, clock)
    if span.ends and compares and not trend:
        return span.ends[1], span.ends[0]
    if back:
        return period, earlier(period, back, clock)
    if _set_against(draft, span):
        return _against(draft, period, clock)
    return period, (earlier(period, BEFORE, clock) if compares else None)


def _set_against(draft: Draft, span: TimeSpan) -> bool:
    """Tell whether a period stands on the far side of "than" or "compared to"."""
    place = next(i for i, item in enumerate(draft.items) if item.time and item.time.first == span.first)
    before = draft.before(place)
    while draft.cue(before, "in", "pronoun"):
        before = draft.before(before)
    if draft.cue(before, "vs", "more", "less"):
        draft.used.add(before)
        return True
    if draft.question.history and not draft.versus and draft.cues("compare"):
        draft.take("compare")
        return True
    return False


def _against(draft: Draft, period: Period, clock: Clock) -> Pair:
    """Compare the current state, or the one asked about before, with a period: like with like, and said."""
    old = draft.question.history[-1].window if draft.question.history and draft.has("pronoun", "compare") else None
    if old is not None and period.grain != "year":
        return as_period(old, clock), period
    if period.grain == "year" and period.count == 1:
        now = _default(draft, clock, None, trend=False)
        before = now.moved(period.start.year - now.start.year)
        before = period_of(before.start, now.grain, clock) if now.count == 1 else before
        draft.assumptions.append(f"compared with the same {now.grain} of {period.label}")
        return now, before
    now = last_complete(clock, period.grain) if period.count else _default(draft, clock, None, trend=False)
    draft.assumptions.append(f"the period asked about is the last complete one: {now.label}")
    draft.defaults += 1
    if now.start == period.start:
        running = period_of(clock.today, period.grain, clock)
        if running.start <= clock.as_of:
            raise _which_one(draft, now, running, period, clock)
        return now, earlier(now, BEFORE, clock)
    return now, period


def _which_one(draft: Draft, now: Period, running: Period, asked: Period, clock: Clock) -> Stop:
    """Ask which period is held against the last complete one: the one before, or the days so far."""
    grain, before = asked.grain, earlier(now, BEFORE, clock)
    so_far = replace(running, end=clock.as_of)
    options = [
        (f"{now.label} against {before.label}", _said(draft, now, before)),
        ("the days so far", _said(draft, so_far, asked)),
    ]
    return ask_back(f"The current {grain} is not complete.", options)


def _default(draft: Draft, clock: Clock, step: Grain | None, *, trend: bool, compares: bool = False) -> Period:
    """Return the period meant when none is named; all the data has nothing before it to compare with."""
    draft.default_window = True
    draft.defaults += 1
    wanted = next((draft.metric(m).default_grain for m in draft.metrics if draft.metric(m).default_grain), None)
    if trend or (draft.by_period and draft.grain in ("day", "week", "month")):
        found = rolling(clock, "month", 12)
    elif draft.by_period:
        found = Period(clock.first, clock.as_of, "month", "all the data")
    elif wanted == "all" and not compares:
        found = Period(clock.first, clock.as_of, "month", "all the data", count=0)
    else:
        usual: Grain = "month" if wanted is None or wanted == "all" else wanted
        grain = step if step in ("week", "quarter", "fiscal_quarter") else usual
        found = last_complete(clock, grain)
        if found.end < clock.first or found.start < clock.first:
            found = Period(clock.first, clock.as_of, "month", "all the data", count=0)
    draft.assumptions.append(f"{NO_PERIOD}: {found.label}")
    return found


def _fair(draft: Draft, before: Period, now: Period, clock: Clock) -> Period:
    """Cut the earlier period to as many days where the later one is still running."""
    if now.end <= clock.as_of or now.grain != before.grain or before.end > clock.as_of:
        return before
    if now.end - now.start < timedelta(days=2) or now.count == 0:
        return before
    end = shift(clock.as_of, "month", 0) - (now.start - before.start)
    if now.grain in ("year", "fiscal_year"):
        end = shift(clock.as_of, "year", before.start.year - now.start.year)
    end = min(end, before.end)
    if period_start(clock.as_of + DAY, "month") == clock.as_of + DAY and now.grain != "week":
        months = (clock.as_of.year - now.start.year) * 12 + clock.as_of.month - now.start.month
        end = period_end(shift(before.start, "month", months), "month")
    draft.assumptions.append(f"{now.label} is compared with the same part of {before.label}")
    return replace(before, end=end, label=f"{_plain(before.start)} to {_plain(end)}")


def inside(draft: Draft, period: Period, clock: Clock, *, compared: bool = False) -> TimeWindow:
    """Clip a period to the data; refuse when nothing is left, and say what was left out."""
    reach = f"the data run from {_plain(clock.first)} to {_plain(clock.as_of)}"
    if period.start > clock.as_of or period.end < clock.first:
        late = period.start > clock.as_of
        raise refuse("no_data", f"There are no data for {period.label} {'yet' if late else 'any more'}: {reach}.")
    start, end = max(period.start, clock.first), min(period.end, clock.as_of)
    if (start, end) != (period.start, period.end) and not period.label.endswith("so far"):
        draft.assumptions.append(f"{period.label}: only {_plain(start)} to {_plain(end)}, for {reach}")
        if compared and (end - start) < (period.end - period.start) / 2:
            raise refuse("no_data", f"There are too few data for {period.label} to compare with: {reach}.")
    if any(facts.monthly(draft.metric(m), draft.catalogue) for m in draft.metrics):
        if period.within is not None and period.grain == "day":
            draft.assumptions.append(f"{_label(draft)} is measured by the month: {period.within.label}")
            return inside(draft, period.within, clock, compared=compared)
        start, end = _whole_months(draft, start, end, period)
    return TimeWindow(start=start, end=end, label=period.label)


def _whole_months(draft: Draft, start: date, end: date, period: Period) -> tuple[date, date]:
    """Keep the whole months of a window for a metric that is known by the month only."""
    first = start if start.day == 1 else shift(period_start(start, "month"), "month", 1)
    last = end if end == period_end(end, "month") else period_start(end, "month") - DAY
    if first > last:
        raise refuse("no_data", f"{_label(draft)} is measured by the month, so it cannot be told for {period.label}.")
    if (first, last) != (start, end):
        draft.assumptions.append(f"{_label(draft)} is measured by the month: {_plain(first)} to {_plain(last)}")
    return first, last


def _label(draft: Draft) -> str:
    return draft.metric(draft.metrics[0]).label if draft.metrics else "this"


def _plain(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
