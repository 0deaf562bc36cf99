"""dbt's semantic models and metrics in this layer's form."""

from collections.abc import Mapping, Sequence
from typing import Any

from semantic_layer.interchange import dbt_forms
from semantic_layer.interchange.carried import (
    Carried,
    Entry,
    NotCarriedError,
    Spec,
    dated_column,
    label_of,
    plain_column,
    sql_text,
)
from semantic_layer.interchange.dbt_filters import condition, conditions
from semantic_layer.interchange.dbt_project import (
    Model,
    Project,
    dimension_specs,
    read_project,
    table_spec,
)

_AGGREGATES = {
    "sum": "sum", "count": "count", "count_distinct": "count_distinct", "average": "average", "avg": "average",
    "min": "min", "max": "max", "median": "median", "percentile": "percentile", "sum_boolean": "count",
}  # fmt: skip
_SUMS = ("sum", "count", "count_distinct")
CREDITED = (
    "here it is the share of base events that were followed in time; dbt counts conversions, each for the last base "
    "event up to its day, so that entities with several events of a kind differ"
)
_EDGES = {"max": "last", "min": "first"}


def from_dbt(documents: Sequence[Entry]) -> Carried:
    """Carry over tables, dimensions and metrics; what rests on something that is lost is lost, too."""
    carried = Carried()
    models = dbt_forms.semantic_models(documents)
    project = read_project(models, carried)
    carried.tables = [table_spec(m, project, carried) for m in project.models]
    carried.dimensions = dimension_specs(project, carried)
    metrics = dbt_forms.metrics(documents, models)
    _Metrics(project, metrics, carried).carry_all()
    return carried


