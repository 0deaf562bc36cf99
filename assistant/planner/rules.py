"""The rule planner: reads a question against one workspace, without a model, the same way every time."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from assistant.phrases import ask_what
from assistant.planner import coverage, gates
from assistant.planner.dates import Clock
from assistant.planner.draft import Choice, Context, Draft, Stop, refuse
from assistant.planner.intents import read_intent
from assistant.planner.languages import ENGLISH, Heard, Tongues, is_read, known_languages, language
from assistant.planner.lexicon import Vocabulary, build_lexicon
from assistant.planner.linker import Linker
from assistant.planner.nearest import nearest
from assistant.planner.preamble import without_preamble
from assistant.planner.roles import names_apart
from assistant.planner.shares import with_shares
from assistant.planner.text import clean, tokenize
from assistant.planner.twoparts import as_one, sentences, shared_period
from assistant.spoken import speak
from assistant.types import Clarify, Decline, Option, Plan, Question, Reading, ReadingFeatures
from semantic_layer.query import TimeWindow

_FAR = timedelta(days=365 * 50)
_OPTIONS, _DEPTH = 5, 2


class RulePlanner:
    """Reads questions in plain words; knows nothing but its workspace."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        clock = _clock(vocabulary)
        lexicon = build_lexicon(vocabulary)
        self._context = Context(vocabulary=vocabulary, lexicon=lexicon, clock=clock)
        self._linker = Linker(lexicon, clock or Clock(date(2000, 1, 1), date(2000, 1, 1)), vocabulary.interventions)
        self._tongues = Tongues(vocabulary.catalogue, vocabulary.values)
        self._linker.link(tokenize("warm up in July"))

    @property
    def vocabulary(self) -> Vocabulary:
        """What this planner knows."""
        return self._context.vocabulary

    def plan(self, question: Question) -> Plan | Clarify | Decline:
        """Return the reading, a question back, or an honest no with the nearest questions."""
        draft: Draft | None = None
        try:
            text = clean(question.text)
            gates.check_text(text)
            heard = self._heard(text)
            text, aside = without_preamble(heard.text, lambda part: self._linker.link(tokenize(part)))
            gates.check_text(text)
            heard = replace(heard, aside=aside)
            if len(asked := sentences(text)) > 1 and (whole := self._in_parts(question, asked)):
                return _as_heard(whole, heard)
            draft = self._draft(question, text)
            return _as_heard(_read(draft), heard)
        except Stop as stop:
            outcome = stop.outcome
            if stop.parts and (whole := self._in_parts(question, stop.parts)):
                return _as_heard(whole, heard)
            if isinstance(outcome, Clarify) and draft:
                unknown = None if stop.choices else coverage.unknown(draft)
                outcome = unknown or self._clickable(stop, outcome, draft)
            if isinstance(outcome, Clarify) and stop.parts:
                refused = (self.plan(replace(question, text=part)) for part in stop.parts)
                why = " ".join((outcome.why, *(no.message for no in refused if isinstance(no, Decline))))
                outcome = replace(outcome, why=why)
            if isinstance(outcome, Decline):
                readable = tuple(q for q in outcome.nearest if self._readable(q))
                return replace(outcome, nearest=readable or self._nearest(question, draft))
            return outcome

    def language(self, text: str) -> str:
        """Return the code of the language that a question is asked in."""
        return self._tongues.heard(clean(text)).language

    def readable(self, text: str) -> bool:
        """Tell whether a question can be read as it stands."""
        return isinstance(self.plan(Question(text=text)), Plan)

    def _in_parts(self, question: Question, texts: Sequence[str]) -> Plan | None:
        """Read the parts of a question one after the other; none where one cannot be read."""
        plans = self._one_by_one(question, texts)
        if plans and (period := shared_period(plans)):
            said = [f"{text} {period}" if p.default_window else text for text, p in zip(texts, plans, strict=True)]
            plans = self._one_by_one(question, said)
        return as_one(plans) if plans else None

    def _one_by_one(self, question: Question, texts: Sequence[str]) -> list[Plan]:
        plans: list[Plan] = []
        for text in texts:
            history = (*question.history, *(p.reading for p in plans))
            plan = self.plan(replace(question, text=text, history=history))
            if not isinstance(plan, Plan):
                return []
            plans.append(plan)
        return plans

    def open_words(self, text: str) -> tuple[str, ...]:
        """Return the words that name something here, and those that no list has."""
        items = self._linker.link(tokenize(self._tongues.heard(clean(text)).text)).items
        return tuple(item.text for item in items if item.kind in ("entry", "unknown"))

    def _heard(self, text: str) -> Heard:
        heard = self._tongues.heard(text)
        if not is_read(heard.language):
            raise refuse("out_of_scope", gates.message("language", known=known_languages()))
        return heard

    def _clickable(self, stop: Stop, found: Clarify, draft: Draft) -> Clarify | Decline:
        """Offer only whole questions that can be answered; without any, say no."""
        kept = [option for option in found.options if self._readable(option.question)]
        reason = Decline(reason="unknown_metric", message=found.why)
        for choice in stop.choices:
            for label, outcome in self._read_on(choice, draft):
                if isinstance(outcome, Reading):
                    kept.append(Option(label=label, question=self._said(outcome) or ask_what(label)))
                else:
                    reason = outcome
        kept = [option for option in kept if self._readable(option.question)][:_OPTIONS]
        return replace(found, options=tuple(kept)) if kept else reason

    def _read_on(self, choice: Choice, draft: Draft, depth: int = 0) -> Iterator[tuple[str, Reading | Decline]]:
        """Read the question by one choice, and by each of those that it leads to."""
        chosen = self._draft(draft.question, draft.text)
        chosen.linked, chosen.chosen = chosen.linked.chosen(dict(choice.means), choice.without), True
        try:
            yield choice.label, _read(chosen).reading
        except Stop as stop:
            if isinstance(stop.outcome, Decline):
                yield choice.label, stop.outcome
            elif depth < _DEPTH:
                for more in choice.followed(stop.choices):
                    yield from self._read_on(more, draft, depth + 1)

    def _said(self, meant: Reading) -> str | None:
        """Say a reading as a question that reads the same."""
        said = speak(meant, self._context.catalogue)
        try:
            back = _read(self._draft(Question(text=said), said)).reading
        except Stop:
            return None
        return said if _same(meant, back) else None

    def _nearest(self, question: Question, draft: Draft | None) -> tuple[str, ...]:
        named = draft.metrics if draft else []
        return nearest(self._context, question.text[:200], named, self._readable)

    def _readable(self, text: str) -> bool:
        try:
            _read(self._draft(Question(text=text), text))
        except Stop:
            return False
        return True

    def _draft(self, question: Question, text: str) -> Draft:
        tokens = tokenize(text)
        draft = Draft(context=self._context, question=question, text=text, linked=self._linker.link(tokens))
        if draft.has("quotes", "themes") and _counts(draft):
            draft.linked = self._linker.link(tokens, without=frozenset(("quotes", "themes")))
        if draft.has("at_risk") and draft.has("how_many", "percent"):
            draft.linked = self._linker.link(tokens, without=frozenset(("at_risk",)))
        if draft.has("relationship") and _belongs(draft):
            draft.linked = self._linker.link(tokens, without=frozenset(("relationship",)))
        draft.linked = with_shares(draft.linked)
        if apart := names_apart(draft):
            draft.linked = with_shares(self._linker.link(tokens, apart=apart))
        return draft


