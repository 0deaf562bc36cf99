"""Questions that choose a definition are measured by it; what a new one changes is told apart."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from assistant.pipeline import Assistant
from assistant.planner.versions import read_wanted
from assistant.types import Answer, Refusal
from assistant.wire import to_json

OLD = "is_churned"
NEW = "is_churned and not coalesce(churned_on < signed_up_on + interval 14 day, false)"


@pytest.fixture(scope="module")
def rate(tiny_workspace: Path) -> Callable[[str, str], float]:
    """Return the churn of a month by a condition, from SQL written by hand."""

    def by_hand(month: str, condition: str) -> float:
        with duckdb.connect(str(tiny_workspace / "warehouse.duckdb"), read_only=True) as connection:
            row = connection.execute(
                f"SELECT avg(({condition})::INT) FROM fct_subscription_months JOIN dim_customers USING (customer_id) "
                f"WHERE month = '{month}'"
            ).fetchone()
        assert row is not None
        return float(row[0])

    return by_hand


def answered(asked: Assistant, question: str) -> Answer:
    outcome = asked.ask(question)
    assert isinstance(outcome, Answer), to_json(outcome)
    return outcome


@pytest.mark.parametrize(
    "question",
    [
        "what was the churn rate in october 2026 under the old definition",
        "churn rate in october 2026 as defined on 2026-03-01",
        "churn rate in october 2026 as defined in March 2026",
        "churn rate in october 2026, as it was defined before April 2026",
        "using version 1, what was the churn rate in october 2026?",
    ],
)
def test_a_named_definition_is_the_one_measured_by(
    question: str, tiny_assistant: Assistant, rate: Callable[[str, str], float]
) -> None:
    answer = answered(tiny_assistant, question)
    assert answer.figures[0].value == pytest.approx(rate("2026-10-01", OLD))
    assert answer.definitions[0].version == 1
    assert any("version 1" in said for said in answer.reading.assumptions)


def test_a_split_adds_up_with_the_part_of_the_definition(
    tiny_assistant: Assistant, rate: Callable[[str, str], float]
) -> None:
    answer = answered(
        tiny_assistant, "How much of the change in churn rate between March and April 2026 is definitional?"
    )
    drivers = answer.drivers
    assert drivers is not None
    assert drivers.definitional_change == pytest.approx(rate("2026-03-01", NEW) - rate("2026-03-01", OLD))
    assert drivers.total_change == pytest.approx(rate("2026-04-01", NEW) - rate("2026-03-01", OLD))
    parts = sum(s.contribution for s in drivers.segments) + drivers.other + drivers.unexplained
    assert parts + drivers.definitional_change == pytest.approx(drivers.total_change)
    for split in drivers.by_dimension:
        held = sum(row.contribution for row in split.rows) + drivers.definitional_change
        assert held == pytest.approx(drivers.total_change)
    assert answer.figures[0].baseline_value == pytest.approx(rate("2026-03-01", OLD))


def test_periods_on_both_sides_of_a_change_are_like_for_like_and_say_how_big_it_is(tiny_assistant: Assistant) -> None:
    answer = answered(tiny_assistant, "Why did churn rate change in April 2026 compared with March 2026?")
    assert answer.drivers is not None
    assert answer.drivers.definitional_change == 0
    assert any("the new definition's doing" in note for note in answer.notes)


def test_a_period_before_the_change_says_what_was_reported_then(tiny_assistant: Assistant) -> None:
    answer = answered(tiny_assistant, "What was the churn rate in February 2026?")
    assert any("version 1" in note for note in answer.notes)
    assert not any("version 1" in note for note in answered(tiny_assistant, "Churn rate last month").notes)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("churn rate last month using version 7", "no version 7"),
        ("average handle time last month under the previous definition", "one definition only"),
        ("churn rate in march 2026 as defined on 2019-03-01", "was not defined"),
    ],
)
def test_a_definition_that_never_was_is_refused(question: str, told: str, tiny_assistant: Assistant) -> None:
    outcome = tiny_assistant.ask(question)
    assert isinstance(outcome, Refusal)
    assert told in outcome.message
    assert outcome.nearest


@pytest.mark.parametrize(
    "text",
    ["churn rate last month", "contacts per agent in 2026", "calls under version control", "as defined on it"],
)
def test_other_words_are_left_alone(text: str) -> None:
    assert read_wanted(text) == (text, None)
