"""Reciprocal rank fusion of BM25 and LSA, with a weight chosen on the corpus itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WEIGHTS = (0.0, 0.25, 0.5, 1.0)
DEPTH = 100
_K = 60

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A query made from the corpus: rows that answer it, rows that must not be looked at."""

    text: str
    relevant: frozenset[int]
    hidden: frozenset[int]


def ranked(scores: Scores, depth: int = DEPTH, *, floor: float = 0.0) -> NDArray[np.intp]:
    """Give the rows of the best scores above `floor`, best first; ties go to the lower row."""
    size = min(depth, len(scores))
    if size == 0:
        return np.zeros(0, dtype=np.intp)
    best = np.argpartition(-scores, size - 1)[:size]
    best = best[scores[best] > floor]
    return best[np.lexsort((best, -scores[best]))]


def fuse(
    lexical: Sequence[int] | NDArray[np.intp], latent: Sequence[int] | NDArray[np.intp], weight: float
) -> list[tuple[int, float]]:
    """Merge two rankings: Σ w / (60 + rank) (Cormack, Clarke, Büttcher 2009), scaled so that first in both is 1."""
    scores: dict[int, float] = {}
    for ranking, share in ((lexical, 1.0), (latent, weight)):
        for rank, row in enumerate(ranking, start=1):
            scores[int(row)] = scores.get(int(row), 0.0) + share / (_K + rank)
    best = (1.0 + weight) / (_K + 1)
    return sorted(((row, score / best) for row, score in scores.items()), key=lambda item: (-item[1], item[0]))


def choose_weight(probes: Sequence[Probe], lexical: Callable[[str], Scores], latent: Callable[[str], Scores]) -> float:
    """Pick the largest weight of LSA that answers probes as well as the best one does (mean reciprocal rank).

    "As well" is within one standard error of the paired difference (Breiman's rule). 0 leaves BM25 alone: it is
    the floor. Without probes both count the same.
    """
    if not probes:
        return WEIGHTS[-1]
    held = np.array([_reciprocal_ranks(probe, lexical, latent) for probe in probes])
    behind = held[:, [int(held.mean(axis=0).argmax())]] - held
    error = behind.std(axis=0) / np.sqrt(len(probes))
    return max(weight for weight, gap, noise in zip(WEIGHTS, behind.mean(axis=0), error, strict=True) if gap <= noise)


def _reciprocal_ranks(probe: Probe, lexical: Callable[[str], Scores], latent: Callable[[str], Scores]) -> list[float]:
    words, shape = lexical(probe.text).copy(), latent(probe.text).copy()
    hidden = list(probe.hidden)
    words[hidden], shape[hidden] = 0.0, -1.0
    rankings = ranked(words), ranked(shape)
    found = []
    for weight in WEIGHTS:
        rows = [row for row, _ in fuse(rankings[0], rankings[1] if weight else (), weight)]
        found.append(next((1 / i for i, row in enumerate(rows, start=1) if row in probe.relevant), 0.0))
    return found
