"""The path of a question: read, run, analyse, listen, narrate, verify, keep."""

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cache
from threading import Lock
from time import perf_counter
from typing import Any

from assistant.approvals import with_approval
from assistant.calibration import UNCALIBRATED, Calibration
from assistant.card import answer_of
from assistant.egress import without_personal
from assistant.expand import outside_data
from assistant.findings import Findings
from assistant.intents.anomalies import find_anomalies
from assistant.intents.at_risk import find_at_risk
from assistant.intents.define import find_definition
from assistant.intents.expected import find_expected
from assistant.intents.forecast import find_forecast
from assistant.intents.gap import find_gap, is_gap
from assistant.intents.impact import find_impact
from assistant.intents.members import find_members, find_periods
from assistant.intents.movers import find_movers
from assistant.intents.overview import find_overview
from assistant.intents.quotes import find_quotes
from assistant.intents.relationship import find_relationship
from assistant.intents.shares import find_shares
from assistant.intents.target import find_target
from assistant.intents.themes import find_themes
from assistant.intents.trend import find_trend
from assistant.intents.value import find_value
from assistant.intents.what_if import find_what_if
from assistant.intents.why import find_why
from assistant.intents.within import narrowed
from assistant.log import AnswerLog
from assistant.lookback import with_lookback
from assistant.measuring import Bench
from assistant.planner.versions import plan_by_definition
from assistant.protocols import EvidenceSearch, Narrator, Planner
from assistant.recorder import Recorder
from assistant.restate import as_reported, restated
from assistant.several import joined
from assistant.types import (
    Clarification,
    Clarify,
    Decline,
    Intent,
    Intervention,
    Level,
    Outcome,
    Plan,
    Question,
    Refusal,
    Step,
)
from assistant.withheld import without_withheld_rows
from assistant.withheld_themes import without_small_themes
from assistant.workspace import Workspace
from indexes.validation import ScoreCard
from semantic_layer.definitions import as_defined
from semantic_layer.engine import SqlEngine
from semantic_layer.errors import InternalError, UserError
from semantic_layer.model import Catalogue

