"""What a metric is made of: identities between metrics that follow from their definitions alone.

Cost to serve is contacts per customer times cost per contact because the sums above and below say so;
nobody has to write it down. An identity is a candidate: rows may be dated or filtered apart, so whoever
uses it checks it against the values.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Literal

from sqlglot import exp

from semantic_layer.compile import ast
from semantic_layer.compile.formulas import formula_tree
from semantic_layer.compile.linear import Parts, parts
from semantic_layer.errors import UserError
from semantic_layer.model import Catalogue, MeasureSpec, MetricSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A metric as a formula of other metrics, in their order.

    `rest` names a last term that is no metric: what the others leave of a product or a sum.
    `text` is the formula in the metrics' labels.
    """

    kind: Literal["product", "sum", "formula"]
    metrics: tuple[str, ...]
    text: str
    rest: str | None = None
    expr: exp.Expr | None = None
    parameters: Mapping[str, float] | None = None

    def value(self, terms: tuple[float, ...]) -> float:
        """Evaluate the formula; raise ZeroDivisionError where it has no value."""
        if self.expr is not None:
            return _value(self.expr, dict(zip(self.metrics, terms, strict=True)) | dict(self.parameters or {}))
        return prod(terms) if self.kind == "product" else sum(terms)

    def left(self, whole: float, terms: tuple[float, ...]) -> float:
        """Return the last term, which the others leave of the whole."""
        return whole / prod(terms) if self.kind == "product" else whole - sum(terms)


def identities(name: str, catalogue: Catalogue) -> tuple[Identity, ...]:
    """Return the ways to write a metric by others, the best first: its own formula, then a chain, then addends."""
    metric = catalogue.metric(name)
    if metric.type == "derived":
        own = _formula(metric, catalogue)
        return (own,) if own else ()
    known = {m.name: p for m in catalogue.metrics if (p := _ratio_of_sums(m.name, catalogue))}
    if name not in known:
        return ()
    whole = known.pop(name)
    found = [*_chains(whole, known), *_addends(whole, known), *_relative(whole, known)]
    return tuple(_labelled(identity, catalogue) for identity in found)


@dataclass(frozen=True, slots=True)
class _Ratio:
    above: MeasureSpec
    below: MeasureSpec | None


def _ratio_of_sums(name: str, catalogue: Catalogue) -> _Ratio | None:
    try:
        found: Parts = parts(name, catalogue, {})
    except UserError:
        return None
    if len(found.numerator) != 1 or found.numerator[0][0] != 1.0:
        return None
    return _Ratio(_at_a_time(found.numerator[0][1]), _at_a_time(found.denominator) if found.denominator else None)


def _at_a_time(measure: MeasureSpec) -> MeasureSpec:
    """A snapshot's last month and the sum over months are the same in one month."""
    return measure.model_copy(update={"last": False})


def _chains(whole: _Ratio, known: Mapping[str, _Ratio]) -> Iterator[Identity]:
    """A/D = (K/D) × (A/K), and the total A = K × (A/K); first where the unit cost is of one table."""
    found = []
    for inner, part in known.items():
        if part.above != whole.above or part.below is None or part.below == whole.below:
            continue
        for outer, volume in known.items():
            if volume.above == part.below and volume.below == whole.below and outer != inner:
                found.append((part.above.table != part.below.table, outer, inner))
    for _, outer, inner in sorted(found, key=lambda f: f[0]):
        yield Identity(kind="product", metrics=(outer, inner), text="")


def _addends(whole: _Ratio, known: Mapping[str, _Ratio]) -> Iterator[Identity]:
    """A sum of columns over one denominator is the sum of their metrics and what no metric measures."""
    terms = _terms(whole.above)
    if len(terms) < 2 or whole.below is None:
        return
    held: dict[str, str] = {}
    for name, part in known.items():
        if part.below == whole.below and part.above.model_copy(update={"expr": whole.above.expr}) == whole.above:
            held |= {term: name for term in terms if _terms(part.above) == [term] and term not in held}
    left = [term for term in terms if term not in held]
    if held and len(held) + bool(left) >= 2:
        names = tuple(held[term] for term in terms if term in held)
        yield Identity(kind="sum", metrics=names, text="", rest=_spoken(left) if left else None)


def _relative(whole: _Ratio, known: Mapping[str, _Ratio]) -> Iterator[Identity]:
    """A share of an amount is the share of its rows times how large those rows are beside all."""
    if whole.below is None or whole.above.agg != "sum" or whole.below.agg != "sum":
        return
    if whole.above.expr != whole.below.expr:
        return
    for other, part in known.items():
        if part.below is None or part.above.agg != "count" or part.below.agg != "count":
            continue
        above, below = ({"agg": m.agg, "expr": m.expr} for m in (whole.above, whole.below))
        if part.above.model_copy(update=above) == whole.above and part.below.model_copy(update=below) == whole.below:
            rest = f"relative {_spoken([whole.above.expr])}"
            yield Identity(kind="product", metrics=(other,), text="", rest=rest)


def _terms(measure: MeasureSpec) -> list[str]:
    """Return the addends of a summed expression."""
    if measure.agg != "sum":
        return []
    tree = ast.parsed(measure.expr)
    while isinstance(tree, exp.Paren):
        tree = tree.this
    return [part.sql() for part in (tree.flatten() if isinstance(tree, exp.Add) else (tree,))]


def _spoken(terms: list[str]) -> str:
    return " and ".join(term.replace("_", " ") for term in terms)


def _formula(metric: MetricSpec, catalogue: Catalogue) -> Identity | None:
    tree = formula_tree(metric, metric)
    named = list(dict.fromkeys(node.name for node in tree.find_all(exp.Column)))
    metrics = tuple(name for name in named if name not in catalogue.parameters)
    known = {m.name for m in catalogue.metrics}
    if len(metrics) < 2 or not set(metrics) <= known or not _is_arithmetic(tree):
        return None
    said = tree.copy()
    for node in list(said.find_all(exp.Column)):
        if node.name in known:
            node.replace(exp.to_identifier(catalogue.metric(node.name).label))
    text = said.sql().replace("*", "×").replace(" - ", " − ").replace('"', "")
    return Identity(kind="formula", metrics=metrics, text=text, expr=tree, parameters=catalogue.parameters)


_OPERATIONS = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Neg, exp.Paren, exp.Column, exp.Literal, exp.Identifier)


def _is_arithmetic(tree: exp.Expr) -> bool:
    return all(isinstance(node, _OPERATIONS) for node in tree.walk())


def _value(node: exp.Expr, names: Mapping[str, float]) -> float:
    if isinstance(node, exp.Paren):
        return _value(node.this, names)
    if isinstance(node, exp.Neg):
        return -_value(node.this, names)
    if isinstance(node, exp.Literal):
        return float(node.this)
    if isinstance(node, exp.Column):
        return names[node.name]
    assert isinstance(node, exp.Binary)
    left, right = _value(node.left, names), _value(node.right, names)
    if isinstance(node, exp.Add):
        return left + right
    if isinstance(node, exp.Sub):
        return left - right
    return left * right if isinstance(node, exp.Mul) else left / right


def _labelled(identity: Identity, catalogue: Catalogue) -> Identity:
    labels = [catalogue.metric(name).label for name in identity.metrics]
    sign = " × " if identity.kind == "product" else " + "
    said = sign.join([*labels, *([identity.rest] if identity.rest else [])])
    return Identity(kind=identity.kind, metrics=identity.metrics, text=said, rest=identity.rest)
