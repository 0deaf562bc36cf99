"""`because why`: a metric's change split by its drivers, without a sentence to be read."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from semantic_layer.errors import UserError
from ui.options import DEFAULT_WORKSPACE, JsonOption, RoleOption, WhereOption, WorkspaceOption
from ui.output import emit, err, out

if TYPE_CHECKING:
    from assistant.pipeline import Assistant
    from assistant.types import Level, Outcome, Plan, Reading
    from semantic_layer.query import Filter, TimeWindow

MetricArgument = Annotated[str, typer.Argument(metavar="METRIC", help="The name of a metric.")]
ByOption = Annotated[list[str] | None, typer.Option("--by", metavar="D", help="Split by this dimension only; repeat.")]
WindowOption = Annotated[
    str | None, typer.Option("--window", metavar="PERIOD", help="2026-10, 2026-Q3, 2026-08..2026-10, days too.")
]
BaselineOption = Annotated[
    str | None,
    typer.Option(
        "--baseline",
        metavar="PERIOD",
        help="Such a period, 'previous', 'year', 'target', 'expected', or another group: 'D=a'.",
    ),
]

# What is held against a metric that is no other period.
_LEVELS: "dict[str, Level]" = {"target": "target", "expected": "expected"}


def why(
    metric: MetricArgument,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    by: ByOption = None,
    where: WhereOption = None,
    window: WindowOption = None,
    baseline: BaselineOption = None,
    role: RoleOption = None,
    show_sql: Annotated[bool, typer.Option("--sql", help="Show the SQL that was run, too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Split the change of a metric between two periods, or its gap between two groups."""
    import assistant
    from assistant.wire import to_dict
    from ui.conditions import parse_where

    with err().status("Opening the workspace") as status:
        helper = assistant.build(workspace, role=role)
        plan = _plan(helper, metric, parse_where(where), by or (), (window, baseline))
        outcome: Outcome | None = None
        for step in helper.steps_of(plan):
            status.update(step.text)
            outcome = step.outcome
    assert outcome is not None
    if as_json:
        emit(to_dict(outcome))
        return
    from ui.card_terminal import render
    from ui.view import labels_of

    out().print(render(outcome, labels_of(helper.catalogue), show_sql=show_sql, every_cut=True))


def _plan(
    helper: "Assistant",
    metric: str,
    filters: "Sequence[Filter]",
    by: Sequence[str],
    periods: tuple[str | None, str | None],
) -> "Plan":
    from assistant.types import Plan, Question, Reading
    from ui.conditions import check_filters, parse_span

    spec = helper.catalogue.metric(metric)
    for name in by:
        helper.catalogue.dimension(name)
    check_filters(filters, helper.catalogue, helper.values)
    window = parse_span(periods[0], "--window") if periods[0] else _latest(helper)
    reading = Reading(intent="why", metrics=(metric,), filters=tuple(filters), window=window)
    reading = _against(helper, reading, periods[1])
    question = Question(text=f"Why did {spec.label} change?", role=helper.role)
    return Plan(
        question=question,
        reading=reading,
        split_by=tuple(by),
        default_window=not any(periods),
        against=_LEVELS.get(periods[1] or ""),
    )


def _latest(helper: "Assistant") -> "TimeWindow":
    from assistant.windows import last_months

    if helper.as_of is None:
        raise UserError("this workspace has no dated data", code="no_time", hint="compare groups with `because ask`")
    return last_months(helper.as_of, 1)


def _against(helper: "Assistant", reading: "Reading", baseline: str | None) -> "Reading":
    """Set what a reading is compared with: a period, or the other member of a dimension it is filtered by."""
    from assistant.windows import labelled, previous
    from semantic_layer.calendar import shift
    from ui.conditions import check_filters, parse_span, parse_where

    assert reading.window is not None
    if baseline is None or baseline == "previous":
        return replace(reading, baseline=previous(reading.window))
    if baseline in _LEVELS:
        return reading
    if baseline == "year":
        start, end = (shift(day, "year", -1) for day in (reading.window.start, reading.window.end))
        return replace(reading, baseline=labelled(start, end))
    if "=" not in baseline:
        return replace(reading, baseline=parse_span(baseline, "--baseline"))
    (other,) = parse_where([baseline])
    check_filters((other,), helper.catalogue, helper.values)
    own = [f for f in reading.filters if f.dimension == other.dimension and f.operator == "in" and len(f.values) == 1]
    if len(own) != 1 or len(other.values) != 1 or other.operator != "in":
        raise UserError(
            f"--baseline '{baseline}' sets one group against another, and --where names no such group",
            code="bad_baseline",
            hint=f"add --where '{other.dimension}=…' with the one member that is looked at",
        )
    pair = replace(own[0], values=(*own[0].values, *other.values))
    rest = tuple(f for f in reading.filters if f != own[0])
    return replace(reading, by=(other.dimension,), filters=(*rest, pair))
