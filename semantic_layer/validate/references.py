"""What definitions say of one another: tables, joins, formulas, versions."""

from itertools import pairwise

from semantic_layer.compile import ast
from semantic_layer.compile.formulas import leaves
from semantic_layer.compile.joins import path
from semantic_layer.errors import UserError
from semantic_layer.hierarchies import ancestors
from semantic_layer.model import Catalogue, DimensionSpec, Formula, MeasureSpec, MetricSpec, TableSpec, Version
from semantic_layer.validate.report import Report

_KEYS = {
    "simple": ("measure",),
    "average": ("measure",),
    "semi_additive": ("measure",),
    "ratio": ("numerator", "denominator"),
    "derived": ("expr",),
    "cumulative": ("measure",),
    "conversion": ("base", "conversion"),
}
_OPTIONAL = {"derived": ("inputs",), "cumulative": ("window", "to_date")}
_ALL_KEYS = tuple(Formula.model_fields)


def reference_problems(catalogue: Catalogue, report: Report) -> None:
    """Note references that lead nowhere and formulas that cannot be read."""
    for table in catalogue.tables:
        _table(table, catalogue, report)
    for dimension in catalogue.dimensions:
        _dimension(dimension, catalogue, report)
    for metric in catalogue.metrics:
        _metric(metric, catalogue, report)
    _ambiguous(catalogue, report)


def _table(table: TableSpec, catalogue: Catalogue, report: Report) -> None:
    source = f"table:{table.name}"
    for join in table.joins:
        with report.noting(source, f"table '{table.name}', join on {join.on}"):
            target = catalogue.table(join.to)
            if not target.key or "," in target.key:
                raise UserError(
                    f"table '{join.to}' has no single key column to join on",
                    code="no_key",
                    hint=f"set `key` of {join.to} to the column that {join.on} holds",
                )


def _dimension(spec: DimensionSpec, catalogue: Catalogue, report: Report) -> None:
    source, subject = f"dimension:{spec.name}", f"dimension '{spec.name}'"
    if spec.column and spec.expr:
        report.error(source, "two_sources", f"{subject} has both `column` and `expr`", "keep one of them")
    with report.noting(source, subject):
        catalogue.table(spec.table)
        if spec.expr:
            ast.parsed(spec.expr)
        if spec.parent is not None:
            catalogue.dimension(spec.parent)
            ancestors(spec.name, catalogue)


def _metric(metric: MetricSpec, catalogue: Catalogue, report: Report) -> None:
    source, subject = f"metric:{metric.name}", f"metric '{metric.name}'"
    if metric.read_with is not None:
        with report.noting(source, f"{subject}, read_with"):
            catalogue.metric(metric.read_with)
    _change_log(metric, report)
    for name, formula in (("", metric), *((f", version {v.version}", v) for v in _own(metric))):
        _formula(metric, formula, f"{subject}{name}", catalogue, report)
    if report.sound(source):
        for version in (None, *(v.version for v in _own(metric))):
            with report.noting(source, subject):
                leaves(metric.name, catalogue, {metric.name: version} if version is not None else {})


def _own(metric: MetricSpec) -> tuple[Version, ...]:
    """Return the earlier versions, which have a formula of their own."""
    return tuple(v for v in metric.versions if v.version != metric.version)


def _formula(metric: MetricSpec, formula: Formula, subject: str, catalogue: Catalogue, report: Report) -> None:
    source, wanted = f"metric:{metric.name}", _KEYS[metric.type]
    known = (*wanted, *_OPTIONAL.get(metric.type, ()))
    for key in _ALL_KEYS:
        value = getattr(formula, key) or None
        if value is None and key in wanted:
            report.error(source, "bad_metric", f"{subject} is {metric.type} but has no `{key}`", f"add `{key}:`")
        elif value is not None and key not in known:
            report.error(
                source,
                "bad_metric",
                f"{subject} is {metric.type}, which does not read `{key}`",
                f"a {metric.type} metric has: {', '.join(known)}",
            )
        elif isinstance(value, MeasureSpec):
            _measure(value, source, f"{subject}, {key}", catalogue, report)
    with report.noting(source, subject):
        _whole(metric, formula, catalogue)


def _whole(metric: MetricSpec, formula: Formula, catalogue: Catalogue) -> None:
    """Raise UserError where the keys of a formula do not go together."""
    if formula.window and formula.to_date:
        raise UserError(
            "both `window` and `to_date` are set", code="bad_metric", hint="a running total has one of them, or none"
        )
    for each in formula.inputs.values():
        catalogue.metric(each.metric)
    if metric.type == "cumulative" and formula.measure and formula.measure.edge:
        raise UserError(
            "a running total of a stock counts everyone again each period",
            code="bad_metric",
            hint="leave out `first` and `last`, or use type semi_additive",
        )


def _measure(measure: MeasureSpec, source: str, subject: str, catalogue: Catalogue, report: Report) -> None:
    with report.noting(source, subject):
        catalogue.table(measure.table)
        for text in filter(None, (measure.expr if measure.expr != "*" else None, measure.where)):
            ast.parsed(text)
        if measure.expr == "*" and measure.agg != "count":
            raise UserError(f"cannot take the {measure.agg} of *", code="bad_metric", hint="set `expr` to a column")
        if measure.first and measure.last:
            raise UserError("both `first` and `last` are set", code="bad_metric", hint="keep one of them")
        if (measure.agg == "percentile") != (measure.percentile is not None):
            raise UserError(
                "`percentile` goes with `agg: percentile`", code="bad_metric", hint="agg: percentile, percentile: 0.9"
            )
        if measure.matures_after < 0:
            raise UserError("`matures_after` is negative", code="bad_metric", hint="give a number of days, such as 7d")


def _change_log(metric: MetricSpec, report: Report) -> None:
    source, subject = f"metric:{metric.name}", f"metric '{metric.name}'"
    for earlier, later in pairwise(metric.versions):
        if later.version <= earlier.version or later.effective_on <= earlier.effective_on:
            report.error(
                source,
                "change_log",
                f"{subject}: version {later.version} of {later.effective_on} stands after version "
                f"{earlier.version} of {earlier.effective_on}",
                "list versions from the first to the last, each with a later date",
            )
    last = next((v for v in metric.versions if v.version == metric.version), None)
    for key in _ALL_KEYS if last is not None else ():
        said = getattr(last, key)
        if said and said != getattr(metric, key):
            report.error(
                source,
                "two_formulas",
                f"{subject}: its latest version {metric.version} and the metric itself have different `{key}`",
                "the metric's own formula is the latest version's; leave it out of the change log",
            )


def _ambiguous(catalogue: Catalogue, report: Report) -> None:
    """Warn where several joins lead to a dimension's table: metrics of that fact cannot be cut by it."""
    if any(not report.sound(f"table:{t.name}") for t in catalogue.tables):
        return
    facts = {m.table for metric in catalogue.metrics for m in metric.measures()}
    known = {t.name for t in catalogue.tables}
    for fact in sorted(facts & known):
        for target in sorted({d.table for d in catalogue.dimensions} & known):
            try:
                path(catalogue, fact, target)
            except UserError as error:
                report.warning(f"table:{fact}", error.code, error.message, error.hint)
