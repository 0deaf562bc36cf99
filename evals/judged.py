"""The answers whose rightness is known: from runs of the suites, and from what people said."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistant.calibration import MEASURED_ON_DEMO
from assistant.log import AnswerLog
from assistant.workspace import Workspace
from evals import history
from evals.abstain import RISK
from evals.calibrate import calibrate, shipped_model, unseen_record, write
from evals.platt import Judged

WRONG = frozenset({"wrong_number", "wrong_filter", "wrong_metric", "quote", "not_answered"})


def judged_answers(workspace: Workspace) -> tuple[Judged, ...]:
    """Return every judged answer once: each case's latest, then those with feedback.

    A thumb down counts as wrong only for a reason that says so: an unclear answer may be right.
    """
    return (*_from_runs(workspace.evals / "history.duckdb"), *_from_feedback(workspace.log))


def _from_runs(file: Path) -> Iterator[Judged]:
    for row in history.latest_results(file):
        if row.outcome_kind == "answer" and row.features:
            yield Judged(features=row.features, right=row.verdict == "right", family=row.family)


def _from_feedback(log: Path) -> Iterator[Judged]:
    if not log.is_file():
        return
    for said in AnswerLog(path=log).judged():
        if said.verdict == "up" or said.reason in WRONG:
            yield Judged(features=said.features, right=said.verdict == "up", family=said.question.casefold())


def calibrate_workspace(workspace: Workspace, *, risk: float = RISK) -> dict[str, Any]:
    """Move the shipped calibration by this workspace's judged answers, and let answers be given by it.

    Raises UserError (too_few_answers).
    """
    judged = judged_answers(workspace)
    simulated = (workspace.root / "truth.json").is_file()
    on = MEASURED_ON_DEMO if simulated else f"measured on {len(judged):,} judged answers of this workspace"
    found = calibrate(judged, on=on, risk=risk, start=shipped_model()) | {"unseen": unseen_record()}
    write(found, workspace.evals / "calibration.json")
    return found
