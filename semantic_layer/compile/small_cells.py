"""Withholds aggregates over too few customers, and the one more that would give a lone one away.

The sizes stand beside the figures inside the statement, so that neither order, threshold nor limit
of the result depends on a figure that is not shown.
"""

from collections.abc import Mapping, Sequence

from sqlglot import exp

from semantic_layer.compile import ast
from semantic_layer.compile.formulas import Leaf, leaves
from semantic_layer.model import Catalogue, MeasureSpec, MetricSpec
from semantic_layer.query import MetricQuery

MEASURED, SHOWN = "figures_measured", "figures_shown"
Sizes = Mapping[str, tuple[str, ...]]


def with_sizes(query: MetricQuery, catalogue: Catalogue, names: Sequence[str]) -> tuple[Catalogue, Sizes]:
    """Return the catalogue with metrics that count who is behind each named one, and their names."""
    sizes: dict[str, tuple[str, ...]] = {}
    added: list[MetricSpec] = []
    definitions = dict(query.definition)
    for name in names:
        counted = [customers(leaf.measure, catalogue) for leaf in _counted(leaves(name, catalogue, definitions))]
        specs = [_metric(f"behind_{name}_{i}", catalogue.metric(name), m) for i, m in enumerate(counted, start=1)]
        added += specs
        sizes[name] = tuple(spec.name for spec in specs)
    return catalogue.model_copy(update={"metrics": (*catalogue.metrics, *added)}).indexed(), sizes


def withheld(inner: exp.Select, query: MetricQuery, sizes: Sizes, least: int, names: Sequence[str]) -> exp.Select:
    """Return the rows of `inner` with the figures of small groups left empty."""
    keys = [*dict.fromkeys(query.by), *(["period"] if query.grain else [])]
    behind = {name: _smallest(sizes[name]) for name in names}
    shown = [ast.alias(_shown(name, behind[name], query, least), name) for name in names]
    select = exp.select(*(ast.column(k) for k in keys), *shown, copy=False).from_(exp.to_table(MEASURED), copy=False)
    return ast.ctes(select, [(MEASURED, inner)])


def _counted(found: Sequence[Leaf]) -> tuple[Leaf, ...]:
    """Return the measures whose customers a metric speaks of: a rate of its denominator's."""
    return tuple(leaf for leaf in found if leaf.role != "numerator") or tuple(found)


def customers(measure: MeasureSpec, catalogue: Catalogue) -> MeasureSpec:
    """Return the measure that counts the customers a measure speaks of; rows where a table names none."""
    entity = catalogue.table(measure.table).entity
    count = {"agg": "count_distinct", "expr": entity} if entity else {"agg": "count", "expr": "*"}
    return measure.model_copy(update=count)


def _metric(name: str, of: MetricSpec, measure: MeasureSpec) -> MetricSpec:
    return MetricSpec.model_validate(
        {
            "name": name, "label": name, "type": "simple", "definition": f"what {of.name} rests on",
            "unit": "count", "owner": of.owner, "hidden": True, "measure": measure,
        }
    )  # fmt: skip


def _smallest(names: Sequence[str]) -> exp.Expr:
    counts: list[exp.Expr] = [exp.Coalesce(this=ast.column(n), expressions=[exp.Literal.number(0)]) for n in names]
    return counts[0] if len(counts) == 1 else exp.Least(this=counts[0], expressions=counts[1:])


def _shown(name: str, behind: exp.Expr, query: MetricQuery, least: int) -> exp.Expr:
    few = exp.LT(this=behind.copy(), expression=exp.Literal.number(least))
    hidden: exp.Expr = few
    if query.by:
        # An empty group gives nothing away, so it neither asks for company nor keeps any.
        empty = exp.EQ(this=behind.copy(), expression=exp.Literal.number(0))
        present = exp.GT(this=behind.copy(), expression=exp.Literal.number(0))
        over = [ast.column("period")] if query.grain else []
        small = exp.CountIf(this=exp.And(this=few.copy(), expression=present))
        lone = exp.EQ(this=_window(small, over), expression=exp.Literal.number(1))
        place = _window(exp.RowNumber(), over, order=[empty, behind.copy(), *(ast.column(d) for d in query.by)])
        second = exp.LTE(this=place, expression=exp.Literal.number(2))
        hidden = exp.Or(this=few, expression=exp.Paren(this=exp.And(this=lone, expression=second)))
    kept = exp.If(this=exp.Not(this=exp.Paren(this=hidden)), true=ast.column(name))
    return exp.Case(ifs=[kept])


def _window(what: exp.Expr, over: Sequence[exp.Expr], order: Sequence[exp.Expr] | None = None) -> exp.Window:
    ordered = exp.Order(expressions=[exp.Ordered(this=o, nulls_first=False) for o in order]) if order else None
    return exp.Window(this=what, partition_by=[o.copy() for o in over] or None, order=ordered)
