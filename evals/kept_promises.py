"""How well the probabilities of a run's answers held, in plain words and in scores."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from assistant.workspace import Workspace
from evals import history
from evals.calibrate import scores_of


def calibration_of(workspace: Workspace, rows: Sequence[history.Row]) -> dict[str, Any] | None:
    """Return how well the probabilities of this run's answers held, and the certificate in force."""
    answers = [(r.probability, r.verdict == "right") for r in rows if r.probability is not None]
    if not answers:
        return None
    file = workspace.evals / "calibration.json"
    own = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None
    said, right = sum(p for p, _ in answers) / len(answers), sum(y for _, y in answers)
    return {
        "words": f"The {len(answers)} answers of this run promised to be right {said:.1%} of the time;"
        f" {right} of {len(answers)} ({right / len(answers):.1%}) were.",
        "scores": (found := scores_of(answers)),
        "plain": _in_words(found),
        "abstention": own["abstention"] if own else None,
        "calibrated_on": own["calibrated_on"] if own else "measured on the demo suite",
        "bands": own["bands"] if own else [],
    }


def _in_words(found: Mapping[str, Any]) -> str:
    """Say in plain words whether the stated probabilities can be taken at their word."""
    error, test = found["smooth_ece"], found["spiegelhalter"]
    more = "more often right than they promised" if found["in_the_large"] > 0 else "less often right than they promised"
    kept = error <= found["smooth_ece_if_perfect"][1] and (test is None or test["p_value"] >= 0.05)
    first = (
        "What was promised was kept, as far as so many answers can tell." if kept
        else f"What was promised was not quite kept: on average, answers were {abs(found['in_the_large']):.1%} {more}."
    )  # fmt: skip
    sure = found["high_confidence_wrong"]
    wrong = 0 if sure["value"] is None else round(sure["value"] * sure["n"])
    return f"{first} Of {sure['n']} answers that were called sure (90 % and up), {wrong} were wrong."
