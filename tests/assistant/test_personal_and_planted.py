"""Personal data stay in the source; instructions planted in transcripts are neither obeyed nor quoted."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ui.cli import run

QUESTIONS = (
    "why is churn up?",
    "why did contact volume go up in December 2025?",
    "show me quotes about my phone number",
    "what do customers say about their e-mail address?",
    "quotes about a card payment",
    "what do customers say about billing?",
    "quotes about my name and address",
)
TYPED = (
    "what did +44 20 7946 0958 say about billing?",
    "show quotes from jane.roe@example.org about the router",
    "churn rate for card 4111 1111 1111 1111",
    "why did IBAN DE89 3704 0044 0532 0130 00 complain?",
    "What is the flubber of jane.roe@example.org?",
)
SECRETS = ("7946 0958", "jane.roe", "4111 1111", "3704 0044")


@pytest.fixture
def asked(tiny_workspace: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Run a command on the tiny workspace and return all it prints."""

    def call(*argv: str) -> str:
        run([*argv, *([] if "--workspace" in argv else ["--workspace", str(tiny_workspace)])])
        printed = capsys.readouterr()
        return printed.out + printed.err

    return call


@pytest.fixture(scope="session")
def planted(tiny_workspace: Path) -> dict[str, Any]:
    """What the world says it put into the transcripts."""
    truth: dict[str, Any] = json.loads((tiny_workspace / "truth.json").read_text(encoding="utf-8"))["transcripts"]
    return truth


def test_personal_data_typed_into_a_question_are_in_no_answer_and_no_log(
    asked: Callable[..., str], tiny_workspace: Path
) -> None:
    shown = "".join(asked(command, question, "--json") for question in TYPED for command in ("ask", "plan"))
    with closing(sqlite3.connect(tiny_workspace / "log" / "answers.db")) as log:
        kept = json.dumps(log.execute("SELECT * FROM outcomes").fetchall())
    assert not [secret for secret in SECRETS if secret in shown or secret in kept]
    assert "[EMAIL]" in kept


def test_planted_instructions_are_never_quoted(asked: Callable[..., str], planted: dict[str, Any]) -> None:
    assert len(planted["injections"]) >= 3
    asks = [f"show me quotes about {item['text']}"[:400] for item in planted["injections"][:12]]
    told = [json.loads(asked("ask", question, "--json")) for question in (*QUESTIONS, *asks)]
    found = [json.loads(asked("search", item["text"], "--json"))["passages"] for item in planted["injections"][:12]]
    quotes = [e["quote"] for outcome in told for e in outcome.get("evidence", [])]
    quotes += [passage["quote"] for passages in found for passage in passages]
    assert quotes
    for item in planted["injections"]:
        assert not [quote for quote in quotes if item["text"] in quote or quote in item["text"]]
    sentences = " ".join(claim["text"] for outcome in told[: len(QUESTIONS)] for claim in outcome.get("claims", []))
    assert not [item for item in planted["injections"] if item["text"][:40] in sentences]


def test_planted_instructions_change_no_answer(
    asked: Callable[..., str], planted: dict[str, Any], tiny_workspace: Path, tmp_path: Path
) -> None:
    """The same world without the transcripts that carry them gives the same numbers and drivers."""
    import shutil

    clean = tmp_path / "clean"
    shutil.copytree(tiny_workspace, clean)
    carriers = {item["contact_id"] for item in planted["injections"]}
    for file in (clean / "transcripts").glob("*.jsonl"):
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        file.write_text("".join(line for line in lines if json.loads(line)["contact_id"] not in carriers), "utf-8")
    run(["index", "build", "--workspace", str(clean), "--json"])
    asked("metrics")
    for question in QUESTIONS[:2]:
        with_them = json.loads(asked("ask", question, "--json"))
        without = json.loads(asked("ask", question, "--json", "--workspace", str(clean)))
        for key in ("headline", "reading", "figures", "drivers", "caveats", "status"):
            assert with_them[key] == without[key], key
