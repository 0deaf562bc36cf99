"""Which definition a question asks to measure by: "under version 1", "as defined on 1 March 2026"."""

import calendar
import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from assistant.phrases import join_words, sentence_case, spoken_date
from assistant.planner.text import clean
from assistant.planner.words import any_of, words
from assistant.protocols import Planner
from assistant.types import Clarify, Decline, Plan, Question
from semantic_layer.definitions import defined_on, versioned
from semantic_layer.errors import UserError
from semantic_layer.model import Catalogue, MetricSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The definition asked for: a version's number, the one before the present, or the one of a day."""

    phrase: str
    reported: bool = False
    version: int | None = None
    day: date | None = None


def plan_by_definition(planner: Planner, question: Question, catalogue: Catalogue) -> Plan | Clarify | Decline:
    """Read a question without the words that choose a definition, then choose it."""
    text, wanted = read_wanted(question.text)
    if wanted is None:
        return planner.plan(question)
    found = planner.plan(replace(question, text=text))
    if isinstance(found, Clarify):
        options = (replace(o, question=f"{o.question.rstrip('?')} {wanted.phrase}") for o in found.options)
        return replace(found, options=tuple(options))
    if isinstance(found, Decline) or not found.reading.metrics:
        return found if isinstance(found, Decline) else planner.plan(question)
    return _chosen(replace(found, question=question), wanted, catalogue)


def read_wanted(text: str) -> tuple[str, Wanted | None]:
    """Return a question without the words that choose a definition, and what they choose."""
    text = clean(text)
    asked = _definitional().search(text)
    if asked:
        rest = " ".join(f"why did {asked['what']} change {asked['when']}".split())
        return rest, Wanted(phrase=", as reported at the time", reported=True)
    for pattern in (_version(), _old(), _dated(), _reported()):
        found = pattern.search(text)
        if not found:
            continue
        said = found.groupdict()
        day = _day(said["day"], before=said["side"].lower() == "before") if said.get("day") else None
        if said.get("day") and day is None:
            return text, None
        start = found.start("cut") if said.get("cut") is not None else found.start()
        rest = " ".join((text[:start] + text[found.end() :]).replace(" ,", ",").split()).strip(" ,")
        version = int(said["number"]) if said.get("number") else None
        phrase = text[start : found.end()].strip(" ,")
        return rest, Wanted(phrase=phrase, reported=pattern is _reported(), version=version, day=day)
    return text, None


def _chosen(plan: Plan, wanted: Wanted, catalogue: Catalogue) -> Plan | Decline:
    if wanted.reported:
        assumed = (*plan.reading.assumptions, "each period as it was reported at the time")
        return replace(plan, reading=replace(plan.reading, assumptions=assumed), as_reported=True)
    specs = versioned(plan.reading.metrics, catalogue)
    labels = join_words([catalogue.metric(m).label for m in plan.reading.metrics])
    if not specs:
        return Decline(reason="no_data", message=f"{labels} has had one definition only.", nearest=_nearest(labels))
    try:
        definition = tuple((s.name, _version_of(s, wanted)) for s in specs)
        if wanted.day:
            definition = defined_on(plan.reading.metrics, catalogue, wanted.day)
            definition = definition or tuple((s.name, s.version) for s in specs)
    except UserError as error:
        return Decline(reason="no_data", message=f"{error.message}: {error.hint}.", nearest=_nearest(labels))
    said = [f"measured by version {v} of the definition of {catalogue.metric(m).label}" for m, v in definition]
    reading = replace(plan.reading, assumptions=(*plan.reading.assumptions, *said))
    return replace(plan, reading=reading, definition=definition)


def _version_of(spec: MetricSpec, wanted: Wanted) -> int:
    numbers = sorted(v.version for v in spec.versions)
    version = wanted.version or max((n for n in numbers if n < spec.version), default=spec.version)
    if version not in numbers:
        held = join_words([f"version {v.version} of {spoken_date(v.effective_on)}" for v in spec.versions])
        raise UserError(f"{spec.label} has no version {version}", code="unknown_version", hint=f"there is {held}")
    return version


def _nearest(label: str) -> tuple[str, ...]:
    return (f"How is {sentence_case(label)} defined?",)


@cache
def _version() -> re.Pattern[str]:
    under = any_of(words().list_of("definition_under"))
    number = r"(?:the )?(?:definition )?(?:version|v) ?(?P<number>\d+)(?: of (?:the|its) definition)?"
    return re.compile(rf",?\s*\b{under} {number}\b", re.I)


@cache
def _old() -> re.Pattern[str]:
    under, old = (any_of(words().list_of(name)) for name in ("definition_under", "definition_old"))
    return re.compile(rf",?\s*\b{under} (?:the|its|their) {old} (?:version of the )?(?:definition|version)\b", re.I)


@cache
def _dated() -> re.Pattern[str]:
    month = any_of(tuple(m.lower() for m in (*calendar.month_name[1:], *calendar.month_abbr[1:])))
    number = r"\d{1,2}(?:st|nd|rd|th)?"
    day = rf"\d{{4}}-\d\d-\d\d|(?:{number} )?{month}\.? \d{{4}}|{month} {number},? \d{{4}}|\d{{4}}"
    defined = r"(?:,?\s*\bas (?:it was |they were )?defined|\bdefined(?P<cut>))"
    return re.compile(rf"{defined} (?P<side>on|in|at|before|as of) (?P<day>{day})\b", re.I)


@cache
def _reported() -> re.Pattern[str]:
    time = r"(?: at the time| back then| then)?"
    return re.compile(rf",?\s*\bas (?:it was |they were )?(?:originally )?reported{time}\b", re.I)


@cache
def _definitional() -> re.Pattern[str]:
    """Read "how much of the rise in X is definitional" as a why of X as it was reported."""
    moved = any_of(words().list_of("definition_moved"))
    due = any_of(words().list_of("definition_due"))
    anew = r"(?:the |a )?(?:new |changed |change (?:of|in) )?(?:the )?definition(?:al)?(?: change)?"
    when = r"(?P<when> (?:in|between|from|since|over|last|this) .+?)?"
    return re.compile(
        rf"how much of (?:the |this )?{moved} (?:in|of) (?P<what>.+?){when} (?:is|was|comes?) (?:{due} )?{anew}", re.I
    )


def _day(said: str, *, before: bool) -> date | None:
    """Return the day that a date names; of a month or year its last, or the one before it begins."""
    numbers = [int(n) for n in re.findall(r"\d+", said)]
    name = re.search(r"[a-z]{3,}", said.lower())
    if "-" in said:
        year, month, day = numbers
    else:
        year = numbers[-1]
        month = _MONTHS[name[0][:3]] if name else 0
        day = numbers[0] if len(numbers) > 1 else 0
    try:
        first = date(year, month or 1, day or 1)
        last = date(year, month or 12, day or calendar.monthrange(year, month or 12)[1])
    except ValueError:
        return None
    return first - timedelta(days=1) if before else last


_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
