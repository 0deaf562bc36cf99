"""Scores learned from words: what contacts with a known outcome said, told for every contact that has a transcript."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexes.validation import ScoreCard, Told, validated

LEAST_CONTACTS = 100
LEAST_OF_EACH = 20
_FOLDS = 5
_FEATURES = 20_000
_STRENGTH = 3.0
# An area under the curve that is surely above this is worth a metric; below, two contacts are told apart by chance.
_WORTH = 0.55

Probabilities = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a contact, and when it was."""

    contact_id: str
    good: bool
    on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """TF-IDF of the words and pairs of words of each contact; `place` gives a contact's row."""

    place: Mapping[str, int]
    rows: Any


def weigh(texts: Mapping[str, str]) -> Words:
    """Weigh the words of contacts, given their redacted text, for all scores at once."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(ngram_range=(1, 2), min_df=3, sublinear_tf=True, max_features=_FEATURES)
    place = {contact: row for row, contact in enumerate(texts)}
    try:
        return Words(place=place, rows=vectorizer.fit_transform(texts.values()))
    except ValueError:  # too few texts share a word
        return Words(place={}, rows=None)


def learn(name: str, words: Words, outcomes: Sequence[Outcome]) -> tuple[ScoreCard, dict[str, float]]:
    """Learn an outcome from words; give the card, and a probability for every contact (none where it is refused).

    `outcomes` are in order of time. A logistic model, calibrated by Platt's logistic fit on time-ordered folds.
    """
    known = [outcome for outcome in outcomes if outcome.contact_id in words.place]
    y = np.array([outcome.good for outcome in known], dtype=bool)
    short = _too_few(y)
    if short:
        return refused(name, short, contacts=len(y), positives=int(y.sum())), {}
    taught = words.rows[[words.place[outcome.contact_id] for outcome in known]]
    told, rows = _forward(taught, y)
    folds = _calibrated(told, rows, y, tuple(outcome.on for outcome in known))
    if not folds or len(set(np.concatenate([fold.outcome for fold in folds]).tolist())) < 2:
        why = "the outcomes of the later contacts are all alike"
        return refused(name, why, contacts=len(y), positives=int(y.sum())), {}
    card = validated(name, y, folds)
    if no := _worthless(card):
        return replace(card, refused=no), {}
    raw, came = np.concatenate(told), y[np.concatenate(rows)]
    model, platt = _model().fit(taught, y), _platt(raw, came)
    scores = platt.predict_proba(_logit(model.predict_proba(words.rows)[:, 1]))[:, 1]
    given = {contact: round(float(scores[row]), 6) for contact, row in words.place.items()}
    return replace(card, told=len(given)), given


def refused(name: str, why: str, *, contacts: int = 0, positives: int = 0) -> ScoreCard:
    """Make the card of a score that is not given."""
    return ScoreCard(name=name, contacts=contacts, positives=positives, refused=why)


def _too_few(y: NDArray[np.bool_]) -> str | None:
    positives = int(y.sum())
    if len(y) >= LEAST_CONTACTS and min(positives, len(y) - positives) >= LEAST_OF_EACH:
        return None
    return (
        f"{len(y):,} contacts with a transcript have an outcome, {positives:,} of them a good one; "
        f"it takes {LEAST_CONTACTS} with {LEAST_OF_EACH} of each"
    )


def _worthless(card: ScoreCard) -> str | None:
    low, brier, base = (card.auc_ci or (0.0, 0.0))[0], card.brier or 0.0, card.brier_base or 0.0
    if low >= _WORTH and brier < base:
        return None
    return f"words do not tell it: AUC {card.auc:.2f}, hardly better than always saying the same share"


def _model() -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=_STRENGTH, max_iter=500, solver="liblinear")


def _platt(told: Probabilities, y: NDArray[np.bool_]) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression().fit(_logit(told), y)


def _logit(p: Probabilities) -> Probabilities:
    kept = np.clip(p, 1e-6, 1 - 1e-6)
    return np.log(kept / (1 - kept))[:, None]


def _forward(words: Any, y: NDArray[np.bool_]) -> tuple[list[Probabilities], list[NDArray[np.intp]]]:
    """Tell each fold from those before it in time: what is told, and of which rows."""
    from sklearn.model_selection import TimeSeriesSplit

    told, rows = [], []
    for before, after in TimeSeriesSplit(_FOLDS).split(y):
        if len(set(y[before].tolist())) < 2:
            continue
        told.append(_model().fit(words[before], y[before]).predict_proba(words[after])[:, 1])
        rows.append(after)
    return told, rows


def _calibrated(
    told: list[Probabilities], rows: list[NDArray[np.intp]], y: NDArray[np.bool_], days: tuple[date | None, ...]
) -> list[Told]:
    """Calibrate each fold by the folds before it; the first has none, and is not judged."""
    folds = []
    for i in range(1, len(told)):
        raw, came = np.concatenate(told[:i]), y[np.concatenate(rows[:i])]
        if len(set(came.tolist())) < 2:
            continue
        sure = _platt(raw, came).predict_proba(_logit(told[i]))[:, 1]
        own = tuple(days[row] for row in rows[i])
        folds.append(Told(days=own, probability=sure, outcome=y[rows[i]], base=float(came.mean())))
    return folds
