"""Groups that stand worse than the rest, beyond noise, each named at its own grain."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from assistant.analysis.change import compare
from assistant.analysis.moments import NAMES, Moments
from assistant.analysis.movement import beyond_noise
from semantic_layer.query import UNKNOWN, Cube

LEAST = 50
NARROWER = 1.15
SWALLOWS = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Members by position of their dimension, their value, the rest's, and how many rows.

    `excess` is what the group has beyond the whole's rate, in the numerator's unit.
    """

    members: tuple[tuple[int, int], ...]
    value: float
    rest: float
    ci: tuple[float, float]
    rows: int
    excess: float


def worst_groups(cube: Cube, *, high_is_bad: bool, depth: int = 2, most: int = 8) -> tuple[Group, ...]:
    """Return the groups of up to `depth` dimensions that stand worse than the rest, the most excess first.

    All groups of 50 rows or more are tested together (Benjamini-Hochberg); a narrower group is named beside a
    wider one only where its distance from the rest is 15 % larger.
    """
    now = cube.period == 1
    whole = _sums(cube, now)
    tested, p_values = [], []
    for dims in (d for k in range(1, depth + 1) for d in combinations(range(len(cube.dimensions)), k)):
        for members, inside in _groups(cube, now, dims):
            rest = whole.minus(inside)
            if min(inside.rows, rest.rows) < LEAST or inside.d <= 0 or rest.d <= 0:
                continue
            change = compare(inside, rest, kind="ratio")
            if change.ci is None or (change.change or 0.0) * (1 if high_is_bad else -1) <= 0:
                continue
            tested.append(_group(members, inside, whole, change.value_before or 0.0, change.ci))
            p_values.append(change.p_value)
    sure = [tested[i] for i in beyond_noise(p_values)]
    return tuple(_pruned(sorted(sure, key=lambda g: -abs(g.excess)))[:most])


def _group(
    members: tuple[tuple[int, int], ...], inside: Moments, whole: Moments, rest: float, ci: tuple[float, float]
) -> Group:
    return Group(
        members=members,
        value=float(inside.n / inside.d),
        rest=rest,
        ci=ci,
        rows=round(float(inside.rows)),
        excess=float(inside.n - inside.d * whole.n / whole.d),
    )


def _groups(
    cube: Cube, now: NDArray[np.bool_], dims: Sequence[int]
) -> Iterator[tuple[tuple[tuple[int, int], ...], Moments]]:
    """Yield each combination of members of some dimensions with its sums; unknown members are left out."""
    codes = cube.codes[now][:, list(dims)]
    unique, place = np.unique(codes, axis=0, return_inverse=True)
    sums = {n: np.bincount(place.ravel(), weights=getattr(cube, n)[now], minlength=len(unique)) for n in NAMES}
    for i, row in enumerate(unique):
        members = tuple((d, int(m)) for d, m in zip(dims, row, strict=True))
        if all(cube.members[d][m] != UNKNOWN for d, m in members):
            yield members, Moments(**{n: float(v[i]) for n, v in sums.items()})


def _sums(cube: Cube, mask: NDArray[np.bool_]) -> Moments:
    return Moments(**{name: float(getattr(cube, name)[mask].sum()) for name in NAMES})


def _pruned(groups: Sequence[Group]) -> list[Group]:
    kept: list[Group] = []
    for one in groups:
        wider = [g for g in groups if set(g.members) < set(one.members)]
        if all(abs(one.value - one.rest) > NARROWER * abs(g.value - g.rest) for g in wider):
            kept.append(one)
    return [g for g in kept if not any(_swallowed(g, other) for other in kept)]


def _swallowed(one: Group, other: Group) -> bool:
    """Tell whether a wider group stands out only by a narrower one that carries most of its excess."""
    return set(one.members) < set(other.members) and abs(other.excess) > SWALLOWS * abs(one.excess)
