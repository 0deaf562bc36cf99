"""Run a workspace's suites: load, generate, ask, judge, keep."""

import json
from pathlib import Path
from typing import Any

import assistant
from assistant.workspace import Workspace, open_workspace
from evals import history
from evals.cases import Suite, load_suites
from evals.generate import Facts, generate
from evals.runner import Bench, Progress, RunReport, Summary, run_cases
from evals.stats import Proportion
from semantic_layer.engine import DuckDbEngine
from semantic_layer.query import Column, Sql


def run_suite(root: Path, name: str | None = None, *, progress: Progress | None = None) -> RunReport:
    """Run the suite `name` (or all) of a workspace and keep the run; raise UserError (no_suite)."""
    workspace = open_workspace(root)
    suites = load_suites(workspace.evals, name)
    suite = merge(suites)
    asked = assistant.build(root)
    engine = DuckDbEngine(workspace.warehouse)
    try:
        facts = (
            Facts(catalogue=asked.catalogue, values=asked.values, as_of=asked.as_of, effects=planted(workspace))
            if asked.as_of
            else None
        )
        cases = (*(generate(suite, facts) if facts and suite.references else ()), *suite.cases)
        bench = Bench(assistant=asked, run_sql=_raw(engine), quote_of=asked.quote)
        report = run_cases(bench, suite.suite, cases, progress=progress)
    finally:
        engine.close()
    history.keep(report, workspace.evals / "history.duckdb", as_json(report))
    return report


def merge(suites: tuple[Suite, ...]) -> Suite:
    """Put the files of one or several suites together."""
    return Suite(
        suite="+".join(dict.fromkeys(s.suite for s in suites)),
        frames={k: v for s in suites for k, v in s.frames.items()},
        references={k: v for s in suites for k, v in s.references.items()},
        cases=tuple(case for s in suites for case in s.cases),
    )


def planted(workspace: Workspace) -> tuple[dict[str, Any], ...]:
    """Return the effects that a simulated world planted and that a why must find."""
    file = workspace.root / "truth.json"
    if not file.is_file():
        return ()
    return tuple(json.loads(file.read_text(encoding="utf-8"))["effects"])


def _raw(engine: DuckDbEngine) -> Any:
    def run(sql: str) -> tuple[tuple[Any, ...], ...]:
        return engine.run(Sql(text=sql, columns=(Column(name="value", kind="metric"),))).rows()

    return run


def as_json(report: RunReport) -> dict[str, Any]:
    """Return the run as the contract's JSON, with the cases that were not right."""
    return {
        "run_id": report.run_id,
        "suite": report.suite,
        "cases": len(report.results),
        **_summary(report.overall),
        "by_origin": {origin: _summary(summary) for origin, summary in report.by_origin},
        "failures": [
            {"case": r.case.id, "question": r.case.question, "verdict": r.verdict, "outcome": r.outcome_kind,
             "reasons": [f"{s.scorer}: {s.reason}" for s in r.scores if not s.right]}
            for r in report.results if r.verdict != "right"
        ],
    }  # fmt: skip


def _summary(summary: Summary) -> dict[str, Any]:
    return {
        name: _proportion(getattr(summary, name))
        for name in ("accuracy", "silent_wrong", "false_refusal", "missed_refusal")
    }


def _proportion(found: Proportion) -> dict[str, Any]:
    return {"value": found.value, "ci": list(found.ci) if found.ci else None, "n": found.n}
