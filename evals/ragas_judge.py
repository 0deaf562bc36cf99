"""Has ragas judge the answers of a kept run, in a process and, where it must be, an interpreter of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from assistant.embedding_settings import EmbeddingEndpoint
from assistant.log import AnswerLog
from assistant.workspace import Workspace, open_workspace
from evals import history
from evals.bench import open_bench
from evals.cases import load_suites
from evals.ragas_rows import RagasRow, rows_of
from evals.suite import cases_of, merge
from semantic_layer.errors import UpstreamError, UserError

INTERPRETER = "BECAUSE_RAGAS_PYTHON"
SECONDS = 1_800
CHILD = Path(__file__).with_name("ragas_child.py")
# These must be whole. Recall counts all contacts that might have been cited, of which an answer shows a few, and
# what a model judges is an opinion: both are told.
EXACT = frozenset({"quoted_spans_alignment", "tool_call_accuracy", "id_based_context_precision"})
SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RagasScore:
    """A metric of one row, from 0 to 1; a row that crashed has the value 0 and says why."""

    id: str
    metric: str
    value: float
    error: str = ""


def judge_run(root: Path, run_id: str | None = None) -> dict[str, Any]:
    """Judge a kept run, the latest by default; nothing is asked again.

    Raises UserError (unknown_run, no_ragas) and UpstreamError (ragas_failed).
    """
    workspace = open_workspace(root)
    file = workspace.evals / "history.duckdb"
    run = history.run(file, run_id)
    with open_bench(root) as bench:
        cases = {c.id: c for c in cases_of(merge(load_suites(workspace.evals)), bench.assistant, workspace)}
        log = AnswerLog(path=workspace.evals / "answers.db")
        rows = tuple(rows_of(bench, log, cases, history.results(file, run.run_id)))
    return {"run_id": run.run_id, "rows": len(rows), **summed(tuple(scored(rows, judge_of(workspace))))}


def judge_of(workspace: Workspace) -> dict[str, Any] | None:
    """Return the endpoint that judges, the workspace's own; None without one."""
    llm, near = workspace.config.llm, workspace.config.embeddings
    key = llm.key() if llm else None
    if llm is None or key is None:
        return None
    embeds = near.model if isinstance(near, EmbeddingEndpoint) and near.base_url == llm.base_url else None
    return {"base_url": llm.base_url, "model": llm.model, "key": key.get_secret_value(), "embedding": embeds}


def scored(
    rows: Sequence[RagasRow], judge: dict[str, Any] | None, *, command: Sequence[str] = ()
) -> Iterator[RagasScore]:
    """Yield every score; a row of which the process said nothing crashed with it, and counts as wrong."""
    child = command or (os.environ.get(INTERPRETER) or sys.executable, str(CHILD))
    ran = _run(child, json.dumps({"judge": judge, "rows": [asdict(row) for row in rows]}))
    lines = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
    if not lines and "No module named 'ragas'" in ran.stderr:
        raise UserError(
            "ragas is not installed here", code="no_ragas",
            hint=f"pip install 'because-ai[ragas]' in an environment of its own and name its python in {INTERPRETER}",
        )  # fmt: skip
    for line in lines:
        yield RagasScore(id=line["id"], metric=line["metric"], value=line["value"] or 0.0, error=line["error"])
    silent = {row.id for row in rows if row.contexts or row.due_call} - {line["id"] for line in lines}
    why = (ran.stderr.strip().splitlines() or ["the process ended without a word"])[-1]
    yield from (RagasScore(id=case, metric="crash", value=0.0, error=why) for case in sorted(silent))


def _run(child: Sequence[str], asked: str) -> "subprocess.CompletedProcess[str]":
    """Run the child with no secrets of this process in its environment, and ragas's telemetry off."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "SYSTEMROOT", "TMPDIR") if name in os.environ}
    quiet = {"RAGAS_DO_NOT_TRACK": "true", "HF_HUB_OFFLINE": "1", "PYTHONWARNINGS": "ignore"}
    try:
        return subprocess.run(
            child, input=asked, capture_output=True, text=True, timeout=SECONDS, env=kept | quiet, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UpstreamError(
            f"ragas did not answer: {error}", code="ragas_failed", hint=f"check {INTERPRETER}"
        ) from error


def summed(scores: Sequence[RagasScore]) -> dict[str, Any]:
    """Return each metric's mean with what was wrong and what crashed, and the first rows that were wrong."""
    names = sorted({score.metric for score in scores})
    wrong = [score for score in scores if score.error or (score.value < 1 and score.metric in EXACT)]
    return {
        "metrics": {name: _summary([score for score in scores if score.metric == name]) for name in names},
        "failures": [asdict(score) for score in wrong[:SHOWN]],
    }


def _summary(scores: Sequence[RagasScore]) -> dict[str, Any]:
    return {
        "mean": sum(score.value for score in scores) / len(scores),
        "n": len(scores),
        "below_one": sum(score.value < 1 for score in scores),
        "crashed": sum(bool(score.error) for score in scores),
    }