class _Metrics:
    """Carries metrics in the order in which they rest on one another."""

    def __init__(self, project: Project, entries: Sequence[Entry], carried: Carried) -> None:
        self.project, self.carried = project, carried
        self.entries = {str(e["name"]): e for e in entries if e.get("name")}
        self.done: dict[str, Spec | None] = {}

    def carry_all(self) -> None:
        """Carry every metric over or say why not."""
        for name in self.entries:
            self._carry(name)

    def _carry(self, name: str) -> Spec | None:
        if name in self.done:
            return self.done[name]
        self.done[name] = None
        entry = self.entries[name]
        kind = str(entry.get("type", "simple")).lower()
        try:
            convert = _KINDS.get(kind)
            if convert is None:
                raise NotCarriedError(f"metrics of type '{kind}' are not known here")
            spec = {**_head(entry), **convert(self, entry)}
        except NotCarriedError as error:
            self.carried.lose(f"metric {name}", str(error), entry)
            return None
        self._say_what_differs(entry)
        self.done[name] = spec
        self.carried.metrics.append(spec)
        return spec

    def _say_what_differs(self, entry: Entry) -> None:
        measures = [entry, *(m for m in (_named(entry, "measure"), *_inputs(entry, "measures")) if m)]
        for key in ("fill_nulls_with", "join_to_timespine"):
            if any(m.get(key) is not None and m[key] is not False for m in measures):
                reason = f"{key}: a period without rows has no value here"
                self.carried.lose(f"metric {entry['name']}", reason, entry, partly=True)

    def simple(self, entry: Entry) -> Spec:
        """One measure, filtered."""
        measure = self.measure_of(str(entry["name"]), ())
        kind = "semi_additive" if {"first", "last"} & measure.keys() else "simple"
        kind = "average" if measure["agg"] == "average" else kind
        unit = {"unit": "count"} if measure["agg"] in ("count", "count_distinct") else {}
        return {"type": kind, **unit, "measure": measure}

    def ratio(self, entry: Entry) -> Spec:
        """One metric by another."""
        sides = [self._side(entry, key) for key in ("numerator", "denominator")]
        specs = [self._measure_if_simple(name, filters) for name, filters in sides]
        if all(s is not None and s["agg"] in _SUMS and not {"first", "last"} & s.keys() for s in specs):
            above, below = specs
            part = above and below and {**above, "where": None} == {**below, "where": None}
            unit = {"unit": "ratio"} if part and not (below or {}).get("where") else {}
            return {"type": "ratio", **unit, "numerator": above, "denominator": below}
        names = [self._as_named(name, filters, str(entry["name"])) for name, filters in sides]
        return {"type": "derived", "expr": f"{names[0]} / nullif({names[1]}, 0)"}

    def _side(self, entry: Entry, key: str) -> tuple[str, tuple[Any, ...]]:
        found = _named(entry, key)
        if found is None:
            raise NotCarriedError(f"no {key} is named")
        return str(found["name"]), (found.get("filter"), entry.get("filter"))

    def derived(self, entry: Entry) -> Spec:
        """An expression over other metrics, some of them as they were earlier."""
        params = entry["type_params"]
        inputs: Spec = {}
        for item in _inputs(entry, "metrics"):
            name, alias = str(item["name"]), str(item.get("alias") or item["name"])
            if item.get("offset_to_grain"):
                raise NotCarriedError("offset_to_grain: only offsets of a fixed length are known here")
            stands_for = self._as_named(name, (item.get("filter"), entry.get("filter")), f"{entry['name']}_{alias}")
            offset = _window(item.get("offset_window"))
            if alias != stands_for or offset:
                inputs[alias] = {"metric": stands_for, **({"offset": offset} if offset else {})}
        expr = sql_text(params.get("expr"))
        return {"type": "derived", "expr": expr, **({"inputs": inputs} if inputs else {})}

    def cumulative(self, entry: Entry) -> Spec:
        """A running total."""
        params = entry["type_params"]
        own = {**params, **{k: v for k, v in (params.get("cumulative_type_params") or {}).items() if v is not None}}
        found = _named(entry, "measure") or next(iter(_inputs(entry, "measures")), None) or own.get("metric")
        if not found:
            raise NotCarriedError("no measure is named")
        name = str(found["name"] if isinstance(found, dict) else found)
        filters = (found.get("filter") if isinstance(found, dict) else None, entry.get("filter"))
        measure = self._measure_if_simple(name, filters)
        if measure is None or measure["agg"] not in ("sum", "count"):
            raise NotCarriedError(f"'{name}' is no sum, so it has no running total here")
        if own.get("period_agg", "first") != "last":
            reason = "in periods longer than a day it is the total at their end; dbt takes the first day's by default"
            self.carried.lose(f"metric {entry['name']}", reason, entry, partly=True)
        grain = own.get("grain_to_date")
        span = {"to_date": str(grain)} if grain else {"window": _window(own["window"])} if own.get("window") else {}
        return {"type": "cumulative", "measure": measure, **span}

    def conversion(self, entry: Entry) -> Spec:
        """The share of base events whose entity met another event in time."""
        own = entry["type_params"].get("conversion_type_params") or {}
        if str(own.get("calculation") or "conversion_rate").lower() != "conversion_rate":
            raise NotCarriedError("the number of conversions is not a metric here, only their rate")
        if own.get("constant_properties"):
            raise NotCarriedError("constant_properties are not known here")
        if not own.get("window"):
            raise NotCarriedError("without a window a conversion never ends")
        sides = []
        for key in ("base_measure", "conversion_measure"):
            found = _mapping(own.get(key) or own.get(key.replace("measure", "metric")))
            if found is None:
                raise NotCarriedError(f"no {key} is named")
            sides.append((self._model_of(str(found["name"])), found))
        (base_model, base), (model, event) = sides
        measures = [self._measure_if_simple(str(m["name"]), (m.get("filter"),)) for m in (base, event)]
        entities = [plain_column(m.column(str(own.get("entity")))) for m in (base_model, model)]
        if any(m is None or m["agg"] != "count" or m.get("expr", "*") != "*" for m in measures) or None in entities:
            raise NotCarriedError("base and conversion must count rows of an entity's column")
        follow = {"table": model.table, "entity": entities[1], "within": _window(own["window"])}
        if (measures[1] or {}).get("where"):
            follow["where"] = (measures[1] or {})["where"]
        self.carried_entity(base_model.table, str(entities[0]))
        self.carried.lose(f"metric {entry['name']}", CREDITED, entry, partly=True)
        return {"type": "conversion", "unit": "ratio", "base": measures[0], "conversion": follow}

    def carried_entity(self, table: str, column: str) -> None:
        """Note whom a table's rows befall: conversions are matched by it."""
        spec = next(t for t in self.carried.tables if t["name"] == table)
        if spec.setdefault("entity", column) != column:
            raise NotCarriedError(f"rows of '{table}' are already matched by '{spec['entity']}'")

    def measure_of(self, name: str, filters: Sequence[Any]) -> Spec:
        """Return the filtered measure of a simple metric, or of a measure's own name."""
        entry, own = self.entries.get(name), None
        if entry is not None and str(entry.get("type", "simple")).lower() == "simple":
            own = _named(entry, "measure") or next(iter(_inputs(entry, "measures")), None)
            made = entry["type_params"].get("metric_aggregation_params")
            if own is None and made:
                return self._aggregated(entry, made, (entry.get("filter"), *filters))
            filters = (own or {}).get("filter"), entry.get("filter"), *filters
        elif entry is not None:
            raise NotCarriedError(f"'{name}' is no simple metric")
        model, measure = self.project.measure(str((own or {}).get("name", name)))
        return _measure(model, measure, [condition(c, model, self.project) for c in conditions(*filters)])

    def _aggregated(self, entry: Entry, made: Mapping[str, Any], filters: Sequence[Any]) -> Spec:
        """Return the measure that a manifest of the latest form writes into the metric."""
        model = next((m for m in self.project.models if m.entry.get("name") == made.get("semantic_model")), None)
        if model is None:
            raise NotCarriedError(f"its semantic model '{made.get('semantic_model')}' is not carried over")
        measure = Entry({"name": entry["name"], **made})
        return _measure(model, measure, [condition(c, model, self.project) for c in conditions(*filters)])

    def _measure_if_simple(self, name: str, filters: Sequence[Any]) -> Spec | None:
        entry = self.entries.get(name)
        if entry is not None and str(entry.get("type", "simple")).lower() != "simple":
            return None
        return self.measure_of(name, filters)

    def _model_of(self, name: str) -> Model:
        entry = self.entries.get(name)
        own = _named(entry, "measure") if entry is not None else None
        return self.project.measure(str((own or {}).get("name", name)))[0]

    def _as_named(self, name: str, filters: Sequence[Any], alias: str) -> str:
        """Return the metric's name; of a filtered one, that of a hidden metric made for it."""
        if not any(conditions(*filters)):
            if name in self.entries and self._carry(name) is None:
                raise NotCarriedError(f"it rests on '{name}', which is not carried over")
            if name not in self.entries:
                raise NotCarriedError(f"there is no metric '{name}'")
            return name
        measure = self._measure_if_simple(name, filters)
        if measure is None:
            raise NotCarriedError(f"'{name}' is filtered inside it and no simple metric")
        hidden = f"{alias}_filtered"
        head = {"name": hidden, "label": label_of(hidden), "definition": f"{name}, filtered", "owner": "unassigned"}
        kind = "average" if measure["agg"] == "average" else "simple"
        self.carried.metrics.append({**head, "unit": "score", "hidden": True, "type": kind, "measure": measure})
        return hidden


