"""Follow-ups of an analysis: the same is asked of another metric, another slice or another time."""

from assistant.planner import followup
from assistant.planner.analyses import read_as
from assistant.planner.draft import Draft, refuse
from assistant.planner.themes import read_themes
from assistant.types import Intent

_REPEATED: frozenset[Intent] = frozenset(("forecast", "anomalies", "overview", "at_risk", "themes"))
_WHOLE: frozenset[Intent] = frozenset(("what_if", "impact", "relationship"))
_ELSE = (
    "why", "explain", "trend", "vs", "compare", "define", "quotes", "highest", "lowest", "top", "bottom", "best",
    "worst", "by", "breakdown", "how_many", "how_much", "percent", "average", "total", "change",
)  # fmt: skip


def read_again(draft: Draft) -> Intent | None:
    """Ask the analysis before once more, with what is said now in the place of what was said then."""
    old = draft.question.history[-1] if draft.question.history else None
    cut = ("by", "breakdown") if old and old.intent == "at_risk" else ()
    if old is None or draft.has(*(c for c in _ELSE if c not in cut)) or old.intent not in _REPEATED | _WHOLE:
        return None
    if old.intent in _WHOLE:
        raise refuse("out_of_scope", "I can't carry that over; please ask it as a whole question.")
    if not draft.metrics_named:
        draft.metrics = list(old.metrics)
    if old.intent == "themes":
        read_themes(draft)
    else:
        read_as(old.intent, draft)
    timed = bool(draft.times)
    followup.carry(draft, inherited=not draft.metrics_named, explicit_by=True, explicit_time=timed)
    draft.take("follow", "pronoun", "and")
    if not timed:
        draft.window, draft.baseline, draft.horizon = old.window, old.baseline, old.horizon
        draft.assumptions = [a for a in draft.assumptions if not a.startswith("no ")]
    return old.intent
