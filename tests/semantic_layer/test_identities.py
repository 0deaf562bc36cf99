"""What a metric is made of follows from the definitions."""

import pytest

from semantic_layer.identities import identities
from semantic_layer.model import Catalogue

CALLS = {"table": "calls", "agg": "count"}
COST = {"table": "calls", "agg": "sum", "expr": "cost"}
PEOPLE = {"table": "people", "agg": "count"}
SPEND = {"table": "people", "agg": "sum", "expr": "spend"}


def metric(name: str, **formula: object) -> dict[str, object]:
    kind = "derived" if "expr" in formula else "ratio" if "denominator" in formula else "simple"
    about = {"label": name.capitalize(), "definition": "", "unit": "count", "owner": "O"}
    return {"name": name, "type": kind, **about, **formula}


def catalogue(*metrics: dict[str, object]) -> Catalogue:
    return Catalogue.model_validate({"metrics": metrics, "parameters": {"margin": 0.4}})


UNIT = metric("unit_cost", numerator=COST, denominator=CALLS)
EACH = metric("calls_each", numerator=CALLS, denominator=PEOPLE)
SERVE = metric("cost_each", numerator=COST, denominator=PEOPLE)


def test_a_cost_per_person_is_calls_per_person_times_cost_per_call() -> None:
    (found,) = identities("cost_each", catalogue(SERVE, UNIT, EACH))
    assert (found.metrics, found.text) == (("calls_each", "unit_cost"), "Calls_each × Unit_cost")
    assert found.value((0.5, 8.0)) == 4.0


def test_a_total_is_a_count_times_its_mean() -> None:
    total = metric("cost", measure=COST)
    (found,) = identities("cost", catalogue(total, metric("calls", measure=CALLS), UNIT))
    assert found.metrics == ("calls", "unit_cost")


def test_other_conditions_make_other_metrics() -> None:
    paid = metric("paid_each", numerator={**CALLS, "where": "paid"}, denominator=PEOPLE)
    assert identities("cost_each", catalogue(SERVE, UNIT, paid)) == ()


def test_a_sum_of_columns_is_its_metrics_and_what_is_left() -> None:
    whole = metric("handled", numerator={**COST, "expr": "talk + hold"}, denominator=CALLS)
    hold = metric("hold_each", numerator={**COST, "expr": "hold"}, denominator=CALLS)
    (found,) = identities("handled", catalogue(whole, hold))
    assert (found.kind, found.metrics, found.rest) == ("sum", ("hold_each",), "talk")
    assert found.left(10.0, (4.0,)) == 6.0


def test_a_share_of_an_amount_is_the_share_of_rows_times_their_size() -> None:
    lost = metric("lost_spend", numerator={**SPEND, "where": "gone"}, denominator=SPEND)
    gone = metric("gone_share", numerator={**PEOPLE, "where": "gone"}, denominator=PEOPLE)
    (found,) = identities("lost_spend", catalogue(lost, gone))
    assert found.metrics == ("gone_share",)
    assert found.left(0.03, (0.02,)) == pytest.approx(1.5)


def test_a_derived_metric_is_its_own_formula() -> None:
    ratio = metric("odd", expr="unit_cost * margin / (calls_each - 1)")
    (found,) = identities("odd", catalogue(ratio, UNIT, EACH))
    assert found.metrics == ("unit_cost", "calls_each")
    assert found.value((10.0, 3.0)) == 2.0
    with pytest.raises(ZeroDivisionError):
        found.value((10.0, 1.0))


def test_what_is_made_of_one_metric_or_of_functions_has_no_factors() -> None:
    lone, strange = metric("lone", expr="unit_cost * margin"), metric("strange", expr="greatest(unit_cost, calls_each)")
    held = catalogue(lone, strange, UNIT, EACH)
    assert identities("lone", held) == identities("strange", held) == ()
