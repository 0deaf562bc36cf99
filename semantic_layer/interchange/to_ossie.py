"""This layer's definitions as an Apache Ossie model."""

import json
from collections.abc import Iterable
from typing import Any

import sqlglot
from sqlglot import exp

from semantic_layer.interchange.carried import Lost, identifier
from semantic_layer.interchange.from_ossie import EXTENSION
from semantic_layer.model import Catalogue, DimensionSpec, MeasureSpec, MetricSpec, TableSpec

_TYPES = {"text": "String", "number": "Decimal", "boolean": "Boolean", "date": "Date"}
_TABLE_KEYS = ("time", "time_grain", "timezone", "entity")
_CUT_KEYS = ("driver", "outcome", "theme", "order", "values")
_METRIC_KEYS = (
    "label", "unit", "owner", "good", "pillar", "horizon", "caveat", "read_with", "headline", "default_grain", "format",
    "hidden",
)  # fmt: skip


def to_ossie(catalogue: Catalogue, *, name: str) -> tuple[dict[str, Any], tuple[Lost, ...]]:
    """Return the document and what it cannot hold; what Ossie has no word for stands in `custom_extensions`."""
    lost: list[Lost] = []
    metrics = [m for metric in catalogue.metrics if (m := _metric(metric, catalogue, lost)) is not None]
    relationships = [
        {
            "name": f"{table.name}_to_{join.to}",
            "from": table.name,
            "to": join.to,
            "from_columns": [join.on],
            "to_columns": [catalogue.table(join.to).key],
        }
        for table in catalogue.tables
        for join in table.joins
    ]
    model = {
        "name": name,
        "datasets": [_dataset(table, catalogue, lost) for table in catalogue.tables],
        "relationships": relationships,
        "metrics": metrics,
    }
    return {"semantic_model": [{k: v for k, v in model.items() if v}]}, tuple(lost)


def _dataset(table: TableSpec, catalogue: Catalogue, lost: list[Lost]) -> dict[str, Any]:
    cuts = [d for d in catalogue.dimensions if d.table == table.name]
    fields = [f for d in cuts if (f := _field(d, lost)) is not None]
    if table.time and not any(f["name"] == table.time for f in fields):
        clock = {"name": table.time, "expression": _expression(identifier(table.time)), "dimension": {"is_time": True}}
        fields.append(clock)
    key = [part.strip() for part in table.key.split(",")] if table.key else []
    content = {
        "name": table.name,
        "source": table.name,
        "primary_key": key,
        "description": table.description,
        "fields": fields,
        "custom_extensions": _extension(table, _TABLE_KEYS),
    }
    return {k: v for k, v in content.items() if v}


def _field(dimension: DimensionSpec, lost: list[Lost]) -> dict[str, Any] | None:
    if dimension.expr and "@row_date" in dimension.expr:
        reason = "it depends on the date of the fact row that is cut"
        lost.append(Lost(name=f"dimension {dimension.name}", reason=reason))
        return None
    if dimension.hidden:
        return None
    content = {
        "name": dimension.name,
        "expression": _expression(dimension.expr or identifier(dimension.column or dimension.name)),
        "dimension": {"is_time": False},
        "label": dimension.label,
        "description": dimension.description,
        "datatype": _TYPES[dimension.type],
        "ai_context": {"synonyms": list(dimension.synonyms)} if dimension.synonyms else None,
        "custom_extensions": _extension(dimension, _CUT_KEYS),
    }
    return {k: v for k, v in content.items() if v}


def _metric(metric: MetricSpec, catalogue: Catalogue, lost: list[Lost]) -> dict[str, Any] | None:
    reason = _beyond(metric, catalogue)
    if reason is not None:
        lost.append(Lost(name=f"metric {metric.name}", reason=reason))
        return None
    if len(metric.versions) > 1:
        reason = "its earlier definitions stay here: Ossie knows one definition of a metric"
        lost.append(Lost(name=f"metric {metric.name}", reason=reason, partly=True))
    content = {
        "name": metric.name,
        "expression": _expression(_sql(metric, catalogue)),
        "description": metric.definition,
        "ai_context": {"synonyms": list(metric.synonyms)} if metric.synonyms else None,
        "custom_extensions": _extension(metric, _METRIC_KEYS),
    }
    return {k: v for k, v in content.items() if v}


