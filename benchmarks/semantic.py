"""The semantic layer: milliseconds from a query to its SQL, from YAML to a checked model, and rows against SQL by hand.

No statement is kept: every compile builds its tree anew. "cold" has not read the metrics' expressions before either.
"""

from collections.abc import Callable
from datetime import date
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from benchmarks.metricflow_peer import Peer
from benchmarks.timing import milliseconds, p50, seconds
from semantic_layer.compile import ast, compile_cube, compile_query
from semantic_layer.engine import DuckDbEngine
from semantic_layer.interchange import to_dbt
from semantic_layer.loader import load_catalogue
from semantic_layer.model import Catalogue
from semantic_layer.query import Column, CubeQuery, Filter, MetricQuery, Sql, TimeWindow
from semantic_layer.storage import build_aside
from semantic_layer.validate import check

METRICS = Path(__file__).parent.parent / "evals" / "world" / "workspace" / "metrics"
NOW = TimeWindow(start=date(2026, 10, 1), end=date(2026, 10, 31))
BEFORE = TimeWindow(start=date(2026, 9, 1), end=date(2026, 9, 30))
CUT_BY = ("segment", "region", "product", "plan", "acquisition_channel", "contract_type")
ROWS = 10_000_000


def run() -> dict[str, str]:
    """Measure compiling, loading and running."""
    catalogue = load_catalogue(METRICS, fiscal_year_start=2).catalogue
    ratio = MetricQuery(metrics=("churn_rate",), by=("segment",), window=NOW)
    wide = MetricQuery(
        metrics=("transfer_rate", "complaint_rate", "cost_per_contact"), by=("channel", "region"), window=NOW,
        grain="month", filters=(Filter(dimension="segment", values=("SMB",)),),
    )  # fmt: skip
    cube = CubeQuery(metric="churn_rate", dimensions=CUT_BY, now=NOW, before=BEFORE)
    members = dict.fromkeys(CUT_BY, ("a", "b", "c", "(unknown)"))
    return {
        "ratio over a joined dimension, p50 (target < 1 ms)": _ms(lambda: compile_query(ratio, catalogue)),
        "that ratio with its expressions parsed anew, p50": _ms(lambda: _cold(ratio, catalogue)),
        "three metrics × two dimensions × month with a filter, p50 (target < 2 ms)": _ms(
            lambda: compile_query(wide, catalogue)
        ),
        "those three with their expressions parsed anew, p50": _ms(lambda: _cold(wide, catalogue)),
        "driver cube of six dimensions (21 cuts by one or two), p50 (target < 4 ms)": _ms(
            lambda: compile_cube(cube, catalogue, members=members)
        ),
        **_beside_metricflow(catalogue, wide),
        **_models(),
        **_rows(),
    }


def _ms(call: Callable[[], object], repeat: int = 200) -> str:
    return f"{p50(milliseconds(call, repeat=repeat)):.2f} ms"


def _cold(query: MetricQuery, catalogue: Catalogue) -> None:
    ast.forget_parsed()
    compile_query(query, catalogue)


def _beside_metricflow(catalogue: Catalogue, wide: MetricQuery) -> dict[str, str]:
    """Compile two questions here and by MetricFlow, which reads the same dictionary as exported, in turns."""
    if find_spec("metricflow") is None:
        return {"MetricFlow": "not installed: pip install 'because-ai[metricflow]'"}
    document, _ = to_dbt(catalogue)
    peer, window = Peer(document), (NOW.start, NOW.end)
    ratio = MetricQuery(metrics=("cost_per_contact",), by=("segment",), window=NOW)
    smb = "{{ Dimension('dim_customers_row__segment') }} = 'SMB'"
    cut = ("fct_contacts_row__channel", "dim_customers_row__region", "metric_time__month")
    pairs: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        "a ratio over a joined dimension": (
            lambda: compile_query(ratio, catalogue),
            lambda: peer.sql(ratio.metrics, by=["dim_customers_row__segment"], window=window),
        ),
        "three metrics × two dimensions × month with a filter": (
            lambda: compile_query(wide, catalogue),
            lambda: peer.sql(wide.metrics, by=cut, window=window, where=[smb]),
        ),
    }
    return {f"{name}, here / MetricFlow, p50": _side_by_side(*pair) for name, pair in pairs.items()}


def _side_by_side(ours: Callable[[], object], theirs: Callable[[], object], rounds: int = 30) -> str:
    for call in (ours, theirs):
        call()
    taken = [seconds(call) * 1000 for _ in range(rounds) for call in (ours, theirs)]
    here, there = p50(taken[::2]), p50(taken[1::2])
    return f"{here:.2f} ms / {there:.1f} ms ({there / here:.0f} ×)"


