"""Judge the kept outcomes of an old run by today's evaluator and truth; nothing is asked again."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from assistant.log import AnswerLog
from assistant.types import Outcome
from assistant.workspace import open_workspace
from evals import history
from evals.bench import Bench, open_bench
from evals.cases import Case, load_suites
from evals.compare import compare
from evals.runner import Result, judged, report_of
from evals.score import Score
from evals.suite import as_json, cases_of, merge
from evals.versions import versions_of
from semantic_layer.errors import UserError

_OUTCOME: TypeAdapter[Outcome] = TypeAdapter(Outcome)
# What gave the answers stays that of the old run; only what judges them is new.
_JUDGES = ("evaluator", "suite", "warehouse")


def rescore(root: Path, run_id: str) -> dict[str, Any]:
    """Keep a new run that names its origin, and return its JSON with the flips against it.

    Cases that the suites no longer hold are left out and are `missing` in the comparison.
    Raises UserError (unknown_run, nothing_to_rescore).
    """
    workspace = open_workspace(root)
    file = workspace.evals / "history.duckdb"
    old = history.run(file, run_id)
    with open_bench(root) as bench:
        cases = cases_of(merge(load_suites(workspace.evals)), bench.assistant, workspace)
        rows = {row.case_id: row for row in history.results(file, run_id)}
        log = AnswerLog(path=workspace.evals / "answers.db")
        found = tuple(_rejudged(bench, log, [(case, rows[case.id]) for case in cases if case.id in rows]))
        now = versions_of(workspace, bench.assistant, [result.case for result in found])
    if not found:
        raise UserError(f"no case of run '{run_id}' is in the suites", code="nothing_to_rescore", hint="run them anew")
    report = report_of(old.suite, found, datetime.now(UTC))
    versions = old.versions | {part: now[part] for part in _JUDGES}
    summary = as_json(report) | {"expired": [], "versions": versions, "rescored_from": run_id}
    history.keep(report, file, summary, versions)
    comparison = compare(file, run_id, report.run_id)
    return summary | {"comparison": comparison, "flips": comparison["flips"]}


def _rejudged(bench: Bench, log: AnswerLog, pairs: list[tuple[Case, history.Row]]) -> Iterator[Result]:
    for case, row in pairs:
        case = case.model_copy(update={"owner": row.owner})
        if row.outcome_kind == "crash":
            yield _crashed(case, row)
            continue
        outcome = _OUTCOME.validate_python(log.get(row.outcome_id), strict=False)
        result = judged(bench, case, outcome, ms=row.ms)
        yield replace(result, features=row.features, probability=row.probability)


def _crashed(case: Case, row: history.Row) -> Result:
    """Keep a crash as it was: there is no outcome to judge."""
    return Result(
        case=case, outcome_id="", outcome_kind="crash", headline="", verdict="silent_wrong", ms=row.ms,
        scores=tuple(Score(**score) for score in row.scores),
    )  # fmt: skip