_KINDS = {
    "simple": _Metrics.simple, "ratio": _Metrics.ratio, "derived": _Metrics.derived,
    "cumulative": _Metrics.cumulative, "conversion": _Metrics.conversion,
}  # fmt: skip


def _head(entry: Entry) -> Spec:
    """Return what every metric has; owner and unit come from `config: meta:`, where they are."""
    meta = {**((entry.get("config") or {}).get("meta") or {}), **(entry.get("meta") or {})}
    label = str(entry.get("label") or label_of(str(entry["name"])))
    said = str(entry.get("description") or "").strip() or label
    spec = {"name": str(entry["name"]), "label": label, "definition": said}
    spec |= {"unit": str(meta.get("unit") or "score"), "owner": str(meta.get("owner") or "unassigned")}
    synonyms = meta.get("synonyms")
    return {**spec, **({"synonyms": list(synonyms)} if isinstance(synonyms, list) and synonyms else {})}


def _measure(model: Model, measure: Entry, where: Sequence[str]) -> Spec:
    agg = str(measure.get("agg")).lower()
    if agg not in _AGGREGATES:
        raise NotCarriedError(f"aggregation '{agg}' is not known here")
    expr = str(measure["name"] if measure.get("expr") is None else measure["expr"])
    spec: Spec = {"table": model.table, "agg": _AGGREGATES[agg]}
    if agg == "sum_boolean":
        where = [*where, sql_text(expr)]
    elif expr in ("1", "*") and agg in ("sum", "count"):
        spec["agg"] = "count"
    else:
        spec["expr"] = sql_text(expr)
    params = measure.get("agg_params") or {}
    if agg == "percentile":
        if params.get("use_discrete_percentile") or params.get("use_approximate_percentile"):
            raise NotCarriedError("discrete and approximate percentiles are not known here, only interpolated ones")
        spec["percentile"] = _share(params.get("percentile"))
    if where:
        spec["where"] = " AND ".join(f"({w})" for w in where) if len(where) > 1 else where[0]
    return {**spec, **_clock(model, measure), **_edge(model, measure)}


