"""What leaves is looked at once more: members of a table may be personal although they never were a transcript."""

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.egress import without_personal
from ui.cli import run

MAIL, CARD = "jane.roe@example.org", "4111 1111 1111 1111"


def asked(workspace: Path, question: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    run(["ask", question, "--json", "--workspace", str(workspace)])
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def test_addresses_that_are_members_of_a_dimension_are_in_no_answer_and_no_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"{i},{('Basic', 'Plus')[i % 2]},agent{i % 3}@example.org,{i % 7}" for i in range(400)]
    source = tmp_path / "tickets.csv"
    source.write_text("ticket,plan,owner,minutes\n" + "\n".join(rows) + "\n", encoding="utf-8")
    workspace = tmp_path / "ws"
    assert run(["init", str(workspace), "--from", str(source)]) == 0
    capsys.readouterr()
    told = asked(workspace, "how many tickets by owner", capsys)
    assert told["kind"] == "answer", told
    assert [row[0] for row in told["table"]["rows"]] == ["[EMAIL]"] * 3
    assert "@example" not in json.dumps(told)
    assert b"@example.org" not in b"".join(f.read_bytes() for f in (workspace / "log").iterdir())


def test_numbers_and_dates_of_an_outcome_are_left_alone() -> None:
    told = ("EUR 1,234,567.89", "2026-10-31", "SELECT sum(x) FROM t WHERE id = 12345678", "10 482 113 contacts")
    assert without_personal(told) is told


def test_only_what_is_personal_is_replaced() -> None:
    assert without_personal((f"ask {MAIL}, card {CARD}", 3)) == ("ask [EMAIL], card [CARD]", 3)
