"""Definitions change on dates: which version was in force when, and the dictionary as it stood then."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from sqlglot import exp

from semantic_layer.compile.formulas import formula_tree, input_of
from semantic_layer.errors import UserError
from semantic_layer.model import Catalogue, Formula, Input, MetricSpec, Version


def version_on(metric: MetricSpec, day: date) -> int:
    """Return the version in force on a day; raise UserError (no_definition) for a day before the first."""
    in_force = [v for v in metric.versions if v.effective_on <= day]
    if metric.versions and not in_force:
        first = min(metric.versions, key=lambda v: v.effective_on)
        raise UserError(
            f"{metric.label} was not defined on {day}",
            code="no_definition",
            hint=f"its first definition, version {first.version}, is of {first.effective_on}",
        )
    return max(in_force, key=lambda v: v.effective_on).version if in_force else metric.version


def defined_on(names: Iterable[str], catalogue: Catalogue, day: date) -> tuple[tuple[str, int], ...]:
    """Return the versions in force on a day of metrics and of those they rest on, where they differ from today's."""
    specs = {spec.name: spec for name in names for spec in with_parts(name, catalogue)}
    versions = ((spec.name, version_on(spec, day)) for spec in specs.values() if spec.versions)
    return tuple((name, version) for name, version in versions if version != specs[name].version)


def versioned(names: Iterable[str], catalogue: Catalogue) -> tuple[MetricSpec, ...]:
    """Return the metrics with a change log among some and those they rest on."""
    specs = {spec.name: spec for name in names for spec in with_parts(name, catalogue)}
    return tuple(spec for spec in specs.values() if spec.versions)


def as_defined(catalogue: Catalogue, versions: Mapping[str, int]) -> Catalogue:
    """Return the dictionary with some metrics as one of their versions defines them.

    Raises UserError (unknown_metric, unknown_version).
    """
    chosen = {name: _frozen(catalogue.metric(name), version) for name, version in versions.items()}
    return catalogue.model_copy(update={"metrics": tuple(chosen.get(m.name, m) for m in catalogue.metrics)}).indexed()


def _frozen(metric: MetricSpec, version: int) -> MetricSpec:
    """Return a metric as if its later versions had never been."""
    formula = metric.formula(version)
    entry = next((v for v in metric.versions if v.version == version), None)
    kept: dict[str, object] = {key: getattr(formula, key) for key in Formula.model_fields}
    kept["versions"] = tuple(v for v in metric.versions if v.version <= version)
    kept["definition"] = _meaning(metric, entry)
    return metric.model_copy(update=kept)


def _meaning(metric: MetricSpec, entry: Version | None) -> str:
    if entry is None or entry.version == metric.version:
        return metric.definition
    return entry.definition or f"Version {entry.version}: {entry.reason}"


def with_parts(name: str, catalogue: Catalogue, seen: frozenset[str] = frozenset()) -> Iterator[MetricSpec]:
    """Yield a metric and the metrics that it rests on; raise UserError (unknown_metric)."""
    metric = catalogue.metric(name)
    yield metric
    if metric.type != "derived" or name in seen:
        return
    for node in formula_tree(metric, metric).find_all(exp.Column):
        part = input_of(node.name, metric, metric, catalogue)
        if isinstance(part, Input):
            yield from with_parts(part.metric, catalogue, seen | {name})
