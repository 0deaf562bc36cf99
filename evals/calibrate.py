"""Measure how sure answers may be: fit, cross-check, certify, write what `assistant.calibration` reads."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from assistant.calibration import SHIPPED, load_calibration
from assistant.confidence import label_of
from evals import reliability as rel
from evals.abstain import RISK, certify
from evals.platt import Judged, Model, cross_fitted, fit
from evals.stats import proportion
from semantic_layer.errors import UserError

LEAST = 50
BANDS = ((0.0, 0.7), (0.7, 0.9), (0.9, 1.01))


def shipped_model() -> Model:
    """Return the model that a workspace's own answers move."""
    found = load_calibration(SHIPPED)
    return Model(intercept=found.intercept or 0.0, weights=dict(found.weights))


def calibrate(judged: Sequence[Judged], *, on: str, risk: float = RISK, start: Model | None = None) -> dict[str, Any]:
    """Return the calibration of judged answers: the model, its record and every score of it.

    All scores are of cross-fitted probabilities. Raises UserError (too_few_answers) below 50.
    """
    if len(judged) < LEAST:
        raise UserError(
            f"{len(judged)} judged answers are too few to measure a probability: {LEAST} are needed",
            code="too_few_answers",
            hint="add cases to evals/*.yml, run `because eval run`, or collect feedback",
        )
    model = fit(judged, start)
    p, y = cross_fitted(judged, start), np.array([j.right for j in judged], dtype=float)
    return {
        "calibrated_on": on,
        "n": len(judged),
        "families": len({j.family for j in judged}),
        "errors": int((1 - y).sum()),
        "intercept": model.intercept,
        "weights": model.weights,
        "left_out": [name for name in judged[0].features if name not in model.weights],
        "bands": _bands(p, y),
        "abstention": asdict(certify(p, y, [j.family for j in judged], risk=risk)),
        "scores": scores(p, y),
    }


def unseen_record() -> dict[str, Any] | None:
    """Return the shipped record of questions that nobody had tried before; a suite of one's own cannot measure it."""
    found = load_calibration(SHIPPED).unseen
    return asdict(found) if found else None


def scores_of(answers: Sequence[tuple[float, bool]]) -> dict[str, Any]:
    """Return every score of pairs of a probability and whether the answer was right."""
    return scores(np.array([p for p, _ in answers], dtype=float), np.array([y for _, y in answers], dtype=float))


def scores(p: rel.Floats, y: rel.Floats) -> dict[str, Any]:
    """Return every score of stated probabilities against what came true."""
    found = rel.bins(p, y)
    test = rel.spiegelhalter(p, y)
    sure = p >= 0.9
    wrong = proportion(int((1 - y[sure]).sum()), int(sure.sum()))
    curve = rel.risk_coverage(p, y)
    return {
        "brier": rel.brier(p, y),
        "murphy": asdict(rel.murphy(found)),
        "spiegelhalter": {"z": test[0], "p_value": test[1]} if test else None,
        "in_the_large": float(y.mean() - p.mean()),
        "smooth_ece": rel.smooth_ece(p, y),
        "smooth_ece_if_perfect": list(rel.null_band(p)),
        "auroc": rel.auroc(p, y),
        "bins": [{"said": b.said, "right": b.right, "n": b.n, "ci": list(b.ci)} for b in found],
        "risk_coverage": [list(point) for point in _thinned(curve)],
        "accuracy_at": {f"{share:.0%}": _at(curve, share) for share in (0.5, 0.8, 0.9, 1.0)},
        "high_confidence_wrong": {"value": wrong.value, "ci": list(wrong.ci) if wrong.ci else None, "n": wrong.n},
    }


def _bands(p: rel.Floats, y: rel.Floats) -> list[dict[str, Any]]:
    """Return the record of each label; a label that no judged answer earned has none."""
    found = []
    for low, high in BANDS:
        inside = (p >= low) & (p < high)
        record = proportion(int(y[inside].sum()), int(inside.sum()))
        if record.ci:
            found.append(
                {"label": label_of(low), "low": low, "high": high, "n": record.n, "right": int(y[inside].sum()),
                 "ci": list(record.ci)}
            )  # fmt: skip
    return found


def _at(curve: Sequence[tuple[float, float]], share: float) -> float:
    """Return the accuracy at the first threshold that covers a share of the answers."""
    return next(accuracy for coverage, accuracy in curve if coverage >= share - 1e-9)


def _thinned(curve: Sequence[tuple[float, float]], points: int = 50) -> list[tuple[float, float]]:
    step = max(1, len(curve) // points)
    return [*curve[:-1:step], curve[-1]]


def write(found: dict[str, Any], file: Path) -> None:
    """Put a calibration in place of the one that answers are given by."""
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(f".{file.name}.new")
    aside.write_text(json.dumps(found, indent=2, allow_nan=False) + "\n", encoding="utf-8")
    aside.replace(file)
