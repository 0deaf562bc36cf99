"""Leaves behind what does not hold in the workspace it is brought to."""

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import yaml

from semantic_layer.interchange.carried import Carried, Spec
from semantic_layer.loader import Loaded, load_catalogue
from semantic_layer.problems import Problem
from semantic_layer.validate.schema import family_of

Check = Callable[[Loaded], tuple[Problem, ...]]


def settled(carried: Carried, columns: Mapping[str, Mapping[str, str]], check: Check) -> Carried:
    """Give dimensions the types of their columns and drop what has an error, until nothing has.

    `columns` maps tables to their columns' types, in lower case; `check` returns the problems of a dictionary.
    """
    for spec in carried.dimensions:
        kind = columns.get(spec["table"].lower(), {}).get(str(spec.get("column", spec["name"])).lower(), "")
        if "type" not in spec and not spec.get("expr") and (own := family_of(kind)) not in (None, "text"):
            spec["type"] = own
    while _dropped(carried, check):
        continue
    return carried


def text_of(carried: Carried) -> str:
    """Write the specs as one YAML file of `metrics/`."""
    parts = {"tables": carried.tables, "dimensions": carried.dimensions, "metrics": carried.metrics}
    content = {name: specs for name, specs in parts.items() if specs}
    return yaml.dump(content, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=110)


class _Plain(yaml.SafeDumper):
    """YAML without anchors: what two metrics share is written twice."""

    def ignore_aliases(self, _data: object) -> bool:
        return True


def _dropped(carried: Carried, check: Check) -> bool:
    """Drop the specs with errors; tell whether there were any."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "metrics" / "imported.yml"
        file.parent.mkdir()
        file.write_text(text_of(carried), encoding="utf-8")
        loaded = load_catalogue(file.parent)
        errors = [p for p in check(loaded) if p.severity == "error" and p.line]
        lines = _lines(file.read_text(encoding="utf-8"))
    found = False
    for problem in errors:
        place = max((line for line in lines if line <= problem.line), default=0)
        kind, name = lines.get(place, ("", ""))
        specs: list[Spec] = getattr(carried, kind, [])
        if any(s["name"] == name for s in specs):
            setattr(carried, kind, [s for s in specs if s["name"] != name])
            carried.lose(f"{kind[:-1]} {name}", f"{problem.message}. {problem.hint}".strip())
            found = True
    return found


def _lines(text: str) -> dict[int, tuple[str, str]]:
    """Map the first line of each entry to its kind and name."""
    out: dict[int, tuple[str, str]] = {}
    section = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if line and not line.startswith((" ", "-")):
            section = line.rstrip(":")
        elif line.startswith("- name:"):
            out[number] = (section, str(yaml.safe_load(line[2:])["name"]))
    return out
