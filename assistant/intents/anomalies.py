"""Anything unusual: every metric's weeks or months against its own seasonal history."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from assistant.analysis.movement import beyond_noise
from assistant.analysis.surprise import Surprise, judged
from assistant.expand import dated
from assistant.findings import Findings, Oddities
from assistant.intents.common import first_findings
from assistant.intents.series import Series, history, reachable, whole_periods
from assistant.intents.why import split_change
from assistant.measuring import Bench, measure
from assistant.phrases import show
from assistant.planner.facts import monthly
from assistant.types import Decline, Figure, Intervention, Plan, Reading, Step
from assistant.windows import labelled, previous
from semantic_layer.calendar import period_end
from semantic_layer.model import MetricSpec
from semantic_layer.query import Grain, TimeWindow

SHOWN = 5
RATE = 0.05
MATERIAL = 0.03
SEASON: dict[Grain, int] = {"week": 52, "month": 12}
LEVEL: dict[Grain, int] = {"week": 8, "month": 6}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Odd:
    """A metric in a period that is unlike its history."""

    metric: str
    window: TimeWindow
    surprise: Surprise


def find_anomalies(plan: Plan, bench: Bench) -> Iterator[Step | Findings]:
    """Test every metric's periods in the window together; split the clearest by its drivers."""
    reading = plan.reading
    metrics = reading.metrics or tuple(
        m for m in reachable(bench, reading.filters) if dated(bench.catalogue.metric(m), bench.catalogue)
    )
    if reading.window is None or not metrics:
        decline = Decline(reason="no_data", message="There are no dated metrics here whose history could be looked at.")
        yield replace(first_findings(plan, reading, bench), decline=decline)
        return
    yield Step(name="run", text="Measuring the history of every metric")
    tested, candidates = _tested(reading, bench, metrics)
    if not tested:
        message = "The history is too short to say what is usual in that period."
        yield replace(first_findings(plan, reading, bench), decline=Decline(reason="no_data", message=message))
        return
    yield Step(name="analyse", text="Comparing each with its own history")
    kept = beyond_noise([one.surprise.p_value for one in candidates], rate=RATE)
    odd = _one_each([candidates[i] for i in kept if _is_material(candidates[i].surprise)])[:SHOWN]
    shown = reading.metrics or tuple(one.metric for one in odd)
    recorded = dict.fromkeys(found.name for one in odd for found in beginning_near(bench.interventions, one.window))
    found = replace(
        first_findings(plan, replace(reading, metrics=shown), bench),
        figures=tuple(_figure(one, reading, bench) for one in odd),
        detail=Oddities(recorded=tuple(recorded)),
    )
    yield _split(found, bench, odd) if odd else found


def _tested(reading: Reading, bench: Bench, metrics: Sequence[str]) -> tuple[tuple[str, ...], list[_Odd]]:
    """Judge every period of the window; return the metrics that could be judged and all verdicts."""
    tested, out = [], []
    for grain, names in _by_grain(bench, metrics).items():
        window = whole_periods(bench, grain, bench.as_of) if bench.as_of else None
        if window is None:
            continue
        known = history(bench, names, reading.filters, window, grain)
        for name in names:
            found = _judged(bench.catalogue.metric(name), known, grain, reading.window)
            tested += [name] if found else []
            out += found
    return tuple(m for m in metrics if m in tested), out


def _by_grain(bench: Bench, metrics: Sequence[str]) -> dict[Grain, list[str]]:
    by_month = [m for m in metrics if monthly(bench.catalogue.metric(m), bench.catalogue)]
    return {"week": [m for m in metrics if m not in by_month], "month": by_month}


def _judged(spec: MetricSpec, known: Series, grain: Grain, window: TimeWindow | None) -> list[_Odd]:
    days = sorted(day for day, value in known.get(spec.name, {}).items() if value is not None)
    if window is None or len(days) < LEVEL[grain]:
        return []
    values = [float(known[spec.name][day] or 0.0) for day in days]
    places = [i for i, day in enumerate(days) if window.start <= _middle(day, grain) <= window.end]
    sums = spec.type in ("simple", "semi_additive") and min(values) > 0
    found = judged(values, places, season=SEASON[grain], level=LEVEL[grain], logs=sums) if places else []
    ends = {i: labelled(days[i], period_end(days[i], grain)) for i in places}
    return [_Odd(metric=spec.name, window=ends[one.index], surprise=one) for one in found]


def _middle(day: date, grain: Grain) -> date:
    """Return the day that decides which window a period belongs to: a week's Thursday, a month's start."""
    return day + timedelta(days=3) if grain == "week" else day


def _is_material(surprise: Surprise) -> bool:
    """Leave out what is sure and does not matter: a smooth series that bends a little."""
    return abs(surprise.value - surprise.expected) >= MATERIAL * abs(surprise.expected)


def _one_each(odd: Sequence[_Odd]) -> list[_Odd]:
    """Keep the clearest period of each metric."""
    first: dict[str, _Odd] = {}
    for one in odd:
        first.setdefault(one.metric, one)
    return list(first.values())


def _figure(one: _Odd, reading: Reading, bench: Bench) -> Figure:
    figure = measure(bench, one.metric, reading.filters, one.window).figure
    value, expected = one.surprise.value, one.surprise.expected
    return replace(
        figure,
        value=value,
        text=show(value, figure.unit),
        baseline_value=expected,
        change=value - expected,
        change_pct=(value - expected) / abs(expected) if expected else None,
        change_ci=(value - one.surprise.high, value - one.surprise.low),
        significant=True,
    )


def beginning_near(known: Sequence[Intervention], window: TimeWindow, *, lead: int = 7) -> tuple[Intervention, ...]:
    """Return what began within a window or at most `lead` days before it."""
    return tuple(i for i in known if window.start - timedelta(days=lead) <= i.started_on <= window.end)


def _split(found: Findings, bench: Bench, odd: Sequence[_Odd]) -> Findings:
    """Name the parts that carry the clearest oddity, against the period before it."""
    first = odd[0]
    reading = replace(found.reading, metrics=(first.metric,), window=first.window, baseline=previous(first.window))
    if bench.first and reading.baseline and reading.baseline.start < bench.first:
        return found
    drivers, notes = split_change(bench, reading, found.figures[0].label)
    return replace(found, drivers=drivers, notes=(*found.notes, *notes))
