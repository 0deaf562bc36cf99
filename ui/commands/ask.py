"""`because ask` and `because plan`: one question, one card."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.options import DEFAULT_WORKSPACE, JsonOption, RoleOption, WorkspaceOption
from ui.output import emit, err, out

if TYPE_CHECKING:
    from assistant.pipeline import Assistant
    from assistant.types import Clarify, Decline, Outcome, Plan

QuestionArgument = Annotated[str, typer.Argument(metavar="QUESTION", help="The question, in quotes.")]
FollowOption = Annotated[str | None, typer.Option("--follow", metavar="ID", help="Ask on from this answer.")]


def ask(
    question: QuestionArgument,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    role: RoleOption = None,
    follow: FollowOption = None,
    show_sql: Annotated[bool, typer.Option("--sql", help="Show the SQL that was run, too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Answer a question with a card you can check."""
    from assistant.wire import to_dict

    assistant, outcome = _answer(question, workspace, role, follow)
    if as_json:
        emit(to_dict(outcome))
        return
    from ui.card_terminal import render
    from ui.view import labels_of

    out().print(render(outcome, labels_of(assistant.catalogue), show_sql=show_sql))


def plan(
    question: QuestionArgument,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    role: RoleOption = None,
    follow: FollowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how a question is read, without running it."""
    import assistant

    helper = assistant.build(workspace, role=role)
    verdict = helper.plan(question, follow=follow)
    if as_json:
        emit(_wire(verdict, question, helper))
    else:
        _show(verdict, question, helper)


def _answer(question: str, workspace: Path, role: str | None, follow: str | None) -> "tuple[Assistant, Outcome]":
    """Ask, saying on a terminal what is being done."""
    import assistant

    with err().status("Opening the workspace") as status:
        helper = assistant.build(workspace, role=role)
        for step in helper.steps(question, follow=follow):
            status.update(step.text)
            if step.outcome is not None:
                return helper, step.outcome
    raise AssertionError("the last step carries the outcome")


def _wire(verdict: "Plan | Clarify | Decline", question: str, helper: "Assistant") -> dict[str, Any]:
    from assistant.types import Plan
    from assistant.wire import reading_to_dict, to_dict

    if isinstance(verdict, Plan):
        parts = [reading_to_dict(part.reading) for part in verdict.then]
        return {"kind": "plan", "reading": reading_to_dict(verdict.reading), **({"parts": parts} if parts else {})}
    return {**to_dict(_outcome(verdict, question, helper)), "id": None}


def _outcome(verdict: "Clarify | Decline", question: str, helper: "Assistant") -> "Outcome":
    """Show the planner's word as the outcome it would become; it has no id, for nothing was logged."""
    from assistant.types import Clarification, Clarify, Refusal

    common: dict[str, Any] = {
        "id": "",
        "question": helper.redact(question),
        "asked_at": helper.clock(),
        "as_of": helper.as_of,
        "role": helper.role,
        "language": helper.language(question),
    }
    if isinstance(verdict, Clarify):
        return Clarification(**common, why=verdict.why, options=verdict.options)
    return Refusal(**common, reason=verdict.reason, message=verdict.message, nearest=verdict.nearest)


def _show(verdict: "Plan | Clarify | Decline", question: str, helper: "Assistant") -> None:
    from rich.text import Text

    from assistant.types import Plan
    from ui.card_terminal import pairs, render
    from ui.view import labels_of, reading_rows

    labels = labels_of(helper.catalogue)
    if not isinstance(verdict, Plan):
        out().print(render(_outcome(verdict, question, helper), labels))
        return
    for part in (verdict, *verdict.then):
        out().print(pairs(reading_rows(part.reading, labels)))
        for text in (*part.reading.assumptions, *part.notes):
            out().print(Text(f"• {text}", style="dim"))
