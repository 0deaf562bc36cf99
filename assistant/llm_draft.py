"""A model's reading of a question, held against the dictionary until the rules read it the same way."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.planner import RulePlanner
from assistant.planner.twoparts import MOST
from assistant.spoken import speak
from assistant.types import Decline, Intent, Plan, Question, Reading
from semantic_layer.errors import did_you_mean
from semantic_layer.query import Filter, Grain, Having


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FilterDraft(_Strict):
    """Members of a dimension to keep or to leave out."""

    dimension: str
    operator: Literal["in", "not in"] = "in"
    values: list[str] = Field(min_length=1)


class HavingDraft(_Strict):
    """A threshold on a metric."""

    metric: str
    operator: Literal[">", ">=", "<", "<=", "=", "!="]
    value: float


class Ground(_Strict):
    """Words of the question and the name in the plan that they stand for."""

    words: str
    target: str


class StepDraft(_Strict):
    """One thing that is asked for, in the dictionary's names; periods in the asker's words, in English."""

    intent: Intent
    metrics: list[str] = []
    by: list[str] = []
    filters: list[FilterDraft] = []
    period: str | None = Field(default=None, max_length=80)
    compared_with: str | None = Field(default=None, max_length=80)
    grain: Grain | None = None
    limit: int | None = Field(default=None, ge=1, le=1000)
    order: Literal["asc", "desc"] | None = None
    having: list[HavingDraft] = Field(default=[], max_length=1)
    about: str | None = Field(default=None, max_length=200)
    grounds: list[Ground] = []


class PlanDraft(StepDraft):
    """What a question asks for: one thing, and where it asks several, up to two more, each complete in itself."""

    answerable: bool
    then: list[StepDraft] = Field(default=[], max_length=MOST - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelReading:
    """A model's reading as the rules read it back: `spoken` is the question that says it."""

    plan: Plan
    spoken: str
    grounds: tuple[tuple[str, str], ...]


class DraftReader:
    """Turns drafts into plans that the rules could have made."""

    def __init__(self, rules: RulePlanner) -> None:
        self._rules = rules
        self._catalogue = rules.vocabulary.catalogue
        self._values = rules.vocabulary.values

    def problem(self, draft: PlanDraft) -> str | None:
        """Say what is wrong with a draft, as its author can mend it; a draft that declines is fine."""
        if not draft.answerable:
            return None
        found = self.read(draft, Question(text="-"))
        return found if isinstance(found, str) else None

    def read(self, draft: PlanDraft, question: Question) -> ModelReading | str:
        """Return the plan, that of each step read back by itself, or what is wrong with the draft."""
        steps: list[ModelReading] = []
        for step in (draft, *draft.then):
            found = self._read_step(step, question)
            if isinstance(found, str):
                return found
            steps.append(found)
        first, *others = steps
        return ModelReading(
            plan=replace(first.plan, then=tuple(step.plan for step in others)),
            spoken="? ".join(step.spoken.rstrip("?") for step in steps) + "?" if others else first.spoken,
            grounds=tuple(ground for step in steps for ground in step.grounds),
        )

    def _read_step(self, draft: StepDraft, question: Question) -> ModelReading | str:
        wrong = next(self._unknown(draft), None)
        if wrong:
            return wrong
        wanted = self._reading(draft)
        times = (draft.period or "", draft.compared_with or "")
        spoken = speak(wanted, self._catalogue, times=times, about=draft.about)
        plan = self._rules.plan(Question(text=spoken, role=question.role))
        if not isinstance(plan, Plan):
            return plan.message if isinstance(plan, Decline) else plan.why
        if not _same_but_dates(plan.reading, wanted) or (draft.period and plan.default_window):
            return "these parts do not go together in one question"
        grounds = tuple((g.words, g.target) for g in draft.grounds)
        return ModelReading(plan=replace(plan, question=question), spoken=spoken, grounds=grounds)

    def uncovered(self, reading: ModelReading, text: str) -> tuple[str, ...]:
        """Return the names and unknown words of a question that no ground ties to something in the plan."""
        names = {name for plan in (reading.plan, *reading.plan.then) for name in _names(plan.reading)}
        tied = [_words(words) for words, target in reading.grounds if target in names]
        return tuple(w for w in self._rules.open_words(text) if not any(set(_words(w)) <= set(t) for t in tied))

    def _unknown(self, draft: StepDraft) -> Iterator[str]:
        metrics = {m.name for m in self._catalogue.metrics if not m.hidden}
        dimensions = {d.name for d in self._catalogue.dimensions if not d.hidden}
        for name in (*draft.metrics, *(h.metric for h in draft.having)):
            if name not in metrics:
                yield f"no metric '{name[:60]}'; {did_you_mean(name[:60], metrics)}"
        for name in (*draft.by, *(f.dimension for f in draft.filters)):
            if name not in dimensions:
                yield f"no dimension '{name[:60]}'; {did_you_mean(name[:60], dimensions)}"
        for kept in draft.filters:
            known = self._values.get(kept.dimension, ())
            for value in kept.values:
                if value not in known:
                    yield f"'{kept.dimension}' has no member '{value[:60]}'; {did_you_mean(value[:60], known)}"

    def _reading(self, draft: StepDraft) -> Reading:
        return Reading(
            intent=draft.intent,
            metrics=tuple(dict.fromkeys(draft.metrics)),
            by=tuple(dict.fromkeys(draft.by)),
            filters=tuple(
                Filter(dimension=f.dimension, operator=f.operator, values=tuple(f.values)) for f in draft.filters
            ),
            grain=draft.grain,
            limit=draft.limit,
            order=draft.order,
            having=tuple(Having(metric=h.metric, operator=h.operator, value=h.value) for h in draft.having),
        )


def same_reading(one: Reading, other: Reading) -> bool:
    """Tell whether two readings ask the same of the data."""
    dates = [
        (r.window and (r.window.start, r.window.end), r.baseline and (r.baseline.start, r.baseline.end))
        for r in (one, other)
    ]
    return _same_but_dates(one, other) and one.grain == other.grain and dates[0] == dates[1]


def _same_but_dates(one: Reading, other: Reading) -> bool:
    return _content(one) == _content(other)


def _content(reading: Reading) -> tuple[object, ...]:
    ranked = reading.intent == "rank"
    return (
        reading.intent,
        frozenset(reading.metrics),
        frozenset(reading.by),
        frozenset((f.dimension, f.operator, frozenset(f.values)) for f in reading.filters),
        frozenset(reading.having),
        (reading.limit, reading.order or "desc") if ranked else None,
    )


def _names(reading: Reading) -> Iterator[str]:
    yield from reading.metrics
    yield from reading.by
    yield from (h.metric for h in reading.having)
    for kept in reading.filters:
        yield kept.dimension
        yield from map(str, kept.values)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())
