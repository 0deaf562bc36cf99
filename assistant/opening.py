"""Opens a workspace's assistant: dictionary, warehouse, members, planner, index when first needed."""

import re
from collections.abc import Callable
from pathlib import Path

from assistant.calibration import load_calibration
from assistant.dictionary import load_dictionary, open_engine
from assistant.interventions import read_interventions
from assistant.log import AnswerLog
from assistant.narrate import TemplateNarrator
from assistant.pipeline import Assistant
from assistant.planner import RulePlanner, Vocabulary
from assistant.protocols import EvidenceSearch
from assistant.workspace import Workspace, open_workspace
from semantic_layer.errors import UserError, did_you_mean
from semantic_layer.loader import Loaded
from semantic_layer.values import data_range, distinct_values

_MAYBE_PERSONAL = re.compile(
    r"@|\d(?:\D{0,3}\d){5}|\b(?:my name|i am|i'm|this is|call me|password|address)\b", re.IGNORECASE
)


def open_assistant(root: Path, role: str | None) -> Assistant:
    """Open a workspace; raise UserError where it, its dictionary or its warehouse cannot be used."""
    workspace = open_workspace(root)
    config = workspace.config
    if role is not None and role not in config.roles:
        raise UserError(f"no role '{role}' in {root}", code="unknown_role", hint=did_you_mean(role, config.roles))
    loaded = load_dictionary(workspace)
    catalogue = loaded.catalogue
    engine = open_engine(workspace)
    values = distinct_values(catalogue, engine)
    days = data_range(catalogue, engine, as_of=config.as_of)
    first, as_of = (days.first, days.as_of) if days else (None, None)
    recorded, unread = read_interventions(config.interventions, catalogue, engine)
    vocabulary = Vocabulary(
        catalogue=catalogue, values=values, first=first, as_of=as_of, locale=config.locale, interventions=recorded
    )
    return Assistant(
        workspace=workspace,
        role=role,
        catalogue=catalogue,
        values=values,
        first=first,
        as_of=as_of,
        planner=RulePlanner(vocabulary),
        narrator=TemplateNarrator(),
        engine=engine,
        log=AnswerLog(path=workspace.log),
        open_evidence=lambda: _open_index(workspace),
        interventions=recorded,
        warnings=(*_left_out(loaded), *unread),
        redact=_redactor(workspace),
        calibration=load_calibration(workspace.evals / "calibration.json"),
    )


def _left_out(loaded: Loaded) -> tuple[str, ...]:
    """Say which parts of the dictionary cannot be read, for what is asked may be defined there."""
    broken = list(
        dict.fromkeys(f"{p.file}:{p.line}" if p.line else p.file for p in loaded.problems if p.severity == "error")
    )
    if not broken:
        return ()
    return (f"Part of the dictionary is left out ({', '.join(broken[:3])}): run `because check`.",)


def _open_index(workspace: Workspace) -> EvidenceSearch:
    from indexes.search import TranscriptIndex

    settings = workspace.config.transcripts
    return TranscriptIndex.open(workspace.index, themes=settings.themes if settings else None)


def _redactor(workspace: Workspace) -> Callable[[str], str]:
    """Return what hides personal data in a typed question; most questions cannot hold any."""

    def redact(text: str) -> str:
        if not _MAYBE_PERSONAL.search(text):
            return text
        from indexes.redact import Redactor

        return Redactor(workspace.config.redaction).redact(text)

    return redact
