"""`because eval`: how often the assistant is right, how sure it may be, and what changed."""

from pathlib import Path
from typing import Annotated, Any

import typer

from semantic_layer.errors import UserError
from ui.options import DEFAULT_WORKSPACE, JsonOption, WorkspaceOption
from ui.output import emit, out, waiting
from ui.progress import progress

app = typer.Typer(help="Judge the assistant with question suites.", no_args_is_help=True)
SuiteArgument = Annotated[str | None, typer.Argument(metavar="[SUITE]", help="One suite of evals/*.yml; default all.")]
BaselineOption = Annotated[str | None, typer.Option("--baseline", metavar="ID", help="Compare with an earlier run.")]
GateOption = Annotated[bool, typer.Option("--gate", help="Exit 2 on a flip, a missing case or too much silent-wrong.")]
BoundOption = Annotated[float, typer.Option("--bound", min=0, max=1, help="Silent-wrong that the gate lets pass.")]
VerdictsOption = Annotated[
    Path | None, typer.Option("--verdicts", metavar="FILE", help="Verdicts that the gate holds the run to, as JSON.")
]
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
    verdicts: VerdictsOption = None,
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
        result["gate"] = judge_gate(file, result["run_id"], baseline=baseline, bound=bound, verdicts=verdicts)
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


@app.command("rescore")
def rescore(
    run_id: Annotated[str, typer.Argument(metavar="RUN", help="An earlier run's id.")],
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    as_json: JsonOption = False,
) -> None:
    """Judge an old run's answers by today's evaluator and truth, as a new run; nothing is asked again."""
    from evals.rescore import rescore as judge_again

    with waiting("Judging the kept answers again"):
        result = judge_again(workspace, run_id)
    if as_json:
        emit(result)
    else:
        _show(result | {"calibration": None})


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


@app.command("add")
def add(
    answer_id: Annotated[str, typer.Argument(metavar="ID", help="The id of a logged answer.")],
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    as_json: JsonOption = False,
) -> None:
    """Turn an answer into a draft of a case, for a person to verify."""
    from evals.drafts import add_draft

    file = add_draft(workspace, answer_id)
    if as_json:
        emit({"id": answer_id, "file": file})
    else:
        out().print(f"Draft: {file}. Write its SQL by hand, then move it to evals/.", markup=False, soft_wrap=True)


@app.command("drift")
def drift(workspace: WorkspaceOption = DEFAULT_WORKSPACE, as_json: JsonOption = False) -> None:
    """Look for what changed under the assistant: data, definitions, questions, versions."""
    from evals.drift.look import look

    with waiting("Looking at rows, definitions and questions"):
        found = look(workspace)
    if as_json:
        emit(found)
        return
    console = out()
    for check in found["checks"]:
        state = f"{len(check['alerts'])} to look at" if check["alerts"] else "quiet"
        console.print(f"{check['name']}: {state}", style="bold" if check["alerts"] else "", markup=False)
        for text in (*(alert["text"] for alert in check["alerts"]), *check["notes"]):
            console.print(f"  {text}", markup=False)


@app.command("report")
def report(
    run_id: Annotated[str | None, typer.Argument(metavar="[RUN]", help="A run's id; default the latest.")] = None,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    form: Annotated[str, typer.Option("--format", help="html, pdf, json or md.")] = "html",
    to: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Where to write it.")] = None,
    send: Annotated[bool, typer.Option("--post", help="Post the verdict to the webhook of because.yml, too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Write the weekly report of a run: verdict, decisions by owner, what broke, confidence, drift."""
    from evals.render import FORMATS, render
    from evals.report import report_document

    if form not in FORMATS:
        raise UserError(f"unknown format '{form}'", code="unknown_format", hint=f"known: {', '.join(FORMATS)}")
    document = report_document(workspace, run_id)
    if as_json and to is None and not send:
        emit(document)
        return
    file = to or workspace / "evals" / f"report-{document['run_id']}.{form}"
    file.write_bytes(render(document, form))
    if send:
        from assistant.workspace import open_workspace
        from evals.webhook import address_of, message_of, post

        post(address_of(open_workspace(workspace)), message_of(document))
    if as_json:
        emit({"run_id": document["run_id"], "file": file, "format": form, "verdict": document["verdict"]})
    else:
        out().print(document["verdict"]["text"], markup=False)
        out().print(str(file), style="bold", markup=False, soft_wrap=True)


@app.command("ragas")
def ragas(
    run_id: Annotated[str | None, typer.Argument(metavar="[RUN]", help="A run's id; default the latest.")] = None,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    as_json: JsonOption = False,
) -> None:
    """Have ragas judge a run's answers: quotes, readings and citations, and more where a model is named."""
    from evals.ragas_judge import judge_run

    with waiting("ragas is judging the kept answers"):
        found = judge_run(workspace, run_id)
    if as_json:
        emit(found)
        return
    console = out()
    console.print(f"Run {found['run_id']}: {found['rows']} answers", markup=False)
    for name, metric in found["metrics"].items():
        told = f"{metric['below_one']} of {metric['n']} below one, {metric['crashed']} crashed"
        console.print(f"{name}: {metric['mean']:.3f} ({told})", markup=False)
    for failure in found["failures"]:
        console.print(f"  {failure['id']}: {failure['metric']} {failure['value']:.2f} {failure['error']}", markup=False)


@app.command("schedule")
def schedule(workspace: WorkspaceOption = DEFAULT_WORKSPACE, as_json: JsonOption = False) -> None:
    """Print what makes the report every Monday: a line for cron, units for systemd."""
    from evals.schedule import cron_line, systemd_units

    cron, units = cron_line(workspace), systemd_units(workspace)
    if as_json:
        emit({"cron": cron, "systemd": units})
        return
    for text in ("# crontab -e", cron, *(f"\n# /etc/systemd/system/{name}\n{unit}" for name, unit in units.items())):
        typer.echo(text)


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
        for reason in (*result["gate"].reasons, *result["gate"].explained):
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
