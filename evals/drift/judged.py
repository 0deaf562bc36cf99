"""Checks of accuracy and calibration over time, from the runs that are kept."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from evals import history
from evals.compare import compare
from evals.drift.tests import Check, Finding, check
from evals.reliability import spiegelhalter


def accuracy(file: Path) -> Check:
    """Compare the latest run with the one before it, and what its answers promised with what came true."""
    found = []
    runs = history.runs(file)
    if not runs:
        return check("accuracy and calibration", [], ["no run yet: `because eval run` makes one"])
    latest = runs[-1]
    earlier = [run for run in runs[:-1] if run.suite == latest.suite]
    if earlier:
        found += _worse(file, earlier[-1].run_id, latest.run_id)
    found += _overstated(history.results(file, latest.run_id))
    return check("accuracy and calibration", found)


def _worse(file: Path, before: str, after: str) -> list[Finding]:
    compared = compare(file, before, after)
    if compared["change"] is None:
        return []
    text = f"accuracy moved by {compared['change']:+.1%} since run {before}: {compared['worse']} worse"
    return [
        Finding(
            subject="accuracy", text=text, p_value=compared["p_value"], effect=-compared["change"], floor=0.02
        )
    ]  # fmt: skip


def _overstated(rows: Sequence[history.Row]) -> list[Finding]:
    answers = [row for row in rows if row.probability is not None]
    p = np.array([row.probability for row in answers], dtype=float)
    y = np.array([row.verdict == "right" for row in answers], dtype=float)
    test = spiegelhalter(p, y) if len(p) >= 30 else None
    if test is None:
        return []
    gap = float(p.mean() - y.mean())
    text = f"answers promised to be right {p.mean():.0%} of the time and were {y.mean():.0%}"
    return [Finding(subject="calibration", text=text, p_value=test[1], effect=gap, floor=0.03)]
