"""A why over 10 M contacts beside its floor: one GROUP BY of the driver dimensions over both windows."""

import statistics
from datetime import date

from assistant.analysis.drivers import explain
from assistant.workspace import open_workspace
from benchmarks.timing import demo_workspace, seconds
from semantic_layer.compile import sliceable
from semantic_layer.cube import run_cube
from semantic_layer.engine import DuckDbEngine
from semantic_layer.loader import load_catalogue
from semantic_layer.query import Column, CubeQuery, Sql, TimeWindow

METRIC = "transfer_rate"
DIMENSIONS = ("channel", "queue", "segment", "region", "product", "plan")
NOW = TimeWindow(start=date(2026, 5, 1), end=date(2026, 10, 31))
BEFORE = TimeWindow(start=date(2025, 11, 1), end=date(2026, 4, 30))
FLOOR = f"""
SELECT f.channel, f.queue, c.segment, c.region, c.product, c.plan, f.started_at >= DATE '{NOW.start}' AS now,
       count(*), count(*) FILTER (WHERE f.is_transferred)
FROM fct_contacts f LEFT JOIN dim_customers c ON c.customer_id = f.customer_id
WHERE f.started_at >= DATE '{BEFORE.start}' AND f.started_at < DATE '{NOW.end}' + 1
  AND f.handled_by = 'human' AND NOT f.is_abandoned
GROUP BY ALL
"""


def run() -> dict[str, str]:
    """Measure cube and search, and the floor, on the same engine in turn."""
    workspace = open_workspace(demo_workspace("large"))
    catalogue = load_catalogue(workspace.metrics, fiscal_year_start=2).catalogue
    assert set(DIMENSIONS) <= set(sliceable(METRIC, catalogue))
    engine = DuckDbEngine(workspace.warehouse, timeout=300)
    query = CubeQuery(metric=METRIC, dimensions=DIMENSIONS, now=NOW, before=BEFORE)
    names = ("channel", "queue", "segment", "region", "product", "plan", "now", "d", "n")
    floor_sql = Sql(text=FLOOR, columns=tuple(Column(name=n, kind="dimension") for n in names))

    def why() -> None:
        cube, _ = run_cube(query, catalogue, engine, as_of=NOW.end)
        explain(cube)

    pairs = [(seconds(why), seconds(lambda: engine.run(floor_sql, max_rows=1_000_000))) for _ in range(6)][1:]
    ours, floor = (statistics.median(times) for times in zip(*pairs, strict=True))
    return {
        "why: cube, splits and search, median of 5": f"{ours:.2f} s",
        "floor: one GROUP BY, median of 5": f"{floor:.2f} s",
        "ratio (target ≤ 1.5)": f"{ours / floor:.2f}",
    }
