"""`because eval`: how often the assistant is right, how sure it may be, and what changed."""

from typing import Annotated, Any

import typer

from semantic_layer.errors import UserError
from ui.options import DEFAULT_WORKSPACE, JsonOption, WorkspaceOption
from ui.output import emit, out
from ui.progress import progress

app = typer.Typer(help="Judge the assistant with question suites.", no_args_is_help=True)
SuiteArgument = Annotated[str | None, typer.Argument(metavar="[SUITE]", help="One suite of evals/*.yml; default all.")]
BaselineOption = Annotated[str | None, typer.Option("--baseline", metavar="ID", help="Compare with an earlier run.")]
GateOption = Annotated[bool, typer.Option("--gate", help="Exit 2 on a flip, a missing case or too much silent-wrong.")]
BoundOption = Annotated[float, typer.Option("--bound", min=0, max=1, help="Silent-wrong that the gate lets pass.")]
RiskOption = Annotated[float, typer.Option("--risk", min=0.001, max=0.5, help="Share of wrong answers accepted.")]
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
    gate: GateOption = False,
    bound: BoundOption = 0.02,
    as_json: JsonOption = False,
) -> None:
    """Ask every question of a suite, score the answers, and measure how sure they may be."""
    from evals.gate import judge_gate
    from evals.suite import run_suite

    with progress() as report:
        result = run_suite(workspace, suite, baseline=baseline, progress=report)
    result["calibration"] = _calibrated(workspace)
    if gate:
        file = workspace / "evals" / "history.duckdb"
        result["gate"] = judge_gate(file, result["run_id"], baseline=baseline, bound=bound)
    if as_json:
        emit(result)
    else:
        _show(result)
    if gate and not result["gate"].passed:
        raise typer.Exit(2)


def _calibrated(workspace: Any) -> dict[str, Any] | None:
    """Measure anew how sure answers may be; None while too few are judged."""
    from assistant.workspace import open_workspace
    from evals.judged import calibrate_workspace

    try:
        return calibrate_workspace(open_workspace(workspace))
    except UserError as error:
        if error.code != "too_few_answers":
            raise
        return None


@app.command("calibrate")
def calibrate(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE, risk: RiskOption = 0.05, as_json: JsonOption = False
) -> None:
    """Measure from past runs and feedback how sure answers may be."""
    from assistant.workspace import open_workspace
    from evals.judged import calibrate_workspace

    found = calibrate_workspace(open_workspace(workspace), risk=risk)
    if as_json:
        emit(found)
    else:
        _show_calibration(found)


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
    if result["comparison"]:
        _show_comparison(result["comparison"])
    if result["calibration"]:
        _show_calibration(result["calibration"])
    if "gate" in result:
        console.print("Gate: passed" if result["gate"].passed else "Gate: not passed", style="bold")
        for reason in result["gate"].reasons:
            console.print(f"  {reason}", markup=False)


def _show_comparison(found: dict[str, Any]) -> None:
    console = out()
    console.print(
        f"Against {found['baseline']}: {found['better']} better, {found['worse']} worse of {found['cases']}"
        f" (sign test p = {found['p_value']:.2g})" if found["p_value"] is not None else "No case in common",
        markup=False,
    )  # fmt: skip
    for flip in found["flips"]:
        why = ", ".join(flip["causes"])
        console.print(f"flip: {flip['case']}: {flip['before']} → {flip['after']} ({why})", markup=False)


def _show_calibration(found: dict[str, Any]) -> None:
    console, scores = out(), found["scores"]
    console.print(f"Confidence, {found['calibrated_on']}: {found['n']} answers, {found['errors']} wrong", markup=False)
    for band in found["bands"]:
        low, high = band["ci"]
        console.print(
            f"  {band['label']}: {band['right']} of {band['n']} right ({low:.1%} to {high:.1%})", markup=False
        )
    low, high = scores["smooth_ece_if_perfect"]
    console.print(
        f"  Brier {scores['brier']:.4f}, smooth calibration error {scores['smooth_ece']:.4f}"
        f" (a perfect system here: {low:.4f} to {high:.4f})", markup=False,
    )  # fmt: skip
    console.print(f"  Abstention: {found['abstention']['why']}", markup=False)


def _cell(found: dict[str, Any]) -> str:
    if found["value"] is None:
        return "no such case"
    low, high = found["ci"]
    return f"{found['value']:.1%} ({low:.1%} to {high:.1%}, n = {found['n']})"


@app.callback()
def _group() -> None:
    """Judge the assistant with question suites."""
