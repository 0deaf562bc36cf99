"""Laws of the compiler on random small data: parts add up, cubes agree with queries, nothing fans out."""

import tempfile
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from semantic_layer.compile import compile_query
from semantic_layer.cube import run_clusters, run_cube
from semantic_layer.engine import DuckDbEngine
from semantic_layer.model import Catalogue
from semantic_layer.query import Cube, CubeQuery, Filter, MetricQuery, TimeWindow
from semantic_layer.storage import build_aside

AS_OF = date(2026, 3, 31)
BEFORE = TimeWindow(start=date(2026, 1, 1), end=date(2026, 1, 31))
NOW = TimeWindow(start=date(2026, 2, 1), end=date(2026, 3, 31))
ADDITIVE = ("volume", "voice_seconds", "leavers", "responses", "touches")
BY_CONTACT = (
    "handle_time",
    "resolution",
    "mean_voice",
    "response_rate",
    "answered_share",
    "mean_csat",
    "net",
    "fair_share",
    "touches",
    "voice_per_chat",
    "contact_to_survey",
    "comes_back",
)
BY_CUSTOMER = ("churn", "contacts_each", "leavers", "active", "revenue", "earned", "opening")

text = st.sampled_from(["a", "b", "c", None])
day = st.integers(0, 89).map(lambda n: date(2026, 1, 1) + timedelta(days=n))
month = st.sampled_from([date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)])
flag = st.sampled_from([True, False, None])
small_number = st.one_of(st.none(), st.integers(-300, 3000))
world = st.fixed_dictionaries(
    {
        "customers": st.lists(st.tuples(text, st.integers(0, 3), flag, day), max_size=5),
        "contacts": st.lists(
            st.tuples(text, day, st.sampled_from(["Voice", "Chat", "Bot", None]), small_number, flag), max_size=12
        ),
        "surveys": st.lists(
            st.tuples(st.integers(0, 14), day, st.one_of(st.none(), st.integers(1, 5)), text), max_size=8
        ),
        "months": st.lists(st.tuples(text, month, st.integers(0, 40), flag, text), max_size=12),
    }
)  # fmt: skip
laws = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
TYPES = {
    "customers": "customer_id VARCHAR, segment VARCHAR, tier INTEGER, vip BOOLEAN, signed_up DATE",
    "contacts": "contact_id INTEGER, customer_id VARCHAR, started_at DATE, channel VARCHAR, seconds SMALLINT, "
    "resolved BOOLEAN",
    "surveys": "survey_id INTEGER, contact_id INTEGER, responded_at DATE, csat TINYINT, asked VARCHAR",
    "months": "customer_id VARCHAR, month DATE, mrr DECIMAL(9, 2), churned BOOLEAN, reason VARCHAR",
}


def opened(rows: dict[str, list[tuple[Any, ...]]], folder: str) -> DuckDbEngine:
    file = Path(folder) / "warehouse.duckdb"
    with build_aside(file) as connection:
        for table, columns in TYPES.items():
            connection.execute(f"CREATE TABLE {table} ({columns})")
            keyed = [_keyed(table, number, row) for number, row in enumerate(rows[table])]
            if keyed:
                connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(keyed[0]))})", keyed)
    return DuckDbEngine(file)


def _keyed(table: str, number: int, row: tuple[Any, ...]) -> tuple[Any, ...]:
    if table == "months":
        return row
    return ("abcde"[number] if table == "customers" else number, *row)


def values(
    engine: DuckDbEngine, catalogue: Catalogue, metric: str, window: TimeWindow, by: tuple[str, ...], **more: Any
) -> dict[tuple[Any, ...], float | None]:
    query = MetricQuery(metrics=(metric,), by=by, window=window, **more)
    rows = engine.run(compile_query(query, catalogue, as_of=AS_OF)).rows()
    return {tuple(row[:-1]): None if row[-1] is None else float(row[-1]) for row in rows}


def sums(cube: Cube, period: int) -> dict[tuple[Any, ...], tuple[float, float]]:
    found: dict[tuple[Any, ...], tuple[float, float]] = defaultdict(lambda: (0.0, 0.0))
    for i in range(len(cube.period)):
        if cube.period[i] == period:
            cell = tuple(cube.members[k][code] for k, code in enumerate(cube.codes[i]))
            assert cell not in found, "one entry per cell and period"
            found[cell] = (float(cube.n[i]), float(cube.d[i]))
    return found


@laws
@given(metric=st.sampled_from(ADDITIVE), rows=world)
def test_the_parts_of_an_additive_metric_add_up(metric: str, rows: dict[str, Any], catalogue: Catalogue) -> None:
    dimension = "segment" if metric == "leavers" else "channel"
    with tempfile.TemporaryDirectory() as folder:
        engine = opened(rows, folder)
        whole = values(engine, catalogue, metric, NOW, ())[()] or 0.0
        parts = values(engine, catalogue, metric, NOW, (dimension,))
        months = values(engine, catalogue, metric, NOW, (), grain="month")
        engine.close()
    assert sum(v or 0.0 for v in parts.values()) == pytest.approx(whole)
    assert sum(v or 0.0 for v in months.values()) == pytest.approx(whole)


