"""dbt's latest YAML, in which models carry their semantics, as the older form with semantic models apart."""

from collections.abc import Iterable, Iterator
from typing import Any

from semantic_layer.interchange.carried import Entry

_MEASURE = ("agg", "expr", "agg_time_dimension", "non_additive_dimension", "agg_params", "percentile")


def semantic_models(documents: Iterable[Entry]) -> list[Entry]:
    """Return the semantic models of all documents in the older form."""
    found: list[Entry] = []
    for document in documents:
        found += [m for m in document.get("semantic_models") or [] if isinstance(m, Entry)]
        for model in document.get("models") or []:
            if isinstance(model, Entry) and _is_on(model.get("semantic_model")):
                found.append(_older_model(model))
    return found


def metrics(documents: Iterable[Entry], models: Iterable[Entry]) -> list[Entry]:
    """Return all metrics in the older form; measures that make one, too."""
    found: list[Entry] = []
    for document in documents:
        found += [_older_metric(m) for m in document.get("metrics") or [] if isinstance(m, Entry)]
        for model in document.get("models") or []:
            if isinstance(model, Entry) and _is_on(model.get("semantic_model")):
                found += [_older_metric(m) for m in model.get("metrics") or [] if isinstance(m, Entry)]
    known = {m.get("name") for m in found}
    made = [_made(m) for model in models for m in model.get("measures") or [] if m.get("create_metric")]
    return [*found, *(m for m in made if m["name"] not in known)]


def _is_on(value: Any) -> bool:
    return value is True or (isinstance(value, dict) and value.get("enabled", True) is not False)


def _older_model(model: Entry) -> Entry:
    block = model["semantic_model"] if isinstance(model["semantic_model"], dict) else {}
    derived = model.get("derived_semantics") or {}
    columns = [c for c in model.get("columns") or [] if isinstance(c, Entry)]
    return _at(model, {
        "name": block.get("name") or model.get("name"),
        "model": model.get("name"),
        "description": model.get("description") or "",
        "defaults": {"agg_time_dimension": model.get("agg_time_dimension")},
        "primary_entity": model.get("primary_entity"),
        "entities": [*_of_columns(columns, "entity"), *(derived.get("entities") or [])],
        "dimensions": [*_of_columns(columns, "dimension"), *(derived.get("dimensions") or [])],
        "measures": [_measure(m) for m in model.get("metrics") or [] if isinstance(m, Entry) and m.get("agg")],
    })  # fmt: skip


def _of_columns(columns: Iterable[Entry], kind: str) -> Iterator[Entry]:
    """Yield the entities or dimensions that stand on columns."""
    for column in columns:
        block = column.get(kind)
        if block is None:
            continue
        block = block if isinstance(block, dict) else {"type": block}
        params: dict[str, Any] = {"time_granularity": column.get("granularity", "day")}
        params |= block.get("type_params") or {}
        if "validity_params" in block:
            params["validity_params"] = block["validity_params"]
        own = {"name": column.get("name"), "expr": column.get("name"), "description": column.get("description") or ""}
        yield _at(column, {**own, **block, "type_params": params})


def _measure(metric: Entry) -> Entry:
    own = {key: metric[key] for key in _MEASURE if key in metric}
    if "percentile" in own:
        own["agg_params"] = {
            "percentile": own.pop("percentile"),
            "use_discrete_percentile": metric.get("percentile_type") == "discrete",
        }
    return _at(metric, {"name": metric.get("name"), **own})


def _older_metric(metric: Entry) -> Entry:
    if "type_params" in metric:
        return metric
    params: dict[str, Any] = {
        "measure": metric["name"] if metric.get("agg") else metric.get("input_metric"),
        "numerator": metric.get("numerator"),
        "denominator": metric.get("denominator"),
        "expr": metric.get("expr"),
        "metrics": metric.get("input_metrics"),
        "cumulative_type_params": {k: metric.get(k) for k in ("window", "grain_to_date", "period_agg")},
        "conversion_type_params": {
            "base_measure": metric.get("base_metric"),
            "conversion_measure": metric.get("conversion_metric"),
            **{k: metric.get(k) for k in ("entity", "window", "calculation", "constant_properties")},
        },
    }
    kept = {k: metric[k] for k in ("name", "label", "description", "type", "filter", "config", "meta") if k in metric}
    extra = {k: metric[k] for k in ("fill_nulls_with", "join_to_timespine") if metric.get(k) is not None}
    return _at(metric, {"type": "simple", **kept, **extra, "type_params": params})


def _made(measure: Entry) -> Entry:
    kept = {k: measure[k] for k in ("name", "label", "description") if measure.get(k)}
    return _at(measure, {**kept, "type": "simple", "type_params": {"measure": measure["name"]}})


def _at(place: Entry, content: dict[str, Any]) -> Entry:
    entry = Entry(content)
    entry.file, entry.line = place.file, place.line
    return entry
