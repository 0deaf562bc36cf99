"""Figures of fewer than k customers are withheld, and the one that would give a lone one away."""

from collections.abc import Iterator
from datetime import date

import pytest

from semantic_layer.compile import compile_query
from semantic_layer.cube import run_cube
from semantic_layer.engine import DuckDbEngine
from semantic_layer.model import Catalogue
from semantic_layer.policy import RolePolicy, restrict
from semantic_layer.query import CubeQuery, Filter, Having, MetricQuery, TimeWindow
from semantic_layer.storage import build_aside

# Customers a group: a 1, b 6, c 7, d 20 (each with two contacts); in February a 4, b 3, d 20.
ROWS = """
CREATE TABLE contacts AS
SELECT c.segment || c.i AS customer_id, c.segment AS segment, DATE '2026-01-10' AS day, c.i % 3 = 0 AS bad
FROM (SELECT unnest(['a', 'b', 'c', 'd']) AS segment, unnest([1, 6, 7, 20]) AS size) AS g
CROSS JOIN LATERAL (SELECT g.segment AS segment, unnest(range(g.size)) AS i) AS c
CROSS JOIN range(2)
UNION ALL
SELECT c.segment || c.i, c.segment, DATE '2026-02-10', false
FROM (SELECT unnest(['a', 'b', 'd']) AS segment, unnest([4, 3, 20]) AS size) AS g
CROSS JOIN LATERAL (SELECT g.segment AS segment, unnest(range(g.size)) AS i) AS c
"""
JANUARY = TimeWindow(start=date(2026, 1, 1), end=date(2026, 1, 31))
FEBRUARY = TimeWindow(start=date(2026, 2, 1), end=date(2026, 2, 28))


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDbEngine]:
    file = tmp_path_factory.mktemp("crowd") / "warehouse.duckdb"
    with build_aside(file) as connection:
        connection.execute(ROWS)
    opened = DuckDbEngine(file)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def discreet() -> Catalogue:
    count = {"table": "contacts", "agg": "count"}
    common = {"definition": "-", "owner": "-"}
    whole = Catalogue.model_validate(
        {
            "tables": [{"name": "contacts", "time": "day", "entity": "customer_id"}],
            "dimensions": [{"name": "segment", "label": "Segment", "table": "contacts"}],
            "metrics": [
                {"name": "volume", "label": "Volume", "type": "simple", "unit": "count", "measure": count, **common},
                {"name": "bad", "label": "Bad", "type": "simple", "unit": "count", **common,
                 "measure": {**count, "where": "bad"}},
                {"name": "bad_rate", "label": "Bad rate", "type": "ratio", "unit": "ratio", **common,
                 "numerator": {**count, "where": "bad"}, "denominator": count},
            ],
        }
    )  # fmt: skip
    return restrict(whole, RolePolicy(label="Partner", small_cells=5))


def rows(engine: DuckDbEngine, catalogue: Catalogue, **query: object) -> dict[object, object]:
    return dict(engine.run(compile_query(MetricQuery(**query), catalogue)).rows())


def test_a_lone_small_group_takes_the_next_smallest_with_it(crowd, discreet):
    found = rows(crowd, discreet, metrics=("volume",), by=("segment",), window=JANUARY)
    assert found == {"a": None, "b": None, "c": 14, "d": 40}


def test_two_small_groups_hide_each_other(crowd, discreet):
    found = rows(crowd, discreet, metrics=("volume",), by=("segment",), window=FEBRUARY)
    assert found == {"a": None, "b": None, "d": 20}


def test_a_rate_is_shown_where_its_denominator_is_large_enough(crowd, discreet):
    found = rows(crowd, discreet, metrics=("bad_rate",), by=("segment",), window=JANUARY)
    assert found["d"] == pytest.approx(14 / 40)
    assert found["a"] is None


def test_a_count_is_withheld_by_the_customers_it_counts(crowd, discreet):
    # Customers behind it: a 1, b 2, c 3, d 7.
    assert rows(crowd, discreet, metrics=("bad",), by=("segment",), window=JANUARY) == {
        "a": None, "b": None, "c": None, "d": 14,
    }  # fmt: skip


def test_order_and_limit_and_threshold_do_not_give_a_withheld_figure_away(crowd, discreet):
    query = {"metrics": ("volume",), "by": ("segment",), "window": JANUARY, "order_by": "volume", "order": "asc"}
    assert list(rows(crowd, discreet, **query, limit=2)) == ["c", "d"]
    above = Having(metric="volume", operator="<", value=13)
    assert rows(crowd, discreet, **query, having=(above,)) == {}


def test_a_total_of_enough_customers_stands(crowd, discreet):
    sql = compile_query(MetricQuery(metrics=("volume",), window=JANUARY), discreet)
    assert crowd.run(sql).rows() == ((68,),)


def test_a_small_period_has_no_sums_to_compare(crowd, discreet):
    only = Filter(dimension="segment", values=("b",))
    query = CubeQuery(metric="volume", dimensions=(), now=FEBRUARY, before=JANUARY, filters=(only,))
    cube, _ = run_cube(query, discreet, crowd)
    assert (cube.period.tolist(), cube.n.tolist()) == ([0], [12.0])
