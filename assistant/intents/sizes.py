"""How many rows stand behind each member of a table, and who leads among those with enough."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from assistant.findings import Findings
from assistant.measuring import Bench
from assistant.phrases import show
from assistant.types import Figure
from semantic_layer.errors import UserError
from semantic_layer.query import UNKNOWN, Cube, CubeQuery, Filter

ENOUGH_ROWS = 30
SURE = 0.05


def with_sizes(found: Findings, bench: Bench, cube: Cube | None = None) -> Findings:
    """Note the rows behind the smallest group and the groups of too few; in a ranking, add who leads among the others.

    Only where the metric's sums can tell: a percentile or a count of distinct things has none. `cube` holds them
    where they were measured before.
    """
    reading, table = found.reading, found.table
    if table is None or not table.rows:
        return found
    metric = _ordered_by(found)
    try:
        cube = cube or sums_of(found, bench, metric)
    except UserError:
        return found
    if cube is None:
        return found
    counts = _rows_of(cube)
    names = [c.name for c in table.columns]
    cells = [tuple(str(row[names.index(d)]) for d in reading.by) for row in table.rows]
    sizes = [counts.get(cell) for cell in cells]
    found = replace(found, smallest=min((s for s in sizes if s is not None), default=None))
    if cube.kind != "ratio":
        return found
    thin = frozenset(i for i, size in enumerate(sizes) if size is not None and size < ENOUGH_ROWS)
    found = replace(found, thin=thin, alike=_alike(cube))
    return (
        _with_leader(found, cube, metric, bench.recorder.runs[-1].id)
        if reading.intent == "rank" and 0 in thin
        else found
    )


def sums_of(found: Findings, bench: Bench, metric: str) -> Cube | None:
    """Return the metric's sums for each group; None where they would tell the size of a withheld one."""
    if bench.catalogue.small_cells:
        return None
    return bench.recorder.cube(sums_query(found, metric), f"{bench.catalogue.metric(metric).label}, sums a group")


def sums_query(found: Findings, metric: str) -> CubeQuery:
    """Ask for the sums of each group of a reading."""
    reading = found.reading
    return CubeQuery(metric=metric, dimensions=reading.by, now=reading.window, filters=reading.filters)


def part(cube: Cube, member: str) -> Cube:
    """Return the cells of one member of the cube's first dimension."""
    keep = cube.codes[:, 0] == list(cube.members[0]).index(member)
    return replace(
        cube,
        **{k: getattr(cube, k)[keep] for k in ("codes", "period", "rows", "n", "d", "nn", "nd", "dd")},
    )


def _ordered_by(found: Findings) -> str:
    reading = found.reading
    return reading.order_by if reading.order_by in reading.metrics and reading.order_by else reading.metrics[0]


def _names(cube: Cube, codes: NDArray[np.int32]) -> tuple[str, ...]:
    return tuple(str(members[code]) for members, code in zip(cube.members, codes, strict=True))


def _rows_of(cube: Cube) -> dict[tuple[str, ...], int]:
    now = np.flatnonzero(cube.period == 1)
    return {_names(cube, cube.codes[i]): round(float(cube.rows[i])) for i in now}


def _alike(cube: Cube) -> bool:
    """Tell whether the groups differ no more than chance: a chi-squared test of one ratio for all.

    Each group's Σ(n - R·d), R being the ratio of all, is weighed against its rows times the variance of a row.
    """
    from scipy.stats import chi2

    now = (cube.period == 1) & (cube.rows > 0)
    rows, n, d = cube.rows[now], cube.n[now], cube.d[now]
    if len(rows) < 2 or not d.sum():
        return False
    ratio = n.sum() / d.sum()
    squares = cube.nn[now].sum() - 2 * ratio * cube.nd[now].sum() + ratio**2 * cube.dd[now].sum()
    if squares <= 0:
        return False
    statistic = float(np.sum((n - ratio * d) ** 2 / rows) * rows.sum() / squares)
    return float(chi2.sf(statistic, len(rows) - 1)) > SURE


def _with_leader(found: Findings, cube: Cube, metric: str, run: str) -> Findings:
    """Add the figure of the first group, in the order asked, that rests on enough rows."""
    now = np.flatnonzero((cube.period == 1) & (cube.rows >= ENOUGH_ROWS) & (cube.d != 0))
    groups = [(_names(cube, cube.codes[i]), float(cube.n[i] / cube.d[i])) for i in now]
    groups = [(names, value) for names, value in groups if UNKNOWN not in names]
    if not groups:
        return found
    choose = min if found.reading.order == "asc" else max
    names, value = choose(groups, key=lambda group: group[1])
    spec = found.catalogue.metric(metric)
    figure = Figure(
        metric=metric, label=f"{spec.label}, {' / '.join(names)}", value=value, unit=spec.unit,
        text=show(value, spec.unit), window=found.reading.window, filters=_only(found, names),
        query=run,
    )  # fmt: skip
    return replace(found, figures=(*found.figures, figure), leader=len(found.figures))


def _only(found: Findings, names: Sequence[str]) -> tuple[Filter, ...]:
    kept = tuple(f for f in found.reading.filters if f.dimension not in found.reading.by)
    return (*kept, *(Filter(dimension=d, values=(n,)) for d, n in zip(found.reading.by, names, strict=True)))