@laws
@given(metric=st.sampled_from((*BY_CONTACT, *BY_CUSTOMER)), rows=world, filtered=st.booleans())
def test_a_cube_holds_what_the_query_says(
    metric: str, rows: dict[str, Any], filtered: bool, catalogue: Catalogue
) -> None:
    by = ("segment", "vip", "tenure") if metric in BY_CUSTOMER else ("channel", "tier", "tenure")
    filters = (Filter(dimension=by[0], operator="not in", values=("a", "Voice")),) if filtered else ()
    with tempfile.TemporaryDirectory() as folder:
        engine = opened(rows, folder)
        cube, _ = run_cube(
            CubeQuery(metric=metric, dimensions=by, now=NOW, before=BEFORE, filters=filters),
            catalogue,
            engine,
            as_of=AS_OF,
        )
        asked = [values(engine, catalogue, metric, window, by, filters=filters) for window in (BEFORE, NOW)]
        engine.close()
    for period, expected in enumerate(asked):
        cells = sums(cube, period)
        for member, value in expected.items():
            n, d = cells.get(member, (0.0, 0.0))
            held = n if cube.kind == "additive" else n / d if d else None
            if value is None:
                assert held is None or held == 0
            else:
                assert held == pytest.approx(value)
        assert all(n == 0 and d == 0 for member, (n, d) in cells.items() if member not in expected)


@laws
@given(rows=world)
def test_the_products_of_a_cube_are_sums_over_rows(rows: dict[str, Any], catalogue: Catalogue) -> None:
    with tempfile.TemporaryDirectory() as folder:
        engine = opened(rows, folder)
        query = CubeQuery(metric="handle_time", dimensions=(), now=NOW, before=BEFORE)
        cube, _ = run_cube(query, catalogue, engine, as_of=AS_OF)
        engine.close()
    people = [(r[1], r[3] or 0) for r in rows["contacts"] if r[2] in ("Voice", "Chat")]
    for i, period in enumerate(cube.period):
        window = NOW if period else BEFORE
        held = [seconds for when, seconds in people if window.start <= when <= window.end]
        assert cube.rows[i] == cube.d[i] == cube.dd[i] == len(held)
        assert cube.n[i] == cube.nd[i] == sum(held)
        assert cube.nn[i] == sum(s * s for s in held)


@laws
@given(rows=world)
def test_clusters_are_the_cubes_rows_by_entity(rows: dict[str, Any], catalogue: Catalogue) -> None:
    with tempfile.TemporaryDirectory() as folder:
        engine = opened(rows, folder)
        query = CubeQuery(metric="handle_time", dimensions=("channel",), now=NOW, before=BEFORE)
        cube, _ = run_cube(query, catalogue, engine, as_of=AS_OF)
        clusters, runs = run_clusters(query, cube, catalogue, engine, as_of=AS_OF)
        surveys = CubeQuery(metric="mean_csat", dimensions=(), now=NOW, before=BEFORE)
        none, _ = run_clusters(surveys, cube, catalogue, engine, as_of=AS_OF)
        engine.close()
    assert none is None
    assert clusters is not None
    assert all(not run.table.data for run in runs)
    people = [r for r in rows["contacts"] if r[2] in ("Voice", "Chat") and r[0] is not None]
    within = [r for r in people if any(w.start <= r[1] <= w.end for w in (BEFORE, NOW))]
    assert clusters.sums["row_count"].sum() == len(within)
    assert clusters.sums["n"].sum() == sum(r[3] or 0 for r in within)
    assert len(set(clusters.cluster)) == len({r[0] for r in within})


@laws
@given(metric=st.sampled_from((*ADDITIVE, *BY_CONTACT, *BY_CUSTOMER)), rows=world)
def test_a_cube_without_dimensions_carries_the_metric_itself(
    metric: str, rows: dict[str, Any], catalogue: Catalogue
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        engine = opened(rows, folder)
        _, runs = run_cube(
            CubeQuery(metric=metric, dimensions=(), now=NOW, before=BEFORE), catalogue, engine, as_of=AS_OF
        )
        asked = [values(engine, catalogue, metric, window, ())[()] for window in (BEFORE, NOW)]
        engine.close()
    if len(runs) > 1:
        assert all(c.name != metric for run in runs for c in run.sql.columns)
        return
    held = dict(zip(runs[0].table.column("is_now"), np.ma.filled(runs[0].table.column(metric), np.nan), strict=True))
    for period, expected in enumerate(asked):
        if period in held:
            assert held[period] == pytest.approx(np.nan if expected is None else expected, nan_ok=True)
        else:
            assert not expected
