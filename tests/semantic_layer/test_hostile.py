"""Hostile values and hard names give a right answer or a typed error, never a statement of their own."""

from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from semantic_layer.compile import compile_query
from semantic_layer.engine import DuckDbEngine
from semantic_layer.loader import load_catalogue
from semantic_layer.query import Filter, MetricQuery, TimeWindow
from semantic_layer.storage import build_aside
from semantic_layer.validate import check

HARD = ("select", "order", "at", "two words", 'a"b', "o'clock", "größe", "数量", "x;--", "LIMIT", "1st", "true")
HOSTILE = (
    "'; DROP TABLE contacts; --",
    "x' OR '1'='1",
    'a"b',
    "\\",
    "%",
    "_",
    "$1",
    "?",
    "{}",
    "\u202eabc",
    "🙂",
    "",
    " ",
)


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_filter_value_is_only_a_value(value, catalogue, engine, truth):
    kept = (Filter(dimension="segment", values=(value,)),)
    found = engine.run(compile_query(MetricQuery(metrics=("volume",), filters=kept), catalogue)).rows()
    assert found == ((0,),)
    assert truth("SELECT count(*) FROM contacts") == [(10,)]


TEXTS = ("", "a", "'", '"', ";", "0", " ", "ü")


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    root = tmp_path_factory.mktemp("texts")
    (root / "metrics").mkdir()
    model = {
        "tables": [{"name": "t"}],
        "dimensions": [{"name": "text", "label": "Text", "table": "t"}],
        "metrics": [_count("rows", "t")],
    }
    (root / "metrics" / "m.yml").write_text(yaml.safe_dump(model), encoding="utf-8")
    with build_aside(root / "w.duckdb") as connection:
        connection.execute("CREATE TABLE t (text VARCHAR)")
        connection.executemany("INSERT INTO t VALUES (?)", [(text,) for text in TEXTS])
    engine = DuckDbEngine(root / "w.duckdb")
    yield load_catalogue(root / "metrics").catalogue, engine
    engine.close()


PRINTED = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)


@settings(max_examples=60, deadline=None)
@given(value=PRINTED)
def test_any_text_as_a_filter_value_keeps_what_is_equal_to_it(texts, value):
    catalogue, engine = texts
    query = MetricQuery(metrics=("rows",), filters=(Filter(dimension="text", values=(value,)),))
    assert engine.run(compile_query(query, catalogue)).rows() == ((TEXTS.count(value),),)


def _count(name: str, table: str) -> dict:
    return {"name": name, "label": name, "type": "simple", "definition": "d", "unit": "count", "owner": "O",
            "measure": {"table": table, "agg": "count"}}  # fmt: skip


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@pytest.mark.parametrize("name", HARD)
def test_a_table_a_column_and_a_metric_may_be_called_anything(name: str, tmp_path: Path):
    table, other = f"{name} of all", f"{name} beside"
    model = {
        "tables": [
            {"name": table, "key": "id", "time": f"{name} day", "joins": [{"to": other, "on": name}]},
            {"name": other, "key": name},
        ],
        "dimensions": [{"name": f"{name} cut", "label": "Cut", "table": other}],
        "metrics": [_count(f"{name} rows", table)],
    }
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics" / "m.yml").write_text(yaml.safe_dump(model, allow_unicode=True), encoding="utf-8")
    with build_aside(tmp_path / "w.duckdb") as connection:
        connection.execute(
            f"CREATE TABLE {quoted(table)} AS SELECT i AS id, i % 3 AS {quoted(name)}, "
            f"DATE '2026-01-01' + i::INT AS {quoted(f'{name} day')} FROM range(9) r(i)"
        )
        connection.execute(
            f"CREATE TABLE {quoted(other)} AS SELECT i AS {quoted(name)}, 'm' || i AS {quoted(f'{name} cut')} "
            "FROM range(2) r(i)"
        )
    engine, loaded = DuckDbEngine(tmp_path / "w.duckdb"), load_catalogue(tmp_path / "metrics")
    query = MetricQuery(
        metrics=(f"{name} rows",), by=(f"{name} cut",), order_by=f"{name} rows",
        window=TimeWindow(start=date(2026, 1, 1), end=date(2026, 1, 8)),
    )  # fmt: skip
    rows = engine.run(compile_query(query, loaded.catalogue)).rows()
    problems = [p.code for p in check(loaded, engine) if p.severity == "error"]
    engine.close()
    assert rows == (("(unknown)", 2), ("m0", 3), ("m1", 3))
    assert problems == []


@pytest.mark.parametrize("metric", ["handle_time", "churn", "answered_share", "net", "middle", "comes_back"])
def test_a_window_without_rows_has_no_value_and_nothing_is_divided_by_zero(metric, catalogue, engine):
    nothing = TimeWindow(start=date(2031, 1, 1), end=date(2031, 1, 31))
    assert engine.run(compile_query(MetricQuery(metrics=(metric,), window=nothing), catalogue)).rows() == ((None,),)


def test_a_row_without_its_key_is_kept_as_unknown(catalogue, engine, truth):
    found = engine.run(compile_query(MetricQuery(metrics=("volume",), by=("segment",)), catalogue)).rows()
    by_hand = """SELECT coalesce(segment, '(unknown)'), count(*) FROM contacts LEFT JOIN customers USING (customer_id)
                 GROUP BY 1 ORDER BY 1"""
    assert list(found) == truth(by_hand)
    assert sum(n for _, n in found) == 10
