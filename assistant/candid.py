"""A question about a metric that was left out of the dictionary is told why, not read as something else."""

import re
from collections.abc import Iterable

from assistant.protocols import Planner
from assistant.types import Clarify, Decline, Plan, Question
from semantic_layer.model import Catalogue, MetricSpec


class CandidPlanner:
    """Plans, unless the question names one of the metrics in `left_out` that the dictionary cannot use."""

    def __init__(self, inner: Planner, catalogue: Catalogue, left_out: Iterable[MetricSpec]) -> None:
        self._inner = inner
        self._catalogue = catalogue
        self._lost = {phrase: m.name for m in left_out for phrase in _phrases(m)}
        self._held = [phrase for m in catalogue.metrics for phrase in _phrases(m)]

    def plan(self, question: Question) -> Plan | Clarify | Decline:
        """Return the inner planner's verdict; raise the UserError of a metric that cannot be used."""
        text = plain(question.text)
        named = [phrase for phrase in self._lost if f" {phrase} " in text]
        for phrase in sorted(named, key=len, reverse=True):
            longer = (held for held in self._held if phrase in held and f" {held} " in text)
            if next(longer, None) is None:
                self._catalogue.metric(self._lost[phrase])
        return self._inner.plan(question)

    def readable(self, text: str) -> bool:
        """Tell whether a question can be read as it stands, at no cost."""
        return self._inner.readable(text)


def _phrases(metric: MetricSpec) -> set[str]:
    return {plain(words).strip() for words in (metric.name, metric.label, *metric.synonyms)}


def plain(text: str) -> str:
    """Put a text into bare lower-case words with a space around each."""
    words = re.findall(r"[^\W_]+", text.lower())
    return f" {' '.join(words)} "
