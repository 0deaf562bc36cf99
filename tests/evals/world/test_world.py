"""The world is whole, consistent, and the same for the same arguments."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from evals.world import build_world
from evals.world.tables import TABLES
from semantic_layer.errors import UserError
from semantic_layer.storage import open_reader

Ask: TypeAlias = Callable[[str], Any]
Reader: TypeAlias = Callable[[Path], Ask]

QUIET = "[]\n"


def test_tables_carry_the_columns_of_the_domain(tiny: Path) -> None:
    connection = open_reader(tiny / "warehouse.duckdb")
    for table, columns in TABLES.items():
        found = [row[0] for row in connection.execute(f"SELECT * FROM {table} LIMIT 0").description]
        assert found == [name for name, _, _ in columns]


def test_sizes_are_those_promised(ask_demo: Ask, ask_tiny: Ask) -> None:
    active = "SELECT count(*) / 24 FROM fct_subscription_months"
    assert ask_tiny(active) == pytest.approx(3_000, rel=0.05)
    assert ask_demo(active) == pytest.approx(40_000, rel=0.02)
    assert ask_tiny("SELECT count(*) FROM fct_contacts") == pytest.approx(40_000, rel=0.1)
    assert ask_demo("SELECT count(*) FROM fct_contacts") == pytest.approx(400_000, rel=0.1)


def test_the_data_are_24_complete_months(ask_tiny: Ask) -> None:
    assert ask_tiny("SELECT count(DISTINCT month) FROM fct_subscription_months") == 24
    assert ask_tiny("SELECT min(started_at)::DATE FROM fct_contacts") == date(2024, 11, 1)
    assert ask_tiny("SELECT max(started_at)::DATE FROM fct_contacts") == date(2026, 10, 31)


@pytest.mark.parametrize(
    "broken",
    [
        "fct_contacts WHERE (handled_by = 'bot') <> (agent_id IS NULL)",
        "fct_contacts WHERE handled_by = 'bot' AND channel <> 'Bot'",
        "fct_contacts WHERE (channel = 'Bot') = (workflow_completed IS NULL)",
        "fct_contacts WHERE is_abandoned AND (handled_by = 'bot' OR is_resolved OR is_transferred OR talk_seconds > 0)",
        "fct_contacts WHERE is_repeat_48h AND NOT is_repeat_7d",
        "fct_contacts WHERE sentiment NOT BETWEEN -1 AND 1 OR predicted_csat NOT BETWEEN 1 AND 5 OR cost <= 0",
        "fct_contacts WHERE least(wait_seconds, talk_seconds, hold_seconds, after_call_seconds) < 0",
        "fct_contacts ANTI JOIN dim_customers USING (customer_id)",
        "(SELECT * FROM fct_contacts WHERE agent_id IS NOT NULL) ANTI JOIN dim_agents USING (agent_id)",
        "fct_contacts JOIN dim_agents USING (agent_id) WHERE started_at < hired_on",
        "fct_contacts JOIN dim_customers USING (customer_id) WHERE started_at < signed_up_on",
        "fct_contacts c JOIN fct_subscription_months m USING (customer_id) WHERE started_at >= churned_on + 1",
        "fct_surveys ANTI JOIN fct_contacts USING (contact_id)",
        "fct_surveys JOIN fct_contacts USING (contact_id) WHERE handled_by = 'bot' OR responded_at < started_at",
        "fct_surveys WHERE csat NOT BETWEEN 1 AND 5 OR nps NOT BETWEEN 0 AND 10 OR ces NOT BETWEEN 1 AND 7",
        "(SELECT * FROM fct_contacts WHERE handled_by = 'human') ANTI JOIN fct_qa_reviews USING (contact_id)",
        "fct_qa_reviews WHERE qa_score NOT BETWEEN 0 AND 100 OR agent_id IS NULL",
        "fct_subscription_months WHERE is_churned <> (churned_on IS NOT NULL)",
        "fct_subscription_months WHERE is_churned <> (churn_reason IS NOT NULL)",
        "fct_subscription_months WHERE churned_on < month OR churned_on > last_day(month)",
        "fct_subscription_months JOIN dim_customers USING (customer_id) WHERE signed_up_on >= month",
        "fct_subscription_months WHERE is_churned AND mrr_end > 0 OR mrr_start <= 0 OR products_held < 1",
        "fct_subscription_months WHERE churn_risk NOT BETWEEN 0 AND 1",
        "fct_subscription_months a JOIN fct_subscription_months b USING (customer_id) "
        "WHERE a.is_churned AND b.month > a.month",
    ],
)
def test_no_row_contradicts_another(ask_tiny: Ask, broken: str) -> None:
    assert ask_tiny(f"SELECT count(*) FROM {broken}") == 0


@pytest.mark.parametrize(("table", "key"), [(t, c[0][0]) for t, c in TABLES.items() if t != "fct_subscription_months"])
def test_keys_are_unique(ask_tiny: Ask, table: str, key: str) -> None:
    assert ask_tiny(f"SELECT count(*) = count(DISTINCT {key}) FROM {table}")


def test_about_eight_in_a_hundred_human_contacts_answer(ask_demo: Ask) -> None:
    human = ask_demo("SELECT count(*) FROM fct_contacts WHERE handled_by = 'human'")
    assert ask_demo("SELECT count(*) FROM fct_surveys") / human == pytest.approx(0.08, abs=0.006)


def test_the_same_arguments_give_the_same_world(tiny: Path, tmp_path: Path) -> None:
    build_world(tmp_path, size="tiny")
    for name in ("truth.json", "transcripts/transcripts.jsonl"):
        assert (tmp_path / name).read_bytes() == (tiny / name).read_bytes()
    one, two = open_reader(tmp_path / "warehouse.duckdb"), open_reader(tiny / "warehouse.duckdb")
    for table in TABLES:
        assert one.execute(f"FROM {table}").fetchall() == two.execute(f"FROM {table}").fetchall()


def test_another_seed_gives_another_world(tiny: Path, tmp_path: Path) -> None:
    build_world(tmp_path, size="tiny", seed=8)
    assert (tmp_path / "truth.json").read_bytes() != (tiny / "truth.json").read_bytes()


def test_a_quiet_world_stands_still(tmp_path: Path, reader: Reader) -> None:
    scenario = tmp_path / "quiet.yml"
    scenario.write_text(QUIET, encoding="utf-8")
    build_world(tmp_path, size="tiny", scenario=scenario, as_of=date(2025, 3, 31))
    assert json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))["effects"] == []
    ask = reader(tmp_path)
    rate = "SELECT avg(is_churned::int) FROM fct_subscription_months WHERE month"
    assert ask(f"{rate} >= '2024-04-01'") == pytest.approx(ask(f"{rate} < '2024-04-01'"), abs=0.003)
    assert ask("SELECT max(started_at)::DATE FROM fct_contacts") == date(2025, 3, 31)


def test_a_month_that_is_not_over_ends_on_the_as_of_date(tmp_path: Path, reader: Reader) -> None:
    build_world(tmp_path, size="tiny", as_of=date(2026, 5, 11))
    ask = reader(tmp_path)
    assert ask("SELECT max(started_at)::DATE FROM fct_contacts") == date(2026, 5, 11)
    assert ask("SELECT max(churned_on) FROM fct_subscription_months") <= date(2026, 5, 11)


def test_an_unknown_size_is_refused_with_a_guess(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        build_world(tmp_path, size="demmo")
    assert "demo" in caught.value.hint


def test_a_wrong_scenario_leaves_the_old_world_alone(tmp_path: Path) -> None:
    (tmp_path / "warehouse.duckdb").write_text("old", encoding="utf-8")
    scenario = tmp_path / "bad.yml"
    scenario.write_text("- {id: x, metric: nonsense, multiply: 2, from: as_of}\n", encoding="utf-8")
    with pytest.raises(UserError):
        build_world(tmp_path, size="tiny", scenario=scenario)
    assert (tmp_path / "warehouse.duckdb").read_text(encoding="utf-8") == "old"
    assert not (tmp_path / "truth.json").exists()


def test_progress_counts_up_to_its_total(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    build_world(tmp_path, size="tiny", progress=lambda *step: told.append(step))
    assert told
    assert all(0 <= done <= total for _, done, total in told)
