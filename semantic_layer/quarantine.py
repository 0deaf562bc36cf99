"""Leaves out what cannot be used of a semantic layer, by name and reason, so that the rest keeps working."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from semantic_layer.compile.formulas import leaves
from semantic_layer.engine import SqlEngine
from semantic_layer.errors import UserError
from semantic_layer.loader import Loaded
from semantic_layer.model import Catalogue, DimensionSpec, Join, MetricSpec, TableSpec
from semantic_layer.problems import Problem
from semantic_layer.validate.references import reference_problems
from semantic_layer.validate.report import Report
from semantic_layer.validate.schema import Schema, column_problems, schema_of

Spec = TypeVar("Spec", TableSpec, DimensionSpec, MetricSpec)


def usable(loaded: Loaded, engine: SqlEngine | None = None) -> Loaded:
    """Return the layer without the definitions that have an error, and what rests on them.

    Without an engine only the definitions themselves are looked at. Asking for what was left out
    raises the error that it has. Raises UserError where nothing is left to be measured.
    """
    there = schema_of(engine) if engine is not None else None
    found = _problems(loaded, there)
    if not found and not loaded.catalogue.left_out:
        return loaded
    whole = loaded.catalogue
    tables = tuple(_joinable(t, whole, there) for t in whole.tables)
    repaired = replace(loaded, catalogue=whole.model_copy(update={"tables": tables}).indexed())
    catalogue = _without(repaired, _problems(repaired, there))
    if not catalogue.metrics:
        raise _nothing_left((*loaded.problems, *found.values()))
    return replace(loaded, catalogue=catalogue, problems=(*loaded.problems, *found.values()))


def _problems(loaded: Loaded, there: Schema | None) -> dict[str, Problem]:
    """Return the first error of each definition that has one."""
    report = Report(loaded)
    reference_problems(loaded.catalogue, report)
    if there is not None:
        column_problems(loaded.catalogue, there, report)
    return report.first_errors()


def _joinable(table: TableSpec, catalogue: Catalogue, there: Schema | None) -> TableSpec:
    """Return a table with the joins that can be made: a lost partner costs its dimensions, not the fact."""
    known = {t.name: t for t in catalogue.tables}
    columns = there.get(table.name.lower()) if there is not None else None

    def can(join: Join) -> bool:
        partner = known.get(join.to)
        keyed = partner is not None and bool(partner.key) and "," not in (partner.key or "")
        return keyed and (columns is None or join.on.lower() in columns)

    return table.model_copy(update={"joins": tuple(j for j in table.joins if can(j))})


def _without(loaded: Loaded, broken: Mapping[str, Problem]) -> Catalogue:
    catalogue = loaded.catalogue
    left_out = {**catalogue.left_out, **broken}
    held = catalogue.model_copy(
        update={
            "tables": _kept(catalogue.tables, "table", broken),
            "dimensions": _kept(catalogue.dimensions, "dimension", broken),
            "metrics": _kept(catalogue.metrics, "metric", broken),
            "left_out": left_out,
        }
    ).indexed()
    dimensions = tuple(d for d in held.dimensions if f"table:{d.table}" not in left_out)
    reasons = {m.name: why for m in held.metrics if (why := _missing(m, held, loaded.sources))}
    metrics = tuple(m for m in held.metrics if m.name not in reasons)
    names = {m.name for m in metrics}
    return held.model_copy(
        update={
            "dimensions": dimensions,
            "metrics": tuple(_alone(m, names) for m in metrics),
            "left_out": left_out | {f"metric:{name}": why for name, why in reasons.items()},
        }
    ).indexed()


def _kept(specs: Iterable[Spec], kind: str, broken: Mapping[str, Problem]) -> tuple[Spec, ...]:
    return tuple(s for s in specs if f"{kind}:{s.name}" not in broken)


def _missing(metric: MetricSpec, catalogue: Catalogue, sources: Mapping[str, tuple[str, int]]) -> Problem | None:
    """Return why something that a metric rests on is not there."""
    try:
        for leaf in leaves(metric.name, catalogue, {}):
            catalogue.table(leaf.measure.table)
            if leaf.measure.followed_by is not None:
                catalogue.table(leaf.measure.followed_by.table)
    except UserError as error:
        file, line = sources.get(f"metric:{metric.name}", ("metrics", 0))
        hint = error.hint.removesuffix("; see `because check`")
        return Problem(severity="error", file=file, line=line, code=error.code, message=error.message, hint=hint)
    return None


def _alone(metric: MetricSpec, names: set[str]) -> MetricSpec:
    if metric.read_with is None or metric.read_with in names:
        return metric
    return metric.model_copy(update={"read_with": None})


def _nothing_left(problems: Iterable[Problem]) -> UserError:
    first = next(p for p in problems if p.severity == "error")
    return UserError(
        f"nothing is left to measure: {first.file}:{first.line}: {first.message}",
        code=first.code,
        hint=f"{first.hint}; `because check` lists all that is wrong".removeprefix("; "),
    )
