"""Why people call, discovered without labels: contacts clustered by the words of both sides."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexes.lsa import Vectors, principal_axes
from indexes.ngrams import Matrix

_AXES = 60
_ROUNDS = 25
_STARTS = 5
_MOST = 60
_WORDS = 15
_WORDS_AT_LEAST = 2
_LEAST_CONTACTS = 5
_MOST_SHARE = 0.1
# Distinct words a contact: BANKING77 has 4, the customers' side of MultiDoGO 11, calls of both sides over 40.
_FEW_WORDS = 20
_NEAR = 0.5
_LEADING = 6
_SHARED_WORDS = 2
# Words of one contact come in company, so the law is too sure of itself; tempered so that on 5,242 contacts with
# a recorded reason the mean probability (.933) is near the share that is right (.917).
_TEMPER = 0.3

Labels = NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """Which contact called for which reason, and how sure that is.

    `label[c]` is the reason of the contact at position c, −1 where too little is said; `probability[c]` that it is
    the right one of these reasons, 0 for −1; `near` pairs reasons that are alike.
    """

    label: Labels
    probability: NDArray[np.float32]
    near: NDArray[np.bool_]


def discover(held: Matrix, *, count: int | None = None, seed: int = 7) -> Reasons:
    """Cluster contacts (rows) by the words (columns) they hold: LSA of TF-IDF, then spherical k-means.

    Words of more than a tenth of the contacts belong to any conversation and do not count (of two reasons' worth
    of contacts where reasons are few); in messages of a few words each word is about something, and all count.
    Without a `count`, the more contacts, the more reasons are looked for.
    """
    rng = np.random.default_rng(seed)
    df = np.asarray(held.sum(axis=0)).ravel()
    count = count or min(_MOST, int(np.sqrt(held.shape[0] / 5)))
    short = df.sum() < _FEW_WORDS * held.shape[0]
    most = held.shape[0] if short else max(_MOST_SHARE, 2 / max(count, 2)) * held.shape[0]
    # What every contact holds weighs nothing, and without weight there are no axes.
    kept = np.flatnonzero((df >= _LEAST_CONTACTS) & (df <= most) & (df < held.shape[0]))
    held = held[:, kept].tocsr()
    enough = np.flatnonzero(np.diff(held.indptr) >= (1 if short else _WORDS_AT_LEAST))
    label = np.full(held.shape[0], -1, dtype=np.int32)
    probability = np.zeros(held.shape[0], dtype=np.float32)
    if count < 2 or len(enough) < count:
        return Reasons(label=label, probability=probability, near=np.zeros((0, 0), dtype=bool))
    weighted = row_unit(held[enough] * (short + np.log((1 + held.shape[0]) / (1 + df[kept])))[None, :])
    points = _unit(np.asarray(weighted @ principal_axes(weighted, _AXES, rng)))
    label[enough], centres = _clusters(points, count, rng)
    probability[enough] = _posterior(points, centres, label[enough])
    return Reasons(label=label, probability=probability, near=np.asarray(centres @ centres.T >= _NEAR, dtype=bool))


def _posterior(points: Vectors, centres: Vectors, label: Labels) -> NDArray[np.float32]:
    """Give the probability of each point's own centre in a mixture of von Mises-Fisher laws of one concentration.

    The concentration is estimated from the mean resultant length r of dimension d as r (d − r²) / (1 − r²)
    (Banerjee, Dhillon, Ghosh, Sra 2005, eq. 4.4).
    """
    cosine = (points @ centres.T).astype(np.float64)
    r = float(cosine[np.arange(len(points)), label].mean())
    odds = _TEMPER * r * (points.shape[1] - r * r) / max(1 - r * r, 1e-6) * cosine
    weight = np.exp(odds - odds.max(axis=1, keepdims=True)) * np.bincount(label, minlength=len(centres))
    return np.asarray(weight[np.arange(len(points)), label] / weight.sum(axis=1), dtype=np.float32)


def alike(reasons: Reasons, words: Labels) -> NDArray[np.bool_]:
    """Pair reasons whose contacts are near one another, or that share two of their leading words."""
    shared = [[len(set(one[:_LEADING]) & set(other[:_LEADING])) for other in words.tolist()] for one in words.tolist()]
    return reasons.near | (np.array(shared).reshape(reasons.near.shape) >= _SHARED_WORDS)


def telling_words(held: Matrix, label: Labels, count: int) -> Labels:
    """Give the words (columns) that set each reason's contacts apart from all others, the strongest first."""
    every = np.asarray(held.sum(axis=0)).ravel() / max(held.shape[0], 1)
    words = np.zeros((count, _WORDS), dtype=np.int32)
    for reason in range(count):
        inside = label == reason
        share = np.asarray(held[inside].sum(axis=0)).ravel() / max(int(inside.sum()), 1)
        pull = share * np.log((share + 1e-3) / (every + 1e-3))
        order = np.argsort(-pull, kind="stable")[:_WORDS]
        words[reason, : len(order)] = order
    return words


def _clusters(points: Vectors, count: int, rng: np.random.Generator) -> tuple[Labels, Vectors]:
    """Keep the tightest of several runs."""
    runs = [_run(points, _spread(points, count, rng)) for _ in range(_STARTS)]
    return max(runs, key=lambda run: float((points * run[1][run[0]]).sum()))


def _run(points: Vectors, centres: Vectors) -> tuple[Labels, Vectors]:
    label = np.full(len(points), -1, dtype=np.int32)
    for _ in range(_ROUNDS):
        now = np.argmax(points @ centres.T, axis=1).astype(np.int32)
        if np.array_equal(now, label):
            break
        label = now
        sums = np.zeros_like(centres)
        np.add.at(sums, label, points)
        filled = np.bincount(label, minlength=len(centres)) > 0
        centres[filled] = _unit(sums[filled])
    return label, centres


def _spread(points: Vectors, count: int, rng: np.random.Generator) -> Vectors:
    """Choose centres far from one another (k-means++; Arthur, Vassilvitskii 2007)."""
    chosen = [int(rng.integers(len(points)))]
    far = np.ones(len(points))
    for _ in range(count - 1):
        far = np.minimum(far, np.maximum(1 - points @ points[chosen[-1]], 0.0))
        total = far.sum()
        chosen.append(int(rng.choice(len(points), p=far / total)) if total > 0 else chosen[-1])
    return points[chosen].copy()


def row_unit(rows: Any) -> Any:
    """Scale sparse rows to length 1."""
    from scipy.sparse import diags_array

    length = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    return (diags_array(1 / np.maximum(length, 1e-9)) @ rows).tocsr().astype(np.float32)


def _unit(vectors: NDArray[Any]) -> Vectors:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-9), dtype=np.float32)
