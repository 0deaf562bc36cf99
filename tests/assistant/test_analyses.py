"""Analyses end to end on the tiny workspace, against SQL written by hand and the planted truth."""

from dataclasses import replace

import duckdb
import pytest

from assistant.calibration import Calibration
from assistant.types import Answer, Refusal
from assistant.wire import to_dict

ASKED = (
    "How are we doing?",
    "How did we do in SMB last quarter?",
    "Anything unusual last month?",
    "Anything unusual in February 2026?",
    "Who is likely to churn?",
    "Does hold time hurt CSAT?",
    "Is churn related to contract type?",
    "Did the phone menu work?",
    "What was the effect of the price rise on churn?",
    "Forecast churn",
    "Forecast contact volume for the next 3 months",
    "How many contacts will we get next week?",
    "What if churn in DACH went back to 2 %?",
    "What if we cut handle time by 10 %?",
)


@pytest.fixture(scope="module")
def ask(tiny_assistant):
    """Ask and expect an answer; a question is asked once."""
    kept = {}

    def asked(text):
        if text not in kept:
            kept[text] = tiny_assistant.ask(text)
        assert isinstance(kept[text], Answer), kept[text]
        return kept[text]

    return asked


@pytest.fixture(scope="module")
def sql(tiny_workspace):
    """Ask the warehouse itself."""
    with duckdb.connect(str(tiny_workspace / "warehouse.duckdb"), read_only=True) as connection:
        yield lambda text: connection.execute(text).fetchone()


@pytest.mark.parametrize("text", ASKED)
def test_every_sentence_of_an_analysis_is_grounded(ask, text):
    answer = ask(text)
    assert answer.headline
    assert answer.figures or "Nothing unusual" in answer.headline
    assert not [note for note in answer.notes if "dropped" in note]


@pytest.mark.parametrize("text", ASKED)
def test_no_analysis_claims_a_cause(ask, text):
    said = " ".join(claim.text.lower() for claim in ask(text).claims)
    assert "cause" not in said
    assert "because of" not in said


def test_only_readings_that_look_ahead_have_a_horizon(ask):
    assert to_dict(ask("Forecast churn"))["reading"]["horizon"]["start"] == "2026-11-01"
    assert "horizon" not in to_dict(ask("How are we doing?"))["reading"]


def test_an_overview_is_of_the_headline_metrics_and_says_which_moved(ask):
    answer = ask("How are we doing?")
    assert {"churn_rate", "csat", "contact_volume"} <= set(answer.reading.metrics)
    assert all(figure.significant is not None for figure in answer.figures if figure.change is not None)


def test_the_week_of_the_outage_is_found_with_where_and_what_was_recorded(ask):
    answer = ask("Anything unusual in February 2026?")
    odd = next(f for f in answer.figures if f.metric == "contact_volume")
    assert (str(odd.window.start), odd.change > 0) == ("2026-02-09", True)
    told = " ".join(claim.text for claim in answer.claims)
    assert "UK & Ireland" in told
    assert "Fibre outage" in told


def test_a_recorded_change_that_worked_is_measured_against_the_other_queues(ask, sql):
    answer = ask("Did the phone menu work?")
    before, after = (
        sql(
            f"""select avg(is_transferred::int) filter (queue = 'Billing'),
                       avg(is_transferred::int) filter (queue <> 'Billing')
                from fct_contacts where handled_by = 'human' and not is_abandoned
                and started_at >= date '{w.start}' and started_at < date '{w.end}' + 1"""
        )
        for w in (answer.reading.window, answer.reading.horizon)
    )
    effect = answer.figures[2]
    assert effect.change == pytest.approx((after[0] - before[0]) - (after[1] - before[1]), rel=1e-9)
    assert effect.significant
    assert effect.change < 0


def test_a_recorded_change_that_did_nothing_is_said_to_have_shown_nothing(ask):
    headline = ask("Did the call-back message work?").headline
    assert "No effect" in headline or "weak signs" in headline


def test_the_segment_of_the_price_rise_is_most_at_risk(ask):
    filters = {f.dimension: f.values[0] for f in ask("Who is likely to churn?").figures[0].filters}
    assert set(filters.items()) <= {("segment", "SMB"), ("region", "DACH"), ("plan", "Plus")}


def test_a_what_if_is_exact_arithmetic(ask, sql):
    answer = ask("What if churn in DACH went back to 2 %?")
    inside, all_, churned = sql(
        """select count(*) filter (region = 'DACH'), count(*),
                  count(*) filter (is_churned and region <> 'DACH'
                                   and not coalesce(churned_on < signed_up_on + interval 14 day, false))
           from fct_subscription_months join dim_customers using (customer_id) where month = date '2026-10-01'"""
    )
    assert answer.figures[1].value == pytest.approx((churned + 0.02 * inside) / all_, rel=1e-9)


def test_a_forecast_of_a_sum_adds_up_and_stays_inside_its_bounds(ask):
    answer = ask("Forecast contact volume for the next 3 months")
    *months, total, _error = answer.figures
    assert total.value == pytest.approx(sum(m.value for m in months))
    ahead = [row for row in answer.table.rows if row[2] is not None]
    assert len(ahead) == 3
    assert all(low < value < high for _, value, low, high in ahead)


