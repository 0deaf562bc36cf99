"""The compiler on the demo's dictionary: milliseconds from a query to its SQL, warm."""

from datetime import date
from pathlib import Path

from benchmarks.timing import milliseconds, p50
from semantic_layer.compile import compile_cube, compile_query
from semantic_layer.loader import load_catalogue
from semantic_layer.query import CubeQuery, Filter, MetricQuery, TimeWindow

METRICS = Path(__file__).parent.parent / "evals" / "world" / "workspace" / "metrics"
NOW = TimeWindow(start=date(2026, 10, 1), end=date(2026, 10, 31))
BEFORE = TimeWindow(start=date(2026, 9, 1), end=date(2026, 9, 30))


def run() -> dict[str, str]:
    """Measure three shapes of query."""
    catalogue = load_catalogue(METRICS, fiscal_year_start=2).catalogue
    ratio = MetricQuery(metrics=("churn_rate",), by=("segment",), window=NOW)
    wide = MetricQuery(
        metrics=("transfer_rate", "complaint_rate", "cost_per_contact"), by=("channel", "region"), window=NOW,
        grain="month", filters=(Filter(dimension="segment", values=("SMB",)),),
    )  # fmt: skip
    cube = CubeQuery(metric="churn_rate", dimensions=("segment", "region", "product", "plan"), now=NOW, before=BEFORE)
    members = dict.fromkeys(cube.dimensions, ("(unknown)",))
    day = NOW.end
    return {
        "ratio over a joined dimension, p50 (target < 2 ms)": _ms(lambda: compile_query(ratio, catalogue, as_of=day)),
        "three metrics × two dimensions × month, p50": _ms(lambda: compile_query(wide, catalogue, as_of=day)),
        "driver cube of four dimensions, p50": _ms(lambda: compile_cube(cube, catalogue, members=members, as_of=day)),
    }


def _ms(call: object) -> str:
    assert callable(call)
    return f"{p50(milliseconds(call, repeat=200)):.2f} ms"
