"""Whether a run may pass: no unexplained flip, no missing case, no more silent-wrong than allowed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals import history
from evals.compare import compare
from semantic_layer.errors import UserError

SILENT_WRONG = 0.02
# A case may turn wrong because the truth moved; a change of ours does not excuse it.
EXCUSES = frozenset({"data", "definition", "suite", "evaluator"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """The verdict of a gate, every reason against passing, and the flips that something explains."""

    passed: bool
    reasons: tuple[str, ...]
    baseline: str | None
    explained: tuple[str, ...] = ()


def judge_gate(
    file: Path, run_id: str, *, baseline: str | None = None, bound: float = SILENT_WRONG, verdicts: Path | None = None
) -> Gate:
    """Judge a kept run against an earlier one, by default the latest earlier run of its suite.

    `verdicts` is a file of verdicts by case that the run must come up to, for a machine without a history:
    it was made on the same data, so that nothing excuses a flip. Raises UserError (unknown_run, bad_verdicts).
    """
    run = history.run(file, run_id)
    before = baseline or _before(file, run)
    reasons = [*_silent(run.summary, bound), *_critical(file, run_id)]
    explained: tuple[str, ...] = ()
    if verdicts is not None:
        reasons += _against_file(history.results(file, run_id), _read(verdicts), run.summary["expired"])
    elif before:
        found = compare(file, before, run_id)
        reasons += _against(found, run.summary["expired"])
        explained = _explained(found)
    unique = tuple(dict.fromkeys(reasons))
    return Gate(passed=not unique, reasons=unique, baseline=before, explained=explained)


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
    flips = [] if EXCUSES & set(found["causes"]) else [_flip(flip) for flip in _lost(found)]
    return flips + [f"case {case} is missing" for case in found["missing"] if case not in expired]


def _explained(found: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the flips that new data, definitions, cases or an other evaluator may have caused."""
    excused = sorted(EXCUSES & set(found["causes"]))
    return tuple(f"{_flip(flip)}: the {' and '.join(excused)} changed" for flip in _lost(found) if excused)


def _lost(found: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [flip for flip in found["flips"] if flip["before"] == "right" and (flip["verified"] or flip["critical"])]


def _flip(flip: Mapping[str, Any]) -> str:
    return f"{'critical' if flip['critical'] else 'verified'} case {flip['case']} went from right to {flip['after']}"


def _against_file(rows: Sequence[history.Row], due: Mapping[str, str], expired: list[str]) -> list[str]:
    now = {row.case_id: row for row in rows}
    lost = [row for case, row in now.items() if due.get(case) == "right" and row.verdict != "right"]
    flips = [f"case {row.case_id} went from right to {row.verdict}" for row in lost]
    return flips + [f"case {case} is missing" for case in sorted(due) if case not in now and case not in expired]


def _read(file: Path) -> dict[str, str]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{file}: {error}", code="bad_verdicts", hint="`make verdicts` writes the file") from error
    if not isinstance(found, dict) or not found:
        raise UserError(f"{file} holds no verdict", code="bad_verdicts", hint='it is JSON: {"case": "right"}')
    return found
