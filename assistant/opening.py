"""Opens a workspace's assistant: dictionary, warehouse, members, planner, index when first needed."""

import re
from collections.abc import Callable
from pathlib import Path

from assistant.access import Access, lost_metrics, open_access
from assistant.calibration import load_calibration
from assistant.candid import CandidPlanner
from assistant.corpus import open_index, redaction_settings
from assistant.dictionary import load_dictionary
from assistant.interventions import read_interventions
from assistant.log import AnswerLog
from assistant.narrate import TemplateNarrator
from assistant.permitted import PermittedPlanner
from assistant.pipeline import Assistant
from assistant.planner import RulePlanner, Vocabulary
from assistant.protocols import Narrator, Planner
from assistant.scoring import labels
from assistant.unlearned import UnlearnedPlanner
from assistant.workspace import Workspace, open_workspace
from indexes.versions import version_in_use
from semantic_layer.policy import with_members

_MAYBE_PERSONAL = re.compile(
    r"@|\d(?:\D{0,3}\d){5}|\b(?:my name|i am|i'm|this is|call me|password|address)\b", re.IGNORECASE
)


def open_assistant(root: Path, role: str | None) -> Assistant:
    """Open a workspace as a role sees it; raise UserError where it, its dictionary or warehouse cannot be used."""
    workspace = open_workspace(root)
    config = workspace.config
    loaded = load_dictionary(workspace)
    access = open_access(workspace, loaded, role)
    values = access.values
    first, as_of = (access.dates.first, access.dates.as_of) if access.dates else (None, None)
    recorded, unread = read_interventions(config.interventions, access.catalogue, access.engine)
    vocabulary = Vocabulary(
        catalogue=access.catalogue,
        values=values,
        first=first,
        as_of=as_of,
        locale=config.locale,
        interventions=recorded,
    )
    log = AnswerLog(path=workspace.log)
    rules = RulePlanner(vocabulary)
    planner, narrator = _minds(workspace, access, rules, log)
    if lost := lost_metrics(loaded.catalogue, access):
        planner = CandidPlanner(planner, access.whole, lost)
    cards = () if access.policy is not None and access.policy.rows else access.cards(workspace)
    if any(card.refused for card in cards):
        planner = UnlearnedPlanner(planner, cards, labels(workspace, access.whole))
    return Assistant(
        workspace=workspace,
        role=access.role,
        catalogue=access.catalogue,
        values=values,
        first=first,
        as_of=as_of,
        planner=planner,
        language=rules.language,
        narrator=narrator,
        engine=access.engine,
        log=log,
        open_evidence=lambda: access.evidence(workspace, open_index(workspace)),
        index_version=lambda: version_in_use(workspace.index),
        interventions=recorded,
        cards=cards,
        warnings=(*_left_out(access), *unread, *([access.scope] if access.scope else [])),
        limited=access.policy is not None,
        redact=_redactor(workspace),
        calibration=load_calibration(workspace.evals / "calibration.json"),
    )


def _minds(workspace: Workspace, access: Access, rules: RulePlanner, log: AnswerLog) -> tuple[Planner, Narrator]:
    """Return who reads and who tells: the rules and the template, beside a model where one is configured."""
    planner: Planner = rules
    narrator: Narrator = TemplateNarrator()
    if workspace.config.llm is not None:
        from assistant.llm_opening import with_model

        planner, narrator = with_model(workspace, rules, narrator, log)
    if access.policy is not None:
        known = with_members(access.whole, access.values)
        planner = PermittedPlanner(planner, rules.vocabulary, known, access.policy)
    return planner, narrator


def _left_out(access: Access) -> tuple[str, ...]:
    """Say which parts of the dictionary cannot be read, for what is asked may be defined there."""
    broken = list(
        dict.fromkeys(f"{p.file}:{p.line}" if p.line else p.file for p in access.problems if p.severity == "error")
    )
    if not broken:
        return ()
    return (f"Part of the dictionary is left out ({', '.join(broken[:3])}): run `because check`.",)


def _redactor(workspace: Workspace) -> Callable[[str], str]:
    """Return what hides personal data in a typed question; most questions cannot hold any."""

    def redact(text: str) -> str:
        if not _MAYBE_PERSONAL.search(text):
            return text
        from indexes.redact import Redactor

        return Redactor(redaction_settings(workspace)).redact(text)

    return redact
