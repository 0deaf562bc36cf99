"""Worlds whose causes are known: rows of a rate or a count in two periods, moved in a few planted places.

Sizes, depths, base rates, the number of causes and drifts of the mix are all drawn. A cause's z is the size it was
planted with over the sampling error of its own place: below the noise, naming none is right.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from semantic_layer.query import Cube

Kind = Literal["rate", "mix", "sum", "none"]
Codes = NDArray[np.int64]
Floats = NDArray[np.float64]
Place = dict[int, int]
LETTERS = "abcdefgh"
FEWEST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A place that moved, as the names of its members, and how clearly."""

    names: frozenset[str]
    z: float


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A cube and what was done to it."""

    cube: Cube
    kind: Kind
    causes: tuple[Cause, ...]


def world(seed: int, *, kind: Kind | None = None) -> World:
    """Draw a world; the kind, too, unless it is given."""
    rng = np.random.default_rng(seed)
    kind = kind or rng.choice(np.array(["rate", "rate", "rate", "mix", "sum", "none"])).item()
    sizes = tuple(int(s) for s in rng.integers(2, 9, rng.integers(4, 7)))
    rows = int(np.exp(rng.uniform(np.log(30_000), np.log(250_000))))
    shares = [rng.dirichlet(np.full(size, 5.0)) for size in sizes]
    drift = [0.985 * s + 0.015 * rng.dirichlet(np.full(len(s), 60.0)) for s in shares]
    halves = [_rows(rng, mix, rows // 2) for mix in (shares, drift)]
    effects = [rng.normal(0, 0.25, size) for size in sizes]
    base = np.exp(rng.uniform(np.log(0.02), np.log(0.3)))
    places = _places(rng, sizes, halves) if kind != "none" else []
    places = places[:1] if kind == "mix" else places
    zs = rng.uniform(4, 14, len(places)) * rng.choice([-1, 1], len(places))
    if kind == "sum":
        return _counts(rng, sizes, halves, places, zs)

    def rate(codes: Codes) -> Floats:
        return np.minimum(base * np.exp(sum(e[c] for e, c in zip(effects, codes.T, strict=True))), 0.9)

    if kind == "mix":
        return _mixed(rng, sizes, halves, rate, places[0], float(zs[0]))
    rates = [rate(half) for half in halves]
    causes = []
    for place, z in zip(places, zs, strict=True):
        inside = [_inside(h, place) for h in halves]
        shift = _shift(float(rates[1][inside[1]].mean()), [int(i.sum()) for i in inside], float(z))
        p = float(rates[1][inside[1]].mean())
        rates[1][inside[1]] = np.clip(rates[1][inside[1]] * (1 + shift / p), 0, 1)
        shift = float(rates[1][inside[1]].mean()) - p
        causes.append(Cause(names=_names(place), z=_clear(p, shift, [int(i.sum()) for i in inside])))
    happened = [rng.random(len(r)) < r for r in rates]
    return World(cube=_rated(sizes, halves, happened), kind=kind, causes=tuple(causes))


def _shift(p: float, counts: list[int], z: float) -> float:
    """Return the change of a rate that is z errors large, its own error included; less where 0 or 1 is near."""
    shift = 0.0
    for _ in range(30):
        shift = z * _error(p, shift, counts)
        shift = min(max(shift, -0.9 * p), 0.9 - p)
    return shift


def _error(p: float, shift: float, counts: list[int]) -> float:
    q = p + shift
    return float(np.sqrt(p * (1 - p) / counts[0] + q * (1 - q) / counts[1]))


def _clear(p: float, shift: float, counts: list[int]) -> float:
    return abs(shift) / _error(p, shift, counts)


def _counts(
    rng: np.random.Generator, sizes: tuple[int, ...], halves: list[Codes], places: list[Place], zs: Floats
) -> World:
    """Let rows of the later period come or go inside the places."""
    now, causes = halves[1], []
    for place, z in zip(places, zs, strict=True):
        before, inside = _inside(halves[0], place).sum(), _inside(now, place).sum()
        moved = int(z * np.sqrt(before + inside + abs(z) * np.sqrt(before + inside)))
        moved = max(moved, -int(0.9 * inside))
        now = _moved(rng, now, place, moved)
        causes.append(Cause(names=_names(place), z=abs(moved) / float(np.sqrt(before + inside + max(moved, 0)))))
    return World(cube=_counted(sizes, [halves[0], now]), kind="sum", causes=tuple(causes))


def _moved(rng: np.random.Generator, codes: Codes, place: Place, count: int) -> Codes:
    """Add copies of rows inside a place, or take some out."""
    inside = np.flatnonzero(_inside(codes, place))
    if count < 0:
        return np.delete(codes, rng.choice(inside, -count, replace=False), axis=0)
    return np.vstack([codes, codes[rng.choice(inside, count)]])


def _mixed(
    rng: np.random.Generator, sizes: tuple[int, ...], halves: list[Codes], rates: Callable[[Codes], Floats],
    place: Place, z: float,
) -> World:  # fmt: skip
    """Let a place of another rate grow or shrink: its contribution is z errors large where there are rows enough."""
    lift = float(np.exp(rng.choice([-1, 1]) * rng.uniform(0.7, 1.2)))

    def lifted(codes: Codes) -> Floats:
        return np.minimum(np.where(_inside(codes, place), rates(codes) * lift, rates(codes)), 0.9)

    inside = _inside(halves[1], place)
    before, count = int(_inside(halves[0], place).sum()), int(inside.sum())
    p, mean = float(lifted(halves[1])[inside].mean()), float(lifted(halves[1]).mean())
    one = np.sqrt(p * (1 - p) + (p - mean) ** 2) / abs(p - mean)
    moved = int(np.clip(z * one * np.sqrt(before + count), -0.8 * count, 3 * count))
    z = moved / (one * np.sqrt(before + count + moved))
    halves = [halves[0], _moved(rng, halves[1], place, moved)]
    happened = [rng.random(len(h)) < lifted(h) for h in halves]
    return World(
        cube=_rated(sizes, halves, happened), kind="mix", causes=(Cause(names=_names(place), z=abs(float(z))),)
    )


def _rows(rng: np.random.Generator, shares: list[Floats], count: int) -> Codes:
    return np.column_stack([rng.choice(len(s), count, p=s / s.sum()) for s in shares])


def _inside(codes: Codes, place: Place) -> NDArray[np.bool_]:
    return np.asarray(np.all([codes[:, d] == m for d, m in place.items()], axis=0))


def _names(place: Place) -> frozenset[str]:
    return frozenset(f"{LETTERS[d]}{m}" for d, m in place.items())


def _places(rng: np.random.Generator, sizes: tuple[int, ...], halves: list[Codes]) -> list[Place]:
    """Draw one to three places of one to four dimensions with rows enough, no row in two of them."""
    places: list[Place] = []
    wanted, tries = int(rng.integers(1, 4)), 0
    while len(places) < wanted and tries < 200:
        tries += 1
        depth = int(rng.integers(1, min(4, len(sizes)) + 1))
        place = {int(d): int(rng.integers(sizes[d])) for d in sorted(rng.choice(len(sizes), depth, replace=False))}
        apart = all(any(other.get(d, m) != m for d, m in place.items()) for other in places)
        counts = [int(_inside(h, place).sum()) for h in halves]
        if apart and min(counts) >= FEWEST and counts[0] < 0.4 * len(halves[0]):
            places.append(place)
    return places


def _rated(sizes: tuple[int, ...], halves: list[Codes], happened: list[NDArray[np.bool_]]) -> Cube:
    codes, period, d, n = _cells(sizes, halves, happened)
    return _cube("ratio", sizes, codes, period, d, n, d)


def _counted(sizes: tuple[int, ...], halves: list[Codes]) -> Cube:
    codes, period, count, _ = _cells(sizes, halves, [np.ones(len(h), dtype=bool) for h in halves])
    return _cube("additive", sizes, codes, period, count, count, np.zeros(len(count)))


def _cells(
    sizes: tuple[int, ...], halves: list[Codes], happened: list[NDArray[np.bool_]]
) -> tuple[Codes, Codes, Floats, Floats]:
    parts = []
    for period, (codes, yes) in enumerate(zip(halves, happened, strict=True)):
        keys, where = np.unique(np.ravel_multi_index(tuple(codes.T), sizes), return_inverse=True)
        d = np.bincount(where).astype(float)
        n = np.bincount(where, weights=yes.astype(float))
        parts.append((np.column_stack(np.unravel_index(keys, sizes)), np.full(len(keys), period), d, n))
    codes, period, d, n = (np.concatenate(x) for x in zip(*parts, strict=True))
    return codes, period, d, n


def _cube(
    kind: Literal["ratio", "additive"], sizes: tuple[int, ...], codes: Codes, period: Codes, rows: Floats, n: Floats,
    d: Floats,
) -> Cube:  # fmt: skip
    members = tuple(tuple(f"{name}{i}" for i in range(size)) for name, size in zip(LETTERS, sizes, strict=False))
    return Cube(
        metric="planted", kind=kind, dimensions=tuple(LETTERS[: len(sizes)]), members=members,
        codes=codes.astype(np.int32), period=period.astype(np.int8), rows=rows, n=n, d=d, nn=n,
        nd=n if kind == "ratio" else d, dd=d,
    )  # fmt: skip


def even(sizes: tuple[int, ...], rows: int) -> Cube:
    """Draw rows spread evenly over all leaves, without any effect."""
    rng, leaves = np.random.default_rng(1), int(np.prod(sizes))
    d = np.concatenate([np.bincount(rng.integers(0, leaves, rows // 2), minlength=leaves) for _ in range(2)]).astype(
        float
    )
    n = rng.binomial(d.astype(np.int64), 0.04).astype(float)
    codes = np.column_stack(np.unravel_index(np.tile(np.arange(leaves), 2), sizes))
    return _cube("ratio", sizes, codes, np.repeat([0, 1], leaves), d, n, d)


def amounts(seed: int, rows: int) -> tuple[Cube, frozenset[str]]:
    """Draw rows of skewed amounts in two periods; inside one place they are worth half as much again later."""
    rng, sizes = np.random.default_rng(seed), (4, 5, 6, 8, 10)
    codes = _rows(rng, [rng.dirichlet(np.full(size, 5.0)) for size in sizes], rows)
    period = rng.integers(0, 2, rows)
    place = {int(d): int(rng.integers(sizes[d])) for d in sorted(rng.choice(5, 2, replace=False))}
    value = rng.lognormal(3, 0.6, rows) * np.where(_inside(codes, place) & (period == 1), 1.5, 1)
    keys, where = np.unique(np.ravel_multi_index((period, *codes.T), (2, *sizes)), return_inverse=True)
    at = np.column_stack(np.unravel_index(keys, (2, *sizes)))
    zero = np.zeros(len(keys))
    cube = _cube("additive", sizes, at[:, 1:], at[:, 0], np.bincount(where), np.bincount(where, value), zero)
    return replace(cube, nn=np.bincount(where, value**2)), _names(place)
