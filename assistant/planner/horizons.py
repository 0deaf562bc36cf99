"""How far ahead a forecast looks."""

from dataclasses import replace

from assistant.planner import facts, gates, periods
from assistant.planner.dates import DAY, Clock, Period, last_complete, period_of, rolling
from assistant.planner.draft import Draft, refuse
from assistant.planner.text import key
from assistant.planner.words import words
from semantic_layer.calendar import period_end, period_start, shift
from semantic_layer.query import Grain, TimeWindow

AHEAD = 3
FURTHEST = 12


def read_horizon(draft: Draft) -> None:
    """Set horizon, grain and the history that a forecast rests on: all whole periods there are."""
    clock = draft.context.clock
    if clock is None or not any(facts.has_time(draft.metric(m), draft.catalogue) for m in draft.metrics):
        raise refuse("no_data", gates.message("no_dates"))
    named = [span.period for span in draft.times if span.period is not None]
    asked = _all_of([_ahead(period, clock) for period in named]) if named else None
    grain = _grain(draft, asked)
    history = _history(clock, grain)
    first = history.end + DAY
    if asked is None and _to_year_end(draft):
        asked = period_of(clock.today, "year", clock)
    if asked is None:
        asked = Period(first, period_end(shift(first, grain, AHEAD - 1), grain), grain, f"next {AHEAD} {grain}s")
        draft.assumptions.append(f"no horizon was named: the next {AHEAD} {grain}s")
        draft.defaults += 1
    if asked.end <= clock.as_of:
        raise refuse("no_data", gates.message("past_horizon", label=asked.label))
    if asked.end > shift(first, "month", FURTHEST):
        raise refuse("out_of_scope", gates.message("far_horizon", n=FURTHEST))
    end = period_end(asked.end, grain)
    start = max(period_start(asked.start, grain), first)
    draft.grain = grain
    draft.window = periods.inside(draft, history, clock)
    draft.horizon = TimeWindow(start=start, end=end, label=asked.label)
    if asked.start < start:
        draft.notes.append(f"{asked.label} has already begun; the part still to come is forecast")


def _to_year_end(draft: Draft) -> bool:
    line = f" {' '.join(t.stem for t in draft.linked.tokens)} "
    found = any(f" {' '.join(key(p))} " in line for p in words().list_of("year_end"))
    if found:
        said = {s for p in words().list_of("year_end") for s in key(p)}
        own = ({draft.linked.tokens[p].stem for p in item.at} for item in draft.items)
        draft.used.update(i for i, stems in enumerate(own) if stems <= said)
    return found


def _all_of(named: list[Period]) -> Period:
    """Cover every period that is named: "for December and January"."""
    first, last = min(named, key=lambda p: p.start), max(named, key=lambda p: p.end)
    if first == last:
        return last
    return replace(first, end=last.end, label=f"{first.label} to {last.label}", count=0)


def _ahead(period: Period, clock: Clock) -> Period:
    """Take a period without a year ("in December") for the one to come."""
    return period.moved(1) if period.end <= clock.as_of and period.yearless else period


def _grain(draft: Draft, asked: Period | None) -> Grain:
    """Forecast by the week where weeks are asked about and known, else by the month."""
    weekly = draft.grain in ("week", "day") or (asked is not None and asked.grain in ("week", "day"))
    if not weekly:
        return "month"
    if any(facts.monthly(draft.metric(m), draft.catalogue) for m in draft.metrics):
        return "month"
    return "week"


def _history(clock: Clock, grain: Grain) -> Period:
    last = last_complete(clock, grain)
    first = period_start(clock.first, grain)
    if first < clock.first:
        first = shift(first, grain, 1)
    return replace(rolling(clock, grain, 1), start=first, end=last.end, label="the history", count=0)