def _models() -> dict[str, str]:
    with TemporaryDirectory() as name:
        return _model(Path(name), 200, " (target < 300 ms)") | _model(Path(name), 1000, "")


def _model(root: Path, count: int, target: str) -> dict[str, str]:
    """Load, check and compile a model of so many metrics and a hundred dimensions."""
    folder, file = _written(root / str(count), metrics=count, dimensions=100), root / f"{count}.duckdb"
    with build_aside(file) as connection:
        columns = ", ".join(f"d{i} VARCHAR" for i in range(100))
        connection.execute("CREATE TABLE facts (id INT, day DATE, customer INT, x DOUBLE, ok BOOLEAN)")
        connection.execute(f"CREATE TABLE customers (customer INT, {columns})")
    engine = DuckDbEngine(file)
    checking = milliseconds(lambda: check(load_catalogue(folder), engine), repeat=5, warm=1)
    loading = milliseconds(lambda: load_catalogue(folder), repeat=5, warm=1)
    engine.close()
    catalogue = load_catalogue(folder).catalogue
    query = MetricQuery(metrics=("m7",), by=("d3",), window=NOW)
    return {
        f"load {count:,} metrics × 100 dimensions": f"{p50(loading):.0f} ms",
        f"load and check {count:,} metrics against an empty warehouse{target}": f"{p50(checking):.0f} ms",
        f"a ratio of {count:,} metrics × 100 dimensions, compiled, p50": _ms(lambda: compile_query(query, catalogue)),
    }


def _written(folder: Path, *, metrics: int, dimensions: int) -> Path:
    """Write a model of so many ratios and dimensions as YAML."""
    folder.mkdir(parents=True)
    model: dict[str, Any] = {
        "tables": [
            {"name": "facts", "key": "id", "time": "day", "joins": [{"to": "customers", "on": "customer"}]},
            {"name": "customers", "key": "customer"},
        ],
        "dimensions": [{"name": f"d{i}", "label": f"Cut {i}", "table": "customers"} for i in range(dimensions)],
        "metrics": [
            {
                "name": f"m{i}", "label": f"Rate {i}", "type": "ratio", "definition": f"Share {i}.", "unit": "ratio",
                "owner": "Data", "numerator": {"table": "facts", "agg": "count", "where": f"ok and x > {i}"},
                "denominator": {"table": "facts", "agg": "count"},
            }
            for i in range(metrics)
        ],
    }  # fmt: skip
    (folder / "model.yml").write_text(yaml.safe_dump(model), encoding="utf-8")
    return folder


_BY_HAND = """
SELECT coalesce(c.d0, '(unknown)') AS d0, count(*) FILTER (WHERE f.ok AND f.x > 7) / nullif(count(*), 0) AS m7
FROM facts f LEFT JOIN customers c ON f.customer = c.customer
WHERE f.day >= DATE '2026-10-01' AND f.day < DATE '2026-11-01' GROUP BY 1 ORDER BY 1
"""


def _rows() -> dict[str, str]:
    """Run a compiled ratio over a joined dimension beside the same by hand, in turns."""
    with TemporaryDirectory() as name:
        catalogue = load_catalogue(_written(Path(name) / "metrics", metrics=10, dimensions=1)).catalogue
        with build_aside(Path(name) / "rows.duckdb") as connection:
            connection.execute("SET enable_progress_bar = false")
            connection.execute(
                f"CREATE TABLE facts AS SELECT i::INT id, DATE '2026-10-01' + (i % 31)::INT AS day, "
                f"(hash(i) % 100000)::INT customer, (hash(i + 1) % 1000) / 50.0 x, i % 3 = 0 ok FROM range({ROWS}) r(i)"
            )
            connection.execute(
                "CREATE TABLE customers AS SELECT i::INT customer, 'segment ' || (i % 5) d0 FROM range(100000) r(i)"
            )
        engine = DuckDbEngine(Path(name) / "rows.duckdb")
        ours = compile_query(MetricQuery(metrics=("m7",), by=("d0",), window=NOW), catalogue)
        theirs = Sql(text=_BY_HAND, columns=(Column(name="d0", kind="dimension"), Column(name="m7", kind="metric")))
        assert engine.run(ours).rows() == engine.run(theirs).rows()
        taken = [seconds(partial(engine.run, sql)) * 1000 for _ in range(9) for sql in (ours, theirs)]
        engine.close()
    compiled, by_hand = p50(taken[::2]), p50(taken[1::2])
    return {
        f"a ratio by a joined dimension over {ROWS / 1e6:.0f} M rows": f"{compiled:.0f} ms",
        "that, as a multiple of SQL by hand (target < 1.15)": f"{compiled / by_hand:.2f} ×",
    }
