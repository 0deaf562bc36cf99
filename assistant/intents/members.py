"""Cut by dimensions: breakdowns, rankings, members side by side."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.analysis.change import Change
from assistant.expand import companions, table_query
from assistant.findings import Comparison, Findings
from assistant.intents.apart import difference_apart
from assistant.intents.common import empty, first_findings
from assistant.intents.sizes import sums_of, sums_query, with_sizes
from assistant.measuring import Bench, measure, to_table
from assistant.phrases import join_words, sentence_case, show
from assistant.types import Figure, Plan, Reading, ResultTable, Step
from semantic_layer.errors import UserError
from semantic_layer.query import NONE, UNKNOWN, Cube, CubeQuery, Filter, Having, MetricQuery

MOST_SIDE_BY_SIDE = 6
MOST_TIED = 5


def find_members(plan: Plan, bench: Bench) -> Iterator[Step | Findings]:
    """Measure a metric for every member; two members side by side get the interval of their difference."""
    reading = plan.reading
    by = join_words([bench.catalogue.dimension(d).label for d in reading.by])
    label = bench.catalogue.metric(reading.metrics[0]).label
    yield Step(name="run", text=f"Measuring {label} by {by}")
    table, notes = _table(plan, bench, f"{label} by {by}")
    if not table.rows:
        yield empty(plan, reading, bench) if not reading.having else _none_pass(plan, reading, bench, table)
        return
    tied = _tied_outside(reading, bench, table)
    if tied:
        notes = (*notes, f"the last row is one of several with its value; not shown: {', '.join(tied)}")
    found = replace(first_findings(plan, reading, bench), table=table, notes=notes, tied=tied)
    if plan.listed and all(row[len(reading.by)] == 1 for row in table.rows):
        yield replace(found, table=_only_names(table, len(reading.by)))
        return
    yield Step(name="analyse", text="Comparing them with the whole")
    found = _side_by_side(found, bench) if reading.intent == "compare" else _against_whole(found, bench)
    yield replace(found, figures=(*found.figures, *_against_rest(plan, bench)))


def find_periods(plan: Plan, bench: Bench) -> Iterator[Step | Findings]:
    """Measure each member in two windows, and the whole in both."""
    reading = plan.reading
    label = bench.catalogue.metric(reading.metrics[0]).label
    yield Step(name="run", text=f"Measuring {label} in both periods")
    table, notes = _table(plan, bench, label)
    if not table.rows:
        yield empty(plan, reading, bench)
        return
    measured = [measure(bench, m, reading.filters, reading.window, reading.baseline) for m in reading.metrics]
    column = [c.name for c in table.columns].index(reading.by[0])
    for row in table.rows[:MOST_SIDE_BY_SIDE]:
        only = (*reading.filters, Filter(dimension=reading.by[0], values=(row[column],)))
        measured.append(measure(bench, reading.metrics[0], only, reading.window, reading.baseline))
    comparison = None
    if reading.window and reading.baseline:
        comparison = Comparison(now=reading.window, before=reading.baseline, reason="asked")
    yield replace(
        first_findings(plan, reading, bench),
        table=table,
        figures=tuple(m.figure for m in measured),
        comparison=comparison,
        notes=(*notes, *(m.note for m in measured if m.note)),
    )


def _table(plan: Plan, bench: Bench, purpose: str) -> tuple[ResultTable, tuple[str, ...]]:
    reading = plan.reading
    metrics = (*reading.metrics, *companions(reading, bench.catalogue))
    notes: tuple[str, ...] = ()
    wanted = _with_room(reading)
    try:
        run = bench.recorder.measure(table_query(wanted, bench.catalogue, metrics), purpose)
    except UserError:
        if metrics == reading.metrics:
            raise
        run = bench.recorder.measure(table_query(wanted, bench.catalogue, reading.metrics), purpose)
        notes = ("the metric to be read with it cannot be cut this way",)
    if run.table.truncated:
        notes = (*notes, f"only the first {len(run.table):,} rows are shown")
    table = _without_nobody(to_table(run), bench)
    table, left = _with_members_only(table, reading, bench)
    notes = (*notes, *left)
    ranked = reading.intent == "rank" or plan.listed
    return _ranked(table, reading, bench, notes) if ranked else (table, notes)


def _without_nobody(table: ResultTable, bench: Bench) -> ResultTable:
    """Leave the row of unknown members out where nothing counts there: no value, or a count of none.

    Where small groups are withheld a missing value does not say that there is nothing.
    """
    if bench.catalogue.small_cells:
        return table
    empty = {
        i: (None, 0) if column.unit == "count" else (None,) for i, column in enumerate(table.columns) if column.unit
    }
    return replace(
        table, rows=tuple(row for row in table.rows if UNKNOWN not in row or any(row[i] not in empty[i] for i in empty))
    )


def _only_names(table: ResultTable, width: int) -> ResultTable:
    """Leave out counts that say no more than that each of the listed is there."""
    return replace(table, columns=table.columns[:width], rows=tuple(row[:width] for row in table.rows))


def _with_members_only(table: ResultTable, reading: Reading, bench: Bench) -> tuple[ResultTable, tuple[str, ...]]:
    """Leave out the row of those that have no member of a group at all, and say how many they are."""
    left = [row for row in table.rows if NONE in row[: len(reading.by)]]
    if not left:
        return table, ()
    spec, labels = bench.catalogue.metric(reading.metrics[0]), [bench.catalogue.dimension(d).label for d in reading.by]
    size = f": {show(left[0][len(reading.by)], spec.unit)}" if len(left) == 1 else ""
    kept = tuple(row for row in table.rows if row not in left)
    return replace(table, rows=kept), (f"{spec.label} without {join_words(labels)} are not in the table{size}",)


def _with_room(reading: Reading) -> Reading:
    """Ask for two rows more: unknown members and none at all have no place in a ranking."""
    if reading.intent != "rank" or reading.limit is None or len(reading.by) != 1:
        return reading
    return replace(reading, limit=reading.limit + 2)


def _ranked(
    table: ResultTable, reading: Reading, bench: Bench, notes: tuple[str, ...]
) -> tuple[ResultTable, tuple[str, ...]]:
    """Leave unknown members out of a ranking over one dimension, and say so."""
    rows = table.rows
    if len(reading.by) == 1:
        rows = tuple(row for row in rows if row[0] != UNKNOWN)
        if len(rows) < len(table.rows):
            label = sentence_case(bench.catalogue.dimension(reading.by[0]).label)
            notes = (*notes, f"rows without a {label} are left out")
    return replace(table, rows=rows[: reading.limit]), notes


def _tied_outside(reading: Reading, bench: Bench, table: ResultTable) -> tuple[str, ...]:
    """Name the members that a limit cut off though they have the value of the last row shown."""
    if reading.limit is None or len(table.rows) < reading.limit or len(reading.by) != 1 or reading.grain:
        return ()
    names = [c.name for c in table.columns]
    metric = reading.order_by or reading.metrics[0]
    last = table.rows[-1][names.index(metric)] if metric in names else None
    if last is None:
        return ()
    query = MetricQuery(
        metrics=(metric,), by=reading.by, filters=reading.filters, window=reading.window,
        having=(Having(metric=metric, operator="=", value=last),), limit=reading.limit + MOST_TIED,
    )  # fmt: skip
    shown = {row[names.index(reading.by[0])] for row in table.rows}
    rows = to_table(bench.recorder.measure(query, "who else has the last value shown")).rows
    return tuple(str(row[0]) for row in rows if row[0] not in shown)[:MOST_TIED]


def _none_pass(plan: Plan, reading: Reading, bench: Bench, table: ResultTable) -> Findings:
    whole = measure(bench, reading.metrics[0], reading.filters, reading.window)
    return replace(first_findings(plan, reading, bench), table=table, figures=(whole.figure,))


def _against_whole(found: Findings, bench: Bench) -> Findings:
    reading = found.reading
    wholes = [measure(bench, m, reading.filters, reading.window) for m in reading.metrics]
    return with_sizes(replace(found, figures=tuple(w.figure for w in wholes)), bench)


def _side_by_side(found: Findings, bench: Bench) -> Findings:
    """One figure a member; of exactly two, the first carries its difference from the second."""
    reading, table = found.reading, found.table
    if table is None or len(reading.by) != 1 or len(table.rows) > MOST_SIDE_BY_SIDE:
        return _against_whole(found, bench)
    run = bench.recorder.runs[-1]
    metric, dimension = reading.metrics[0], reading.by[0]
    spec = bench.catalogue.metric(metric)
    names = [c.name for c in table.columns]
    members = [(row[names.index(dimension)], row[names.index(metric)]) for row in table.rows]
    figures = [
        Figure(
            metric=metric, label=f"{spec.label}, {member}", value=value, unit=spec.unit, text=show(value, spec.unit),
            window=reading.window, filters=_only(reading, dimension, member), query=run.id,
        )
        for member, value in members
    ]  # fmt: skip
    notes = found.notes
    try:
        cube = sums_of(found, bench, metric) if len(figures) == 2 else None
    except UserError as error:
        return replace(found, figures=tuple(figures), notes=(*notes, f"no interval: {error.message}"))
    if cube is not None:
        figures[0] = _with_difference(figures[0], figures[1], found, bench, cube, [str(m) for m, _ in members])
    return with_sizes(replace(found, figures=tuple(figures)), bench, cube)


def _with_difference(
    one: Figure, other: Figure, found: Findings, bench: Bench, cube: Cube, members: Sequence[str]
) -> Figure:
    query = sums_query(found, one.metric)
    return _apart(one, other, difference_apart(bench, query, members[:1], members[1:], cube))


def _apart(one: Figure, other: Figure, change: Change | None) -> Figure:
    """Give a figure the other group's value as its baseline."""
    moved = one.value - other.value if one.value is not None and other.value is not None else None
    return replace(
        one,
        baseline_value=other.value,
        change=moved,
        change_pct=moved / abs(other.value) if moved is not None and other.value else None,
        change_ci=change.ci if change else None,
        significant=change.significant if change else None,
    )


def _against_rest(plan: Plan, bench: Bench) -> tuple[Figure, ...]:
    """Return the figure of a group that is set against everyone else, their value its baseline."""
    reading, group = plan.reading, plan.against_rest
    if group is None or bench.catalogue.small_cells:
        return ()
    metric = reading.metrics[0]
    others = replace(group, operator="not in")
    own, rest = ((*reading.filters, only) for only in (group, others))
    one, other = (measure(bench, metric, side, reading.window).figure for side in (own, rest))
    if one.value is None or other.value is None:
        return ()
    query = CubeQuery(metric=metric, dimensions=(group.dimension,), now=reading.window, filters=reading.filters)
    try:
        change: Change | None = difference_apart(bench, query, [str(v) for v in group.values])
    except UserError:
        change = None
    return (_apart(one, other, change),)


def _only(reading: Reading, dimension: str, member: object) -> tuple[Filter, ...]:
    kept = tuple(f for f in reading.filters if f.dimension != dimension)
    return (*kept, Filter(dimension=dimension, values=(member,)))  # type: ignore[arg-type]
