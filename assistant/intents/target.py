"""Why a metric misses its target, or beats it: every part against the same target, what it weighs kept."""

from collections.abc import Iterator
from dataclasses import replace

from assistant.analysis.change import change_of
from assistant.analysis.drivers import explain
from assistant.analysis.drivers.clusters import design_effect
from assistant.analysis.reweigh import at_level
from assistant.findings import Findings
from assistant.intents.common import empty, first_findings
from assistant.intents.explaining import labels
from assistant.intents.listen import Aside, listen
from assistant.intents.why import driver_dimensions, said_left_out
from assistant.measuring import Bench, measure
from assistant.phrases import ask_how, ask_what
from assistant.types import Decline, Figure, Plan, Step
from assistant.windows import previous
from assistant.withheld import without_small_groups
from semantic_layer.errors import UserError
from semantic_layer.query import Clusters, Cube, CubeQuery


def find_target(plan: Plan, bench: Bench) -> Iterator[Step | Findings]:
    """Split the distance from the target by every dimension."""
    reading = plan.reading
    spec = bench.catalogue.metric(reading.metrics[0])
    found = first_findings(plan, reading, bench)
    if spec.target is None:
        message = f"{spec.label} has no target here: its owner can set one (`target` of the metric)."
        nearest = (ask_what(spec.label), f"{ask_how(spec.label)}?")
        yield replace(found, decline=Decline(reason="no_data", message=message, nearest=nearest))
        return
    yield Step(name="run", text=f"Measuring {spec.label}")
    figure = measure(bench, spec.name, reading.filters, reading.window).figure
    if figure.value is None:
        yield empty(plan, reading, bench)
        return
    figure = _against(figure, spec.target)
    yield Step(name="analyse", text="Splitting the distance from the target by every dimension")
    try:
        cube, clusters, left_out = _cells(plan, bench, spec.target)
        drivers = explain(cube, labels=labels(bench), clusters=clusters)
        drivers, withheld = without_small_groups(drivers, bench, reading)
    except UserError as error:
        yield replace(found, figures=(figure,), notes=(f"the distance cannot be split: {error.message}",))
        return
    change = change_of(cube, design=design_effect(cube, clusters))
    figure = replace(figure, change_ci=change.ci, significant=change.significant)
    notes = (*said_left_out(left_out), *withheld)
    found = replace(found, figures=(figure,), drivers=drivers, smallest=change.n_now, notes=notes)
    if figure.significant is False:
        yield found
        return
    yield Step(name="evidence", text="Listening to what those customers said")
    yield listen(found, bench, Aside(before=previous(reading.window) if reading.window else None))


def _against(figure: Figure, target: float) -> Figure:
    change = (figure.value or 0.0) - target
    return replace(figure, baseline_value=target, change=change, change_pct=change / abs(target) if target else None)


def _cells(plan: Plan, bench: Bench, target: float) -> tuple[Cube, Clusters | None, tuple[str, ...]]:
    """Return a cube whose earlier period is the later one, had every row been on target."""
    reading = plan.reading
    dimensions, left_out = (plan.split_by, ()) if plan.split_by else driver_dimensions(bench, reading)
    query = CubeQuery(metric=reading.metrics[0], dimensions=dimensions, now=reading.window, filters=reading.filters)
    label = bench.catalogue.metric(reading.metrics[0]).label
    cube = bench.recorder.cube(query, f"{label}, sums a cell")
    if cube.kind != "ratio":
        raise UserError(
            "a total has one target, its parts have none", code="not_decomposable", hint="ask for a rate or an average"
        )
    clusters = bench.recorder.clusters(query, cube, f"{label}, whose rows they are, in part")
    return at_level(cube, target), at_level(clusters, target) if clusters is not None else None, left_out
