"""Run a workspace's suites: load, generate, ask, judge, keep."""

import json
from math import inf, log, sqrt
from pathlib import Path
from typing import Any

import assistant
from assistant.pipeline import Assistant
from assistant.workspace import Workspace, open_workspace
from evals import history
from evals.cases import Case, Suite, load_suites
from evals.generate import Facts, generate
from evals.runner import Bench, Progress, RunReport, Summary, run_cases
from evals.scorers import RunSql
from evals.stats import Proportion
from semantic_layer.engine import DuckDbEngine
from semantic_layer.query import Column, Sql

SURE = 6.0


def run_suite(
    root: Path, name: str | None = None, *, baseline: str | None = None, progress: Progress | None = None
) -> dict[str, Any]:
    """Run the suite `name` (or all) of a workspace, keep the run and return its JSON.

    `baseline` is an earlier run's id: `flips` then lists the cases whose verdict changed.
    Raises UserError (no_suite, bad_suite, unknown_run).
    """
    workspace = open_workspace(root)
    suite = merge(load_suites(workspace.evals, name))
    file = workspace.evals / "history.duckdb"
    before = history.verdicts(file, baseline) if baseline else {}
    report = _run(workspace, suite, progress)
    result = as_json(report) | {"flips": _flips(report, before)}
    history.keep(report, file, result)
    return result


def _run(workspace: Workspace, suite: Suite, progress: Progress | None) -> RunReport:
    asked = assistant.build(workspace.root)
    engine = DuckDbEngine(workspace.warehouse)
    try:
        bench = Bench(assistant=asked, run_sql=raw_sql(engine), quote_of=asked.quote)
        return run_cases(bench, suite.suite, cases_of(suite, asked, workspace), progress=progress)
    finally:
        engine.close()


def cases_of(suite: Suite, asked: Assistant, workspace: Workspace) -> tuple[Case, ...]:
    """Return the cases generated for a workspace, then those written by hand."""
    if asked.as_of is None or not suite.references:
        return suite.cases
    facts = Facts(catalogue=asked.catalogue, values=asked.values, as_of=asked.as_of, effects=planted(workspace))
    return (*generate(suite, facts), *suite.cases)


def _flips(report: RunReport, before: dict[str, str]) -> list[dict[str, str]]:
    return [
        {"case": r.case.id, "before": before[r.case.id], "after": r.verdict}
        for r in report.results
        if r.case.id in before and before[r.case.id] != r.verdict
    ]


def merge(suites: tuple[Suite, ...]) -> Suite:
    """Put the files of one or several suites together."""
    return Suite(
        suite="+".join(dict.fromkeys(s.suite for s in suites)),
        frames={k: v for s in suites for k, v in s.frames.items()},
        references={k: v for s in suites for k, v in s.references.items()},
        cases=tuple(case for s in suites for case in s.cases),
    )


def planted(workspace: Workspace) -> tuple[dict[str, Any], ...]:
    """Return the effects that a simulated world planted and that a why must find.

    Left out are effects that the whole does not follow (nobody asks why it went the other way), those
    too small to be told from noise, and those whose segment moved much like everything else.
    """
    file = workspace.root / "truth.json"
    if not file.is_file():
        return ()
    effects = json.loads(file.read_text(encoding="utf-8"))["effects"]
    return tuple(e for e in effects if e["expect"] and e["before"] and _findable(e))


def _findable(effect: dict[str, Any]) -> bool:
    inside, outside, total = (effect["measured"][part] for part in ("inside", "outside", "total"))
    if None in (inside["ratio"], outside["ratio"], total["ratio"]):
        return False
    followed = (total["ratio"] > 1) == (effect["expect"]["direction"] == "up")
    distinct = abs(log(inside["ratio"] / outside["ratio"])) >= log(1.1)
    return followed and distinct and _z(inside, effect["planted"]["rows"]) >= SURE


def _z(inside: dict[str, float], rows: int) -> float:
    """Return how many standard errors a share moved inside the segment; infinity for what is no share."""
    before, after = inside["before"], inside["after"]
    if not (0 < before < 1 and 0 < after < 1):
        return inf
    return abs(after - before) / sqrt((before * (1 - before) + after * (1 - after)) / rows)


def raw_sql(engine: DuckDbEngine) -> RunSql:
    """Return what runs a hand-written statement and gives its rows."""

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
