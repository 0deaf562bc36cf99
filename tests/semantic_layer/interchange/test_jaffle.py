"""A public project, the jaffle shop, imported: its metrics by every dimension give the rows of hand-written SQL."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from semantic_layer.compile import compile_query
from semantic_layer.engine import DuckDbEngine
from semantic_layer.interchange import import_definitions, settled
from semantic_layer.interchange.settle import text_of
from semantic_layer.loader import load_catalogue
from semantic_layer.query import MetricQuery, TimeWindow
from semantic_layer.validate import check
from semantic_layer.validate.schema import schema_of

MAY = TimeWindow(start=date(2026, 5, 1), end=date(2026, 5, 31))
BY_HAND = {
    "order_total": "sum(order_total)",
    "large_order": "count(*) FILTER (order_total >= 20)",
    "orders": "count(*)",
    "food_orders": "count(*) FILTER (is_food_order)",
    "new_customer_orders": "count(*) FILTER (customer_type = 'new')",
    "food_order_pct": "avg(is_food_order::INT)",
    "order_gross_profit": "sum(order_total) - sum(order_cost)",
    "cumulative_order_amount_mtd": "sum(order_total)",
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("jaffle") / "jaffle.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("""
            CREATE TABLE orders AS SELECT i AS order_id, i % 7 AS location_id, i * 31 % 90 AS customer_id,
              TIMESTAMP '2026-04-10' + INTERVAL (i * 97 % 100000) MINUTE AS ordered_at, i * 13 % 41 AS order_total,
              i % 3 AS tax_paid, i % 5 AS order_cost, i % 2 = 0 AS is_food_order, i % 3 = 0 AS is_drink_order
              FROM range(3000) t(i);
            CREATE TABLE customers AS SELECT i AS customer_id, CASE WHEN i % 4 = 0 THEN 'new' ELSE 'returning' END
              AS customer_type, DATE '2026-01-01' + i::INT AS first_ordered_at FROM range(80) t(i);
            CREATE TABLE locations AS SELECT i AS location_id, 'Town ' || i AS location_name, 0.1 AS tax_rate,
              DATE '2025-01-01' AS opened_at FROM range(7) t(i);
        """)
    return file


@pytest.mark.parametrize("by", ["location_name", "customer_type", "is_drink_order"])
def test_the_jaffle_shop_gives_the_rows_of_hand_written_sql(by: str, shop: Path, tmp_path: Path) -> None:
    engine = DuckDbEngine(shop)
    source = Path(__file__).with_name("jaffle.yml")
    carried = settled(import_definitions([source]), schema_of(engine), lambda loaded: check(loaded, engine))
    assert [item.name for item in carried.lost if not item.partly] == []
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics" / "jaffle.yml").write_text(text_of(carried), encoding="utf-8")
    catalogue = load_catalogue(tmp_path / "metrics").catalogue
    for metric, expression in BY_HAND.items():
        found = engine.run(compile_query(MetricQuery(metrics=(metric,), by=(by,), window=MAY), catalogue)).rows()
        with duckdb.connect(str(shop), read_only=True) as connection:
            hand = connection.execute(
                f"SELECT coalesce({by}::VARCHAR, '(unknown)'), ({expression})::DOUBLE FROM orders LEFT JOIN customers"
                " USING (customer_id) LEFT JOIN locations USING (location_id) WHERE month(ordered_at) = 5 GROUP BY 1"
            ).fetchall()
        assert {str(k).lower(): pytest.approx(float(v)) for k, v in found} == {k.lower(): v for k, v in hand}, metric
    engine.close()
