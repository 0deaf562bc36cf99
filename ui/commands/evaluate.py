"""`because eval`: how often the assistant is right, measured."""

from typing import Annotated, Any

import typer

from ui.options import DEFAULT_WORKSPACE, JsonOption, WorkspaceOption
from ui.output import emit, out
from ui.progress import progress

app = typer.Typer(help="Judge the assistant with question suites.", no_args_is_help=True)
SuiteArgument = Annotated[str | None, typer.Argument(metavar="[SUITE]", help="One suite of evals/*.yml; default all.")]
BaselineOption = Annotated[str | None, typer.Option("--baseline", metavar="ID", help="Compare with an earlier run.")]
FIGURES = {
    "accuracy": "right",
    "silent_wrong": "silently wrong",
    "false_refusal": "refused, though answerable",
    "missed_refusal": "answered, though unanswerable",
}


@app.command("run")
def run(
    suite: SuiteArgument = None,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    baseline: BaselineOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask every question of a suite and score the answers."""
    from evals.suite import run_suite

    with progress() as report:
        result = run_suite(workspace, suite, baseline=baseline, progress=report)
    if as_json:
        emit(result)
    else:
        _show(result)


def _show(result: dict[str, Any]) -> None:
    from rich.table import Table

    console = out()
    console.print(f"Run {result['run_id']}: {result['cases']} cases", markup=False)
    table = Table("", *result["by_origin"], "all", box=None, header_style="bold")
    for name, words in FIGURES.items():
        table.add_row(words, *(_cell(found[name]) for found in (*result["by_origin"].values(), result)))
    console.print(table)
    for failure in result["failures"]:
        console.print(f"{failure['verdict']}: {failure['question']}", style="bold", markup=False)
        for reason in failure["reasons"]:
            console.print(f"  {reason}", markup=False)
    for flip in result["flips"]:
        console.print(f"flip: {flip['case']}: {flip['before']} → {flip['after']}", markup=False)


def _cell(found: dict[str, Any]) -> str:
    if found["value"] is None:
        return "no such case"
    low, high = found["ci"]
    return f"{found['value']:.1%} ({low:.1%} to {high:.1%}, n = {found['n']})"


@app.callback()
def _group() -> None:
    """Judge the assistant with question suites."""
