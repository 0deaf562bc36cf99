"""How much wider errors are because rows of one customer (or agent) are alike.

The influence of a row on an estimate is summed within the entity before it is squared, over both periods, so that what
a customer carries from one into the other cancels (Liang and Zeger 1986; Deng, Knoblich, Lu 2018). A sample of entities
gives the variance in units of that of independent rows, the design effect (Kish 1965), which scales the exact one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.analysis.drivers.cells import Codes, Floats, by_part, distinct, stacked, sums
from assistant.analysis.drivers.split import influences, split
from assistant.analysis.moments import Moments
from semantic_layer.query import Clusters, Cube, Filter

FEWEST = 50
PRIOR = 30
# The same value of the same customers in both periods has no error at all, which no sample can show.
LEAST = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """Design effects: of the whole change, of each dimension on average, of each of its members.

    `sample` is what they were measured on.
    """

    whole: float
    dimensions: tuple[float, ...]
    members: tuple[Floats, ...]
    sample: "Sample"

    def of_part(self, filters: Sequence[Filter]) -> float:
        """Return the design effect of a part that filters name."""
        inside = np.ones(len(self.sample.cluster), dtype=bool)
        for f in filters:
            at = self.sample.cube.dimensions.index(f.dimension)
            places = [self.sample.cube.members[at].index(str(v)) for v in f.values]
            inside &= np.isin(self.sample.codes[:, at], places) == (f.operator == "in")
        effects, held = self.sample.effects(inside.astype(np.int64), 2)
        middle = min((self.dimensions[self.sample.cube.dimensions.index(f.dimension)] for f in filters), default=1.0)
        return float(_shrunken(effects, held, middle)[1])


def design_of(cube: Cube, clusters: Clusters | None) -> Design | None:
    """Measure the design effects of a cube's change; None where no entity repeats, or too few are known."""
    sample = Sample.of(cube, clusters) if clusters is not None else None
    if sample is None or not sample.tells():
        return None
    whole = float(sample.whole())
    members, averages = [], []
    for at, names in enumerate(cube.members):
        effects, held = sample.effects(sample.codes[:, at], len(names))
        known = held > 0
        average = float(np.average(effects[known], weights=held[known])) if known.any() else 1.0
        averages.append(average)
        members.append(_shrunken(effects, held, average))
    return Design(whole=whole, dimensions=tuple(averages), members=tuple(members), sample=sample)


def design_effect(cube: Cube, clusters: Clusters | None) -> float:
    """Return the design effect of the change of the whole; 1 where no entity repeats, or too few are known."""
    sample = Sample.of(cube, clusters) if clusters is not None else None
    return float(sample.whole()) if sample is not None and sample.tells() else 1.0


def _shrunken(effects: Floats, entities: Floats, middle: float) -> Floats:
    """Pull the effects of parts with few entities to the middle of their dimension."""
    return np.asarray((entities * effects + PRIOR * middle) / (entities + PRIOR))


def _times(variance: Floats | float, independent: Floats | float) -> Floats:
    """Divide a variance by that of independent rows; 1 where neither varies."""
    varies = np.asarray(independent) > 0
    return np.maximum(np.where(varies, variance, 1.0) / np.where(varies, independent, 1.0), LEAST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Entries of sampled entities with their sums, zero in the period an entry is not of; `columns`, side by side."""

    cube: Cube
    cluster: Codes
    codes: Codes
    periods: tuple[Moments, Moments]
    columns: Floats

    @classmethod
    def of(cls, cube: Cube, found: Clusters) -> "Sample":
        """Lay a sample out by period."""
        ratio = cube.kind == "ratio"
        halves = []
        for period in (0, 1):
            inside = found.period == period
            n, nn, rows = (np.where(inside, found.sums[name], 0.0) for name in ("n", "nn", "row_count"))
            d, nd, dd = (np.where(inside & ratio, found.sums[name], 0.0) for name in ("d", "nd", "dd"))
            halves.append(Moments(rows=rows, n=n, d=d, nn=nn, nd=nd, dd=dd))
        codes = found.codes.astype(np.int64)
        periods = halves[0], halves[1]
        return cls(cube=cube, cluster=found.cluster, codes=codes, periods=periods, columns=stacked(periods))

    def tells(self) -> bool:
        """Tell whether entities repeat, enough of them in both periods."""
        entities = int(self.cluster.max()) + 1 if len(self.cluster) else 0
        below = [(m.d if self.cube.kind == "ratio" else m.rows).sum() for m in self.periods]
        return entities >= FEWEST and min(below) > 0 and sum(m.rows.sum() for m in self.periods) > entities

    def whole(self) -> Floats:
        """Return the design effect of the change of the whole."""
        before, now = (sums(m) for m in self.periods)
        if self.cube.kind == "additive":
            totals = np.bincount(self.cluster, self.periods[1].n - self.periods[0].n)
            return _times((totals**2).sum(), before.nn + now.nn)
        errors, independent = np.zeros(len(self.cluster)), 0.0
        for sign, m, all_ in ((-1, self.periods[0], before), (1, self.periods[1], now)):
            errors += sign * (m.n - all_.n / all_.d * m.d) / all_.d
            independent += all_.square(1 / all_.d, -all_.n / all_.d**2)
        return _times((np.bincount(self.cluster, errors) ** 2).sum(), independent)

    def effects(self, part: Codes, size: int) -> tuple[Floats, Floats]:
        """Return the design effect of the contribution of each part, and its number of entities."""
        whole = [sums(m) for m in self.periods]
        parts = by_part(part, self.columns, size)
        independent = split(*parts, *whole, kind=self.cube.kind).se ** 2
        entities = int(self.cluster.max()) + 1
        cells, place = distinct(self.cluster * size + part, entities * size)
        entity, where = cells // size, cells % size
        inner, outer = np.zeros(len(cells)), np.zeros(len(cells))
        psis = influences(*parts, *whole, kind=self.cube.kind)
        columns, weights = [], []
        for m, psi in zip(self.periods, psis, strict=True):
            for values, inside, outside in zip((m.n, m.d), psi.inside, psi.outside, strict=True):
                total = np.bincount(self.cluster, values)
                inner += np.bincount(place, values, len(cells)) * (inside - outside)[where]
                outer += total[entity] * outside[where]
                columns.append(total)
                weights.append(outside)
        products, weight = np.stack(columns) @ np.stack(columns, axis=1), np.stack(weights)
        variance = np.einsum("im,ij,jm->m", weight, products, weight)
        variance = variance + np.bincount(where, inner * (inner + 2 * outer), size)
        return _times(variance, independent), np.bincount(where, minlength=size).astype(float)
