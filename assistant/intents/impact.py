"""Did it work: those an intervention reached, before and after, against those it did not reach."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from assistant.analysis.change import compare, value_of
from assistant.analysis.effect import difference_in_differences
from assistant.analysis.moments import NAMES, Moments
from assistant.findings import Effect, Findings
from assistant.intents.common import first_findings
from assistant.intents.extended import WEEK, cells, weekly, with_dimension
from assistant.measuring import Bench, measure
from assistant.phrases import show, spoken_date, spoken_members
from assistant.planner.facts import monthly, tables
from assistant.types import Decline, Figure, Intervention, Plan, Reading, ResultColumn, ResultTable, Step
from assistant.windows import DAY, labelled, month_end, month_start
from assistant.withheld import NOTHING, large_enough
from semantic_layer.calendar import period_start
from semantic_layer.compile import sliceable
from semantic_layer.errors import UserError
from semantic_layer.query import Cube, CubeQuery, Scalar, TimeWindow

WEEKS = 13
LEAST_DAYS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sides:
    """Sums of those reached and of the others, (before, after), and their weekly gaps."""

    reached: tuple[Moments, Moments]
    others: tuple[Moments, Moments] | None
    gaps: tuple[dict[int, float], dict[int, float]]
    kind: str


def find_impact(plan: Plan, bench: Bench) -> Iterator[Step | Findings]:
    """Compare as much time after an intervention as before it, at most thirteen weeks."""
    one = plan.intervention
    assert one is not None
    spec = bench.catalogue.metric(plan.reading.metrics[0])
    windows = _windows(one, bench, by_month=monthly(spec, bench.catalogue))
    outside = [f.dimension for f in one.scope if f.dimension not in sliceable(spec.name, bench.catalogue)]
    if windows is None or outside:
        yield _declined(plan, bench, one, outside)
        return
    before, after = windows
    reading = replace(plan.reading, filters=(*plan.reading.filters, *one.scope), window=before, horizon=after)
    yield Step(name="run", text=f"Measuring {spec.label} before and after")
    measure(bench, spec.name, reading.filters, before)
    if not _large_enough(bench, replace(plan.reading, window=after, baseline=before), one):
        decline = Decline(reason="not_permitted", message=NOTHING.format(least=bench.catalogue.small_cells))
        yield replace(first_findings(plan, reading, bench), decline=decline)
        return
    yield Step(name="analyse", text="Comparing with those it did not reach")
    try:
        sides = _sides(bench, plan.reading, one, before, after)
    except UserError as error:
        decline = Decline(reason="no_data", message=f"The effect on {spec.label} cannot be measured: {error.message}.")
        yield replace(first_findings(plan, reading, bench), decline=decline)
        return
    yield _found(plan, bench, reading, one, sides)


def _large_enough(bench: Bench, reading: Reading, one: Intervention) -> bool:
    """Tell whether those reached, and the others, may be shown: part of the others is enough."""
    others = [(replace(f, operator="not in"),) for f in one.scope]
    return large_enough(one.scope, bench, reading) and (
        not others or any(large_enough(group, bench, reading) for group in others)
    )


def _windows(one: Intervention, bench: Bench, *, by_month: bool) -> tuple[TimeWindow, TimeWindow] | None:
    """Return as much time before as after, in whole weeks or months; None without two weeks on either side."""
    if bench.first is None or bench.as_of is None:
        return None
    if by_month:
        start = one.started_on if one.started_on.day == 1 else month_start(one.started_on, 1)
        last = bench.as_of if bench.as_of == month_end(bench.as_of) else month_end(bench.as_of, -1)
        months = min(3, (last.year - start.year) * 12 + last.month - start.month + 1)
        first = month_start(one.started_on, -months)
        if months < 1 or first < bench.first:
            return None
        return labelled(first, month_end(one.started_on, -1)), labelled(start, month_end(start, months - 1))
    room = min((bench.as_of - one.started_on).days + 1, (one.started_on - bench.first).days, 7 * WEEKS)
    days = room - room % 7
    if days < LEAST_DAYS:
        return None
    long = timedelta(days=days)
    return labelled(one.started_on - long, one.started_on - DAY), labelled(one.started_on, one.started_on + long - DAY)


def _declined(plan: Plan, bench: Bench, one: Intervention, outside: list[str]) -> Findings:
    label = bench.catalogue.metric(plan.reading.metrics[0]).label
    message = f"There is too little data around {spoken_date(one.started_on)} to compare before with after."
    if outside:
        names = ", ".join(bench.catalogue.dimension(d).label for d in outside)
        message = f"“{one.name}” reached a group told by {names}, and {label} is not known by {names}."
    return replace(first_findings(plan, plan.reading, bench), decline=Decline(reason="no_data", message=message))


def _sides(bench: Bench, reading: Reading, one: Intervention, before: TimeWindow, after: TimeWindow) -> _Sides:
    """Read sums a week of those reached and of the others in one cube."""
    spec = bench.catalogue.metric(reading.metrics[0])
    facts = tables(spec, bench.catalogue)
    scope = tuple(f.dimension for f in one.scope)
    timed = len(facts) == 1 and not monthly(spec, bench.catalogue)
    if timed:
        weeks = _weeks(before.start, after.end)
        bench = with_dimension(bench, weekly(facts[0].name), weeks)
    query = CubeQuery(
        metric=spec.name, dimensions=(*scope, *((WEEK,) if timed else ())), now=after, before=before,
        filters=reading.filters,
    )  # fmt: skip
    cube = cells(bench, query, f"{spec.label}, sums of those reached and of the others")
    inside = np.ones(len(cube.period), dtype=bool)
    for position, f in enumerate(one.scope):
        codes = [i for i, member in enumerate(cube.members[position]) if member in f.values]
        inside &= np.isin(cube.codes[:, position], codes)
    others = (_pick(cube, ~inside, 0), _pick(cube, ~inside, 1)) if one.scope else None
    gaps = _gaps(cube, inside) if timed and others else ({}, {})
    return _Sides(reached=(_pick(cube, inside, 0), _pick(cube, inside, 1)), others=others, gaps=gaps, kind=cube.kind)


def _weeks(first: date, last: date) -> list[str]:
    start = period_start(first, "week")
    return [(start + timedelta(days=7 * i)).isoformat() for i in range((last - start).days // 7 + 1)]


def _pick(cube: Cube, mask: NDArray[np.bool_], period: int) -> Moments:
    kept = mask & (cube.period == period)
    return Moments(**{name: float(getattr(cube, name)[kept].sum()) for name in NAMES})


def _gaps(cube: Cube, inside: NDArray[np.bool_]) -> tuple[dict[int, float], dict[int, float]]:
    """Return reached minus others by week, before and after; of logarithms for sums."""
    out: tuple[dict[int, float], dict[int, float]] = ({}, {})
    week = cube.codes[:, -1]
    for period in (0, 1):
        for code in sorted(set(week[cube.period == period].tolist())):
            pair = [value_of(_pick(cube, mask & (week == code), period), cube.kind) for mask in (inside, ~inside)]
            if cube.kind == "additive" and all(v is not None and v > 0 for v in pair):
                out[period][code] = float(np.log(pair[0] or 1.0) - np.log(pair[1] or 1.0))
            elif cube.kind == "ratio" and None not in pair:
                out[period][code] = float((pair[0] or 0.0) - (pair[1] or 0.0))
    return out


def _found(plan: Plan, bench: Bench, reading: Reading, one: Intervention, sides: _Sides) -> Findings:
    spec = bench.catalogue.metric(reading.metrics[0])
    kind = "ratio" if sides.kind == "ratio" else "additive"
    figures = [_before_after(reading, spec.label, spec.unit, sides.reached, kind)]
    effect = None
    if sides.others is not None:
        label = f"{spec.label}, those not reached"
        outside = replace(reading, filters=plan.reading.filters)
        figures.append(_before_after(outside, label, spec.unit, sides.others, kind))
        effect = difference_in_differences(sides.reached, sides.others, sides.gaps, kind=kind)  # type: ignore[arg-type]
    if effect is not None:
        figures.append(
            replace(
                figures[0],
                label=f"{spec.label}, beyond the others",
                baseline_value=effect.expected,
                change=effect.change,
                change_pct=effect.change / abs(effect.expected) if effect.expected else None,
                change_ci=effect.ci,
                significant=None if effect.p_value is None else effect.p_value < 0.05,
            )
        )
    return replace(
        first_findings(plan, reading, bench),
        figures=tuple(figures),
        table=_table(spec.unit, figures, bench, one) if len(figures) > 1 else None,
        smallest=round(min(m.rows for m in (*sides.reached, *(sides.others or ())))),
        detail=Effect(
            name=one.name,
            control=_others(bench, one) if effect else None,
            p_value=effect.p_value if effect else None,
            drift_p=effect.drift_p if effect else None,
            nearby=_nearby(bench, one, spec.name, reading),
        ),
        notes=(f"“{one.name}” began on {spoken_date(one.started_on)}",),
    )


def _before_after(reading: Reading, label: str, unit: str, pair: tuple[Moments, Moments], kind: str) -> Figure:
    change = compare(pair[1], pair[0], kind="ratio" if kind == "ratio" else "additive")
    return Figure(
        metric=reading.metrics[0], label=label, value=change.value_now, unit=unit, text=show(change.value_now, unit),
        window=reading.horizon, filters=reading.filters, baseline_value=change.value_before, change=change.change,
        change_pct=change.change_pct, change_ci=change.ci, significant=change.significant, query="q1",
    )  # fmt: skip


def _table(unit: str, figures: list[Figure], bench: Bench, one: Intervention) -> ResultTable:
    columns = (
        ResultColumn(name="group"),
        ResultColumn(name="before", unit=unit),
        ResultColumn(name="after", unit=unit),
    )
    labels = {d.name: d.label for d in bench.catalogue.dimensions}
    names = (f"reached: {spoken_members(one.scope, labels)}", "everyone else")
    rows = tuple((name, f.baseline_value, f.value) for name, f in zip(names, figures, strict=False))
    return ResultTable(columns=columns, rows=rows)


def _others(bench: Bench, one: Intervention) -> str:
    labels = {d.name: d.label for d in bench.catalogue.dimensions}
    return f"everyone but {spoken_members(one.scope, labels)}"


def _nearby(bench: Bench, one: Intervention, metric: str, reading: Reading) -> tuple[str, ...]:
    """Return what else began in the compared time, aimed at the same metric or at part of the same people."""
    assert reading.window is not None
    assert reading.horizon is not None
    dims: dict[str, set[Scalar]] = {f.dimension: set(f.values) for f in one.scope}
    return tuple(
        other.name
        for other in bench.interventions
        if other.name != one.name
        and reading.window.start <= other.started_on <= reading.horizon.end
        and (other.metric == metric or _overlaps(dims, other))
    )


def _overlaps(dims: dict[str, set[Scalar]], other: Intervention) -> bool:
    shared = [f for f in other.scope if f.dimension in dims]
    return bool(shared) and all(dims[f.dimension] & set(f.values) for f in shared)
