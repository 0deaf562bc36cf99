"""Reciprocal rank fusion of BM25, LSA and embeddings, with weights chosen on the corpus itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

WEIGHTS = (0.0, 0.25, 0.5, 1.0)
DEPTH = 100
# A model of sentences may be worth more than words (MiniLM on short texts), spelling never is.
_GRIDS = (WEIGHTS, (0.0, 0.5, 1.0, 2.0, 4.0))
_K = 60

Scores = NDArray[np.float32]
Ranking: TypeAlias = Sequence[int] | NDArray[np.intp]
Channel: TypeAlias = Callable[[str], Scores]
"""Scores every passage for a text."""


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


def fuse(rankings: Sequence[tuple[Ranking, float]]) -> list[tuple[int, float]]:
    """Merge weighted rankings: Σ w / (60 + rank) (Cormack, Clarke, Büttcher 2009), scaled so that first in all is 1."""
    scores: dict[int, float] = {}
    for ranking, weight in rankings:
        for rank, row in enumerate(ranking if weight else (), start=1):
            scores[int(row)] = scores.get(int(row), 0.0) + weight / (_K + rank)
    best = sum(weight for _, weight in rankings) / (_K + 1)
    return sorted(((row, score / best) for row, score in scores.items()), key=lambda item: (-item[1], item[0]))


def choose_weights(probes: Sequence[Probe], channels: Sequence[Channel]) -> tuple[float, ...]:
    """Weigh channels by how well they answer probes together (mean reciprocal rank); the first, BM25, weighs 1.

    Of the weights that do as well as the best, within one standard error of the paired difference (Breiman's rule),
    the largest are taken, those of the last channel first. 0 leaves a channel out: BM25 is the floor.
    Without probes all count the same.
    """
    grid = [(1.0, *others) for others in product(*_GRIDS[: len(channels) - 1])]
    if not probes:
        return (1.0,) * len(channels)
    held = np.array([_reciprocal_ranks(probe, channels, grid) for probe in probes])
    behind = held[:, [int(held.mean(axis=0).argmax())]] - held
    error = behind.std(axis=0) / np.sqrt(len(probes))
    good = [w for w, gap, noise in zip(grid, behind.mean(axis=0), error, strict=True) if gap <= noise]
    return max(good, key=lambda weights: weights[::-1])


def _reciprocal_ranks(probe: Probe, channels: Sequence[Channel], grid: Sequence[tuple[float, ...]]) -> list[float]:
    rankings = [_ranked_without(channel(probe.text), probe.hidden) for channel in channels]
    found = []
    for weights in grid:
        rows = [row for row, _ in fuse(list(zip(rankings, weights, strict=True)))]
        found.append(next((1 / i for i, row in enumerate(rows, start=1) if row in probe.relevant), 0.0))
    return found


def _ranked_without(scores: Scores, hidden: frozenset[int]) -> NDArray[np.intp]:
    seen = scores.copy()
    seen[list(hidden)] = 0.0
    return ranked(seen)
