"""Populations whose every cut is known exactly, and samples of them: do the intervals cover?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.analysis.drivers import explain
from assistant.analysis.drivers.split import split
from assistant.analysis.moments import Z95, Moments
from assistant.types import Segment
from semantic_layer.query import Cube

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
LETTERS = "abcd"
FEWEST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Shares and rates of all cells in both periods, index 0 before and 1 now."""

    sizes: tuple[int, ...]
    codes: Codes
    shares: tuple[Floats, Floats]
    rates: tuple[Floats, Floats]
    rows: int


def population(seed: int) -> Population:
    """Draw a population in which one place of one to four dimensions moved."""
    rng = np.random.default_rng(seed)
    sizes = tuple(int(s) for s in rng.integers(2, 7, 4))
    codes = np.stack(np.meshgrid(*map(np.arange, sizes), indexing="ij"), axis=-1).reshape(-1, 4)
    shares = rng.dirichlet(np.full(len(codes), 2.0))
    later = shares * np.exp(sum(rng.normal(0, 0.1, s)[c] for s, c in zip(sizes, codes.T, strict=True)))
    rates = 0.12 * np.exp(sum(rng.normal(0, 0.3, s)[c] for s, c in zip(sizes, codes.T, strict=True)))
    inside = np.all(
        [codes[:, d] == rng.integers(sizes[d]) for d in rng.choice(4, rng.integers(1, 5), replace=False)], axis=0
    )
    moved = np.where(inside, rates * rng.uniform(1.5, 3), rates)
    return Population(
        sizes=sizes, codes=codes, shares=(shares, later / later.sum()),
        rates=(np.minimum(rates, 0.9), np.minimum(moved, 0.9)), rows=int(rng.integers(20_000, 80_000)),
    )  # fmt: skip


def sampled(found: Population, rng: np.random.Generator) -> Cube:
    """Draw rows of both periods; a row's value is 0 or 1."""
    d = np.concatenate([rng.multinomial(found.rows, share) for share in found.shares])
    n = rng.binomial(d, np.concatenate(found.rates)).astype(float)
    count = len(found.codes)
    members = tuple(tuple(f"{x}{i}" for i in range(s)) for x, s in zip(LETTERS, found.sizes, strict=True))
    return Cube(
        metric="covered", kind="ratio", dimensions=tuple(LETTERS), members=members,
        codes=np.vstack([found.codes, found.codes]).astype(np.int32), period=np.repeat([0, 1], count).astype(np.int8),
        rows=d.astype(float), n=n, d=d.astype(float), nn=n, nd=n, dd=d.astype(float),
    )  # fmt: skip


def covered(seed: int, cuts: int) -> tuple[list[bool], list[bool]]:
    """Return whether each interval covers: of cuts drawn beforehand, and of the segments that a search named."""
    found, rng = population(seed), np.random.default_rng(seed + 1)
    cube = sampled(found, rng)
    before, now = (_moments(cube, period) for period in (0, 1))
    beforehand = []
    while len(beforehand) < cuts:
        place = {int(d): int(rng.integers(found.sizes[d])) for d in rng.choice(4, rng.integers(1, 5), replace=False)}
        inside = _inside(found, place)
        if min(share[inside].sum() for share in found.shares) * found.rows < FEWEST:
            continue
        part = split(_sum(before, inside), _sum(now, inside), _sum(before), _sum(now), kind="ratio")
        reach = Z95 * float(part.se)
        beforehand.append(abs(float(part.contribution) - _truth(found, inside)) <= reach)
    selected = [s.ci[0] <= _truth(found, _of(found, s)) <= s.ci[1] for s in explain(cube).segments if s.ci is not None]
    return beforehand, selected


def _truth(found: Population, inside: NDArray[np.bool_]) -> float:
    (w0, w1), (r0, r1) = found.shares, found.rates
    middle = ((w0 * r0).sum() + (w1 * r1).sum()) / 2
    return float((w1 * (r1 - middle))[inside].sum() - (w0 * (r0 - middle))[inside].sum())


def _inside(found: Population, place: dict[int, int]) -> NDArray[np.bool_]:
    return np.asarray(np.all([found.codes[:, d] == m for d, m in place.items()], axis=0))


def _of(found: Population, segment: Segment) -> NDArray[np.bool_]:
    kept = np.ones(len(found.codes), dtype=bool)
    for f in segment.filters:
        at = LETTERS.index(f.dimension)
        has = np.isin(found.codes[:, at], [int(str(v)[1:]) for v in f.values])
        kept &= has if f.operator == "in" else ~has
    return kept


def _moments(cube: Cube, period: int) -> Moments:
    inside = cube.period == period
    return Moments(
        rows=cube.rows[inside],
        n=cube.n[inside],
        d=cube.d[inside],
        nn=cube.nn[inside],
        nd=cube.nd[inside],
        dd=cube.dd[inside],
    )


def _sum(m: Moments, inside: NDArray[np.bool_] | slice = slice(None)) -> Moments:
    return Moments(
        rows=m.rows[inside].sum(),
        n=m.n[inside].sum(),
        d=m.d[inside].sum(),
        nn=m.nn[inside].sum(),
        nd=m.nd[inside].sum(),
        dd=m.dd[inside].sum(),
    )
