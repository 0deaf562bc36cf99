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
    desk = Desk(facts=_facts(here, first), make=lambda role: assistant.build(root, role=role))
    desk.seat(None, first)
    return desk


def _facts(here: Opened, helper: "Assistant") -> Facts:
    config = here.workspace.config
    with here.engine() as engine:
        dates = here.dates(engine)
    return Facts(
        name=config.name,
        metrics=sum(not m.hidden for m in here.catalogue.metrics),
        labels=labels_of(here.catalogue),
        as_of=dates.as_of if dates else None,
        conversations=_conversations(here),
        examples=_examples(here, helper),
        roles={name: role.label for name, role in config.roles.items()},
    )


def _examples(here: Opened, helper: "Assistant") -> tuple[str, ...]:
    from semantic_layer.compile import sliceable

    def answerable(text: str) -> bool:
        return isinstance(helper.plan(Question(text=text)), Plan)

    return example_questions(here.catalogue, lambda metric: sliceable(metric, here.catalogue), answerable)


def _conversations(here: Opened) -> int:
    from indexes.search import TranscriptIndex

    try:
        return TranscriptIndex.open(here.workspace.index).status().contacts
    except BecauseError:
        return 0
