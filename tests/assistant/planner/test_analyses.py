"""What a what-if supposes, how far a forecast looks, which recorded change is meant."""

from datetime import date

import pytest

from assistant.planner import RulePlanner, Vocabulary
from assistant.types import Clarify, Intervention, Plan, Question, Supposed
from semantic_layer.query import Filter
from tests.assistant.planner.worlds import demo

CHANGES = (
    Intervention(
        name="New phone menu for Billing", kind="intervention", started_on=date(2026, 5, 4), metric="transfer_rate",
        description="The menu sends billing questions to those who can settle them.",
        scope=(Filter(dimension="queue", values=("Billing",)),),
    ),
    Intervention(
        name="Coaching on the disclosure rule", kind="intervention", started_on=date(2026, 8, 17),
        metric="disclosure_miss_rate",
    ),
    Intervention(
        name="Price rise of the Plus plan in DACH", kind="event", started_on=date(2026, 7, 15), metric="churn_rate"
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def planner() -> RulePlanner:
    """The demo's planner with three recorded changes."""
    known = demo().vocabulary
    return RulePlanner(
        Vocabulary(known.catalogue, known.values, known.first, known.as_of, known.locale, interventions=CHANGES)
    )


def read(planner: RulePlanner, text: str) -> Plan:
    outcome = planner.plan(Question(text=text))
    assert isinstance(outcome, Plan), outcome
    return outcome


@pytest.mark.parametrize(
    ("text", "how", "value"),
    [
        ("what if churn in DACH went back to 2 %", "to", 0.02),
        ("what if handle time in Billing was 5 minutes", "to", 300.0),
        ("what if we cut handle time by 10%", "times", 0.9),
        ("what if handle time rose by 30 seconds", "by", 30.0),
        ("what if csat improved by 5 points", "by", 0.05),
        ("what if churn improved by 1 point", "by", -0.01),
        ("what if SMB churn doubled", "times", 2.0),
        ("what if churn went up 1 point", "by", 0.01),
        ("what if aht fell 30 seconds", "by", -30),
    ],
)
def test_a_what_if_is_read_in_the_metrics_own_unit(planner, text, how, value):
    supposed = read(planner, text).supposed
    assert supposed is not None
    assert (supposed.how, supposed.value) == (how, pytest.approx(value))


def test_a_relative_step_of_a_share_is_said_not_to_be_points(planner):
    plan = read(planner, "what if churn fell by 10 %")
    assert plan.supposed == Supposed(how="times", value=pytest.approx(0.9))
    assert any("not as points" in said for said in plan.reading.assumptions)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("forecast churn", date(2026, 11, 1), date(2027, 1, 31)),
        ("forecast churn for Q4", date(2026, 11, 1), date(2026, 12, 31)),
        ("what will csat be in December", date(2026, 12, 1), date(2026, 12, 31)),
        ("what will churn be next quarter", date(2027, 1, 1), date(2027, 3, 31)),
        ("predict contact volume for the next 6 months", date(2026, 11, 1), date(2027, 4, 30)),
        ("where will churn be by the end of the year", date(2026, 11, 1), date(2026, 12, 31)),
        ("how many contacts will we get next week", date(2026, 11, 2), date(2026, 11, 8)),
    ],
)
def test_a_forecast_begins_after_the_data_and_ends_where_it_was_asked_to(planner, text, start, end):
    horizon = read(planner, text).reading.horizon
    assert horizon is not None
    assert (horizon.start, horizon.end) == (start, end)


@pytest.mark.parametrize(
    ("text", "name", "metric"),
    [
        ("did the new phone menu work?", CHANGES[0].name, "transfer_rate"),
        ("what was the impact of the phone menu on csat", CHANGES[0].name, "csat"),
        ("did the phone menu reduce transfers", CHANGES[0].name, "transfer_rate"),
        ("did the coaching help", CHANGES[1].name, "disclosure_miss_rate"),
        ("what was the effect of the price rise on churn", CHANGES[2].name, "churn_rate"),
        ("did the price rise increase churn", CHANGES[2].name, "churn_rate"),
    ],
)
def test_a_recorded_change_is_found_by_the_words_of_its_name(planner, text, name, metric):
    plan = read(planner, text)
    assert plan.reading.intent == "impact"
    assert plan.intervention is not None
    assert (plan.intervention.name, plan.reading.metrics) == (name, (metric,))


def test_a_change_of_a_metric_is_not_taken_for_a_recorded_one(planner):
    assert read(planner, "did churn rise in DACH").reading.intent == "compare"


def test_an_effect_of_nothing_in_particular_is_asked_back_with_what_was_recorded(planner):
    outcome = planner.plan(Question(text="what was the impact of our changes"))
    assert isinstance(outcome, Clarify)
    assert [option.label for option in outcome.options] == [CHANGES[0].name, CHANGES[1].name]
    assert all(isinstance(planner.plan(Question(text=o.question)), Plan) for o in outcome.options)


def test_asking_back_which_way_offers_questions_that_can_be_read(planner):
    outcome = planner.plan(Question(text="what if churn moved by 10%"))
    assert isinstance(outcome, Clarify)
    factors = [read(planner, option.question).supposed.value for option in outcome.options]
    assert factors == [pytest.approx(1.1), pytest.approx(0.9)]
