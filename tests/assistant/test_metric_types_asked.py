"""Running totals, offsets, percentiles and conversions in a YAML are answered, and split or politely not."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

import assistant
from assistant.pipeline import Assistant
from assistant.types import Answer
from assistant.wire import to_json

METRICS = """
metrics:
  - {name: slowest_talk, label: Slowest tenth of talks, type: simple, definition: Ninetieth percentile of talk time.,
     unit: seconds, owner: Operations,
     measure: {table: fct_contacts, agg: percentile, percentile: 0.9, expr: talk_seconds, where: handled_by = 'human'}}
  - {name: cost_this_year, label: Cost this fiscal year, type: cumulative, definition: Cost since the year began.,
     unit: EUR, owner: Finance, to_date: fiscal_year, measure: {table: fct_contacts, agg: sum, expr: cost}}
  - {name: churn_on_year, label: Churn against last year, type: derived, definition: Churn less that of a year earlier.,
     unit: ratio, owner: Retention, expr: churn_rate - earlier, inputs: {earlier: {metric: churn_rate, offset: 1 year}}}
  - {name: complaint_churn, label: Churn after a complaint, type: conversion, definition: Complaints before a goodbye.,
     unit: ratio, owner: Retention, base: {table: fct_contacts, agg: count, where: is_complaint},
     conversion: {table: fct_subscription_months, where: is_churned, time: churned_on, within: 60 days}}
"""


@pytest.fixture(scope="module")
def asked(built_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    root = tmp_path_factory.mktemp("types") / "tiny"
    shutil.copytree(built_workspace, root)
    (root / "metrics" / "types.yml").write_text(METRICS, encoding="utf-8")
    opened = assistant.build(root)
    yield opened
    opened.close()


def answered(asked: Assistant, question: str) -> Answer:
    outcome = asked.ask(question)
    assert isinstance(outcome, Answer), to_json(outcome)
    return outcome


@pytest.mark.parametrize(
    ("question", "by_hand"),
    [
        (
            "slowest tenth of talks in october 2026",
            "SELECT percentile_cont(0.9) WITHIN GROUP (ORDER BY talk_seconds) FROM fct_contacts "
            "WHERE handled_by = 'human' AND started_at >= '2026-10-01'",
        ),
        (
            "cost this fiscal year in october 2026",
            "SELECT sum(cost) FROM fct_contacts WHERE started_at >= '2026-02-01'",
        ),
        (
            "churn after a complaint in august 2026",
            "SELECT avg((EXISTS (SELECT 1 FROM fct_subscription_months m WHERE is_churned AND m.customer_id = "
            "c.customer_id AND churned_on >= started_at AND churned_on < started_at + INTERVAL 60 DAY))::INT) "
            "FROM fct_contacts c WHERE is_complaint AND started_at >= '2026-08-01' AND started_at < '2026-09-01'",
        ),
    ],
)
def test_its_value_is_that_of_sql_by_hand(question: str, by_hand: str, asked: Assistant) -> None:
    with duckdb.connect(str(asked.workspace.warehouse), read_only=True) as connection:
        row = connection.execute(by_hand).fetchone()
    assert row is not None
    assert answered(asked, question).figures[0].value == pytest.approx(float(row[0]))


def test_an_offset_is_the_difference_of_two_answers(asked: Assistant) -> None:
    now, before = (answered(asked, f"churn rate in october {year}").figures[0].value for year in (2026, 2025))
    assert now is not None
    assert before is not None
    assert answered(asked, "churn against last year in october 2026").figures[0].value == pytest.approx(now - before)


@pytest.mark.parametrize("label", ["cost this fiscal year", "churn against last year"])
def test_a_why_that_cannot_be_split_says_so_and_still_gives_the_change(label: str, asked: Assistant) -> None:
    answer = answered(asked, f"why did {label} change in october 2026?")
    assert answer.figures[0].change is not None
    assert not (answer.drivers and answer.drivers.segments)
    assert any("cannot be split" in note for note in answer.notes)


def test_a_percentile_is_split_and_said_to_be_approximate(asked: Assistant) -> None:
    answer = answered(asked, "why did slowest tenth of talks change in july 2026 compared with february 2026?")
    drivers, by_hand = answer.drivers, []
    assert drivers is not None
    with duckdb.connect(str(asked.workspace.warehouse), read_only=True) as connection:
        for month in ("2026-02", "2026-07"):
            row = connection.execute(
                "SELECT quantile_cont(talk_seconds, 0.9) FROM fct_contacts WHERE handled_by = 'human' "
                f"AND strftime(started_at, '%Y-%m') = '{month}'"
            ).fetchone()
            assert row is not None
            by_hand.append(float(row[0]))
    assert by_hand[1] != by_hand[0]
    for split in drivers.by_dimension:
        assert sum(row.contribution for row in split.rows) == pytest.approx(by_hand[1] - by_hand[0])
    assert answer.figures[0].change_ci is not None
    assert any("approximate" in note for note in answer.notes)


def test_a_conversion_is_split_like_any_rate(asked: Assistant) -> None:
    drivers = answered(asked, "why did churn after a complaint change in august 2026 compared with june 2026").drivers
    assert drivers is not None
    for split in drivers.by_dimension:
        assert sum(row.contribution for row in split.rows) == pytest.approx(drivers.total_change)


def test_a_running_total_from_before_the_data_is_said_not_to_be_whole(asked: Assistant) -> None:
    early = answered(asked, "cost this fiscal year in december 2024")
    assert any("not whole" in caveat for caveat in early.caveats)
    assert not any("not whole" in c for c in answered(asked, "cost this fiscal year in october 2026").caveats)
