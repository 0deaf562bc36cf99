"""Hierarchies against the rows: a member lies in one member of its parent."""

from sqlglot import exp

from semantic_layer.compile import ast
from semantic_layer.compile.scan import Scan
from semantic_layer.engine import SqlEngine
from semantic_layer.errors import BecauseError
from semantic_layer.model import Catalogue, DimensionSpec
from semantic_layer.query import UNKNOWN, Column, Sql
from semantic_layer.validate.report import Report


def hierarchy_problems(catalogue: Catalogue, engine: SqlEngine, report: Report) -> None:
    """Warn of members that lie in several members of their parent, as the rows of their own table say."""
    for spec in catalogue.dimensions:
        if spec.parent is None or not report.sound(f"dimension:{spec.name}"):
            continue
        parent = catalogue.dimension(spec.parent)
        if report.sound(f"dimension:{parent.name}"):
            _one_parent(spec, parent, catalogue, engine, report)


def _one_parent(
    spec: DimensionSpec, parent: DimensionSpec, catalogue: Catalogue, engine: SqlEngine, report: Report
) -> None:
    member, lies_in, places = "member", "lies_in", "places"
    try:
        scan = Scan(catalogue, spec.table)
        pairs = scan.select(
            [ast.alias(scan.member(spec), member), ast.alias(scan.member(parent), lies_in)], [], group=2
        )
    except BecauseError as error:
        said = f"dimension '{spec.name}', parent: {error.message}"
        report.warning(f"dimension:{spec.name}", "cannot_nest", said, error.hint)
        return
    many = exp.Count(this=exp.Distinct(expressions=[ast.column(lies_in)]))
    several = (
        exp.select(ast.column(member), ast.alias(many, places))
        .from_(exp.Subquery(this=pairs, alias=exp.TableAlias(this=exp.to_identifier("pairs"))))
        .where(exp.NEQ(this=ast.column(member), expression=ast.text(UNKNOWN)))
        .group_by(exp.Literal.number(1))
        .having(exp.GT(this=many.copy(), expression=exp.Literal.number(1)))
        .order_by(exp.Literal.number(1))
    )
    columns = (Column(name=member, kind="dimension"), Column(name=places, kind="metric"))
    with report.noting(f"dimension:{spec.name}", f"dimension '{spec.name}', parent"):
        found = engine.run(Sql(text=several.sql(dialect="duckdb"), columns=columns)).rows()
        if found:
            report.warning(
                f"dimension:{spec.name}",
                "not_nested",
                f"dimension '{spec.name}': {len(found)} members, such as '{found[0][0]}', lie in several {parent.name}",
                "tell such members apart by name, or leave out `parent`",
            )
