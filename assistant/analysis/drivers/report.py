"""What was found, described: segments without overlap and every cut, each adding up to the change."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from assistant.analysis.change import Change, compare
from assistant.analysis.drivers.cells import Cells, sums
from assistant.analysis.drivers.clusters import Design
from assistant.analysis.drivers.search import Found, inside
from assistant.analysis.drivers.split import Split, split
from assistant.analysis.moments import Z95, Moments
from assistant.types import DimensionSplit, Segment
from semantic_layer.query import Filter

MATERIAL = 0.05
MATERIAL_MIX = 0.1
SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """The total of both periods and its change; `design`, how much wider errors are than those of single rows."""

    kind: str
    before: Moments
    now: Moments
    change: Change
    reported: float
    design: Design | None = None


def whole_of(cells: Cells, definitional_change: float, exposure: float, design: Design | None = None) -> Whole:
    """Sum all cells and test their change."""
    before, now = sums(cells.before), sums(cells.now)
    kind: Literal["ratio", "additive"] = "ratio" if cells.kind == "ratio" else "additive"
    change = compare(now, before, kind=kind, exposure=exposure, design=design.whole if design else 1.0)
    reported = (change.change or 0.0) + definitional_change
    return Whole(kind=cells.kind, before=before, now=now, change=change, reported=reported, design=design)


def scale_of(change: Change) -> float:
    """Return the size of a change, or of what noise alone could make, if larger."""
    return max(abs(change.change or 0.0), error_of(change) * Z95 if change.ci else 0.0)


def error_of(change: Change) -> float:
    """Return the standard error of a change; infinite where unknown."""
    return (change.ci[1] - change.ci[0]) / 2 / Z95 if change.ci else float("inf")


def by_dimension(cells: Cells, whole: Whole, position: int, before: Moments, now: Moments) -> DimensionSplit:
    """Split over a dimension's members; beyond a number of them the least are one row."""
    name, members = cells.dimensions[position], cells.members[position]
    size = np.abs(_split(before, now, whole).contribution)
    present = np.flatnonzero(sum(np.abs(x) for m in (before, now) for x in (m.rows, m.n, m.d)) > 0)
    order = present[np.argsort(-size[present], kind="stable")]
    shown = order[:SHOWN]
    filters = [(Filter(dimension=name, values=(members[m],)),) for m in shown]
    before_shown, now_shown = before.at(shown), now.at(shown)
    if len(order) > SHOWN:
        filters.append((Filter(dimension=name, operator="not in", values=tuple(members[m] for m in shown)),))
        before_shown, now_shown = (_with_rest(m, shown, order[SHOWN:]) for m in (before, now))
    effects = None
    if whole.design:
        each = whole.design.members[position]
        effects = np.append(each[shown], [whole.design.dimensions[position]] * (len(filters) - len(shown)))
    return DimensionSplit(dimension=name, rows=_rows(filters, before_shown, now_shown, whole, effects=effects))


