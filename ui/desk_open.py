"""Opens a workspace for the page: facts, examples, and an assistant for each role."""

from pathlib import Path
from typing import TYPE_CHECKING

from assistant.types import Plan, Question
from semantic_layer.errors import BecauseError
from ui.desk import Desk, Facts
from ui.examples import example_questions
from ui.opened import Opened, open_here
from ui.view import labels_of

if TYPE_CHECKING:
    from assistant.pipeline import Assistant


def open_desk(root: Path) -> Desk:
    """Open a workspace; raise UserError where it or its warehouse cannot be read."""
    import assistant

    here = open_here(root)
    first = assistant.build(root)
    desk = Desk(
        facts=_facts(here, first),
        make=lambda role: assistant.build(root, role=role),
        evaluation=lambda: _last_report(here),
    )
    desk.seat(None, first)
    return desk


def _facts(here: Opened, helper: "Assistant") -> Facts:
    config = here.workspace.config
    return Facts(
        name=config.name,
        metrics=sum(not m.hidden for m in helper.catalogue.metrics),
        labels=labels_of(helper.catalogue),
        as_of=helper.as_of,
        conversations=_conversations(here),
        examples=_examples(helper),
        roles={name: role.label for name, role in config.roles.items()},
        default_role=config.default_role,
        limited=frozenset(name for name, role in config.roles.items() if role.limited),
    )


def _last_report(here: Opened) -> str:
    """Return the page of the report made last; looking at one makes none."""
    from evals.render import render
    from evals.report import last_report

    return render(last_report(here.workspace), "html").decode()


def _examples(helper: "Assistant") -> tuple[str, ...]:
    from semantic_layer.compile import sliceable

    def answerable(text: str) -> bool:
        return isinstance(helper.plan(Question(text=text)), Plan)

    return example_questions(helper.catalogue, lambda metric: sliceable(metric, helper.catalogue), answerable)


def _conversations(here: Opened) -> int:
    from indexes.search import TranscriptIndex

    try:
        return TranscriptIndex.open(here.workspace.index).status().contacts
    except BecauseError:
        return 0