def _same(one: Reading, other: Reading) -> bool:
    return replace(one, assumptions=(), window=_days(one.window), baseline=_days(one.baseline)) == replace(
        other, assumptions=(), window=_days(other.window), baseline=_days(other.baseline)
    )


def _days(window: TimeWindow | None) -> TimeWindow | None:
    return replace(window, label="") if window else None


def _as_heard(plan: Plan, heard: Heard) -> Plan:
    """Say how a question in another language was understood, and what of it was taken as no question."""
    if heard.aside:
        plan = replace(plan, notes=(*plan.notes, gates.message("aside", text=" ".join(heard.aside))))
    if heard.language == ENGLISH:
        return plan
    note = gates.message("heard", name=language(heard.language).name, text=heard.text)
    return replace(plan, notes=(*plan.notes, note))


def _clock(vocabulary: Vocabulary) -> Clock | None:
    """Return the data's calendar; none without dated data."""
    if vocabulary.as_of is None:
        return None
    return Clock(
        as_of=vocabulary.as_of,
        first=vocabulary.first or vocabulary.as_of - _FAR,
        fiscal_start=vocabulary.catalogue.fiscal_year_start,
        day_first=not vocabulary.locale.startswith("en-US"),
    )


def _counts(draft: Draft) -> bool:
    """Tell whether "calls about X" are to be counted, not read."""
    after = [draft.after(i) for i in range(len(draft.items)) if draft.cue(i, "by")]
    cut = any(draft.items[k].of("dimension") for k in after if k < len(draft.items))
    within = any(draft.cue(i, "quotes") and draft.cue(i - 1, "in") for i in range(1, len(draft.items)))
    return (
        cut
        or within
        or draft.has("how_many", "percent", "how_much", "why")
        or (draft.has("highest", "lowest") and not draft.has("themes"))
    )


