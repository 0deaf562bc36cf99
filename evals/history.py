"""The runs of a workspace, kept in `evals/history.duckdb`; a run is written once and never changed."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from evals.runner import Result, RunReport
from semantic_layer.errors import UserError, did_you_mean
from semantic_layer.storage import build_aside, open_reader

_TABLES = {
    "runs": "run_id TEXT PRIMARY KEY, suite TEXT, started_at TIMESTAMP, summary JSON, versions JSON",
    "results": "run_id TEXT, case_id TEXT, question TEXT, family TEXT, origin TEXT, tags JSON, verified BOOLEAN,"
    " owner TEXT, outcome_id TEXT, outcome_kind TEXT, intent TEXT, headline TEXT, verdict TEXT, scores JSON,"
    " features JSON, probability DOUBLE, ms DOUBLE, cost DOUBLE, PRIMARY KEY (run_id, case_id)",
    "snapshots": "taken_at TIMESTAMP PRIMARY KEY, state JSON",
    "reports": "run_id TEXT PRIMARY KEY, document JSON",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A kept run: what it ran on and what it found."""

    run_id: str
    suite: str
    started_at: datetime
    summary: dict[str, Any]
    versions: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A kept result of one case."""

    case_id: str
    question: str
    family: str
    tags: list[str]
    verified: bool
    owner: str
    outcome_id: str
    outcome_kind: str
    intent: str
    headline: str
    verdict: str
    scores: list[dict[str, Any]]
    features: dict[str, float]
    probability: float | None
    ms: float
    cost: float | None


def keep(report: RunReport, file: Path, summary: Mapping[str, object], versions: Mapping[str, object]) -> None:
    """Add a run to the history; a crash leaves the history as it was."""
    started = report.started_at.replace(tzinfo=None)
    with _extended(file) as connection:
        connection.execute(
            "INSERT INTO runs VALUES (?, ?, ?, ?, ?)",
            [report.run_id, report.suite, started, json.dumps(summary), json.dumps(versions)],
        )
        places = ", ".join("?" * 18)
        connection.executemany(
            f"INSERT INTO results VALUES ({places})", [_values(report.run_id, r) for r in report.results]
        )


def keep_snapshot(file: Path, taken_at: datetime, state: Mapping[str, Any]) -> None:
    """Add what was seen of the workspace at a time."""
    with _extended(file) as connection:
        connection.execute("INSERT INTO snapshots VALUES (?, ?)", [taken_at.replace(tzinfo=None), json.dumps(state)])


def keep_report(file: Path, run_id: str, document: Mapping[str, Any]) -> None:
    """Keep the report of a run, so that it reads the same whenever it is shown."""
    with _extended(file) as connection:
        connection.execute("INSERT INTO reports VALUES (?, ?)", [run_id, json.dumps(document)])


def runs(file: Path) -> tuple[Run, ...]:
    """Return the runs, oldest first."""
    rows = _read(file, "SELECT run_id, suite, started_at, summary, versions FROM runs ORDER BY started_at, run_id", [])
    return tuple(
        Run(run_id=i, suite=s, started_at=at, summary=json.loads(m), versions=json.loads(v or "{}"))
        for i, s, at, m, v in rows
    )


def run(file: Path, run_id: str | None = None) -> Run:
    """Return a run, the latest by default; raise UserError (unknown_run)."""
    found = {r.run_id: r for r in runs(file)}
    if run_id is None and found:
        return list(found.values())[-1]
    if run_id is None or run_id not in found:
        wanted = f"no run '{run_id}'" if run_id else "no run"
        hint = did_you_mean(run_id, found) if run_id and found else "`because eval run` makes one"
        raise UserError(f"{wanted} in {file}", code="unknown_run", hint=hint)
    return found[run_id]


def results(file: Path, run_id: str) -> tuple[Row, ...]:
    """Return the results of a run; raise UserError (unknown_run)."""
    run(file, run_id)
    return tuple(map(_row, _named(file, "SELECT * FROM results WHERE run_id = ? ORDER BY rowid", [run_id])))


def latest_results(file: Path) -> tuple[Row, ...]:
    """Return each case's latest result, whatever the run."""
    query = (
        "SELECT results.* FROM results JOIN runs USING (run_id)"
        " QUALIFY row_number() OVER (PARTITION BY case_id ORDER BY started_at DESC) = 1 ORDER BY case_id"
    )
    return tuple(map(_row, _named(file, query, [])))


