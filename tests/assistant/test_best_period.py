"""A ranking of periods names the period."""

from pathlib import Path

import duckdb

from assistant.pipeline import Assistant
from assistant.types import Answer


def test_the_busiest_month_is_named(tiny_assistant: Assistant, tiny_workspace: Path) -> None:
    answer = tiny_assistant.ask("which month had the most contacts in 2026")
    assert isinstance(answer, Answer)
    with duckdb.connect(str(tiny_workspace / "warehouse.duckdb"), read_only=True) as warehouse:
        rows = warehouse.execute(
            "SELECT strftime(started_at, '%B %Y'), count(*) FROM fct_contacts WHERE year(started_at) = 2026"
            " GROUP BY 1 ORDER BY 2 DESC LIMIT 1"
        ).fetchall()
    assert rows[0][0] in answer.headline


def test_a_refused_group_has_a_question_to_go_on_with(tiny_assistant: Assistant) -> None:
    refusal = tiny_assistant.ask("which teams are at risk")
    assert refusal.kind == "refusal"
    assert refusal.nearest
