"""The dictionary as JSON: metrics, the ways to cut them with some of their members, and what is left out."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from semantic_layer.model import Catalogue, DimensionSpec, MetricSpec
    from semantic_layer.problems import Problem

SAMPLES = 5


def wire(
    metrics: "Sequence[MetricSpec]",
    catalogue: "Catalogue",
    members: "Mapping[str, Sequence[str]]",
    problems: "Sequence[Problem]",
) -> dict[str, Any]:
    """Return what `because metrics --json` prints; `dimensions` are those that cut one of the metrics."""
    found = [_metric(metric, catalogue) for metric in metrics]
    cuts = {name for metric in found for name in metric["dimensions"]}
    return {
        "metrics": found,
        "dimensions": [_dimension(d, members.get(d.name, ())) for d in catalogue.dimensions if d.name in cuts],
        "left_out": [problem for problem in problems if problem.severity == "error"],
    }


def _metric(metric: "MetricSpec", catalogue: "Catalogue") -> dict[str, Any]:
    from semantic_layer.compile import sliceable

    return {
        "metric": metric.name,
        "label": metric.label,
        "definition": metric.definition,
        "owner": metric.owner,
        "type": metric.type,
        "unit": metric.unit,
        "dimensions": sliceable(metric.name, catalogue),
        "versions": [
            {
                "version": v.version,
                "effective_on": v.effective_on,
                "author": v.author,
                "reason": v.reason,
                "definition": v.definition,
            }
            for v in metric.versions
        ],
    }


def _dimension(spec: "DimensionSpec", members: Sequence[str]) -> dict[str, Any]:
    return {
        "dimension": spec.name,
        "label": spec.label,
        "description": spec.description,
        "type": spec.type,
        "parent": spec.parent,
        "synonyms": spec.synonyms,
        "values": spec.values,
        "members": len(members),
        "samples": members[:SAMPLES],
    }
