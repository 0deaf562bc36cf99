"""A metric that is no ratio of sums: its change by the factors of its formula, and by their segments."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from assistant.analysis.change import value_of
from assistant.analysis.drivers.cells import cells_of, marginals
from assistant.analysis.drivers.explain import MAX_DEPTH, searched
from assistant.analysis.drivers.factors import Formula, shapley
from assistant.analysis.drivers.report import by_dimension, segments_of, whole_of
from assistant.analysis.moments import Moments, require_finite, total
from assistant.types import DimensionSplit, Drivers, Segment
from semantic_layer.errors import UserError
from semantic_layer.query import Cube

METHOD = (
    "The change is shared out over the factors of the metric's formula (Shapley), each factor's part over segments"
    " as the factor itself moved there, exact for every cut; segments are those of the factor that carries most."
)
STEP = 1e-4


def explain_formula(
    cubes: Sequence[Cube], formula: Formula, *, max_depth: int = MAX_DEPTH, max_segments: int = 5
) -> Drivers:
    """Say which parts carry the change of a formula of metrics, given a cube of each over the same dimensions.

    A cell's part is Σ over factors of slope × the cell's part of the factor's change, where a slope is the
    factor's part of the change by its own change. A segment's values are not those of the formula: null.
    Raises UserError `no_value` where the formula has none, and those of `explain`.
    """
    factors = [_Factor.of(cube) for cube in cubes]
    before, now = tuple(f.before for f in factors), tuple(f.now for f in factors)
    try:
        parts = shapley(formula, before, now)
        slopes = [_slope(formula, before, now, i, parts[i]) for i in range(len(factors))]
    except ZeroDivisionError as error:
        raise UserError(
            "the formula divides by zero in one of the periods, so its change cannot be split", code="no_value"
        ) from error
    lead = int(np.argmax(np.abs(parts)))
    cells = cells_of(_linear(factors, slopes, lead))
    whole = whole_of(cells, 0.0, 1.0)
    own = cells_of(_named_alike(factors, lead))
    found = searched(own, whole_of(own, 0.0, 1.0), max_depth=max_depth, max_segments=max_segments, exposure=1.0)
    segments = tuple(map(_plain, segments_of(cells, whole, found)))
    return Drivers(
        total_change=whole.reported,
        method=METHOD,
        segments=segments,
        other=whole.reported - sum(s.contribution for s in segments),
        unexplained=0.0,
        by_dimension=tuple(
            DimensionSplit(dimension=split.dimension, rows=tuple(map(_plain, split.rows)))
            for split in (by_dimension(cells, whole, d, *pair) for d, pair in enumerate(marginals(cells)))
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Factor:
    cube: Cube
    sums: tuple[Moments, Moments]
    before: float
    now: float

    @classmethod
    def of(cls, cube: Cube) -> "_Factor":
        require_finite(cube)
        sums = total(cube, 0), total(cube, 1)
        before, now = (value_of(m, cube.kind) for m in sums)
        if before is None or now is None:
            raise UserError(
                f"'{cube.metric}' has no value in one of the periods, so there is no change to explain",
                code="empty_period",
                hint="choose two periods that both have data",
            )
        return cls(cube=cube, sums=sums, before=before, now=now)


def _slope(formula: Formula, before: tuple[float, ...], now: tuple[float, ...], at: int, part: float) -> float:
    """Return a factor's part by its change; the derivative at the midpoint where it did not change."""
    change = now[at] - before[at]
    middle = (now[at] + before[at]) / 2
    if abs(change) > STEP**2 * abs(middle):
        return part / change
    step = STEP * abs(middle) or STEP
    turned = [tuple(middle + sign * step if i == at else x for i, x in enumerate(now)) for sign in (-1, 1)]
    return (formula(turned[1]) - formula(turned[0])) / (2 * step)


def _linear(factors: Sequence[_Factor], slopes: Sequence[float], lead: int) -> Cube:
    """Return one additive cube whose difference between the periods is the change of the formula."""
    cubes = [_named_alike(factors, i) for i in range(len(factors))]
    values, squares = zip(*(_parts(f, slope) for f, slope in zip(factors, slopes, strict=True)), strict=True)
    zero = np.zeros(sum(len(v) for v in values))
    rows = [cube.rows if i == lead else np.zeros(len(cube.rows)) for i, cube in enumerate(cubes)]
    return Cube(
        metric="formula", kind="additive", dimensions=cubes[0].dimensions, members=cubes[0].members,
        codes=np.concatenate([c.codes for c in cubes]), period=np.concatenate([c.period for c in cubes]),
        rows=np.concatenate(rows), n=np.concatenate(values), d=zero, nn=np.concatenate(squares), nd=zero, dd=zero,
    )  # fmt: skip


def _parts(factor: _Factor, slope: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return each entry's part of slope × factor, and the variance of it; parts are around the factor's midpoint."""
    cube = factor.cube
    if cube.kind == "additive":
        return slope * cube.n, slope**2 * cube.nn
    middle = (factor.before + factor.now) / 2
    whole = np.array([m.d for m in factor.sums])[cube.period]
    own = np.array([factor.before, factor.now])[cube.period]
    noise = np.maximum(cube.nn - 2 * own * cube.nd + own**2 * cube.dd, 0.0)
    return slope * (cube.n - middle * cube.d) / whole, slope**2 * noise / whole**2


def _named_alike(factors: Sequence[_Factor], at: int) -> Cube:
    """Return a factor's cube with the members that any of the cubes has, so that codes mean the same in all."""
    cube = factors[at].cube
    codes, members = cube.codes.copy(), []
    for d, own in enumerate(cube.members):
        shared = tuple(dict.fromkeys(name for f in factors for name in f.cube.members[d]))
        codes[:, d] = np.array([shared.index(name) for name in own], dtype=np.int32)[cube.codes[:, d]] if own else 0
        members.append(shared)
    return replace(cube, codes=codes, members=tuple(members))


def _plain(row: Segment) -> Segment:
    return replace(row, value_now=None, value_before=None)
