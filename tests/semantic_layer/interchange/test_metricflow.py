"""MetricFlow, given the same definitions, returns the same rows. Skipped without the extra `metricflow`."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest
import yaml

from benchmarks.metricflow_peer import Peer, spine
from semantic_layer.engine import DuckDbEngine
from semantic_layer.interchange import Carried, import_definitions, settled, to_dbt
from semantic_layer.interchange.settle import text_of
from semantic_layer.loader import load_catalogue
from semantic_layer.model import Catalogue
from semantic_layer.query import Grain, MetricQuery, TimeWindow
from semantic_layer.validate import check
from semantic_layer.validate.schema import schema_of
from tests.semantic_layer.interchange.beside import agree, ours, theirs

pytest.importorskip("metricflow", reason="pip install 'because-ai[metricflow]'")

DOCUMENT = yaml.safe_load((Path(__file__).parent / "metricflow.yml").read_text(encoding="utf-8"))
WINDOW = TimeWindow(start=date(2026, 2, 1), end=date(2026, 4, 30))
METRICS = sorted(
    {m["name"] for m in DOCUMENT["metrics"]}
    | {m["name"] for s in DOCUMENT["semantic_models"] for m in s.get("measures", ()) if m.get("create_metric")}
)
NOT_EXPORTED = ("long_contacts_of_large",)  # its filter reads a joined table
PATHS = {
    "segment": "customer__segment", "country": "customer__region__country", "channel": "contact__channel",
    "long": "contact__long",
}  # fmt: skip
ROWS = """
CREATE TABLE fct_contacts AS SELECT i AS contact_id, CASE WHEN i % 19 <> 0 THEN hash(i) % 90 END AS customer_id,
  DATE '2026-01-01' + (hash(i + 5) % 120)::INT AS day, ['Voice', 'Chat', NULL][1 + (hash(i + 3) % 3)::INT] AS channel,
  CASE WHEN i % 13 = 0 THEN NULL ELSE (hash(i + 1) % 600)::DOUBLE END AS seconds,
  CASE WHEN i % 7 = 0 THEN NULL ELSE hash(i + 2) % 3 = 0 END AS is_resolved FROM range(2000) t(i);
CREATE TABLE dim_customers AS SELECT i::UBIGINT AS customer_id, ['Small', 'Large', 'Huge', NULL][1 + i % 4] AS segment,
  'r' || (i % 6) AS region_id FROM range(80) t(i);
CREATE TABLE dim_regions AS SELECT 'r' || i AS region_id, ['DE', 'FR'][1 + i % 2] AS country FROM range(5) t(i);
CREATE TABLE fct_surveys AS SELECT i AS survey_id, hash(i) % 90 AS customer_id,
  DATE '2026-01-01' + (hash(i + 8) % 120)::INT AS answered_on FROM range(300) t(i);
CREATE TABLE fct_balances AS SELECT i * 200 + d AS balance_id, i::UBIGINT AS customer_id,
  DATE '2026-01-01' + d::INT AS balanced_on, (hash(i * 200 + d) % 100)::DOUBLE AS amount
  FROM range(85) a(i), range(115) b(d);
CREATE TABLE fct_trials AS SELECT i AS trial_id, i::UBIGINT AS customer_id,
  DATE '2026-01-20' + (hash(i) % 100)::INT AS tried_on FROM range(90) t(i);
CREATE TABLE fct_orders AS SELECT trial_id AS order_id, customer_id, tried_on + (hash(trial_id + 4) % 25)::INT - 3
  AS ordered_on FROM fct_trials WHERE trial_id % 3 < 2;
"""


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("metricflow") / "warehouse.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute(ROWS)
        connection.execute(spine(date(2025, 1, 1), date(2027, 1, 1)))
    return file


@pytest.fixture(scope="module")
def engine(warehouse: Path) -> Iterator[DuckDbEngine]:
    engine = DuckDbEngine(warehouse)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def carried(engine: DuckDbEngine) -> Carried:
    source = Path(__file__).parent / "metricflow.yml"
    return settled(import_definitions([source]), schema_of(engine), lambda loaded: check(loaded, engine))


@pytest.fixture(scope="module")
def catalogue(carried: Carried, tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    folder = tmp_path_factory.mktemp("metrics")
    (folder / "imported.yml").write_text(text_of(carried), encoding="utf-8")
    return load_catalogue(folder).catalogue


@pytest.fixture(scope="module")
def peer() -> Peer:
    return Peer(DOCUMENT)


@pytest.fixture(scope="module")
def exported(catalogue: Catalogue) -> Peer:
    document, _ = to_dbt(catalogue)
    return Peer(document)


@pytest.fixture(scope="module")
def connection(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        yield connection


def cuts_of(metric: str) -> tuple[str, ...]:
    """Return the dimensions that every fact of a metric has; a conversion's orphans are matched by neither."""
    others = ("surveys", "response_rate", "closing", "opening")
    return () if metric == "trial_conversion" else ("segment", "country") if metric in others else tuple(PATHS)


def test_everything_here_is_carried_over(catalogue: Catalogue) -> None:
    assert set(METRICS) <= {m.name for m in catalogue.metrics}


@pytest.mark.parametrize("metric", METRICS)
def test_the_same_definition_gives_the_rows_of_metricflow(
    metric: str, peer: Peer, catalogue: Catalogue, engine: DuckDbEngine, connection: duckdb.DuckDBPyConnection
) -> None:
    grains: tuple[Grain, ...] = ("month",) if metric in ("growth", "change_of_share") else ("month", "day")
    for grain in grains:
        for cuts in ((), *((cut,) for cut in cuts_of(metric))):
            by = (*(PATHS[c] for c in cuts), f"metric_time__{grain}")
            sql = peer.sql([metric], by=by, window=(WINDOW.start, WINDOW.end))
            there = theirs(sql, metric, cuts, connection)
            assert there, sql
            query = MetricQuery(metrics=(metric,), by=cuts, grain=grain, window=WINDOW)
            agree(ours(query, catalogue, engine), there)


@pytest.mark.parametrize("metric", [m for m in METRICS if m not in NOT_EXPORTED])
def test_metricflow_reads_what_is_exported_and_returns_the_same_rows(
    metric: str, exported: Peer, catalogue: Catalogue, engine: DuckDbEngine, connection: duckdb.DuckDBPyConnection
) -> None:
    sql = exported.sql([metric], by=["metric_time__month"], window=(WINDOW.start, WINDOW.end))
    query = MetricQuery(metrics=(metric,), grain="month", window=WINDOW)
    agree(ours(query, catalogue, engine), theirs(sql, metric, (), connection))


def test_what_is_not_exported_is_named(catalogue: Catalogue) -> None:
    _, lost = to_dbt(catalogue)
    assert {item.name for item in lost if not item.partly} == {f"metric {m}" for m in NOT_EXPORTED}


def test_conversions_that_metricflow_counts_otherwise_are_named(carried: Carried, catalogue: Catalogue) -> None:
    _, lost = to_dbt(catalogue)
    for side in (carried.lost, lost):
        told = {item.name for item in side if item.partly}
        assert told == {"metric trial_conversion"}
