"""An assistant that answers from hand-made outcomes, for driving the page."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from assistant.types import Outcome, Question, Step
from semantic_layer.errors import UpstreamError
from tests.ui.examples import LABELS, clarification, refusal, why_answer
from ui.desk import Desk, Facts
from ui.view import Labels

REPORT = '<!doctype html><title>r</title><p class="verdict">Rely on it. "99.1%" came out right.</p><script>1</script>'


def unused_port() -> int:
    """Return a port the system picks, so that workers side by side never take the same one."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class FakeAssistant:
    """Why-questions get the rich answer, "satisfaction" a question back, the rest a refusal."""

    answered: int = 0
    verdicts: list[tuple[str, str]] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    corrections: list[tuple[str, str]] = field(default_factory=list)

    def steps(self, question: Question, *, follow: str | None = None) -> Iterator[Step]:  # noqa: ARG002
        yield Step(name="read", text="Reading the question")
        yield Step(name="run", text="Measuring Churn rate in both periods")
        yield Step(name="analyse", text="Looking for what drove the change")
        yield Step(name="evidence", text="Listening to customers in DACH · SMB · Plus")
        yield Step(name="done", text="Done", outcome=self._outcome(question.text))

    def _outcome(self, text: str) -> Outcome:
        if "fail" in text:
            raise UpstreamError("the warehouse cannot be reached", code="warehouse", hint="try again")
        if "weather" in text:
            return replace(refusal(), question=text)
        if "satisfaction" in text:
            return replace(clarification(), question=text)
        self.answered += 1
        return replace(why_answer(text), id=f"answer-{self.answered}")

    def feedback(self, id: str, *, verdict: str, reason: str = "", author: str) -> None:  # noqa: ARG002
        self.verdicts.append((id, verdict))
        self.reasons.append(reason)

    def correct(self, id: str, *, text: str, author: str) -> None:  # noqa: ARG002
        self.corrections.append((id, text))

    def close(self) -> None:
        """Nothing is held open."""


def fake_desk(assistant: FakeAssistant) -> Desk:
    """A desk whose only assistant is the fake."""
    facts = Facts(
        name="Test company",
        metrics=3,
        labels=Labels(names=LABELS),
        conversations=800,
        examples=(
            "Why is churn up?",
            "Churn rate by region",
            "What do customers say about invoices?",
            "satisfaction by team",
        ),
        roles={"analyst": "Analyst", "partner": "Partner"},
        limited=frozenset({"partner"}),
    )
    return Desk(facts=facts, make=lambda _role: assistant, evaluation=lambda: REPORT)
