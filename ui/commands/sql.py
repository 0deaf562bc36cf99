"""`because sql`: the statement behind a metric, and its rows."""

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, cast, get_args

import typer

from semantic_layer.errors import UserError, did_you_mean
from ui.options import DEFAULT_WORKSPACE, JsonOption, RoleOption, WhereOption, WorkspaceOption
from ui.output import emit, out

if TYPE_CHECKING:
    from datetime import date

    from semantic_layer.model import Catalogue
    from semantic_layer.query import Grain, MetricQuery, Sql, Table
    from semantic_layer.values import DataRange
    from ui.opened import Opened

MetricsArgument = Annotated[list[str], typer.Argument(metavar="METRIC...", help="Names of metrics.")]
ByOption = Annotated[list[str] | None, typer.Option("--by", metavar="D", help="A dimension to cut by; may repeat.")]
GrainOption = Annotated[str | None, typer.Option("--grain", help="day, week, month, quarter, year, fiscal_…")]
FromOption = Annotated[str | None, typer.Option("--from", metavar="DAY", help="First day, inclusive.")]
ToOption = Annotated[str | None, typer.Option("--to", metavar="DAY", help="Last day, inclusive.")]
DialectOption = Annotated[str, typer.Option("--dialect", help="Write it for another engine: snowflake, bigquery, …")]
DefinitionOption = Annotated[
    list[str] | None,
    typer.Option("--definition", metavar="[METRIC=]N", help="Use version N of a metric's definition."),
]

DefinedOnOption = Annotated[
    str | None, typer.Option("--as-defined-on", metavar="DAY", help="Use the definitions in force on a day.")
]


def sql(
    metrics: MetricsArgument,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    by: ByOption = None,
    where: WhereOption = None,
    grain: GrainOption = None,
    start: FromOption = None,
    end: ToOption = None,
    dialect: DialectOption = "duckdb",
    definition: DefinitionOption = None,
    defined_on: DefinedOnOption = None,
    role: RoleOption = None,
    run: Annotated[bool, typer.Option("--run", help="Run it and show the rows.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show the SQL that a metric compiles to; --run runs it."""
    from semantic_layer.compile import compile_query, render
    from semantic_layer.query import MetricQuery
    from ui.conditions import parse_where, parse_window
    from ui.opened import check_members, open_here

    here = open_here(workspace)
    with ExitStack() as stack:
        access = stack.enter_context(here.access(role)) if run or role or here.workspace.warehouse.is_file() else None
        catalogue, dates = (access.catalogue, access.dates) if access else (here.catalogue, None)
        query = MetricQuery(
            metrics=_names(metrics),
            by=_names(by),
            filters=parse_where(where),
            window=parse_window(start, end, first=dates.first if dates else None, last=dates.as_of if dates else None),
            grain=_grain(grain),
            definition=_definitions(definition, defined_on, _names(metrics), here.catalogue),
        )
        if access:
            check_members(query.filters, access)
        if run:
            _check_window(query, dates)
        compiled = compile_query(query, catalogue, as_of=_as_of(here, dates))
        compiled = access.engine.prepared(compiled) if access else compiled
        written = compiled if dialect == compiled.dialect else render(compiled, dialect)
        table = access.engine.run(compiled) if run and access else None
    notes = (*written.notes, *([access.scope] if access and access.scope else []))
    if as_json:
        emit(_wire(written, table))
        return
    _show(replace(written, notes=notes), table, dialect)


def _names(values: Iterable[str] | None) -> tuple[str, ...]:
    return tuple(name.strip() for value in values or () for name in value.split(",") if name.strip())


def _grain(text: str | None) -> "Grain | None":
    from semantic_layer.query import Grain

    if text is None or text in get_args(Grain):
        return cast("Grain | None", text)
    raise UserError(f"unknown grain '{text}'", code="unknown_grain", hint=did_you_mean(text, get_args(Grain)))


def _definitions(
    versions: Iterable[str] | None, day: str | None, metrics: tuple[str, ...], catalogue: "Catalogue"
) -> tuple[tuple[str, int], ...]:
    from semantic_layer.definitions import defined_on
    from ui.conditions import parse_day

    chosen: dict[str, int] = {}
    if day is not None:
        chosen.update(defined_on(metrics, catalogue, parse_day(day, option="--as-defined-on")))
    for text in versions or ():
        metric, _, number = text.rpartition("=")
        if not number.strip().isdigit() or (not metric and len(metrics) != 1):
            raise UserError(
                f"--definition '{text}' is not a version",
                code="bad_definition",
                hint="write --definition 1, or --definition METRIC=1 when there are several metrics",
            )
        name = metric.strip() or metrics[0]
        catalogue.metric(name).formula(int(number))
        chosen[name] = int(number)
    return tuple(chosen.items())


def _as_of(here: "Opened", dates: "DataRange | None") -> "date | None":
    return dates.as_of if dates else here.workspace.config.as_of


def _check_window(query: "MetricQuery", dates: "DataRange | None") -> None:
    window = query.window
    if window and dates and (window.end < dates.first or window.start > dates.as_of):
        raise UserError(
            f"there are no data from {window.start} to {window.end}",
            code="no_data",
            hint=f"the data run from {dates.first} to {dates.as_of}",
        )


def _wire(written: "Sql", table: "Table | None") -> dict[str, Any]:
    return {
        "sql": written.text,
        "dialect": written.dialect,
        "columns": [{"name": column.name, "unit": column.unit} for column in written.columns],
        "rows": None if table is None else [list(row) for row in table.rows()],
    }


def _show(written: "Sql", table: "Table | None", dialect: str) -> None:
    from rich.syntax import Syntax
    from rich.text import Text

    console = out()
    pretty = Syntax(written.text, "sql", theme="ansi_light", background_color="default", word_wrap=True)
    console.print(pretty if console.is_terminal else Text(written.text), soft_wrap=not console.is_terminal)
    for note in written.notes:
        console.print(Text(f"-- {note}", style="dim"))
    if table is None:
        return
    from assistant.types import ResultColumn, ResultTable
    from ui.card_terminal import result_table
    from ui.view import Labels

    columns = tuple(ResultColumn(name=c.name, unit=c.unit) for c in table.columns)
    console.print()
    console.print(result_table(ResultTable(columns=columns, rows=table.rows()), Labels()))
    if dialect != "duckdb":
        console.print(Text("The rows come from the embedded DuckDB, not from this dialect's engine.", style="dim"))
