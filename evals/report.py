"""The weekly report of a run: a verdict first, then what each owner should do; the same whenever it is shown."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from assistant.log import AnswerLog
from assistant.workspace import Workspace, open_workspace
from evals import history
from evals.compare import compare
from evals.drift.look import look
from evals.gaps import Gap, gaps_of
from evals.kept_promises import calibration_of
from semantic_layer.errors import UserError

FIGURES = ("accuracy", "silent_wrong", "false_refusal", "missed_refusal")
MOST_WRONG, LEAST_RIGHT = 0.02, 0.9
NOBODY = "Maintainer of the assistant"
ACTIONS = {
    "silent_wrong": "Correct", "missed_refusal": "Decline", "false_refusal": "Teach", "wrong_abstention": "Clarify",
}  # fmt: skip
DRIFT_ACTIONS = {
    "schema": "Restore", "definitions": "Record", "anchors": "Explain", "freshness": "Reload", "volume": "Reload",
    "nulls and new values": "Repair", "distributions": "Inspect", "intents": "Read", "language": "Read",
    "coverage gaps": "Name", "answer behaviour": "Inspect", "accuracy and calibration": "Revert", "versions": "Confirm",
}  # fmt: skip


def report_document(root: Path, run_id: str | None = None) -> dict[str, Any]:
    """Return the report of a run, the latest by default; it is made once and kept with the run.

    Raises UserError (unknown_run).
    """
    workspace = open_workspace(root)
    file = workspace.evals / "history.duckdb"
    run = history.run(file, run_id)
    kept = history.kept_report(file, run.run_id)
    if kept is not None:
        return kept
    document = _plain(_made(workspace, file, run))
    history.keep_report(file, run.run_id, document)
    return document


def last_report(workspace: Workspace) -> dict[str, Any]:
    """Return the report of the latest run that has one; raise UserError (no_report)."""
    found = history.latest_report(workspace.evals / "history.duckdb")
    if found is None:
        raise UserError("No evaluation yet.", code="no_report", hint="`because eval report` after `because eval run`")
    return found


def _made(workspace: Workspace, file: Path, run: history.Run) -> dict[str, Any]:
    rows = history.results(file, run.run_id)
    drift = look(workspace.root)
    broken = [_broken(row) for row in rows if row.verdict != "right"]
    before, gaps = _before(file, run), gaps_of(workspace)
    return {
        "run_id": run.run_id,
        "suite": run.suite,
        "workspace": workspace.config.name,
        "started_at": run.started_at.isoformat(timespec="minutes"),
        "verdict": verdict(run.summary, drift, before, critical=_critical(rows)),
        "figures": {name: run.summary[name] for name in FIGURES},
        "cases": run.summary["cases"],
        "comparison": before,
        "decisions": decisions(broken, drift, run.summary.get("expired", []), gaps),
        "broken": broken,
        "calibration": calibration_of(workspace, rows),
        "drift": drift,
        "gaps": [asdict(gap) for gap in gaps],
        "spent": _spent(rows),
        "security": _security(workspace.log),
        "versions": run.versions,
    }


def _plain(value: dict[str, Any]) -> dict[str, Any]:
    """Return a document as it will read back, tuples as lists."""
    plain: dict[str, Any] = json.loads(json.dumps(value, default=str))
    return plain


def _before(file: Path, run: history.Run) -> dict[str, Any] | None:
    earlier = [r.run_id for r in history.runs(file) if r.suite == run.suite and r.started_at < run.started_at]
    return compare(file, earlier[-1], run.run_id) if earlier else None


def _critical(rows: Sequence[history.Row]) -> int:
    return sum("critical" in row.tags and row.verdict != "right" for row in rows)


def verdict(
    summary: Mapping[str, Any], drift: Mapping[str, Any], before: Mapping[str, Any] | None, *, critical: int = 0
) -> dict[str, Any]:
    """Say in one sentence whether the answers can be relied on, with the interval.

    `critical` is the number of critical cases that are not right: one is enough not to rely on it.
    """
    wrong, right = summary["silent_wrong"], summary["accuracy"]
    low, high = right["ci"]
    state = "stop" if critical else _state(right, wrong, drift["alerts"])
    word = {"good": "Rely on it.", "look": "Rely on it, but look below.", "stop": "Do not rely on it yet."}[state]
    text = (
        f"{word} {right['value']:.1%} of {right['n']} questions came out right (95 % interval {low:.1%} to {high:.1%});"
        f" {wrong['value']:.1%} were silently wrong (at most {wrong['ci'][1]:.1%})."
    )
    if critical:
        text += f" Critical questions that went wrong: {critical}."
    if before and before["change"] is not None:
        text += f" Since the last run {before['better']} got better and {before['worse']} worse."
    return {"state": state, "text": text}


def _state(right: Mapping[str, Any], wrong: Mapping[str, Any], alerts: int) -> str:
    """Return `stop` where more is surely wrong, or less right, than may be; `look` where anything is amiss."""
    if wrong["ci"][0] > MOST_WRONG or right["ci"][1] < LEAST_RIGHT:
        return "stop"
    return "look" if wrong["value"] > 0 or right["value"] < LEAST_RIGHT or alerts else "good"


def _broken(row: history.Row) -> dict[str, Any]:
    return {
        "case": row.case_id, "question": row.question, "verdict": row.verdict, "owner": row.owner or NOBODY,
        "outcome": row.outcome_kind, "headline": row.headline, "verified": row.verified,
        "reasons": [f"{s['scorer']}: {s['reason']}" for s in row.scores if not s["right"]],
        "cells": [cell for s in row.scores if not s["right"] for cell in s.get("cells", [])],
    }  # fmt: skip


def decisions(
    broken: Sequence[Mapping[str, Any]], drift: Mapping[str, Any], expired: Sequence[str], gaps: Sequence[Gap] = ()
) -> list[dict[str, Any]]:
    """Return what each owner should do, one verb each, the owner with most to do first."""
    todo: dict[str, list[dict[str, str]]] = {}
    for owner, verb, what in (*_of_cases(broken, expired), *_of_drift(drift), *_of_gaps(gaps)):
        todo.setdefault(owner, []).append({"verb": verb, "what": what})
    return [{"owner": o, "todo": items} for o, items in sorted(todo.items(), key=lambda pair: (-len(pair[1]), pair[0]))]


def _of_cases(broken: Sequence[Mapping[str, Any]], expired: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    for case in broken:
        yield case["owner"], ACTIONS.get(case["verdict"], "Inspect"), f"“{case['question']}”"
    for name in expired:
        yield NOBODY, "Renew", f"case {name}, whose verification has expired"


def _of_drift(drift: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for check in drift["checks"]:
        for alert in check["alerts"]:
            yield alert["owner"] or NOBODY, DRIFT_ACTIONS[check["name"]], alert["text"]


def _of_gaps(gaps: Sequence[Gap]) -> Iterator[tuple[str, str, str]]:
    for gap in gaps:
        if gap.metric and gap.asked > 1:
            yield gap.owner or NOBODY, "Name", f"“{gap.term}” as a synonym of {gap.label}, asked {gap.asked} times"


def _spent(rows: Sequence[history.Row]) -> dict[str, Any]:
    """Return how long the answers of a run took, and what a model was paid for them."""
    ms = sorted(row.ms for row in rows)
    costs = [row.cost for row in rows if row.cost is not None]
    half, most = (ms[int(len(ms) * share)] if ms else None for share in (0.5, 0.95))
    return {"ms_half": half, "ms_most": most, "cost": sum(costs) if costs else None}


def _security(log: Path) -> dict[str, int]:
    """Count what was asked in the last seven days and held back."""
    if not log.is_file():
        return {"questions": 0, "refused as unsafe": 0, "refused by role": 0}
    week = AnswerLog(path=log).asked(datetime.now(UTC) - timedelta(days=7))
    return {
        "questions": len(week),
        "refused as unsafe": sum(item.reason == "unsafe" for item in week),
        "refused by role": sum(item.reason == "not_permitted" for item in week),
    }
