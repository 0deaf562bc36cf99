"""Reads questions with a model beside the rules: more reach, and never a reading the rules cannot read back."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from assistant.llm import Model, Prompt
from assistant.llm_draft import DraftReader, ModelReading, PlanDraft, same_reading
from assistant.llm_failures import ModelFailure
from assistant.llm_prompt import SYSTEM, Catalog
from assistant.planner import RulePlanner
from assistant.spoken import speak
from assistant.types import Clarify, Decline, ModelUse, Option, Plan, Question, Reading

Verdict = Plan | Clarify | Decline
# What the rules know for certain to be missing, forbidden or dangerous, a model cannot make up for.
_FINAL = frozenset(("unsafe", "not_permitted", "no_data"))
_SURE_LINK, _SURE_MARGIN = 0.95, 0.2
Examples = Callable[[str], Iterable[tuple[str, Reading]]]


class LLMPlanner:
    """Asks the rules and a model; what they agree on is sure, what they differ on is said or asked."""

    def __init__(self, rules: RulePlanner, model: Model, redact: Callable[[str], str], examples: Examples) -> None:
        self._rules, self._model, self._redact, self._examples = rules, model, redact, examples
        self._reader = DraftReader(rules)
        self._catalog = Catalog(rules.vocabulary, safe=lambda text: redact(text) == text)

    def plan(self, question: Question) -> Verdict:
        """Return the reading both agree on, the safer of two, a question back or an honest no."""
        ruled = self._rules.plan(question)
        if isinstance(ruled, Decline) and ruled.reason in _FINAL:
            return ruled
        session = self._model.session()
        asked = replace(question, text=self._redact(question.text))
        try:
            draft = self._model.structured(session, self._prompt(asked))
        except ModelFailure as failure:
            use = self._model.use_of(session, failed=failure.plain)
            return _without(ruled, use, self._model.settings.place)
        found = self._reader.read(draft, question) if draft.answerable else None
        verdict = self._weighed(question, ruled, found if isinstance(found, ModelReading) else None)
        return replace(verdict, model=self._model.use_of(session)) if isinstance(verdict, Plan) else verdict

    def readable(self, text: str) -> bool:
        """Tell whether the rules alone can read a text."""
        return self._rules.readable(text)

    def _prompt(self, question: Question) -> Prompt[PlanDraft]:
        user = self._catalog.prompt(question, self._examples(question.text))
        return Prompt(name="plan", system=SYSTEM, user=user, schema=PlanDraft, check=self._reader.problem)

    def _weighed(self, question: Question, ruled: Verdict, found: ModelReading | None) -> Verdict:
        if found is None:
            note = "The language model would not have answered this question."
            return _doubted(ruled, note) if isinstance(ruled, Plan) else ruled
        if isinstance(ruled, Plan):
            return ruled if ruled.then else self._both(ruled, found)
        if self._reader.uncovered(found, question.text):
            return ruled
        option = Option(label=found.spoken, question=found.spoken)
        if isinstance(ruled, Clarify):
            return replace(ruled, options=(option, *(o for o in ruled.options if o.question != option.question)))
        if ruled.reason == "unknown_metric":
            return _alone(found)
        return Clarify(why=f"{ruled.message} A language model reads it so:", options=(option,))

    def _both(self, ruled: Plan, found: ModelReading) -> Verdict:
        if same_reading(ruled.reading, found.plan.reading):
            return replace(ruled, features=replace(ruled.features, model="agrees"))
        sure = ruled.features
        exact = sure.link_score >= _SURE_LINK and sure.link_margin >= _SURE_MARGIN and not sure.fuzzy_links
        if exact:
            return _doubted(ruled, f"The language model read it otherwise: “{found.spoken}”")
        mine = speak(ruled.reading, self._rules.vocabulary.catalogue, about=ruled.search_text)
        options = tuple(Option(label=text, question=text) for text in (mine, found.spoken) if self.readable(text))
        return Clarify(why="It can be read in two ways.", options=options)


def _doubted(plan: Plan, note: str) -> Plan:
    return replace(plan, features=replace(plan.features, model="differs"), notes=(*plan.notes, note))


def _alone(found: ModelReading) -> Plan:
    """Take the model's reading, saying what each of its words was taken for."""
    names = ", ".join(f"'{words}' as {target}" for words, target in found.grounds)
    said = f"a language model read the question as “{found.spoken}”" + (f" ({names})" if names else "")
    plan = found.plan
    reading = replace(plan.reading, assumptions=(said, *plan.reading.assumptions))
    features = replace(plan.features, model="alone", defaults=plan.features.defaults + 1)
    return replace(plan, reading=reading, features=features)


def _without(ruled: Verdict, use: ModelUse, place: str) -> Verdict:
    """Return what the rules read, saying that the model was of no help."""
    note = f"The language model {place} was not used: {use.failed}."
    if isinstance(ruled, Plan):
        return replace(ruled, model=use, notes=(*ruled.notes, note))
    if isinstance(ruled, Clarify):
        return replace(ruled, why=f"{ruled.why} ({note})")
    return replace(ruled, message=f"{ruled.message} ({note})")