Finder = Callable[[Plan, Bench], Iterator[Step | Findings]]
_FINDERS: dict[Intent, Finder] = {
    "value": find_value,
    "trend": find_trend,
    "breakdown": find_members,
    "rank": find_members,
    "why": find_why,
    "quotes": find_quotes,
    "themes": find_themes,
    "define": find_definition,
    "overview": find_overview,
    "anomalies": find_anomalies,
    "forecast": find_forecast,
    "what_if": find_what_if,
    "impact": find_impact,
    "at_risk": find_at_risk,
    "relationship": find_relationship,
}
_LEVELS: dict[Level, Finder] = {"target": find_target, "expected": find_expected}


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True, kw_only=True)
class Assistant:
    """Answers questions about one workspace in one role; threads may share it.

    `language` tells the language that a question is asked in, `index_version` which version of the index is in use.
    A `limited` role goes on from its own answers only.
    """

    workspace: Workspace
    role: str | None
    catalogue: Catalogue
    values: Mapping[str, tuple[str, ...]]
    first: date | None
    as_of: date | None
    planner: Planner
    language: Callable[[str], str]
    narrator: Narrator
    engine: SqlEngine
    log: AnswerLog
    open_evidence: Callable[[], EvidenceSearch]
    redact: Callable[[str], str]
    interventions: tuple[Intervention, ...] = ()
    cards: tuple[ScoreCard, ...] = ()
    warnings: tuple[str, ...] = ()
    calibration: Calibration = UNCALIBRATED
    limited: bool = False
    clock: Callable[[], datetime] = _now
    index_version: Callable[[], str] = str
    _index: EvidenceSearch | None = None
    _index_held: str = ""
    _opening: Lock = field(default_factory=Lock)

    def ask(self, question: Question | str, *, follow: str | None = None) -> Outcome:
        """Answer a question: the last of its steps."""
        outcome = None
        for step in self.steps(question, follow=follow):
            outcome = step.outcome
        assert outcome is not None
        return outcome

    def plan(self, question: Question | str, *, follow: str | None = None) -> Plan | Clarify | Decline:
        """Read a question without running it."""
        return plan_by_definition(self.planner, self._question(question, follow), self.catalogue)

    def steps(self, question: Question | str, *, follow: str | None = None) -> Iterator[Step]:
        """Yield what is being done; the last step carries the outcome, which is in the log by then."""
        asked = self._question(question, follow)
        envelope = _Envelope.begin(asked, self)
        yield Step(name="read", text="Reading the question")
        plan = plan_by_definition(self.planner, asked, self.catalogue)
        if not isinstance(plan, Plan):
            yield self._end(envelope.refused(plan), follow)
            return
        yield from self._run(plan, envelope, follow)

    def steps_of(self, plan: Plan) -> Iterator[Step]:
        """Yield the steps of a plan that is made already, as `steps` does after reading."""
        yield from self._run(plan, _Envelope.begin(plan.question, self), None)

    def _run(self, plan: Plan, envelope: "_Envelope", follow: str | None) -> Iterator[Step]:
        outcomes: list[Outcome] = []
        for part in (plan, *plan.then):
            begun = envelope if part is plan else _Envelope.begin(part.question, self)
            for step in self._part(part, begun):
                if step.outcome is None:
                    yield step
                else:
                    outcomes.append(step.outcome)
        yield self._end(joined(outcomes), follow)

    def _part(self, plan: Plan, envelope: "_Envelope") -> Iterator[Step]:
        envelope.enter("run")
        refusal = outside_data(plan.reading.window, self.first, self.as_of)
        if refusal:
            yield _done(envelope.refused(refusal))
            return
        yield from self._answered(plan, envelope)

    def feedback(self, id: str, *, verdict: str, reason: str = "", author: str = "") -> None:
        """Keep one verdict an author and answer; raise UserError (unknown_answer)."""
        self.log.feedback(id, verdict=verdict, reason=reason, author=author)

    def correct(self, id: str, *, text: str, author: str = "") -> None:
        """Keep what would have been right, without personal data; raise UserError (unknown_answer)."""
        self.log.correct(id, text=self.redact(text), author=author)

    def quote(self, citation: str) -> str:
        """Return the redacted text of the cited turns."""
        return self._evidence().quote(citation)

    def close(self) -> None:
        """Let go of the warehouse."""
        self.engine.close()

    def _answered(self, plan: Plan, envelope: "_Envelope") -> Iterator[Step]:
        catalogue = as_defined(self.catalogue, dict(plan.definition)) if plan.definition else self.catalogue
        recorder = Recorder(catalogue=catalogue, engine=self.engine, as_of=self.as_of, members=self.values)
        evidence = cache(self._evidence)  # one question hears one version of the index
        bench = Bench(
            catalogue=catalogue, recorder=recorder, first=self.first, as_of=self.as_of,
            transcripts=self.workspace.config.transcripts, values=self.values, evidence=evidence,
            interventions=self.interventions,
        )  # fmt: skip
        plan = narrowed(plan, bench)
        found: Findings | None = None
        try:
            for item in _finder(plan)(plan, bench):
                if isinstance(item, Step):
                    envelope.enter(item.name)
                    yield item
                else:
                    found = item
        except UserError as error:
            if error.code != "not_permitted":
                raise
            yield _done(envelope.refused(_not_permitted(error)))
            return
        assert found is not None
        found = without_small_themes(without_withheld_rows(found), bench)
        if found.decline:
            decline = found.decline
            nearest = tuple(q for q in decline.nearest if self.planner.readable(q))
            yield _done(envelope.refused(replace(decline, nearest=nearest)))
            return
        envelope.enter("narrate")
        yield Step(name="narrate", text="Writing it down and checking every number")
        found = as_reported(found, bench) if plan.as_reported else restated(found, bench)
        found = with_lookback(found, bench)
        found = replace(found, cards=self.cards, runs=tuple(recorder.runs), caveats=(*found.caveats, *self.warnings))
        quote_of = evidence().quote if found.evidence else _no_quotes
        answer = answer_of(found, envelope.common(), self.narrator, quote_of, self.planner.readable, self.calibration)
        yield _done(envelope.timed(with_approval(answer, self.log, catalogue)))

    def _end(self, outcome: Outcome, follow: str | None) -> Step:
        if isinstance(outcome, Refusal) and self.warnings:
            outcome = replace(outcome, message=" ".join((outcome.message, *self.warnings)))
        outcome = without_personal(outcome)
        self.log.record(outcome, follow=follow)
        return _done(outcome)

    def _question(self, question: Question | str, follow: str | None) -> Question:
        """Take the question as everything behind it may see it: readable, and without personal data."""
        asked = Question(text=question) if isinstance(question, str) else question
        if asked.role not in (None, self.role):
            raise InternalError(f"asked as '{asked.role}' where '{self.role}' was opened", code="wrong_role")
        text = self.redact(asked.text.encode("utf-8", "replace").decode("utf-8"))
        asked = replace(asked, text=text, role=self.role)
        if follow and not asked.history:
            asked = replace(asked, history=self.log.history(follow, role=self.role if self.limited else None))
        return asked

    def _evidence(self) -> EvidenceSearch:
        with self._opening:
            version = self.index_version()
            if self._index is None or version != self._index_held:
                self._index, self._index_held = self.open_evidence(), version
            return self._index


