"""How well reasons for contact are told where they were not found: halves of a corpus judge each other."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexes.ngrams import Matrix
from indexes.reasons import Labels, discover, row_unit
from indexes.shares import Trial

_SEED = 5
_LEAST_CONTACTS = 3

Confusion = NDArray[np.int32]
"""`[r, s]` counts the contacts of reason r that were told as reason s; the last row and column stand for none."""


def judge(held: Matrix, label: Labels, count: int) -> Confusion:
    """Tell each half of the contacts (rows) by the reasons found in the other half alone.

    Reasons of a half are paired with those of the whole by the contacts of that half they share, so that what is
    counted is how far a second look at like contacts would have put the same ones together.
    """
    half = np.random.default_rng(_SEED).permutation(held.shape[0]) % 2
    told = np.full(held.shape[0], count, dtype=np.int32)
    for side in (0, 1):
        seen, unseen = np.flatnonzero(half != side), np.flatnonzero(half == side)
        told[unseen] = _told(held, seen, unseen, label[seen], count)
    confusion = np.zeros((count + 1, count + 1), dtype=np.int32)
    np.add.at(confusion, (np.where(label < 0, count, label), told), 1)
    return confusion


def tested(confusion: Confusion, reasons: NDArray[np.intp]) -> Trial:
    """Read from the counts how well a class made of some reasons is told."""
    return Trial(
        hits=int(confusion[np.ix_(reasons, reasons)].sum()),
        positives=int(confusion[reasons].sum()),
        told=int(confusion[:, reasons].sum()),
        contacts=int(confusion.sum()),
    )


def _told(
    held: Matrix, seen: NDArray[np.intp], unseen: NDArray[np.intp], label: Labels, count: int
) -> NDArray[np.int32]:
    """Give the reason of the unseen contacts: that of the seen ones whose mean is nearest in TF-IDF of words."""
    found = discover(held[seen], count=count).label
    if found.max(initial=-1) < 0:
        return np.full(len(unseen), count, dtype=np.int32)
    weighted = _weighted(held, np.asarray(held[seen].sum(axis=0)).ravel(), len(seen))
    nearness = weighted[unseen] @ _means(weighted[seen], found, count).T
    best = np.argmax(nearness, axis=1)
    same = _paired(label, found, count)
    return np.asarray(np.where(nearness[np.arange(len(unseen)), best] > 0, same[best], count), dtype=np.int32)


def _weighted(held: Matrix, df: NDArray[Any], contacts: int) -> Any:
    idf = np.where(df >= _LEAST_CONTACTS, np.log((1 + contacts) / (1 + df)), 0.0)
    return row_unit(held * idf[None, :])


def _means(rows: Any, label: Labels, count: int) -> NDArray[np.float32]:
    from scipy.sparse import csr_array

    known = np.flatnonzero(label >= 0)
    ones = np.ones(len(known), dtype=np.float32)
    member = csr_array((ones, (label[known], known)), shape=(count, len(label)))
    return np.asarray(row_unit(member @ rows).toarray())


def _paired(label: Labels, found: Labels, count: int) -> NDArray[np.int32]:
    from scipy.optimize import linear_sum_assignment

    both = (label >= 0) & (found >= 0)
    shared = np.zeros((count, count))
    np.add.at(shared, (label[both], found[both]), 1)
    whole, half = linear_sum_assignment(-shared)
    same = np.full(count, count, dtype=np.int32)
    same[half] = whole
    return same
