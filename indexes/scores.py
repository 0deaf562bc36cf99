"""Scores learned from words: what surveyed contacts said, told for every contact that has a transcript."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEAST_CONTACTS = 100
LEAST_OF_EACH = 20
_FOLDS = 3
_FEATURES = 20_000
_STRENGTH = 3.0
# An area under the curve that is surely above this is worth a metric; below, two contacts are told apart by chance.
_WORTH = 0.55
_Z = 1.959963984540054

Probabilities = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreCard:
    """How well a score tells what it was taught, on contacts later than those it learned from.

    `contacts` had an outcome, `positives` of them a good one. `auc` with its 95 % interval, `brier` beside the
    Brier score of always saying the share of positives, and the mean `predicted` beside the share `observed`
    come from time-ordered folds; they are None, and `refused` says why, where nothing could be learned.
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
    refused: str | None = None


def learn(
    name: str, texts: Mapping[str, str], outcomes: Sequence[tuple[str, bool]]
) -> tuple[ScoreCard, dict[str, float]]:
    """Learn an outcome from words; give the card, and a probability for every text (none where it is refused).

    `texts` maps contacts to redacted words; `outcomes` are (contact, outcome) in order of time. A logistic model
    on TF-IDF of words and pairs, calibrated by Platt's logistic fit on time-ordered folds.
    """
    known = [(contact, good) for contact, good in outcomes if contact in texts]
    y = np.array([good for _, good in known], dtype=bool)
    short = _too_few(y)
    if short:
        return ScoreCard(name=name, contacts=len(y), positives=int(y.sum()), refused=short), {}
    vectorizer = _vectorizer()
    words = vectorizer.fit_transform(texts[contact] for contact, _ in known)
    told, folds = _forward(words, y)
    card = _card(name, told, y[folds], y)
    if card.refused:
        return card, {}
    model, platt = _model().fit(words, y), _platt(told, y[folds])
    every = vectorizer.transform(texts.values())
    scores = platt.predict_proba(_logit(model.predict_proba(every)[:, 1]))[:, 1]
    return card, {contact: round(float(score), 6) for contact, score in zip(texts, scores, strict=True)}


def _too_few(y: NDArray[np.bool_]) -> str | None:
    positives = int(y.sum())
    if len(y) >= LEAST_CONTACTS and min(positives, len(y) - positives) >= LEAST_OF_EACH:
        return None
    return (
        f"{len(y):,} contacts with a transcript have an outcome, {positives:,} of them a good one; "
        f"it takes {LEAST_CONTACTS} with {LEAST_OF_EACH} of each"
    )


def _vectorizer() -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(ngram_range=(1, 2), min_df=3, sublinear_tf=True, max_features=_FEATURES)


def _model() -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=_STRENGTH, max_iter=500)


def _platt(told: Probabilities, y: NDArray[np.bool_]) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression().fit(_logit(told), y)


def _logit(p: Probabilities) -> Probabilities:
    kept = np.clip(p, 1e-6, 1 - 1e-6)
    return np.log(kept / (1 - kept))[:, None]


def _forward(words: Any, y: NDArray[np.bool_]) -> tuple[Probabilities, NDArray[np.intp]]:
    """Tell each fold from those before it in time; the rows told, in order."""
    from sklearn.model_selection import TimeSeriesSplit

    told, rows = [], []
    for before, after in TimeSeriesSplit(_FOLDS).split(y):
        if len(set(y[before].tolist())) < 2:
            continue
        told.append(_model().fit(words[before], y[before]).predict_proba(words[after])[:, 1])
        rows.append(after)
    return np.concatenate(told), np.concatenate(rows)


def _card(name: str, told: Probabilities, later: NDArray[np.bool_], y: NDArray[np.bool_]) -> ScoreCard:
    """Judge the last half of the folds with the calibration of the first."""
    from sklearn.metrics import brier_score_loss, roc_auc_score

    card = ScoreCard(name=name, contacts=len(y), positives=int(y.sum()))
    half = len(later) // 2
    if min(len(set(later[:half].tolist())), len(set(later[half:].tolist()))) < 2:
        return replace(card, refused="the outcomes of the later contacts are all alike")
    auc = float(roc_auc_score(later, told))
    interval = _auc_interval(auc, int(later.sum()), int((~later).sum()))
    sure = _platt(told[:half], later[:half]).predict_proba(_logit(told[half:]))[:, 1]
    share = float(later[:half].mean())
    brier, base = float(brier_score_loss(later[half:], sure)), float(np.mean((later[half:] - share) ** 2))
    refused = None
    if interval[0] < _WORTH or brier >= base:
        refused = f"words do not tell it: AUC {auc:.2f}, hardly better than always saying the same share"
    return replace(
        card,
        auc=auc,
        auc_ci=interval,
        brier=brier,
        brier_base=base,
        predicted=float(sure.mean()),
        observed=float(later[half:].mean()),
        refused=refused,
    )


def _auc_interval(auc: float, positives: int, negatives: int) -> tuple[float, float]:
    """Give the 95 % interval of an area under the ROC curve (Hanley, McNeil 1982)."""
    one, other = auc / (2 - auc), 2 * auc * auc / (1 + auc)
    spread = auc * (1 - auc) + (positives - 1) * (one - auc * auc) + (negatives - 1) * (other - auc * auc)
    half = _Z * math.sqrt(max(spread, 0.0) / (positives * negatives))
    return max(0.0, auc - half), min(1.0, auc + half)
