"""A ranking of groups of few rows says so, and names who leads among the others."""

from pathlib import Path

import duckdb
import numpy as np
import pytest

from assistant.intents.sizes import ENOUGH_ROWS, _alike
from assistant.pipeline import Assistant
from assistant.types import Answer
from semantic_layer.query import Cube


def ratios(successes: list[int], rows: list[int]) -> Cube:
    n, d = np.array(successes, float), np.array(rows, float)
    return Cube(
        metric="m", kind="ratio", dimensions=("g",), members=(tuple(map(str, range(len(n)))),),
        codes=np.arange(len(n), dtype=np.int32)[:, None], period=np.ones(len(n), np.int8),
        rows=d, n=n, d=d, nn=n, nd=n, dd=d,
    )  # fmt: skip


def test_groups_of_one_ratio_are_alike_in_nineteen_of_twenty_draws() -> None:
    rng = np.random.default_rng(7)
    rows = [60] * 20
    alike = [_alike(ratios(list(rng.binomial(60, 0.7, 20)), rows)) for _ in range(400)]
    assert 0.91 <= np.mean(alike) <= 0.985


def test_groups_of_other_ratios_are_not_alike() -> None:
    assert not _alike(ratios([300, 200, 250], [400, 400, 400]))


@pytest.mark.parametrize("successes", [[0, 0], [5, 5]])
def test_groups_without_variation_are_not_called_alike(successes: list[int]) -> None:
    assert not _alike(ratios(successes, [5, 5]))


def test_a_ranking_led_by_few_rows_says_so(tiny_assistant: Assistant, tiny_workspace: Path) -> None:
    answer = tiny_assistant.ask("top 3 agents by csat in October 2026")
    assert isinstance(answer, Answer)
    assert answer.table is not None
    with duckdb.connect(str(tiny_workspace / "warehouse.duckdb"), read_only=True) as warehouse:
        rows = warehouse.execute(
            "SELECT count(csat) FROM fct_surveys JOIN fct_contacts USING (contact_id) JOIN dim_agents USING (agent_id)"
            " WHERE agent_name = ? AND date_trunc('month', responded_at) = DATE '2026-10-01'",
            [answer.table.rows[0][0]],
        ).fetchall()
    assert 0 < rows[0][0] < ENOUGH_ROWS
    assert answer.headline.endswith("but on few data.")


def test_a_breakdown_names_no_extreme_of_few_rows(tiny_assistant: Assistant) -> None:
    answer = tiny_assistant.ask("csat by region, segment and channel in October 2026")
    assert isinstance(answer, Answer)
    assert "few data" in answer.headline


def test_a_formula_whose_terms_cannot_be_filtered_is_left_out(tiny_assistant: Assistant) -> None:
    answer = tiny_assistant.ask("why did contact volume change in Chat")
    assert isinstance(answer, Answer)
    assert answer.drivers is not None
    assert not any(factor.metric == "active_customers" for factor in answer.drivers.factors)


def test_queries_that_list_contacts_say_how_many(tiny_assistant: Assistant) -> None:
    answer = tiny_assistant.ask("show me quotes about billing in October 2026")
    assert isinstance(answer, Answer)
    assert all(query.rows > 0 for query in answer.queries)
