"""A dbt project's semantic models, looked up by entity, dimension and measure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

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

_REF = re.compile(r"""(?:ref|source)\((?:['"]\w+['"]\s*,\s*)?['"](\w+)['"]\)""")
_KEYS = ("primary", "unique", "natural")


@dataclass(slots=True)
class Model:
    """One semantic model: its table, and columns or expressions of its entities and dimensions."""

    entry: Entry
    table: str
    time: str | None = None
    primary: str | None = None
    entities: dict[str, Entry] = field(default_factory=dict)
    dimensions: dict[str, Entry] = field(default_factory=dict)
    measures: dict[str, Entry] = field(default_factory=dict)

    def column(self, name: str) -> str:
        """Return the expression of an entity or dimension; raise NotCarriedError."""
        entry = self.dimensions.get(name) or self.entities.get(name)
        if entry is None:
            raise NotCarriedError(f"'{self.table}' has no dimension '{name}'")
        return str(entry.get("expr") or entry["name"])

    def key_column(self, entity: str) -> str | None:
        """Return the column of an entity that rows are told apart by."""
        entry = self.entities.get(entity)
        return plain_column(entry.get("expr") or entity) if entry and entry.get("type") in _KEYS else None


@dataclass(slots=True)
class Project:
    """All semantic models."""

    models: list[Model]

    def measure(self, name: str) -> tuple[Model, Entry]:
        """Return a measure and its model; raise NotCarriedError."""
        for model in self.models:
            if name in model.measures:
                return model, model.measures[name]
        raise NotCarriedError(f"there is no measure '{name}'")

    def owner_of(self, entity: str) -> Model | None:
        """Return the model whose rows an entity tells apart, if that is one."""
        owners = [m for m in self.models if m.key_column(entity) is not None]
        return owners[0] if len(owners) == 1 else None


def read_project(entries: Iterable[Entry], carried: Carried) -> Project:
    """Index semantic models; one of slowly changing rows and a second on the same table are left behind."""
    models: dict[str, Model] = {}
    for entry in entries:
        model = _model(entry)
        if any((d.get("type_params") or {}).get("validity_params") for d in model.dimensions.values()):
            carried.lose(str(entry.get("name")), "a table of slowly changing rows (validity_params)", entry)
        elif model.table in models:
            carried.lose(str(entry.get("name")), f"a second semantic model on table '{model.table}'", entry)
        else:
            models[model.table] = model
    return Project(list(models.values()))


def _model(entry: Entry) -> Model:
    model = Model(entry=entry, table=_table(entry))
    model.entities = {str(e["name"]): e for e in entry.get("entities") or []}
    model.dimensions = {str(d["name"]): d for d in entry.get("dimensions") or []}
    model.measures = {str(m["name"]): m for m in entry.get("measures") or []}
    model.primary = next((n for n, e in model.entities.items() if e.get("type") == "primary"), None)
    model.primary = model.primary or entry.get("primary_entity")
    clock = (entry.get("defaults") or {}).get("agg_time_dimension")
    if clock in model.dimensions:
        model.time = dated_column(model.column(clock))
    return model


def _table(entry: Entry) -> str:
    relation = entry.get("node_relation")
    if isinstance(relation, dict) and relation.get("alias"):
        return str(relation["alias"])
    found = _REF.search(str(entry.get("model") or ""))
    return found[1] if found else str(entry.get("model") or entry.get("name"))


def table_spec(model: Model, project: Project, carried: Carried) -> Spec:
    """Describe a model's table with the joins that its foreign entities make."""
    spec: Spec = {"name": model.table, "description": str(model.entry.get("description") or "").strip()}
    key = model.key_column(model.primary) if model.primary else None
    if key:
        spec["key"] = key
    if model.time:
        spec["time"] = model.time
    joins = [j for e in model.entities.values() if (j := _join(model, e, project, carried))]
    if joins:
        spec["joins"] = joins
    return {k: v for k, v in spec.items() if v != ""}


def _join(model: Model, entity: Entry, project: Project, carried: Carried) -> dict[str, str] | None:
    name = str(entity["name"])
    if entity.get("type") != "foreign":
        return None
    owner, column = project.owner_of(name), plain_column(entity.get("expr") or name)
    if owner is None:
        return None
    if column is None or owner.primary != name:
        carried.lose(f"{model.table} → {owner.table}", "the join is over an expression or a second key", entity)
        return None
    return {"to": owner.table, "on": column}


def dimension_specs(project: Project, carried: Carried) -> list[Spec]:
    """Describe the dimensions; a name that several tables use gets the table's before it."""
    names: list[str] = [n for m in project.models for n in m.dimensions]
    specs = []
    for model in project.models:
        clock = (model.entry.get("defaults") or {}).get("agg_time_dimension")
        for name, entry in model.dimensions.items():
            if name == clock and model.time:
                continue
            try:
                specs.append(_dimension(model, entry, name if names.count(name) == 1 else f"{model.table}_{name}"))
            except NotCarriedError as error:
                carried.lose(f"dimension {name}", str(error), entry)
    return specs


def _dimension(model: Model, entry: Entry, name: str) -> Spec:
    text = str(entry.get("expr") or entry["name"])
    column = plain_column(text)
    own: dict[str, Any] = {"column": column} if column else {"expr": sql_text(text)}
    if column == name:
        own = {}
    kind = {"type": "date"} if entry.get("type") == "time" else {}
    said = str(entry.get("description") or "").strip()
    return {
        "name": name,
        "label": str(entry.get("label") or label_of(str(entry["name"]))),
        "table": model.table,
        **own,
        **kind,
        **({"description": said} if said else {}),
    }
