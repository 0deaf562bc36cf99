"""A question about a score that could not be learned is told why there is none."""

from collections.abc import Iterable, Mapping

from assistant.candid import plain
from assistant.phrases import sentence_case
from assistant.protocols import Planner
from assistant.types import Clarify, Decline, Plan, Question
from indexes.validation import ScoreCard


class UnlearnedPlanner:
    """Plans, unless the question names one of the scores in `cards` that was refused; `names` maps scores to labels."""

    def __init__(self, inner: Planner, cards: Iterable[ScoreCard], names: Mapping[str, str]) -> None:
        self._inner = inner
        self._refused = {
            plain(spoken): (names[card.name], card.refused)
            for card in cards
            if card.refused and card.name in names
            for spoken in (card.name, names[card.name])
        }

    def plan(self, question: Question) -> Plan | Clarify | Decline:
        """Return the inner planner's verdict, or why a score that is asked about does not exist."""
        text = plain(question.text)
        for spoken, (label, why) in self._refused.items():
            if spoken in text:
                message = f"There is no score for {sentence_case(label)}: {why}."
                return Decline(reason="no_data", message=message)
        return self._inner.plan(question)

    def readable(self, text: str) -> bool:
        """Tell whether a question can be read as it stands, at no cost."""
        return self._inner.readable(text) and not any(spoken in plain(text) for spoken in self._refused)
