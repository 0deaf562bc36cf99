"""A question back offers whole questions that can be answered, for the same slice and time."""

import sys
from datetime import date
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from assistant.types import Clarify, Plan, Question
from tests.assistant.planner.worlds import demo, incidents

SLICED = (
    "top 3 complaint topics in September in SMB",
    "calls escalated in September in SMB",
    "cost of SMB customers in September",
    "why did csat and churn drop for SMB in September",
    "satisfaction of SMB customers with the bot in September",
    "who complains the most in SMB in September",
    "share of bot contacts of SMB customers in September",
    "what's driving people crazy about churn and csat in SMB in September",
)


@pytest.mark.parametrize("question", SLICED[:-1])
def test_every_option_keeps_the_slice_and_the_time(question: str) -> None:
    asked = demo().plan(Question(text=question))
    assert isinstance(asked, Clarify), asked
    for option in asked.options:
        read = demo().plan(Question(text=option.question))
        assert isinstance(read, Plan), option
        assert read.reading.window is not None
        assert read.reading.window.start == date(2026, 9, 1)
        assert any(f.dimension == "segment" and f.values == ("SMB",) for f in read.reading.filters), option


def test_two_words_with_the_same_doubt_are_settled_together() -> None:
    asked = incidents().plan(Question(text="incidents Network vs Software by location"))
    assert isinstance(asked, Clarify)
    settled = [incidents().plan(Question(text=option.question)) for option in asked.options]
    assert [p.reading.by[0] for p in settled if isinstance(p, Plan)] == ["category", "assignment_group"]


def test_a_choice_that_leads_nowhere_is_no_option() -> None:
    asked = demo().plan(Question(text=SLICED[-1]))
    assert not isinstance(asked, Clarify)
    assert "crazy" in getattr(asked, "message", "")