def verdicts(file: Path, run_id: str) -> dict[str, str]:
    """Return the verdict of each case of an earlier run; raise UserError (unknown_run)."""
    return {row.case_id: row.verdict for row in results(file, run_id)}


def snapshots(file: Path) -> tuple[tuple[datetime, dict[str, Any]], ...]:
    """Return what was seen of the workspace and when, oldest first."""
    return tuple((at, json.loads(s)) for at, s in _read(file, "SELECT * FROM snapshots ORDER BY taken_at", []))


def kept_report(file: Path, run_id: str) -> dict[str, Any] | None:
    """Return the report kept of a run, if there is one."""
    found = _read(file, "SELECT document FROM reports WHERE run_id = ?", [run_id])
    document: dict[str, Any] | None = json.loads(found[0][0]) if found else None
    return document


def latest_report(file: Path) -> dict[str, Any] | None:
    """Return the report kept of the latest run that has one."""
    query = "SELECT document FROM reports JOIN runs USING (run_id) ORDER BY started_at DESC, run_id DESC LIMIT 1"
    found = _read(file, query, [])
    document: dict[str, Any] | None = json.loads(found[0][0]) if found else None
    return document


_JSON = {"tags": "[]", "scores": "[]", "features": "{}"}


def _row(found: Mapping[str, Any]) -> Row:
    """Return a kept result; what runs did not keep at the time is empty."""
    parsed = {name: json.loads(found.get(name) or empty) for name, empty in _JSON.items()}
    texts = {name: found.get(name) or "" for name in ("owner", "intent", "headline")}
    kept = {field.name: found.get(field.name) for field in fields(Row)}
    return Row(**(kept | texts | parsed | {"verified": bool(found.get("verified"))}))


def _values(run_id: str, r: Result) -> list[object]:
    return [
        run_id, r.case.id, r.case.question, r.case.family or r.case.id, r.case.origin, json.dumps(r.case.tags),
        bool(r.case.verified_by), r.case.owner, r.outcome_id, r.outcome_kind, r.intent, r.headline, r.verdict,
        json.dumps([asdict(score) for score in r.scores]), json.dumps(r.features), r.probability, r.ms, r.cost,
    ]  # fmt: skip


@contextmanager
def _extended(file: Path) -> Iterator[Any]:
    """Yield a copy of the history that takes its place when the block ends well."""
    with build_aside(file) as connection:
        for name, columns in _TABLES.items():
            connection.execute(f"CREATE TABLE {name} ({columns})")
        if file.is_file():
            connection.execute(f"ATTACH '{str(file).replace(chr(39), chr(39) * 2)}' AS earlier (READ_ONLY)")
            known = {
                row[0]
                for row in connection.execute(
                    "SELECT table_name FROM duckdb_tables() WHERE database_name = 'earlier'"
                ).fetchall()
            }
            for name in _TABLES.keys() & known:
                connection.execute(f"INSERT INTO {name} BY NAME SELECT * FROM earlier.{name}")
            connection.execute("DETACH earlier")
        yield connection


def _named(file: Path, query: str, values: list[object]) -> list[dict[str, Any]]:
    """Return rows with the names of their columns."""
    if not file.is_file():
        return []
    connection = open_reader(file)
    try:
        found = connection.execute(query, values)
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    finally:
        connection.close()


def _read(file: Path, query: str, values: list[object]) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in _named(file, query, values)]
