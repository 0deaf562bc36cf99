"""Puts a model beside the rules and the template of a workspace."""

from collections.abc import Iterator
from functools import cache

from rapidfuzz import fuzz, process

from assistant.llm import Model
from assistant.llm_memory import Memory
from assistant.llm_narrator import LLMNarrator
from assistant.llm_planner import LLMPlanner
from assistant.llm_wire import wire_to
from assistant.log import AnswerLog
from assistant.planner import RulePlanner
from assistant.protocols import Narrator, Planner
from assistant.types import Reading
from assistant.workspace import Workspace
from indexes.redact import Redactor
from semantic_layer.errors import InternalError

_EXAMPLES = 3
_ALIKE = 60


def with_model(
    workspace: Workspace, rules: RulePlanner, template: Narrator, log: AnswerLog
) -> tuple[Planner, Narrator]:
    """Return the planner and the narrator that ask the workspace's endpoint."""
    settings = workspace.config.llm
    if settings is None:
        raise InternalError("no model is configured", code="no_model")
    memory = Memory(workspace.log.with_name("models.json"), f"{settings.base_url} {settings.model}")
    model = Model(settings, wire_to(settings, workspace.root), memory=memory)

    @cache
    def redactor() -> Redactor:
        from assistant.corpus import known_names, redaction_settings

        return Redactor(redaction_settings(workspace), known_names(workspace))

    def redact(text: str) -> str:
        return redactor().redact(text)

    def examples(text: str) -> Iterator[tuple[str, Reading]]:
        """Yield the approved answers' questions that are most like a text."""
        known = log.approved()
        near = process.extract(text, [asked for asked, _ in known], scorer=fuzz.token_set_ratio, limit=_EXAMPLES)
        return (known[place] for _, score, place in near if score >= _ALIKE)

    return LLMPlanner(rules, model, redact, examples), LLMNarrator(template, model, redact)
