"""`because feedback` and `because approve`: say whether an answer was right, and stand for it."""

from datetime import datetime
from typing import Annotated

import typer

from assistant.thumbs import REASONS
from semantic_layer.errors import UserError, did_you_mean
from ui.options import DEFAULT_WORKSPACE, JsonOption, WorkspaceOption
from ui.output import emit, out


def feedback(
    answer_id: Annotated[str, typer.Argument(metavar="ID", help="The answer's id, at the end of its card.")],
    up: Annotated[bool, typer.Option("--up/--down", help="Right, or not.")],
    reason: Annotated[str, typer.Option("--reason", help=f"With --down: {', '.join(REASONS)}.")] = "",
    correction: Annotated[str, typer.Option("--correction", help="With --down: what would be right.")] = "",
    author: Annotated[str, typer.Option("--author", help="Who says so.")] = "",
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    as_json: JsonOption = False,
) -> None:
    """Keep a thumb with an answer; saying it again replaces it."""
    from assistant.log import AnswerLog
    from assistant.workspace import open_workspace

    if reason and reason not in REASONS:
        raise UserError(f"unknown reason '{reason}'", code="unknown_reason", hint=did_you_mean(reason, REASONS))
    if up and (reason or correction):
        raise UserError("a reason goes with --down", code="unknown_reason", hint="leave it out")
    verdict, place = "up" if up else "down", open_workspace(workspace)
    log = AnswerLog(path=place.log)
    log.feedback(answer_id, verdict=verdict, reason=reason, author=author)
    if correction:
        from assistant.redaction import redactor

        log.correct(answer_id, text=redactor(place).redact(correction), author=author)
    if as_json:
        emit({"id": answer_id, "verdict": verdict, "reason": reason or None})
        return
    said = f": {REASONS[reason]}" if reason else ""
    out().print(f"Kept with answer {answer_id}{said}. `because eval add {answer_id}` makes a case of it.", markup=False)


def approve(
    answer_id: Annotated[str, typer.Argument(metavar="ID", help="The answer's id, at the end of its card.")],
    by: Annotated[str, typer.Option("--by", help="Who stands for the answer.")] = "",
    until: Annotated[datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], help="Default 90 days.")] = None,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take the approval back.")] = False,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    as_json: JsonOption = False,
) -> None:
    """Mark an answer as verified until it expires or its definition or figures change."""
    from assistant import approvals
    from assistant.log import AnswerLog
    from assistant.workspace import open_workspace

    if withdraw:
        AnswerLog(path=open_workspace(workspace).log).withdraw(answer_id)
        found = None
    else:
        found = approvals.approve(workspace, answer_id, approver=by, until=until.date() if until else None)
    if as_json:
        emit({"id": answer_id, "approval": found})
        return
    said = f"stands approved by {found.approver} until {found.expires_on}" if found else "is no longer approved"
    out().print(f"Answer {answer_id} {said}.", markup=False)
