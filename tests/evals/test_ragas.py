"""ragas judges in a process of its own; what crashes there counts as wrong."""

import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from evals.ragas_judge import CHILD, INTERPRETER, judge_run, scored, summed
from evals.ragas_rows import RagasRow
from evals.suite import run_suite
from semantic_layer.errors import UpstreamError, UserError

SUITE = """
suite: ragas
cases:
  - id: r-value
    question: churn rate in September 2026
    expect: {reading: {metrics: [churn_rate], filters: {}}, sql: SELECT 1}
  - id: r-quotes
    question: show me quotes about the price increase from customers in DACH
    expect:
      cite_ids: SELECT contact_id FROM fct_contacts JOIN dim_customers USING (customer_id) WHERE region = 'DACH'
"""


def row(**keys: Any) -> RagasRow:
    call = {"name": "query", "args": {"metrics": "('churn_rate',)"}}
    told = {"id": "a", "question": "q", "response": "r", "quoted": "“told it would not”", "reference": ""}
    found = {"contexts": ("we were told it would not rise",), "ids": ("C1",), "due_ids": ("C1", "C2")}
    return RagasRow(**(told | found | {"call": call, "due_call": call} | keys))


def child(tmp_path: Path, text: str) -> tuple[str, str]:
    """A process that behaves as a script says."""
    file = tmp_path / "child.py"
    file.write_text(text, encoding="utf-8")
    return sys.executable, str(file)


def test_a_row_that_the_process_is_silent_about_is_wrong(tmp_path: Path) -> None:
    line = json.dumps({"id": "a", "metric": "tool_call_accuracy", "value": 1.0, "error": ""})
    dying = child(tmp_path, f"import sys; print({line!r}, flush=True); sys.exit('out of memory')")
    found = list(scored([row(), row(id="b")], None, command=dying))
    assert [(s.id, s.value, s.error) for s in found] == [("a", 1.0, ""), ("b", 0.0, "out of memory")]
    assert [f["id"] for f in summed(found)["failures"]] == ["b"]


def test_a_metric_that_crashes_is_wrong_and_says_why(tmp_path: Path) -> None:
    line = json.dumps({"id": "a", "metric": "quoted_spans_alignment", "value": None, "error": "ValueError: no"})
    found = list(scored([row()], None, command=child(tmp_path, f"print({line!r})")))
    assert [(s.value, s.error) for s in found] == [(0.0, "ValueError: no")]
    assert summed(found)["metrics"]["quoted_spans_alignment"] == {"mean": 0.0, "n": 1, "below_one": 1, "crashed": 1}


def test_the_process_sees_no_secret_and_is_told_not_to_report_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_API_KEY", "secret")
    seen = tmp_path / "seen.json"
    looking = f"import json, os; json.dump(dict(os.environ), open({str(seen)!r}, 'w'))"
    list(scored([row()], None, command=child(tmp_path, looking)))
    told = json.loads(seen.read_text(encoding="utf-8"))
    assert "SOME_API_KEY" not in told
    assert told["RAGAS_DO_NOT_TRACK"] == "true"


def test_without_ragas_it_is_said_how_to_have_it(tmp_path: Path) -> None:
    missing = child(tmp_path, "raise ModuleNotFoundError(\"No module named 'ragas'\")")
    with pytest.raises(UserError) as caught:
        list(scored([row()], None, command=missing))
    assert "because-ai[ragas]" in caught.value.hint
    with pytest.raises(UpstreamError):
        list(scored([row()], None, command=(str(tmp_path / "no-python"),)))


def test_the_answers_of_a_run_are_handed_over_in_ragas_words(
    tiny_workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tiny_workspace / "evals" / "ragas.yml").write_text(SUITE, encoding="utf-8")
    run_id = run_suite(tiny_workspace, "ragas")["run_id"]
    seen = tmp_path / "rows.json"
    script = tmp_path / "python"
    script.write_text(f"#!/bin/sh\ncat > {seen}\n", encoding="utf-8")
    script.chmod(0o755)
    monkeypatch.setenv(INTERPRETER, str(script))
    found = judge_run(tiny_workspace, run_id)
    asked = json.loads(seen.read_text(encoding="utf-8"))
    value, quotes = asked["rows"]
    assert asked["judge"] is None
    assert (
        value["call"] == value["due_call"] == {"name": "query", "args": {"metrics": "('churn_rate',)", "filters": "{}"}}
    )
    assert value["reference"] == "1"
    assert quotes["ids"]
    assert set(quotes["ids"]) <= set(quotes["due_ids"])
    assert all(quote.strip("“”") in " ".join(quotes["contexts"]) for quote in quotes["quoted"].split("”\n“"))
    assert found["metrics"]["crash"]["n"] == 2


@pytest.mark.skipif(
    not os.environ.get(INTERPRETER) and importlib.util.find_spec("ragas") is None,
    reason=f"ragas is absent: name an interpreter that has it in {INTERPRETER}",
)
def test_ragas_itself_finds_an_invented_quote_a_wrong_call_and_a_stranger() -> None:
    wrong = {"name": "query", "args": {"metrics": "('csat',)"}}
    rows = [row(), row(id="b", quoted="“it was never said”", call=wrong, ids=("C9",))]
    found = {(s.id, s.metric): s.value for s in scored(rows, None)}
    exact = ("quoted_spans_alignment", "tool_call_accuracy", "id_based_context_precision")
    assert [found["a", name] for name in exact] == [1.0, 1.0, 1.0]
    assert [found["b", name] for name in exact] == [0.0, 0.0, 0.0]
    assert found["a", "id_based_context_recall"] == 0.5
    assert CHILD.is_file()
