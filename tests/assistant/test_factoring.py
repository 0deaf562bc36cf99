"""A change is told by the factors of the metric's own formula, and they add up."""

import pytest

from assistant.pipeline import Assistant
from assistant.types import Answer, Factor

PERIODS = "in August 2026 compared with February 2026"


def answer_of(asked: Assistant, question: str) -> Answer:
    answer = asked.ask(question)
    assert isinstance(answer, Answer)
    assert answer.drivers is not None
    return answer


def adds_up(factors: tuple[Factor, ...], change: float) -> None:
    assert sum(f.contribution for f in factors) == pytest.approx(change, rel=1e-9, abs=1e-12)
    for factor in factors:
        if factor.factors:
            adds_up(factor.factors, factor.contribution)


@pytest.mark.parametrize(
    ("metric", "terms"),
    [
        ("cost to serve", ["contacts_per_customer", "cost_per_contact"]),
        ("service cost", ["contact_volume", "cost_per_contact"]),
        ("net promoter score", ["promoter_share", "detractor_share"]),
        ("average handle time", ["hold_time", "after_call_work", None]),
        ("revenue churn rate", ["churn_rate", None]),
    ],
)
def test_factors_add_up_to_the_change(tiny_assistant: Assistant, metric: str, terms: list[str | None]) -> None:
    drivers = answer_of(tiny_assistant, f"Why did {metric} change {PERIODS}?").drivers
    assert drivers is not None
    assert [f.metric for f in drivers.factors] == terms
    adds_up(drivers.factors, drivers.total_change - drivers.definitional_change)


def test_a_clear_change_is_said_by_its_factors(tiny_assistant: Assistant) -> None:
    answer = answer_of(tiny_assistant, f"Why did service cost change {PERIODS}?")
    said = [c for c in answer.claims if "made of contact volume and cost per contact" in c.text]
    assert len(said) == 1
    assert {p.split("/")[2] for p in said[0].figures} == {"factors", "formula"}


def test_a_metric_that_is_made_of_nothing_else_has_no_factors(tiny_assistant: Assistant) -> None:
    drivers = answer_of(tiny_assistant, f"Why did transfer rate change {PERIODS}?").drivers
    assert drivers is not None
    assert (drivers.formula, drivers.factors) == (None, ())
