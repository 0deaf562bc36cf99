"""What a metric rests on: other metrics, and the columns that its formula reads."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from semantic_layer.compile import ast
from semantic_layer.compile.formulas import formula_tree, input_of, leaves
from semantic_layer.compile.joins import path
from semantic_layer.model import Catalogue, FollowUp, Input, MeasureSpec, MetricSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """The metrics that a formula names, and the columns it reads table by table, keys of its joins with them.

    Rows alone (a count of all) read no column.
    """

    metrics: tuple[str, ...]
    columns: tuple[tuple[str, tuple[str, ...]], ...]


def lineage(name: str, catalogue: Catalogue) -> Lineage:
    """Return what a metric in force rests on; raise UserError for a formula that cannot be read."""
    metric = catalogue.metric(name)
    found: dict[str, dict[str, None]] = {}
    for leaf in leaves(name, catalogue, {}):
        for table, column in _of_measure(leaf.measure, catalogue):
            found.setdefault(table, {}).update({column: None} if column else {})
    columns = tuple((table, tuple(sorted(names))) for table, names in found.items())
    return Lineage(metrics=tuple(dict.fromkeys(_named(metric, catalogue))), columns=columns)


def _named(metric: MetricSpec, catalogue: Catalogue) -> Iterator[str]:
    if metric.type != "derived":
        return
    for node in formula_tree(metric, metric).find_all(exp.Column):
        part = input_of(node.name, metric, metric, catalogue)
        if isinstance(part, Input):
            yield part.metric


def _of_measure(measure: MeasureSpec, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """Yield (table, column) pairs; the column is empty for a table whose rows alone are read."""
    home = measure.table
    yield home, ""
    dated = _column(measure.time or catalogue.table(home).time, home)
    for table, column in (*_columns(measure.expr, home), *_columns(measure.where, home), *dated):
        for step in path(catalogue, home, table) or ():
            yield step.source, step.on
            yield step.target, step.key
        yield table, column
    if measure.followed_by is not None:
        yield from _column(catalogue.table(home).entity, home)
        yield from _of_event(measure.followed_by, catalogue)


def _of_event(event: FollowUp, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    table = catalogue.table(event.table)
    yield table.name, ""
    yield from _columns(event.where, table.name)
    for name in (event.time or table.time, event.entity or table.entity):
        yield from _column(name, table.name)


def _columns(text: str | None, home: str) -> Iterator[tuple[str, str]]:
    if text and text != "*":
        yield from ((node.table or home, node.name) for node in ast.parsed(text).find_all(exp.Column))


def _column(name: str | None, home: str) -> Iterator[tuple[str, str]]:
    """Yield the column that a name, which is no expression, stands for."""
    if name:
        table, _, column = name.rpartition(".")
        yield table or home, column
