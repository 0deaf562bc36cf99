"""A quote tells when it was said, though the transcript itself does not: the warehouse knows the contact."""

from pathlib import Path

import duckdb

from assistant.pipeline import Assistant
from assistant.types import Answer


def test_a_quote_is_dated_by_its_contact(tiny_assistant: Assistant, tiny_workspace: Path) -> None:
    answer = tiny_assistant.ask("show me quotes about billing in October 2026")
    assert isinstance(answer, Answer)
    assert answer.evidence
    with duckdb.connect(str(tiny_workspace / "warehouse.duckdb"), read_only=True) as warehouse:
        for item in answer.evidence:
            found = warehouse.execute("SELECT started_at FROM fct_contacts WHERE contact_id = ?", [item.contact_id])
            assert item.occurred_at == (found.fetchone() or (None,))[0]
