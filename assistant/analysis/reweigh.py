"""A cube whose earlier period is made of other rows: a history by its weights, or the other of two groups."""

from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from semantic_layer.query import Clusters, Cube

Held = TypeVar("Held", bound=Cube | Clusters)

POWERS = {"rows": 1, "row_count": 1, "n": 1, "d": 1, "nn": 2, "nd": 2, "dd": 2}


def against(held: Held, inside: NDArray[np.bool_], outside: NDArray[np.bool_]) -> Held:
    """Make some members of the first dimension the later period, and others the earlier one; the rest is left out."""
    kept = _at(held, (held.period == 1) & (inside | outside)[held.codes[:, 0]])
    return replace(kept, period=inside[kept.codes[:, 0]].astype(np.int8))


def without_first(held: Held) -> Held:
    """Take the first dimension away; entries that were told apart by it stay apart."""
    if isinstance(held, Clusters):
        return replace(held, codes=held.codes[:, 1:])
    return replace(held, codes=held.codes[:, 1:], dimensions=held.dimensions[1:], members=held.members[1:])


def weighed(held: Held, weights: NDArray[np.float64]) -> Held:
    """Count each earlier entry by its weight; one without any is left out."""
    w = np.where(held.period == 0, weights, 1.0)
    kept, w = _at(held, w > 0), w[w > 0]
    return _with_sums(kept, {name: sums * w ** POWERS[name] for name, sums in _sums(kept).items()})


def moved_by(held: Held, step: float, *, ratio: bool) -> Held:
    """Move the earlier period by a step: of a rate by so much at every row, of a total by a share."""
    before = held.period == 0
    sums = _sums(held)
    if ratio:
        by = np.where(before, step, 0.0)
        n, nd = sums["n"] + by * sums["d"], sums["nd"] + by * sums["dd"]
        nn = sums["nn"] + 2 * by * sums["nd"] + by**2 * sums["dd"]
        return _with_sums(held, {**sums, "n": n, "nd": nd, "nn": nn})
    factor = np.where(before, 1.0 + step, 1.0)
    return _with_sums(held, {**sums, "n": sums["n"] * factor, "nn": sums["nn"] * factor**2})


def at_level(held: Held, level: float) -> Held:
    """Put beside each entry of the later period the same entry with every row at one level (n = level · d)."""
    now = _at(held, held.period == 1)
    sums = _sums(now)
    same = {**sums, "n": level * sums["d"], "nn": level**2 * sums["dd"], "nd": level * sums["dd"]}
    twice = {name: np.concatenate([values, same[name]]) for name, values in sums.items()}
    more: dict[str, Any] = {"cluster": np.concatenate([now.cluster] * 2)} if isinstance(now, Clusters) else {}
    period = np.repeat(np.array([1, 0], dtype=np.int8), len(now.period))
    return _with_sums(replace(now, codes=np.concatenate([now.codes] * 2), period=period, **more), twice)


def _sums(held: Cube | Clusters) -> dict[str, NDArray[np.float64]]:
    if isinstance(held, Clusters):
        return held.sums
    return {name: getattr(held, name) for name in ("rows", "n", "d", "nn", "nd", "dd")}


def _with_sums(held: Held, sums: dict[str, NDArray[np.float64]]) -> Held:
    columns: dict[str, Any] = {"sums": sums} if isinstance(held, Clusters) else {**sums}
    return replace(held, **columns)


def _at(held: Held, kept: NDArray[np.bool_]) -> Held:
    more: dict[str, Any] = {"cluster": held.cluster[kept]} if isinstance(held, Clusters) else {}
    part = replace(held, codes=held.codes[kept], period=held.period[kept], **more)
    return _with_sums(part, {name: sums[kept] for name, sums in _sums(held).items()})
