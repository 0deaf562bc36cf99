"""From a cube to the drivers of its change."""

from collections.abc import Mapping
from dataclasses import replace

from assistant.analysis.drivers.cells import Cells, cells_of, marginals
from assistant.analysis.drivers.clusters import design_of
from assistant.analysis.drivers.forecast import search_forecast, with_forecast_error
from assistant.analysis.drivers.paradox import paradoxes
from assistant.analysis.drivers.report import (
    MATERIAL_MIX,
    Whole,
    by_dimension,
    interval_of_rest,
    scale_of,
    segments_of,
    whole_of,
)
from assistant.analysis.drivers.screen import project, screen
from assistant.analysis.drivers.search import Found, search
from assistant.analysis.drivers.statistics import statistics_of
from assistant.types import Drivers
from semantic_layer.query import Clusters, Cube

METHOD = {
    "ratio": (
        "Rate and mix effects around the midpoint of both periods (Kitagawa), exact for every cut; segments by a scan"
        " of all combinations up to {depth} dimensions, p-values adjusted for the whole search."
    ),
    "additive": (
        "Differences of sums, exact for every cut; segments by a scan of all combinations up to {depth} dimensions"
        " against the growth of the rest, p-values adjusted for the whole search."
    ),
    "forecast": (
        "Actual less forecast, exact for every cut; segments by a scan of all combinations up to {depth} dimensions"
        " against the forecast's own error, p-values adjusted for the whole search."
    ),
}
MAX_DEPTH = 4
MOST_COMBINED = 7


def explain(
    cube: Cube,
    *,
    max_depth: int = MAX_DEPTH,
    max_segments: int = 5,
    labels: Mapping[str, str] | None = None,
    definitional_change: float = 0.0,
    days: tuple[int, int] | None = None,
    forecast: bool = False,
    clusters: Clusters | None = None,
    offered: int | None = None,
) -> Drivers:
    """Say which parts carry the change between the two periods of a cube.

    `cube` holds one definition of the metric; `definitional_change`, what a change of definition
    between the periods adds, is reported apart and is part of the total. `labels` name the
    dimensions in sentences; `days` are the lengths of the windows, now and before. With `forecast`
    the earlier period is what was expected of the later one, and the forecast's error is the noise.
    With `clusters` errors are those of entities, not of rows. `offered` is the number of dimensions that
    the cube's were chosen from, where it holds only the most telling ones.
    A segment's p-value is adjusted for the whole search, its interval is not. Raises UserError `empty_period`,
    `no_denominator` or `not_finite`.
    """
    cells = cells_of(cube)
    exposure = days[0] / days[1] if days else 1.0
    if forecast:
        found, yardstick = search_forecast(cells, max_depth=max_depth, max_segments=max_segments)
        cells = with_forecast_error(cells, yardstick)
        whole = whole_of(cells, definitional_change, exposure)
    else:
        whole = whole_of(cells, definitional_change, exposure, design_of(cube, clusters))
        found = searched(
            cells, whole, max_depth=max_depth, max_segments=max_segments, exposure=exposure, offered=offered
        )
    segments = segments_of(cells, whole, found)
    named = sum(s.contribution for s in segments)
    members = marginals(cells)
    return Drivers(
        total_change=whole.reported,
        method=METHOD["forecast" if forecast else cells.kind].format(depth=max_depth),
        segments=segments,
        other=whole.reported - definitional_change - named,
        other_ci=interval_of_rest(cells, whole, segments) if segments and not forecast else None,
        unexplained=0.0,
        by_dimension=tuple(by_dimension(cells, whole, d, *pair) for d, pair in enumerate(members)),
        paradox=paradoxes(
            cells, members, whole.change, labels or {}, design=whole.design.whole if whole.design else 1.0
        ),
        definitional_change=definitional_change,
    )


def searched(
    cells: Cells, whole: Whole, *, max_depth: int, max_segments: int, exposure: float, offered: int | None = None
) -> tuple[Found, ...]:
    """Search the combinations of the most telling dimensions, judged as if all had been combined."""
    statistics = statistics_of(cells, exposure)
    chosen = screen(cells, statistics, most=MOST_COMBINED)
    design = tuple(whole.design.dimensions[d] for d in chosen) if whole.design else None
    found = search(
        *project(cells, statistics, chosen),
        max_depth=max_depth,
        max_segments=max_segments,
        offered=offered or len(cells.dimensions),
        material=MATERIAL_MIX * scale_of(whole.change),
        design=design,
    )
    return tuple(replace(one, segment=tuple((chosen[d], m) for d, m in one.segment)) for one in found)
