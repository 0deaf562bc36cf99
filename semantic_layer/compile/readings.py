"""The scans a query needs: measures that read the same rows share one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlglot import exp

from semantic_layer.calendar import period_start
from semantic_layer.compile import ast
from semantic_layer.compile.across import cut_across
from semantic_layer.compile.formulas import PLAIN, Leaf, leaves, shared
from semantic_layer.compile.frames import Frame, periods, require_frame
from semantic_layer.compile.measures import aggregate
from semantic_layer.compile.scan import Scan
from semantic_layer.model import Catalogue, Edge, MeasureSpec, MetricSpec
from semantic_layer.query import Filter, Grain, MetricQuery, TimeWindow

_RATES = ("ratio", "average", "conversion")
Place = tuple[str, str | None, int, Edge | None, Frame]
Needs = tuple[tuple[MetricSpec, tuple[Leaf, ...]], ...]


@dataclass(slots=True)
class Reading:
    """One scan with its measures, each under the name it has in the result of the scan."""

    scan: Scan
    age: int
    edge: Edge | None
    frame: Frame = PLAIN
    measures: dict[MeasureSpec, str] = field(default_factory=dict)
    rates: bool = True
    name: str = ""

    @property
    def place(self) -> Place:
        """What sets its rows apart from those of another reading."""
        return self.scan.table.name, self.scan.time, self.age, self.edge, self.frame

    def window(self, query: MetricQuery) -> TimeWindow | None:
        """Return the days read for the query's window."""
        year_start = self.scan.catalogue.fiscal_year_start
        return self.frame.days(query.window, year_start) if query.window and self.frame else query.window

    def apart(self, query: MetricQuery) -> bool:
        """Whether it rests on rows that must be found before it is read."""
        return self.edge is not None or self.by_period(query)

    def by_period(self, query: MetricQuery) -> bool:
        """Whether a row may count in several periods, each of which reads a run of days."""
        return self.frame.running and query.grain is not None

    def where(self) -> str | None:
        """Return the condition that all measures share and that may drop rows without being missed."""
        return shared([m.where for m in self.measures]) if self.rates else None


def needs(names: Sequence[str], catalogue: Catalogue, definitions: Mapping[str, int]) -> Needs:
    """Return each metric with the measures it rests on."""
    return tuple((catalogue.metric(n), leaves(n, catalogue, definitions)) for n in dict.fromkeys(names))


def place_of(leaf: Leaf, query: MetricQuery, catalogue: Catalogue) -> Place:
    """Return where a measure is read: the place of its reading."""
    measure, edge = leaf.measure, leaf.measure.edge
    if edge and _is_one_period(Scan(catalogue, measure.table, measure.time), query.window, query.grain):
        edge = None
    return measure.table, measure.time, measure.matures_after, edge, leaf.frame


def readings(wanted: Needs, query: MetricQuery, catalogue: Catalogue) -> list[Reading]:
    """Group the measures by the rows they read; raise UserError (needs_window, bad_offset, grain_too_fine)."""
    found: dict[Place, Reading] = {}
    for _, parts in wanted:
        for leaf in parts:
            place = place_of(leaf, query, catalogue)
            table, time, age, edge, frame = place
            if place not in found:
                scan = Scan(catalogue, table, time)
                require_frame(frame, leaf.metric.name, query.window, query.grain, monthly=scan.monthly)
                cut_across(scan, query, query.window)
                found[place] = Reading(scan, age, edge, frame)
            reading = found[place]
            reading.measures.setdefault(leaf.measure, _measure_name(leaf))
            reading.rates = reading.rates and leaf.metric.type in _RATES
    taken = {t.name for t in catalogue.tables}
    for reading in found.values():
        reading.name = _free(_name(reading), taken)
        taken.add(reading.name)
    return list(found.values())


def conditions(reading: Reading, query: MetricQuery, as_of: date | None) -> list[exp.Expr]:
    """Return what a row must meet: the window, its maturity, the filters, a condition all measures share."""
    scan = reading.scan
    kept = rows_in_time(reading, query, as_of)
    if query.grain and not query.window:
        kept.append(exp.Not(this=exp.Is(this=scan.when(), expression=exp.Null())))
    kept += scan.kept(query.filters)
    shared_where = reading.where()
    if shared_where:
        kept.append(scan.expression(shared_where, scan.table.name))
    return kept


def rows_in_time(reading: Reading, query: MetricQuery, as_of: date | None) -> list[exp.Expr]:
    """Keep the rows of the window that are old enough to count."""
    window = reading.window(query)
    kept = [reading.scan.in_window(window)] if window and not reading.by_period(query) else []
    if reading.age and (as_of is None or window is None or window.end > as_of - timedelta(days=reading.age)):
        kept.append(reading.scan.older_than(reading.age, as_of))
    return kept


