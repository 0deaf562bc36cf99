"""Names and owners: one name means one thing, every metric has somebody who answers for it."""

from collections.abc import Iterable

from semantic_layer.model import Catalogue, DimensionSpec, MetricSpec
from semantic_layer.validate.report import Report

_NOBODY = {"", "unassigned", "unknown", "tbd", "todo"}
_RESERVED = "period"


def name_problems(catalogue: Catalogue, report: Report) -> None:
    """Note names that clash, words that mean two things, and metrics without an owner."""
    _columns(catalogue, report)
    _words("metric", [m for m in catalogue.metrics if not m.hidden], report)
    _words("dimension", [d for d in catalogue.dimensions if not d.hidden], report)
    for dimension in catalogue.dimensions:
        _members(dimension, report)
    for metric in catalogue.metrics:
        if metric.owner.strip().lower() in _NOBODY:
            report.warning(
                f"metric:{metric.name}",
                "no_owner",
                f"metric '{metric.name}' has no owner",
                "name the role that answers for its definition",
            )


def _members(spec: DimensionSpec, report: Report) -> None:
    """Warn of a word that stands for two members of one dimension."""
    said: dict[str, str] = {}
    for member, words in spec.values.items():
        for word in dict.fromkeys(" ".join(w.lower().split()) for w in (member, *words)):
            first = said.setdefault(word, member)
            if first != member:
                report.warning(
                    f"dimension:{spec.name}",
                    "ambiguous_word",
                    f"dimension '{spec.name}': '{word}' means both '{first}' and '{member}'",
                    "leave it to one of them",
                )


def _columns(catalogue: Catalogue, report: Report) -> None:
    """Dimensions, metrics and parameters share the columns of a result and the names of a formula."""
    taken: dict[str, str] = {_RESERVED: "the column of a trend"}
    named = [("dimension", d.name) for d in catalogue.dimensions]
    named += [("metric", m.name) for m in catalogue.metrics]
    named += [("parameter", p) for p in catalogue.parameters]
    for kind, name in named:
        key = name.lower()
        if key in taken:
            report.error(
                f"{kind}:{name}",
                "name_clash",
                f"{kind} '{name}' has the name of {taken[key]}",
                "a column of a result must mean one thing: rename one of them",
            )
        taken.setdefault(key, f"the {kind} '{name}'")


def _words(kind: str, specs: "Iterable[MetricSpec | DimensionSpec]", report: Report) -> None:
    said: dict[str, str] = {}
    for spec in specs:
        words = (spec.name.replace("_", " "), spec.label, *spec.synonyms)
        for word in dict.fromkeys(" ".join(w.lower().split()) for w in words):
            first = said.setdefault(word, spec.name)
            if first != spec.name:
                report.warning(
                    f"{kind}:{spec.name}",
                    "ambiguous_word",
                    f"'{word}' means both {kind} '{first}' and {kind} '{spec.name}'",
                    "leave it to one of them; until then the assistant asks back",
                )
