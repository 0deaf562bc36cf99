"""Apache Ossie's semantic models in this layer's form."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from semantic_layer.interchange.carried import Carried, Entry, NotCarriedError, Spec, label_of, plain_column
from semantic_layer.interchange.ossie_expressions import Expressions

DIALECTS = {"ANSI_SQL": "", "SNOWFLAKE": "snowflake", "DATABRICKS": "databricks", "BIGQUERY": "bigquery"}
EXTENSION = "because"


@dataclass(slots=True)
class Dataset:
    """A dataset: its table and the expressions of its fields."""

    entry: Entry
    name: str
    table: str
    key: tuple[str, ...]
    time: str | None = None
    fields: dict[str, str] = field(default_factory=dict)


def from_ossie(documents: Sequence[Entry]) -> Carried:
    """Carry over every model's datasets, relationships, fields and metrics."""
    carried = Carried()
    for document in documents:
        for model in document["semantic_model"]:
            _carry_model(model, carried)
    return carried


def _carry_model(model: Entry, carried: Carried) -> None:
    datasets = {d.name: d for entry in model.get("datasets") or [] if (d := _dataset(entry, carried))}
    tables = {d.name: _table(d) for d in datasets.values()}
    for entry in model.get("relationships") or []:
        _relate(entry, datasets, tables, carried)
    carried.tables += tables.values()
    carried.dimensions += _dimensions(list(datasets.values()))
    expressions = Expressions(datasets, {d.table: t for d, t in zip(datasets.values(), tables.values(), strict=True)})
    scoped = [(m, d) for d in datasets.values() for m in d.entry.get("metrics") or []]
    for entry, owner in (*scoped, *((m, None) for m in model.get("metrics") or [])):
        _carry_metric(entry, owner, expressions, carried)


def _dataset(entry: Entry, carried: Carried) -> Dataset | None:
    name, source = str(entry["name"]), str(entry.get("source") or entry["name"])
    if any(c.isspace() or c == "(" for c in source):
        carried.lose(f"dataset {name}", "its source is a query, not a table", entry)
        return None
    key = tuple(str(c) for c in entry.get("primary_key") or ())
    found = Dataset(entry=entry, name=name, table=source.rsplit(".", 1)[-1].strip('"'), key=key)
    for item in entry.get("fields") or []:
        try:
            found.fields[str(item["name"])] = expression_of(item)
        except NotCarriedError as error:
            carried.lose(f"field {name}.{item.get('name')}", str(error), item)
    own = extension_of(entry).get("time")
    times = [str(own)] if own else [n for n, e in found.fields.items() if _is_time(entry, n) and plain_column(e)]
    if len(times) == 1:
        found.time = plain_column(found.fields.get(times[0], times[0]))
    elif times:
        carried.lose(f"time of {name}", f"several fields date its rows: {', '.join(times)}", entry, partly=True)
    return found


def _is_time(entry: Entry, name: str) -> bool:
    item = next(f for f in entry["fields"] if f["name"] == name)
    marked = (item.get("dimension") or {}).get("is_time")
    return bool(marked) if marked is not None else item.get("datatype") in ("Date", "DateTime", "DateTimeTz")


def _table(dataset: Dataset) -> Spec:
    spec: Spec = {"name": dataset.table, "description": str(dataset.entry.get("description") or "").strip()}
    spec |= {"key": ", ".join(dataset.key)} if dataset.key else {}
    spec |= {"time": dataset.time} if dataset.time else {}
    own = extension_of(dataset.entry)
    spec |= {k: own[k] for k in ("time_grain", "timezone", "entity") if own.get(k)}
    return {k: v for k, v in spec.items() if v}


def _relate(entry: Entry, datasets: Mapping[str, Dataset], tables: Mapping[str, Spec], carried: Carried) -> None:
    name = str(entry.get("name"))
    ends = [datasets.get(str(entry.get(side))) for side in ("from", "to")]
    columns = [tuple(entry.get(f"{side}_columns") or ()) for side in ("from", "to")]
    source, target = ends
    if source is None or target is None:
        carried.lose(f"relationship {name}", "it joins a dataset that is not carried over", entry)
    elif len(columns[0]) != 1 or len(columns[1]) != 1:
        carried.lose(f"relationship {name}", "only joins over a single column are known here", entry)
    elif columns[1] != target.key:
        carried.lose(f"relationship {name}", f"it does not end at the primary key of '{target.name}'", entry)
    else:
        tables[source.name].setdefault("joins", []).append({"to": target.table, "on": str(columns[0][0])})