def _share(value: Any) -> float:
    """Return which percentile, written as 0.9 or as 90."""
    try:
        share = float(value)
    except (TypeError, ValueError) as error:
        raise NotCarriedError(f"'{value}' names no percentile") from error
    return share / 100 if share > 1 else share


def _clock(model: Model, measure: Entry) -> Spec:
    clock = measure.get("agg_time_dimension")
    if not clock or clock == (model.entry.get("defaults") or {}).get("agg_time_dimension"):
        return {}
    column = dated_column(model.column(str(clock)))
    if column is None:
        raise NotCarriedError(f"it is dated by '{clock}', which is an expression")
    return {"time": column} if column != model.time else {}


def _edge(model: Model, measure: Entry) -> Spec:
    snapshot = measure.get("non_additive_dimension")
    if not snapshot:
        return {}
    if snapshot.get("window_groupings"):
        raise NotCarriedError("window_groupings: the last snapshot of each group by itself is not known here")
    if dated_column(model.column(str(snapshot["name"]))) != model.time:
        raise NotCarriedError(f"its snapshots are told apart by '{snapshot['name']}', which does not date the table")
    return {_EDGES[str(snapshot.get("window_choice", "min")).lower()]: True}


def _mapping(value: Any) -> Mapping[str, Any] | None:
    return value if isinstance(value, dict) else {"name": value} if isinstance(value, str) else None


def _named(entry: Entry, key: str) -> Mapping[str, Any] | None:
    return _mapping((entry.get("type_params") or {}).get(key))


def _inputs(entry: Entry, key: str) -> list[Mapping[str, Any]]:
    found = (entry.get("type_params") or {}).get(key) or (entry.get("type_params") or {}).get(f"input_{key}") or []
    return [m for item in found if (m := _mapping(item)) is not None]


def _window(value: Any) -> str:
    """Return a length of time, written as text or as a manifest's count and granularity."""
    if isinstance(value, dict):
        value = f"{value.get('count')} {value.get('granularity')}"
    return str(value or "").strip()
