"""Every cuboid of the dimensions up to a depth, with sums for each segment."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations, permutations
from math import comb, prod

import numpy as np
from numpy.typing import NDArray

from assistant.analysis.drivers.cells import DENSE, FEW_KEYS, Codes, Floats, combine, distinct, sums_by

MANY = 400
FEW_CELLS = 50_000
# Inside a member of a long dimension (an agent) hardly any rows are left to cut further.
LONG, LONG_DEPTH = 60, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Cuboid:
    """Some dimensions (positions) and the keys of their segments that are kept, sorted."""

    dimensions: tuple[int, ...]
    keys: Codes
    start: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lattice:
    """Candidate segments of all cuboids, stacked; `sums` is (segments, statistics).

    `codes` are the cells' codes with members too rare to be named folded into the code `sizes − 1`;
    `folded` says which dimensions have such a code; `tests` is what each segment's test is multiplied
    by, so that depths, cuboids and members share the error equally.
    """

    codes: Codes
    sizes: tuple[int, ...]
    names: tuple[NDArray[np.int64], ...]
    cuboids: tuple[Cuboid, ...]
    sums: Floats
    tests: Floats

    def segment(self, index: int) -> tuple[tuple[int, int], ...]:
        """Return the (dimension, member) pairs of a candidate."""
        cuboid = next(c for c in reversed(self.cuboids) if c.start <= index)
        sizes = [self.sizes[d] for d in cuboid.dimensions]
        found = np.unravel_index(cuboid.keys[index - cuboid.start], sizes)
        return tuple((d, int(self.names[d][m])) for d, m in zip(cuboid.dimensions, found, strict=True))

    def parts_of(self, index: int) -> Codes:
        """Return the candidates inside one, cut by one more dimension."""
        whole = next(c for c in reversed(self.cuboids) if c.start <= index)
        sizes = [self.sizes[d] for d in whole.dimensions]
        at = dict(zip(whole.dimensions, np.unravel_index(whole.keys[index - whole.start], sizes), strict=True))
        found = [np.zeros(0, dtype=np.int64)]
        for cuboid in self.cuboids:
            if len(cuboid.dimensions) == len(at) + 1 and at.keys() <= set(cuboid.dimensions):
                codes = np.unravel_index(cuboid.keys, [self.sizes[d] for d in cuboid.dimensions])
                inside = [codes[place] == at[d] for place, d in enumerate(cuboid.dimensions) if d in at]
                found.append(np.flatnonzero(np.all(inside, axis=0)) + cuboid.start)
        return np.concatenate(found)

    def without(self, gone: NDArray[np.bool_], weights: Floats, sums: Floats) -> Floats:
        """Return the sums of all segments when some more cells are taken out."""
        codes, nowhere = self.codes[gone], len(sums)
        where = np.full((len(codes), len(self.cuboids)), nowhere)
        for column, cuboid in enumerate(self.cuboids):
            if not len(cuboid.keys):
                continue
            key = combine(codes.T[list(cuboid.dimensions)], [self.sizes[d] for d in cuboid.dimensions])
            place = np.minimum(np.searchsorted(cuboid.keys, key), len(cuboid.keys) - 1)
            where[:, column] = np.where(cuboid.keys[place] == key, place + cuboid.start, nowhere)
        return np.asarray(sums - sums_by(where, weights[gone], nowhere + 1)[:-1])


def lattice_of(
    codes: Codes,
    sizes: tuple[int, ...],
    weights: Floats,
    *,
    support: Callable[[Floats], NDArray[np.bool_]],
    max_depth: int,
    offered: int | None = None,
    follows: frozenset[tuple[int, int]] = frozenset(),
) -> Lattice:
    """Roll cells up to every cuboid; `support` says which segments are kept.

    Dimensions that another one determines are not combined with it (region and country): those that
    the cells show, and `follows`, (finer, coarser) pairs that were declared.
    `offered` counts the dimensions that these were chosen from, by default these.
    """
    codes, sizes, names = _fold(codes, sizes, weights, support)
    groups = _combinations(codes, sizes, max_depth, follows)
    cuboids: list[Cuboid] = []
    kept: list[Floats] = []
    tests: list[Floats] = []
    of_depth = Counter(map(len, groups))
    start = 0
    for dims, keys, values in _roll_ups(codes, sizes, weights, groups):
        nameable = support(values) & ~_is_folded(keys, dims, sizes, names)
        cuboids.append(Cuboid(dimensions=dims, keys=keys[nameable], start=start))
        kept.append(values[nameable])
        count = int(nameable.sum())
        chosen = comb(offered or len(sizes), len(dims)) / comb(len(sizes), len(dims))
        tests.append(np.full(count, len(of_depth) * of_depth[len(dims)] * count * chosen))
        start += count
    empty = np.zeros((0, weights.shape[1]))
    return Lattice(
        codes=codes,
        sizes=sizes,
        names=names,
        cuboids=tuple(cuboids),
        sums=np.concatenate([empty, *kept]),
        tests=np.concatenate([np.zeros(0), *tests]),
    )


def determined_by(codes: Codes, sizes: tuple[int, ...]) -> set[tuple[int, int]]:
    """Return (a, b) for every dimension b whose member follows from that of a."""
    every = set(permutations(range(len(sizes)), 2))
    if len(codes) <= FEW_CELLS:
        return _following(codes, sizes, every)
    # A few cells refute nearly every pair; what they leave open is counted over all.
    few = codes[np.random.default_rng(0).integers(0, len(codes), FEW_CELLS)]
    return _following(codes, sizes, _following(few, sizes, every))


def _following(codes: Codes, sizes: tuple[int, ...], among: set[tuple[int, int]]) -> set[tuple[int, int]]:
    alone = {a: _present(codes[:, a], sizes[a]) for a, _ in among}
    pairs = {
        (a, b): _present(combine((codes[:, a], codes[:, b]), (sizes[a], sizes[b])), sizes[a] * sizes[b])
        for a, b in {(min(pair), max(pair)) for pair in among}
    }
    return {(a, b) for a, b in among if pairs[min(a, b), max(a, b)] == alone[a]}


def _present(keys: Codes, size: int) -> int:
    """Count the distinct keys; by marking them where that is cheaper than sorting."""
    if size > DENSE * len(keys) + FEW_KEYS:
        return len(np.unique(keys))
    return int(np.count_nonzero(np.bincount(keys, minlength=size)))


def _combinations(
    codes: Codes, sizes: tuple[int, ...], max_depth: int, declared: frozenset[tuple[int, int]]
) -> list[tuple[int, ...]]:
    follows = determined_by(codes, sizes) | declared if max_depth > 1 else set()
    varying = [d for d in range(len(sizes)) if (codes[:, d] != codes[:1, d]).any()]
    dims = [b for b in varying if not any((a, b) in follows and (b, a) in follows for a in varying if a < b)]
    return [
        group
        for depth in range(1, max_depth + 1)
        for group in combinations(dims, depth)
        if not any((a, b) in follows or (b, a) in follows for a, b in combinations(group, 2))
        and (depth <= LONG_DEPTH or max(sizes[d] for d in group) <= LONG or _is_dense(group, sizes, len(codes)))
    ]


def _roll_ups(
    codes: Codes, sizes: tuple[int, ...], weights: Floats, groups: list[tuple[int, ...]]
) -> list[tuple[tuple[int, ...], Codes, Floats]]:
    """Return (dimensions, keys, sums), the coarser ones summed from finer ones where those are dense."""
    dense: dict[tuple[int, ...], Floats] = {}
    found = {}
    every = tuple(sorted({d for group in groups for d in group}))
    for group in (every, *reversed(groups)):
        shape = tuple(sizes[d] for d in group)
        if any(set(group) <= set(parent) for parent in dense):
            cube = _summed(dense, group, sizes)
        elif _is_dense(group, sizes, len(codes)):
            cube = _cube(combine((codes[:, d] for d in group), shape), weights, prod(shape)).reshape(*shape, -1)
        elif group is every:
            continue
        else:
            keys, place = distinct(combine((codes[:, d] for d in group), shape), prod(shape))
            found[group] = (group, keys, sums_by(place, weights, len(keys)))
            continue
        dense[group] = cube
        found[group] = (group, np.arange(prod(shape)), cube.reshape(prod(shape), -1))
    return [found[group] for group in groups]


def _cube(keys: Codes, weights: Floats, size: int) -> Floats:
    """Sum by key; what has every key once, in order, is summed already."""
    if len(keys) == size and bool((keys[1:] > keys[:-1]).all()):
        return weights
    return sums_by(keys, weights, size)


def _summed(dense: dict[tuple[int, ...], Floats], group: tuple[int, ...], sizes: tuple[int, ...]) -> Floats:
    """Sum the smallest cube that holds a group, the longest dimension first; keep what is passed on the way."""
    held = min((p for p in dense if set(group) <= set(p)), key=lambda p: dense[p].size)
    while held != group:
        gone = max((d for d in held if d not in group), key=lambda d: sizes[d])
        left = tuple(d for d in held if d != gone)
        dense[left] = dense[held].sum(axis=held.index(gone))
        held = left
    return dense[held]


def _is_dense(group: tuple[int, ...], sizes: tuple[int, ...], cells: int) -> bool:
    return prod(sizes[d] for d in group) <= DENSE * cells + FEW_KEYS


def _fold(
    codes: Codes, sizes: tuple[int, ...], weights: Floats, support: Callable[[Floats], NDArray[np.bool_]]
) -> tuple[Codes, tuple[int, ...], tuple[NDArray[np.int64], ...]]:
    """Fold the members of long dimensions that lack support into one code at the end (name −1)."""
    columns, lengths, names = [], [], []
    for d, size in enumerate(sizes):
        if size <= MANY:
            columns.append(codes[:, d])
            lengths.append(size)
            names.append(np.arange(size))
            continue
        nameable = np.flatnonzero(support(sums_by(codes[:, d], weights, size)))
        place = np.full(size, len(nameable))
        place[nameable] = np.arange(len(nameable))
        columns.append(place[codes[:, d]])
        lengths.append(len(nameable) + 1)
        names.append(np.append(nameable, -1))
    stacked = np.stack(columns, axis=1) if columns else codes
    return stacked, tuple(lengths), tuple(names)


def _is_folded(
    keys: Codes, dims: tuple[int, ...], sizes: tuple[int, ...], names: tuple[NDArray[np.int64], ...]
) -> NDArray[np.bool_]:
    folded = np.zeros(len(keys), dtype=bool)
    if not any((names[d] < 0).any() for d in dims):
        return folded
    members = np.unravel_index(keys, [sizes[d] for d in dims])
    for d, member in zip(dims, members, strict=True):
        folded |= names[d][member] < 0
    return folded
