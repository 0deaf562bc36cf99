"""What people say of an answer is kept with it, feeds confidence, and can become a case."""

import json
from pathlib import Path

import pytest
import yaml

from assistant.log import AnswerLog
from assistant.pipeline import Assistant
from evals.cases import Suite
from ui.cli import run


def said(capsys: pytest.CaptureFixture[str], workspace: Path, *argv: str) -> tuple[int, dict[str, object]]:
    code = run([*argv, "--workspace", str(workspace), "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_a_thumb_down_is_kept_with_its_reason_and_what_the_answer_rested_on(
    tiny_workspace: Path, tiny_assistant: Assistant, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = tiny_assistant.ask("churn rate last month")
    code, kept = said(capsys, tiny_workspace, "feedback", answer.id, "--down", "--reason", "wrong_number")
    assert (code, kept["verdict"]) == (0, "down")
    found = next(f for f in AnswerLog(path=tiny_workspace / "log" / "answers.db").judged() if f.id == answer.id)
    assert (found.verdict, found.reason) == ("down", "wrong_number")
    assert "doubt" in found.features


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (["feedback", "nothing", "--up"], "unknown_answer"),
        (["feedback", "x", "--down", "--reason", "ugly"], "unknown_reason"),
        (["eval", "add", "nothing"], "unknown_answer"),
    ],
)
def test_what_cannot_be_kept_says_why(
    tiny_workspace: Path, capsys: pytest.CaptureFixture[str], argv: list[str], code: str
) -> None:
    exit_code, error = said(capsys, tiny_workspace, *argv)
    assert (exit_code, error["code"]) == (2, code)


def test_an_answer_becomes_a_draft_that_is_not_judged_before_a_person_verified_it(
    tiny_workspace: Path, tiny_assistant: Assistant, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = tiny_assistant.ask("churn rate in DACH in September 2026")
    _, made = said(capsys, tiny_workspace, "eval", "add", answer.id)
    file = Path(str(made["file"]))
    draft = Suite.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    assert file not in set((tiny_workspace / "evals").glob("*.yml"))
    assert draft.cases[0].expect.sql is None
    assert draft.cases[0].expect.reading is not None
    assert draft.cases[0].expect.reading.filters == {"region": ("DACH",)}
