"""This layer's definitions as dbt semantic models and metrics, in the form that dbt 1.6 and later read."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlglot
from sqlglot import exp

from semantic_layer.interchange.carried import Lost, Spec
from semantic_layer.interchange.from_dbt import CREDITED
from semantic_layer.model import Catalogue, DimensionSpec, FollowUp, MeasureSpec, MetricSpec, TableSpec

_META = ("unit", "owner", "good", "pillar", "horizon", "caveat", "synonyms")


@dataclass(slots=True)
class _Out:
    """Measures by table, metrics, and what dbt has no word for."""

    catalogue: Catalogue
    measures: dict[str, list[Spec]] = field(default_factory=dict)
    metrics: list[Spec] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)
    gone: dict[str, str] = field(default_factory=dict)


def to_dbt(catalogue: Catalogue) -> tuple[dict[str, Any], tuple[Lost, ...]]:
    """Return the document and what it cannot hold. dbt needs a time dimension wherever there are measures."""
    out = _Out(catalogue)
    for metric in catalogue.metrics:
        _metric(metric, out)
    models = [_model(table, out) for table in catalogue.tables]
    return {"semantic_models": models, "metrics": out.metrics}, tuple(out.lost)


def _model(table: TableSpec, out: _Out) -> Spec:
    cuts = [d for d in out.catalogue.dimensions if d.table == table.name and not d.hidden]
    dimensions = [d for cut in cuts if (d := _dimension(cut, out)) is not None]
    if table.time:
        grain = {"time_granularity": table.time_grain}
        dimensions.insert(0, {"name": f"{table.name}_time", "type": "time", "expr": table.time, "type_params": grain})
    foreign = [{"name": _entity(j.to), "type": "foreign", "expr": j.on} for j in table.joins]
    single = table.key is not None and "," not in table.key
    own = [{"name": _entity(table.name), "type": "primary", "expr": table.key}] if single else []
    content = {
        "name": table.name,
        "description": table.description,
        "model": f"ref('{table.name}')",
        "defaults": {"agg_time_dimension": f"{table.name}_time"} if table.time else None,
        "primary_entity": None if single else _entity(table.name),
        "entities": [*own, *foreign],
        "dimensions": dimensions,
        "measures": out.measures.get(table.name, []),
    }
    return {k: v for k, v in content.items() if v}


def _entity(table: str) -> str:
    return f"{table}_row"


def _dimension(dimension: DimensionSpec, out: _Out) -> Spec | None:
    if dimension.expr and "@row_date" in dimension.expr:
        reason = "it depends on the date of the fact row that is cut"
        out.lost.append(Lost(name=f"dimension {dimension.name}", reason=reason))
        return None
    expr = dimension.expr or dimension.column or dimension.name
    kind = {"type": "time", "type_params": {"time_granularity": "day"}} if dimension.type == "date" else {}
    content = {
        "name": dimension.name,
        "label": dimension.label,
        "description": dimension.description,
        **(kind or {"type": "categorical"}),
        "expr": expr if expr != dimension.name else "",
    }
    return {k: v for k, v in content.items() if v}


def _metric(metric: MetricSpec, out: _Out) -> None:
    try:
        params = _KINDS[metric.type](metric, out)
    except _BeyondError as error:
        out.gone[metric.name] = str(error)
        out.lost.append(Lost(name=f"metric {metric.name}", reason=str(error)))
        return
    if len(metric.versions) > 1:
        reason = "its earlier definitions stay here: dbt knows one definition of a metric"
        out.lost.append(Lost(name=f"metric {metric.name}", reason=reason, partly=True))
    meta = {k: v for k, v in metric.model_dump(mode="json", exclude_defaults=True).items() if k in _META}
    kind = {"average": "simple", "semi_additive": "simple"}.get(metric.type, metric.type)
    head = {"name": metric.name, "label": metric.label, "description": metric.definition, "type": kind}
    out.metrics.append({**head, "type_params": params, "config": {"meta": meta}})


class _BeyondError(Exception):
    """Ends the export of a metric that dbt cannot hold; the message is the reason."""


def _simple(metric: MetricSpec, out: _Out) -> Spec:
    assert metric.measure is not None
    return {"measure": {"name": _measure(metric.name, metric.measure, out)}}


def _ratio(metric: MetricSpec, out: _Out) -> Spec:
    sides = (("numerator", metric.numerator), ("denominator", metric.denominator))
    return {key: {"name": _hidden(f"{metric.name}_{key}", m, out)} for key, m in sides if m is not None}


def _hidden(name: str, measure: MeasureSpec, out: _Out) -> str:
    """Add a metric of one measure, which dbt's ratios are made of."""
    params = {"measure": {"name": _measure(name, measure, out)}}
    out.metrics.append({"name": name, "label": name.replace("_", " "), "type": "simple", "type_params": params})
    return name


