"""Questions as people ask them, and what each must be read as."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from assistant.types import Question
from tests.assistant.planner.reading import differences, table
from tests.assistant.planner.worlds import demo, incidents, telco

ASKED = (
    "demo", "analyses", "asked", "blind1", "blind2", "blind3", "blind4", "blind5", "fresh1", "twoparts", "round6",
)  # fmt: skip
DEMO = [case for name in ASKED for case in table(f"{name}.txt")]
YEAR = "2023-01-02..2023-12-31"


@pytest.mark.parametrize(("question", "expected"), DEMO)
def test_the_demo_is_read_as_meant(question: str, expected: str) -> None:
    outcome = demo().plan(Question(text=question))
    assert not differences(outcome, expected, default="2026-10", everything="2024-11-01..2026-10-31")


@pytest.mark.parametrize(("question", "expected"), table("telco.txt"))
def test_subscribers_without_dates_are_read_as_meant(question: str, expected: str) -> None:
    assert not differences(telco().plan(Question(text=question)), expected, default="none", everything="none")


@pytest.mark.parametrize(("question", "expected"), table("incidents.txt"))
def test_incidents_are_read_as_meant(question: str, expected: str) -> None:
    assert not differences(incidents().plan(Question(text=question)), expected, default=YEAR, everything=YEAR)