def grouped(
    reading: Reading, query: MetricQuery, as_of: date | None, project: Callable[[Reading], list[exp.Expr]]
) -> list[tuple[str, exp.Select]]:
    """Return the reading's SELECT, grouped by its keys, after the ones it rests on."""
    scan = reading.scan
    before: list[tuple[str, exp.Select]] = []
    if reading.by_period(query):
        before.append(_runs(reading, query))
    keys = key_projections(reading, query)
    projections = keys + project(reading)
    kept = conditions(reading, query, as_of)
    if reading.edge:
        edge, when = _edge_periods(reading, reading.window(query), query.grain)
        kept.append(when)
        before.append(edge)
    return [*before, (reading.name, scan.select(projections, kept, group=len(keys)))]


def _runs(reading: Reading, query: MetricQuery) -> tuple[str, exp.Select]:
    """Return the periods of the window, each with the run of days it reads, and join the scan to them."""
    scan, window, grain = reading.scan, query.window, query.grain
    assert window is not None
    assert grain is not None
    runs = [
        (start, *scan.days(days))
        for start, days in periods(reading.frame, window, grain, scan.catalogue.fiscal_year_start)
    ]
    name = f"periods_of_{reading.name}"
    columns = ("period", "first_day", "day_after")
    rows = [
        exp.Tuple(expressions=[ast.day(start), ast.day(first), ast.day(last + timedelta(days=1))])
        for start, first, last in runs
    ]
    alias = exp.TableAlias(this=exp.to_identifier("runs"), columns=[exp.to_identifier(c) for c in columns])
    values = exp.Values(expressions=rows, alias=alias)
    after = exp.LT(this=scan.when(), expression=ast.column("day_after", name))
    since = exp.GTE(this=scan.when(), expression=ast.column("first_day", name))
    on = after if runs[0][1] == date.min else exp.And(this=since, expression=after)
    scan.join_beside(name, exp.Join(this=exp.Table(this=exp.to_identifier(name)), kind="INNER", on=on))
    return name, exp.select(*(ast.column(c) for c in columns), copy=False).from_(values, copy=False)


def key_projections(reading: Reading, query: MetricQuery) -> list[exp.Expr]:
    """Return the dimensions and the period, named; an earlier period under the name of the one it stands beside."""
    scan = reading.scan
    keys = [ast.alias(scan.member(scan.catalogue.dimension(d)), d) for d in dict.fromkeys(query.by)]
    if query.grain is None:
        return keys
    if reading.by_period(query):
        return [*keys, ast.column("period", f"periods_of_{reading.name}")]
    return [*keys, ast.alias(scan.period(query.grain, ahead=reading.frame.offset), "period")]


def named_aggregates(reading: Reading) -> list[exp.Expr]:
    """Return the measures of a reading as named projections."""
    kept = reading.where() is not None
    return [ast.alias(aggregate(m, reading.scan, kept=kept), name) for m, name in reading.measures.items()]


def _edge_periods(
    reading: Reading, window: TimeWindow | None, grain: Grain | None
) -> tuple[tuple[str, exp.Select], exp.Expr]:
    """Find the last or first snapshot that has data: of the window, or of each period of the grain."""
    whole = reading.scan
    scan = whole.anew()
    unit = "month" if scan.monthly else "day"
    name = f"{reading.edge}_{unit}s_of_{_base(whole)}"
    outermost = exp.Min if reading.edge == "first" else exp.Max
    snapshot = scan.when() if scan.monthly else ast.as_date(scan.when())
    where = [scan.in_window(window)] if window else []
    query = scan.select([ast.alias(outermost(this=snapshot), unit)], where)
    if grain:
        query.set("group", exp.Group(expressions=[scan.period(grain)]))
    chosen = exp.select(ast.column(unit)).from_(exp.to_table(name))
    read = whole.when() if whole.monthly else ast.as_date(whole.when())
    return (name, query), exp.In(this=read, query=exp.Subquery(this=chosen))


def _is_one_period(scan: Scan, window: TimeWindow | None, grain: Grain | None) -> bool:
    """Whether no more than one snapshot of a row's unit can fall into a group."""
    if grain == ("month" if scan.monthly else "day"):
        return True
    if window is None:
        return False
    if scan.monthly:
        return period_start(window.start, "month") == period_start(window.end, "month")
    return window.start == window.end


def _measure_name(leaf: Leaf) -> str:
    return leaf.metric.name if leaf.role == "measure" else f"{leaf.metric.name}_{leaf.role}"


def _base(scan: Scan) -> str:
    return scan.table.name.removeprefix("fct_")


def _name(reading: Reading) -> str:
    """Name a reading after what it holds."""
    name = _base(reading.scan)
    if reading.edge:
        name += "_at_end" if reading.edge == "last" else "_at_start"
    if reading.frame:
        name += f"_{reading.frame.suffix()}"
    if reading.age:
        name += f"_after_{reading.age}_days"
    return name


def _free(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    candidates = (f"{name}_totals", *(f"{name}_totals_{i}" for i in range(2, 99)))
    return next(c for c in candidates if c not in taken)


def typed_filters(filters: Sequence[Filter]) -> tuple[str, ...]:
    """Return the dimensions that filters speak of."""
    return tuple(dict.fromkeys(f.dimension for f in filters))
