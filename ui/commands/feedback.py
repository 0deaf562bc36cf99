"""`because feedback`: say whether an answer was right, and why not."""

from typing import Annotated

import typer

from semantic_layer.errors import UserError, did_you_mean
from ui.options import DEFAULT_WORKSPACE, JsonOption, WorkspaceOption
from ui.output import emit, out

REASONS = {
    "wrong_number": "the number is wrong",
    "wrong_filter": "the filter or the period is wrong",
    "wrong_metric": "another metric was meant",
    "quote": "a quote does not fit",
    "not_answered": "it does not answer the question",
    "unclear": "it is hard to understand",
}


def feedback(
    answer_id: Annotated[str, typer.Argument(metavar="ID", help="The answer's id, at the end of its card.")],
    up: Annotated[bool, typer.Option("--up/--down", help="Right, or not.")],
    reason: Annotated[str, typer.Option("--reason", help=f"With --down: {', '.join(REASONS)}.")] = "",
    author: Annotated[str, typer.Option("--author", help="Who says so.")] = "",
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    as_json: JsonOption = False,
) -> None:
    """Keep a thumb with an answer; saying it again replaces it."""
    from assistant.log import AnswerLog
    from assistant.workspace import open_workspace

    if reason and reason not in REASONS:
        raise UserError(f"unknown reason '{reason}'", code="unknown_reason", hint=did_you_mean(reason, REASONS))
    if up and reason:
        raise UserError("a reason goes with --down", code="unknown_reason", hint="leave --reason out")
    verdict = "up" if up else "down"
    AnswerLog(path=open_workspace(workspace).log).feedback(answer_id, verdict=verdict, reason=reason, author=author)
    if as_json:
        emit({"id": answer_id, "verdict": verdict, "reason": reason or None})
        return
    said = f": {REASONS[reason]}" if reason else ""
    out().print(f"Kept with answer {answer_id}{said}. `because eval add {answer_id}` makes a case of it.", markup=False)
