"""Whether a run may pass: no unexplained flip, no missing case, no more silent-wrong than allowed."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals import history
from evals.compare import compare

SILENT_WRONG = 0.02
# A case may turn wrong because the truth moved; a change of ours does not excuse it.
EXCUSES = frozenset({"data", "definition", "suite", "evaluator"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """The verdict of a gate and every reason against passing."""

    passed: bool
    reasons: tuple[str, ...]
    baseline: str | None


def judge_gate(file: Path, run_id: str, *, baseline: str | None = None, bound: float = SILENT_WRONG) -> Gate:
    """Judge a kept run against an earlier one, by default the latest earlier run of its suite.

    Raises UserError (unknown_run).
    """
    run = history.run(file, run_id)
    before = baseline or _before(file, run)
    reasons = [*_silent(run.summary, bound), *_critical(file, run_id)]
    if before:
        reasons += _against(compare(file, before, run_id), run.summary["expired"])
    return Gate(passed=not reasons, reasons=tuple(dict.fromkeys(reasons)), baseline=before)


def _before(file: Path, run: history.Run) -> str | None:
    earlier = [r.run_id for r in history.runs(file) if r.suite == run.suite and r.started_at < run.started_at]
    return earlier[-1] if earlier else None


def _silent(summary: Mapping[str, Any], bound: float) -> list[str]:
    found = summary["silent_wrong"]
    if found["value"] is None or found["value"] <= bound:
        return []
    return [f"{found['value']:.1%} of {found['n']} cases are silently wrong; {bound:.1%} are allowed"]


def _critical(file: Path, run_id: str) -> list[str]:
    return [
        f"critical case {row.case_id} is {row.verdict}"
        for row in history.results(file, run_id)
        if "critical" in row.tags and row.verdict != "right"
    ]


def _against(found: Mapping[str, Any], expired: list[str]) -> list[str]:
    excused = EXCUSES & set(found["causes"])
    flips = [
        f"{'critical' if flip['critical'] else 'verified'} case {flip['case']} went from right to {flip['after']}"
        for flip in found["flips"]
        if flip["before"] == "right" and (flip["verified"] or flip["critical"]) and not excused
    ]
    return flips + [f"case {case} is missing" for case in found["missing"] if case not in expired]
