"""What holds for every workspace and every question."""

import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

from assistant.types import Clarify, Decline, Plan, Question, Reading
from tests.assistant.planner.reading import differences, table, written
from tests.assistant.planner.renamed import renamed
from tests.assistant.planner.worlds import demo, incidents, telco

QUESTIONS = [q for name in ("demo.txt", "blind1.txt", "blind2.txt") for q, _ in table(name)]
TEMPLATES = (
    "what is the {churn_rate}", "{churn_rate} last month", "{average_handle_time} by {channel}",
    "{churn_rate} in {region=DACH} last quarter", "why did the {churn_rate} rise in July", "why is the {csat} down",
    "top 5 {agent} by {average_handle_time}", "which {queue} has the highest {average_handle_time}",
    "{csat} for {segment=SMB} vs {segment=Enterprise}", "{contact_volume} excluding {channel=Voice}",
    "{churn_rate} for {segment=SMB} {region=DACH} {plan=Plus}", "{contact_volume} trend",
    "{csat} by {channel} and {queue}",
    "{agent} with {average_handle_time} over 10 minutes", "how did the {churn_rate} change from September to October",
    "which {site} has the worst {csat}", "{mrr} by month this year", "how is the {churn_rate} calculated",
    "{contact_volume} per {topic} in Q2 2026", "{nps} yoy", "{churn_rate} in Narnia", "median {average_handle_time}",
)  # fmt: skip


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_workspace_of_other_names_is_read_the_same(template: str) -> None:
    planner, names, members = renamed()
    label = {old: new.replace("_", " ") for old, new in names.items()}
    theirs = planner.plan(Question(text=_fill(template, lambda n: label[n], lambda d, m: members[d, m])))
    ours = demo().plan(Question(text=_fill(template, lambda n: demo_label(n), lambda _, m: m)))
    assert type(theirs) is type(ours)
    if isinstance(theirs, Plan) and isinstance(ours, Plan):
        assert _shape(theirs.reading) == _shape(_translate(ours.reading, names, members))


@pytest.mark.parametrize("world", [demo, telco, incidents])
def test_the_nearest_questions_of_a_refusal_can_be_read(world: object) -> None:
    planner = world()  # type: ignore[operator]
    for question in QUESTIONS:
        outcome = planner.plan(Question(text=question))
        if isinstance(outcome, Decline):
            assert outcome.nearest, question
            assert all(isinstance(planner.plan(Question(text=q)), Plan) for q in outcome.nearest), (question, outcome)


@pytest.mark.parametrize("world", [demo, telco, incidents])
def test_an_offered_reading_never_leads_to_the_same_question_back(world: object) -> None:
    planner = world()  # type: ignore[operator]
    for question in QUESTIONS:
        outcome = planner.plan(Question(text=question))
        if isinstance(outcome, Clarify):
            for option in outcome.options:
                again = planner.plan(Question(text=option.question))
                assert not isinstance(again, Clarify) or again.why != outcome.why, (question, option)


SPEAK_OF_NO_METRIC = ("quotes", "themes", "overview", "anomalies", "impact", "at_risk")


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_any_text_gets_an_outcome(text: str) -> None:
    assert isinstance(demo().plan(Question(text=text)), Plan | Clarify | Decline)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(sorted({w for q in QUESTIONS for w in q.split()})), max_size=9))
def test_any_words_in_any_order_get_an_outcome(words: list[str]) -> None:
    outcome = demo().plan(Question(text=" ".join(words)))
    if isinstance(outcome, Plan) and outcome.reading.intent not in SPEAK_OF_NO_METRIC:
        assert outcome.reading.metrics


@pytest.mark.parametrize(
    "question", [q for q, e in table("demo.txt") if not e.startswith(("decline", "clarify", "quotes"))]
)
def test_a_word_nobody_knows_is_never_dropped(question: str) -> None:
    outcome = demo().plan(Question(text=f"{question.rstrip('?')} zorbaxian"))
    assert not isinstance(outcome, Plan), written(outcome) if isinstance(outcome, Plan) else ""


def test_the_same_question_is_read_the_same_way_twice() -> None:
    for question in QUESTIONS[:40]:
        assert demo().plan(Question(text=question)) == demo().plan(Question(text=question))


@pytest.mark.parametrize(("question", "expected"), table("followups.txt"))
def test_a_follow_up_keeps_what_is_not_said(question: str, expected: str) -> None:
    history: tuple[Reading, ...] = ()
    for part in question.split(" >> "):
        outcome = demo().plan(Question(text=part, history=history))
        history += (outcome.reading,) if isinstance(outcome, Plan) else ()
    assert not differences(outcome, expected, default="2026-10", everything="2024-11-01..2026-10-31")


def test_what_was_filled_in_is_said_and_counted() -> None:
    plan = demo().plan(Question(text="churn"))
    assert isinstance(plan, Plan)
    assert plan.default_window
    assert plan.reading.assumptions == ("no period was named: October 2026",)
    assert plan.features.defaults == 1


def test_a_mended_word_is_said_and_counted() -> None:
    plan = demo().plan(Question(text="chrun rate"))
    assert isinstance(plan, Plan)
    assert "'chrun' read as 'churn'" in plan.reading.assumptions
    assert plan.features.fuzzy_links == 1


def test_the_empty_question_is_declined_with_help() -> None:
    outcome = demo().plan(Question(text="   "))
    assert isinstance(outcome, Decline)
    assert outcome.nearest


def test_ten_thousand_characters_are_declined_with_their_number() -> None:
    outcome = demo().plan(Question(text="churn " * 1700))
    assert isinstance(outcome, Decline)
    assert "10,199" in outcome.message


def test_dates_with_slashes_follow_the_locale() -> None:
    from dataclasses import replace

    from assistant.planner import RulePlanner

    american = RulePlanner(replace(demo().vocabulary, locale="en-US"))
    plan = american.plan(Question(text="contacts on 07/08/2026"))
    assert isinstance(plan, Plan)
    assert plan.reading.window is not None
    assert plan.reading.window.start == date(2026, 7, 8)


def demo_label(name: str) -> str:
    catalogue = demo().vocabulary.catalogue
    return next(t.label for t in (*catalogue.metrics, *catalogue.dimensions) if t.name == name)


def _fill(template: str, label: object, member: object) -> str:
    import re

    def one(match: "re.Match[str]") -> str:
        name, _, value = match.group(1).partition("=")
        return member(name, value) if value else label(name)  # type: ignore[operator,no-any-return]

    return re.sub(r"\{(.+?)\}", one, template)


def _translate(reading: Reading, names: dict[str, str], members: dict[tuple[str, str], str]) -> Reading:
    from dataclasses import replace

    filters = tuple(
        replace(f, dimension=names[f.dimension], values=tuple(members[f.dimension, str(v)] for v in f.values))
        for f in reading.filters
    )
    return replace(
        reading,
        metrics=tuple(names[m] for m in reading.metrics),
        by=tuple(names[d] for d in reading.by),
        filters=filters,
        order_by=names[reading.order_by] if reading.order_by else None,
        having=tuple(replace(h, metric=names[h.metric]) for h in reading.having),
    )


def _shape(reading: Reading) -> tuple[object, ...]:
    filters = sorted((f.dimension, f.operator, f.values) for f in reading.filters)
    return (reading.intent, reading.metrics, reading.by, filters, reading.window, reading.baseline, reading.grain,
            reading.limit, reading.order, reading.order_by, reading.having)  # fmt: skip