def _beyond(metric: MetricSpec, catalogue: Catalogue, above: tuple[str, ...] = ()) -> str | None:
    """Say what of a metric no aggregate expression can hold."""
    if metric.type in ("cumulative", "conversion", "semi_additive"):
        return f"a metric of type {metric.type} is no expression of aggregates"
    for measure in metric.measures():
        if measure.edge or measure.followed_by:
            return "it takes only some rows over time"
        if measure.matures_after:
            return f"rows younger than {measure.matures_after} days are left out of it"
        if measure.counts_rows and not catalogue.table(measure.table).key:
            return f"rows of '{measure.table}' are counted, and no key tells them apart"
        if measure.time and measure.time != catalogue.table(measure.table).time:
            return f"its rows are dated by '{measure.time}', not by the table's own time"
    if any(i.offset for i in metric.inputs.values()):
        return "it takes another metric as it was earlier"
    for name in _rests_on(metric, catalogue):
        if name not in above and (reason := _beyond(catalogue.metric(name), catalogue, (*above, metric.name))):
            return f"it rests on '{name}': {reason}"
    return None


def _rests_on(metric: MetricSpec, catalogue: Catalogue) -> Iterable[str]:
    tree = sqlglot.parse_one(metric.expr or "1", dialect="duckdb")
    named = {c.name for c in tree.find_all(exp.Column)}
    return [n for n in (*named, *(i.metric for i in metric.inputs.values())) if catalogue.has_metric(n)]


def _sql(metric: MetricSpec, catalogue: Catalogue) -> str:
    if metric.numerator and metric.denominator:
        return f"{_aggregate(metric.numerator, catalogue)} / NULLIF({_aggregate(metric.denominator, catalogue)}, 0)"
    if metric.measure:
        return _aggregate(metric.measure, catalogue)

    def named(node: exp.Expression) -> exp.Expression:
        if not isinstance(node, exp.Column):
            return node
        name = metric.inputs[node.name].metric if node.name in metric.inputs else node.name
        if name in catalogue.parameters:
            return exp.Literal.number(catalogue.parameters[name])
        inner = sqlglot.parse_one(_sql(catalogue.metric(name), catalogue), dialect="duckdb")
        return exp.paren(inner)

    return sqlglot.parse_one(metric.expr or "", dialect="duckdb").transform(named).sql()


def _aggregate(measure: MeasureSpec, catalogue: Catalogue) -> str:
    rows = "1" if measure.expr == "*" else _of(measure.table, measure.expr)
    value = f"CASE WHEN {_of(measure.table, measure.where)} THEN {rows} END" if measure.where else rows
    if measure.agg == "percentile":
        return f"PERCENTILE_CONT({measure.percentile}) WITHIN GROUP (ORDER BY {value})"
    if measure.agg == "count_distinct":
        return f"COUNT(DISTINCT {value})"
    if measure.agg == "count" and measure.expr == "*" and not measure.where:
        return f"COUNT({_of(measure.table, identifier(_first_key(catalogue.table(measure.table)) or ''))})"
    function = "AVG" if measure.agg == "average" else measure.agg.upper()
    return f"{function}({value})"


def _first_key(table: TableSpec) -> str | None:
    return table.key.split(",")[0].strip() if table.key else None


def _of(table: str, text: str) -> str:
    """Qualify the columns of an expression with their dataset."""

    def column(node: exp.Expression) -> exp.Expression:
        if isinstance(node, exp.Column) and not node.table:
            node.set("table", exp.to_identifier(table))
        return node

    return sqlglot.parse_one(text, dialect="duckdb").transform(column).sql()


def _expression(text: str) -> dict[str, Any]:
    return {"dialects": [{"dialect": "ANSI_SQL", "expression": text}]}


def _extension(spec: Any, keys: Iterable[str]) -> list[dict[str, str]]:
    written = spec.model_dump(mode="json", exclude_defaults=True)
    kept = {k: written[k] for k in keys if k in written}
    return [{"vendor_name": "COMMON", "data": json.dumps({EXTENSION: kept})}] if kept else []