def test_bins_of_an_association_hold_the_rows_they_should(ask, sql):
    answer = ask("Does hold time hurt CSAT?")
    window = answer.reading.window
    (rows,) = sql(
        f"""select count(*) from fct_surveys join fct_contacts using (contact_id)
            where handled_by = 'human' and not is_abandoned
            and responded_at >= date '{window.start}' and responded_at < date '{window.end}' + 1"""
    )
    assert sum(row[2] for row in answer.table.rows) == rows
    assert answer.reading.metrics[0] == "csat"


def test_what_shares_no_rows_is_not_related(tiny_assistant):
    outcome = tiny_assistant.ask("Does hold time drive churn rate?")
    assert isinstance(outcome, Refusal)
    assert "different things" in outcome.message


def test_a_share_beyond_the_whole_is_not_supposed(tiny_assistant):
    outcome = tiny_assistant.ask("What if churn went to 140 %?")
    assert isinstance(outcome, Refusal)


def test_what_was_recorded_around_a_change_is_named_and_not_called_its_reason(ask):
    answer = ask("Why did churn rate change in August 2026 compared with June 2026?")
    sentence = next(claim.text for claim in answer.claims if "Price rise" in claim.text)
    assert "does not show that it is the reason" in sentence


def test_a_shift_is_dated_by_its_first_week_where_weeks_are_known(ask):
    answer = ask("Why is workflow completion down?")
    assert any("week from 1 June 2026" in claim.text for claim in answer.claims)
    assert answer.table.rows


def test_the_gap_between_two_groups_adds_up_and_names_the_part_that_carries_it(ask, sql):
    answer = ask("Why is churn higher in DACH than in Nordics?")
    one, other = (
        sql(
            f"""select avg((is_churned and not coalesce(churned_on < signed_up_on + interval 14 day, false))::int)
                from fct_subscription_months join dim_customers using (customer_id)
                where month = date '2026-10-01' and region = '{region}'"""
        )[0]
        for region in ("DACH", "Nordics")
    )
    assert answer.figures[0].change == pytest.approx(one - other, rel=1e-9)
    parts = sum(s.contribution for s in answer.drivers.segments) + answer.drivers.other
    assert parts == pytest.approx(one - other, rel=1e-9)
    assert answer.drivers.segments[0].filters[0].values == ("SMB",)
    assert answer.reading.baseline is None


def test_a_sum_that_fell_for_want_of_days_is_said_to_have_risen_a_day(ask):
    answer = ask("Why did contact volume change in February 2026 compared with January 2026?")
    assert any(claim.text.startswith("Per day it rose") for claim in answer.claims) == (
        answer.figures[0].value / 28 > answer.figures[0].baseline_value / 31 and answer.figures[0].change < 0
    )


def test_a_kind_of_answer_that_none_was_judged_of_has_no_probability(tiny_assistant):
    measured = replace(tiny_assistant, calibration=Calibration(intercept=6.0))
    assert measured.ask("churn rate last month").confidence.probability is not None
    forecast = measured.ask("Forecast churn").confidence
    assert (forecast.probability, forecast.label) == (None, "uncalibrated")


def test_a_supposition_tells_what_follows_by_formula(ask, sql):
    answer = ask("What if hold time fell by 10 %?")
    hold, handle = (next(f for f in answer.figures if f.metric == m) for m in ("hold_time", "average_handle_time"))
    assert hold.change
    assert handle.change == pytest.approx(hold.change)
    (expected,) = sql(
        "SELECT avg(talk_seconds + hold_seconds * 0.9 + after_call_seconds) FROM fct_contacts "
        "WHERE handled_by = 'human' AND NOT is_abandoned AND date_trunc('month', started_at) = DATE '2026-10-01'"
    )
    assert handle.value == pytest.approx(expected)
    assert "average handle time would have been" in answer.headline


def test_a_supposition_that_nothing_follows_from_says_so(ask):
    answer = ask("What if the transfer rate fell by 10 %?")
    assert "no other figure here is computed from it" in answer.headline


def test_a_group_against_the_rest_is_named_and_measured_against_everyone_else(ask, sql):
    answer = ask("Are people happier with Chat?")
    (chat,) = (f for f in answer.figures if f.baseline_value is not None)
    of = (
        "SELECT avg((csat >= 4)::INT) FROM fct_surveys JOIN fct_contacts USING (contact_id) "
        "WHERE date_trunc('month', responded_at) = DATE '2026-10-01' AND channel"
    )
    assert (chat.value, chat.baseline_value) == pytest.approx((*sql(f"{of} = 'Chat'"), *sql(f"{of} <> 'Chat'")))
    assert "Chat" in answer.headline
    assert ("within noise" in answer.headline) == (chat.significant is False)


def test_a_why_without_a_period_looks_where_the_level_last_shifted(ask):
    answer = ask("Why did CSAT drop in Complaints?")
    assert "since about May 2026" in answer.headline
    assert any("The level shifted between" in claim.text for claim in answer.claims)
    assert answer.drivers is not None
    assert answer.drivers.total_change < 0


def test_an_unknown_member_of_which_nothing_counts_is_no_row(ask):
    answer = ask("Transfer rate by team")
    assert answer.table is not None
    assert "(unknown)" not in {row[0] for row in answer.table.rows}
