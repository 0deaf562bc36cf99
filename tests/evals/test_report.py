"""The weekly report says the verdict first, one verb a decision, and the same for one run."""

import json
from pathlib import Path

import pytest

from assistant.workspace import open_workspace
from evals.gaps import gaps_of
from evals.render import render
from evals.report import decisions, report_document, verdict
from evals.schedule import systemd_units
from evals.suite import run_suite
from semantic_layer.errors import UserError
from ui.cli import run

SUITE = """
suite: weekly
cases:
  - {id: right, question: churn rate last month, expect: {reading: {metrics: [churn_rate]}}}
  - {id: wrong, question: "churn rate in September 2026", expect: {sql: SELECT 0.5, reading: {metrics: [churn_rate]}}}
  - {id: hostile, question: "<script>alert(1)</script> churn rate | last month", expect: {kind: [clarification]}}
"""
QUIET = {"alerts": 0, "checks": []}


@pytest.fixture(scope="module")
def judged(tiny_workspace: Path) -> Path:
    """A workspace with one run of three cases, two of them not right."""
    (tiny_workspace / "evals" / "weekly.yml").write_text(SUITE, encoding="utf-8")
    run_suite(tiny_workspace, "weekly")
    return tiny_workspace


def share(value: float, low: float, high: float) -> dict[str, object]:
    return {"value": value, "ci": [low, high], "n": 100}


def test_a_report_of_one_run_is_the_same_to_the_byte(judged: Path) -> None:
    first = {form: render(report_document(judged), form) for form in ("html", "md", "json")}
    again = {form: render(report_document(judged), form) for form in ("html", "md", "json")}
    assert first == again


def test_the_verdict_with_its_interval_comes_first(judged: Path) -> None:
    document = report_document(judged)
    page = render(document, "html").decode()
    assert "95 % interval" in document["verdict"]["text"]
    assert page.index(document["verdict"]["text"][:20]) < page.index("Decisions")


def test_what_broke_shows_the_differing_values_and_its_owner(judged: Path) -> None:
    broken = next(b for b in report_document(judged)["broken"] if b["case"] == "wrong")
    assert broken["owner"] == "Head of Retention"
    assert "instead of 0.5" in broken["reasons"][0]


def test_questions_cannot_write_into_the_page(judged: Path) -> None:
    page, text = (render(report_document(judged), form).decode() for form in ("html", "md"))
    assert "<script" not in page
    assert "<script" not in text.replace("\\<", "")


def test_the_page_needs_nothing_from_elsewhere(judged: Path) -> None:
    page = render(report_document(judged), "html").decode()
    assert "http://" not in page
    assert "https://" not in page
    assert "default-src 'none'" in page


def test_an_owner_gets_one_verb_a_decision() -> None:
    broken = [{"case": "a", "owner": "CFO", "verdict": "silent_wrong", "question": "q"}]
    drift = {"checks": [{"name": "anchors", "alerts": [{"owner": "CFO", "text": "moved"}]}]}
    found = decisions(broken, drift, ["old"])
    assert [(d["owner"], [t["verb"] for t in d["todo"]]) for d in found] == [
        ("CFO", ["Correct", "Explain"]), ("Maintainer of the assistant", ["Renew"])
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "alerts", "state"),
    [
        ((0.0, 0.0, 0.03), 0, "good"),
        ((0.0, 0.0, 0.03), 2, "look"),
        ((0.01, 0.0, 0.05), 0, "look"),
        ((0.2, 0.1, 0.3), 0, "stop"),
    ],
)
def test_the_verdict_follows_what_is_silently_wrong(wrong: tuple[float, float, float], alerts: int, state: str) -> None:
    summary = {"accuracy": share(0.97, 0.91, 0.99), "silent_wrong": share(*wrong)}
    assert verdict(summary, {"alerts": alerts}, None)["state"] == state


def test_an_unknown_run_is_named(judged: Path) -> None:
    with pytest.raises(UserError, match="nothing"):
        report_document(judged, "nothing")


def test_the_report_is_written_where_it_is_asked_for(
    judged: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "r.md"
    code = run(["eval", "report", "--workspace", str(judged), "--format", "md", "--out", str(file), "--json"])
    assert code == 0
    assert json.loads(capsys.readouterr().out)["file"] == str(file)
    assert file.read_text(encoding="utf-8").startswith("# Lumina")


def test_a_unit_of_systemd_keeps_percent_signs(tmp_path: Path) -> None:
    units = systemd_units(tmp_path / "100% mine")
    assert "100%% mine" in units["because-report.service"]


def test_a_critical_question_that_went_wrong_is_enough() -> None:
    summary = {"accuracy": share(0.99, 0.98, 1.0), "silent_wrong": share(0.0, 0.0, 0.03)}
    found = verdict(summary, QUIET, None, critical=1)
    assert found["state"] == "stop"
    assert "Critical questions that went wrong: 1" in found["text"]


def test_differing_cells_flips_and_gaps_are_shown(judged: Path) -> None:
    document = report_document(judged)
    broken = next(b for b in document["broken"] if b["case"] == "wrong")
    assert broken["cells"][0][:2] == ["the figure", 0.5]
    flip = {"question": "how high", "before": "right", "after": "silent_wrong", "causes": ["code"], "reasons": []}
    comparison = {
        "baseline": "b",
        "better": 0,
        "worse": 1,
        "p_value": 1.0,
        "flips": [flip],
        "causes": ["code"],
        "missing": ["gone"],
    }
    gap = {
        "term": "stickiness",
        "asked": 3,
        "metric": "churn_rate",
        "label": "Churn rate",
        "owner": "CFO",
        "why": "the name most like it",
    }
    told = {**document, "comparison": comparison, "gaps": [gap]}
    page, text = (render(told, form).decode() for form in ("html", "md"))
    for said in ("how high", "right → silent wrong", "put down to code", "gone", "stickiness", "synonym of", "0.5"):
        assert said in page
        assert said in text


def test_a_word_that_links_to_nothing_comes_with_the_name_most_like_it(tiny_workspace: Path) -> None:
    from assistant import build

    asked = build(tiny_workspace)
    for _ in range(3):
        asked.ask("churnn ratte by regiun last month in Narnia")
        asked.ask("escalatoin by region")
        asked.ask("shrinkage by team")
    asked.close()
    found = {gap.term: gap for gap in gaps_of(open_workspace(tiny_workspace))}
    assert found["shrinkage"].asked >= 3
    assert all(gap.why for gap in found.values() if gap.metric)