def _with_rest(m: Moments, shown: NDArray[np.int64], rest: NDArray[np.int64]) -> Moments:
    def join(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.append(values[shown], values[rest].sum())

    return Moments(rows=join(m.rows), n=join(m.n), d=join(m.d), nn=join(m.nn), nd=join(m.nd), dd=join(m.dd))


def segments_of(cells: Cells, whole: Whole, found: Sequence[Found]) -> tuple[Segment, ...]:
    """Describe what was found, without overlap: a later segment leaves out a value of an earlier one."""
    taken = np.zeros(len(cells), dtype=bool)
    kept: list[Segment] = []
    scale = scale_of(whole.change)
    earlier: list[Found] = []
    for one in found:
        filters, mask = _disjoint(cells, one, earlier)
        if (mask & taken).any() or not mask.any():
            continue
        before, now = (sums(m.at(mask)) for m in cells.periods)
        effects = np.array([whole.design.of_part(filters)]) if whole.design else None
        row = _rows([filters], _as_arrays(before), _as_arrays(now), whole, effects=effects, p_values=[one.p_value])[0]
        if one.scan != "forecast" and not _carries(row, one, scale):
            continue
        kept.append(row)
        earlier.append(one)
        taken |= mask
    return tuple(kept)


def interval_of_rest(cells: Cells, whole: Whole, segments: Sequence[Segment]) -> tuple[float, float] | None:
    """Return the 95 % interval of what all cells outside the segments contribute."""
    rest = np.ones(len(cells), dtype=bool)
    for segment in segments:
        rest &= ~np.all([_matches(cells, f) for f in segment.filters], axis=0)
    before, now = (_as_arrays(sums(m.at(rest))) for m in cells.periods)
    effects = np.array([whole.design.whole]) if whole.design else None
    return _rows([()], before, now, whole, effects=effects)[0].ci


def _matches(cells: Cells, item: Filter) -> NDArray[np.bool_]:
    at = cells.dimensions.index(item.dimension)
    places = [cells.members[at].index(str(v)) for v in item.values]
    return np.isin(cells.codes[:, at], places, invert=item.operator == "not in")


def _carries(row: Segment, found: Found, scale: float) -> bool:
    """Tell whether a segment carries something, and by what it was found for: its rate, or its weight."""
    if row.ci is None or row.ci[0] <= 0 <= row.ci[1]:
        return False
    effect = {"rate": row.rate_effect, "mix": row.mix_effect}.get(found.scan, row.contribution)
    effect = row.contribution if effect is None else effect
    bar = MATERIAL_MIX if found.scan == "mix" else MATERIAL
    return abs(row.contribution) >= MATERIAL * scale and abs(effect) >= bar * scale


def _as_arrays(m: Moments) -> Moments:
    return Moments(
        rows=np.array([m.rows]), n=np.array([m.n]), d=np.array([m.d]),
        nn=np.array([m.nn]), nd=np.array([m.nd]), dd=np.array([m.dd]),
    )  # fmt: skip


def _disjoint(cells: Cells, one: Found, earlier: Sequence[Found]) -> tuple[tuple[Filter, ...], NDArray[np.bool_]]:
    """Return filters and cells of a segment that share nothing with the earlier ones."""
    mask = inside(cells, one.segment)
    left_out: dict[int, set[int]] = {}
    for other in earlier:
        if not (mask & inside(cells, other.segment)).any():
            continue
        choices = [(d, m) for d, m in other.segment if (d, m) not in one.segment]
        losses = [cells.now.rows[mask & (cells.codes[:, d] == m)].sum() for d, m in choices]
        d, m = choices[int(np.argmin(losses))]
        left_out.setdefault(d, set()).add(m)
        mask &= cells.codes[:, d] != m
    names, members = cells.dimensions, cells.members
    filters = [Filter(dimension=names[d], values=(members[d][m],)) for d, m in one.segment]
    filters += [
        Filter(dimension=names[d], operator="not in", values=tuple(members[d][m] for m in sorted(ms)))
        for d, ms in sorted(left_out.items())
    ]
    return tuple(filters), mask


def _split(before: Moments, now: Moments, whole: Whole) -> Split:
    return split(before, now, whole.before, whole.now, kind=whole.kind)


def _rows(
    filters: Sequence[tuple[Filter, ...]],
    before: Moments,
    now: Moments,
    whole: Whole,
    *,
    effects: NDArray[np.float64] | None = None,
    p_values: Sequence[float] | None = None,
) -> tuple[Segment, ...]:
    from scipy.special import ndtr

    parts = _split(before, now, whole)
    errors = parts.se if effects is None else parts.se * np.sqrt(effects)
    share = whole.reported if whole.change.significant and whole.reported else None
    rows = []
    for i, chosen in enumerate(filters):
        contribution, se = float(parts.contribution[i]), float(errors[i])
        rows.append(
            Segment(
                filters=chosen,
                contribution=contribution,
                share_of_change=contribution / share if share else None,
                rate_effect=float(parts.rate[i]) if parts.rate is not None else None,
                mix_effect=float(parts.mix[i]) if parts.mix is not None else None,
                ci=(contribution - Z95 * se, contribution + Z95 * se) if se > 0 else None,
                p_value=p_values[i] if p_values else float(2 * ndtr(-abs(contribution) / se)) if se > 0 else None,
                value_now=_value(now, i, whole.kind),
                value_before=_value(before, i, whole.kind),
                n_now=round(float(now.rows[i])),
                n_before=round(float(before.rows[i])),
            )
        )
    return tuple(rows)


def _value(m: Moments, i: int, kind: str) -> float | None:
    if kind == "additive":
        return float(m.n[i])
    return float(m.n[i] / m.d[i]) if m.d[i] > 0 else None
