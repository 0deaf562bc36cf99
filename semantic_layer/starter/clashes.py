"""Names and phrases that more than one guess would take."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from semantic_layer.starter import naming


def without_clashes(metrics: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave a phrase to the metric whose label it is; one that several claim names none of them.

    A column that several tables have is the exception: which one is meant, the rest of a question tells.
    """
    labels = {metric["label"].lower() for metric in metrics}
    claims = Counter(phrase for metric in metrics for phrase in {s.lower() for s in metric.get("synonyms", [])})
    sums = Counter(phrase for m in metrics if m["type"] == "average" for phrase in {s.lower() for s in m["synonyms"]})
    kept = {phrase for phrase, claimed in claims.items() if claimed in (1, sums[phrase])} - labels
    return [{**m, "synonyms": [s for s in m.get("synonyms", []) if s.lower() in kept]} for m in metrics]


def unique(specs: Sequence[dict[str, Any]], nouns: dict[str, str]) -> list[dict[str, Any]]:
    """Make names unique: where tables share one, each is called after what a row of its table is.

    `nouns` maps tables to that. No table keeps the bare name, for it would be read as the others' too.
    """
    shared = {name for name, count in Counter(spec["name"] for spec in specs).items() if count > 1}
    taken: set[str] = set()
    result = []
    for spec in specs:
        if spec["name"] in shared:
            spec = _named_after(spec, nouns[_table(spec)])
        name = spec["name"]
        while name in taken:
            name += "_2"
        taken.add(name)
        result.append({**spec, "name": name})
    return result


def _table(spec: dict[str, Any]) -> str:
    return str(spec.get("table") or (spec.get("measure") or spec["denominator"])["table"])


def _named_after(spec: dict[str, Any], noun: str) -> dict[str, Any]:
    label = f"{noun[:1].upper()}{noun[1:]} {spec['label'][:1].lower()}{spec['label'][1:]}"
    if "measure" in spec or "denominator" in spec:
        label = f"{spec['label']} of {naming.plural(noun)}"
    synonyms = [*spec.get("synonyms", []), spec["label"].lower()]
    return {**spec, "name": f"{naming.snake(noun)}_{spec['name']}", "label": label, "synonyms": synonyms}