def _done(outcome: Outcome) -> Step:
    return Step(name="done", text="Done", outcome=outcome)


def _not_permitted(error: UserError) -> Decline:
    return Decline(reason="not_permitted", message=f"{error.message[:1].upper()}{error.message[1:]}.")


def _no_quotes(_citation: str) -> str:
    return ""


def _finder(plan: Plan) -> Finder:
    reading = plan.reading
    if reading.shares is not None:
        return find_shares
    if reading.intent == "rank" and reading.baseline and reading.by:
        return find_movers
    if plan.against is not None:
        return _LEVELS[plan.against]
    if reading.intent == "why" and is_gap(reading):
        return find_gap
    if reading.intent != "compare":
        return _FINDERS[reading.intent]
    if not reading.by:
        return find_value
    return find_periods if reading.baseline else find_members


@dataclass(slots=True, kw_only=True)
class _Envelope:
    """The keys that every outcome carries, and the clock of its stages."""

    id: str
    question: str
    language: str
    asked_at: datetime
    as_of: date | None
    role: str | None
    timings: dict[str, float]
    _stage: str
    _since: float

    @classmethod
    def begin(cls, question: Question, asked: Assistant) -> "_Envelope":
        """Start the clock."""
        return cls(
            id=secrets.token_hex(6), question=question.text, language=asked.language(question.text),
            asked_at=asked.clock(), as_of=asked.as_of, role=question.role, timings={},
            _stage="read", _since=perf_counter(),
        )  # fmt: skip

    def enter(self, stage: str) -> None:
        """End the running stage and begin another."""
        now = perf_counter()
        spent = round((now - self._since) * 1000, 3)
        self.timings[self._stage] = round(self.timings.get(self._stage, 0.0) + spent, 3)
        self._stage, self._since = stage, now

    def common(self) -> dict[str, Any]:
        """Return the common keys."""
        return {
            "id": self.id, "question": self.question, "asked_at": self.asked_at, "as_of": self.as_of,
            "role": self.role, "language": self.language, "timings": dict(self.timings),
        }  # fmt: skip

    def timed(self, outcome: Outcome) -> Outcome:
        """Stop the clock and write its times into an outcome."""
        self.enter("done")
        return replace(outcome, timings=dict(self.timings))

    def refused(self, verdict: Clarify | Decline) -> Outcome:
        """Turn the planner's word into an outcome."""
        self.enter("done")
        if isinstance(verdict, Clarify):
            return Clarification(why=verdict.why, options=verdict.options, **self.common())
        return Refusal(reason=verdict.reason, message=verdict.message, nearest=verdict.nearest, **self.common())
