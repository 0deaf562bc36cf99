"""How well a learned score tells on contacts later than those it learned from: discrimination, calibration, drift."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

_BANDS = 5
_DIGITS = 3
_ALPHA = 0.05
# A fall that is sure but smaller than this changes no decision.
_MATERIAL = 0.05
_Z = 1.959963984540054

Reals = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Contacts of like probability: the mean `predicted` beside the share `observed`."""

    contacts: int
    predicted: float
    observed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A stretch of time, told by what came before it; `start` and `end` are None where contacts have no date."""

    start: date | None
    end: date | None
    contacts: int
    predicted: float
    observed: float
    auc: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreCard:
    """How well a score tells what it was taught, on contacts later than those it learned from.

    `contacts` had an outcome, `positives` of them a good one. `auc` with its 95 % interval, `brier` beside the
    Brier score of always saying the share of positives, the mean `predicted` beside the share `observed`, both again
    by `bands` of probability and by `periods`, come from time-ordered folds. `drift` says what the last period does
    worse than those before, None where nothing is. All are None or empty, and `refused` says why, where nothing
    could be learned; `told` counts the contacts that were given a score.
    """

    name: str
    contacts: int
    positives: int
    auc: float | None = None
    auc_ci: tuple[float, float] | None = None
    brier: float | None = None
    brier_base: float | None = None
    predicted: float | None = None
    observed: float | None = None
    bands: tuple[Band, ...] = ()
    periods: tuple[Period, ...] = ()
    drift: str | None = None
    told: int = 0
    refused: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A later fold as the folds before it tell it; `base` is the share of positives before it."""

    days: tuple[date | None, ...]
    probability: Reals
    outcome: Flags
    base: float


def validated(name: str, y: Flags, folds: Sequence[Told]) -> ScoreCard:
    """Judge probabilities of later folds; the reader decides whether that is enough."""
    from sklearn.metrics import roc_auc_score

    p = np.concatenate([fold.probability for fold in folds])
    came = np.concatenate([fold.outcome for fold in folds])
    base = np.concatenate([np.full(len(fold.outcome), fold.base) for fold in folds])
    auc = float(roc_auc_score(came, p))
    periods = tuple(_period(fold) for fold in folds)
    low, high = auc_interval(auc, int(came.sum()), int((~came).sum()))
    return ScoreCard(
        name=name,
        contacts=len(y),
        positives=int(y.sum()),
        auc=_round(auc),
        auc_ci=(_round(low), _round(high)),
        brier=_round(float(np.mean((p - came) ** 2))),
        brier_base=_round(float(np.mean((base - came) ** 2))),
        predicted=_round(float(p.mean())),
        observed=_round(float(came.mean())),
        bands=tuple(_band(p[rows], came[rows]) for rows in np.array_split(np.argsort(p, kind="stable"), _BANDS)),
        periods=periods,
        drift=_drift(folds),
    )


def auc_interval(auc: float, positives: int, negatives: int) -> tuple[float, float]:
    """Give the 95 % interval of an area under the ROC curve (Hanley, McNeil 1982)."""
    half = _Z * math.sqrt(_auc_variance(auc, positives, negatives))
    return max(0.0, auc - half), min(1.0, auc + half)


def _auc_variance(auc: float, positives: int, negatives: int) -> float:
    one, other = auc / (2 - auc), 2 * auc * auc / (1 + auc)
    spread = auc * (1 - auc) + (positives - 1) * (one - auc * auc) + (negatives - 1) * (other - auc * auc)
    return max(spread, 0.0) / (positives * negatives)


def _band(p: Reals, came: Flags) -> Band:
    return Band(contacts=len(p), predicted=_round(float(p.mean())), observed=_round(float(came.mean())))


def _period(fold: Told) -> Period:
    days = [day for day in fold.days if day is not None]
    auc = _auc(fold)
    return Period(
        start=min(days, default=None),
        end=max(days, default=None),
        contacts=len(fold.outcome),
        predicted=_round(float(fold.probability.mean())),
        observed=_round(float(fold.outcome.mean())),
        auc=None if auc is None else _round(auc),
    )


def _auc(fold: Told) -> float | None:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(fold.outcome, fold.probability)) if len(set(fold.outcome.tolist())) == 2 else None


def _drift(folds: Sequence[Told]) -> str | None:
    """Test the last fold against those before it: does it tell outcomes apart less, and is its mean still right?

    One-sided z of two areas (Hanley, McNeil), two-sided z of the mean; Bonferroni over both, five points at least.
    """
    from scipy.stats import norm

    *before, last = folds
    n, p = len(last.outcome), last.probability
    said = []
    areas = [(a, int(f.outcome.sum()), int((~f.outcome).sum())) for f in folds if (a := _auc(f)) is not None]
    if before and len(areas) == len(folds):
        usual = sum(a for a, _, _ in areas[:-1]) / len(before)
        variance = _auc_variance(*areas[-1]) + sum(_auc_variance(*area) for area in areas[:-1]) / len(before) ** 2
        fall = usual - areas[-1][0]
        if fall >= _MATERIAL and norm.sf(fall / math.sqrt(variance)) < _ALPHA / 2:
            said.append(f"AUC {areas[-1][0]:.2f} in the last period, {usual:.2f} before")
    gap = float(last.outcome.mean() - p.mean())
    if abs(gap) >= _MATERIAL and 2 * norm.sf(abs(gap) / math.sqrt(float((p * (1 - p)).sum()) / n**2)) < _ALPHA / 2:
        said.append(f"{p.mean():.0%} foretold in the last period, {last.outcome.mean():.0%} observed")
    return "; ".join(said) or None


def _round(value: float) -> float:
    return round(value, _DIGITS)
