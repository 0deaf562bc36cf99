"""Ossie's metric expressions, aggregates in SQL, as measures, ratios and derived metrics."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import sqlglot
from sqlglot import exp

from semantic_layer.interchange.carried import NotCarriedError, Spec, label_of

if TYPE_CHECKING:
    from semantic_layer.interchange.from_ossie import Dataset

_AGGREGATES: dict[type[exp.Expression], str] = {
    exp.Sum: "sum", exp.Avg: "average", exp.Min: "min", exp.Max: "max", exp.Median: "median", exp.Count: "count",
}  # fmt: skip
_SUMS = ("sum", "count", "count_distinct")


class Expressions:
    """Reads expressions over the fields of datasets."""

    def __init__(self, datasets: Mapping[str, "Dataset"], tables: Mapping[str, Spec]) -> None:
        self._datasets, self._tables = datasets, tables

    def formula(self, name: str, text: str, owner: "Dataset | None") -> tuple[Spec, list[Spec]]:
        """Return a metric's type and formula, and the hidden metrics it needs; raise NotCarriedError."""
        tree = _bare(sqlglot.parse_one(text, dialect="duckdb"))
        if isinstance(tree, exp.Div):
            sides = [self._measure(_unguarded(side), owner) for side in (tree.this, tree.expression)]
            above, below = sides
            if above and below and above["agg"] in _SUMS and below["agg"] in _SUMS:
                return {"type": "ratio", "numerator": above, "denominator": below}, []
        measure = self._measure(tree, owner)
        if measure is not None:
            unit = {"unit": "count"} if measure["agg"].startswith("count") else {}
            return {"type": "average" if measure["agg"] == "average" else "simple", **unit, "measure": measure}, []
        return self._derived(name, tree, owner)

    def _derived(self, name: str, tree: exp.Expression, owner: "Dataset | None") -> tuple[Spec, list[Spec]]:
        """Make a hidden metric of every aggregate in an expression."""
        hidden: list[Spec] = []

        def named(node: exp.Expression) -> exp.Expression:
            measure = self._measure(node, owner)
            if measure is None:
                return node
            part = f"{name}_part_{len(hidden) + 1}"
            head = {"name": part, "label": label_of(part), "definition": f"A part of {name}", "unit": "score"}
            kind = "average" if measure["agg"] == "average" else "simple"
            hidden.append({**head, "owner": "unassigned", "hidden": True, "type": kind, "measure": measure})
            return exp.column(part)

        found = tree.transform(named)
        if not hidden or found.find(exp.AggFunc, exp.Window, exp.Subquery):
            raise NotCarriedError("the expression is no arithmetic of plain aggregates")
        return {"type": "derived", "expr": found.sql(dialect="duckdb")}, hidden

    def _measure(self, node: exp.Expression, owner: "Dataset | None") -> Spec | None:
        """Return one aggregate as a measure; None where the node is none."""
        node, where = _filtered(_bare(node))
        if not isinstance(node, exp.PercentileCont) and type(node) not in _AGGREGATES:
            return None
        inner = node.this
        spec: Spec = {"agg": _AGGREGATES.get(type(node), "percentile")}
        if isinstance(node, exp.PercentileCont):
            share = node.expression.this if isinstance(node.expression, exp.Order) else node.expression
            spec["percentile"] = float(share.name)
        if isinstance(inner, exp.Distinct) and len(inner.expressions) == 1:
            spec["agg"], inner = "count_distinct", inner.expressions[0]
        inner, more = _cased(inner)
        conditions = [c for c in (where, more) if c is not None]
        base = self._base([inner, *conditions], owner)
        counts = spec["agg"] == "count" and (isinstance(inner, exp.Star) or inner == exp.Literal.number(1))
        ones = spec["agg"] == "sum" and inner == exp.Literal.number(1)
        if counts or ones:
            spec["agg"] = "count"
        else:
            spec["expr"] = self._written(inner, base)
        if conditions:
            spec["where"] = self._written(exp.and_(*conditions), base)
        return {"table": base.table, **spec}

    def _base(self, nodes: list[exp.Expression], owner: "Dataset | None") -> "Dataset":
        """Return the dataset whose rows are aggregated: the one from which all others can be joined."""
        names = {c.table for n in nodes for c in n.find_all(exp.Column) if c.table}
        unknown = names - self._datasets.keys()
        if unknown:
            raise NotCarriedError(f"there is no dataset '{sorted(unknown)[0]}'")
        used = [self._datasets[n] for n in sorted(names)] or ([owner] if owner else [])
        if owner is not None and owner not in used:
            used.append(owner)
        if not used and len(self._datasets) == 1:
            used = list(self._datasets.values())
        base = [d for d in used if all(o.table in self._reached(d.table) for o in used)]
        if len(base) != 1:
            raise NotCarriedError("it is not clear whose rows are aggregated")
        return base[0]

    def _reached(self, table: str) -> set[str]:
        found, todo = {table}, [table]
        while todo:
            joins = self._tables[todo.pop()].get("joins") or []
            todo += [j["to"] for j in joins if j["to"] not in found]
            found |= {j["to"] for j in joins}
        return found

    def _written(self, node: exp.Expr, base: "Dataset") -> str:
        """Write an expression over columns: fields stand for their own expressions."""

        def column(found: exp.Expression) -> exp.Expression:
            if not isinstance(found, exp.Column) or found.meta.get("done"):
                return found
            dataset = self._datasets[found.table] if found.table else base
            text = dataset.fields.get(found.name, found.sql(dialect="duckdb") if not found.table else found.name)
            inner = sqlglot.parse_one(text, dialect="duckdb")
            for part in inner.find_all(exp.Column):
                part.set("table", None if dataset is base else exp.to_identifier(dataset.table))
                part.meta["done"] = True
            return inner if isinstance(inner, exp.Column) else exp.paren(inner)

        return node.copy().transform(column).sql(dialect="duckdb")


def _bare(node: Any) -> Any:
    while isinstance(node, exp.Paren | exp.Cast):
        node = node.this
    return node


def _unguarded(node: exp.Expression) -> exp.Expression:
    """Take the guard off a denominator: here none divides by nothing."""
    node = _bare(node)
    return _bare(node.this) if isinstance(node, exp.Nullif) else node


def _filtered(node: Any) -> tuple[Any, exp.Expression | None]:
    if isinstance(node, exp.Filter):
        return node.this, node.expression.this
    return node, None


def _cased(node: exp.Expression) -> tuple[exp.Expression, exp.Expression | None]:
    """Take CASE WHEN c THEN x END as x where c; an ELSE of anything but NULL is no filter."""
    bare = _bare(node)
    default = bare.args.get("default") if isinstance(bare, exp.Case) else None
    if not isinstance(bare, exp.Case) or bare.this or len(bare.args["ifs"]) != 1:
        return node, None
    if default is not None and not isinstance(default, exp.Null):
        return node, None
    when = bare.args["ifs"][0]
    return when.args["true"], when.this