def _derived(metric: MetricSpec, out: _Out) -> Spec:
    tree = sqlglot.parse_one(metric.expr or "", dialect="duckdb")
    names = dict.fromkeys(c.name for c in tree.find_all(exp.Column))
    inputs: list[Spec] = []
    for name in names:
        if name in out.catalogue.parameters:
            continue
        own = metric.inputs.get(name)
        other = own.metric if own else name
        if other in out.gone:
            raise _BeyondError(f"it rests on '{other}': {out.gone[other]}")
        offset = {"offset_window": str(own.offset)} if own and own.offset else {}
        inputs.append({"name": other, **({"alias": name} if other != name else {}), **offset})

    def number(node: exp.Expression) -> exp.Expression:
        known = isinstance(node, exp.Column) and node.name in out.catalogue.parameters
        return exp.Literal.number(out.catalogue.parameters[node.name]) if known else node

    return {"expr": tree.transform(number).sql(dialect="duckdb"), "metrics": inputs}


def _cumulative(metric: MetricSpec, out: _Out) -> Spec:
    assert metric.measure is not None
    if metric.to_date and metric.to_date.startswith("fiscal"):
        raise _BeyondError("dbt knows no fiscal calendar without one of its own")
    span = {"window": str(metric.window)} if metric.window else {}
    grain = {"grain_to_date": metric.to_date} if metric.to_date else {}
    own = {**span, **grain, "period_agg": "last"}
    return {"measure": {"name": _measure(metric.name, metric.measure, out)}, "cumulative_type_params": own}


def _conversion(metric: MetricSpec, out: _Out) -> Spec:
    assert metric.base is not None
    assert metric.conversion is not None
    follow: FollowUp = metric.conversion
    base, event = out.catalogue.table(metric.base.table), out.catalogue.table(follow.table)
    entities = [base.entity, follow.entity or event.entity]
    matched = [next((j.to for j in t.joins if j.on == e), None) for t, e in zip((base, event), entities, strict=True)]
    if matched[0] is None or matched[0] != matched[1] or (follow.time and follow.time != event.time):
        raise _BeyondError("base and conversion share no entity that both tables join to")
    out.lost.append(Lost(name=f"metric {metric.name}", reason=CREDITED, partly=True))
    counted = MeasureSpec(table=follow.table, agg="count", where=follow.where)
    own = {
        "base_measure": {"name": _measure(f"{metric.name}_base", metric.base, out)},
        "conversion_measure": {"name": _measure(f"{metric.name}_conversion", counted, out)},
        "entity": _entity(matched[0]),
        "window": str(follow.within),
    }
    return {"conversion_type_params": own}


_KINDS = {
    "simple": _simple, "average": _simple, "semi_additive": _simple, "ratio": _ratio, "derived": _derived,
    "cumulative": _cumulative, "conversion": _conversion,
}  # fmt: skip


def _measure(name: str, measure: MeasureSpec, out: _Out) -> str:
    """Add a measure to its table and return its name; raise _BeyondError."""
    table = out.catalogue.table(measure.table)
    reason = next(_beyond(measure, table), None)
    if reason:
        raise _BeyondError(reason)
    made = f"{name}_measure"
    spec: Spec = {"name": made, **_aggregate(measure)}
    if measure.edge:
        choice = "max" if measure.edge == "last" else "min"
        spec["non_additive_dimension"] = {"name": f"{table.name}_time", "window_choice": choice}
    out.measures.setdefault(table.name, []).append(spec)
    return made


def _beyond(measure: MeasureSpec, table: TableSpec) -> Iterator[str]:
    if not table.time:
        yield f"rows of '{table.name}' have no date, and dbt aggregates over time"
    if measure.matures_after:
        yield f"rows younger than {measure.matures_after} days are left out of it"
    if measure.followed_by:
        yield "it counts only rows that another event followed"
    if measure.time and measure.time != table.time:
        yield f"its rows are dated by '{measure.time}'"
    texts = [t for t in (measure.expr, measure.where) if t and t != "*"]
    if any(c.table for t in texts for c in sqlglot.parse_one(t, dialect="duckdb").find_all(exp.Column)):
        yield "it reads columns of a joined table"


def _aggregate(measure: MeasureSpec) -> Spec:
    counts = measure.agg == "count"
    value = "1" if counts and measure.expr == "*" else measure.expr
    if counts:
        kept = [c for c in (measure.where, None if measure.expr == "*" else f"({measure.expr}) IS NOT NULL") if c]
        condition = " AND ".join(f"({c})" for c in kept)
        return {"agg": "sum", "expr": f"CASE WHEN {condition} THEN 1 ELSE 0 END" if condition else "1"}
    expr = f"CASE WHEN {measure.where} THEN {value} END" if measure.where else value
    params = {"agg_params": {"percentile": measure.percentile, "use_discrete_percentile": False}}
    return {"agg": measure.agg, "expr": expr, **(params if measure.agg == "percentile" else {})}
