"""Character n-grams (3–5, inside words) as sparse TF-IDF rows, hashed with numpy: no vocabulary of strings."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

SIZES = (3, 4, 5)
BUCKETS = 1 << 20
_SPACE, _END = 32, 10
_PRIME = np.uint64(1_099_511_628_211)
_MIX = np.uint64(0x9E3779B97F4A7C15)

Matrix: TypeAlias = "csr_array[Any, tuple[int, int]]"


def counts(texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Count hashed n-grams: (row, bucket, count) sorted by row, then bucket."""
    codes, rows = _codes(texts)
    keys = np.concatenate([_keys(codes, rows, n) for n in SIZES])
    unique, count = np.unique(keys, return_counts=True)
    return unique >> 20, unique & (BUCKETS - 1), count.astype(np.float32)


def _codes(texts: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    padded = [f" {' '.join(text.lower().split())} \n" for text in texts]
    codes = np.frombuffer("".join(padded).encode("utf-32-le", "replace"), dtype="<u4").astype(np.uint64)
    return codes, np.repeat(np.arange(len(padded)), [len(text) for text in padded])


def _keys(codes: NDArray[np.uint64], rows: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """Hash every n-gram that has no space inside and no text end anywhere."""
    size = max(len(codes) - n + 1, 0)
    space, end = codes == _SPACE, codes == _END
    bad = np.zeros(size, dtype=bool)
    hashed = np.full(size, n, dtype=np.uint64)
    for offset in range(n):
        bad |= end[offset : offset + size]
        if 0 < offset < n - 1:
            bad |= space[offset : offset + size]
        hashed = hashed * _PRIME + codes[offset : offset + size]
    bucket = ((hashed * _MIX) >> np.uint64(44)).astype(np.int64)
    return ((rows[:size] << 20) | bucket)[~bad]


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """The n-grams kept: `column[bucket]` is a column or −1; `idf` a weight a column."""

    column: NDArray[np.int32]
    idf: NDArray[np.float32]

    def coverage(self, text: str) -> float:
        """Say what share of a text's n-grams is known."""
        _, bucket, count = counts([text])
        return float(count[self.column[bucket] >= 0].sum() / max(count.sum(), 1.0))

    def rows(self, texts: Sequence[str]) -> Matrix:
        """Weigh texts: (1 + ln tf) · idf, each row of length 1."""
        row, bucket, count = counts(texts)
        column = self.column[bucket]
        kept = column >= 0
        row, column = row[kept], column[kept]
        values = (1 + np.log(count[kept])) * self.idf[column]
        length = np.sqrt(np.bincount(row, weights=values * values, minlength=len(texts)))
        values = (values / np.maximum(length, 1e-12)[row]).astype(np.float32)
        return _csr(values, row, column, (len(texts), len(self.idf)))


def _csr(values: NDArray[Any], row: NDArray[Any], column: NDArray[Any], shape: tuple[int, int]) -> Matrix:
    from scipy.sparse import csr_array

    starts = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=shape[0]))])
    return csr_array((values, column.astype(np.int32), starts.astype(np.int32)), shape=shape)


def fit_features(texts: Sequence[str], *, limit: int, minimum: int = 2, batch: int = 2_000) -> Features:
    """Keep the `limit` n-grams that most texts share, in at least `minimum` of them."""
    df = np.zeros(BUCKETS, dtype=np.int64)
    for start in range(0, len(texts), batch):
        _, bucket, _ = counts(texts[start : start + batch])
        df += np.bincount(bucket, minlength=BUCKETS)
    kept = np.argsort(-df, kind="stable")[:limit]
    kept = np.sort(kept[df[kept] >= min(minimum, len(texts))])
    column = np.full(BUCKETS, -1, dtype=np.int32)
    column[kept] = np.arange(len(kept), dtype=np.int32)
    idf = np.log((1 + len(texts)) / (1 + df[kept])) + 1
    return Features(column=column, idf=idf.astype(np.float32))
