"""The runs of a workspace, kept in `evals/history.duckdb`; a run is written once and never changed."""

import json
from pathlib import Path

from evals.runner import RunReport
from semantic_layer.errors import UserError, did_you_mean
from semantic_layer.storage import build_aside, open_reader

_TABLES = """
CREATE TABLE IF NOT EXISTS runs (run_id TEXT PRIMARY KEY, suite TEXT, started_at TIMESTAMP, summary JSON);
CREATE TABLE IF NOT EXISTS results (
    run_id TEXT, case_id TEXT, question TEXT, origin TEXT, outcome_id TEXT, outcome_kind TEXT, verdict TEXT,
    scores JSON, ms DOUBLE, PRIMARY KEY (run_id, case_id)
);
"""


def keep(report: RunReport, file: Path, summary: dict[str, object]) -> None:
    """Add a run to the history; a crash leaves the history as it was."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with build_aside(file) as connection:
        if file.is_file():
            connection.execute(f"ATTACH '{str(file).replace(chr(39), chr(39) * 2)}' AS earlier (READ_ONLY)")
            connection.execute("CREATE TABLE runs AS FROM earlier.runs; CREATE TABLE results AS FROM earlier.results")
            connection.execute("DETACH earlier")
        connection.execute(_TABLES)
        started = report.started_at.replace(tzinfo=None)
        connection.execute(
            "INSERT INTO runs VALUES (?, ?, ?, ?)", [report.run_id, report.suite, started, json.dumps(summary)]
        )
        connection.executemany("INSERT INTO results VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", _rows(report))


def _rows(report: RunReport) -> list[list[object]]:
    return [
        [
            report.run_id, r.case.id, r.case.question, r.case.origin, r.outcome_id, r.outcome_kind, r.verdict,
            json.dumps([{"scorer": s.scorer, "right": s.right, "reason": s.reason} for s in r.scores]), r.ms,
        ]
        for r in report.results
    ]  # fmt: skip


def verdicts(file: Path, run_id: str) -> dict[str, str]:
    """Return the verdict of each case of an earlier run; raise UserError (unknown_run)."""
    runs = _runs(file)
    if run_id not in runs:
        raise UserError(f"no run '{run_id}' in {file}", code="unknown_run", hint=did_you_mean(run_id, runs))
    connection = open_reader(file)
    try:
        rows = connection.execute("SELECT case_id, verdict FROM results WHERE run_id = ?", [run_id]).fetchall()
    finally:
        connection.close()
    return {str(case): str(verdict) for case, verdict in rows}


def _runs(file: Path) -> list[str]:
    if not file.is_file():
        return []
    connection = open_reader(file)
    try:
        return [str(row[0]) for row in connection.execute("SELECT run_id FROM runs ORDER BY started_at").fetchall()]
    finally:
        connection.close()
