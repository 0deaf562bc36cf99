"""Two runs set side by side: flips and their causes, a sign test, a bootstrap over families."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from evals import history
from evals.versions import differing

DRAWS = 2_000


def compare(file: Path, before: str, after: str) -> dict[str, Any]:
    """Compare the cases that both runs judged; raise UserError (unknown_run).

    `p_value` is of the exact sign test over flips; `change` is the change in accuracy with the 95 %
    interval of a paired bootstrap over families. `missing` were judged before and are not now.
    """
    first, second = history.run(file, before), history.run(file, after)
    old = {row.case_id: row for row in history.results(file, before)}
    new = {row.case_id: row for row in history.results(file, after)}
    both = [(old[case], new[case]) for case in old if case in new]
    causes = list(differing(first.versions, second.versions)) or ["chance"]
    return {
        "baseline": before,
        "cases": len(both),
        "better": sum(a.verdict != "right" and b.verdict == "right" for a, b in both),
        "worse": sum(a.verdict == "right" and b.verdict != "right" for a, b in both),
        **_tests(both),
        "flips": [_flip(a, b, causes) for a, b in both if a.verdict != b.verdict],
        "missing": sorted(old.keys() - new.keys()),
        "causes": causes,
    }


def _flip(before: history.Row, after: history.Row, causes: list[str]) -> dict[str, Any]:
    return {
        "case": after.case_id, "question": after.question, "before": before.verdict, "after": after.verdict,
        "verified": after.verified, "critical": "critical" in after.tags, "causes": causes,
        "reasons": [f"{s['scorer']}: {s['reason']}" for s in after.scores if not s["right"]],
    }  # fmt: skip


def _tests(both: list[tuple[history.Row, history.Row]]) -> dict[str, Any]:
    from scipy.stats import binomtest

    moves: dict[str, list[int]] = defaultdict(list)
    for a, b in both:
        moves[b.family].append((b.verdict == "right") - (a.verdict == "right"))
    flat = [move for family in moves.values() for move in family]
    flips = [move for move in flat if move]
    if not flat:
        return {"change": None, "change_ci": None, "p_value": None}
    sums = np.array([sum(family) for family in moves.values()], dtype=float)
    sizes = np.array([len(family) for family in moves.values()], dtype=float)
    drawn = np.random.default_rng(0).integers(0, len(sums), size=(DRAWS, len(sums)))
    low, high = np.quantile(sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1), (0.025, 0.975))
    p_value = float(binomtest(sum(m > 0 for m in flips), len(flips)).pvalue) if flips else 1.0
    return {"change": sum(flat) / len(flat), "change_ci": [float(low), float(high)], "p_value": p_value}
