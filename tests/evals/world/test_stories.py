"""The ten stories of the demo world have the sizes they are told with (independent SQL)."""

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

Ask: TypeAlias = Callable[[str], Any]

LEFT = "avg((is_churned and churned_on >= signed_up_on + 14)::int)"
MONTHS = "fct_subscription_months JOIN dim_customers USING (customer_id)"
PRICED = "segment = 'SMB' AND region = 'DACH' AND plan = 'Plus'"
HANDLED = "handled_by = 'human' AND NOT is_abandoned"
AHT = f"avg(talk_seconds + hold_seconds + after_call_seconds) FILTER ({HANDLED})"
SURVEYS = "fct_surveys JOIN fct_contacts USING (contact_id)"
REVIEWS = (
    "fct_qa_reviews JOIN fct_contacts USING (contact_id) JOIN dim_customers USING (customer_id) "
    "JOIN dim_agents ON dim_agents.agent_id = fct_contacts.agent_id"
)


def test_1_the_price_rise_lifts_churn_of_a_tenth_of_the_base_to_three_times(ask_demo: Ask) -> None:
    since = "month >= '2026-08-01'"
    assert ask_demo(f"SELECT avg(({PRICED})::int) FROM {MONTHS} WHERE month < '2026-07-01'") == pytest.approx(
        0.096, abs=0.003
    )
    assert ask_demo(f"SELECT {LEFT} FROM {MONTHS} WHERE {PRICED} AND {since}") == pytest.approx(0.078, abs=0.006)
    assert ask_demo(f"SELECT {LEFT} FROM {MONTHS} WHERE {PRICED} AND month < '2026-07-01'") == pytest.approx(
        0.026, abs=0.002
    )
    assert ask_demo(f"SELECT {LEFT} FROM {MONTHS} WHERE NOT ({PRICED}) AND {since}") == pytest.approx(0.018, abs=0.001)


@pytest.mark.parametrize(
    ("months", "rate"),
    [
        ("month BETWEEN '2026-01-01' AND '2026-06-01'", 0.019),
        ("month = '2026-07-01'", 0.022),
        ("month >= '2026-08-01'", 0.0235),
    ],
)
def test_1_churn_as_a_whole_shifts_its_level(ask_demo: Ask, months: str, rate: float) -> None:
    assert ask_demo(f"SELECT {LEFT} FROM {MONTHS} WHERE {months}") == pytest.approx(rate, abs=0.001)


def test_1_price_topics_triple_there(ask_demo: Ask) -> None:
    share = (
        "SELECT avg((topic IN ('Price increase', 'Invoice dispute'))::int) FROM fct_contacts "
        f"JOIN dim_customers USING (customer_id) WHERE {PRICED} AND "
    )
    after, before = ask_demo(f"{share} started_at >= '2026-07-15'"), ask_demo(f"{share} started_at < '2026-07-15'")
    assert (after / (1 - after)) / (before / (1 - before)) == pytest.approx(3, rel=0.12)


def test_the_definition_of_churn_is_worth_a_twentieth_of_a_point(ask_demo: Ask) -> None:
    assert ask_demo(f"SELECT avg(is_churned::int) - {LEFT} FROM {MONTHS}") == pytest.approx(0.0005, abs=0.0002)


def test_2_handle_time_rises_as_a_whole(ask_demo: Ask) -> None:
    before = ask_demo(f"SELECT {AHT} FROM fct_contacts WHERE started_at BETWEEN '2025-09-01' AND '2026-03-01'")
    after = ask_demo(f"SELECT {AHT} FROM fct_contacts WHERE started_at >= '2026-03-01'")
    assert after / before == pytest.approx(1.09, abs=0.02)


