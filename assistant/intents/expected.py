"""Why a metric is not what its own history and season would have: the same split, against what was to be expected."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from assistant.analysis.change import Change, change_of
from assistant.analysis.drivers import explain
from assistant.analysis.drivers.clusters import design_effect
from assistant.analysis.drivers.traps import traps
from assistant.analysis.expectation import Expectation, swings
from assistant.analysis.reweigh import Held, moved_by, weighed, without_first
from assistant.findings import Expected, Findings
from assistant.intents.common import empty, first_findings
from assistant.intents.doubts import counted_once, doubts
from assistant.intents.explaining import labels
from assistant.intents.extended import with_dimension
from assistant.intents.listen import Aside, listen
from assistant.intents.onset import with_onset
from assistant.intents.past import Past, past_of
from assistant.intents.why import driver_dimensions, said_left_out, undated
from assistant.measuring import Bench, measure
from assistant.phrases import join_words, show, show_change, spoken_date
from assistant.types import Decline, Figure, Plan, Step
from assistant.withheld import without_small_groups
from semantic_layer.errors import UserError
from semantic_layer.query import Clusters, Cube, CubeQuery, TimeWindow

SMALLEST = 1e-9


def find_expected(plan: Plan, bench: Bench) -> Iterator[Step | Findings]:
    """Split the distance from what was to be expected by every dimension."""
    refusal = undated(plan, bench)
    if refusal:
        yield refusal
        return
    reading = plan.reading
    spec = bench.catalogue.metric(reading.metrics[0])
    assert reading.window is not None
    yield Step(name="run", text=f"Measuring {spec.label} and its history")
    figure = measure(bench, spec.name, reading.filters, reading.window).figure
    if figure.value is None:
        yield empty(plan, reading, bench)
        return
    try:
        past = past_of(reading, bench, reading.window)
        yield Step(name="analyse", text="Splitting the distance from what was to be expected by every dimension")
        yield from _explained(plan, bench, figure, past)
    except UserError as error:
        if error.code == "not_permitted":
            raise
        message = f"What was to be expected of {spec.label} cannot be told: {error.message}."
        yield replace(first_findings(plan, reading, bench), decline=Decline(reason="no_data", message=message))


def _explained(plan: Plan, bench: Bench, figure: Figure, past: Past) -> Iterator[Step | Findings]:
    told = past.expectation
    query, cube, clusters, notes = _cells(plan, bench, past)
    drivers = explain(cube, labels=labels(bench), clusters=clusters)
    drivers, withheld = without_small_groups(drivers, bench, plan.reading)
    change = change_of(cube, design=design_effect(cube, clusters))
    figure = _against(figure, change, told, cube.kind)
    found = replace(
        first_findings(plan, plan.reading, bench),
        figures=(figure, *_made_of(figure, told, past.window, cube.kind)),
        drivers=drivers,
        smallest=change.n_now,
        detail=Expected(weekdays=past.part is not None, years=told.years, checked=told.scale is not None),
        notes=(
            *_left_out(past),
            *notes,
            *doubts(bench, replace(query, before=past.window)),
            *withheld,
            *traps(cube, labels(bench)),
        ),
    )
    found = with_onset(found, bench) if found.figures[0].significant is not False else found
    if found.figures[0].significant is False or drivers.paradox:
        yield found
        return
    yield Step(name="evidence", text="Listening to what those customers said")
    yield listen(found, bench, Aside(before=past.window))


def _made_of(figure: Figure, told: Expectation, history: TimeWindow, kind: str) -> Iterator[Figure]:
    """Yield the level of the history and the step of the season, which together are what was expected."""
    expected = figure.baseline_value or 0.0
    plain: dict[str, Any] = dict.fromkeys(("baseline_value", "change", "change_pct", "change_ci", "significant"))
    level = expected / (1.0 + told.step) if kind == "additive" else expected - told.step
    label = f"{figure.label}, level of the history"
    yield replace(figure, label=label, value=level, text=show(level, figure.unit), window=history, **plain)
    if abs(told.step) > SMALLEST:
        unit = "ratio" if kind == "additive" else figure.unit
        text = show(told.step, unit) if kind == "additive" else show_change(told.step, unit)
        yield replace(figure, label=f"{figure.label}, season", value=told.step, unit=unit, text=text, **plain)


def _left_out(past: Past) -> tuple[str, ...]:
    weeks = join_words([spoken_date(day) for day in past.odd])
    several = len(past.odd) > 1
    text = f"the week{'s' if several else ''} from {weeks} {'are' if several else 'is'} left out of what was expected"
    return (f"{text}, as unlike the weeks around",) if weeks else ()


def _against(figure: Figure, change: Change, told: Expectation, kind: Literal["ratio", "additive"]) -> Figure:
    """Set a figure against what was expected: beyond sampling and beyond how wrong expectations usually are."""
    moved, then, now = change.change or 0.0, change.value_before or 0.0, change.value_now or 0.0
    ci, p_value = change.ci, None
    if told.scale is not None and ci is not None:
        (low, high), swing = swings(told, then, now, kind)
        ci = (min(ci[0], now - high), max(ci[1], now - low))
        p_value = max(change.p_value or 0.0, swing)
    return replace(
        figure,
        baseline_value=then,
        change=moved,
        change_pct=change.change_pct,
        change_ci=None if p_value is None else ci,
        significant=None if p_value is None else p_value < 0.05,
    )


def _cells(plan: Plan, bench: Bench, past: Past) -> tuple[CubeQuery, Cube, Clusters | None, tuple[str, ...]]:
    """Return a cube whose earlier period is what was to be expected of the later one, cell by cell."""
    reading = plan.reading
    name = reading.metrics[0]
    dimensions, left_out = (plan.split_by, ()) if plan.split_by else driver_dimensions(bench, reading)
    query = CubeQuery(
        metric=name, dimensions=dimensions, now=reading.window, before=past.window, filters=reading.filters
    )
    query, twice = counted_once(bench, query)
    front: tuple[str, ...] = ()
    if past.part is not None:
        bench, front = with_dimension(bench, past.part, past.members), (past.part.name,)
    whole = replace(query, dimensions=(*front, *query.dimensions))
    if not bench.recorder.plan(whole).is_finest:
        whole = replace(whole, dimensions=bench.recorder.fitting(whole, whole.dimensions))
        unread = (d for d in query.dimensions if d not in whole.dimensions)
        left_out = (*left_out, *(bench.catalogue.dimension(d).label for d in unread))
    label = bench.catalogue.metric(name).label
    cube = bench.recorder.cube(whole, f"{label}, sums a cell of the window and of its history")
    clusters = bench.recorder.clusters(whole, cube, f"{label}, whose rows they are, in part")
    found = _expected(clusters, past, cube) if clusters is not None else None
    return query, _expected(cube, past, cube), found, (*twice, *said_left_out(left_out), *cube.notes)


def _expected(held: Held, past: Past, cube: Cube) -> Held:
    """Make the history of a cube, or of the sample behind it, what was to be expected."""
    if past.part is None:
        held = weighed(held, np.full(len(held.period), past.weights[0]))
    else:
        named = dict(zip(past.members, past.weights, strict=True))
        by_member = np.array([named.get(m, 0.0) for m in cube.members[0]])
        held = without_first(weighed(held, by_member[held.codes[:, 0]]))
    return moved_by(held, past.expectation.step, ratio=cube.kind == "ratio")
