"""Planted personal data leave by no door: answer, chart, SQL, log, index, export, report, feedback, other agents."""

import json
import shutil
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from assistant import build
from assistant.types import Answer
from ui.card_html import answer_parts
from ui.charts import chart, drivers_chart
from ui.cli import run
from ui.mcp_server import Tools
from ui.view import labels_of

TYPED = "ring jane.roe@example.org on +44 20 7946 0958, card 4111 1111 1111 1111"
TYPED_SECRETS = ("jane.roe", "7946 0958", "4111 1111")
QUESTIONS = (
    "why is churn up?",
    "what are customers contacting us about in October 2026?",
    "quotes about my phone number",
)
# What the user brought in as it is; everything else in a workspace is ours.
SOURCES = ("transcripts", "warehouse.duckdb", "truth.json")


@pytest.fixture(scope="module")
def workspace(tiny_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("canary") / "ws"
    shutil.copytree(tiny_workspace, copy)
    shutil.rmtree(copy / "log", ignore_errors=True)
    (copy / "evals" / "one.yml").write_text(SUITE, encoding="utf-8")
    return copy


SUITE = """
suite: one
verified_by: the canary
verified_at: 2026-11-22
cases:
  - {id: churn, question: "Why is churn up?", family: why, expect: {}}
"""


@pytest.fixture(scope="module")
def secrets(workspace: Path) -> set[str]:
    """What the world planted; a first name alone names nobody."""
    planted = json.loads((workspace / "truth.json").read_text(encoding="utf-8"))["transcripts"]["personal"]
    found = {p["value"] for p in planted if p["type"] != "person"}
    assert len(found) > 20
    return {*found, *TYPED_SECRETS}


@pytest.fixture(scope="module")
def shown(workspace: Path) -> str:
    """All that every command prints, with the page's cards and charts and the replies to other agents."""
    return "\n".join((*_printed(workspace), *_drawn(workspace), *_replied(workspace)))


def _printed(workspace: Path) -> Iterator[str]:
    out = workspace / "out"
    out.mkdir()
    first = json.loads(_run(workspace, "ask", QUESTIONS[0], "--json"))["id"]
    for words in (
        ("ask", QUESTIONS[2]),
        *((command, TYPED, "--json") for command in ("ask", "plan")),
        ("why", "churn_rate", "--json"),
        ("sql", "churn_rate", "--by", "segment", "--run", "--json"),
        ("search", "my number is", "--k", "50", "--json"),
        ("search", TYPED, "--json"),
        ("feedback", first, "--down", "--reason", "quote", "--correction", TYPED),
        ("index", "status", "--json"),
        ("index", "themes", "--json"),
        ("index", "scores", "--json"),
        ("metrics", "--html", "--out", str(out / "dictionary.html")),
        ("export", "--to", "dbt", "--out", str(out / "dbt.yml")),
        ("eval", "run", "one", "--json"),
        ("eval", "report", "--out", str(out / "report.html")),
        ("eval", "add", first),
    ):
        yield _run(workspace, *words)


def _run(workspace: Path, *words: str) -> str:
    printed = StringIO()
    with redirect_stdout(printed), redirect_stderr(printed):
        code = run([*words, "--workspace", str(workspace)])
    assert code == 0, (words, printed.getvalue())
    return printed.getvalue()


def _drawn(workspace: Path) -> Iterator[str]:
    asked = build(workspace)
    for question in QUESTIONS[:2]:
        answer = asked.ask(question)
        assert isinstance(answer, Answer)
        labels = labels_of(asked.catalogue)
        yield str(answer_parts(answer, labels, charted=True))
        yield str(chart(answer, labels))
        yield str(drivers_chart(answer)) if answer.drivers else ""
    asked.close()


def _replied(workspace: Path) -> Iterator[str]:
    tools = Tools(workspace, None)
    for question in (QUESTIONS[2], TYPED):
        yield json.dumps(tools.ask(question))
    yield json.dumps(tools.search("my number is", k=50))


def test_what_is_shown_holds_no_planted_value(shown: str, secrets: set[str]) -> None:
    assert "churn" in shown.lower()
    assert not {value for value in secrets if value in shown}


def test_what_is_kept_holds_no_planted_value(shown: str, workspace: Path, secrets: set[str]) -> None:
    assert shown
    files = [f for f in workspace.rglob("*") if f.is_file() and f.relative_to(workspace).parts[0] not in SOURCES]
    kept = {str(f.relative_to(workspace)): f.read_bytes().decode("latin-1") for f in files}
    for expected in ("log/answers.db", "out/dictionary.html", "out/dbt.yml", "out/report.html", "index/scores.duckdb"):
        assert expected in kept
    assert any(name.startswith("evals/drafts/") for name in kept)
    assert not {(name, value) for name, text in kept.items() for value in secrets if value in text}


def test_a_correction_is_kept_without_what_is_personal_in_it(shown: str, workspace: Path) -> None:
    assert shown
    assert b"[EMAIL]" in (workspace / "log" / "answers.db").read_bytes()