def _dimensions(datasets: Collection[Dataset]) -> list[Spec]:
    found = [(d, item) for d in datasets for item in d.entry.get("fields") or [] if _cuts(d, item)]
    names = [str(item["name"]) for _, item in found]
    return [
        _dimension(d, item, n if names.count(n) == 1 else f"{d.table}_{n}")
        for (d, item), n in zip(found, names, strict=True)
    ]


def _cuts(dataset: Dataset, item: Entry) -> bool:
    """Tell whether a field is a way to cut: marked as one, and not what dates the rows or holds them apart."""
    name = str(item["name"])
    column = plain_column(dataset.fields.get(name, ""))
    told = column is not None and (column == dataset.time or column in dataset.key)
    return name in dataset.fields and "dimension" in item and not told


def _dimension(dataset: Dataset, item: Entry, name: str) -> Spec:
    text = dataset.fields[str(item["name"])]
    column = plain_column(text)
    own = {"column": column} if column and column != name else {} if column else {"expr": text}
    kinds = {"Date": "date", "DateTime": "date", "DateTimeTz": "date", "Boolean": "boolean"}
    kinds |= dict.fromkeys(("Integer", "Decimal", "Float"), "number") | {"String": "text"}
    kind = {"type": kinds[item["datatype"]]} if item.get("datatype") in kinds else {}
    spec = {"name": name, "label": str(item.get("label") or label_of(str(item["name"]))), "table": dataset.table}
    return {**spec, **own, **kind, **_said(item), **_kept(item, ("driver", "outcome", "theme", "order", "values"))}


def _carry_metric(entry: Entry, owner: Dataset | None, expressions: Expressions, carried: Carried) -> None:
    name = str(entry.get("name"))
    try:
        formula, hidden = expressions.formula(name, expression_of(entry), owner)
    except NotCarriedError as error:
        carried.lose(f"metric {name}", str(error), entry)
        return
    own = extension_of(entry)
    label = str(own.get("label") or label_of(name))
    spec: Spec = {"name": name, "label": label, "definition": str(entry.get("description") or label).strip()}
    spec |= {"unit": own.get("unit") or formula.pop("unit", None) or "score", "owner": own.get("owner") or "unassigned"}
    formula.pop("unit", None)
    synonyms = _said(entry).get("synonyms")
    spec |= {"synonyms": synonyms} if synonyms else {}
    kept = ("good", "pillar", "horizon", "caveat", "read_with", "headline", "default_grain", "format", "hidden")
    carried.metrics += [*hidden, {**spec, **_kept(entry, kept), **formula}]


def expression_of(entry: Entry) -> str:
    """Return an entry's expression in DuckDB's SQL; raise NotCarriedError."""
    import sqlglot

    found = entry.get("expression")
    written = found.get("dialects") if isinstance(found, dict) else None
    by = {str(d.get("dialect")): str(d.get("expression")) for d in written or []}
    chosen = next((d for d in DIALECTS if d in by), None)
    if chosen is None:
        raise NotCarriedError(f"it is written in {', '.join(by) or 'no dialect'} only")
    try:
        return sqlglot.transpile(by[chosen], read=DIALECTS[chosen] or None, write="duckdb")[0]
    except (sqlglot.errors.SqlglotError, IndexError) as error:
        raise NotCarriedError(f"the expression '{by[chosen]}' cannot be parsed as SQL") from error


def extension_of(entry: Entry) -> dict[str, Any]:
    """Return what an export of this layer wrote into `custom_extensions`."""
    for item in entry.get("custom_extensions") or []:
        try:
            data = json.loads(item.get("data") or "{}")
        except (ValueError, AttributeError):
            continue
        if isinstance(data, dict) and isinstance(data.get(EXTENSION), dict):
            return dict(data[EXTENSION])
    return {}


def _said(item: Entry) -> Spec:
    context = item.get("ai_context")
    synonyms = [str(s) for s in context.get("synonyms") or []] if isinstance(context, dict) else []
    said = str(item.get("description") or "").strip()
    return {**({"description": said} if said else {}), **({"synonyms": synonyms} if synonyms else {})}


def _kept(item: Entry, keys: Sequence[str]) -> Spec:
    own = extension_of(item)
    return {k: own[k] for k in keys if k in own}
