"""The scans a query needs: measures that read the same rows share one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlglot import exp

from semantic_layer.calendar import period_start
from semantic_layer.compile import ast
from semantic_layer.compile.formulas import Leaf, leaves, shared
from semantic_layer.compile.measures import aggregate
from semantic_layer.compile.scan import Scan
from semantic_layer.model import Catalogue, MeasureSpec, MetricSpec
from semantic_layer.query import Filter, Grain, MetricQuery, TimeWindow

Needs = tuple[tuple[MetricSpec, tuple[Leaf, ...]], ...]


@dataclass(slots=True)
class Reading:
    """One scan with its measures, each under the name it has in the result of the scan."""

    scan: Scan
    age: int
    last: bool
    measures: dict[MeasureSpec, str] = field(default_factory=dict)
    rates: bool = True
    name: str = ""

    def where(self) -> str | None:
        """Return the condition that all measures share and that may drop rows without being missed."""
        return shared([m.where for m in self.measures]) if self.rates else None


def needs(names: Sequence[str], catalogue: Catalogue, definitions: Mapping[str, int]) -> Needs:
    """Return each metric with the measures it rests on."""
    return tuple((catalogue.metric(n), leaves(n, catalogue, definitions)) for n in dict.fromkeys(names))


def readings(wanted: Needs, query: MetricQuery, catalogue: Catalogue) -> list[Reading]:
    """Group the measures by the rows they read."""
    found: dict[tuple[str, str | None, int, bool], Reading] = {}
    for _, parts in wanted:
        for leaf in parts:
            scan = Scan(catalogue, leaf.measure.table, leaf.measure.time)
            last = leaf.measure.last and not _is_one_period(scan, query.window, query.grain)
            key = (leaf.measure.table, leaf.measure.time, leaf.measure.matures_after, last)
            reading = found.setdefault(key, Reading(scan, leaf.measure.matures_after, last))
            reading.measures.setdefault(leaf.measure, _measure_name(leaf))
            reading.rates = reading.rates and leaf.metric.type in ("ratio", "average")
    taken = {t.name for t in catalogue.tables}
    for reading in found.values():
        reading.name = _free(_name(reading), taken)
        taken.add(reading.name)
    return list(found.values())


def conditions(reading: Reading, query: MetricQuery, as_of: date | None) -> list[exp.Expr]:
    """Return what a row must meet: the window, its maturity, the filters, a condition all measures share."""
    scan = reading.scan
    kept = rows_in_time(reading, query.window, as_of)
    if query.grain and not query.window:
        kept.append(exp.Not(this=exp.Is(this=scan.when(), expression=exp.Null())))
    kept += scan.kept(query.filters)
    shared_where = reading.where()
    if shared_where:
        kept.append(scan.expression(shared_where, scan.table.name))
    return kept


def rows_in_time(reading: Reading, window: TimeWindow | None, as_of: date | None) -> list[exp.Expr]:
    """Keep the rows of the window that are old enough to count."""
    kept = [reading.scan.in_window(window)] if window else []
    if reading.age and (as_of is None or window is None or window.end > as_of - timedelta(days=reading.age)):
        kept.append(reading.scan.older_than(reading.age, as_of))
    return kept


def grouped(
    reading: Reading, query: MetricQuery, as_of: date | None, project: Callable[[Reading], list[exp.Expr]]
) -> list[tuple[str, exp.Select]]:
    """Return the reading's SELECT, grouped by its keys, after the ones it rests on."""
    scan = reading.scan
    keys = key_projections(scan, query)
    projections = keys + project(reading)
    kept = conditions(reading, query, as_of)
    before: list[tuple[str, exp.Select]] = []
    if reading.last:
        last, when = _last_periods(reading, query.window, query.grain)
        kept.append(when)
        before.append(last)
    return [*before, (reading.name, scan.select(projections, kept, group=len(keys)))]


def key_projections(scan: Scan, query: MetricQuery) -> list[exp.Expr]:
    """Return the dimensions and the period, named."""
    keys = [ast.alias(scan.member(scan.catalogue.dimension(d)), d) for d in dict.fromkeys(query.by)]
    return [*keys, ast.alias(scan.period(query.grain), "period")] if query.grain else keys


def named_aggregates(reading: Reading) -> list[exp.Expr]:
    """Return the measures of a reading as named projections."""
    kept = reading.where() is not None
    return [ast.alias(aggregate(m, reading.scan, kept=kept), name) for m, name in reading.measures.items()]


def _last_periods(
    reading: Reading, window: TimeWindow | None, grain: Grain | None
) -> tuple[tuple[str, exp.Select], exp.Expr]:
    """Find the last period that has data: of the window, or of each period of the grain."""
    whole = reading.scan
    scan = whole.anew()
    unit = "month" if scan.monthly else "day"
    name = f"last_{unit}s_of_{_base(whole)}"
    snapshot = scan.when() if scan.monthly else ast.as_date(scan.when())
    where = [scan.in_window(window)] if window else []
    query = scan.select([ast.alias(exp.Max(this=snapshot), unit)], where)
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
    if reading.last:
        name += "_at_end"
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
