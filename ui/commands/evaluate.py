"""`because eval`: how often the assistant is right, measured."""

from typing import Annotated

import typer

from ui.options import DEFAULT_WORKSPACE, JsonOption, WorkspaceOption
from ui.output import emit
from ui.progress import progress

app = typer.Typer(help="Judge the assistant with question suites.", no_args_is_help=True)
SuiteArgument = Annotated[str | None, typer.Argument(metavar="[SUITE]", help="One suite of evals/*.yml; default all.")]
BaselineOption = Annotated[str | None, typer.Option("--baseline", metavar="ID", help="Compare with an earlier run.")]


@app.command("run")
def run(
    suite: SuiteArgument = None,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    baseline: BaselineOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask every question of a suite and score the answers."""
    from evals import run_suite

    with progress() as report:
        result = run_suite(workspace, suite, baseline=baseline, progress=report)
    emit(result) if as_json else None


@app.callback()
def _group() -> None:
    """Judge the assistant with question suites."""
