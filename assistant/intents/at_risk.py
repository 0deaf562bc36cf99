"""Who is at risk: the groups that stand worse than the rest on a metric of risk, beyond noise."""

from collections.abc import Iterator
from dataclasses import replace

from assistant.analysis.risk import Group, worst_groups
from assistant.findings import Findings
from assistant.intents.common import empty, first_findings, rows_behind
from assistant.intents.why import driver_dimensions
from assistant.measuring import Bench, measure
from assistant.phrases import ask_how, ask_what, show, spoken_members
from assistant.types import Decline, Figure, Plan, Reading, ResultColumn, ResultTable, Step
from assistant.withheld import large_enough
from semantic_layer.errors import UserError
from semantic_layer.query import Cube, CubeQuery, Filter

MOST_MEMBERS = 20
NAMED = 3
DEPTH = 3


def find_at_risk(plan: Plan, bench: Bench) -> Iterator[Step | Findings]:
    """Test every group of up to three dimensions against the rest, together."""
    reading = plan.reading
    spec = bench.catalogue.metric(reading.metrics[0])
    yield Step(name="run", text=f"Measuring {spec.label} group by group")
    whole = measure(bench, spec.name, reading.filters, reading.window)
    if whole.figure.value is None:
        yield empty(plan, reading, bench)
        return
    nearest = (ask_what(spec.label), f"{ask_how(spec.label)}?")
    try:
        cube = _cube(reading, bench)
    except UserError as error:
        message = f"{spec.label} cannot be compared group by group: {error.message}."
        refused = Decline(reason="no_data", message=message, nearest=nearest)
        yield replace(first_findings(plan, reading, bench), decline=refused)
        return
    if cube.kind != "ratio":
        message = f"{spec.label} is a count: larger groups have more of it. Ask by a rate or an average."
        refused = Decline(reason="no_data", message=message, nearest=nearest)
        yield replace(first_findings(plan, reading, bench), decline=refused)
        return
    yield Step(name="analyse", text="Telling groups that stand out from noise")
    groups = worst_groups(cube, high_is_bad=spec.good != "up", depth=len(reading.by) or DEPTH)
    groups = tuple(g for g in groups if large_enough(_filters(cube, g), bench, reading))
    named = [_figure(reading, spec.label, spec.unit, cube, group) for group in groups[:NAMED]]
    yield replace(
        first_findings(plan, reading, bench),
        figures=(*named, whole.figure),
        table=_table(spec.name, spec.unit, cube, groups, bench) if groups else None,
        smallest=rows_behind([whole]) if whole.change else None,
        caveats=("Groups are named, not single people.",),
    )


def _cube(reading: Reading, bench: Bench) -> Cube:
    chosen, _ = driver_dimensions(bench, reading)
    dimensions = reading.by or tuple(d for d in chosen if len(bench.values.get(d, ())) <= MOST_MEMBERS)
    query = CubeQuery(
        metric=reading.metrics[0],
        dimensions=dimensions,
        now=reading.window,
        filters=reading.filters,
    )
    return bench.recorder.cube(
        query, f"{bench.catalogue.metric(reading.metrics[0]).label} by {len(dimensions)} dimensions"
    )


def _filters(cube: Cube, group: Group) -> tuple[Filter, ...]:
    return tuple(Filter(dimension=cube.dimensions[d], values=(cube.members[d][m],)) for d, m in group.members)


def _figure(reading: Reading, label: str, unit: str, cube: Cube, group: Group) -> Figure:
    """Return a group's figure, compared with everyone else."""
    change = group.value - group.rest
    return Figure(
        metric=reading.metrics[0],
        label=label,
        value=group.value,
        unit=unit,
        text=show(group.value, unit),
        window=reading.window,
        filters=(*reading.filters, *_filters(cube, group)),
        baseline_value=group.rest,
        change=change,
        change_pct=change / abs(group.rest) if group.rest else None,
        change_ci=group.ci,
        significant=True,
        query="q1",
    )


def _table(metric: str, unit: str, cube: Cube, groups: tuple[Group, ...], bench: Bench) -> ResultTable:
    labels = {d.name: d.label for d in bench.catalogue.dimensions}
    columns = (
        ResultColumn(name="group"),
        ResultColumn(name=metric, unit=unit),
        ResultColumn(name="everyone else", unit=unit),
        ResultColumn(name="rows", unit="count"),
    )
    rows = tuple((spoken_members(_filters(cube, g), labels), g.value, g.rest, g.rows) for g in groups)
    return ResultTable(columns=columns, rows=rows)
