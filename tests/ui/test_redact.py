"""`because redact` shows what would be hidden; personal data is printed only when asked for."""

import json
from pathlib import Path

import pytest

from ui.cli import run

CALL = "Agent: May I have your name?\nCustomer: vino raj\nAgent: And a number?\nCustomer: +44 20 7946 0958\n"


def shown(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    assert run(["redact", *argv]) == 0
    return capsys.readouterr().out


@pytest.fixture
def call(tmp_path: Path) -> Path:
    file = tmp_path / "call.txt"
    file.write_text(CALL, encoding="utf-8")
    return file


def test_what_would_be_hidden_is_counted_by_kind(call: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(shown(capsys, str(call), "--json", "--workspace", str(call.parent)))
    assert (told["contacts"], told["turns"], told["hidden"]) == (1, 4, {"NAME": 1, "PHONE": 1})
    assert [turn["text"] for turn in told["redacted"][0]["turns"]][1::2] == ["[NAME]", "[PHONE]"]
    (span,) = told["redacted"][0]["turns"][3]["spans"]
    assert span == {"start": 0, "end": 16, "kind": "PHONE"}


def test_personal_data_is_printed_only_when_asked_for(call: Path, capsys: pytest.CaptureFixture[str]) -> None:
    at = ("--workspace", str(call.parent))
    assert "vino" not in shown(capsys, str(call), *at) + shown(capsys, str(call), "--json", *at)
    assert "vino raj" in shown(capsys, str(call), "--reveal", *at)


def test_the_names_of_the_workspace_are_known(tiny_workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import duckdb

    with duckdb.connect(str(tiny_workspace / "warehouse.duckdb"), read_only=True) as warehouse:
        (name,) = warehouse.execute("SELECT agent_name FROM dim_agents ORDER BY agent_name LIMIT 1").fetchone() or ("",)
    file = tiny_workspace / "note.txt"
    file.write_text(f"yesterday {name.lower()} promised a refund", encoding="utf-8")
    told = shown(capsys, str(file), "--workspace", str(tiny_workspace))
    assert "yesterday [NAME] promised a refund" in told


def test_a_missing_file_says_where_it_was_looked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["redact", str(tmp_path / "none.txt"), "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["code"] == "file_not_found"
