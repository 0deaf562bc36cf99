"""What changes when a question changes: nothing, one filter, one period; a slip is mended or the answer withheld."""

from datetime import date

import pytest

from assistant.types import Plan, Question, Reading
from semantic_layer.compile import can_cut
from tests.assistant.planner.reading import table
from tests.assistant.planner.worlds import demo

INTENTS = ("value", "breakdown", "rank")


def read(question: str) -> Reading | None:
    plan = demo().plan(Question(text=question))
    return plan.reading if isinstance(plan, Plan) else None


def key(reading: Reading | None, *without: str) -> dict[str, object]:
    names = (
        "intent",
        "metrics",
        "by",
        "filters",
        "window",
        "baseline",
        "grain",
        "limit",
        "order",
        "having",
        "within",
        "shares",
    )
    return {name: getattr(reading, name) for name in names if name not in without}


BASE = [question for question, expected in table("asked.txt") if expected.split()[0] in INTENTS and "!" not in question]
UNTIMED = [
    q for q in BASE if (r := read(q)) and any(a.startswith("no period") for a in r.assumptions) and not r.baseline
]


@pytest.mark.parametrize("question", BASE)
def test_politeness_changes_nothing(question: str) -> None:
    asked = question[0].lower() + question[1:] if not question.split()[0].isupper() else question
    assert key(read(f"could you please tell me {asked.rstrip('?')}, thanks")) == key(read(question))


@pytest.mark.parametrize("question", UNTIMED)
def test_a_period_changes_the_window_and_nothing_else(question: str) -> None:
    told = read(f"{question.rstrip('?')} in June 2026")
    assert told is not None
    assert told.window is not None
    assert (told.window.start, told.window.end) == (date(2026, 6, 1), date(2026, 6, 30))
    assert key(told, "window") == key(read(question), "window")


@pytest.mark.parametrize("question", UNTIMED)
def test_a_member_adds_its_filter_and_nothing_else(question: str) -> None:
    plain = read(question)
    assert plain is not None
    catalogue = demo().vocabulary.catalogue
    known = {f.dimension for f in plain.filters} | set(plain.by)
    if "product" in known or not all(can_cut(m, "product", catalogue) for m in plain.metrics):
        pytest.skip("not by product")
    told = read(f"{question.rstrip('?')} for TV")
    if told is not None:
        added = [f for f in told.filters if f not in plain.filters]
        assert [(f.dimension, f.operator, f.values) for f in added] == [("product", "in", ("TV",))]
        assert key(told, "filters") == key(plain, "filters")


@pytest.mark.parametrize("question", BASE)
def test_a_slip_of_two_letters_is_mended_or_not_answered(question: str) -> None:
    word = max(question.split(), key=lambda w: len(w) if w.isalpha() else 0)
    if len(word) < 7:
        pytest.skip("no long word")
    middle = len(word) // 2
    slipped = f"{word[:middle]}{word[middle + 1]}{word[middle]}{word[middle + 2 :]}"
    told = read(question.replace(word, slipped, 1))
    if told is not None and slipped != word:
        assert key(told) == key(read(question))
