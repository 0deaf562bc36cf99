"""A multivariate Platt model: the probability of being right from named features."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from evals.reliability import Floats

FOLDS = 5
PENALTY = 0.1
ERRORS_A_PARAMETER = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An answer that was judged: its features, whether it was right, and its family of questions."""

    features: Mapping[str, float]
    right: bool
    family: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """logit = intercept + Σ weight · feature."""

    intercept: float
    weights: dict[str, float]

    def predict(self, judged: Sequence[Judged]) -> Floats:
        """Return the probability of each answer."""
        logit = self.intercept + _matrix(judged, tuple(self.weights)) @ np.array(list(self.weights.values()))
        return np.asarray(1 / (1 + np.exp(-logit)), dtype=float)


def terms_of(judged: Sequence[Judged], start: Model | None = None) -> tuple[str, ...]:
    """Return the features of a model: those it starts from, else what the errors can carry, one for ten."""
    if start is not None:
        return tuple(start.weights)
    errors = sum(not j.right for j in judged)
    names = tuple(judged[0].features) if judged else ()
    varying = [name for name in names if len({j.features.get(name, 0.0) for j in judged}) > 1]
    return tuple(varying[: errors // ERRORS_A_PARAMETER])


def fit(judged: Sequence[Judged], start: Model | None = None) -> Model:
    """Fit by penalised likelihood; weights cannot be positive, since each feature speaks against.

    With a model to start from, a few answers move it a little: the penalty is on the distance from it.
    Targets are Platt's (1999), (n₊+1)/(n₊+2) and 1/(n₋+2), so that no probability is 0 or 1.
    """
    from scipy.optimize import minimize

    y = np.array([j.right for j in judged], dtype=float)
    right = y.sum()
    target = np.where(y == 1, (right + 1) / (right + 2), 1 / (len(y) - right + 2))
    terms = terms_of(judged, start)
    x = _matrix(judged, terms)
    centre = np.array([start.intercept, *start.weights.values()]) if start else np.zeros(len(terms) + 1)
    pull = np.full(len(centre), PENALTY)
    pull[0] = PENALTY if start else 0.0

    def loss(w: Floats) -> tuple[float, Floats]:
        logit = w[0] + x @ w[1:]
        error = 1 / (1 + np.exp(-logit)) - target
        value = float(np.sum(np.logaddexp(0, logit) - target * logit) + pull @ (w - centre) ** 2 / 2)
        return value, np.concatenate(([error.sum()], x.T @ error)) + pull * (w - centre)

    bounds = [(None, None), *[(None, 0.0)] * len(terms)]
    found = minimize(loss, centre, jac=True, method="L-BFGS-B", bounds=bounds).x
    return Model(intercept=float(found[0]), weights={t: float(w) for t, w in zip(terms, found[1:], strict=True)})


def cross_fitted(judged: Sequence[Judged], start: Model | None = None) -> Floats:
    """Return each answer's probability from a model that has not seen its family."""
    fold = np.array([crc32(j.family.encode()) % FOLDS for j in judged])
    predicted = np.zeros(len(judged))
    for number in np.unique(fold):
        others = [j for j, f in zip(judged, fold, strict=True) if f != number] or list(judged)
        own = [j for j, f in zip(judged, fold, strict=True) if f == number]
        predicted[fold == number] = fit(others, start).predict(own)
    return predicted


def _matrix(judged: Sequence[Judged], terms: Sequence[str]) -> Floats:
    return np.array([[j.features.get(t, 0.0) for t in terms] for j in judged], dtype=float).reshape(len(judged), -1)
