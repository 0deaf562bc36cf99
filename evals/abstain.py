"""The abstention threshold whose risk is certified on questions it was not chosen on."""

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from evals.reliability import Floats

RISK = 0.05
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What was tested on the held-out families at the chosen threshold; no threshold when it failed.

    `bound` is the one-sided Clopper–Pearson 95 % bound of the share of wrong answers.
    """

    risk: float
    threshold: float | None
    bound: float | None
    n: int
    wrong: int
    why: str


def certify(p: Floats, y: Floats, families: Sequence[str], *, risk: float = RISK) -> Certificate:
    """Choose a threshold on one half of the families by a fixed sequence, and test it on the other.

    The same sequence is tested on the other half, so that no correction for choosing is due. Thresholds
    are whole per cents: cross-fitted probabilities differ by less from fold to fold.
    """
    p = np.round(p, 2)
    half = np.array([crc32(family.encode()) % 2 == 0 for family in families], dtype=bool)
    sequence = _passing(p[half], y[half], risk, np.unique(p)[::-1].tolist())
    if not sequence:
        why = "no threshold kept the risk even on the half it was chosen on: more judged answers are needed"
        return Certificate(risk=risk, threshold=None, bound=None, n=int(half.sum()), wrong=0, why=why)
    held = _passing(p[~half], y[~half], risk, sequence)
    threshold = held[-1] if held else sequence[0]
    kept = ~half & (p >= threshold)
    n, wrong = int(kept.sum()), int((1 - y[kept]).sum())
    bound = upper_bound(wrong, n)
    why = f"on held-out families {wrong} of {n} answers were wrong, at most {bound:.1%} with 95 % confidence"
    if not held:
        why += f": the accepted {risk:.0%} cannot be certified"
    return Certificate(risk=risk, threshold=threshold if held else None, bound=bound, n=n, wrong=wrong, why=why)


def _passing(p: Floats, y: Floats, risk: float, thresholds: Sequence[float]) -> list[float]:
    """Return the thresholds before the first that fails, from the surest answers down.

    Thresholds that keep too few answers to pass even without an error are not in the sequence.
    """
    least = int(np.ceil(np.log(1 - CONFIDENCE) / np.log(1 - risk)))
    found: list[float] = []
    for threshold in thresholds:
        kept = p >= threshold
        if kept.sum() < least:
            continue
        if upper_bound(int((1 - y[kept]).sum()), int(kept.sum())) > risk:
            break
        found.append(float(threshold))
    return found


def upper_bound(wrong: int, n: int) -> float:
    """Return the one-sided Clopper–Pearson bound of a share (1934); 1 where nothing was seen."""
    from scipy.stats import beta

    return 1.0 if wrong >= n else float(beta.ppf(CONFIDENCE, wrong + 1, n - wrong))
