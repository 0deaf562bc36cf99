"""`because ask` and `because plan`: one question, one card."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.options import DEFAULT_WORKSPACE, JsonOption, RoleOption, WorkspaceOption
from ui.output import emit, err, out

if TYPE_CHECKING:
    from assistant.pipeline import Assistant
    from assistant.types import Outcome

QuestionArgument = Annotated[str, typer.Argument(metavar="QUESTION", help="The question, in quotes.")]
FollowOption = Annotated[
    str | None, typer.Option("--follow", metavar="ID", help="Ask on from the answer with this id.")
]


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

    assistant = _open(workspace, role)
    outcome = _work(assistant, question, follow)
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
    raise NotImplementedError


def _open(workspace: Path, role: str | None) -> "Assistant":
    import assistant

    return assistant.build(workspace, role=role)


def _work(assistant: "Assistant", question: str, follow: str | None) -> "Outcome":
    """Ask, saying on a terminal what is being done."""
    raise NotImplementedError


_ = err
