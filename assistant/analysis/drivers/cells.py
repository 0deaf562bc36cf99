"""A cube as arrays over cells, one row a cell, one column a period."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.analysis.moments import NAMES, Moments, require_finite
from semantic_layer.errors import UserError
from semantic_layer.query import Cube

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
DENSE = 4


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
    columns = np.stack([getattr(m, name) for m in cells.periods for name in NAMES], axis=1)
    found = []
    for where, members in zip(cells.codes.T, cells.members, strict=True):
        by_member = sums_by(where, columns, len(members))
        halves = np.split(by_member, 2, axis=1)
        before, now = (Moments(**{name: h[:, i].copy() for i, name in enumerate(NAMES)}) for h in halves)
        found.append((before, now))
    return tuple(found)


def sums_by(where: Codes, columns: Floats, size: int) -> Floats:
    """Return the (size, columns) sums of rows by group."""
    from scipy.sparse import csc_matrix

    rows = len(where)
    pick = csc_matrix((np.ones(rows), where, np.arange(rows + 1)), shape=(size, rows))
    return np.asarray(pick @ columns)


def combine(columns: Codes, sizes: tuple[int, ...]) -> Codes:
    """Return one integer per row for the values of several columns."""
    key = np.zeros(len(columns), dtype=np.int64)
    for column, size in zip(columns.T, sizes, strict=True):
        key = key * size + column
    return key


def _distinct(cube: Cube) -> tuple[Codes, Codes]:
    """Return the codes of the distinct cells and each entry's place among them."""
    codes = np.asarray(cube.codes, dtype=np.int64).reshape(len(cube.period), len(cube.dimensions))
    sizes = tuple(max(len(m), 1) for m in cube.members)
    possible = float(np.prod([float(s) for s in sizes]))
    if possible <= DENSE * len(codes):
        # Marking the cells that exist takes a tenth of the time of sorting them.
        key = combine(codes, sizes)
        exists = np.zeros(int(possible), dtype=bool)
        exists[key] = True
        found = np.unravel_index(np.flatnonzero(exists), sizes) if sizes else ()
        distinct = np.stack(found, axis=1) if sizes else codes[:1]
        return distinct, (np.cumsum(exists) - 1)[key]
    if possible < 2**62:
        _, first, place = np.unique(combine(codes, sizes), return_index=True, return_inverse=True)
        return codes[first], place
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