@pytest.mark.parametrize("dimension", ["queue", "channel"])
def test_2_handle_time_falls_inside_every_queue_and_channel(ask_demo: Ask, dimension: str) -> None:
    sides = f"{dimension} AS member, {AHT} AS seconds FROM fct_contacts WHERE started_at"
    ratios = ask_demo(
        f"WITH b AS (SELECT {sides} < '2026-03-01' GROUP BY 1), a AS (SELECT {sides} >= '2026-03-01' GROUP BY 1) "
        "SELECT list(a.seconds / b.seconds) FROM a JOIN b USING (member)"
    )
    assert all(ratio == pytest.approx(0.97, abs=0.02) for ratio in ratios)


def test_2_the_bot_takes_about_a_quarter_of_human_contacts(ask_demo: Ask) -> None:
    share = "SELECT avg((handled_by = 'human')::int) FROM fct_contacts WHERE started_at"
    after = ask_demo(f"{share} BETWEEN '2026-03-01' AND '2026-05-01'")
    assert after / ask_demo(f"{share} < '2026-03-01'") == pytest.approx(0.76, abs=0.03)


@pytest.mark.parametrize(("queue", "ratio"), [("Complaints", 0.8), ("Orders", 1.1)])
def test_3_satisfaction_drops_in_complaints_and_rises_in_orders(ask_demo: Ask, queue: str, ratio: float) -> None:
    csat = f"SELECT avg((csat >= 4)::int) FROM {SURVEYS} WHERE queue = '{queue}' AND responded_at"
    assert ask_demo(f"{csat} >= '2026-05-01'") / ask_demo(f"{csat} < '2026-05-01'") == pytest.approx(ratio, abs=0.05)


def test_3_the_bot_enters_complaints_in_may(ask_demo: Ask) -> None:
    share = "SELECT avg((channel = 'Bot')::int) FROM fct_contacts WHERE queue = 'Complaints' AND started_at"
    assert ask_demo(f"{share} < '2026-05-01'") < 0.02
    assert ask_demo(f"{share} >= '2026-05-01'") > 0.07


def test_4_deflection_climbs_while_workflows_stay_open_and_customers_come_back(ask_demo: Ask) -> None:
    bot = "FROM fct_contacts WHERE channel = 'Bot' AND started_at"
    for value, low, high in (
        ("avg((handled_by = 'bot')::int)", 1.05, 1.15),
        ("avg(workflow_completed::int)", 0.75, 0.85),
        ("avg(is_repeat_48h::int)", 1.35, 1.9),
    ):
        ratio = ask_demo(f"SELECT {value} {bot} >= '2026-06-01'") / ask_demo(f"SELECT {value} {bot} < '2026-06-01'")
        assert low < ratio < high, value


def test_5_manilas_newest_team_resolves_less_and_reviews_say_why(ask_demo: Ask) -> None:
    resolved = (
        "SELECT avg((is_resolved AND NOT is_repeat_7d)::int) FROM fct_contacts JOIN dim_agents USING (agent_id) "
        "WHERE team = 'Mindanao' AND NOT is_abandoned AND started_at"
    )
    assert ask_demo(f"{resolved} >= '2026-08-01'") < 0.8 * ask_demo(f"{resolved} < '2026-08-01'")
    flags = f"SELECT avg(knowledge_flag::int) FROM {REVIEWS} WHERE reviewed_at >= '2026-08-01' AND team"
    assert ask_demo(f"{flags} = 'Mindanao'") > 1.3 * ask_demo(f"{flags} <> 'Mindanao'")
    assert ask_demo("SELECT count(DISTINCT site) = 1 AND min(site) = 'Manila' FROM dim_agents WHERE team = 'Mindanao'")
    assert ask_demo("SELECT arg_max(team, hired_on) FROM dim_agents") == "Mindanao"