def _belongs(draft: Draft) -> bool:
    """Tell "associated with each agent" and "associated with Billing" from two things that may go together."""
    after = [draft.after(i) for i in range(len(draft.items)) if draft.cue(i, "relationship")]
    return any(k < len(draft.items) and (draft.cue(k, "by", "pronoun") or _is_member(draft, k)) for k in after)


def _is_member(draft: Draft, i: int) -> bool:
    behind = draft.after(i) if draft.items[i].of("dimension") else i
    return behind < len(draft.items) and bool(draft.items[behind].of("value")) and not draft.items[behind].of("metric")


def _read(draft: Draft) -> Plan:
    gates.check_scope(draft)
    for raw, word in draft.linked.repairs:
        draft.assumptions.append(f"'{raw}' read as '{word}'")
    draft.fuzzy += len(draft.linked.repairs)
    intent = read_intent(draft)
    coverage.check(draft)
    reading = Reading(
        intent=intent,
        metrics=tuple(draft.metrics),
        by=tuple(draft.by),
        filters=(*draft.filters, *draft.versus),
        window=draft.window,
        baseline=draft.baseline,
        grain=draft.grain,
        limit=draft.limit,
        order_by=draft.metrics[0] if draft.order and draft.metrics else None,
        order=draft.order,
        having=tuple(draft.having),
        within=draft.within,
        shares=draft.shares,
        horizon=draft.horizon,
        assumptions=tuple(dict.fromkeys(draft.assumptions)),
    )
    return Plan(
        question=draft.question,
        reading=reading,
        features=_features(draft),
        default_window=draft.default_window,
        usual=draft.usual,
        search_text=draft.search_text,
        direction=draft.direction,
        supposed=draft.supposed,
        against_rest=draft.against_rest,
        against=draft.against,
        listed=draft.listed,
        intervention=draft.intervention,
        notes=tuple(draft.notes),
    )


def _features(draft: Draft) -> ReadingFeatures:
    return ReadingFeatures(
        link_score=round(min(draft.scores, default=1.0), 4),
        link_margin=round(min(draft.margins, default=1.0), 4),
        unused_words=0,
        fuzzy_links=draft.fuzzy,
        defaults=draft.defaults,
        carried_over=draft.carried,
    )
