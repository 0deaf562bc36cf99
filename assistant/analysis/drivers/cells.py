"""A cube as arrays over cells, one row a cell, one column a period."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from assistant.analysis.moments import NAMES, Moments, require_finite
from semantic_layer.errors import UserError
from semantic_layer.query import Cube

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
DENSE = 4
FEW_KEYS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """Distinct cells: codes (cells, dimensions), sums (cells,) of each period.

    `nested` are (finer, coarser) pairs of dimensions.
    """

    kind: str
    dimensions: tuple[str, ...]
    members: tuple[tuple[str, ...], ...]
    codes: Codes
    now: Moments
    before: Moments
    nested: frozenset[tuple[str, str]] = frozenset()

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def periods(self) -> tuple[Moments, Moments]:
        """The sums before and now: index 0 and 1."""
        return self.before, self.now

    @property
    def follows(self) -> frozenset[tuple[int, int]]:
        """The nested pairs as positions, of those dimensions that are here."""
        place = {name: d for d, name in enumerate(self.dimensions)}
        return frozenset((place[a], place[b]) for a, b in self.nested if a in place and b in place)


def cells_of(cube: Cube) -> Cells:
    """Lay a cube out by cell; UserError when a period is empty or a sum is not finite."""
    require_finite(cube)
    _require_both_periods(cube)
    codes, place = _distinct(cube)
    parts = []
    for period in (0, 1):
        inside = cube.period == period
        where = place[inside]
        sums = {name: np.bincount(where, getattr(cube, name)[inside], len(codes)) for name in NAMES}
        parts.append(Moments(**sums))
    return Cells(
        kind=cube.kind, dimensions=cube.dimensions, members=cube.members, codes=codes, before=parts[0], now=parts[1],
        nested=cube.nested,
    )  # fmt: skip


def sums(m: Moments) -> Moments:
    """Return the sums over all elements."""
    return Moments(**{name: float(getattr(m, name).sum()) for name in NAMES})


def roll_up(m: Moments, where: Codes, size: int) -> Moments:
    """Return the sums by group."""
    found = sums_by(where, np.stack([getattr(m, name) for name in NAMES], axis=1), size)
    return Moments(**{name: found[:, i].copy() for i, name in enumerate(NAMES)})


def marginals(cells: Cells) -> tuple[tuple[Moments, Moments], ...]:
    """Return the sums before and now by member, one pair a dimension."""
    columns = stacked(cells.periods)
    return tuple(
        by_part(where, columns, len(members)) for where, members in zip(cells.codes.T, cells.members, strict=True)
    )


def stacked(periods: tuple[Moments, Moments]) -> Floats:
    """Return all sums of both periods side by side."""
    return np.stack([getattr(m, name) for m in periods for name in NAMES], axis=1)


def by_part(where: Codes, columns: Floats, size: int) -> tuple[Moments, Moments]:
    """Return the sums before and now by part, of sums side by side."""
    halves = np.split(sums_by(where, columns, size), 2, axis=1)
    before, now = (Moments(**{name: h[:, i].copy() for i, name in enumerate(NAMES)}) for h in halves)
    return before, now


def sums_by(where: Codes, columns: Floats, size: int) -> Floats:
    """Return the (size, columns) sums of rows by group; a row may be in several, (rows, groups)."""
    from scipy.sparse import csc_matrix

    rows = len(where)
    each = where.shape[1] if where.ndim > 1 else 1
    pick = csc_matrix((np.ones(where.size), where.ravel(), np.arange(rows + 1) * each), shape=(size, rows))
    return np.asarray(pick @ columns)


def combine(columns: Iterable[Codes], sizes: Iterable[int]) -> Codes:
    """Return one integer per row for the values of at least one column."""
    key = np.zeros(1, dtype=np.int64)
    for column, size in zip(columns, sizes, strict=True):
        key = key * size + column
    return key


def distinct(keys: Codes, possible: int) -> tuple[Codes, Codes]:
    """Return the distinct keys, sorted, and each one's place among them; all are below `possible`."""
    if possible > DENSE * len(keys) + FEW_KEYS:
        found, place = np.unique(keys, return_inverse=True)
        return found, place.ravel()
    # Marking the keys that exist takes a tenth of the time of sorting them.
    exists = np.zeros(possible, dtype=bool)
    exists[keys] = True
    return np.flatnonzero(exists), (np.cumsum(exists) - 1)[keys]


def _distinct(cube: Cube) -> tuple[Codes, Codes]:
    """Return the codes of the distinct cells and each entry's place among them."""
    codes = np.asarray(cube.codes, dtype=np.int64).reshape(len(cube.period), len(cube.dimensions))
    sizes = tuple(max(len(m), 1) for m in cube.members)
    if not sizes:
        return codes[:1], np.zeros(len(codes), dtype=np.int64)
    if float(np.prod([float(s) for s in sizes])) < 2**62:
        keys, place = distinct(combine(codes.T, sizes), prod(sizes))
        return np.stack(np.unravel_index(keys, sizes), axis=1), place
    unique, place = np.unique(codes, axis=0, return_inverse=True)
    return unique, place.reshape(-1)


def _require_both_periods(cube: Cube) -> None:
    for period, word in ((1, "current"), (0, "comparison")):
        inside = cube.period == period
        if not inside.any() or cube.rows[inside].sum() <= 0:
            raise UserError(
                f"'{cube.metric}' has no rows in the {word} period, so there is no change to explain",
                code="empty_period",
                hint="choose two periods that both have data",
            )
        if cube.kind == "ratio" and cube.d[inside].sum() <= 0:
            raise UserError(
                f"the denominator of '{cube.metric}' is not positive in the {word} period",
                code="no_denominator",
                hint="widen the window or the filter",
            )