def test_6_the_outage_is_one_week_at_four_times_the_volume(ask_demo: Ask) -> None:
    count = (
        "SELECT count(*) FROM fct_contacts JOIN dim_customers USING (customer_id) "
        "WHERE product = 'Fibre' AND region = 'UK & Ireland' AND started_at::DATE BETWEEN"
    )
    week = ask_demo(f"{count} '2026-02-09' AND '2026-02-15'")
    assert week / ask_demo(f"{count} '2026-02-02' AND '2026-02-08'") == pytest.approx(4, rel=0.15)
    assert ask_demo(f"{count} '2026-02-16' AND '2026-02-22'") < 0.4 * week


def test_7_disclosures_are_missed_after_the_rule_and_learned_after_coaching(ask_demo: Ask) -> None:
    missed = (
        f"SELECT avg(disclosure_missed::int) FROM {REVIEWS} WHERE queue = 'Sales' AND product = 'Mobile' "
        "AND reviewed_at::DATE BETWEEN"
    )
    before = ask_demo(f"{missed} '2025-01-01' AND '2026-05-31'")
    assert ask_demo(f"{missed} '2026-06-01' AND '2026-08-16'") > 3 * before
    assert ask_demo(f"{missed} '2026-09-01' AND '2026-10-31'") < 1.7 * before


def test_8_the_phone_menu_cuts_billing_transfers_by_a_third(ask_demo: Ask) -> None:
    rate = f"SELECT avg(is_transferred::int) FROM fct_contacts WHERE {HANDLED} AND queue = 'Billing' AND started_at"
    after, before = ask_demo(f"{rate} >= '2026-05-04'"), ask_demo(f"{rate} < '2026-05-04'")
    assert after / before == pytest.approx(0.67, abs=0.05)


def test_8_the_call_back_message_did_nothing(ask_demo: Ask) -> None:
    rate = (
        "SELECT avg(is_abandoned::int) FROM fct_contacts WHERE handled_by = 'human' AND channel = 'Voice' "
        "AND started_at"
    )
    after, before = ask_demo(f"{rate} >= '2026-06-15'"), ask_demo(f"{rate} < '2026-06-15'")
    assert after / before == pytest.approx(1, abs=0.06)


def test_9_consumers_on_fibre_ask_more_and_more_for_wifi_and_bundles(ask_demo: Ask) -> None:
    share = (
        "SELECT avg((topic IN ('Wifi coverage', 'Bundle offer'))::int) FROM fct_contacts "
        "JOIN dim_customers USING (customer_id) WHERE segment = 'Consumer' AND product = 'Fibre' AND started_at"
    )
    first = ask_demo(f"{share} < '2026-04-01'")
    second = ask_demo(f"{share} BETWEEN '2026-04-01' AND '2026-07-01'")
    assert first * 1.2 < second < ask_demo(f"{share} >= '2026-07-01'")


def test_10_december_and_mondays_peak_and_summer_surveys_dip(ask_demo: Ask) -> None:
    december = ask_demo(
        "WITH m AS (SELECT started_at::DATE - day(started_at::DATE)::INT + 1 AS month, count(*) AS n FROM fct_contacts "
        "GROUP BY 1) SELECT list(month(month)) FROM (SELECT month FROM m ORDER BY n DESC LIMIT 2)"
    )
    assert december == [12, 12]
    weekday = "SELECT mode(isodow(started_at)) FROM fct_contacts"
    assert ask_demo(weekday) == 1
    answers = (
        "SELECT count(survey_id) / count(*) FROM fct_contacts LEFT JOIN fct_surveys USING (contact_id) "
        "WHERE handled_by = 'human' AND month(started_at)"
    )
    assert ask_demo(f"{answers} IN (7, 8)") < 0.88 * ask_demo(f"{answers} NOT IN (7, 8)")


def test_what_happened_is_on_record(ask_demo: Ask) -> None:
    assert ask_demo("SELECT count(*) FILTER (kind = 'event') FROM fct_interventions") == 4
    assert (
        ask_demo("SELECT min(scope->'product'->>0) FROM fct_interventions WHERE name LIKE 'Fibre outage%'") == "Fibre"
    )
