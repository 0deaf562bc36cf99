"""Definitions of dbt and Apache Ossie give the numbers of hand-written SQL, or are named as left behind."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest
import yaml

from semantic_layer.compile import compile_query
from semantic_layer.engine import DuckDbEngine
from semantic_layer.errors import UserError
from semantic_layer.interchange import Carried, import_definitions, settled, to_dbt, to_ossie
from semantic_layer.interchange.settle import text_of
from semantic_layer.loader import load_catalogue
from semantic_layer.model import Catalogue
from semantic_layer.query import MetricQuery, TimeWindow
from semantic_layer.validate import check
from semantic_layer.validate.schema import schema_of

HERE = Path(__file__).parent
MARCH = TimeWindow(start=date(2026, 3, 1), end=date(2026, 3, 31))
BY_HAND = {
    "orders": "SELECT count(*) FROM march",
    "order_total": "SELECT sum(total) FROM march",
    "large_food_orders": "SELECT count(*) FROM march WHERE is_food AND total > 50",
    "french_total": "SELECT sum(total) FROM march JOIN dim_customers USING (customer_id) WHERE country = 'FR'",
    "food_orders": "SELECT count(*) FROM march WHERE is_food",
    "food_share": "SELECT avg(is_food::INT) FROM march",
    "spend_per_buyer": "SELECT sum(total) / count(DISTINCT customer_id) FROM march",
    "slow_end": "SELECT quantile_cont(total, 0.9) FROM march",
    "mean_total": "SELECT avg(total) FROM march",
    "surplus": "SELECT sum(total) - 10 * count(*) FROM march",
    "food_surplus": "SELECT sum(CASE WHEN is_food THEN 1 ELSE -1 END) FROM march",
    "growth": "SELECT sum(total) / (SELECT sum(total) FROM fct_orders WHERE month(ordered_at) = 2) - 1 FROM march",
    "running_total": "SELECT sum(total) FROM fct_orders WHERE ordered_at >= '2026-03-25' AND ordered_at < '2026-04-01'",
    "total_so_far": "SELECT sum(total) FROM march",
    "stock": "SELECT sum(units) FROM stock WHERE day = '2026-03-31'",
    "orders_per_visit": "SELECT (SELECT count(*) FROM march)"
    " / (SELECT count(*) FROM fct_visits WHERE month(visited_at) = 3)",
    "visit_to_order": "SELECT avg(EXISTS (SELECT 1 FROM fct_orders o WHERE o.customer_id = v.customer_id"
    " AND o.ordered_at BETWEEN v.visited_at AND v.visited_at + INTERVAL 7 DAY)::INT) FROM fct_visits v"
    " WHERE month(visited_at) = 3 AND visited_at < DATE '2026-04-30' - INTERVAL 6 DAY",
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("shop") / "shop.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("""
            CREATE TABLE fct_orders AS SELECT i AS order_id, i * 37 % 50 AS customer_id, i % 3 = 0 AS is_food,
              (i * 7919 % 101)::DOUBLE AS total, TIMESTAMP '2026-02-01 08:00' + INTERVAL (i * 173 % 129600) MINUTE
              AS ordered_at FROM range(900) t(i);
            CREATE TABLE dim_customers AS SELECT i AS customer_id,
              CASE WHEN i % 4 = 0 THEN 'FR' ELSE 'DE' END AS country, DATE '2025-01-01' + i::INT AS signed_up
              FROM range(50) t(i);
            CREATE TABLE fct_visits AS SELECT i AS visit_id, i * 11 % 60 AS customer_id,
              TIMESTAMP '2026-02-01 07:00' + INTERVAL (i * 311 % 120000) MINUTE AS visited_at FROM range(400) t(i);
            CREATE TABLE stock AS SELECT DATE '2026-02-01' + d::INT AS day, 'item ' || i AS item, (d * i % 17) AS units
              FROM range(89) a(d), range(5) b(i);
        """)
    return file


@pytest.fixture(scope="module")
def engine(warehouse: Path) -> Iterator[DuckDbEngine]:
    engine = DuckDbEngine(warehouse)
    yield engine
    engine.close()


def brought(source: Path, engine: DuckDbEngine, tmp_path: Path) -> tuple[Carried, Catalogue]:
    carried = settled(import_definitions([source]), schema_of(engine), lambda loaded: check(loaded, engine))
    folder = tmp_path / "metrics"
    folder.mkdir(exist_ok=True)
    (folder / "imported.yml").write_text(text_of(carried), encoding="utf-8")
    loaded = load_catalogue(folder)
    assert not [p for p in check(loaded, engine) if p.severity == "error"]
    return carried, loaded.catalogue


def measured(metric: str, catalogue: Catalogue, engine: DuckDbEngine) -> float:
    query = MetricQuery(metrics=(metric,), window=MARCH)
    rows = engine.run(compile_query(query, catalogue, as_of=date(2026, 4, 30))).rows()
    return float(rows[0][-1])


def by_hand(metric: str, warehouse: Path) -> float:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("CREATE TEMP VIEW march AS SELECT * FROM fct_orders WHERE month(ordered_at) = 3")
        return float((connection.execute(BY_HAND[metric]).fetchone() or (0,))[0])


@pytest.mark.parametrize(("source", "least"), [("dbt_older.yml", 14), ("dbt_latest.yml", 10), ("ossie.yml", 6)])
def test_what_is_carried_over_gives_the_numbers_of_hand_written_sql(
    source: str, least: int, warehouse: Path, engine: DuckDbEngine, tmp_path: Path
) -> None:
    _, catalogue = brought(HERE / source, engine, tmp_path)
    held = [m.name for m in catalogue.metrics if m.name in BY_HAND]
    assert len(held) >= least
    for metric in held:
        assert measured(metric, catalogue, engine) == pytest.approx(by_hand(metric, warehouse), rel=1e-9), metric


def test_what_dbt_can_say_and_this_layer_cannot_is_named_with_its_line(engine: DuckDbEngine, tmp_path: Path) -> None:
    carried, catalogue = brought(HERE / "dbt_older.yml", engine, tmp_path)
    lost = {item.name: item for item in carried.lost if not item.partly}
    assert lost.keys() == {
        "metric slow_end_discrete", "metric same_item", "metric orphan", "metric rests_on_orphan", "metric odd_filter",
    }  # fmt: skip
    assert not lost.keys() & {f"metric {m.name}" for m in catalogue.metrics}
    text = (HERE / "dbt_older.yml").read_text(encoding="utf-8").splitlines()
    assert all(item.name.split()[1] in text[item.line - 1] for item in lost.values())
    differs = {item.name for item in carried.lost if item.partly}
    assert differs == {"metric mean_total", "metric total_so_far", "metric visit_to_order"}


def test_what_ossie_can_say_and_this_layer_cannot_is_named(engine: DuckDbEngine, tmp_path: Path) -> None:
    carried, _ = brought(HERE / "ossie.yml", engine, tmp_path)
    lost = {item.name for item in carried.lost}
    assert lost == {"field orders.cube", "dataset report", "relationship twice", "metric ranked", "metric fan_out"}


def test_owners_and_synonyms_come_along(engine: DuckDbEngine, tmp_path: Path) -> None:
    _, catalogue = brought(HERE / "dbt_older.yml", engine, tmp_path)
    orders = catalogue.metric("orders")
    assert (orders.owner, orders.unit, orders.synonyms) == ("Sales", "count", ("purchases",))
    assert catalogue.dimension("is_food").type == "boolean"


def test_a_manifest_is_read_like_the_yaml_it_was_made_of(engine: DuckDbEngine, tmp_path: Path) -> None:
    project = yaml.safe_load((HERE / "dbt_older.yml").read_text(encoding="utf-8"))
    for model in project["semantic_models"]:
        model["node_relation"] = {"alias": model.pop("model").split("'")[1], "schema_name": "main"}
    for metric in project["metrics"]:
        measure = metric["type_params"].get("measure")
        if isinstance(measure, str):
            metric["type_params"]["measure"] = None
            metric["type_params"]["measures"] = [{"name": measure, "filter": None, "alias": None}]
        if metric.get("filter"):
            metric["filter"] = {"where_filters": [{"where_sql_template": metric["filter"]}]}
    (tmp_path / "semantic_manifest.json").write_text(json.dumps(project), encoding="utf-8")
    _, made = brought(tmp_path / "semantic_manifest.json", engine, tmp_path)
    _, written = brought(HERE / "dbt_older.yml", engine, tmp_path)
    assert {m.name: m for m in made.metrics} == {m.name: m for m in written.metrics}


@pytest.mark.parametrize("write", [to_dbt, lambda catalogue: to_ossie(catalogue, name="shop")])
def test_what_is_exported_comes_back_with_the_same_numbers(write, engine: DuckDbEngine, tmp_path: Path) -> None:
    _, before = brought(HERE / "dbt_older.yml", engine, tmp_path)
    document, lost = write(before)
    (tmp_path / "exported.yml").write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    (tmp_path / "again").mkdir()
    carried, after = brought(tmp_path / "exported.yml", engine, tmp_path / "again")
    gone = {item.name for item in (*lost, *carried.lost) if not item.partly}
    for metric in (m for m in before.metrics if not m.hidden):
        assert after.has_metric(metric.name) != (f"metric {metric.name}" in gone), metric.name
        if after.has_metric(metric.name):
            assert measured(metric.name, after, engine) == pytest.approx(measured(metric.name, before, engine)), metric
            assert after.metric(metric.name).owner == metric.owner


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: [1, 2", "bad_file"),
        ("semantic_models: &a [*a]", "bad_file"),
        ("just words", "no_definitions"),
        ("!!python/object/apply:os.system ['echo hi']", "bad_file"),
        ("", "no_definitions"),
    ],
)
def test_files_that_are_no_definitions_are_refused(text: str, code: str, tmp_path: Path) -> None:
    (tmp_path / "bad.yml").write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        import_definitions([tmp_path / "bad.yml"])
    assert caught.value.code == code


def test_hostile_definitions_run_no_code_and_reach_no_file(engine: DuckDbEngine, tmp_path: Path) -> None:
    project = {
        "semantic_models": [
            {
                "name": "o", "model": "ref('fct_orders')", "defaults": {"agg_time_dimension": "t"},
                "entities": [{"name": "o", "type": "primary", "expr": "order_id"}],
                "dimensions": [{"name": "t", "type": "time", "expr": "ordered_at"}],
                "measures": [
                    {"name": "a", "agg": "sum", "expr": "total); DROP TABLE fct_orders; --", "create_metric": True},
                    {"name": "b", "agg": "sum", "expr": "(select count(*) from read_csv('/etc/passwd'))",
                     "create_metric": True},
                    {"name": "c", "agg": "sum", "expr": "{{ env_var('HOME') }}", "create_metric": True},
                ],
            }
        ]
    }  # fmt: skip
    (tmp_path / "hostile.yml").write_text(yaml.safe_dump(project), encoding="utf-8")
    carried, catalogue = brought(tmp_path / "hostile.yml", engine, tmp_path)
    assert not catalogue.metrics
    assert {item.name for item in carried.lost} >= {"metric a", "metric b", "metric c"}


@pytest.mark.parametrize(
    "text",
    [
        "semantic_models: [1, {name: x}]",
        "semantic_models: {a: b}",
        "semantic_models: [{name: o, measures: 7}]",
        "semantic_models: [{name: o, entities: [{type: primary}]}]",
        "metrics: [{name: x, type: simple, type_params: 4}]",
        "metrics: [{label: x}]",
        "semantic_model: [3]",
        "semantic_model: [{name: x, datasets: [3]}]",
        "semantic_model: [{name: x, metrics: 7}]",
        "semantic_model: [{name: x, relationships: [1]}]",
        "".join(f"a{i}: &a{i} [{','.join([f'*a{i - 1}' if i else 'x'] * 10)}]\n" for i in range(10))
        + "semantic_models: [{name: o, model: o, description: *a9}]",
    ],
)
def test_what_is_not_written_as_the_tools_write_it_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "odd.yml").write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        import_definitions([tmp_path / "odd.yml"])
    assert caught.value.code == "bad_file"
