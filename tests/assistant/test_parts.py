"""Shares of a whole, rankings by change and rankings inside rankings, beside SQL written by hand."""

from pathlib import Path

import duckdb
import pytest

from assistant.pipeline import Assistant
from assistant.types import Answer

VOLUME = "SELECT {cut}, count(*) AS n FROM fct_contacts WHERE started_at >= '{a}' AND started_at < '{b}' GROUP BY 1"
CSAT = """SELECT avg((s.csat >= 4)::int) FROM fct_surveys s JOIN fct_contacts c USING (contact_id)
    WHERE s.responded_at >= '2026-10-01' AND s.responded_at < '2026-11-01' AND s.csat IS NOT NULL AND c.queue = ?"""


def answered(asked: Assistant, question: str) -> Answer:
    answer = asked.ask(question)
    assert isinstance(answer, Answer), answer
    assert not [n for n in answer.notes if "dropped" in n]
    return answer


@pytest.fixture(scope="module")
def warehouse(tiny_workspace: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(tiny_workspace / "warehouse.duckdb"), read_only=True)


def volumes(warehouse: duckdb.DuckDBPyConnection, cut: str, month: int) -> dict[str, int]:
    sql = VOLUME.format(cut=cut, a=f"2026-{month:02}-01", b=f"2026-{month + 1:02}-01")
    return dict(warehouse.execute(sql).fetchall())


def test_a_share_is_the_part_over_the_whole(tiny_assistant: Assistant, warehouse: duckdb.DuckDBPyConnection) -> None:
    answer = answered(tiny_assistant, "what percentage of contacts came through chat in September 2026")
    counts = volumes(warehouse, "channel", 9)
    assert answer.figures[0].value == pytest.approx(counts["Chat"] / sum(counts.values()))
    assert answer.figures[0].unit == "ratio"
    assert "Chat makes up" in answer.headline


def test_the_shares_of_all_parts_add_up_to_one(tiny_assistant: Assistant) -> None:
    table = answered(tiny_assistant, "share of contacts by queue in September 2026").table
    assert table is not None
    assert sum(row[1] for row in table.rows) == pytest.approx(1.0)


def test_a_ranking_by_change_puts_the_largest_rise_first(
    tiny_assistant: Assistant, warehouse: duckdb.DuckDBPyConnection
) -> None:
    answer = answered(tiny_assistant, "which queue's contact volume grew most from August 2026 to September 2026")
    now, before = volumes(warehouse, "queue", 9), volumes(warehouse, "queue", 8)
    most = max(now, key=lambda queue: now[queue] - before[queue])
    assert answer.table is not None
    assert answer.table.rows[0] == (most, now[most], before[most], now[most] - before[most])


def test_a_ranking_inside_a_ranking_looks_only_at_the_first_few(
    tiny_assistant: Assistant, warehouse: duckdb.DuckDBPyConnection
) -> None:
    answer = answered(tiny_assistant, "among the top 3 queues by volume which has the lowest csat in October 2026")
    counts = volumes(warehouse, "queue", 10)
    first = sorted(counts, key=lambda queue: -counts[queue])[:3]
    scores = {queue: warehouse.execute(CSAT, [queue]).fetchall()[0][0] for queue in first}
    assert answer.table is not None
    assert answer.table.rows[0][0] == min(scores, key=lambda queue: scores[queue])
    assert answer.table.rows[0][1] == pytest.approx(min(scores.values()))
